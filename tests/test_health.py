"""The report on the state of the records: what it finds, what it counts, what it shows."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from explorer.catalogue.generation import Generation, open_current
from explorer.errors import WrongUse
from explorer.types import (
    Concept,
    DateSpan,
    Field,
    Image,
    Maker,
    Place,
    Record,
    Rights,
    Source,
)
from ingest.__main__ import app
from ingest.health import checks, chronology, europeana
from ingest.health.cells import guarded, unguarded
from ingest.health.duplicates import Duplicates
from ingest.health.page import page
from ingest.health.parents import Parents
from ingest.health.report import mend_first, report
from ingest.health.shapes import Health
from ingest.health.spread import alike
from ingest.health.terms import Term, Terms, read_terms
from ingest.health.wording import texts
from ingest.sourcelist import read, source_spec
from tests.conftest import DELIVERIES, ingest

HERE = Path(__file__).parent / "deliveries" / "health"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def muddle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small delivery in which each record has faults of its own."""
    folder = tmp_path_factory.mktemp("muddle")
    ingest(folder, f"csv:{HERE / 'muddle.csv'}#{HERE / 'muddle.toml'}")
    return folder


@pytest.fixture(scope="module")
def generation(muddle: Path) -> Generation:
    return open_current(muddle)


@pytest.fixture(scope="module")
def health(generation: Generation) -> Health:
    return report(generation, today=TODAY)


def _bearing(health: Health, code: str) -> set[str]:
    """The local ids of the examples of a finding."""
    found = [finding for finding in health.findings if finding.code == code]
    return {e.record_id.partition(":")[2] for finding in found for e in finding.examples}


def _codes(found: object) -> list[str]:
    return [code for code, _ in found]  # type: ignore[attr-defined]


# --- the whole report


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        ("date_none", set()),
        ("date_unread", {"5"}),
        ("date_disagrees", {"4"}),
        ("date_future", {"6"}),
        ("maker_none", {"5"}),
        ("rights_words", {"3"}),
        ("rights_none", {"4", "5", "6"}),
        ("same_number", {"1", "4"}),
        ("same_number_makers", {"1", "4"}),
        ("same_number_dates", set()),
        ("same_description", {"1", "2"}),
        ("parent_nowhere", {"4"}),
        ("number_malformed", {"5"}),
        ("language_mismatched", {"9b"}),
        ("p1", {"1", "2", "3"}),
        ("p2", {"4"}),
        ("p6", {"5"}),
        ("p9", {"4", "5", "7"}),
        ("title_capitals", {"4"}),
    ],
)
def test_a_fault_is_found_where_it_is(health: Health, code: str, ids: set[str]) -> None:
    assert _bearing(health, code) == ids


def test_what_objects_have_is_counted_with_examples_of_those_that_lack_it(health: Health) -> None:
    have = {row.field: row for row in health.completeness}
    assert have["title"].have == have["title"].of == 9
    assert have["maker"].have == 8
    assert have["maker"].examples[0].record_id == "muddle:5"
    assert have["maker"].examples[0].object_number == "(none)"
    assert have["picture"].have == have["rights_image"].have == 3
    assert have["place_coordinates"].have == 0
    assert len(have["place_coordinates"].examples) == 3
    assert have["maker"].sources == {"muddle": 8}


def test_centuries_are_counted_and_the_undated_apart(health: Health) -> None:
    assert health.centuries == {"1601": 4, "1801": 1, "1901": 2, "2001": 1, "": 1}


def test_words_of_dates_that_were_not_understood_are_counted(health: Health) -> None:
    assert "once" in {word.value for word in health.unread_words}


def test_one_material_in_three_spellings_is_one_group(health: Health) -> None:
    groups = {group.spellings[0].text: group for group in health.spread if group.lang == "en"}
    ways = {s.text for s in groups["Oil on Canvas"].spellings}
    assert ways == {"Oil on canvas", "Oil on Canvas", "oil, canvas"}


