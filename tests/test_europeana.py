"""Europeana's JSON: what the museum says, told from what Europeana translated and added."""

import json
from pathlib import Path

import pytest

from explorer.text import nfc
from explorer.types import Identifier, Place, Record
from ingest.clean import clean
from ingest.formats import recognise
from ingest.sourcelist import read
from ingest.sourcespec import Rejection, Remark, SourceSpec
from tests.conftest import DELIVERIES

SAMPLES = Path(__file__).parent / "deliveries" / "europeana"
REAL = DELIVERIES / "europeana_search_json" / "items.json"


def _read(path: Path) -> tuple[list[Record], list[Rejection], list[Remark]]:
    items = list(read(SourceSpec("s", "europeana", path)))
    return (
        [item for item in items if isinstance(item, Record)],
        [item for item in items if isinstance(item, Rejection)],
        [item for item in items if isinstance(item, Remark)],
    )


def _texts(record: Record, name: str) -> list[tuple[str, str]]:
    return [(field.text, field.lang) for field in record.fields if field.name == name]


def test_a_search_item_gives_the_museums_words_and_their_languages() -> None:
    (record, _), rejections, _ = _read(SAMPLES / "search.json")
    assert not rejections
    assert record.id == "s:%2F15508%2FH_I_29_35"
    assert record.identifiers == (Identifier("europeana_id", "/15508/H_I_29_35"),)
    assert _texts(record, "title") == [("Kaspar Schwenkfeld", "de")]
    assert _texts(record, "description") == [("Kupferstich", "de"), ("Signiert", "")]
    assert (record.institution, record.url) == ("Grafische Sammlung", "https://museum.example/29")
    assert [(i.url, i.rights) for i in record.images] == [
        ("https://museum.example/29.jpg", "http://creativecommons.org/publicdomain/mark/1.0/")
    ]


def test_makers_are_named_once_and_addresses_are_no_names() -> None:
    (record, _), _, _ = _read(SAMPLES / "search.json")
    assert [(m.name, m.role) for m in record.makers] == [("Jan Bus", "Verleger_in")]
    assert _texts(record, "maker") == [("Jan Bus (Verleger_in)", "de")]
    assert record.warnings == (
        "an address without a name: dc:creator #Jan_Bus_Verleger_in",
        "an address without a name: dc:creator https://d-nb.info/gnd/1",
    )


def test_translations_and_enrichments_are_left_out_and_counted() -> None:
    (record, _), _, (remark,) = _read(SAMPLES / "search.json")
    assert (record.places, record.concepts) == ((), ())
    assert "Swing" not in repr(record)
    assert remark.text == (
        "not taken in: dcCreatorLangAware in en (1), dcDescriptionLangAware in en (1), "
        "dcTitleLangAware in en (1), edmConceptPrefLabelLangAware (1), edmPlaceLabelLangAware (1), "
        "edmTimespanLabelLangAware (1)"
    )


def test_a_year_of_what_is_not_told_is_no_date_of_creation() -> None:
    (record, _), _, _ = _read(SAMPLES / "search.json")
    assert [(d.kind, d.earliest, d.latest) for d in clean(record).dates] == [("date", 1667, 1667)]
    assert _texts(record, "date") == [("1667", "")]


def test_a_description_that_stands_in_for_a_title_is_no_title() -> None:
    (_, record), _, _ = _read(SAMPLES / "search.json")
    assert _texts(record, "title") == []
    assert _texts(record, "description") == [
        ("Tablou de formă dreptunghiulară", "ro"), ("atelier urban", "ro"),
    ]  # fmt: skip


def test_a_film_is_shown_by_its_preview_and_linked_to_its_page() -> None:
    (_, record), _, _ = _read(SAMPLES / "search.json")
    assert [i.url for i in record.images] == [
        "https://api.europeana.eu/thumbnail/v2/url.json?uri=y"
    ]
    assert record.url == "https://www.europeana.eu/item/951/tablou"


def test_def_and_zxx_are_no_languages_and_all_count_where_the_museum_has_many() -> None:
    records, rejections, _ = _read(SAMPLES / "languages.json")
    assert not rejections
    assert [_texts(record, "title") for record in records] == [
        [("Hattnål", "sv"), ("N 12", ""), ("13", ""), ("Épingle", "fr")],
        [("Thera britannica", "la")],
        [("Hutnadel", "")],
    ]


