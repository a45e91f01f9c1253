"""Whether a written sentence is supported: asked of a model, asked of people, and both compared.

A model's word counts for little until people, on a sheet of theirs, have been found to agree.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from math import sqrt
from pathlib import Path

from eval.figures import Asked, Figure, Measured, Table, mean
from explorer.backends.protocols import Pace
from explorer.config import Settings
from explorer.errors import ModelFailed, WrongUse
from explorer.text import fold, words
from explorer.types import Statement
from explorer.wiring import open_chat

CAUTION = "not validated by people"
SUPPORTED, AGREED, KAPPA = "supported, say people", "agreed", "kappa"

_COLUMNS = ("id", "lang", "question", "statement", "quotes", "judge", "supported")
_YES, _NO = "yes", "no"
_FORMULA = frozenset("=+-@\t\r")  # what a cell begins with that a spreadsheet would reckon
_PACE = Pace(first=120.0, gap=60.0, whole=180.0)
_ANSWER = 8  # tokens of a yes or no
_NOTE = (
    "Supported: the sentence, by its quotations, as people filled it in; beside it what the judge"
    " says of the same sentences. Agreed: the judge and people said the same. Kappa: Cohen's, 1"
    " where they always agree, 0 where no more than by chance."
)

Judge = Callable[[Statement], bool | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the sheet: a written sentence, its quotations, and what was said of it."""

    id: str
    lang: str
    question: str
    statement: str
    quotes: str
    judge: bool | None = None
    supported: bool | None = None
    """What a person says; None where nobody has."""


def quotes(statement: Statement) -> str:
    """What a statement cites, a quotation a line."""
    return "\n".join(f"{c.field.partition('[')[0]}: {c.quote}" for c in statement.citations)


def judge(spec: str, settings: Settings) -> Judge:
    """What asks the chat model `spec` whether a statement is supported; None if it will not say."""
    chat = open_chat(replace(settings, chat=spec))
    if not chat.slots:
        raise WrongUse(f"'{spec}' is no judge: it says nothing.", "Name a chat model with --judge.")
    chat.check()
    template = files("eval").joinpath("judge.md").read_text("utf-8")

    def ask(statement: Statement) -> bool | None:
        told = template.format(sentence=statement.text, quotations=quotes(statement))
        asked = [{"role": "user", "content": told}]
        try:
            stream = chat.stream(asked, context=chat.window, limit=_ANSWER, pace=_PACE)
            said = "".join(piece for piece in stream if isinstance(piece, str))
        except ModelFailed:
            return None
        return _verdict(next(iter(words(said)), ""))

    return ask


def check_new(sheet: Path | None) -> None:
    """Nothing; WrongUse where none can be written, or one stands that people may have filled."""
    if sheet and not sheet.parent.is_dir():
        raise WrongUse(f"There is no folder {sheet.parent}.", "Make it, or name another sheet.")
    if sheet and sheet.exists():
        raise WrongUse(
            f"There is a sheet {sheet} already.",
            "Name another with --sheet, or have this one read with --filled.",
        )


def write_sheet(sheet: Path, rows: Sequence[Row]) -> None:
    """Nothing; the sheet is there, for people to write yes or no into its last column."""
    with sheet.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for row in rows:
            told = (row.id, row.lang, row.question, row.statement, row.quotes)
            writer.writerow([*map(_plain, told), _word(row.judge), _word(row.supported)])


def read_sheet(sheet: Path) -> list[Row]:
    """The lines of a filled sheet, whether a spreadsheet has put commas or semicolons into it."""
    try:
        text = sheet.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The sheet {sheet} cannot be read: {error}.", "Save it as CSV, in UTF-8."
        ) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    found = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if not {"id", "judge", "supported"} <= set(found.fieldnames or ()):
        raise WrongUse(
            f"The sheet {sheet} has not the columns it was written with.",
            "Fill in a sheet that --sheet has written, and keep its first line.",
        )
    return [_row(line) for line in found]


def agreement(rows: Sequence[Row]) -> Measured:
    """How far people find the sentences supported, and how far the judge agrees with them."""
    filled = [row for row in rows if row.supported is not None]
    if not filled:
        raise WrongUse(
            "Nothing is filled in on the sheet.", "Write yes or no into the column 'supported'."
        )
    by_lang = {
        lang: [r for r in filled if r.lang == lang] for lang in sorted({r.lang for r in filled})
    }
    told = {lang: _figures(group) for lang, group in {**by_lang, "all": filled}.items()}
    return Measured(
        settings={"suite": "answering, a filled sheet", "questions": len(filled),
                  "not filled in": len(rows) - len(filled)},
        tables=[Table("Supported, by language", _NOTE, told, SUPPORTED)],
        asked=[
            Asked(row.id, row.lang, row.statement, [row.quotes], bool(row.supported),
                  {"supported": float(bool(row.supported))})
            for row in filled
        ],
    )  # fmt: skip


def kappa(ones: Sequence[bool], others: Sequence[bool]) -> Figure | None:
    """Cohen's kappa of two people's yes and no to the same things, (po - pe) / (1 - pe).

    Interval from its standard error, sqrt(po (1 - po) / (n (1 - pe)²)) (Cohen 1960, Educational and
    Psychological Measurement 20:37), which says nothing where they agree always, or never. None
    where chance alone would agree always.
    """
    n = len(ones)
    if not n:
        return None
    agreed = sum(a == b for a, b in zip(ones, others, strict=True)) / n
    yes, also = sum(ones) / n, sum(others) / n
    chance = yes * also + (1 - yes) * (1 - also)
    if chance == 1:
        return None
    value = (agreed - chance) / (1 - chance)
    if agreed in (0, 1):
        return Figure(value, n)
    half = 1.959964 * sqrt(agreed * (1 - agreed) / n) / (1 - chance)
    return Figure(value, n, max(-1.0, value - half), min(1.0, value + half))


def _figures(filled: Sequence[Row]) -> dict[str, Figure | None]:
    both = [(r.judge, bool(r.supported)) for r in filled if r.judge is not None]
    judges, people = [bool(told) for told, _ in both], [told for _, told in both]
    return {
        SUPPORTED: mean([bool(r.supported) for r in filled]),
        "says the judge": mean(judges),
        AGREED: mean([a == b for a, b in zip(judges, people, strict=True)]),
        KAPPA: kappa(judges, people),
    }


def _row(line: Mapping[str, str | None]) -> Row:
    told = {name: line.get(name) or "" for name in _COLUMNS}
    return Row(
        told["id"], told["lang"], told["question"], told["statement"], told["quotes"],
        _verdict(told["judge"]), _verdict(told["supported"]),
    )  # fmt: skip


def _verdict(told: str) -> bool | None:
    """What a yes or no says; None of anything else."""
    return {_YES: True, _NO: False}.get(fold(told.strip()))


def _word(verdict: bool | None) -> str:
    return "" if verdict is None else _YES if verdict else _NO


def _plain(text: str) -> str:
    """The text as a cell that no spreadsheet reckons."""
    return f"'{text}" if text[:1] in _FORMULA else text