def test_a_makers_name_in_two_orders_is_one_group(health: Health) -> None:
    (group,) = (group for group in health.spread if group.facet == "maker")
    assert [(s.text, s.count) for s in group.spellings] == [
        ("Judith Leyster", 2), ("Leyster, Judith", 1),
    ]  # fmt: skip


def test_what_helps_most_records_most_comes_first() -> None:
    first = mend_first({"p7": 100, "lacking_title": 100, "date_none": 10, "title_capitals": 0})
    assert [mend.code for mend in first[:3]] == ["title", "describe", "date"]
    assert {mend.records for mend in first} == {100, 10}


def test_at_most_ten_things_are_to_be_mended_first() -> None:
    assert len(mend_first(dict.fromkeys(texts()["finding"], 5))) == 10


def test_every_finding_has_its_words_and_its_section() -> None:
    for said in texts()["finding"].values():
        assert said["section"] in texts()["section"]
        assert said["title"]
        assert said["meaning"]


def test_what_is_to_be_mended_counts_findings_that_exist() -> None:
    facets = {f"spread_{facet}" for facet in texts()["facet"]}
    lacking = {f"lacking_{name}" for name in texts()["field"]}
    known = {*texts()["finding"], *facets, *lacking}
    assert all(set(said["counts"]) <= known for said in texts()["mend"].values())


# --- the page


def test_words_of_records_are_escaped_on_the_page(health: Health) -> None:
    shown = page(health)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_page_needs_no_other_file(health: Health) -> None:
    shown = page(health)
    assert "<link" not in shown
    assert "src=" not in shown
    assert "url(" not in shown
    assert "default-src &#39;none&#39;" in shown


def test_the_page_says_what_to_mend_first_and_shows_every_section(health: Health) -> None:
    shown = page(health)
    for mend in health.mend_first:
        assert mend.action in shown
    for key in set(texts()["section"]) - {"terms"}:
        assert f'<section id="{key}"' in shown
    assert '<section id="terms"' not in shown


# --- the command


def test_the_report_is_written_and_told_in_a_few_lines(muddle: Path) -> None:
    done = CliRunner().invoke(app, ["health", "--data-dir", str(muddle)])
    assert done.exit_code == 0
    assert "9 records, 9 of them objects." in done.stdout
    assert str(muddle / "reports" / "health.html") in done.stdout
    told = json.loads((muddle / "reports" / "health.json").read_text("utf-8"))
    assert told["objects"] == 9


def test_json_prints_one_object_and_nothing_else(muddle: Path) -> None:
    done = CliRunner().invoke(app, ["health", "--data-dir", str(muddle), "--json"])
    assert json.loads(done.stdout)["completeness"][0]["field"] == "title"


def test_each_finding_has_a_table_of_all_its_records(
    generation: Generation, tmp_path: Path
) -> None:
    health = report(generation, lists=tmp_path, today=TODAY)
    for finding in health.findings:
        with (tmp_path / f"{finding.code}.csv").open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        assert len(lines) == finding.records
        assert lines[0]["record_id"].startswith("muddle:")


def test_a_table_of_before_is_emptied_when_its_finding_is_gone(
    generation: Generation, tmp_path: Path
) -> None:
    (tmp_path / "maker_twice.csv").write_text("old\n", "utf-8")
    report(generation, lists=tmp_path, today=TODAY)
    assert (tmp_path / "maker_twice.csv").read_text("utf-8-sig").split() == [
        "record_id,object_number,found"
    ]


def test_no_cell_of_a_table_is_a_formula(generation: Generation, tmp_path: Path) -> None:
    report(generation, lists=tmp_path, today=TODAY)
    shown = "".join(f.read_text("utf-8-sig") for f in tmp_path.glob("*.csv"))
    assert ",=" not in shown


