"""Texts that date an object otherwise than its record does: each is shown with its own date."""

import re
from collections.abc import Iterator, Mapping, Sequence

from explorer.compose.statements import notice, quotation, tongue
from explorer.dates import LANGUAGES, read_date
from explorer.render.cards import title_of
from explorer.text import sentences
from explorer.types import Field, Hit, Plan, Record, Statement

_YEAR = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
_FAR = 60  # years: what is farther off dates something else
_ABOUT = 10  # years that "about" may mean
_BEFORE = 24  # characters before a year in which "about" may stand


def disagreeing(
    record: Record, plan: Plan, hits: Sequence[Hit], markers: Mapping[str, int]
) -> Iterator[Statement]:
    """A notice and a sentence of each text that gives another date; nothing where all agree."""
    if "date" not in plan.fields:
        return
    years = _years(record)
    if years is None:
        return
    start, end = years
    told = False
    for hit in hits:
        text = hit.record
        if text.about != (record.id,) or text.kind != "text":
            continue
        if (found := _otherwise(text, start, end)) is None:
            continue
        if not told:
            yield notice("answer.disagree", plan.lang)
            told = True
        if written := next((field.text for _, field in text.named("date")), ""):
            yield notice("answer.written", plan.lang, title=title_of(text, plan.lang), date=written)
        reference, field, first, stop = found
        yield quotation(text, reference, field, first, stop, markers[text.id])


def _years(record: Record) -> tuple[int, int] | None:
    """The years that the record's own words give; about 1470 is ten years either side."""
    for span in record.dates:
        if span.kind != "creation":
            continue
        for lang, words in span.display.items():
            read = read_date(words, lang)
            if read and read.earliest is not None and read.latest is not None:
                wide = _ABOUT if read.certainty == "circa" else 0
                return read.earliest - wide, read.latest + wide
        if span.earliest is not None and span.latest is not None:
            return span.earliest, span.latest
    return None


def _otherwise(text: Record, start: int, end: int) -> tuple[str, Field, int, int] | None:
    """The first sentence that dates by a year outside these, if roughly or in the title, too."""
    titled = {year for _, field in text.named("title") for year in _YEAR.findall(field.text)}
    for reference, field in text.named("text"):
        for first, stop in sentences(field.text, tongue(field)):
            for match in _YEAR.finditer(field.text, first, stop):
                year = int(match.group())
                outside = year < start or year > end
                near = min(abs(year - start), abs(year - end)) <= _FAR
                rough = match.group() in titled or _is_rough(field, match.start(), match.end())
                if outside and near and rough:
                    return reference, field, first, stop
    return None


def _is_rough(field: Field, start: int, end: int) -> bool:
    """Whether the words before a year say "about"."""
    lang = tongue(field) if tongue(field) in LANGUAGES else ""
    opening = max(0, start - _BEFORE)
    for space in range(opening, start):
        if space == opening or field.text[space - 1].isspace():
            span = read_date(field.text[space:end], lang)
            if span is not None and span.certainty == "circa":
                return True
    return False
