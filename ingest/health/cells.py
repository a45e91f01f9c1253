"""Cells of a table that a spreadsheet opens: none is taken for a formula, all are read back."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO

_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
LONGEST = 1_000_000
"""Characters of one cell that are read; no proposal is as long."""


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def row(cells: Iterable[object]) -> str:
    """One line of a table, its end included."""
    line = StringIO()
    csv.writer(line).writerow([guarded(str(cell)) for cell in cells])
    return line.getvalue()


def rows(
    text: str, needed: Sequence[str], wanted: Sequence[str] = ()
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line number, column -> text) of each line below the header that holds anything.

    The separator is the one the header is written with; ValueError where the header does not name
    the columns `needed`, csv.Error where a line is not understood.
    """
    csv.field_size_limit(LONGEST)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip().casefold() for cell in next(reader, [])]
    if missing := [name for name in needed if name not in header]:
        raise ValueError(", ".join(missing))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            named = dict(zip(header, map(unguarded, cells), strict=False))
            yield reader.line_num, {name: named.get(name, "") for name in wanted or needed}