@pytest.mark.parametrize("text", ["=1+1", "-", "@x", "'=1", "''", "'s-Hertogenbosch", "plain", ""])
def test_a_cell_reads_back_equal(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@"))


# --- one record


def test_former_maker_and_maker_of_one_name_contradict_each_other() -> None:
    former = Maker("Peter Lely", qualifier="formerly-attributed-to", status="former")
    plain, circle = Maker("Peter Lely"), Maker("Peter Lely", qualifier="circle-of")
    assert "maker_former_and_current" in _codes(checks.makers(Record("a", makers=(plain, former))))
    assert not _codes(checks.makers(Record("a", makers=(circle, former))))


def test_an_unknown_maker_is_not_no_maker() -> None:
    unknown = Record("a", makers=(Maker("", status="unknown"),))
    assert _codes(checks.makers(unknown)) == ["maker_unknown"]
    assert _codes(checks.makers(Record("a"))) == ["maker_none"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("GRH0001sv.tif", "link_tif"),
        ("https://pictures.example/a.TIFF?size=1", "link_tif"),
        ("pictures.example/a.jpg", "link_picture"),
        ("https://", "link_picture"),
    ],
)
def test_a_picture_that_no_browser_shows_is_named(address: str, code: str) -> None:
    assert _codes(checks.links(Record("a", images=(Image(address),)))) == [code]
    warned = Record("a", warnings=(f"image is not a link: {address}",))
    assert _codes(checks.links(warned)) == [code]


def test_a_picture_of_ours_needs_no_address() -> None:
    own = Image("pictures/1.jpg", thumbnail="1.webp")
    assert not _codes(checks.links(Record("a", images=(own,))))


def test_rights_of_another_address_are_told_from_words() -> None:
    rights = Rights("CC0", "", "", "https://museum.example/rights")
    found = dict(checks.rights(Record("a", rights=rights)))
    assert found == {"rights_words": "CC0", "rights_other_address": "https://museum.example/rights"}


def _dated(earliest: int | None, latest: int | None, **display: str) -> Record:
    return Record("a", dates=(DateSpan("creation", display, earliest, latest),))


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        (_dated(1650, 1650, en="1650"), []),
        (_dated(1640, 1649, en="before 1650"), []),
        (_dated(1500, 1599, sv="1500-talet"), []),
        (_dated(1750, 1760, sv="1500-talet"), ["date_disagrees"]),
        (_dated(1600, 1699, en="1610", sv="1690"), ["date_languages_disagree"]),
        (_dated(1700, 1600), ["date_reversed"]),
        (_dated(2050, 2050), ["date_future"]),
        (_dated(2001, 2100, en="21st century"), []),
        (_dated(None, None, en="long ago"), ["date_unread"]),
        (Record("a"), ["date_none"]),
    ],
)
def test_dates_that_cannot_be_right_are_found(record: Record, codes: list[str]) -> None:
    assert _codes(chronology.dates(record, 2026)) == codes


def test_the_first_century_before_the_common_era_has_no_year_nought() -> None:
    assert chronology.century(_dated(1, 1)) == "1"
    assert chronology.century(_dated(0, 0)) == "-99"
    assert chronology.century(_dated(1900, 1900)) == "1801"


# --- Europeana


def _object(**parts: object) -> Record:
    return Record("a", source=Source("s"), **parts)  # type: ignore[arg-type]


def test_metadata_tiers_are_the_lowest_of_three_criteria() -> None:
    title = Field("title", "Cup", "en")
    enough = (title, Field("type", "cup", "en"), Field("material", "tin", "en"))
    makers, dates = (
        (Maker("Ann", uri="https://people.example/1"),),
        (DateSpan("creation", {}, 1, 2),),
    )
    assert europeana.metadata_tier(_object(fields=(title,))) == "0"
    assert europeana.metadata_tier(_object(fields=enough[:2])) == "A"
    assert europeana.metadata_tier(_object(fields=enough, dates=dates)) == "B"
    assert europeana.metadata_tier(_object(fields=enough, dates=dates, makers=makers)) == "C"
    untold = tuple(Field(f.name, f.text) for f in enough)
    assert europeana.metadata_tier(_object(fields=untold, dates=dates, makers=makers)) == "0"


