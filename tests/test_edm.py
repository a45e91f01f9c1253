"""EDM as museums and Europeana deliver it: whose words, in which language, with what rights."""

import logging
import shutil
import socket
import sys
import time
import zipfile
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.types import Identifier, Place, Record
from ingest.clean import clean
from ingest.formats import recognise
from ingest.sourcelist import read
from ingest.sources.language_tags import language_tag
from ingest.sources.maker_names import is_maker_role, name_and_role
from ingest.sourcespec import Rejection, Remark, SourceSpec
from tests.conftest import DELIVERIES

SAMPLES = Path(__file__).parent / "deliveries" / "edm"
REAL = DELIVERIES / "europeana_edm_samples"
PUBLIC_DOMAIN = "http://creativecommons.org/publicdomain/mark/1.0/"


def _read(path: Path, *languages: str) -> tuple[list[Record], list[Rejection]]:
    items = list(read(SourceSpec("s", "edm", path, languages=languages)))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Rejection)]


def _one(name: str) -> Record:
    (record,), rejections = _read(SAMPLES / name)
    assert not rejections
    return record


def _texts(record: Record, name: str) -> list[tuple[str, str]]:
    return [(field.text, field.lang) for field in record.fields if field.name == name]


def test_only_the_providers_words_are_the_museums() -> None:
    record = _one("provider_and_europeana.xml")
    assert {(f.name, f.text) for f in record.fields} == {
        ("title", "Skånsk gård"), ("maker", "Elsa Lind"), ("type", "oljemålning"),
        ("type", "Ölgemälde"), ("place", "Lund"), ("object_number", "LM 12"),
    }  # fmt: skip
    assert record.dates == ()
    assert [c.uri for c in record.concepts] == ["http://example.org/concept/oil"]
    assert record.rights.image == PUBLIC_DOMAIN
    assert (record.institution, record.url) == ("Lunds museum", "https://museum.example/12")


def test_contextual_classes_name_what_the_provider_refers_to() -> None:
    record = _one("provider_and_europeana.xml")
    assert [(m.name, m.uri) for m in record.makers] == [
        ("Elsa Lind", "http://example.org/agent/lind")
    ]
    assert record.makers[0].gender == "female"
    assert record.places == (Place("Lund", "", "http://example.org/place/lund", 55.7, 13.19),)
    assert record.concepts[0].labels == {"sv": "oljemålning", "de": "Ölgemälde"}
    assert _texts(record, "maker") == [("Elsa Lind", "sv")]  # as the title's language


def test_what_is_not_taken_in_is_remarked_on() -> None:
    items = read(SourceSpec("s", "edm", SAMPLES / "provider_and_europeana.xml"))
    remarks = [item.text for item in items if isinstance(item, Remark)]
    assert remarks == ["not taken in: dc:publisher (1)"]


def test_language_tags_become_bcp_47_or_none() -> None:
    record = _one("language_tags.xml")
    assert _texts(record, "title") == [
        ("A bowl", "en"), ("Un bol", "fr"), ("Eine Schale", "de"), ("A coloured bowl", "en-GB"),
        ("wǎn", "zh-Latn-pinyin-x-hanyu"), ("Skål", ""), ("B 12", ""), ("Bowl?", ""), ("Vas", "sv"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "tag"),
    [
        ("eng", "en"), ("FRE", "fr"), ("fra", "fr"), ("ger", "de"), ("dut", "nl"),
        ("en_gb", "en-GB"),
        ("zh-hant", "zh-Hant"), ("zh-latn-wadegile", "zh-Latn-wadegile"), ("sh", "sr-Latn"),
        ("zh-x-Hans", "zh-x-hans"),
        ("grc", "grc"), ("def", ""), ("zxx", ""), ("und", ""), ("mul", ""), ("", ""),
        ("x-klingon", ""), ("Français", ""), ("a lang", ""), ("en-", ""), ("sv", "sv"),
    ],
)  # fmt: skip
def test_a_tag_that_names_no_language_is_none(declared: str, tag: str) -> None:
    assert language_tag(declared) == tag


def test_words_without_a_tag_are_in_the_language_of_the_source() -> None:
    (record,), _ = _read(SAMPLES / "astray.xml", "sv")
    assert _texts(record, "title") == [("Bowl", "sv")]


