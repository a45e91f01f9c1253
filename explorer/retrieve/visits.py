"""Visit information: the museum's text on a topic, in the visitor's language where there is one."""

from collections.abc import Sequence

import numpy as np

from explorer.backends.protocols import Embedder
from explorer.catalogue.reading import Catalogue
from explorer.cues import cues_of
from explorer.phrases import DEFAULT
from explorer.text import fold, words
from explorer.types import Field, Plan, Record

_TITLE = 5  # how much more a cue in a title tells than one in the text
_PART = 0.5  # of what the best text tells of a topic


def visit_texts(plan: Plan, catalogue: Catalogue, embedder: Embedder) -> list[Record]:
    """The one visit text in force that answers; none where no text tells of the topic.

    Each text is told by the cues of its own language; of those on the topic the one in the
    visitor's language is taken, else English, else the nearest.
    """
    keys = catalogue.matching({"kind": "visit"}).tolist()
    told = {record.id: (record, _telling(record, plan.topic)) for record in catalogue.records(keys)}
    most = max((weight for _, weight in told.values()), default=0)
    on_topic = [record for record, weight in told.values() if weight and weight >= _PART * most]
    # A language may tell of the topic in fewer words than another does.
    own = [r for r, weight in told.values() if weight and _lang(r) == plan.lang]
    for lang in (plan.lang, DEFAULT):
        spoken = [r for r in (own if lang == plan.lang else on_topic) if _lang(r) == lang]
        if spoken:
            best = max(told[r.id][1] for r in spoken)
            spoken = [r for r in spoken if told[r.id][1] >= _PART * best]
            return _nearest(plan, spoken, embedder)
    return _nearest(plan, on_topic, embedder)


def _telling(record: Record, topic: str) -> int:
    """How many cues of the topic a text gives, those of its title counted most."""
    total = 0
    for name, weight in (("title", _TITLE), ("text", 1)):
        for _, field in record.named(name):
            folded = [fold(word) for word in words(field.text)]
            given = cues_of(folded, _tongue(field))
            total += weight * sum(cue.cue == f"visit-{topic}" for cue in given)
    return total


def _nearest(plan: Plan, texts: Sequence[Record], embedder: Embedder) -> list[Record]:
    """Of several texts the nearest to the question."""
    if len(texts) < 2:
        return list(texts)
    told = [" ".join(field.text for field in record.fields) for record in texts]
    cosines = embedder.embed_passages(told) @ embedder.embed_query(plan.text)
    return [texts[int(np.argmax(cosines))]]


def _lang(record: Record) -> str:
    texts = record.named("text")
    return _tongue(texts[0][1]) if texts else ""


def _tongue(field: Field) -> str:
    return (field.lang or field.lang_detected).partition("-")[0]
