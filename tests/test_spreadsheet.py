"""Workbooks as a person sees them: what Excel shows is read, what it hides is not."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from explorer.errors import WrongUse
from explorer.types import Record
from explorer.wire import dump
from ingest.deliveries import members
from ingest.sourcelist import read as read_source
from ingest.sources.table.preview import unread_columns
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

MAPPING = '[fields]\nnr = "id"\ntitel = "title"\n'
SHEET = "xl/worksheets/sheet1.xml"
WORDS = "xl/sharedStrings.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def spec_of(folder: Path, mapping: str = MAPPING) -> SourceSpec:
    (folder / "map.toml").write_text(mapping, "utf-8")
    return SourceSpec("s", "xlsx", folder / "t.xlsx", mapping=folder / "map.toml")


def made(folder: Path, *rows: list[Any], change: Callable[[Any], object] | None = None) -> None:
    """A workbook of these rows, its words in a part of their own as Excel writes them."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if change:
        change(workbook)
    workbook.save(folder / "t.xlsx")
    with zipfile.ZipFile(folder / "t.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    words: list[str] = []

    def shared(match: re.Match[str]) -> str:
        words.append(match.group(1))
        return f' t="s"><v>{len(words) - 1}</v>'

    for name in parts:
        if "worksheets/" in name:
            parts[name] = re.sub(r' t="inlineStr"><is>(.*?)</is>', shared, parts[name], flags=re.S)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    known = f'<Override PartName="/{WORDS}" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", known)
    listed = "".join(f"<si>{word}</si>" for word in words)
    parts[WORDS] = f'<?xml version="1.0"?>\n<sst xmlns="{SPACE}">{listed}</sst>'
    packed(folder, parts)


def rewritten(folder: Path, part: str, change: Callable[[str], str]) -> None:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(folder / "t.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[part] = change(parts[part])
    packed(folder, parts)


def packed(folder: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(folder / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def read(folder: Path, mapping: str = MAPPING) -> list[Item]:
    return list(read_source(spec_of(folder, mapping)))


def titles(items: list[Item]) -> list[tuple[str, list[str]]]:
    return [(i.id, [f.text for _, f in i.named("title")]) for i in items if isinstance(i, Record)]


def rejected(items: list[Item]) -> list[Rejection]:
    return [item for item in items if isinstance(item, Rejection)]


def remarks(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, Remark)]


HEADER = ["nr", "titel", "lager"]


def refusal(folder: Path) -> str:
    """Why the one file of `folder` was not read."""
    (rejection,) = read_source(spec_of(folder))
    assert isinstance(rejection, Rejection)
    assert not rejection.record_id
    return rejection.reason


def test_the_header_is_found_below_a_heading_and_empty_rows_are_passed(tmp_path: Path) -> None:
    rows = [
        ["Inventory 2026"],
        [],
        [None, "as of May"],
        HEADER,
        [],
        ["1", "Vas"],
        [" "],
        ["2", "Fat"],
    ]
    made(tmp_path, *rows, change=lambda book: book.active.merge_cells("A1:C1"))
    assert titles(read(tmp_path)) == [("s:1", ["Vas"]), ("s:2", ["Fat"])]


def test_a_table_that_does_not_begin_in_the_first_column_is_read(tmp_path: Path) -> None:
    made(tmp_path, [], [None, None, *HEADER], [None, None, "1", "Vas"])
    assert titles(read(tmp_path)) == [("s:1", ["Vas"])]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (1, "General", "1"),
        (1.0, "General", "1"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "100000000000000000000"),
        (42, "0000", "0042"),
        (7, '"NM "0000', "NM 0007"),
        (12.5, "0.00", "12.50"),
        (12.5, '0.0" cm"', "12.5 cm"),
        (0.5, "0%", "50%"),
        (1250, "#,##0", "1250"),
        (True, "General", "true"),
        ("007", "General", "007"),
        ("line 1\nline 2", "General", "line 1\nline 2"),
        (date(1985, 3, 4), "dd/mm/yyyy", "1985-03-04"),
        (date(1985, 3, 4), "yyyy", "1985"),
        (date(1985, 3, 4), "mmm yyyy", "1985-03"),
        (date(1985, 3, 4), "[$-409]d mmmm yyyy;@", "1985-03-04"),
        (datetime(1985, 3, 4, 10, 30), "yyyy-mm-dd hh:mm", "1985-03-04T10:30"),
        (datetime(1985, 3, 4, 10, 30), "yyyy-mm-dd", "1985-03-04"),
        (time(10, 30), "hh:mm", "10:30"),
    ],
)
def test_a_cell_is_read_as_excel_shows_it(
    tmp_path: Path, value: object, form: str, shown: str
) -> None:
    def formatted(book: Any) -> None:
        book.active["B2"].number_format = form

    made(tmp_path, HEADER, ["1", value], change=formatted)
    assert titles(read(tmp_path)) == [("s:1", [shown])]


def test_a_formula_is_read_as_its_value_and_one_never_computed_is_said(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "=1+1"], ["2", "=1+1"], ["3", "Vas", "=1+1"])
    rewritten(tmp_path, SHEET, lambda s: s.replace("<v />", "<v></v>").replace("<v/>", "<v></v>"))
    rewritten(tmp_path, SHEET, lambda s: re.sub(r"(</f>)<v></v>", r"\1<v>2</v>", s, count=1))
    rewritten(tmp_path, SHEET, lambda s: s.replace("<v></v>", ""))
    items = read(tmp_path)
    assert titles(items) == [("s:1", ["2"]), ("s:3", ["Vas"])]
    (rejection,) = rejected(items)
    assert (rejection.record_id, rejection.field) == ("s:2", "title")
    assert "not computed" in rejection.reason


