"""Tables as museums export them: what Excel does to them, makers in columns, years in cells."""

from pathlib import Path

import pytest

from explorer.errors import WrongUse
from explorer.types import Record
from ingest.clean import clean
from ingest.mapping import load_mapping
from ingest.sourcelist import read as read_source
from ingest.sourcespec import Item, Rejection, SourceSpec
from tests.conftest import DELIVERIES

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


def test_a_quotation_mark_that_is_not_closed_says_where_it_began(tmp_path: Path) -> None:
    text = 'nr;titel\n1;Vas\n2;"Skål\n3;Fat\n4;Kopp\n'
    records, (rejection,) = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == ["s:1"]
    assert (rejection.where, rejection.record_id) == ("t.csv, line 3", "")
    assert "quotation mark" in rejection.reason


@pytest.mark.parametrize(
    ("text", "read_before"),
    [
        ('nr;titel\n1;Vas\n2;"Skål\n3;"Fat"\n4;Kopp\n', ["s:1"]),
        ('nr;titel;x\n1;Vas;a\n2;"Skål;b\n3;Fat;"\n4;Kopp;d\n', ["s:1", "s:4"]),
    ],
    ids=["meets the next mark", "swallows a row"],
)
def test_a_quotation_mark_closed_by_another_loses_no_row_in_silence(
    tmp_path: Path, text: str, read_before: list[str]
) -> None:
    records, (rejection,) = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == read_before
    assert (rejection.where, rejection.record_id) == ("t.csv, line 3", "")
    assert "quotation mark" in rejection.reason


def test_line_breaks_and_doubled_quotes_inside_a_cell_are_its_own(tmp_path: Path) -> None:
    text = 'nr;titel\r\n1;"Ett\r\n""kärl"""\r\n2;Vas\r\n'
    (first, second), _ = read(tmp_path, text, TITLED)
    assert first.fields[0].text == 'Ett\r\n"kärl"'
    assert second.fields[0].text == "Vas"


def test_line_ends_of_several_systems_may_stand_in_one_file(tmp_path: Path) -> None:
    records, rejections = read(tmp_path, "nr;titel\r\n1;Vas\r2;Fat\n3;Kopp", TITLED)
    assert [r.id for r in records] == ["s:1", "s:2", "s:3"]
    assert not rejections


def test_a_delimiter_inside_a_quoted_column_name_does_not_count(tmp_path: Path) -> None:
    records, _ = read(tmp_path, 'nr,"a; b; c",titel\n1,x,Vas\n', TITLED)
    assert records[0].fields[0].text == "Vas"


def test_two_columns_of_one_name_are_refused_where_the_mapping_names_it(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="more than one column called 'titel'"):
        read(tmp_path, "nr;titel;titel\n1;a;b\n", TITLED)
    records, _ = read(tmp_path, "nr;titel;PID;PID\n1;Vas;x;y\n", TITLED)
    assert records[0].fields[0].text == "Vas"


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\ufffe"])
def test_a_character_that_is_none_of_text_turns_its_record_away(tmp_path: Path, bad: str) -> None:
    text = f"nr;titel\n1;Vas\n2;Sk{bad}l\n3;Fat\n"
    records, (rejection,) = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == ["s:1", "s:3"]
    assert (rejection.record_id, rejection.field) == ("s:2", "title")


def test_a_field_of_ten_megabytes_turns_its_record_away(tmp_path: Path) -> None:
    text = f"nr;titel\n1;Vas\n2;{'x' * 10_000_000}\n3;Fat\n"
    records, (rejection,) = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == ["s:1", "s:3"]
    assert rejection.record_id == "s:2"


def test_a_line_longer_than_any_row_ends_the_reading(tmp_path: Path) -> None:
    text = f"nr;titel\n1;Vas\n2;{'x' * 25_000_000}\n3;Fat\n"
    records, (rejection,) = read(tmp_path, text, TITLED)
    assert [r.id for r in records] == ["s:1"]
    assert (rejection.where, rejection.record_id) == ("t.csv, line 3", "")


def test_a_file_cut_in_the_middle_of_a_character_is_read_up_to_there(tmp_path: Path) -> None:
    whole = "nr;titel\n1;Skål\n2;Blå".encode()
    records, (rejection,) = read(tmp_path, whole[:-1], TITLED)
    assert [r.fields[0].text for r in records] == ["Skål"]
    assert "middle of a character" in rejection.reason
    assert rejection.record_id == ""


