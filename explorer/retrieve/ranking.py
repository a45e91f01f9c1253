"""Finding: records whose words, vectors or numbers meet the plan, best first.

The score of a passage is cosine + a * coverage: the cosine of its vector with the question's, and
the share of the question's words it holds; the best records gain b * likeness. Ranks are never
fused: in an index of many languages a list of words from another language is noise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.retrieve.likeness import Likeness, liked, likenesses
from explorer.retrieve.support import detail, evidence, naming_forms, support
from explorer.retrieve.words import Floats, Ints, WordMatch, coverage, match_words
from explorer.types import Hit, Passage, Plan, Record

_NEIGHBOURS = 400  # rows asked of the index where the matrix is too large to be searched whole
_CLOSELY = 40  # records that are looked at word by word
_SELECTIVE = 10  # filters that leave less than this part of the rows are searched exactly
_UNSEEN = -1.0  # the cosine of a row that was not looked at
NAMED = 10.0
"""Added to the score of a record that the question names by its number."""

_RELATED_FROM = 3  # so many of the first hits bring the records they belong to


@dataclass(frozen=True, slots=True)
class Ranking:
    """All records that meet the plan, best first: their keys and what the rows scored."""

    plan: Plan
    keys: Ints
    places: Ints
    """Per key its place among the generation's `record_starts`."""
    scores: Floats
    cosines: Floats
    covered: Floats
    """Per row of the matrix, as all three."""
    matches: tuple[WordMatch, ...]
    alike: Mapping[int, Likeness] = field(default_factory=dict)
    """Of the best records, by key."""


def rank(
    plan: Plan,
    generation: Generation,
    embedder: Embedder,
    index: VectorIndex | None = None,
    *,
    least: float = _UNSEEN,
) -> Ranking:
    """Every record that holds a word of the plan, is named by number, or is nearer than `least`.

    Without `index` the whole matrix is searched, exactly; with it the rows it deems nearest, or
    all that meet the filters, and those that hold a word.
    """
    catalogue, calibration = generation.catalogue, generation.manifest.calibration
    total, rows = generation.manifest.passages, generation.manifest.rows
    matches = match_words(plan.words, plan.lang, catalogue, total, rows)
    covered = coverage(matches, rows)
    usable = _usable(plan, generation)
    vector = embedder.embed_query(" ".join(plan.words) or plan.text)
    cosines = _cosines(vector, covered, usable, generation, index)
    scores = cosines + np.float32(calibration.coverage) * covered
    meeting = (covered > 0) | (cosines > least)
    named = named_keys(plan, generation)
    if named:
        is_named = np.isin(generation.row_records, named)
        scores[is_named] += NAMED
        meeting |= is_named
    if usable is not None:
        meeting &= usable
    scores[~meeting] = -np.inf

    starts = generation.record_starts
    best = np.maximum.reduceat(scores, starts) if total else scores
    places = np.argsort(-best, kind="stable")
    places = places[np.isfinite(best[places])]
    keys = generation.row_records[starts[places]]
    ranking = Ranking(plan, keys, places, scores, cosines, covered, matches)
    return _closely(ranking, generation, embedder) if calibration.likeness else ranking


def _closely(ranking: Ranking, generation: Generation, embedder: Embedder) -> Ranking:
    """The ranking, its first records in the order of their scores and likeness together."""
    first = ranking.places[:_CLOSELY]
    rows = [_rows_of(place, ranking, generation) for place in first.tolist()]
    passages = iter(generation.catalogue.passages([row for own in rows for row in own]))
    lines = ["; ".join(next(passages).text for _ in own) for own in rows]
    alike = likenesses(ranking.matches, lines, embedder)
    scores, best = ranking.scores.copy(), np.zeros(len(first), np.float32)
    weight = generation.manifest.calibration.likeness
    for i, (own, likeness) in enumerate(zip(rows, alike, strict=True)):
        scores[own.start : own.stop] += np.float32(weight * liked(ranking.matches, likeness))
        best[i] = scores[own.start : own.stop].max()
    order = np.argsort(-best, kind="stable")
    places, keys = ranking.places.copy(), ranking.keys.copy()
    places[: len(first)], keys[: len(first)] = first[order], keys[order]
    by_key = dict(zip(ranking.keys.tolist(), alike, strict=False))
    return replace(ranking, keys=keys, places=places, scores=scores, alike=by_key)


def named_keys(plan: Plan, generation: Generation) -> list[int]:
    """Keys of the records that the plan names by number."""
    return [key for number in plan.numbers for key in generation.catalogue.numbered(number)]


def _usable(plan: Plan, generation: Generation) -> NDArray[np.bool_] | None:
    """Which rows may be found at all; None where that is all of them."""
    if plan.filters:
        return np.isin(generation.row_records, generation.catalogue.matching(plan.filters))
    hidden = generation.catalogue.hidden()
    if generation.manifest.rows > generation.manifest.passages:
        hidden |= {0}  # rows whose passages went belong to no record
    return ~np.isin(generation.row_records, list(hidden)) if hidden else None