def test_an_error_in_a_public_cell_turns_its_record_away(tmp_path: Path) -> None:
    def broken(book: Any) -> None:
        for place in ("B3", "C2", "A4"):
            book.active[place].value = "#REF!"
            book.active[place].data_type = "e"

    made(tmp_path, HEADER, ["1", "Vas"], ["2", "Fat"], ["3", "Kopp"], change=broken)
    items = read(tmp_path)
    assert titles(items) == [("s:1", ["Vas"])]
    assert [(r.where, r.record_id, r.field) for r in rejected(items)] == [
        ("t.xlsx, row 3", "s:2", "title"), ("t.xlsx, row 4", "", "id"),
    ]  # fmt: skip


def test_a_cell_that_is_one_with_the_row_above_is_not_guessed(tmp_path: Path) -> None:
    made(
        tmp_path, HEADER, ["1", "Vas"], ["2", None], ["3", "Fat"],
        change=lambda book: book.active.merge_cells("B2:B3"),
    )  # fmt: skip
    items = read(tmp_path)
    assert titles(items) == [("s:1", ["Vas"]), ("s:3", ["Fat"])]
    assert [(r.record_id, r.field) for r in rejected(items)] == [("s:2", "title")]


# --- what is hidden --------------------------------------------------------------------------


def hide(*columns: str, rows: tuple[int, ...] = ()) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        for column in columns:
            book.active.column_dimensions[column].hidden = True
        for row in rows:
            book.active.row_dimensions[row].hidden = True

    return change


def test_a_hidden_column_that_the_mapping_names_is_asked_about(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "Vas"], change=hide("B"))
    with pytest.raises(WrongUse, match="'titel', which is hidden"):
        read(tmp_path)


def test_a_hidden_column_is_not_read_by_a_ready_mapping(tmp_path: Path) -> None:
    rows = [["ObjectID", "Title", "Description"], ["1", "Vase", "HIDDEN"]]
    made(tmp_path, *rows, change=hide("C"))
    items = list(read_source(SourceSpec("s", "xlsx", tmp_path / "t.xlsx", mapping=Path("tms"))))
    assert remarks(items) == ["hidden column not read: Description"]
    (record,) = [item for item in items if isinstance(item, Record)]
    assert b"HIDDEN" not in dump(record)


def test_of_two_columns_of_one_name_the_one_that_is_seen_is_read(tmp_path: Path) -> None:
    made(tmp_path, ["nr", "titel", "titel"], ["1", "HIDDEN", "Vas"], change=hide("B"))
    assert titles(read(tmp_path)) == [("s:1", ["Vas"])]


def test_a_hidden_row_is_listed_and_its_record_stays_as_it_was(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "Vas"], ["2", "HIDDEN"], ["3", "Fat"], change=hide(rows=(3,)))
    items = read(tmp_path)
    assert titles(items) == [("s:1", ["Vas"]), ("s:3", ["Fat"])]
    assert [(r.record_id, r.reason) for r in rejected(items)] == [("s:2", "the row is hidden")]


def test_the_first_sheet_that_is_seen_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    def sheets(book: Any) -> None:
        book.active.sheet_state = "hidden"
        for name, title in (("Objects", "Vas"), ("Loans", "Fat")):
            sheet = book.create_sheet(name)
            sheet.append(HEADER)
            sheet.append(["1", title])

    made(tmp_path, HEADER, ["1", "HIDDEN"], change=sheets)
    items = read(tmp_path)
    assert titles(items) == [("s:1", ["Vas"])]
    assert remarks(items) == ["sheet not read: Loans"]
    named = read(tmp_path, f'[table]\nsheet = "Loans"\n{MAPPING}')
    assert titles(named) == [("s:1", ["Fat"])]
    assert not remarks(named)
    with pytest.raises(WrongUse, match="no sheet 'Sheet' that can be seen"):
        read(tmp_path, f'[table]\nsheet = "Sheet"\n{MAPPING}')


