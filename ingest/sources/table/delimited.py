"""Rows of CSV and TSV files, as spreadsheets and collection systems write them."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from explorer.text import nfc
from ingest.columns import Column
from ingest.deliveries import Member
from ingest.encoding import Opened, opened
from ingest.mapping import Mapping, present
from ingest.sources.table.record import id_in, records
from ingest.sources.table.rows import (
    LONGEST_LINE,
    Read,
    Row,
    Shape,
    Values,
    languages,
    mapping_of,
    shape_of,
    split,
)
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_SEP = re.compile(r"sep=(.)\r?\n?\Z")  # what Excel writes, and hides, above the header line
_QUOTED = re.compile(r'"[^"]*"')
_TOO_LONG = f"a line is longer than {LONGEST_LINE:,} characters; nothing after it was read"
_CUT = "the file breaks off in the middle of a character; nothing after it was read"
_UNCLOSED = (
    "the row that begins here cannot be told from the next ones, for a quotation mark is not closed"
    " or stands in the middle of a cell; nothing after it was read"
)
_CELLS = "the row has more or fewer cells than columns"


class _TooLong(ValueError):
    """A line longer than any table has."""


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a table, a row each, as they are read."""
    yield from records(_rows(member, spec, mapping_of(spec)))


def columns(member: Member, spec: SourceSpec) -> list[str]:
    """The names of a table's columns, those that are not read too."""
    mapping = mapping_of(spec)
    file = opened(member, encoding=mapping.encoding, languages=languages(spec, mapping))
    with file.text:
        lines = _Lines(file.text)
        return _header(lines, csv.reader(lines, delimiter=lines.begin(mapping, spec), strict=True))


class _Lines:
    """The lines of a file, counted; one that is too long is not read to its end."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held: list[str] = []
        self.taken = 0

    def begin(self, mapping: Mapping, spec: SourceSpec) -> str:
        """What parts the cells: as declared, as the first line says, or as the header shows it."""
        first = self._line()
        while first and not first.strip():
            self.taken += 1
            first = self._line()
        if match := _SEP.match(first):
            self.taken += 1
            return mapping.delimiter or match.group(1)
        self._held = [first] if first else []
        bare = _QUOTED.sub("", first)
        told = "\t" if spec.format == "tsv" else max(";,\t|", key=bare.count)
        return mapping.delimiter or told

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._held.pop() if self._held else self._line()
        if not line:
            raise StopIteration
        self.taken += 1
        return line

    def _line(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise _TooLong
        return line


def _rows(member: Member, spec: SourceSpec, mapping: Mapping) -> Read:
    file = opened(member, encoding=mapping.encoding, languages=languages(spec, mapping))
    if file.guessed:
        yield Remark(spec.name, member.where, f"encoding guessed: {file.encoding}")
    with file.text:
        yield from _read(file, member, spec, mapping)


def _read(file: Opened, member: Member, spec: SourceSpec, mapping: Mapping) -> Read:
    lines = _Lines(file.text)
    began, why = 1, ""
    try:
        csv.field_size_limit(LONGEST_LINE)
        rows = csv.reader(lines, delimiter=lines.begin(mapping, spec), strict=True)
        header = _header(lines, rows)
        mapping = present(mapping, header, member.where)
        make = _maker_of_rows(header, shape_of(member, spec, mapping), member.where)
        short: Rejection | None = None
        began = lines.taken + 1
        for cells in rows:
            first, began = began, lines.taken + 1
            if not any(map(str.strip, cells)):
                continue
            if short:
                yield short
            made = make(cells, first, lines.taken)
            # A row that stops short where the file ends is where the delivery was cut.
            short = made if isinstance(made, Rejection) and len(cells) < len(header) else None
            if not short:
                yield made
        if short:
            yield Rejection(spec.name, short.where, "", "", short.reason)
    except _TooLong:
        began, why = lines.taken + 1, _TOO_LONG
    except UnicodeDecodeError:
        began, why = lines.taken + 1, _CUT
    except csv.Error:
        why = _UNCLOSED
    if why:
        yield Rejection(spec.name, f"{member.where}, line {began}", "", "", why)


def _header(lines: _Lines, rows: Iterator[list[str]]) -> list[str]:
    """The names in the first row that is not empty; none where there is no such row."""
    return next(([nfc(c) for c in cells] for cells in rows if any(map(str.strip, cells))), [])


def _maker_of_rows(
    header: Sequence[str], shape: Shape, where: str
) -> Callable[[list[str], int, int], Row | Rejection]:
    """What makes a Row of the cells that stand in the lines from `first` to `last`."""
    places = [(column, header.index(column.name)) for column in shape.mapping.columns]
    width = len(header)
    needed = max((i for i, name in enumerate(header) if name), default=-1) + 1

    def make(cells: list[str], first: int, last: int) -> Row | Rejection:
        at = f"{where}, line {first}"
        if len(cells) < needed or (len(cells) > width and any(map(str.strip, cells[width:]))):
            if last > first:
                # Rows may have been swallowed with it, and whose they were is not known.
                lost = f"{_CELLS}, and is written on lines {first} to {last}"
                return Rejection(shape.source, at, "", "", f"{lost}: is a quotation mark missing?")
            return Rejection(shape.source, at, _id(cells, places, shape), "", _CELLS)
        cells += [""] * (width - len(cells))
        values: dict[Column, Values] = {c: split(cells[i], c, shape) for c, i in places}
        return Row(at, shape, values)

    return make


def _id(cells: Sequence[str], places: Sequence[tuple[Column, int]], shape: Shape) -> str:
    """The id of the record that a row of too many or too few cells is about, "" if not told."""
    column, at = next((c, i) for c, i in places if c.field == "id")
    return id_in(split(cells[at], column, shape), shape) if at < len(cells) else ""
