"""What looks wrong in the dates of one record."""

import re
from collections.abc import Iterator
from functools import lru_cache

from explorer.dates import read_date
from explorer.types import DateSpan, Record
from ingest.health.tally import Found

_CENTURY = 100
_OPEN = 10**9  # an end that is not said
_YEAR = re.compile(r"\d{3,4}")
_Years = tuple[int, int]


def dates(record: Record, this_year: int) -> Iterator[Found]:
    """Dates that are missing, not understood, in the future, or that contradict themselves."""
    creation = [d for d in record.dates if d.kind == "creation" and _told(d)]
    if not creation:
        yield "date_none", ""
    for warning in record.warnings:
        if warning.startswith("date begins after its end"):
            yield "date_reversed", warning.partition(": ")[2]
    for span in record.dates:
        yield from _span(span, this_year)


def _told(span: DateSpan) -> bool:
    return bool(span.display) or span.earliest is not None or span.latest is not None


def _span(span: DateSpan, this_year: int) -> Iterator[Found]:
    shown = " / ".join(span.display.values())
    if span.earliest is None and span.latest is None:
        if shown:
            yield "date_unread", shown
        return
    begin = span.earliest if span.earliest is not None else span.latest
    end = span.latest if span.latest is not None else span.earliest
    assert begin is not None and end is not None
    written = f"{begin}–{end}"
    if begin > end:
        yield "date_reversed", f"{shown} ({written})" if shown else written
        return
    if begin > this_year or end >= this_year + _CENTURY:
        yield "date_future", f"{shown} ({written})" if shown else written
    numbers = [_YEAR.findall(text) for text in span.display.values()]
    plain = all(any(begin <= int(year) <= end for year in said) for said in numbers)
    if plain and all(said == numbers[0] for said in numbers):
        return  # the words name years of the span, the same in all languages
    read = [years for lang, text in span.display.items() if (years := _years(text, lang))]
    if any(_apart(years, _both(span.earliest, span.latest)) for years in read):
        yield "date_disagrees", f"{shown} ({written})"
    elif any(_apart(one, other) for one in read for other in read):
        yield "date_languages_disagree", shown


def _apart(one: _Years, other: _Years) -> bool:
    return one[1] < other[0] or other[1] < one[0]


@lru_cache(maxsize=20_000)
def _years(text: str, lang: str) -> _Years | None:
    read = read_date(text, lang)
    return None if read is None else _both(read.earliest, read.latest)


def _both(earliest: int | None, latest: int | None) -> _Years:
    return (-_OPEN if earliest is None else earliest, _OPEN if latest is None else latest)


def century(record: Record) -> str:
    """The first year of the century an object begins in, "" where no year is known.

    Centuries begin with the year 1, 101, ..., and before that with -99 (100 BCE), -199, ...
    """
    years = (
        d.earliest if d.earliest is not None else d.latest
        for d in record.dates
        if d.kind == "creation"
    )
    first = next((year for year in years if year is not None), None)
    return "" if first is None else str((first - 1) // _CENTURY * _CENTURY + 1)
