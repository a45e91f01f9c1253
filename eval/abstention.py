"""The suite `abstention`: is refused what is not here, and answered what is?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.conversation import first
from eval.figures import Asked, Figure, Measured, Table, mean
from eval.finding import missing, settings
from eval.queries import FOLDER, Query, in_half
from eval.understanding import read
from explorer.ask import answer
from explorer.types import Answer, Question
from explorer.wiring import Explorer

ENDED = "ended well"
_NOTE = (
    "Ended well: a right record first, or no answer where none is due. Answered though"
    " unanswerable: whole or in part; to say that there are 0 is no such answer. Outcome: of those"
    " refused rightly, how many were told why in the right way, not here or out of scope."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one question; its query's kind says why, its origin how it should end."""

    query: Query
    told: Answer

    @property
    def answered(self) -> bool:
        """Whether something was answered, whole or in part."""
        return self.told.outcome in ("answered", "partly") and self.told.total != 0

    @property
    def right(self) -> bool:
        """Whether what was answered speaks first of a relevant record."""
        return self.answered and first(self.told) in self.query.relevant

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return self.right if self.query.relevant else not self.answered


def load(folder: Path = FOLDER) -> list[Query]:
    """The questions of the set `abstention`: why in `kind`, the outcome due in `origin`."""
    return [
        Query(line["_id"], line["text"], line["lang"], dict.fromkeys(line["relevant"], 2),
              line["why"], line["outcome"])
        for line in read("abstention", folder)
    ]  # fmt: skip


def run(questions: Sequence[Query], explorer: Explorer, half: str = "all") -> Measured:
    """The figures over one half of the questions, or over all."""
    chosen = in_half(questions, half)
    judged = [Judged(query, answer(Question(query.text), explorer)) for query in chosen]
    return Measured(
        settings={**settings(explorer, (), half), "suite": "abstention", "questions": len(judged)},
        tables=list(_tables(judged)),
        skipped=missing(chosen, explorer),
        asked=[_asked(j) for j in judged],
    )


def _asked(one: Judged) -> Asked:
    query = one.query
    return Asked(
        id=query.id, lang=query.lang, text=query.text, well=one.well,
        found=[record for record in [first(one.told)] if record],
        values={ENDED: float(one.well), "answered": float(one.answered)},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    why: Callable[[Judged], str] = lambda j: j.query.kind  # noqa: E731
    lang: Callable[[Judged], str] = lambda j: j.query.lang  # noqa: E731
    for by, of, note in (("reason", why, _NOTE), ("language of the question", lang, "")):
        names = sorted({of(j) for j in judged})
        rows = {name: row([j for j in judged if of(j) == name]) for name in names}
        if by == "reason":
            rows["all"] = row(judged)
        yield Table(f"Refused and answered, by {by}", note, rows, ENDED)


def row(judged: Sequence[Judged]) -> dict[str, Figure | None]:
    """The shares of one row of a table."""
    here = [j for j in judged if j.query.relevant]
    absent = [j for j in judged if not j.query.relevant]
    refused = [j for j in absent if not j.answered]
    return {
        ENDED: mean([j.well for j in judged]),
        "answered though unanswerable": mean([j.answered for j in absent]),
        "refused though answerable": mean([not j.answered for j in here]),
        "wrong record answered": mean([j.answered and not j.right for j in here]),
        "outcome": mean([j.told.outcome == j.query.origin for j in refused]),
    }