def _cosines(
    vector: Floats,
    covered: Floats,
    usable: NDArray[np.bool_] | None,
    generation: Generation,
    index: VectorIndex | None,
) -> Floats:
    if index is None:
        return np.asarray(generation.vectors @ vector, np.float32)
    if usable is not None and np.count_nonzero(usable) < len(usable) // _SELECTIVE:
        rows = np.flatnonzero(usable)
    else:
        near, _ = index.nearest(vector, min(_NEIGHBOURS, len(covered)))
        rows = np.union1d(np.array(near, np.int64), np.flatnonzero(covered))
    cosines = np.full(len(covered), _UNSEEN, np.float32)
    cosines[rows] = generation.vectors[rows] @ vector
    return cosines


def retrieve(
    plan: Plan,
    generation: Generation,
    embedder: Embedder,
    index: VectorIndex | None = None,
    *,
    limit: int = 10,
) -> list[Hit]:
    """The `limit` best hits, each of another record, best first.

    A curatorial text brings the objects it is about, and the first object its texts, where the
    filters allow them.
    """
    ranking = rank(plan, generation, embedder, index)
    family = _with_family(hits_of(ranking, generation, 0, limit), plan, generation)
    return [replace(hit, rank=place) for place, hit in enumerate(family[:limit], 1)]


def _with_family(hits: Sequence[Hit], plan: Plan, generation: Generation) -> list[Hit]:
    """The hits, the objects a text speaks for before it, the texts about the first object behind.

    Only the first few hits bring their objects.
    """
    catalogue = generation.catalogue
    allowed = set(catalogue.matching(plan.filters).tolist()) if plan.filters else None
    found = {hit.record.id: hit for hit in hits}
    placed: dict[str, Hit] = {}

    def related(hit: Hit, keys: Sequence[int]) -> list[Hit]:
        chosen = [key for key in keys if allowed is None or key in allowed]
        records = catalogue.records(chosen)
        return [found.get(record.id) or _beside(hit, record) for record in records]

    for i, hit in enumerate(hits):
        objects = catalogue.keys(hit.record.speaks_for) if i < _RELATED_FROM else []
        texts = catalogue.texts_about(hit.record.id) if i == 0 and not objects else []
        unfound = [text for text in related(hit, texts) if text.record.id not in found]
        for one in (*related(hit, objects), hit, *unfound):
            placed.setdefault(one.record.id, one)
    return list(placed.values())


def _beside(hit: Hit, record: Record) -> Hit:
    """A record that belongs to a hit, and was not found itself."""
    return replace(hit, record=record, passage=Passage(record.id, ""), score=0.0, named=False)


def hits_of(ranking: Ranking, generation: Generation, start: int, stop: int) -> list[Hit]:
    """The hits from place `start` up to `stop` of a ranking, with their records."""
    catalogue = generation.catalogue
    keys = ranking.keys[start:stop].tolist()
    rows = [_best_row(place, ranking, generation) for place in ranking.places[start:stop].tolist()]
    records = catalogue.records(keys)
    passages = catalogue.passages(rows)
    named = set(named_keys(ranking.plan, generation))
    holders = {m.word: set(generation.row_records[m.rows].tolist()) for m in ranking.matches}
    told = evidence(ranking.plan, ranking.matches)
    hits = []
    for i, (key, row, record, passage) in enumerate(
        zip(keys, rows, records, passages, strict=True), start + 1
    ):
        related = [*catalogue.texts_about(record.id), *catalogue.keys(record.about)]
        family = {key, *related}
        naming = naming_forms([record, *catalogue.records(related)])
        held = {
            e.word: not naming.isdisjoint(e.forms)
            for e in told
            if not family.isdisjoint(holders[e.word])
        }
        alike = ranking.alike.get(key, {})
        near = {w: (a.share, a.word in naming) for w, a in alike.items() if w not in held}
        hits.append(
            Hit(
                record=record,
                passage=_with_text(passage, record),
                rank=i,
                score=float(ranking.scores[row]),
                cosine=float(ranking.cosines[row]),
                coverage=float(ranking.covered[row]),
                likeness=liked(ranking.matches, alike),
                support=support(told, held, near),
                detail=detail(told, held, near),
                naming=any(held.values()),
                named=key in named,
                words=tuple(held),
            )
        )
    return hits


def _best_row(place: int, ranking: Ranking, generation: Generation) -> int:
    rows = _rows_of(place, ranking, generation)
    return rows.start + int(ranking.scores[rows.start : rows.stop].argmax())


def _rows_of(place: int, ranking: Ranking, generation: Generation) -> range:
    starts = generation.record_starts
    last = place + 1 == len(starts)
    return range(int(starts[place]), len(ranking.scores) if last else int(starts[place + 1]))


def _with_text(passage: Passage, record: Record) -> Passage:
    field = record.numbered(passage.field) if passage.field else None
    return replace(passage, text=field.text[passage.start : passage.end]) if field else passage