def test_a_place_with_coordinates_and_a_linked_concept_are_contextual_classes() -> None:
    fields = (Field("type", "cup", "en"), Field("material", "tin", "en"))
    place = Place("Delft", lat=52.0, lon=4.4)
    concept = Concept("type", "http://vocabulary.example/1", {"en": "cup"})
    several = _object(fields=fields, places=(place,), concepts=(concept,), makers=(Maker("Ann"),))
    assert europeana.metadata_tier(several) == "C"


@pytest.mark.parametrize(
    ("rights", "tier"),
    [
        ("", "0"),
        ("free", "0"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "2"),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "3"),
        ("http://rightsstatements.org/vocab/NoC-OKLR/1.0/", "3"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "4"),
        ("http://creativecommons.org/publicdomain/mark/1.0/", "4"),
    ],
)
def test_content_tiers_follow_the_rights_of_the_picture(rights: str, tier: str) -> None:
    image = Image("https://pictures.example/1.jpg", rights)
    assert europeana.content_tier(_object(images=(image,))) == tier
    assert europeana.content_tier(_object(rights=Rights(image=rights))) == "0"


def test_problem_patterns_have_the_limits_of_metis() -> None:
    def found(title: str, text: str = "", number: str = "") -> set[str]:
        fields = (Field("title", title), Field("description", text))
        told = fields if text else fields[:1]
        return set(_codes(europeana.patterns(_object(fields=told), number)))

    long = "A cup of tin with a lid, made in Delft for the guild of the bakers"
    assert found("Cup") == {"p7"}
    assert found("ab", long) == {"p6"}
    assert found(f"{long}.", long) == {"p3"}
    assert found(long.upper(), long) == {"p2", "title_capitals"}
    assert found("Cup", "x" * 50) == {"p9"}
    assert found("x" * 71, long) == {"p12"}
    assert found("Cup A 1234", long, "A 1234") == {"p5"}
    assert found("c!u!p!??*", long) == {"p5"}


# --- all records together


def _ways(facet: str, lang: str, **counts: int) -> list[list[str]]:
    return list(alike(Counter({k.replace("_", " "): n for k, n in counts.items()}), facet, lang))


def test_what_is_made_with_a_thing_is_not_what_is_made_without() -> None:
    assert _ways("material", "en", glass_with_lead=5, glass_without_lead=5) == []


def test_plural_and_a_slip_are_the_same_word() -> None:
    assert _ways("type", "en", painting=5, paintings=2) == [["painting", "paintings"]]
    assert _ways("type", "en", photograph=9, photogaph=1) == [["photograph", "photogaph"]]


def test_short_words_that_differ_in_a_letter_are_two_words() -> None:
    assert _ways("type", "en", cup=5, cap=1, bowl=3, bowls=0) == [["bowl", "bowls"]]


def test_two_frequent_materials_are_not_one_for_the_stemmers_sake() -> None:
    assert _ways("material", "sv", papper=90, papp=60) == []


def test_records_alike_meet_without_comparing_all() -> None:
    met = Duplicates()
    told = " ".join(f"word{n}" for n in range(60))
    for ordinal, text in enumerate((told, f"{told} more", "nothing like it " * 5)):
        met.add(ordinal, _object(fields=(Field("description", text),)), f"N {ordinal}")
    assert [group.members for group in met.described()] == [(0, 1)]


def test_one_number_in_two_museums_is_no_duplicate() -> None:
    met = Duplicates()
    for ordinal, museum in enumerate(("North", "South", "South")):
        met.add(ordinal, _object(institution=museum), "NM 1")
    assert [group.members for group in met.numbered()] == [(1, 2)]