def test_a_table_of_tabs_may_be_called_tsv(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(TITLED)
    (tmp_path / "t.tsv").write_text("nr\ttitel;undertitel\ttitel\n1\tx;y;z\tVas\n")
    spec = SourceSpec("s", "tsv", tmp_path, mapping=tmp_path / "map.toml")
    (record,) = read_source(spec)
    assert isinstance(record, Record)
    assert record.fields[0].text == "Vas"


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
        ("-1344;;", (-1344, -1344), "1345 BCE"),
        ("-1344;-1335;", (-1344, -1335), "1345–1336 BCE"),
        ("-4;20;", (-4, 20), "5 BCE–20 CE"),
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
    (shown,) = [f for _, f in record.named("date")]
    assert (shown.text, shown.source) == ("1660 / 1650", "von, bis"), "no clean range"
    assert clean(record).dates[0].earliest is None


@pytest.mark.parametrize(
    ("cells", "shown", "latest"),
    [("1973$1978;;", "1973$1978", None), ("1973$1978;1978;", "1973$1978 / 1978", 1978)],
)
def test_a_year_that_is_not_understood_stays_as_the_words_of_the_date(
    tmp_path: Path, cells: str, shown: str, latest: int | None
) -> None:
    (record,), _ = read(tmp_path, f"nr;von;bis;wann\n1;{cells}\n", DATED)
    assert [f.text for _, f in record.named("date")] == [shown]
    (span,) = record.dates
    assert (dict(span.display), span.earliest, span.latest) == ({"": shown}, None, latest)
    assert record.warnings == ("date not understood: 1973$1978",)


def test_an_address_that_is_none_of_the_web_is_warned_of(tmp_path: Path) -> None:
    (record,), _ = read(tmp_path, "nr,u\n1,javascript:alert(1)\n", NR + 'u = "url"\n')
    assert record.url == ""
    assert record.warnings == ("web address is incomplete: javascript:alert(1)",)


# --- the Dutch delivery ----------------------------------------------------------------------

DUTCH = DELIVERIES / "rijks_suriname_nl" / "data"


def dutch(name: str, mapping: str) -> list[Item]:
    spec = SourceSpec("s", "csv", DUTCH / name, mapping=Path(mapping), languages=("nl",))
    return list(read_source(spec))


@pytest.mark.deliveries
def test_the_dutch_delivery_is_whole_with_its_mark_line_breaks_and_several_values() -> None:
    mapping = Path(__file__).parent / "deliveries" / "csv" / "rijks_suriname.toml"
    items = dutch("Suriname_objecten_export.csv", str(mapping))
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == len(items) == len({r.id for r in records}) == 3668
    assert records[0].id == "s:7462", "no byte-order mark in the first column's name"
    described = [[f.text for _, f in r.named("description")] for r in records]
    assert sum(map(bool, described)) == 3044
    assert sum(any("\n" in text for text in texts) for texts in described) == 11
    # 880 cells hold "anoniem" alone, 14 more hold it twice; none of them is a maker's name.
    assert sum([f.text for _, f in r.named("maker")] == ["anoniem"] for r in records) == 894
    assert not [r.id for r in records for m in r.makers if "anoniem" in m.name]
    assert [f.text for _, f in records[0].named("material")] == ["doek", "olieverf"]
    assert records[1].dates[0].earliest == 1802, "a day is a year too"


@pytest.mark.deliveries
def test_the_dutch_delivery_is_understood_by_the_ready_mapping() -> None:
    records = dutch("Suriname_objecten_export.csv", "axiell")
    assert all(isinstance(item, Record) for item in records)
    assert len(records) == 3668


@pytest.mark.deliveries
@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("Geo-thesau-Suriname-TO-added_wiki_ids.csv", ("recordnummer", "term"), 170),
        ("Geo thesau Suriname original.csv", ("recordnummer", "term"), 170),
        ("Geo thesau Suriname.csv", ("recordnummer", "term"), 170),
        ("country_codes.csv", ("geografisch_trefwoord", "Location"), 401),
        ("atlas_surinam_places_with_links.csv", ("id", "title"), 51),
        ("straten_paramaribo20260206.csv", ("TempID", "Label"), 238),
        ("results_wikidata_commons.csv", ("recordnummer", "objectnummer"), 3884),
    ],
)
def test_every_dutch_table_is_read_without_mojibake(
    tmp_path: Path, name: str, columns: tuple[str, str], rows: int
) -> None:
    (tmp_path / "map.toml").write_text(f'[fields]\n{columns[0]} = "id"\n{columns[1]} = "title"\n')
    items = dutch(name, str(tmp_path / "map.toml"))
    assert not [i for i in items if isinstance(i, Rejection) and "identifier" not in i.reason]
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == rows
    text = " ".join(f.text for r in records for f in r.fields)
    assert not set("\ufffd\x96Ã") & set(text)


@pytest.mark.deliveries
@pytest.mark.parametrize("encoding", ["auto", "iso-8859-1", "latin1", "cp1252"])
def test_the_dutch_en_dash_0x96_is_one_even_where_iso_8859_1_is_said(
    tmp_path: Path, encoding: str
) -> None:
    mapping = f'[table]\nencoding = "{encoding}"\n[fields]\nTempID = "id"\n'
    (tmp_path / "map.toml").write_text(mapping + '"description@nl" = "description"\n')
    items = dutch("straten_paramaribo20260206.csv", str(tmp_path / "map.toml"))
    texts = [f.text for r in items if isinstance(r, Record) for f in r.fields]
    assert any("Gr. Combeweg – Sommelsdijksekreek" in text for text in texts)
