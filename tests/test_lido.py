import re
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from explorer.types import FIELDS, DateSpan, Identifier, Measurement, Place, Record
from ingest.sourcelist import read
from ingest.sources import xmlfile
from ingest.sourcespec import Rejection, SourceSpec

SAMPLES = Path(__file__).parent / "deliveries" / "lido"
DELIVERIES = Path(__file__).parents[2] / "shared" / "data"
SWEDISH = DELIVERIES / "nationalmuseum_se_lido"
FLEMISH = DELIVERIES / "flemish_lido_nl"


def _read(name: str) -> tuple[list[Record], list[Rejection]]:
    items = list(read(SourceSpec("s", "lido", SAMPLES / name)))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Rejection)]


def _texts(record: Record, name: str) -> list[tuple[str, str]]:
    return [(field.text, field.lang) for field in record.fields if field.name == name]


def test_a_former_attribution_a_copy_and_an_unknown_maker_are_told_apart() -> None:
    (record,), _ = _read("former_attribution.xml")
    assert [(m.name, m.status, m.qualifier) for m in record.makers] == [
        ("Elsa Lind", "former", "formerly-attributed-to"),
        ("", "unknown", ""),
        ("Nils Berg", "copy-after", "copy-after attributed-to"),
        ("Karin Ek", "current", "workshop-of"),
        ("Per Ros", "current", "Som av Per Ros"),
    ]
    assert _texts(record, "person") == [("Greta Dal", "sv")]


def test_every_maker_has_one_field_and_its_roles_and_qualifiers_name_it() -> None:
    (record,), _ = _read("former_attribution.xml")
    names = ["Elsa Lind (Earlier attributed to)", "Okänd", "Nils Berg", "Karin Ek", "Per Ros"]
    assert [text for text, _ in _texts(record, "maker")] == names
    qualified = [(f.text, f.source) for f in record.fields if f.name == "maker.qualifier"]
    assert qualified == [
        ("Tillskriven", "maker[2]"), ("Hans ateljé", "maker[3]"), ("Som av Per Ros", "maker[4]"),
    ]  # fmt: skip
    roles = [f.source for f in record.fields if f.name == "maker.role"]
    assert roles == [f"maker[{i}]" for i in range(5)]


def test_what_is_displayed_of_an_actor_counts_beside_what_is_structured() -> None:
    (record,), _ = _read("displayed_actors.xml")
    assert [(m.name, m.status, m.qualifier) for m in record.makers] == [
        ("Rembrandt", "copy-after", "copy-after"),
        ("Lind, Elsa", "former", "formerly-attributed-to"),
        ("Jan Ek", "current", "attributed-to workshop-of"),
        ("Nils Berg", "current", "attributed-to circle-of"),
        ("Ida Kahn", "current", ""),
        ("Otto Lang", "current", "follower-of"),
        ("Per Ros", "copy-after", "copy-after"),
    ]
    assert _texts(record, "person") == [("Stifterin Greta Dal", "de")]


def test_the_displayed_words_that_decide_are_there_to_be_cited() -> None:
    (record,), _ = _read("displayed_actors.xml")
    assert [(f.text, f.lang, f.source) for _, f in record.named("maker.qualifier")] == [
        ("Kopie nach Rembrandt", "de", "maker[0]"),
        ("Copy after Rembrandt", "en", "maker[0]"),
        ("früher Elsa Lind (1850–1901) zugeschrieben", "de", "maker[1]"),
        ("zugeschrieben", "de", "maker[2]"),
        ("Werkstatt des Jan Ek", "de", "maker[2]"),
        ("Umkreis", "de", "maker[3]"),
        ("Zugeschrieben: Nils Berg", "de", "maker[3]"),
    ]
    names = ["Rembrandt", "Lind, Elsa", "Jan Ek", "Nils Berg", "Ida Kahn",
             "Nachfolger des Otto Lang", "nach Per Ros"]  # fmt: skip
    assert [text for text, _ in _texts(record, "maker")] == names
    assert [m.role for m in record.makers] == ["Maler"] * 6 + [""]


