"""The sample collection's questions, found by text search, by an embedder, and by both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.figures import Figure, Table, difference, mean
from eval.finding import readable_languages
from eval.measures import recall, success
from eval.queries import Half, Query
from eval.systems import EMBEDDER, FUSED, RECIPROCAL, REFERENCE, RRF_K, TEXT, Systems
from eval.textsearch import Floats
from explorer.backends.protocols import Embedder
from explorer.catalogue.generation import Calibration, Generation, open_current
from explorer.catalogue.reading import Catalogue
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Question

COLUMNS = (EMBEDDER, TEXT, REFERENCE, FUSED, RECIPROCAL)
GAIN = "fused - text"
DEPTH = 5
_LISTED = 50  # records of each list that reciprocal ranks are taken of

Finder = Callable[[Query], list[str]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample collection's generation, and the texts of its passages in row order."""

    generation: Generation
    passages: Sequence[str]


def open_sample(data_dir: Path) -> Sample:
    """The collection that `data_dir` serves."""
    generation = open_current(data_dir)
    catalogue = generation.catalogue
    records = {record.id: record for record in catalogue.all_records()}
    texts = []
    for passage in catalogue.passages(range(generation.manifest.passages)):
        field = records[passage.record_id].numbered(passage.field) if passage.field else None
        texts.append(field.text[passage.start : passage.end] if field else passage.text)
    return Sample(generation, texts)


def with_vectors(sample: Sample, vectors: Floats, calibration: Calibration) -> Generation:
    """The sample's generation as it were with other vectors and weights."""
    generation = Generation(sample.generation.folder)
    generation.vectors = vectors
    generation.manifest = replace(generation.manifest, calibration=calibration)
    return generation


def finder(
    sample: Sample,
    embedder: Embedder,
    vectors: Floats,
    calibration: Calibration,
    limit: int = 10,
    *,
    words_only: bool = False,
) -> Finder:
    """What retrieve finds with these vectors and weights, as record ids by rank.

    With `words_only` nothing that holds no word of the question is found.
    """
    generation = with_vectors(sample, vectors, calibration)

    def found(query: Query) -> list[str]:
        planned = plan(Question(query.text), generation.catalogue, default_lang="en")
        hits = retrieve(planned, generation, embedder, limit=limit)
        return [h.record.id for h in hits if not words_only or h.coverage or h.named]

    return found


def finders(sample: Sample, systems: Systems, calibration: Calibration) -> dict[str, Finder]:
    """Column -> what finds; the embedder alone finds what holds no word of the question too."""
    alone = replace(calibration, coverage=0.0, likeness=0.0)
    embedder, vectors = systems.embedder, systems.embedder.embed_passages(sample.passages)
    silent, words = np.zeros_like(vectors), replace(alone, coverage=1.0)
    found = {
        EMBEDDER: finder(sample, embedder, vectors, alone),
        TEXT: finder(sample, embedder, silent, words, words_only=True),
        FUSED: finder(sample, embedder, vectors, calibration),
        RECIPROCAL: _reciprocal(
            finder(sample, embedder, vectors, alone, _LISTED),
            finder(sample, embedder, silent, words, _LISTED, words_only=True),
        ),
    }
    if other := systems.reference:
        found[REFERENCE] = finder(sample, other, other.embed_passages(sample.passages), alone)
    return {name: found[name] for name in COLUMNS if name in found}


def _reciprocal(*lists: Finder) -> Finder:
    def found(query: Query) -> list[str]:
        scores: dict[str, float] = {}
        for one in lists:
            for rank, record_id in enumerate(one(query), 1):
                scores[record_id] = scores.get(record_id, 0.0) + 1 / (RRF_K + rank)
        return sorted(scores, key=lambda record_id: -scores[record_id])

    return found


def questions(
    sample: Sample,
    systems: Systems,
    calibration: Calibration,
    queries: Sequence[Query],
    halves: Sequence[Half],
) -> list[Table]:
    """recall@5 and success@5 of each half, same language and across languages."""
    found = finders(sample, systems, calibration)
    note = (
        "As `collection-eval run finding` counts. Reciprocal ranks: of each list's first"
        f" {_LISTED} records. {GAIN}: the mean difference, question by question."
    )
    tables = []
    for measure in (recall, success):
        rows: dict[str, dict[str, Figure | None]] = {}
        for half in halves:
            for group, asked in groups(queries, sample.generation.catalogue, half).items():
                rows[f"{group}, {half}"] = compared(asked, found, measure)
        tables.append(Table(f"Sample questions, {measure.__name__}@{DEPTH}", note, rows))
        note = ""
    return tables


def groups(queries: Sequence[Query], catalogue: Catalogue, half: Half) -> dict[str, list[Query]]:
    """The answerable questions of one half: in a language of their records, or in another."""
    return directions([q for q in queries if q.relevant and q.half == half], catalogue)


def directions(queries: Sequence[Query], catalogue: Catalogue) -> dict[str, list[Query]]:
    """The questions in a language of the records that answer them, and those in another."""
    same = {q.id for q in queries if q.lang in readable_languages(q, catalogue)}
    return {
        "same language": [q for q in queries if q.id in same],
        "across languages": [q for q in queries if q.id not in same],
    }


def compared(
    queries: Sequence[Query],
    found: Mapping[str, Finder],
    measure: Callable[[Sequence[str], frozenset[str], int], float],
) -> dict[str, Figure | None]:
    """One row: the measure of every finder, and what fusing adds to text search."""
    values = {
        name: np.array([measure(one(query), query.answering, DEPTH) for query in queries])
        for name, one in found.items()
    }
    row = {name: mean(values[name]) if name in values else None for name in COLUMNS}
    row[GAIN] = difference(values[FUSED], values[TEXT])
    return row
