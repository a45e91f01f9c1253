"""The collection as a llama-index retriever: records found as the explorer finds them.

Run it with: python docs/recipes/retriever.py "Who made the great wave?" data
"""

import sys
from pathlib import Path

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from explorer.config import Settings
from explorer.plan import plan
from explorer.render.cards import card
from explorer.retrieve import retrieve
from explorer.types import Hit, Question
from explorer.wiring import Explorer, open_explorer


class CollectionRetriever(BaseRetriever):
    """Nodes of the generation that serves now, one per record, best first."""

    def __init__(self, explorer: Explorer, limit: int = 6) -> None:
        super().__init__()
        self._explorer, self._limit = explorer, limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        serving, settings = self._explorer.serving(), self._explorer.settings
        planned = plan(
            Question(query_bundle.query_str),
            serving.generation.catalogue,
            default_lang=settings.default_lang,
        )
        embedder, index = self._explorer.embedder, serving.index
        hits = retrieve(planned, serving.generation, embedder, index, limit=self._limit)
        return [node(hit, planned.lang) for hit in hits]


def node(hit: Hit, lang: str) -> NodeWithScore:
    """The passage that found a record, with what a citation of it has to name."""
    shown = card(hit.record, lang)
    named = {
        "record": shown.id, "title": shown.title, "maker": shown.maker_line,
        "date": shown.date_line, "object number": shown.object_number,
        "credit line": shown.credit_line, "rights": shown.rights, "url": shown.url,
    }  # fmt: skip
    known = {name: text for name, text in named.items() if text}
    text = TextNode(id_=shown.id, text=hit.passage.text or shown.title, metadata=known)
    return NodeWithScore(node=text, score=hit.score)


if __name__ == "__main__":
    retriever = CollectionRetriever(open_explorer(Settings(data_dir=Path(sys.argv[2]))))
    for found in retriever.retrieve(sys.argv[1]):
        sys.stdout.write(f"{found.score:.2f}  {found.metadata['title']}\n")
