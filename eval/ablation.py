"""What each part of finding brings: the same questions with some weights at 0."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import accumulate

import numpy as np

from eval.figures import Figure, Table, difference, mean
from eval.measures import LEAD, recall
from eval.queries import Query
from eval.sample import DEPTH, Sample, directions, finder
from explorer.catalogue.generation import Calibration
from explorer.wiring import Explorer

TEXT, EMBEDDER, WHOLE = "text search alone", "embedder alone", "whole"
_THRESHOLDS = ("found", "floor", "near")  # of the calibration's numbers; all others are weights

Values = Mapping[str, Mapping[str, float]]
"""System -> question id -> recall."""


def ablation(queries: Sequence[Query], explorer: Explorer) -> Table:
    """recall@5 of text search, of the embedder, of both with ever more parts, and without each."""
    generation = explorer.serving().generation
    found = _values([q for q in queries if q.relevant], explorer)
    sides = directions([q for q in queries if q.relevant], generation.catalogue)
    rows: dict[str, dict[str, Figure | None]] = {}
    for name, values in found.items():
        row = rows[name] = {}
        for direction, asked in sides.items():
            own = [values[query.id] for query in asked]
            text = [found[TEXT][query.id] for query in asked]
            row[direction] = mean(own)
            row[f"{direction}, more than text"] = difference(own, text)
    note = (
        "A part is left out by setting its weight to 0. + adds it to the row above, - takes it from"
        " the whole. The embedder alone finds what holds no word of the question, too."
    )
    return Table(f"Parts of finding, {LEAD}", note, rows, "across languages")


def systems(calibration: Calibration) -> dict[str, Calibration]:
    """Name -> the calibration with only some weights in it; of the same ones the first."""
    weights = {
        name: value
        for name, value in asdict(calibration).items()
        if name not in _THRESHOLDS and isinstance(value, float) and value
    }
    none = replace(calibration, **dict.fromkeys(weights, 0.0))
    steps = accumulate(weights, lambda have, name: replace(have, **{name: weights[name]}),
                       initial=none)  # fmt: skip
    names = (EMBEDDER, *("text + embedder" if w == "coverage" else f"+ {w}" for w in weights))
    added = dict(zip(names, steps, strict=True))
    without = {f"- {name}": replace(calibration, **{name: 0.0}) for name in weights}
    fewer = {name: left for name, left in without.items() if left not in added.values()}
    return {**added, WHOLE: calibration, **fewer}


def _values(queries: Sequence[Query], explorer: Explorer) -> Values:
    generation, embedder = explorer.serving().generation, explorer.embedder
    calibration, sample = generation.manifest.calibration, Sample(generation, ())
    chosen = systems(calibration)
    silent, words = np.zeros_like(generation.vectors), replace(chosen[EMBEDDER], coverage=1.0)
    ways = {TEXT: finder(sample, embedder, silent, words, words_only=True)}
    ways |= {name: finder(sample, embedder, generation.vectors, c) for name, c in chosen.items()}
    return {
        name: {query.id: recall(way(query), query.answering, DEPTH) for query in queries}
        for name, way in ways.items()
    }