def test_the_record_api_tells_the_providers_proxy_from_europeanas() -> None:
    (record,), rejections, _ = _read(SAMPLES / "record.json")
    assert not rejections
    assert record.id == "s:%2F7%2Fskane_12"  # as the Search API calls it
    assert [(f.name, f.text, f.lang) for f in record.fields] == [
        ("title", "Skånsk gård", "sv"), ("maker", "Elsa Lind", "sv"), ("place", "Lund", "sv"),
        ("date", "1880/1889", ""), ("object_number", "LM 12", ""),
    ]  # fmt: skip
    assert [(m.name, m.uri) for m in record.makers] == [
        ("Elsa Lind", "http://example.org/agent/lind")
    ]
    assert [(d.kind, d.earliest, d.latest) for d in record.dates] == [("creation", 1880, 1889)]
    assert record.places == (Place("Lund", "", "http://example.org/place/lund", 55.7, 13.19),)
    assert record.concepts == ()


def test_pictures_of_the_record_api_have_their_own_rights() -> None:
    (record,), _, _ = _read(SAMPLES / "record.json")
    assert [(i.url, i.rights) for i in record.images] == [
        ("https://museum.example/12.jpg", "http://creativecommons.org/publicdomain/mark/1.0/"),
        ("https://museum.example/12b.jpg", "http://rightsstatements.org/vocab/InC/1.0/"),
    ]


def test_items_that_are_none_are_turned_away_one_by_one() -> None:
    records, rejections, _ = _read(SAMPLES / "wrong_items.json")
    assert [(r.id, _texts(r, "title")) for r in records] == [
        ("s:%2F1%2Fgood", [("Ac", "ro")]), ("s:%2F1%2Fodd", [("Ac", "ro"), ("5", "")]),
    ]  # fmt: skip
    assert [(r.where, r.reason) for r in rejections] == [
        ("wrong_items.json, item 2", "The item has no id."),
        ("wrong_items.json, item 3", "The item has no id."),
        ("wrong_items.json, item 4", "The item is not a JSON object."),
        (
            "wrong_items.json, item 5",
            "No edm:ProvidedCHO or proxy of the provider describes the object.",
        ),
    ]


def test_lines_with_an_item_each_are_read_past_a_broken_one() -> None:
    records, (rejection,), _ = _read(SAMPLES / "lines.jsonl")
    assert [r.id for r in records] == ["s:%2F1%2Fone", "s:%2F1%2Fthree"]
    assert rejection.where == "lines.jsonl, item 2"


def test_an_answer_that_is_an_error_says_so() -> None:
    records, (rejection,), _ = _read(SAMPLES / "error.json")
    assert not records
    assert rejection.reason == "Europeana answered with an error: Invalid API key."


@pytest.mark.parametrize("content", ["", "[", "[]", '{"items": []}', "7", '{"object": 5}', "\x00"])
def test_a_file_without_an_item_is_turned_away(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    records, rejections, _ = _read(tmp_path / "x.json")
    assert (records, len(rejections)) == ([], 1)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + (SAMPLES / "languages.json").read_bytes())
    assert len(_read(tmp_path / "x.json")[0]) == 3


def test_europeanas_json_is_recognised_by_its_keys() -> None:
    assert {recognise(SAMPLES / n) for n in ("search.json", "record.json", "lines.jsonl")} == {
        "europeana"
    }


@pytest.mark.deliveries
def test_every_real_item_is_read_and_reads_back_equal() -> None:
    records, rejections, _ = _read(REAL)
    assert (len(records), rejections) == (50, [])
    items = {f"/{i['id'].strip('/')}": i for i in json.loads(REAL.read_text("utf-8"))}
    for record in records:
        item = items[record.identifiers[-1].value]
        told = {nfc(t) for t in _strings(item)}
        assert all(f.text in told for f in record.fields if f.name != "maker.role")
        assert record.rights.image == item["rights"][0]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [t for inner in value.values() for t in _strings(inner)]
    if isinstance(value, list):
        return [t for inner in value for t in _strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.deliveries
def test_no_real_maker_is_an_address_or_a_translation() -> None:
    """README: language maps in 27 languages, `def` = unknown."""
    records, _, _ = _read(REAL)
    names = [m.name for r in records for m in r.makers]
    assert not [n for n in names if n.startswith(("#", "http"))]
    assert "K. u. K. Hof- und Staatsdruckerei" in names
    assert "K. and K. Hof- and StaatsK. erei" not in names
    assert [m.status for r in records for m in r.makers].count("unknown") == 4
    assert {f.lang for r in records for f in r.fields} == {
        "",
        "de",
        "fi",
        "it",
        "la",
        "nl",
        "ro",
        "sv",
    }
    titles = [text for r in records for text, _ in _texts(r, "title")]
    assert "Schwenkfeld, Kaspar" in titles
    assert "Swing field, Kaspar" not in titles
