"""Tables as museums export them: what Excel does to them, makers in columns, years in cells."""

from pathlib import Path

import pytest

from explorer.errors import WrongUse
from explorer.types import Record
from ingest.mapping import load_mapping
from ingest.sourcelist import read as read_source
from ingest.sourcespec import Rejection, SourceSpec

NR = '[fields]\nnr = "id"\n'


def read(
    folder: Path, delivered: str | bytes, mapping: str = NR, languages: tuple[str, ...] = ()
) -> tuple[list[Record], list[Rejection]]:
    (folder / "map.toml").write_text(mapping, "utf-8")
    data = delivered if isinstance(delivered, bytes) else delivered.encode()
    (folder / "t.csv").write_bytes(data)
    spec = SourceSpec(
        "s", "csv", folder / "t.csv", mapping=folder / "map.toml", languages=languages
    )
    items = list(read_source(spec))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Rejection)]


def refused(folder: Path, mapping: str) -> str:
    (folder / "map.toml").write_text(mapping, "utf-8")
    with pytest.raises(WrongUse) as error:
        load_mapping(folder / "map.toml")
    return error.value.problem


TITLED = NR + 'titel = "title"\n'


@pytest.mark.parametrize(
    "text",
    [
        "nr;titel\n1;Skål\n2;Vas\n",
        "\ufeff nr ; titel \r\n1;Skål\r\n2;Vas\r\n",
        '\ufeff"nr";"titel"\r\n1;Skål\r\n2;Vas\r\n',
        "sep=;\r\nnr;titel\r\n1;Skål\r\n2;Vas\r\n",
        "\n\nnr;titel\n\n1;Skål\n;\n \n2;Vas\n;\n\n",
        "nr;titel\n1;Skål;\n2;Vas;;\n",
        "nr;titel;\n1;Skål\n2;Vas;\n",
        "nr;titel;;notes\n1;Skål;;\n2;Vas;;x\n",
    ],
    ids=["plain", "spaces", "quoted", "sep", "blank lines", "trailing", "in header", "unnamed"],
)
def test_what_excel_adds_to_a_table_is_no_obstacle(tmp_path: Path, text: str) -> None:
    records, rejections = read(tmp_path, text, TITLED)
    assert [(r.id, r.fields[0].text) for r in records] == [("s:1", "Skål"), ("s:2", "Vas")]
    assert not rejections


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("languages", [("sv",), ()])
def test_what_excel_saves_as_is_told_from_the_bytes(
    tmp_path: Path, encoding: str, languages: tuple[str, ...]
) -> None:
    text = "nr;titel\r\n1;Skål\r\n2;Élève à l’école – étude\r\n"
    records, _ = read(tmp_path, text.encode(encoding), TITLED, languages)
    assert [r.fields[0].text for r in records] == ["Skål", "Élève à l’école – étude"]


def test_a_byte_order_mark_overrules_the_encoding_of_the_mapping(tmp_path: Path) -> None:
    mapping = '[table]\nencoding = "cp1252"\n' + TITLED
    records, _ = read(tmp_path, "nr;titel\n1;Skål\n".encode("utf-8-sig"), mapping)
    assert records[0].fields[0].text == "Skål"


def test_a_row_of_too_many_or_too_few_cells_is_one_bad_record(tmp_path: Path) -> None:
    text = "nr;titel;lager\n1;Vas;a\n2/b;Skål\n3;Fat;b;c\n;x\n4;Kopp;d\n"
    records, rejections = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == ["s:1", "s:4"]
    assert [(r.where, r.record_id) for r in rejections] == [
        ("t.csv, line 3", "s:2%2Fb"), ("t.csv, line 4", "s:3"), ("t.csv, line 5", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["2;Skål", "2;Skål\n", '2;"Skål'])
def test_a_table_that_breaks_off_is_cut_short_and_names_no_record(tmp_path: Path, end: str) -> None:
    records, (rejection,) = read(tmp_path, "nr;titel;lager\n1;Vas;a\n" + end, TITLED)
    assert [r.id for r in records] == ["s:1"]
    assert rejection.record_id == ""


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="does not have"):
        read(tmp_path, "\n\n")


# --- makers ----------------------------------------------------------------------------------

MAKERS = """[table]
multiple = "|"
[fields]
nr = "id"
ontwerper = { field = "maker", lang = "nl", unknown = ["-"] }
rol = "maker.role"
Hersteller = { field = "maker", lang = "de", unknown = ["?"] }
Zusatz = "maker.qualifier"
"""


def test_makers_of_several_columns_stand_in_order_each_with_what_is_said_of_it(
    tmp_path: Path,
) -> None:
    text = "nr;ontwerper;rol;Hersteller;Zusatz\n1;Ada|Bo;tekenaar|;Cem|Dov;|Werkstatt\n2;-;;?;\n"
    (one, two), _ = read(tmp_path, text, MAKERS)
    assert [(m.name, m.role, m.qualifier) for m in one.makers] == [
        ("Ada", "tekenaar", ""), ("Bo", "", ""), ("Cem", "", ""), ("Dov", "", "workshop-of"),
    ]  # fmt: skip
    assert [(f.text, f.lang, f.source) for _, f in one.named("maker")] == [
        ("Ada", "nl", "ontwerper"), ("Bo", "nl", "ontwerper"),
        ("Cem", "de", "Hersteller"), ("Dov", "de", "Hersteller"),
    ]  # fmt: skip
    assert [(f.text, f.source) for _, f in one.named("maker.qualifier")] == [
        ("Werkstatt", "maker[3]")
    ]
    assert [m.status for m in two.makers] == ["unknown", "unknown"]