def test_descriptions_blank_nodes_and_nested_resources_say_the_same_as_typed_elements() -> None:
    record = _one("as_any_rdf.xml")
    assert record.id == "s:%23vase"
    assert [(f.name, f.text) for f in record.fields] == [
        ("title", "Vase"), ("description", "With blue flowers"), ("maker", "Karin Ek"),
        ("maker", "Per Ros"), ("subject", "flowers"), ("place", "Malmö"), ("object_number", "LM 7"),
    ]  # fmt: skip
    assert [m.uri for m in record.makers] == ["http://example.org/agent/ek", ""]


def test_many_records_in_one_file_are_all_read() -> None:
    records, rejections = _read(SAMPLES / "many_in_one.xml")
    assert [r.id for r in records] == ["s:%23one", "s:%23two", "s:%23three"]
    assert not rejections


def test_one_rdf_of_many_records_is_read_child_by_child(tmp_path: Path) -> None:
    whole = (SAMPLES / "dates.xml").read_text("utf-8")
    filler = f"<dc:source>{'x' * 99}</dc:source>\n" * 45_000
    (tmp_path / "large.xml").write_text(whole.replace("</dc:title>", "</dc:title>" + filler, 1))
    records, rejections = _read(tmp_path / "large.xml")
    assert [r.id for r in records] == [r.id for r in _read(SAMPLES / "dates.xml")[0]]
    assert not rejections
    cut = (tmp_path / "large.xml").read_bytes()[:-400]
    (tmp_path / "cut.xml").write_bytes(cut)
    records, (rejection,) = _read(tmp_path / "cut.xml")
    assert not records
    assert "breaks off" in rejection.reason


def test_inside_oai_pmh_the_header_identifies_and_deletes() -> None:
    records, (rejection,) = _read(SAMPLES / "oai_wrapped.xml")
    assert [(r.id, r.deleted) for r in records] == [
        ("s:oai%3Alund%3A1", False),
        ("s:oai%3Alund%3A2", True),
    ]
    assert Identifier("oai_identifier", "oai:lund:1") in records[0].identifiers
    assert rejection.reason == "A deleted record does not say which one it is."


def test_rights_of_object_and_each_picture_are_different_things() -> None:
    record = _one("pictures.xml")
    assert [(i.url, i.rights, i.alt) for i in record.images] == [
        ("https://museum.example/bowl", PUBLIC_DOMAIN, "The bowl from above"),
        ("https://museum.example/back.jpg", "http://rightsstatements.org/vocab/InC/1.0/", ""),
    ]
    assert record.rights.object == "On loan from the parish"
    assert record.rights.image == PUBLIC_DOMAIN
    assert (record.rights.record, record.rights.text) == ("", "")


def test_links_that_are_none_are_told_and_not_kept() -> None:
    record = _one("pictures.xml")
    assert record.warnings == (
        "image is not a link: bowl 3.tif", "web address is incomplete: museum.example/12",
    )  # fmt: skip
    assert record.url == ""


def test_a_pdf_or_film_is_no_picture_and_its_cover_is() -> None:
    assert [i.url for i in _one("book.xml").images] == ["https://library.example/book/cover"]


def test_an_aggregation_that_describes_no_object_is_turned_away_with_its_id() -> None:
    records, (rejection,) = _read(SAMPLES / "no_object.xml")
    assert not records
    assert rejection.record_id == "s:%23nowhere"
    assert "No edm:ProvidedCHO" in rejection.reason


def test_what_only_europeana_says_is_no_record_of_the_museum() -> None:
    records, (rejection,) = _read(SAMPLES / "only_europeana.xml")
    assert (records, rejection.record_id) == ([], "s:%2F7%2Fx")


def test_an_object_without_a_name_is_turned_away() -> None:
    records, (rejection,) = _read(SAMPLES / "no_about.xml")
    assert (records, rejection.record_id) == ([], "")


def test_a_misspelt_class_is_read_and_told() -> None:
    record = _one("misspelt_class.xml")
    assert record.warnings == ("object is not called ProvidedCHO: edm:ProvidedCHOI",)
    assert _texts(record, "title") == [("Bowl", "")]


def test_an_aggregation_that_misspells_its_objects_name_still_goes_with_it() -> None:
    record = _one("astray.xml")
    assert (record.id, record.institution) == ("s:https%3A%2F%2Fmuseum.example%2F7", "Lunds museum")
    assert record.warnings == ("aggregation names another object: http://museum.example/7",)


