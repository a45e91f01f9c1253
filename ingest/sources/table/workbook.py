"""A workbook opened safely: what it holds is looked through before any of it is unpacked."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from lxml import etree

from explorer.errors import ExplorerError

DAMAGE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError,
    SyntaxError, ValueError, KeyError, IndexError, TypeError, AttributeError,
)  # fmt: skip
"""What openpyxl raises over a workbook that is not as Excel writes it."""

_MAX_PARTS = 10_000
_MAX_SHEET = 1_000_000_000
_MAX_WORDS = 200_000_000  # texts of cells, which are held in memory
_MAX_OTHER = 20_000_000  # styles and the like, which are held as trees
_MAX_RATIO = 250
"""Unpacked to packed bytes of a part: a workbook's are well under 100."""
_SMALL = 10_000_000
_HEAD = 65_536
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<[A-Za-z_]", re.S
)
_OLD = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = b"purl.oclc.org/ooxml"
_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_UNCOMPUTED = etree.XPath("x:c[x:f][not(x:v)][not(@t='str')]/@r", namespaces={"x": _SHEET[1:-1]})


@dataclass(frozen=True, slots=True)
class Hidden:
    """What of a sheet cannot be seen, or has no value of its own: columns from 0, rows from 1."""

    columns: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    below: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Row -> the columns, first and last, whose cells are one with the cell above."""
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    """Cells with a formula whose value was never computed."""


def damaged(where: str, why: str) -> ExplorerError:
    """The error of a file that is no workbook, or none that is opened."""
    return ExplorerError(f"{where} is not read: {why}.", "Save it again from Excel as .xlsx.")


def check(file: BinaryIO, where: str) -> None:
    """Nothing; ExplorerError where the file is no workbook, or one that is not safe to open."""
    head = file.read(_HEAD)
    if head.startswith(_OLD):
        if _ENCRYPTED in head + file.read(_SMALL):
            raise ExplorerError(
                f"{where} is protected by a password.", "Save it without one and deliver that."
            )
        raise damaged(where, "it is a workbook of the old kind (.xls)")
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if not names & {"xl/workbook.xml", "[Content_Types].xml"}:
                raise damaged(where, "it is not an Excel workbook")
            why = _unsafe(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError,
            NotImplementedError) as error:  # fmt: skip
        raise damaged(where, "it is not an Excel workbook, or damaged") from error
    if why:
        raise damaged(where, why)
    file.seek(0)


def _unsafe(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS:
        return "it has far more parts than a workbook has"
    for part in parts:
        name = part.filename.lower()
        markup = name.endswith((".xml", ".rels", ".vml"))
        words = name.endswith("sharedstrings.xml") or not markup
        limit = _MAX_SHEET if "/worksheets/" in name else _MAX_WORDS if words else _MAX_OTHER
        if part.file_size > limit:
            return f"it unpacks to more than {limit // 1_000_000} MB"
        if part.file_size > _SMALL and part.file_size > _MAX_RATIO * max(part.compress_size, 1):
            return "it unpacks to far more than a workbook does"
        if markup and (why := _unsafe_head(archive, part)):
            return why
    return ""


def _unsafe_head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    with archive.open(part) as stream:
        head = stream.read(_HEAD).replace(b"\x00", b"")
    # A document type, where entities are made that unfold endlessly, stands before the root.
    if head and not _ROOT.match(head):
        return "a part of it does not begin as those of a workbook do"
    if part.filename == "xl/workbook.xml" and _STRICT in head:
        return "it is of the strict kind of Open XML"
    return ""


def hidden_in(file: BinaryIO, path: str) -> Hidden:
    """What of the sheet at `path` is not seen; ValueError where it is larger than a sheet is."""
    found = Hidden()
    number = 0
    with zipfile.ZipFile(file) as archive, archive.open(path) as stream:
        for tag, element in _elements(stream):
            if tag == "row":
                number = int(element.get("r") or number + 1)
                _look_at_row(element, number, found)
            elif tag == "col" and _true(element.get("hidden")):
                last = min(int(element.get("max", "0")), _MAX_COLUMN)
                found.columns.update(range(int(element.get("min", "1")) - 1, last))
            elif tag == "mergeCell":
                _look_at_merged(element.get("ref", ""), found)
    file.seek(0)
    return found


def _elements(stream: Any) -> Iterator[tuple[str, Any]]:
    parsing = etree.iterparse(
        stream, ("end",), tag=[_SHEET + name for name in ("row", "col", "mergeCell")],
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    for _, element in parsing:
        yield element.tag.removeprefix(_SHEET), element
        element.clear()
        parent = element.getparent()
        while parent is not None and parent[0] is not element:
            del parent[0]


def _look_at_row(row: Any, number: int, found: Hidden) -> None:
    last = row[-1].get("r") if len(row) else ""
    if number > _MAX_ROW or (last and not _REFERENCE.fullmatch(last)):
        raise ValueError("it has rows or columns that no sheet has")
    if _true(row.get("hidden")):
        found.rows.add(number)
    for place in _UNCOMPUTED(row):
        found.uncomputed.add(_place(place))


def _look_at_merged(span: str, found: Hidden) -> None:
    first, _, last = span.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    for number in range(top + 1, bottom + 1):
        found.below.setdefault(number, []).append((left, right))


def _place(reference: str) -> tuple[int, int]:
    """(row from 1, column from 0) of a cell's name; ValueError where it is none."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        raise ValueError(f"it has a cell called {reference[:20]!r}")
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return min(int(match.group(2)), _MAX_ROW), column - 1


def _true(value: str | None) -> bool:
    return value in ("1", "true")
