"""Finding: records whose words, vectors or numbers meet the plan, best first.

The score of a passage is cosine + a * coverage: the cosine of its vector with the question's, and
the share of the question's words it holds. Ranks are never fused: in an index of many languages
a list of words from another language is noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.retrieve.support import evidence, naming_forms, support
from explorer.retrieve.words import Floats, Ints, WordMatch, coverage, match_words
from explorer.types import Hit, Passage, Plan, Record

_NEIGHBOURS = 400  # rows asked of the index where the matrix is too large to be searched whole
NAMED = 10.0
"""Added to the score of a record that the question names by its number."""

_RELATED_FROM = 3  # so many of the first hits bring the records they belong to


@dataclass(frozen=True, slots=True)
class Ranking:
    """All records that meet the plan, best first: keys, scores, and the row that found each."""

    plan: Plan
    keys: Ints
    scores: Floats
    rows: Ints
    cosines: Floats
    covered: Floats
    matches: tuple[WordMatch, ...]


def rank(
    plan: Plan, generation: Generation, embedder: Embedder, index: VectorIndex | None = None
) -> Ranking:
    """Every record that holds a word of the plan, is near it in meaning, or is named by number.

    Without `index` the whole matrix is searched, exactly; with it only the rows it deems nearest
    and those that hold a word.
    """
    catalogue, calibration = generation.catalogue, generation.manifest.calibration
    total = generation.manifest.passages
    matches = match_words(plan.words, plan.lang, catalogue, total)
    covered = coverage(matches, total)
    vector = embedder.embed_query(" ".join(plan.words) or plan.text)
    cosines = _cosines(vector, covered, generation, index)
    scores = cosines + np.float32(calibration.coverage) * covered

    named = [key for number in plan.numbers for key in catalogue.numbered(number)]
    is_named = np.isin(generation.row_records, named)
    scores[is_named] += NAMED
    scores[~((covered > 0) | (cosines >= calibration.near) | is_named)] = -np.inf
    if plan.filters:
        scores[~np.isin(generation.row_records, catalogue.matching(plan.filters))] = -np.inf

    best = np.maximum.reduceat(scores, generation.record_starts) if total else scores
    order = np.argsort(-best, kind="stable")
    order = order[np.isfinite(best[order])]
    rows = np.array([_best_row(i, scores, generation) for i in order.tolist()], np.int64)
    return Ranking(
        plan, generation.row_records[rows], scores[rows], rows, cosines[rows], covered[rows],
        matches,
    )  # fmt: skip


def _best_row(record: int, scores: Floats, generation: Generation) -> int:
    starts = generation.record_starts
    end = starts[record + 1] if record + 1 < len(starts) else len(scores)
    return int(starts[record] + scores[starts[record] : end].argmax())


def _cosines(
    vector: Floats, covered: Floats, generation: Generation, index: VectorIndex | None
) -> Floats:
    if index is None:
        return np.asarray(generation.vectors @ vector, np.float32)
    near, _ = index.nearest(vector, min(_NEIGHBOURS, len(covered)))
    rows = np.union1d(np.array(near, np.int64), np.flatnonzero(covered))
    cosines = np.zeros(len(covered), np.float32)
    cosines[rows] = generation.vectors[rows] @ vector
    return cosines


def retrieve(
    plan: Plan,
    generation: Generation,
    embedder: Embedder,
    index: VectorIndex | None = None,
    *,
    limit: int = 10,
    today: date | None = None,
) -> list[Hit]:
    """The `limit` best hits, each of another record, best first.

    A curatorial text brings the objects it is about, and the first object its texts. A text
    that is not in force `today` is never used.
    """
    ranking = rank(plan, generation, embedder, index)
    hits = _with_family(hits_of(ranking, generation, 0, 2 * limit), generation)
    day = (today or date.today()).isoformat()
    valid = [hit for hit in hits if in_force(hit.record, day)][:limit]
    return [replace(hit, rank=place) for place, hit in enumerate(valid, 1)]


def in_force(record: Record, day: str) -> bool:
    """Whether the record may be used on an ISO day."""
    begun = not record.valid_from or record.valid_from <= day
    return begun and (not record.valid_until or day <= record.valid_until)


def _with_family(hits: Sequence[Hit], generation: Generation) -> list[Hit]:
    """The hits, each with the related records that were not found themselves right behind it."""
    catalogue = generation.catalogue
    found = {hit.record.id for hit in hits}
    family: list[Hit] = []
    for place, hit in enumerate(hits):
        family.append(hit)
        related = catalogue.keys(hit.record.about) if place < _RELATED_FROM else []
        if place == 0 and not related:
            related = catalogue.texts_about(hit.record.id)
        for record in catalogue.records(related):
            if record.id not in found:
                found.add(record.id)
                beside = Passage(record.id, "")
                family.append(replace(hit, record=record, passage=beside, score=0.0))
    return family


def hits_of(ranking: Ranking, generation: Generation, start: int, stop: int) -> list[Hit]:
    """The hits from place `start` up to `stop` of a ranking, with their records."""
    catalogue = generation.catalogue
    keys = ranking.keys[start:stop].tolist()
    records = catalogue.records(keys)
    passages = catalogue.passages(ranking.rows[start:stop].tolist())
    holders = {m.word: set(generation.row_records[m.rows].tolist()) for m in ranking.matches}
    told = evidence(ranking.plan, ranking.matches)
    hits = []
    for i, (key, record, passage) in enumerate(zip(keys, records, passages, strict=True), start):
        related = [*catalogue.texts_about(record.id), *catalogue.keys(record.about)]
        family = {key, *related}
        naming = naming_forms([record, *catalogue.records(related)])
        held = {
            e.word: not naming.isdisjoint(e.forms)
            for e in told
            if not family.isdisjoint(holders[e.word])
        }
        hits.append(
            Hit(
                record=record,
                passage=_with_text(passage, record),
                rank=i + 1,
                score=float(ranking.scores[i]),
                cosine=float(ranking.cosines[i]),
                coverage=float(ranking.covered[i]),
                support=support(told, held),
                words=tuple(held),
            )
        )
    return hits


def _with_text(passage: Passage, record: Record) -> Passage:
    field = record.numbered(passage.field) if passage.field else None
    return replace(passage, text=field.text[passage.start : passage.end]) if field else passage
