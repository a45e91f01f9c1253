"""The suite `embedder`: how well an embedder finds across languages, how fast, how heavy.

Beside it stand text search alone, the reference embedder, and both ways of fusing.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from eval.bitext import deliveries, ntrex
from eval.collections import ingested
from eval.figures import Measured, Table
from eval.fusion import sample_sweep, swedish_sweep
from eval.iconclass import subjects
from eval.material import SHARED, Missing, swedish
from eval.queries import HALVES, Half, load_queries
from eval.reference import SPEC, open_embedder, open_reference
from eval.sample import Sample, open_sample, questions
from eval.speed import cut, speed
from eval.systems import EMBEDDER, REFERENCE, RRF_K, Systems
from eval.thresholds import threshold_sweep
from explorer.catalogue.generation import Calibration
from explorer.errors import WrongUse
from explorer.retrieve.words import K1, B

PARTS = ("ntrex", "swedish", "iconclass", "sample", "speed")
"""What a whole run measures."""
BY_NAME = ("fusion", "thresholds")
"""What is run by name: the figures that weights and thresholds are chosen by."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run measures, on what."""

    spec: str
    systems: Systems
    calibration: Calibration
    halves: Sequence[Half]
    shared: Path
    data_dir: Path | None


def run(
    spec: str,
    *,
    part: str = "",
    half: str = "development",
    weight: float | None = None,
    shared: Path = SHARED,
    data_dir: Path | None = None,
) -> Measured:
    """The figures of the embedder that `spec` names, all parts or one.

    `weight` is tried in place of the calibration's; without `data_dir` the sample collection is
    taken in anew, into a folder that goes again.
    """
    if part and part not in (*PARTS, *BY_NAME):
        raise WrongUse(
            f"There is no part '{part}'.", f"Use one of: {', '.join((*PARTS, *BY_NAME))}."
        )
    if half not in HALVES:
        raise WrongUse(f"'{half}' is not a half.", f"Use one of: {', '.join(HALVES)}.")
    embedder, reference = open_embedder(spec, shared / "models"), open_reference(shared / "models")
    calibration, origin = _calibration(embedder.fingerprint)
    if weight is not None:
        calibration, origin = replace(calibration, coverage=weight), "this run's own"
    systems = Systems(embedder, reference, calibration.coverage)
    asked = Run(spec, systems, calibration, HALVES[half], shared, data_dir)
    tables, skipped = [], []
    if reference is None:
        skipped.append("The reference embedder is not here: its column is empty.")
    for name in (part,) if part else PARTS:
        try:
            tables += list(_part(name, asked))
        except Missing as missing:
            skipped.append(f"{name} was skipped: {missing}.")
    settings = {
        "embedder": embedder.name, "fingerprint": embedder.fingerprint, "dims": embedder.dims,
        "fused": f"cosine + {calibration.coverage:g} * coverage"
        f" + {calibration.likeness:g} * likeness ({origin} calibration)",
        "reciprocal rank": f"of cosine and text search, k = {RRF_K}",
        "text search": f"BM25 over folded words and stems, k1 = {K1}, b = {B}",
        "intervals": "95 %: Wilson's score for shares, bootstrap for other means,"
        " order statistics for medians",
    }  # fmt: skip
    return Measured(settings, tables, skipped)


def _calibration(fingerprint: str) -> tuple[Calibration, str]:
    shipped = files("explorer").joinpath("calibration", f"{fingerprint}.json")
    if shipped.is_file():
        return Calibration(**json.loads(shipped.read_text("utf-8"))), "the shipped"
    return Calibration(), "no shipped, the default"


def _part(name: str, asked: Run) -> Iterator[Table]:
    shared, systems = asked.shared, asked.systems
    if name == "ntrex":
        yield from ntrex(shared, systems)
    elif name == "swedish":
        yield from deliveries(shared, systems)
    elif name == "iconclass":
        yield from subjects(shared, systems)
    elif name == "speed":
        yield from _speed(asked)
    elif asked.data_dir:
        yield from _sample(name, open_sample(asked.data_dir), asked)
    else:
        with tempfile.TemporaryDirectory() as folder:
            # Vectors are made anew for every embedder, so those taken in may be the cheapest.
            ingested("sample", Path(folder), embedder="hash:")
            yield from _sample(name, open_sample(Path(folder)), asked)


def _sample(name: str, sample: Sample, asked: Run) -> Iterator[Table]:
    queries = load_queries("sample")
    if name == "sample":
        yield from questions(sample, asked.systems, asked.calibration, queries, asked.halves)
        return
    for half in asked.halves:
        if name == "thresholds":
            yield from threshold_sweep(sample, asked.systems, asked.calibration, queries, half)
            continue
        yield sample_sweep(sample, asked.systems, asked.calibration, queries, half)
        yield from swedish_sweep(asked.shared, asked.systems, half)


def _speed(asked: Run) -> Iterator[Table]:
    texts = [text for item in swedish(asked.shared) for text in item.texts.values()]
    specs = {EMBEDDER: asked.spec, "hash:": "hash:"}
    if asked.systems.reference:
        specs[REFERENCE] = SPEC
    asking = [query.text for query in load_queries("sample")]
    yield from speed(specs, asking, cut(texts), asked.shared / "models")