def test_parents_are_found_by_id_and_by_number() -> None:
    parents = Parents()
    told = [("s:1", "s:2", "A 1"), ("s:2", "3", "A 2"), ("s:3", "s:1", "A 3"), ("s:4", "a1", "A 4"),
            ("s:5", "s:9", "A 5")]  # fmt: skip
    for ordinal, (own, above, number) in enumerate(told):
        parents.add(ordinal, Record(own, part_of=above, source=Source("s")), number)
    assert [(code, ordinal) for code, ordinal, _ in parents.lost()] == [("parent_nowhere", 4)]


# --- terms to look at again


def _held(terms: tuple[Term, ...], text: str, lang: str) -> list[str]:
    found = Terms(terms)
    list(found.add(Record("a", fields=(Field("title", text, lang),)), "A 1"))
    return [flagged.term for flagged in found.flagged()]


TABLE = read_terms(HERE / "terms.csv")


def test_a_term_is_found_in_any_case_and_in_simple_inflection() -> None:
    assert _held(TABLE, "Twee KOELIES", "nl") == ["koelie"]


def test_a_false_friend_in_another_language_is_not_flagged() -> None:
    assert _held((Term("gift", "de"),), "A gift", "en") == []
    assert _held((Term("gift", "de"),), "Gift", "de") == ["gift"]


def test_what_the_list_gives_instead_is_not_flagged() -> None:
    assert _held(TABLE, "Een tot slaaf gemaakte man", "nl") == []
    assert _held(TABLE, "Een slaaf", "nl") == ["slaaf"]


def test_a_term_inside_a_longer_word_is_not_flagged() -> None:
    assert _held((Term("slave", "en"),), "Slavery and enslaved people", "en") == []


def test_skos_gives_the_same_kind_of_terms() -> None:
    pytest.importorskip("rdflib")
    terms = {(t.term, t.lang): t for t in read_terms(HERE / "terms.ttl")}
    assert set(terms) == {("slaaf", "nl"), ("slavin", "nl"), ("slave", "en")}
    assert terms["slaaf", "nl"].note == "Het maakt van een mens een ding."
    assert terms["slave", "en"].note == "It makes a person a thing."
    assert terms["slaaf", "nl"].alternative == "tot slaaf gemaakte"


def test_a_flagged_record_carries_the_note_of_the_list(generation: Generation) -> None:
    term = Term("slave", "en", "It makes a person a thing.", "enslaved person")
    health = report(generation, (term,), today=TODAY)
    (flagged,) = health.terms
    assert (flagged.records, flagged.examples[0].record_id) == (1, "muddle:7")
    assert "It makes a person a thing." in page(health)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", b"word;note\nslave;x\n"),
        ("a.csv", b"term,lang\n"),
        ("a.csv", b"term\n\xff\xfe\n"),
        ("a.ttl", b"@prefix broken"),
        ("a.rdf", b"<rdf"),
    ],
)
def test_a_list_of_terms_that_is_not_understood_is_refused(
    tmp_path: Path, name: str, body: bytes
) -> None:
    pytest.importorskip("rdflib")
    (tmp_path / name).write_bytes(body)
    with pytest.raises(WrongUse):
        read_terms(tmp_path / name)


def test_a_list_of_terms_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        read_terms(tmp_path / "none.csv")


@pytest.mark.deliveries
def test_colonial_words_of_the_suriname_export_are_flagged() -> None:
    table = DELIVERIES / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
    mapping = HERE.parent / "csv" / "rijks_suriname.toml"
    found, flagged = Terms(TABLE), 0
    for item in read(source_spec(f"csv:{table}#{mapping}")):
        flagged += isinstance(item, Record) and bool(list(found.add(item, "")))
    assert 60 <= flagged <= 192
    assert {"bosneger", "slaaf", "koelie"} <= {term.term for term in found.flagged()}
