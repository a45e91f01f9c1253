"""The suite `counting`: is what can be counted understood, counted exactly, and else refused?

Right is what the source files say, read by code of its own (`eval/countinggold.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.countinggold import CountingQuestion, Gold, gold, meant, values
from eval.figures import Asked, Figure, Measured, Table, mean
from eval.finding import missing
from eval.queries import HALVES, Query
from explorer.ask import answer
from explorer.catalogue.reading import Catalogue
from explorer.errors import WrongUse
from explorer.text import fold
from explorer.types import Answer, Filters, Question
from explorer.wiring import Explorer

UNDERSTOOD, EXACT, WRONG, REFUSED = "understood", "exact", "wrong filters", "refused rightly"

_NOTE = (
    "Understood: of what records can decide, how much was given a number. Exact: of those, how"
    " often total, records, groups or winner are the source files'. Wrong filters: how many"
    " numbers stand under a filter that was not asked for, or answer what no record can decide."
    " Refused rightly: of what no record can decide, how much was given no number."
)
_NAMED = ("maker", "period")  # fields of names: any name that means the same will do
_OBJECTS = {"kind": "object"}
_FEW = 5  # records that are named where they differ


@dataclass(frozen=True, slots=True)
class Judged:
    """One question after it was asked."""

    question: CountingQuestion
    counted: bool
    """Whether a number was given."""
    exact: bool
    wrong_filter: bool
    records: Sequence[str] = ()
    """Ids of the first records that were shown."""
    told: str = ""
    """What was told instead of what is right; empty where nothing is wrong."""

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        right = self.counted and self.exact if self.question.countable else not self.counted
        return right and not self.wrong_filter


def run(questions: Sequence[CountingQuestion], explorer: Explorer, half: str = "all") -> Measured:
    """The figures over one half of the questions, or over all."""
    if half not in HALVES:
        raise WrongUse(f"'{half}' is not a half.", f"Use one of: {', '.join(HALVES)}.")
    chosen = [question for question in questions if question.half in HALVES[half]]
    right = {question.id: gold(question) for question in chosen}
    wanted = [Query(q.id, q.text, q.lang, dict.fromkeys(right[q.id].records, 2)) for q in chosen]
    skipped = missing(wanted, explorer)
    judged = []
    for question in chosen:
        told = answer(Question(question.text), explorer)
        shown = _meeting(told.filters, explorer.serving().generation.catalogue)
        judged.append(judge(question, right[question.id], told, shown))
    serving = explorer.serving().generation.manifest
    return Measured(
        settings={
            "suite": "counting", "questions": len(judged), "half": half,
            "generation": serving.generation, "records": serving.records,
            "intervals": "95 %: Wilson's score for shares",
        },
        tables=list(_tables(judged)),
        skipped=skipped,
        notes=[f"{j.question.id} {j.question.text}: {j.told}" for j in judged if j.told],
        asked=[_asked(one) for one in judged],
    )  # fmt: skip


def judge(question: CountingQuestion, right: Gold, told: Answer, shown: frozenset[str]) -> Judged:
    """How an answer fares; `shown` are the objects that meet the filters it returned."""
    counted = bool(told.groups) if question.kind == "group" else told.total is not None
    numbered = counted or told.total is not None or bool(told.groups)
    same = question.countable and same_filters(question.filters, told.filters)
    exact = counted and question.countable and _is_exact(question, right, told, shown)
    wrong = numbered and not (same and (exact or not counted))
    return Judged(
        question=question,
        counted=counted if question.countable else numbered,
        exact=exact,
        wrong_filter=numbered and not same,
        records=[card.id for card in told.records[:5]],
        told=_instead(question, right, told, shown) if wrong else "",
    )


def same_filters(asked: Filters, shown: Filters) -> bool:
    """Whether an answer's filters mean what the question's do; its `kind` is always objects."""
    given = {name: _listed(value) for name, value in shown.items() if name != "kind"}
    if given.keys() != asked.keys():
        return False
    if given.pop("rights", ("any",)) == ():
        return False
    return all(_same(name, _listed(asked[name]), values) for name, values in given.items())


def same_groups(counts: Mapping[str, int], told: Answer) -> bool:
    """Whether an answer's groups are these, each with its count and told once."""
    given = [(_plain(group.value), group.count) for group in told.groups]
    return len(given) == len(counts) and dict(given) == {_plain(v): n for v, n in counts.items()}


