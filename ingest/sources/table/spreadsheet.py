"""Rows of XLSX workbooks as a person sees them: one visible sheet, without what is hidden in it."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from explorer.errors import ExplorerError, WrongUse
from explorer.text import nfc
from ingest.columns import Column
from ingest.deliveries import Member
from ingest.mapping import Mapping, present, unfound
from ingest.sources.table.cells import shown, wrong
from ingest.sources.table.record import id_in, records
from ingest.sources.table.rows import Read, Row, Shape, Values, mapping_of, shape_of, split
from ingest.sources.table.workbook import DAMAGE, Hidden, check, damaged, hidden_in
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_HEADER_WITHIN = 30  # rows looked at to find the header line

_Sheet = Any  # openpyxl has no types
_Places = Sequence[tuple[Column, int]]


class _BrokenOff(ValueError):
    """A sheet that cannot be read to its end."""


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of one sheet, a row each, as they are read."""
    yield from records(_rows(member, spec, mapping_of(spec)))


def columns(member: Member, spec: SourceSpec) -> list[str]:
    """The names of a sheet's columns, those that are hidden or not read too."""
    mapping = mapping_of(spec)
    with member.open() as file:
        sheet, _ = _sheet(_workbook(file, member.where), mapping, member.where)
        hidden = _hidden(file, sheet).columns
        names = enumerate(_header(sheet, mapping)[1])
        return [f"{n} (hidden)" if place in hidden else n for place, n in names if n]


def _rows(member: Member, spec: SourceSpec, mapping: Mapping) -> Read:
    number = 0
    with member.open() as file:
        sheet, passed = _sheet(_workbook(file, member.where), mapping, member.where)
        for title in passed:
            yield Remark(spec.name, member.where, f"sheet not read: {title}")
        try:
            hidden = _hidden(file, sheet)
            top, header = _header(sheet, mapping)
            shape, unseen = _visible(header, hidden, member, spec, mapping)
            for name in unseen:
                yield Remark(spec.name, member.where, f"hidden column not read: {name}")
            seen = {n: i for i, n in enumerate(header) if i not in hidden.columns}
            places = [(column, seen[column.name]) for column in shape.mapping.columns]
            rows = enumerate(_safely(sheet.iter_rows(top + 1, None, 1, len(header))), top + 1)
            for number, cells in rows:
                if any(cell.value is not None and shown(cell).strip() for cell in cells):
                    yield _row(cells, number, places, hidden, shape, member.where)
        except _BrokenOff as error:
            where = f"{member.where}, after row {number}"
            yield Rejection(spec.name, where, "", "", f"the workbook is damaged: {error}")


def _workbook(file: BinaryIO, where: str) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise ExplorerError(
            "Reading XLSX needs the package openpyxl.",
            'Install it with: pip install "collection-explorer[tables]"',
        ) from error
    check(file, where)
    # It warns of what it does not read, such as drop-down lists; none of it is a cell's value.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except DAMAGE as error:
        raise damaged(where, "it is damaged") from error


def _sheet(workbook: Any, mapping: Mapping, where: str) -> tuple[_Sheet, list[str]]:
    """The sheet to be read, and the names of those that can be seen and are not."""
    seen = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    named = [sheet for sheet in seen if mapping.sheet in ("", sheet.title)]
    if not named:
        titles = ", ".join(sheet.title for sheet in seen) or "none"
        raise WrongUse(
            f"{where} has no sheet '{mapping.sheet}' that can be seen.",
            f"Its sheets are: {titles}. Mend the mapping, or unhide the sheet.",
        )
    named[0].reset_dimensions()  # what a workbook says of its size is often wrong
    rest = [sheet.title for sheet in seen if sheet is not named[0]]
    return named[0], [] if mapping.sheet else rest


def _safely(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    try:
        yield from rows
    except DAMAGE as error:
        raise _BrokenOff(f"{error}") from error


def _hidden(file: BinaryIO, sheet: _Sheet) -> Hidden:
    try:
        return hidden_in(file, sheet._worksheet_path)
    except DAMAGE as error:
        raise _BrokenOff(f"{error}") from error


def _header(sheet: _Sheet, mapping: Mapping) -> tuple[int, list[str]]:
    """The number of the header line, and its names: the first row that has the mapped columns."""
    first: tuple[int, list[str]] = (0, [])
    most = 0
    for number, cells in enumerate(islice(_safely(sheet.iter_rows(1, None, 1)), _HEADER_WITHIN), 1):
        names = [nfc(shown(cell)) for cell in cells]
        found = len(mapping.columns) - len(unfound(mapping, names))
        if found > most or (any(names) and not first[0]):
            first, most = (number, names), max(found, most)
    return first


def _visible(
    header: Sequence[str], hidden: Hidden, member: Member, spec: SourceSpec, mapping: Mapping
) -> tuple[Shape, list[str]]:
    """The columns that are read, and those that are hidden though a ready mapping knows them.

    WrongUse where the museum's own mapping names one that is hidden: which of the two is meant?
    """
    seen = [name for place, name in enumerate(header) if place not in hidden.columns]
    lost = [name for name in header if name and name not in seen]
    known = [name for name in lost if len(unfound(mapping, [name])) < len(mapping.columns)]
    if known and not mapping.optional:
        raise WrongUse(
            f"The mapping names the column '{known[0]}', which is hidden in {member.where}.",
            "Unhide it if it is public, or take it out of the mapping.",
        )
    return shape_of(member, spec, present(mapping, seen, member.where)), known


def _row(
    cells: Sequence[Any], number: int, places: _Places, hidden: Hidden, shape: Shape, where: str
) -> Row | Rejection:
    """The public cells of one row; turned away where one of them cannot be seen or has no value."""
    at = f"{where}, row {number}"
    if number in hidden.rows:
        return Rejection(shape.source, at, _id(cells, places, shape), "", "the row is hidden")
    values: dict[Column, Values] = {}
    for column, place in places:
        cell = cells[place]
        why = wrong(cell)
        if (number, place) in hidden.uncomputed:
            why = "holds a formula that was not computed: open and save it in Excel"
        elif any(left <= place <= right for left, right in hidden.below.get(number, ())):
            why = "is one cell with the row above: unmerge it, and fill in every row"
        if why:
            record_id = "" if column.field == "id" else _id(cells, places, shape)
            reason = f"the column '{column.name}' {why}"
            return Rejection(shape.source, at, record_id, column.field, reason)
        values[column] = split(shown(cell), column, shape)
    return Row(at, shape, values)


def _id(cells: Sequence[Any], places: _Places, shape: Shape) -> str:
    """The id of the record that a row is about, "" if not told."""
    column, place = next((c, p) for c, p in places if c.field == "id")
    cell = cells[place]
    return "" if wrong(cell) else id_in(split(shown(cell), column, shape), shape)
