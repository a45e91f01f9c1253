"""Finding: records whose words, vectors or numbers meet the plan, best first.

The score of a passage is cosine + a * coverage + b * reach: the cosine of its vector with the
question's, the share of the question's words it holds, and the share it holds of them or of what
stands for them; the best records gain c * likeness. Ranks are never fused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.retrieve.likeness import Likeness, liked, likenesses
from explorer.retrieve.words import (
    Floats,
    Ints,
    WordMatch,
    coverage,
    match_words,
    reach,
    with_names,
)
from explorer.types import Plan

_NEIGHBOURS = 400  # rows asked of the index where the matrix is too large to be searched whole
_CLOSELY = 40  # records that are looked at word by word
_HELD = 2_000  # rows that hold most of the question, looked at beside them
_SELECTIVE = 10  # filters that leave less than this part of the rows are searched exactly
_UNSEEN = -1.0  # the cosine of a row that was not looked at
NAMED = 10.0
"""Added to the score of a record that the question names by its number."""


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
    reached: Floats
    """Per row of the matrix, as all four."""
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
    calibration = generation.manifest.calibration
    total, rows = generation.manifest.passages, generation.manifest.rows
    matches = match_words(plan.words, plan.heard, generation, bridged=calibration.bridge > 0)
    matches = with_names(matches, plan.named, generation)
    covered = coverage(matches, rows)
    reached = reach(matches, rows) if calibration.bridge else covered
    usable = _usable(plan, generation)
    vector = embedder.embed_query(" ".join(plan.words) or plan.text)
    cosines = _cosines(vector, reached, usable, generation, index)
    scores = cosines + np.float32(calibration.coverage) * covered
    scores += np.float32(calibration.bridge) * reached
    meeting = (reached > 0) | (cosines > least)
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
    ranking = Ranking(plan, keys, places, scores, cosines, covered, reached, matches)
    return _closely(ranking, generation, embedder) if calibration.likeness else ranking


def _closely(ranking: Ranking, generation: Generation, embedder: Embedder) -> Ranking:
    """The ranking, its first records in the order of their scores and likeness together."""
    first = ranking.places[:_CLOSELY]
    rows = [rows_at(place, ranking, generation) for place in first.tolist()]
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
    catalogue = generation.catalogue
    numbered = [key for number in plan.numbers for key in catalogue.numbered(number)]
    return [*numbered, *catalogue.keys(plan.works)]


def _usable(plan: Plan, generation: Generation) -> NDArray[np.bool_] | None:
    """Which rows may be found at all; None where that is all of them."""
    records = generation.row_records
    if plan.given:
        allowed = np.zeros(int(records.max(initial=0)) + 1, np.bool_)
        allowed[generation.catalogue.matching(plan.given)] = True
        return np.asarray(allowed[records])
    hidden = generation.catalogue.hidden()
    if generation.manifest.rows > generation.manifest.passages:
        hidden |= {0}  # rows whose passages went belong to no record
    return ~np.isin(records, list(hidden)) if hidden else None


def _cosines(
    vector: Floats,
    reached: Floats,
    usable: NDArray[np.bool_] | None,
    generation: Generation,
    index: VectorIndex | None,
) -> Floats:
    """Per row the cosine with the question; -1 where it was not looked at.

    Few rows are looked at one by one. Of many the index gives the nearest, the more of them the
    more the filters leave out, and those are looked at too that hold most of the question.
    """
    if index is None:
        return np.asarray(generation.vectors @ vector, np.float32)
    left = len(reached) if usable is None else int(np.count_nonzero(usable))
    if usable is not None and left < len(usable) // _SELECTIVE:
        rows = np.flatnonzero(usable)
    else:
        wanted = _NEIGHBOURS * len(reached) // max(left, 1)
        near, _ = index.nearest(vector, min(wanted, len(reached)))
        held = reached if usable is None else np.where(usable, reached, 0)
        best = np.argpartition(-held, _HELD)[:_HELD] if len(held) > _HELD else np.arange(len(held))
        rows = np.union1d(np.array(near, np.int64), best[held[best] > 0])
    cosines = np.full(len(reached), _UNSEEN, np.float32)
    cosines[rows] = generation.vectors[rows] @ vector
    return cosines


def rows_at(place: int, ranking: Ranking, generation: Generation) -> range:
    """The rows of the record at a place among the generation's `record_starts`."""
    starts = generation.record_starts
    last = place + 1 == len(starts)
    return range(int(starts[place]), len(ranking.scores) if last else int(starts[place + 1]))
