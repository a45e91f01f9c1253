"""Answers and lists as plain text, for the command line."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from itertools import groupby

from explorer.phrases import phrase
from explorer.render.lines import page_label
from explorer.render.years import number_told
from explorer.types import Answer, Card, Found, Searched, Statement
from explorer.wire import dump

FORMATS = ("table", "json", "csv")
_COLUMNS = ("object_number", "title", "maker_line", "date_line", "type", "id")


def told(answer: Answer) -> str:
    """The answer with its markers, and below it what each marker stands for."""
    said = [*_statements(answer.statements, answer.lang)]
    kept = [notice.text for notice in answer.notices]
    sources = [
        f"[{place}] " + " · ".join(part for part in _source(card) if part)
        for place, card in enumerate(answer.records, 1)
    ]
    return "\n\n".join("\n".join(lines) for lines in (said, kept, sources) if lines)


def _source(card: Card) -> tuple[str, ...]:
    named = (card.title, card.maker_line, card.date_line, card.object_number, card.id)
    return (card.notice, *named)


def _statements(statements: Sequence[Statement], lang: str) -> Iterator[str]:
    """A line for each statement; groups under one another, with their numbers in a column."""
    for grouped, some in groupby(statements, lambda s: s.kind == "count" and bool(s.label)):
        if not grouped:
            yield from _sentences(some, lang)
            continue
        rows = [(group.label, number_told(int(group.value), lang)) for group in some]
        labels, numbers = (max(map(len, column)) for column in zip(*rows, strict=True))
        yield from (f"  {label:<{labels}}  {number:>{numbers}}" for label, number in rows)


def _sentences(statements: Iterable[Statement], lang: str) -> Iterator[str]:
    """A line for each; over each run of a model's sentences a line that says whose they are."""
    before = ""
    for statement in statements:
        if statement.kind == "written" and before != "written":
            yield f"({phrase('label.written', lang)})"
        before = statement.kind
        yield _statement(statement, lang)


def _statement(statement: Statement, lang: str) -> str:
    cited = dict.fromkeys((c.marker, page_label(c.page, lang)) for c in statement.citations)
    markers = "".join(f" [{marker}{page and f', {page}'}]" for marker, page in cited)
    text = f"“{statement.text}”" if statement.kind == "quote" else statement.text
    return text + markers


_TELLING = 0.3  # with less a word is hardly like another


def listed(searched: Searched, form: str, *, explain: bool) -> str:
    """A search as `form`: table, json or csv, ending in a new line."""
    if form == "json":
        return dump(searched).decode() + "\n"
    rows = [asdict(found.card) for found in searched.hits]
    if form == "csv":
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, [column.name for column in fields(Card)])
        writer.writeheader()
        writer.writerows(rows)
        return buffer.getvalue()
    lines = []
    for found in searched.hits:
        shown = asdict(found.card)
        lines.append(" | ".join(str(shown[name]) for name in _COLUMNS))
        if explain:
            lines.append(f"    {_explained(found)}")
    lines.append(f"{searched.total} records")
    return "\n".join(lines) + "\n"


def _explained(found: Found) -> str:
    where = found.passage.field or "composed line" if found.passage else "filter"
    met = [
        f"{one.word} ~ {one.met} ({one.way} {one.share:.2f})"
        for one in found.met
        if one.share >= _TELLING
    ]
    words = ", ".join([*found.words, *met]) or "no words"
    return (
        f"{found.score:.3f} = cosine {found.cosine:.3f}, coverage {found.coverage:.3f},"
        f" reach {found.reach:.3f} and likeness {found.likeness:.3f}"
        f" in {where}; {words}"
    )