def test_makers_have_roles_and_an_address_is_no_name() -> None:
    record = _one("makers.xml")
    assert [(m.name, m.role, m.qualifier, m.status) for m in record.makers] == [
        ("Mukher, Poor", "Photographer", "", "current"),
        ("Jan Bus", "Verleger_in", "", "current"),
        ("Jan Bus", "Drucker_in", "", "current"),
        ("", "Stecher", "", "unknown"),
        ("Otto Lang", "", "workshop-of", "current"),
        ("Red, Antoni.", "Red.", "", "current"),
        ("Müller, Weber", "", "", "current"),
    ]
    assert len(_texts(record, "maker")) == len(record.makers)
    assert [(f.text, f.source) for _, f in record.named("maker.role")] == [
        ("Photographer", "maker[0]"), ("Verleger_in", "maker[1]"), ("Drucker_in", "maker[2]"),
        ("Stecher", "maker[3]"), ("Red.", "maker[5]"),
    ]  # fmt: skip
    assert record.warnings == (
        "an address without a name: dc:creator http://example.org/agent/1",
        "an address without a name: dc:creator http://example.org/agent/2",
    )


def test_a_former_owner_is_a_person_and_not_the_maker() -> None:
    assert _texts(_one("makers.xml"), "person") == [("Chervil, Jean. Ancien possesseur", "")]
    assert not is_maker_role("Ancien possesseur")


@pytest.mark.parametrize(
    ("line", "name", "role"),
    [
        ("Pinelli (Ausführende_r Künstler_in)", "Pinelli", "Ausführende_r Künstler_in"),
        ("Creuz, Wilhelm (um 1841) (Verleger)", "Creuz, Wilhelm (um 1841)", "Verleger"),
        ("Grolman, A.E., tekenaar/ graficus", "Grolman, A.E.", "tekenaar/ graficus"),
        ("Hahn, Albert,draughtsman.", "Hahn, Albert", "draughtsman"),
        ("Architekt: Hans Poelzig", "Hans Poelzig", "Architekt"),
        ("Akademiia nauk (Russia)", "Akademiia nauk (Russia)", ""),
        ("Painter, William", "Painter, William", ""),
        ("Musée de Monaco.", "Musée de Monaco.", ""),
    ],
)  # fmt: skip
def test_a_role_is_parted_from_a_name_only_where_it_is_one(line: str, name: str, role: str) -> None:
    assert name_and_role(line) == (name, role)


def test_words_go_where_their_element_says_and_store_locations_nowhere() -> None:
    record = _one("places_and_words.xml")
    assert [(f.name, f.text, f.source) for f in record.fields] == [
        ("title", "SHOUTED", "dc:title"), ("description", "SHOUTED", "dc:description"),
        ("measurement", "12 cm", "dcterms:extent"),
        ("provenance", "Bought in 1901", "dcterms:provenance"),
        ("material", "earthenware", "dcterms:medium"),
        ("measurement", "148 str., 12° (16 cm)", "dc:format"), ("place", "Lund", "dcterms:spatial"),
        ("object_number", "LM 7", "dc:identifier"),
    ]  # fmt: skip
    assert "shelf" not in repr(record)
    assert record.part_of == "#service"
    assert record.identifiers == (
        Identifier("object_number", "LM 7"), Identifier("pid", "https://museum.example/id/7"),
        Identifier("pid", "urn:lund:7"), Identifier("record_id", "#local7"),
    )  # fmt: skip


def test_coordinates_alone_and_addresses_alone_are_no_words() -> None:
    record = _one("places_and_words.xml")
    assert record.warnings == (
        "an address without a name: dc:subject #nothing",
        "place is only coordinates: 85.833336,20.233334",
    )
    assert record.places[1] == Place("", "", "https://sws.geonames.org/2693678/")
    assert [(c.facet, c.uri) for c in record.concepts] == [
        ("type", "http://vocab.getty.edu/aat/300263837")
    ]


def test_words_that_look_wrongly_decoded_are_kept_and_told() -> None:
    record = _one("wrongly_decoded.xml")
    assert _texts(record, "description") == [("The faÃ§ade", "")]
    assert record.warnings == ("looks read in a wrong encoding: description",)


def test_dates_of_creation_are_told_from_those_of_publication() -> None:
    records, _ = _read(SAMPLES / "dates.xml")
    spans = [[(d.kind, d.display, d.earliest, d.latest) for d in clean(r).dates] for r in records]
    assert spans == [
        [("creation", {"en": "1880s", "": "1880/1889"}, 1880, 1889)],
        [
            ("creation", {"en": "about 1500", "de": "um 1500"}, 1500, 1500),
            ("creation", {"de": "vor 1510"}, None, 1509),
            ("date", {"": "1901"}, 1901, 1901),
            ("publication", {"": "2019"}, 2019, 2019),
        ],
        [("creation", {"": "1892"}, 1892, 1892)],
        [("publication", {"": "1826"}, 1826, 1826)],
        [],
        [("creation", {"": "1900-1800"}, None, None)],
    ]
    assert [text for text, _ in _texts(records[1], "date")] == [
        "about 1500", "um 1500", "vor 1510", "1901",
    ]  # fmt: skip
    assert _texts(records[3], "date") == [("1826", "")]
    assert (
        "an address without a name: dcterms:created http://semium.org/time/18xx"
        in records[4].warnings
    )
    assert "date begins after its end: 1900, 1800" in records[5].warnings


