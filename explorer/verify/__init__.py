"""Checking: every statement against the Fields its citations point into, before it leaves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from explorer.types import Citation, Record, Statement, Tally

_NUMBER = re.compile(r"\d+")


def verify(
    statements: Iterable[Statement], records: Mapping[str, Record], tally: Tally | None = None
) -> Iterator[Statement]:
    """The statements, numbered, each marked supported or not; nothing is rewritten.

    `records` are the retrieved ones by id: a citation of any other record does not hold. A count
    holds where its number is one of the tally's. A statement without support is still yielded: the
    caller decides what silence to keep.
    """
    for index, statement in enumerate(statements):
        yield replace(statement, index=index, supported=_supported(statement, records, tally))


def holds(citation: Citation, records: Mapping[str, Record]) -> bool:
    """Whether the citation's quote stands in its Field, at its offsets and on its page."""
    record = records.get(citation.record_id)
    field = record.numbered(citation.field) if record else None
    return bool(
        field
        and citation.quote
        and field.text[citation.start : citation.end] == citation.quote
        and citation.page == field.page
    )


def _counted(tally: Tally) -> Iterator[int]:
    """Every number that was counted."""
    yield from (tally.total, tally.outside, tally.ties)
    yield from (group.count for group in tally.groups)
    yield from (number for one in tally.missing for number in (one.count, one.of))
    yield from range(1, len(tally.groups))  # groups that are not told


def _supported(statement: Statement, records: Mapping[str, Record], tally: Tally | None) -> bool:
    if statement.kind == "notice":
        return not statement.citations
    if statement.kind == "count":
        told = "".join(filter(str.isdigit, statement.text))
        held = tally is not None and int(statement.value) in _counted(tally)
        return held and statement.value in told
    cited = statement.citations
    if not cited or not all(holds(citation, records) for citation in cited):
        return False
    quotes = [citation.quote for citation in cited]
    if statement.kind == "quote":
        return statement.text == " ".join(quotes)
    numbers = {n for quote in quotes for n in _NUMBER.findall(quote)}
    return set(_NUMBER.findall(statement.text)) <= numbers