@pytest.mark.parametrize(
    ("event_type", "made"),
    [
        ("", True),
        ("<term/>", True),
        ("<term>Herstellung</term>", True),
        ("<term>Fund</term>", False),
        ("<term>Ausstellung</term>", False),
        ("<term>Restaurierung</term>", False),
        ("<term>Publication</term>", False),
        ("<conceptID>http://terminology.lido-schema.org/lido00033</conceptID>", False),
    ],
)
def test_only_an_event_that_names_no_type_may_stand_for_the_creation(
    tmp_path: Path, event_type: str, made: bool
) -> None:
    (tmp_path / "event.xml").write_text(
        '<lido xmlns="http://www.lido-schema.org"><lidoRecID>1</lidoRecID><descriptiveMetadata>'
        f"<eventWrap><eventSet><event><eventType>{event_type}</eventType><eventActor><actorInRole>"
        "<actor><nameActorSet><appellationValue>Ada Lind</appellationValue></nameActorSet></actor>"
        "</actorInRole></eventActor></event></eventSet></eventWrap></descriptiveMetadata></lido>"
    )
    (record,) = read(SourceSpec("s", "lido", tmp_path))
    assert isinstance(record, Record)
    assert [maker.name for maker in record.makers] == (["Ada Lind"] if made else [])


def test_empty_elements_leave_no_trace_and_a_classification_stands_in_for_the_type() -> None:
    (record,), rejections = _read("empty_elements.xml")
    assert [(f.name, f.text, f.lang) for f in record.fields] == [
        ("type", "tekening", "nl"), ("title", "De kade", "nl"),
    ]  # fmt: skip
    assert record.concepts[0].uri == "http://vocab.example.org/drawing"
    assert not rejections and not record.makers and not record.dates and not record.warnings


def test_a_number_that_is_the_same_everywhere_does_not_identify_a_record() -> None:
    assert [r.id for r in _read("constant_rec_id.xml")[0]] == ["s:21", "s:22", "s:23"]
    assert [r.id for r in _read("constant_record_id.xml")[0]] == ["s:cup-a", "s:cup-b", "s:cup-c"]


def test_a_record_without_any_number_is_turned_away_and_named() -> None:
    records, (rejection,) = _read("not_assigned.xml")
    assert [r.id for r in records] == ["s:jug-5"]
    assert (rejection.where, rejection.field) == ("not_assigned.xml, record 2", "recordID")