def test_a_doctype_is_refused_before_anything_is_read() -> None:
    records, (rejection,) = _read(SAMPLES / "doctype.xml")
    assert not records
    assert "DOCTYPE" in rejection.reason


def test_a_file_cut_off_loses_only_what_was_cut(tmp_path: Path) -> None:
    whole = (SAMPLES / "many_in_one.xml").read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: whole.index(b"Three")])
    records, (rejection,) = _read(tmp_path / "cut.xml")
    assert [r.id for r in records] == ["s:%23one"]
    assert rejection.record_id == ""


def test_an_archive_is_read_through_its_bad_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.write(SAMPLES / "astray.xml", "Metis/1.xml")
        archive.writestr("Metis/2.xml", " \n<?xml version='1.0'?><rdf:RDF/>")
        archive.write(SAMPLES / "book.xml", "Metis/3.xml")
        archive.writestr("Metis/sheet.xslt", "<xsl:stylesheet/>")
        archive.writestr("__MACOSX/Metis/._1.xml", b"\x00\x05")
    records, rejections = _read(tmp_path / "d.zip")
    assert [r.id for r in records] == ["s:https%3A%2F%2Fmuseum.example%2F7", "s:%23book"]
    assert [r.where for r in rejections] == ["d.zip/Metis/2.xml"]


def test_json_ld_says_the_same_and_keeps_values_as_written(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        record = _one("bowl.jsonld")
    assert [(f.name, f.text, f.lang) for f in record.fields] == [
        ("title", "Skål", "sv"), ("title", "Bowl", ""), ("maker", "Elsa Lind", "sv"),
        ("subject", "#F0E68C", ""), ("date", "0450", ""), ("object_number", "12.5", ""),
    ]  # fmt: skip
    assert (record.id, record.institution) == ("s:%2F7%2Fbowl", "Lunds museum")
    assert record.images[0].rights == PUBLIC_DOMAIN
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_list_of_json_ld_documents_is_read_document_by_document() -> None:
    records, rejections = _read(SAMPLES / "list.jsonld")
    assert [_texts(r, "title")[0][0] for r in records] == ["Skål", "Fat"]
    assert not rejections


def test_a_graph_with_a_name_is_read_too(tmp_path: Path) -> None:
    document = (SAMPLES / "bowl.jsonld").read_text("utf-8")
    (tmp_path / "x.jsonld").write_text(document.replace('"@graph"', '"@id": "x", "@graph"', 1))
    records, rejections = _read(tmp_path / "x.jsonld")
    assert [(r.id, r.institution) for r in records] == [("s:%2F7%2Fbowl", "Lunds museum")]
    assert not rejections


def test_a_context_that_lies_elsewhere_is_refused_and_never_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(socket.socket, "connect", asked)
    imported = '{"@context": {"@import": "https://museum.example/c"}, "@id": "x"}'
    (tmp_path / "imported.jsonld").write_text(imported)
    (tmp_path / "inner.jsonld").write_text('[{"a": [{"@context": ["http://museum.example/c"]}]}]')
    shutil.copy(SAMPLES / "remote_context.jsonld", tmp_path)
    records, rejections = _read(tmp_path)
    assert not records
    assert len(rejections) == 3
    assert all("not fetched" in rejection.reason for rejection in rejections)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"@context": {}, "@graph": [\n', "The file is not JSON (line 2)"),
        ('{"@context": 5, "@id": "x"}', "The file is not JSON-LD"),
        ('{"@id": 7}', "The file is not JSON-LD"),
        ("{}", "The file holds no EDM record."),
        (
            '{"@context": {"a": "http://a/"}, "a": ' + '{"a":' * 900 + "1" + "}" * 901,
            "The file is not",
        ),
    ],
)
def test_what_is_not_json_ld_is_turned_away_with_a_reason(
    tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "x.jsonld").write_text(content)
    records, (rejection,) = _read(tmp_path / "x.jsonld")
    assert not records
    assert rejection.reason.startswith(reason)