def test_who_owned_it_is_a_person_of_the_record_and_not_its_maker(tmp_path: Path) -> None:
    mapping = NR + 'naam = "maker"\nrol = "maker.role"\n'
    (record,), _ = read(tmp_path, "nr,naam,rol\n1,Ada Lind,Vorbesitzer\n", mapping)
    assert not record.makers
    assert [f.text for _, f in record.named("person")] == ["Ada Lind"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('a = "id"\nb = "id"\n', "'a' and 'b'"),
        ('a = "id"\nb = "lang"\nc = "lang"\n', "'b' and 'c'"),
        ('a = "id"\nb = "url"\nc = "url"\n', "only one"),
        ('a = "id"\nb = "on_view"\nc = "on_view"\n', "only one"),
        ('a = "id"\nb = "date.earliest"\nc = "date.earliest"\n', "date.earliest"),
        ('a = "id"\nb = "maker.role"\n', "of no maker"),
        ('a = "id"\nb = "maker"\nc = "maker.role"\nd = "maker.role"\n', "of no maker"),
    ],
)
def test_a_mapping_that_names_twice_what_a_record_has_once_is_refused(
    tmp_path: Path, mapping: str, words: str
) -> None:
    assert words in refused(tmp_path, "[fields]\n" + mapping)


@pytest.mark.parametrize("delimiter", ["||", "\\\\t", "\\n", '\\"'])
def test_a_delimiter_of_another_length_than_one_is_refused(tmp_path: Path, delimiter: str) -> None:
    assert "delimiter" in refused(tmp_path, f'[table]\ndelimiter = "{delimiter}"\n{NR}')


def test_pictures_and_what_a_record_is_about_may_come_from_several_columns(tmp_path: Path) -> None:
    mapping = NR + 'a = "image"\nb = "image"\nc = "about"\nd = "about"\n'
    (record,), _ = read(tmp_path, "nr,a,b,c,d\n1,x.jpg,y.jpg,7,8\n", mapping)
    assert [i.url for i in record.images] == ["x.jpg", "y.jpg"]
    assert record.about_numbers == ("7", "8")


# --- dates and addresses ---------------------------------------------------------------------

DATED = NR + 'von = "date.earliest"\nbis = "date.latest"\nwann = { field = "date", lang = "de" }\n'


@pytest.mark.parametrize(
    ("cells", "years", "display"),
    [
        ("1650;1660;", (1650, 1660), "1650–1660"),
        ("1650;;", (1650, 1650), "1650"),
        (";1650;", (1650, 1650), "1650"),
        ("1650;;1650–1660", (1650, 1660), "1650–1660"),
        ("1650;;ab 1650", (1650, None), "ab 1650"),
        ("1650;;unter König Otto", (1650, 1650), "unter König Otto"),
        ("-1344;;", (-1344, -1344), "-1344"),
        ("31-12-1650;;", (1650, 1650), "31-12-1650"),
        ("c. 1650;1660;", (1650, 1660), "c. 1650–1660"),
        ("1650.0;1660.0;", (1650, 1660), "1650–1660"),
        ("1650-05-01;;", (1650, 1650), "1650"),
    ],
)
def test_years_are_read_however_the_cells_hold_them(
    tmp_path: Path, cells: str, years: tuple[int, int | None], display: str
) -> None:
    (record,), _ = read(tmp_path, f"nr;von;bis;wann\n1;{cells}\n", DATED)
    (span,) = record.dates
    assert (span.earliest, span.latest) == years
    assert list(span.display.values()) == [f.text for _, f in record.named("date")] == [display]
    assert not record.warnings


def test_an_unsure_year_is_kept_as_unsure(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path, "nr;von;bis;wann\n1;c. 1650;;\n", DATED)
    assert record.dates[0].certainty == "circa"


@pytest.mark.parametrize("cell", ["irgendwann", "202401", "20240101"])
def test_a_cell_that_holds_no_year_is_warned_of(tmp_path: Path, cell: str) -> None:
    (record,), _ = read(tmp_path, f"nr;von;bis;wann\n1;{cell};1660;um 1650\n", DATED)
    assert record.warnings == (f"date not understood: {cell}",)
    assert (record.dates[0].earliest, record.dates[0].latest) == (None, 1660)


def test_a_date_that_begins_after_its_end_is_warned_of_and_has_no_years(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path, "nr;von;bis;wann\n1;1660;1650;\n", DATED)
    assert record.warnings == ("date begins after its end: 1660, 1650",)
    assert (record.dates[0].earliest, record.dates[0].latest) == (None, None)


def test_an_address_that_is_none_of_the_web_is_warned_of(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path, "nr,u\n1,javascript:alert(1)\n", NR + 'u = "url"\n')
    assert record.url == ""
    assert record.warnings == ("web address is incomplete: javascript:alert(1)",)