def _instead(question: CountingQuestion, right: Gold, told: Answer, shown: frozenset[str]) -> str:
    """What was told, what would be right, and where the records differ."""
    given = f"{told.total} by {_written(told.filters)} {told.by}{told.order}".rstrip()
    meant_so = f"{len(right.records)} by {_written(question.filters)}"
    parts = [f"{given}, not {meant_so} {question.by}{question.order}".rstrip()]
    best = {told.records[0].id} if told.order and told.records else set()
    for word, some in (
        ("without", right.records - shown),
        ("with", shown - right.records),
        ("first", best - right.winners),
    ):
        if some:
            parts.append(f"{word} {' '.join(sorted(some)[:_FEW])}")
    return "; ".join(parts)


def _is_exact(question: CountingQuestion, right: Gold, told: Answer, shown: frozenset[str]) -> bool:
    if question.kind == "group":
        return told.total in (None, len(right.records)) and same_groups(right.groups, told)
    if told.total != len(right.records):
        return False
    if question.kind == "superlative":
        return bool(told.records) and told.records[0].id in right.winners
    return shown == right.records


def _same(name: str, asked: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether every value shown is one asked for, and every one asked for is shown."""
    accepted = [_accepted(name, value) for value in asked]
    plain = {_plain(value) for value in shown}
    return plain <= set().union(*accepted) and all(plain & each for each in accepted)


def _accepted(name: str, value: str) -> set[str]:
    """The plain forms that mean a canonical value, as woodcut and woodcut-technique do."""
    land = name == "place" and (value.isupper() or value.islower())
    names = meant(name, value) if name in _NAMED or (name == "place" and not land) else ()
    same = values().get("same", {}).get(value, ())
    return {_plain(f) for f in (value, f"{value}-{name}", value.replace("-", " "), *names, *same)}


def _plain(value: str) -> str:
    return fold(value).removeprefix("#").replace("_", " ")


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _written(filters: Filters) -> str:
    told = (f"{n}={'|'.join(_listed(v))}" for n, v in filters.items() if n != "kind")
    return " ".join(told) or "no filter"


def _meeting(filters: Filters, catalogue: Catalogue) -> frozenset[str]:
    keys = catalogue.matching({**filters, **_OBJECTS}).tolist()
    return frozenset(record.id for record in catalogue.records(keys))


def _asked(judged: Judged) -> Asked:
    question = judged.question
    values = (
        {UNDERSTOOD: judged.counted, EXACT: judged.exact}
        if question.countable
        else {REFUSED: not judged.counted}
    )
    every = {**values, WRONG: judged.wrong_filter, "answered": judged.counted}
    return Asked(
        id=question.id, lang=question.lang, text=question.text, found=judged.records,
        well=judged.well, values={name: float(value) for name, value in every.items()},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    rows: Mapping[str, Callable[[CountingQuestion], str]] = {
        "kind": lambda q: q.kind, "language": lambda q: q.lang, "half": lambda q: q.half,
    }  # fmt: skip
    note = _NOTE
    for by, name in rows.items():
        groups: dict[str, list[Judged]] = {}
        for one in judged:
            groups.setdefault(name(one.question), []).append(one)
        every = {**dict(sorted(groups.items())), **({"all": judged} if by == "kind" else {})}
        told = {label: _row(own) for label, own in every.items()}
        yield Table(f"Counted, by {by}", note, told, UNDERSTOOD)
        note = ""


def _row(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    here = [j for j in judged if j.question.countable]
    return {
        UNDERSTOOD: mean([j.counted for j in here]),
        EXACT: mean([j.exact for j in here if j.counted]),
        WRONG: Figure(float(sum(j.wrong_filter for j in judged)), len(judged)),
        REFUSED: mean([not j.counted for j in judged if not j.question.countable]),
    }
