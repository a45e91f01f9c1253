"""Dublin Core in its wrappings: fifteen elements, and what they cannot tell."""

from pathlib import Path

import pytest

from explorer.types import Identifier, Record, Rights
from ingest.clean import clean
from ingest.formats import recognise
from ingest.sourcelist import read
from ingest.sourcespec import Rejection, SourceSpec
from tests.conftest import DELIVERIES

SAMPLES = Path(__file__).parent / "deliveries" / "dc"
REAL = DELIVERIES / "oai_pmh_samples"


def _read(path: Path, **spec: object) -> tuple[list[Record], list[Rejection]]:
    items = list(read(SourceSpec("s", "dc", path, **spec)))  # type: ignore[arg-type]
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Rejection)]


def _texts(record: Record, name: str) -> list[tuple[str, str]]:
    return [(field.text, field.lang) for field in record.fields if field.name == name]


def test_inside_oai_pmh_the_header_identifies_and_deletes() -> None:
    (gone, record), rejections = _read(SAMPLES / "oai_dc.xml")
    assert (gone.id, gone.deleted) == ("s:oai%3Alund%3A9", True)
    assert (record.id, record.deleted) == ("s:oai%3Alund%3A1", False)
    assert not rejections


def test_every_element_goes_where_the_standard_says() -> None:
    (_, record), _ = _read(SAMPLES / "oai_dc.xml")
    assert [(f.name, f.text, f.lang, f.source) for f in record.fields] == [
        ("title", "Skål", "sv", "dc:title"),
        ("maker", "某人", "", "dc:creator"),
        ("person", "Chervil, Jean. Ancien possesseur", "", "dc:contributor"),
        ("type", "bowl", "en", "dc:type"),
        ("type", "bol", "fr", "dc:type"),
        ("material", "Faience", "", "dc:format"),
        ("place", "Skåne", "", "dc:coverage"),
        ("date", "1901", "", "dc:date"),
        ("object_number", "LM 1", "", "dc:identifier"),
    ]
    assert [m.name for m in record.makers] == ["某人"]


def test_what_is_a_web_address_is_the_page_and_what_is_not_the_number() -> None:
    (_, record), _ = _read(SAMPLES / "oai_dc.xml")
    assert record.url == "https://museum.example/1"
    assert record.identifiers == (
        Identifier("pid", "https://museum.example/1"), Identifier("object_number", "LM 1"),
        Identifier("oai_identifier", "oai:lund:1"),
    )  # fmt: skip


def test_a_date_of_what_is_not_told_is_no_date_of_creation() -> None:
    (_, record), _ = _read(SAMPLES / "oai_dc.xml")
    assert [(d.kind, d.earliest) for d in clean(record).dates] == [("date", 1901)]


def test_a_place_in_which_role_is_not_told_has_none() -> None:
    (_, record), _ = _read(SAMPLES / "oai_dc.xml")
    assert [(p.name, p.role) for p in record.places] == [("Skåne", "")]


def test_rights_are_those_of_the_object_by_address_or_by_words() -> None:
    (_, record), _ = _read(SAMPLES / "oai_dc.xml")
    assert record.rights == Rights(object="http://creativecommons.org/publicdomain/mark/1.0/")
    (bare,), _ = _read(SAMPLES / "bare.xml", rights=Rights(record="CC0", object="none known"))
    assert bare.rights == Rights(record="CC0", object="domaine public")


def test_a_bare_record_is_known_by_its_first_identifier() -> None:
    (record,), rejections = _read(SAMPLES / "bare.xml", languages=("en",))
    assert (record.id, rejections) == ("s:LM%202", [])
    assert _texts(record, "title") == [("Bowl", "en")]


def test_qualified_terms_under_a_plain_record_tell_more() -> None:
    (record, other), (rejection,) = _read(SAMPLES / "plain_records.xml")
    assert (record.id, other.id) == ("s:LM%203", "s:LM%204")
    spans = [(d.kind, d.earliest, d.latest) for d in clean(record).dates]
    assert [span[0] for span in spans] == ["creation", "publication"]
    assert spans[1] == ("publication", 2019, 2019)
    assert _texts(record, "date") == [("omkring 1850", "")]
    assert _texts(record, "material") == [("lergods", "")]
    assert record.rights.object == "http://creativecommons.org/licenses/by/4.0/"
    assert rejection.where == "plain_records.xml, record 2"


