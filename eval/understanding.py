"""The suite `understanding`: is it heard what is asked for, by what fields, filters and topic?"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.figures import Asked, Figure, Measured, Table, mean
from eval.finding import settings
from eval.queries import FOLDER, Query, in_half
from explorer.ask import ask
from explorer.errors import WrongUse
from explorer.text import fold, words
from explorer.types import Answer, Filters, Question
from explorer.wiring import Explorer

COUNTED = ("list", "count", "group", "superlative")
UNDERSTOOD = "understood"
_NOTE = (
    "Understood: the kind, and what else the question's kind has: all fields asked for, the same"
    " filters, the topic. Counted else: of questions to be counted, how many got a number whose"
    " shown filters are not the question's."
)
_NUMBERS = ("from", "to")

Numbered = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A question and how it is to be understood; its kind stands in the query."""

    query: Query
    fields: Sequence[str] = ()
    filters: Filters = field(default_factory=dict)
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one question; None where its kind has no such part."""

    told: Told
    heard: Numbered
    """The data of the event `plan`."""
    kind: bool
    fields: bool | None
    filters: bool | None
    topic: bool | None
    lang: bool
    counted_else: bool | None

    @property
    def understood(self) -> bool:
        """Whether the kind and all that belongs to it was heard."""
        return self.kind and all(part is not False for part in self.parts)

    @property
    def parts(self) -> tuple[bool | None, ...]:
        """Fields, filters and topic."""
        return self.fields, self.filters, self.topic


def read(name: str, folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """The lines of a set of questions in one file, questions.jsonl."""
    file = folder / name / "questions.jsonl"
    if not file.is_file():
        known = ", ".join(sorted(f.parent.name for f in folder.glob("*/questions.jsonl")))
        raise WrongUse(f"There are no questions '{name}' in one file.", f"Use one of: {known}.")
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def load(folder: Path = FOLDER) -> list[Told]:
    """The questions of the set `understanding`."""
    return [_told(line) for line in read("understanding", folder)]


def run(questions: Sequence[Told], explorer: Explorer, half: str = "all") -> Measured:
    """The figures over one half of the questions, or over all."""
    chosen = {query.id for query in in_half([one.query for one in questions], half)}
    judged = [judge(one, explorer) for one in questions if one.query.id in chosen]
    return Measured(
        settings={**settings(explorer, (), half), "suite": "understanding",
                  "questions": len(judged)},
        tables=list(_tables(judged)),
        asked=[_asked(j) for j in judged],
    )  # fmt: skip


def judge(told: Told, explorer: Explorer) -> Judged:
    """How the question was understood; answered in full only where a number may come of it."""
    events = ask(Question(told.query.text), explorer)
    heard = next(event.data for event in events if event.name == "plan")
    if told.query.kind not in COUNTED:
        return judged(told, heard)
    *_, last = events
    return judged(told, heard, last.data if isinstance(last.data, Answer) else None)


def judged(told: Told, heard: Numbered, answer: Answer | None = None) -> Judged:
    """The judgement on what was heard and, where something is to be counted, on the answer."""
    query = told.query
    named, counted = query.kind == "attribute", query.kind in COUNTED
    right = same_filters(told.filters, heard["filters"])
    return Judged(
        told=told,
        heard=heard,
        kind=heard["kind"] == query.kind,
        fields=set(told.fields) <= set(heard.get("fields", ())) if named else None,
        filters=right if counted else None,
        topic=heard.get("topic", "") == told.topic if told.topic else None,
        lang=heard["lang"] == query.lang,
        counted_else=_elsewise(told, answer) if counted else None,
    )


def _elsewise(told: Told, answer: Answer | None) -> bool:
    if answer is None or answer.total is None:
        return False
    return not same_filters(told.filters, answer.filters)


def same_filters(gold: Filters, shown: Filters) -> bool:
    """Whether both leave the same; `kind: object` leaves nothing out.

    A maker may be shown by a part of the name, for that is how visitors ask.
    """
    wanted, given = _plain(gold), _plain(shown)
    if given.get("kind") == frozenset(("object",)):
        del given["kind"]
    if wanted.keys() != given.keys():
        return False
    return all(
        _same_names(wanted[name], given[name]) if name == "maker" else wanted[name] == given[name]
        for name in wanted
    )


def _same_names(wanted: frozenset[str], given: frozenset[str]) -> bool:
    def alike(one: str, other: str) -> bool:
        few, many = sorted((set(one.split("-")), set(other.split("-"))), key=len)
        return bool(few) and few <= many

    return all(any(alike(one, other) for other in given) for one in wanted) and all(
        any(alike(one, other) for other in wanted) for one in given
    )


def _plain(filters: Filters) -> dict[str, frozenset[str]]:
    """Filter -> its values as words: a concept, a country and a name all look alike."""
    return {name: _values(name, value) for name, value in dict(filters).items()}


def _values(name: str, value: Any) -> frozenset[str]:
    each = value if isinstance(value, list | tuple) else [value]
    if name in _NUMBERS:
        return frozenset(str(int(one)) for one in each)
    if name == "room":
        return frozenset("".join(filter(str.isdigit, str(one))) for one in each)
    return frozenset("-".join(words(fold(str(one)))) for one in each)


def _told(line: Mapping[str, Any]) -> Told:
    query = Query(line["_id"], line["text"], line["lang"], {}, line["kind"])
    return Told(query, tuple(line["fields"]), line["filters"], line["topic"])


def _asked(one: Judged) -> Asked:
    heard, query = one.heard, one.told.query
    said = [f"{name}={value}" for name, value in heard["filters"].items()]
    found = [heard["kind"], ",".join(heard.get("fields", ())), " ".join(said)]
    return Asked(
        id=query.id, lang=query.lang, text=query.text, found=found, well=one.understood,
        values={UNDERSTOOD: float(one.understood), "kind": float(one.kind)},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    groupings: Mapping[str, Callable[[Judged], str]] = {
        "kind": lambda j: j.told.query.kind,
        "topic": lambda j: j.told.topic,
        "language of the question": lambda j: j.told.query.lang,
    }
    note = _NOTE
    for by, of in groupings.items():
        names = sorted({of(j) for j in judged} - {""})
        rows = {name: _row([j for j in judged if of(j) == name]) for name in names}
        if by == "kind":
            rows["to be counted"] = _row([j for j in judged if j.told.query.kind in COUNTED])
            rows["all"] = _row(judged)
        yield Table(f"Understood, by {by}", note, rows, UNDERSTOOD)
        note = ""


def _row(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    def share(values: Sequence[bool | None]) -> Figure | None:
        return mean([float(value) for value in values if value is not None])

    return {
        UNDERSTOOD: share([j.understood for j in judged]),
        "kind": share([j.kind for j in judged]),
        "fields": share([j.fields for j in judged]),
        "filters": share([j.filters for j in judged]),
        "topic": share([j.topic for j in judged]),
        "language": share([j.lang for j in judged]),
        "counted else": share([j.counted_else for j in judged]),
    }