def test_without_its_package_json_ld_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyld", None)
    _, (rejection,) = _read(SAMPLES / "bowl.jsonld")
    assert "collection-explorer[edm]" in rejection.reason
    assert _one("book.xml")


def test_edm_is_recognised_by_its_namespace() -> None:
    for name in ("provider_and_europeana.xml", "oai_wrapped.xml", "bowl.jsonld"):
        assert recognise(SAMPLES / name) == "edm"


def test_a_thousand_records_are_read_in_a_second(tmp_path: Path) -> None:
    record = (SAMPLES / "provider_and_europeana.xml").read_text("utf-8").partition("?>")[2]
    (tmp_path / "many.xml").write_text(f"<records>{record * 1_000}</records>")
    spec = SourceSpec("s", "edm", tmp_path / "many.xml")
    began = time.process_time()
    assert sum(1 for item in read(spec) if isinstance(item, Record | Rejection)) == 1_000
    assert time.process_time() - began < 2  # twice what it takes on a slow machine


@pytest.mark.deliveries
def test_every_real_record_is_read_or_turned_away_with_a_reason() -> None:
    read_ones, rejections = _read(REAL / "record")
    assert {Path(r.where).name for r in rejections} == {"bnf-record.xml", "bnf-record-expected.xml"}
    assert len(read_ones) == 10
    named = {r.institution for r in read_ones}
    assert "National and University Library of Slovenia" in named


@pytest.mark.deliveries
def test_bad_rdf_on_purpose_is_no_edm() -> None:
    """README: `bnf-record.xml` is bad RDF on purpose (Dublin Core in an OAI record)."""
    records, (rejection,) = _read(REAL / "record" / "transform" / "bnf" / "bnf-record.xml")
    assert (records, rejection.reason) == ([], "The file holds no EDM record.")


@pytest.mark.deliveries
def test_technical_metadata_is_read_without_a_word_and_its_pinyin_keeps_its_tag(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """README: `#RRGGBB`^^hexBinary makes rdflib talk; zh-latn-pinyin-x-hanyu."""
    with caplog.at_level(logging.DEBUG):
        (record,), _ = _read(
            REAL / "record" / "media" / "europeana_record_with_technical_metadata.xml"
        )
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    assert ("xīn wén piàn", "zh-Latn-pinyin-x-hanyu") in _texts(record, "type")
    assert [i.url for i in record.images] == ["https://i.vimeocdn.com/video/624880505_640.jpg"]


@pytest.mark.deliveries
def test_known_problem_patterns_are_read_as_they_are() -> None:
    """README: title in capitals, title = description, no description, too long."""
    records, (rejection,) = _read(REAL / "record.problempatterns")
    titles = [text for r in records for text, _ in _texts(r, "title")]
    assert {"LOWERCASE or UPPERCASE title", "lowercase or uppercase title"} <= set(titles)
    assert any(len(title) > 255 for title in titles)
    assert any(
        {t.lower() for t, _ in _texts(r, "title")}
        & {t.lower() for t, _ in _texts(r, "description")}
        for r in records
    )
    assert rejection.where == "record_pattern_problem_with_P7.xml"
    assert rejection.record_id == "s:%23providedCHO_MHC_EMC_08_ms_01_jpg"


@pytest.mark.deliveries
def test_real_archives_are_read_whole_or_refused() -> None:
    """README: archives valid and corrupt."""
    counts = [
        ("dataset-valid.zip", 4, 0),
        ("dataset-valid-small.zip", 2, 0),
        ("dataset-valid-with-corrupt-record.zip", 27, 1),
        ("dataset-with-corrupt-records.zip", 26, 2),
        ("records_to_test.tar", 8, 0),
        ("sandbox.tar.gz", 3, 0),
    ]
    for name, good, bad in counts:
        records, rejections = _read(REAL / "zip" / name)
        assert (name, len(records), len(rejections)) == (name, good, bad)
    with pytest.raises(ExplorerError, match="damaged"):
        _read(REAL / "zip" / "corrupt_file.zip")


@pytest.mark.deliveries
def test_enrichments_of_the_real_records_are_left_out() -> None:
    """README: provider facts and Europeana's enrichments are different things."""
    (record,), _ = _read(REAL / "record" / "debias" / "debias-text-record.xml")
    assert [d.display for d in record.dates] == [{"pl": "1923"}]
    assert "#nnhSX08" not in repr(record.identifiers)
    assert record.rights.object == "Biblioteka Książąt Czartoryskich"
    assert record.rights.image == "http://rightsstatements.org/vocab/InC/1.0/"
