"""The suite `conversation`: does a follow-up find what the same question in full would find?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.figures import Asked, Figure, Measured, Table, mean
from eval.finding import missing, settings
from eval.queries import FOLDER, Query, in_half
from eval.understanding import read, same_filters
from explorer.ask import answer
from explorer.types import Answer, Filters, Question, Turn
from explorer.wiring import Explorer

LISTED = ("same_maker", "same_place", "narrowing")
"""Kinds whose answer is a list or a number, made by filters."""

RESOLVED = "resolved"
_NOTE = (
    "Resolved: the answer speaks first of a record that the follow-up is about; of lists: all"
    " records listed and their number are the right ones, or the filters are. As in full: of what"
    " the question in full gets an answer to, how often the follow-up leads to the same first"
    " record and number. In full: the question in full, judged like the follow-up."
)


@dataclass(frozen=True, slots=True)
class Followup:
    """A message that is understood only with what was said before, or with its page.

    `standalone` asks the same in full; `answer_lang` is the language wished for, where one is.
    """

    query: Query
    standalone: str
    history: Sequence[Turn] = ()
    page: str = ""
    filters: Filters = field(default_factory=dict)
    answer_lang: str = ""

    @property
    def seen(self) -> frozenset[str]:
        """The records that were shown before."""
        return frozenset(record for turn in self.history for record in turn.records)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one follow-up, and of the question in full."""

    asked: Followup
    told: Answer
    resolved: bool
    in_full: bool
    same: bool | None
    """None where the question in full is not answered."""
    lang: bool


def load(folder: Path = FOLDER) -> list[Followup]:
    """The follow-ups of the set `conversation`."""
    return [_followup(line) for line in read("conversation", folder)]


def run(questions: Sequence[Followup], explorer: Explorer, half: str = "all") -> Measured:
    """The figures over one half of the follow-ups, or over all."""
    queries = in_half([one.query for one in questions], half)
    chosen = {query.id for query in queries}
    judged = [judge(one, explorer) for one in questions if one.query.id in chosen]
    return Measured(
        settings={**settings(explorer, (), half), "suite": "conversation",
                  "questions": len(judged)},
        tables=list(_tables(judged)),
        skipped=missing(queries, explorer),
        asked=[_asked(j) for j in judged],
    )  # fmt: skip


def judge(asked: Followup, explorer: Explorer) -> Judged:
    """What the follow-up leads to, beside the question in full, which is asked by itself."""
    question = Question(asked.query.text, history=list(asked.history), page=asked.page)
    return judged(asked, answer(question, explorer), answer(Question(asked.standalone), explorer))


def judged(asked: Followup, told: Answer, full: Answer) -> Judged:
    """The judgement on both answers."""
    answered = full.outcome in ("answered", "partly")
    return Judged(
        asked=asked,
        told=told,
        resolved=resolves(asked, told),
        in_full=resolves(asked, full),
        same=(first(told), told.total) == (first(full), full.total) if answered else None,
        lang=told.lang == (asked.answer_lang or asked.query.lang),
    )


def resolves(asked: Followup, told: Answer) -> bool:
    """Whether an answer is about what the follow-up is about.

    Whether "what else" counts what was shown before is left to the answer.
    """
    relevant = set(asked.query.relevant)
    if asked.query.kind not in LISTED:
        return first(told) in relevant
    if told.total is None:
        return False
    if asked.filters and same_filters(asked.filters, told.filters):
        return True
    listed = {card.id for card in told.records}
    return listed <= relevant and told.total in (len(relevant), len(relevant - asked.seen))


def first(told: Answer) -> str:
    """The record that an answer speaks of first; of one that cites none, the first shown."""
    cited = (citation.record_id for said in told.statements for citation in said.citations)
    return next(cited, told.records[0].id if told.records else "")


def _followup(line: Mapping[str, Any]) -> Followup:
    graded = dict.fromkeys(line["relevant"], 2)
    return Followup(
        query=Query(line["_id"], line["text"], line["lang"], graded, line["kind"]),
        standalone=line["standalone"],
        history=[Turn(t["role"], t["text"], t.get("records", [])) for t in line["history"]],
        page=line["page"],
        filters=line.get("filters", {}),
        answer_lang=line.get("answer_lang", ""),
    )


def _asked(one: Judged) -> Asked:
    query = one.asked.query
    return Asked(
        id=query.id, lang=query.lang, text=query.text, well=one.resolved,
        found=[record for record in [first(one.told)] if record],
        values={RESOLVED: float(one.resolved), "language": float(one.lang),
                "answered": float(one.told.outcome in ("answered", "partly"))},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    groupings: Mapping[str, Callable[[Judged], str]] = {
        "kind": lambda j: j.asked.query.kind,
        "language of the question": lambda j: j.asked.query.lang,
    }
    note = _NOTE
    for by, of in groupings.items():
        names = sorted({of(j) for j in judged})
        rows = {name: _row([j for j in judged if of(j) == name]) for name in names}
        if by == "kind":
            rows["all"] = _row(judged)
        yield Table(f"Followed, by {by}", note, rows, RESOLVED)
        note = ""


def _row(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    return {
        RESOLVED: mean([j.resolved for j in judged]),
        "as in full": mean([j.same for j in judged if j.same is not None]),
        "in full": mean([j.in_full for j in judged]),
        "language": mean([j.lang for j in judged]),
    }
