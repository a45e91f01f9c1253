"""Speed as ratios against the plain way, both in one run: `make bench`.

The plain way of finding: the same vectors in bare Chroma with their texts, ten nearest fetched.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from eval.queries import load_queries
from explorer.ask import answer
from explorer.config import load_settings
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Question
from explorer.wiring import Explorer, open_explorer


def cpu_ms(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """The median CPU milliseconds of `work` over the texts, warm."""
    for text in texts[:5]:
        work(text)
    spent = []
    for text in texts:
        began = time.process_time()
        work(text)
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def bare_chroma(explorer: Explorer, folder: str) -> Callable[[str], Any]:
    """Asking Chroma directly, as a tutorial would: documents and metadata in the index."""
    import chromadb

    generation = explorer.serving().generation
    held = [int(row) for row in np.flatnonzero(generation.row_records)]
    passages = generation.catalogue.passages(held)
    collection = chromadb.PersistentClient(folder).create_collection(
        "plain", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    for start in range(0, len(held), 4_000):
        rows, part = held[start : start + 4_000], passages[start : start + 4_000]
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=generation.vectors[rows],
            documents=[passage.text or passage.record_id for passage in part],
            metadatas=[{"record": passage.record_id} for passage in part],
        )
    return lambda text: collection.query(
        query_embeddings=[explorer.embedder.embed_query(text)], n_results=10
    )


def run(explorer: Explorer, folder: str) -> list[str]:
    """The lines of the report."""
    serving = explorer.serving()
    catalogue = serving.generation.catalogue
    texts = [query.text for query in load_queries("sample")]

    def ours(text: str) -> object:
        planned = plan(Question(text), catalogue, default_lang="en")
        return retrieve(planned, serving.generation, explorer.embedder, serving.index)

    plain = cpu_ms(bare_chroma(explorer, folder), texts)
    found = cpu_ms(ours, texts)
    asked = cpu_ms(lambda text: answer(Question(text), explorer), texts)
    manifest = serving.generation.manifest
    return [
        f"{manifest.records} records, {manifest.passages} passages, {len(texts)} questions;"
        " CPU milliseconds, median, warm",
        f"bare Chroma, ten nearest with texts  {plain:6.2f}   1.00",
        f"plan and retrieve                    {found:6.2f}   {found / plain:.2f}",
        f"ask, verbatim, whole answer          {asked:6.2f}   {asked / plain:.2f}",
    ]


def main() -> None:
    """Print the report over the data folder of the settings, or the one named."""
    named = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    explorer = open_explorer(load_settings({"data_dir": named}))
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write("\n".join(run(explorer, folder)) + "\n")


if __name__ == "__main__":
    main()