@pytest.mark.parametrize("small", [True, False])
def test_records_before_the_break_of_a_file_stand(
    small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.xmlfile._SMALL", 10_000_000 if small else 0)
    records, (rejection,) = _read("truncated.xml")
    assert [r.id for r in records] == ["s:1"]
    assert rejection.where == "truncated.xml" and "breaks off" in rejection.reason


@pytest.mark.parametrize("small", [True, False])
def test_a_document_type_is_refused(small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.xmlfile._SMALL", 10_000_000 if small else 0)
    records, (rejection,) = _read("doctype.xml")
    assert not records and "DOCTYPE" in rejection.reason


def test_a_broken_file_does_not_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("no markup")
    (tmp_path / "b.xml").write_text("<other/>")
    (tmp_path / "c.xml").write_bytes((SAMPLES / "truncated.xml").read_bytes())
    items = list(read(SourceSpec("s", "lido", tmp_path)))
    assert [type(item).__name__ for item in items] == ["Rejection"] * 2 + ["Record", "Rejection"]


def test_store_locations_are_never_read() -> None:
    (record,), _ = _read("store_location.xml")
    said = repr(record)
    assert not any(secret in said for secret in ("Vault", "Depot", "DEPOT", "Box 88"))
    assert (record.room, record.institution) == ("Room 2", "Harbour Museum")
    assert record.identifiers[:2] == (
        Identifier("object_number", "HM 4"), Identifier("former_number", "K 17"),
    )  # fmt: skip


@pytest.mark.parametrize("small", [True, False])
def test_a_deleted_record_bears_the_id_it_was_delivered_under(
    small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.xmlfile._SMALL", 10_000_000 if small else 0)
    records, rejections = _read("oai_wrapped.xml")
    assert [(r.id, r.deleted) for r in records] == [
        ("s:oai%3Amuseum.example%3A7", False),
        ("s:oai%3Amuseum.example%3A8", True),
        ("s:9", False),
    ]
    assert _texts(records[0], "title") == [("Lantern", "en")] and not rejections


def test_only_what_is_a_link_becomes_a_picture() -> None:
    (record,), _ = _read("picture_links.xml")
    mark = "http://creativecommons.org/publicdomain/mark/1.0/"
    assert [(i.url, i.rights) for i in record.images] == [
        ("https://media.museum.example/5.jpg", mark), ("images/chart.webp", ""),
    ]  # fmt: skip
    assert record.warnings == (
        "web address is incomplete: www.museum.example",
        "image is not a link: 5.tif",
        "image is not a link: ../../etc/chart.webp",
    )
    assert record.rights.record == "http://creativecommons.org/publicdomain/zero/1.0/"
    assert (record.url, record.rights.image) == ("", mark)


def test_lido_1_1_gives_all_it_says() -> None:
    (record,), _ = _read("lido_1_1.xml")
    assert (record.id, record.url) == ("s:1%2F2%20%C3%A4", "https://stadtmuseum.example/1")
    assert record.institution == "Stadtmuseum"
    said = {name: _texts(record, name) for name in FIELDS if _texts(record, name)}
    assert said == {
        "title": [("Die Brücke", "de")],
        "type": [("Druckgrafik", "de"), ("print", "en")],
        "maker": [("Ida Kahn", "de")],
        "maker.role": [("Radiererin", "de"), ("etcher", "en")],
        "date": [("1672–1680", "")],
        "material": [("Papier", "de")],
        "technique": [("Radierung", "de")],
        "measurement": [("Höhe 12,5 cm", "de")],
        "place": [("Köln", "de")],
        "subject": [("Brücke", "de"), ("Rhein", "de")],
        "person": [("Otto Lang", "de")],
        "description": [("Eine Brücke.\nZwei Bögen.", "de"), ("A bridge.", "en")],
        "acquisition": [("Geschenk der Familie", "de"), ("1955 erworben", "de")],
    }
    (maker,) = record.makers
    assert (maker.role, maker.gender, maker.uri) == (
        "Radiererin", "female", "http://vocab.example.org/actor/3",
    )  # fmt: skip
    assert record.dates == (
        DateSpan("creation", {"": "1672–1680"}, 1672, 1680),
        DateSpan("acquisition", {"de": "1955 erworben"}, 1955, None),
    )
    assert record.places == (
        Place("Köln", "creation", "http://vocab.example.org/place/1"), Place("Rhein", "depicted"),
    )  # fmt: skip
    assert record.measurements == (Measurement("Höhe", 12.5, "cm"),)
    assert [(c.facet, c.labels) for c in record.concepts] == [
        ("type", {"de": "Druckgrafik", "en": "print"}), ("subject", {"de": "Brücke"}),
    ]  # fmt: skip


def test_what_the_list_says_of_a_source_holds_where_the_records_say_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "undeclared.xml"
    path.write_text(re.sub(r' xml:lang="[^"]*"', "", (SAMPLES / "store_location.xml").read_text()))
    (plain,) = read(SourceSpec("s", "lido", path))
    (told,) = read(SourceSpec("s", "lido", path, institution="Our Museum", languages=("is",)))
    assert isinstance(plain, Record) and isinstance(told, Record)
    assert plain.institution != told.institution == "Our Museum"
    assert {f.lang for f in plain.fields} == {""}
    assert {f.lang for f in told.fields} == {"is"}


def _plain_actors() -> dict[str, list[tuple[str, str, str]]]:
    """What the last delivery of each object says of its makers, read with XPath alone."""
    ns = {"l": "http://www.lido-schema.org"}
    record_id = etree.XPath("string(//l:recordWrap/l:recordID)", namespaces=ns)
    in_role = etree.XPath(
        "//l:event[contains(l:eventType/l:conceptID, 'lido00012')]//l:actorInRole", namespaces=ns
    )
    parts = [
        etree.XPath(f"normalize-space({path})", namespaces=ns)
        for path in (".//l:nameActorSet/l:appellationValue", "l:roleActor/l:term",
                     "l:attributionQualifierActor")
    ]  # fmt: skip
    actors: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(SWEDISH.glob("*.tgz")):
        with tarfile.open(path) as archive:
            for member in archive:
                if content := archive.extractfile(member):
                    root = etree.fromstring(content.read())
                    said = dict.fromkeys(tuple(p(e) for p in parts) for e in in_role(root))
                    actors[record_id(root)] = [s for s in said if s[0] and s[1] != "Beställare"]
    return actors


@pytest.mark.deliveries
@pytest.mark.skipif(not SWEDISH.exists(), reason=f"no real deliveries at {SWEDISH.name}")
def test_no_maker_of_the_swedish_deliveries_is_a_former_attribution_a_copy_or_unknown() -> None:
    records = {r.id: r for r in read(SourceSpec("s", "lido", SWEDISH)) if isinstance(r, Record)}
    actors = _plain_actors()
    assert len(records) == len(actors) == 5_334
    statuses: Counter[str] = Counter()
    for local, said in actors.items():
        record = records[f"s:{local}"]
        assert [text for text, _ in _texts(record, "maker")] == [name for name, _, _ in said]
        for (name, role, qualifier), maker in zip(said, record.makers, strict=True):
            statuses[maker.status] += 1
            words = f"{name}|{role}|{qualifier}|".lower()
            former = "tidigare" in words or "earlier" in words
            copied = "kopia" in words or "copy" in words or "efter|" in words
            not_by = {"former"} if former else {"copy-after"} if copied else {"current", "unknown"}
            assert maker.status in not_by, (words, maker)
            decorated = name.endswith((" of)", " to)", " after)"))
            assert maker.qualifier or not (qualifier or decorated), (words, maker)
            left = ("okänd", "tillskriven", "tidigare", "(copy", "(earlier", " of)", " to)")
            assert not any(decoration in maker.name.lower() for decoration in left)
    assert statuses == {"current": 4157, "unknown": 1117, "copy-after": 607, "former": 457}


@pytest.mark.deliveries
@pytest.mark.skipif(not FLEMISH.exists(), reason=f"no real deliveries at {FLEMISH.name}")
def test_the_flemish_records_come_out_of_their_oai_wrapping() -> None:
    items = list(read(SourceSpec("s", "lido", FLEMISH)))
    records = [item for item in items if isinstance(item, Record)]
    assert len(records) == 5 and len(items) == 10  # five files are of another format
    assert "s:23865" in {r.id for r in records}  # "(not assigned)" in its OAI identifier
    assert {m.name for r in records for m in r.makers} == {"Michel Seuphor", "Peter Paul Rubens"}
    assert all(len(r.makers) == 1 and _texts(r, "type") for r in records)


def _export(*records: str) -> bytes:
    """A LIDO file of these records, each on a line of its own."""
    body = "".join(f"\n<l:lido>{record}</l:lido>" for record in records)
    return f'<l:lidoWrap xmlns:l="http://www.lido-schema.org">{body}\n</l:lidoWrap>'.encode()


def _numbered(number: int, more: str = "") -> str:
    return f"<l:lidoRecID>{number}</l:lidoRecID>{more}"


@pytest.mark.parametrize("small", [True, False], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("second", "because"),
    [
        ("<l:b>Vases & jugs</l:b>", "Record 2 (line 3) was left out: it is not well-formed XML"),
        ("\x0b", "Record 2 (line 3) was left out: it holds a control character"),
        ("</l:lido>a & b<l:lido>", "What follows record 2 (line 3) could not be read"),
        ("<l:b>", "Record 2 (line 3) was left out: it is not well-formed XML"),
        ("<l:b/>" * 600_000, "Record 2 (line 3) was left out: it is larger than 3 MB"),
    ],
    ids=["ampersand", "control", "between", "open", "large"],
)
def test_one_bad_record_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bool, second: str, because: str
) -> None:
    monkeypatch.setattr(xmlfile, "_SMALL", 100_000_000 if small and len(second) < 1_000 else 10)
    (tmp_path / "a.xml").write_bytes(_export(_numbered(1), _numbered(2, second), _numbered(3)))
    items = list(read(SourceSpec("s", "lido", tmp_path / "a.xml")))
    ids = [item.id for item in items if isinstance(item, Record)]
    assert [i for i in ids if i != "s:2"] == ["s:1", "s:3"]
    refused = [item for item in items if isinstance(item, Rejection)]
    assert refused[0].reason.startswith(because) and not refused[0].record_id


def test_one_bad_record_of_an_oai_response_costs_no_other_and_no_deletion(tmp_path: Path) -> None:
    def record(number: int, more: str = "") -> str:
        lido = _export(_numbered(number, more)).decode()
        header = f"<header><identifier>oai:{number}</identifier></header>"
        return f"<record>{header}<metadata>{lido}</metadata></record>"

    gone = '<record><header status="deleted"><identifier>oai:9</identifier></header></record>'
    records = record(1) + record(2, "&") + gone + record(3)
    (tmp_path / "a.xml").write_text(
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        f"{records}<resumptionToken>next</resumptionToken></ListRecords></OAI-PMH>"
    )
    items = list(read(SourceSpec("s", "lido", tmp_path / "a.xml")))
    found = [(item.id, item.deleted) for item in items if isinstance(item, Record)]
    assert found == [("s:oai%3A1", False), ("s:oai%3A9", True), ("s:oai%3A3", False)]
    (refused,) = [item for item in items if isinstance(item, Rejection)]
    assert refused.reason.startswith("Record 2 ")


def test_a_file_that_breaks_off_says_in_which_record(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(_export(_numbered(1), _numbered(2), _numbered(3))[:-35])
    *records, refused = read(SourceSpec("s", "lido", tmp_path / "a.xml"))
    assert [item.id for item in records if isinstance(item, Record)] == ["s:1", "s:2"]
    assert isinstance(refused, Rejection)
    assert refused.reason == "Record 3 (line 4) was left out: the file breaks off in it."


def test_a_year_of_five_digits_turns_a_record_away_and_a_fossil_does_not(tmp_path: Path) -> None:
    def dated(number: int, earliest: str, latest: str) -> str:
        dates = f"<l:earliestDate>{earliest}</l:earliestDate><l:latestDate>{latest}</l:latestDate>"
        event = "<l:event><l:eventType><l:term>production</l:term></l:eventType><l:eventDate>"
        event += f"<l:date>{dates}</l:date></l:eventDate></l:event>"
        wrap = f"<l:eventWrap><l:eventSet>{event}</l:eventSet></l:eventWrap>"
        return _numbered(number, f"<l:descriptiveMetadata>{wrap}</l:descriptiveMetadata>")

    records = dated(1, "1880", "99999"), dated(2, "-66000000", "-65000000")
    (tmp_path / "a.xml").write_bytes(_export(*records))
    refused, fossil = read(SourceSpec("s", "lido", tmp_path / "a.xml"))
    assert isinstance(refused, Rejection)
    assert (refused.record_id, refused.field) == ("s:1", "date")
    assert isinstance(fossil, Record)
    assert (fossil.dates[0].earliest, fossil.dates[0].latest) == (-66_000_000, -65_000_000)
