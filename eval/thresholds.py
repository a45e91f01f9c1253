"""Thresholds of an embedder compared: what is answered rightly, wrongly, or refused, on one half.

The numbers chosen go to explorer/calibration/<fingerprint>.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from eval.figures import Figure, Table, mean
from eval.measures import recall
from eval.queries import Half, Query
from eval.sample import DEPTH, Sample, groups, with_vectors
from eval.systems import Systems
from explorer.catalogue.generation import Calibration
from explorer.compose.quote import leading_records
from explorer.config import Settings
from explorer.plan import plan
from explorer.retrieve import outcome, retrieve, worth_showing
from explorer.types import Hit, Plan, Question

BRIDGE, LIKENESS = (1.0, 2.0, 3.0, 4.0), (0.0, 1.0, 2.0)
FLOORS = (0.9, 1.0, 1.1, 1.9, 1.95, 2.0, 2.05, 2.1, 2.15, 2.2)
NEARS, EVIDENCE = (0.0, 0.8, 1.1), (0.0, 0.6, 0.7, 0.8)
MOST_ABSENT = 8  # answered though nothing here answers: rows with more are not worth reading
_SHOWN = Settings().source_count

Counts = tuple[int, int, int]
"""Answered rightly, answered wrongly, refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what was found for it."""

    query: Query
    plan: Plan
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Trial:
    """How the questions end with one set of numbers."""

    calibration: Calibration
    same: Counts
    across: Counts
    absent: Counts

    @property
    def worth(self) -> tuple[int, int, int]:
        """What is to be large: right answers, and what is not answered wrongly or though absent."""
        return self.same[0] + self.across[0], -self.same[1] - self.across[1], -self.absent[1]


def threshold_sweep(
    sample: Sample,
    systems: Systems,
    calibration: Calibration,
    queries: Sequence[Query],
    half: Half,
) -> list[Table]:
    """Recall for every pair of weights; outcomes for the best thresholds with each."""
    vectors = systems.embedder.embed_passages(sample.passages)
    here = groups(queries, sample.generation.catalogue, half)
    absent = [q for q in queries if not q.relevant and q.half == half]
    found: dict[str, Mapping[str, Figure | None]] = {}
    trials: list[Trial] = []
    for bridge, likeness in product(BRIDGE, LIKENESS):
        weights = replace(calibration, bridge=bridge, likeness=likeness)
        generation = with_vectors(sample, vectors, weights)
        asked: dict[str, list[Asked]] = {}
        for group, some in {**here, "absent": absent}.items():
            for query in some:
                planned = plan(Question(query.text), generation.catalogue, default_lang="en")
                hits = retrieve(planned, generation, systems.embedder, limit=_SHOWN)
                asked.setdefault(group, []).append(Asked(query, planned, hits))
        found[f"bridge {bridge:g}, likeness {likeness:g}"] = {
            f"{group}, {half}": mean([_recall(one) for one in asked[group]]) for group in here
        }
        trials += best(list(_trials(asked, weights)))
    return [
        Table(f"Weights, sample questions, recall@{DEPTH}", "", found),
        Table(
            f"Thresholds, sample questions, {half}",
            f"found = {calibration.found:g}. Of each pair of weights, the thresholds that no others"
            f" surpass in every count, with at most {MOST_ABSENT} absent ones answered.",
            {_named(trial.calibration): _row(trial) for trial in ordered(trials)},
        ),
    ]


def _recall(one: Asked) -> float:
    return recall([hit.record.id for hit in one.hits], one.query.answering, DEPTH)


def _trials(asked: Mapping[str, Sequence[Asked]], weights: Calibration) -> Iterator[Trial]:
    for floor, near, evidence in product(FLOORS, NEARS, EVIDENCE):
        tried = replace(weights, floor=floor, near=near, evidence=evidence)
        counts = {group: _counted(some, tried) for group, some in asked.items()}
        yield Trial(tried, counts["same language"], counts["across languages"], counts["absent"])


def _counted(asked: Sequence[Asked], calibration: Calibration) -> Counts:
    ends = [_ending(one, calibration) for one in asked]
    return ends.count("right"), ends.count("wrong"), ends.count("refused")


def _ending(one: Asked, calibration: Calibration) -> str:
    hits = worth_showing(one.hits[:_SHOWN], calibration)
    if not hits or outcome(one.plan, hits, calibration) in ("not_found", "out_of_scope"):
        return "refused"
    return "right" if leading_records(one.plan, hits)[0].id in one.query.relevant else "wrong"


def ordered(trials: Sequence[Trial]) -> list[Trial]:
    """The most right answers first."""
    return sorted(trials, key=lambda trial: trial.worth, reverse=True)


def best(trials: Sequence[Trial]) -> list[Trial]:
    """Those that no other surpasses; of equals the strictest."""
    strictest: dict[tuple[int, int, int], Trial] = {}
    for trial in trials:
        if -trial.worth[2] <= MOST_ABSENT:
            strictest[trial.worth] = trial  # floors and nears rise
    return [
        trial
        for worth, trial in strictest.items()
        if not any(
            other != worth and all(o >= w for o, w in zip(other, worth, strict=True))
            for other in strictest
        )
    ]


def _named(c: Calibration) -> str:
    return (
        f"bridge {c.bridge:g}, likeness {c.likeness:g}, floor {c.floor:g}, near {c.near:g},"
        f" evidence {c.evidence:g}"
    )


def _row(trial: Trial) -> dict[str, Figure | None]:
    row: dict[str, Figure | None] = {}
    for group, counts in (("same", trial.same), ("across", trial.across)):
        for end, count in zip(("right", "wrong", "refused"), counts, strict=True):
            row[f"{group} {end}"] = Figure(float(count), sum(counts))
    row["absent answered"] = Figure(float(trial.absent[1]), sum(trial.absent))
    return row