def test_a_preview_names_hidden_columns_as_hidden(tmp_path: Path) -> None:
    made(tmp_path, [*HEADER, "värde"], ["1", "Vas", "a", "b"], change=hide("D"))
    spec = spec_of(tmp_path)
    (member,) = members(spec.path, (".xlsx",))
    assert unread_columns(member, spec) == ["lager", "värde (hidden)"]


# --- what is no workbook, or a hostile one ---------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nr;titel\n1;Vas\n", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old kind (.xls)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 2, "password"),
        (b"PK\x03\x04broken", "damaged"),
        (b"", "not an Excel workbook"),
    ],
    ids=["csv", "xls", "locked", "broken", "empty"],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "t.xlsx").write_bytes(content)
    reason = refusal(tmp_path)
    assert words in reason
    assert "Save it" in reason


@pytest.mark.parametrize("part", [SHEET, WORDS, "xl/styles.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("before", ["", "<!-- x -->" * 10, "<!-- x -->" * 10_000])
def test_a_part_with_a_document_type_is_not_opened(tmp_path: Path, part: str, before: str) -> None:
    made(tmp_path, HEADER, ["1", "Vas"])
    entities = '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'

    def hostile(text: str) -> str:
        declared = re.match(r"\s*<\?xml.*?\?>", text)
        at = declared.end() if declared else 0
        return text[:at] + before + entities + text[at:]

    rewritten(tmp_path, part, hostile)
    assert "does not begin as" in refusal(tmp_path)


def test_a_part_that_unfolds_to_far_more_than_a_workbook_is_not_opened(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "Vas"])
    rewritten(tmp_path, SHEET, lambda text: text + " " * 30_000_000)
    assert "unpacks to far more" in refusal(tmp_path)
    made(tmp_path, HEADER, ["1", "Vas"])
    rewritten(tmp_path, "xl/styles.xml", lambda text: text + " " * 20_000_001)
    assert "more than 20 MB" in refusal(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace('r="3"', 'r="999999999"'),
        lambda s: s.replace('"C3"', '"ZZZZZZZ3"'),
        lambda s: s.replace('"C3"', '"3"'),
        lambda s: s[: s.index("</row>") + 20],
        lambda s: s.replace('<c r="C3" t="s"><v>', '<c r="C3" t="s"><v>99'),
        lambda s: s.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="x"/></mergeCells>'
        ),
    ],
    ids=["row", "column", "name", "cut", "words", "merged"],
)
def test_a_sheet_that_is_damaged_or_hostile_is_said_to_be(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    made(tmp_path, HEADER, ["1", "Vas", "a"], ["2", "Fat", "b"])
    rewritten(tmp_path, SHEET, change)
    (rejection,) = rejected(read(tmp_path))
    assert "damaged" in rejection.reason
    assert rejection.record_id == ""


def test_columns_far_to_the_right_cost_nothing(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "Vas", "a"], ["2", "Fat", "b"])
    rewritten(tmp_path, SHEET, lambda s: s.replace('"C3"', '"XFD3"'))
    assert [i for i, _ in titles(read(tmp_path))] == ["s:1", "s:2"]


def test_a_workbook_in_a_folder_or_archive_is_read(tmp_path: Path) -> None:
    made(tmp_path, HEADER, ["1", "Vas"])
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(tmp_path / "t.xlsx", "may/t.xlsx")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "all.zip").write_bytes(content.getvalue())
    spec = SourceSpec("s", "xlsx", tmp_path / "d", mapping=tmp_path / "map.toml")
    spec_of(tmp_path)
    assert titles(list(read_source(spec))) == [("s:1", ["Vas"])]


def test_reading_a_workbook_without_openpyxl_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, HEADER, ["1", "Vas"])
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (rejection,) = read_source(spec_of(tmp_path))
    assert isinstance(rejection, Rejection)
    assert "collection-explorer[tables]" in rejection.reason


def test_a_workbook_that_is_called_a_table_of_text_is_known_for_what_it_is(tmp_path: Path) -> None:
    made(tmp_path, ["nr", "titel"], ["1", "Vas"])
    (rejection,) = read_source(replace(spec_of(tmp_path), format="csv"))
    assert isinstance(rejection, Rejection)
    assert "is a workbook" in rejection.reason
    assert "xlsx:" in rejection.reason