def test_a_large_file_says_the_same_as_a_small_one(tmp_path: Path) -> None:
    whole = (SAMPLES / "plain_records.xml").read_text("utf-8")
    filler = f"<!-- {'x' * 2_100_000} -->"
    (tmp_path / "x.xml").write_text(whole.replace("<record>", filler + "<record>", 1), "utf-8")
    records, rejections = _read(tmp_path / "x.xml")
    assert [r.fields for r in records] == [
        r.fields for r in _read(SAMPLES / "plain_records.xml")[0]
    ]
    assert len(rejections) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("deleted_without_id.xml", "The record has neither an OAI identifier nor a dc:identifier."),
        ("error.xml", "The file holds no Dublin Core record."),
        ("not_xml.xml", "The file is not well-formed XML"),
    ],
)
def test_what_holds_no_record_is_turned_away(name: str, reason: str) -> None:
    records, (rejection,) = _read(SAMPLES / name)
    assert not records
    assert rejection.reason.startswith(reason)
    assert rejection.record_id == ""


def test_a_file_cut_off_is_read_up_to_there() -> None:
    records, rejections = _read(SAMPLES / "cut.xml")
    assert [r.id for r in records] == ["s:oai%3Alund%3A1"]
    assert len(rejections) == 1


def test_a_doctype_is_refused(tmp_path: Path) -> None:
    bare = (SAMPLES / "bare.xml").read_text("utf-8")
    (tmp_path / "x.xml").write_text(bare.replace("?>", "?><!DOCTYPE dc SYSTEM 'file:///x'>", 1))
    records, (rejection,) = _read(tmp_path / "x.xml")
    assert not records
    assert "DOCTYPE" in rejection.reason


def test_dublin_core_is_recognised_and_lido_and_edm_stay_what_they_are() -> None:
    for name in ("oai_dc.xml", "bare.xml", "plain_records.xml"):
        assert recognise(SAMPLES / name) == "dc"
    assert recognise(SAMPLES.parent / "lido" / "oai_wrapped.xml") == "lido"
    assert recognise(SAMPLES.parent / "edm" / "oai_wrapped.xml") == "edm"


@pytest.mark.deliveries
def test_real_pages_are_read_and_deleted_records_carry_no_metadata() -> None:
    """README: paging, deleted record, UTF-8."""
    for name in ("ListRecords.xml", "ListRecords2.xml", "ListRecords3.xml"):
        (gone, record), rejections = _read(REAL / name)
        assert (gone.deleted, gone.fields) == (True, ())
        assert _texts(record, "description")[0][1] == "en"  # declared as eng
        assert [m.name for m in record.makers] == ["John Doe"]
        assert not rejections
    (record,), _ = _read(REAL / "GetRecord_utf8test.xml")
    assert [m.name for m in record.makers] == ["某人"]


@pytest.mark.deliveries
def test_real_answers_without_records_are_turned_away_each_with_a_reason() -> None:
    """README: one per situation: bad resumption token, no records match, broken."""
    for name in ("badArgument", "badResumptionToken", "cannotDisseminateFormat", "idDoesNotExist",
                 "noRecordsMatch", "noSetHierarchy", "undefinedError", "Identify", "ListSets",
                 "ListIdentifiers", "ListMetadataFormats", "ListRecordsBroken"):  # fmt: skip
        records, rejections = _read(REAL / f"{name}.xml")
        assert (name, records, len(rejections)) == (name, [], 1)
    records, (rejection,) = _read(REAL / "ListRecords4.xml")  # its deleted record has no identifier
    assert len(records) == 1
    assert rejection.record_id == ""


@pytest.mark.deliveries
def test_former_owners_of_real_manuscripts_are_not_their_makers() -> None:
    archive = DELIVERIES / "europeana_edm_samples" / "zip" / "dataset-valid-with-xslt-file.zip"
    records, rejections = _read(archive)
    assert len(records) + len(rejections) == 14
    persons = [text for r in records for text, _ in _texts(r, "person")]
    assert "Savoie, Louise de (1476-1531). Ancien possesseur" in persons
    assert not [m for r in records for m in r.makers if "possesseur" in m.role + m.name]
    assert all(r.fields[0].lang == "" for r in records)
    assert {lang for r in records for _, lang in _texts(r, "type")} == {"en", "fr"}
