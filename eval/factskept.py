"""Makers and dates that a written sentence tells, against the lines of the record's label."""

import re
from collections.abc import Iterator, Sequence

from explorer.catalogue.reading import Catalogue
from explorer.render.lines import Line, lines
from explorer.text import fold, words
from explorer.types import Record, Statement
from explorer.verify.hedges import MEETING, hedges

_FIGURES = re.compile(r"\d+")
_SHORTEST = 3  # letters of a name's last word, figures of a year


def kept_facts(written: Sequence[Statement], lang: str, catalogue: Catalogue) -> Iterator[bool]:
    """Per maker or date told in a sentence, whether it is as in the label of a record cited.

    Told is a maker whose last name the sentence holds, and a date a year of which it holds or whose
    Field it cites for some figure; kept are they with that figure and words for each qualifier.
    """
    for said in written:
        for record_id in dict.fromkeys(c.record_id for c in said.citations):
            if record := catalogue.record(record_id):
                yield from _told(said, record, lang)


def _told(said: Statement, record: Record, lang: str) -> Iterator[bool]:
    cited = {c.field for c in said.citations if c.record_id == record.id}
    own = words(fold(said.text))
    for line in lines(record, lang, ("maker", "date")):
        if line.key == "field.date":
            years = set(_FIGURES.findall(line.text))
            told = set(_FIGURES.findall(said.text))
            dated = cited & {part.reference for part in line.parts}
            same = years & told
            if any(len(year) >= _SHORTEST for year in same) or (years and told and dated):
                yield bool(same) and _qualified(line.text, own, lang)
        elif line.key == "field.maker":
            yield from _makers(line, own, lang)


def _makers(line: Line, own: Sequence[str], lang: str) -> Iterator[bool]:
    """Of each maker of the line whom the words name, whether every qualifier is there, too."""
    for part in line.parts:
        last = words(fold(part.quote))[-1:]
        if part.reference.startswith("maker[") and last and len(last[0]) >= _SHORTEST:
            told = [each for each in line.text.split("; ") if part.quote in each]
            if last[0] in own and told:
                yield _qualified(told[0], own, lang)


def _qualified(line: str, own: Sequence[str], lang: str) -> bool:
    """Whether each kind of qualifier that the line has is among the words."""
    wanted = {kind for kind, _ in hedges(words(fold(line)), lang)} - MEETING
    return wanted <= {kind for kind, _ in hedges(own, lang)}
