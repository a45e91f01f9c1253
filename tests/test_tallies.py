"""Counting: every number is the records', each counted once, and what is not known is told."""

import pytest

from explorer.catalogue.facets import facets_of
from explorer.catalogue.tallies import tally
from explorer.compose.counting import told_count
from explorer.plan import plan
from explorer.types import Concept, Field, Filters, Missing, Question, Record, Tally
from explorer.verify import verify
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build
from ingest.sourcelist import source_spec
from tests.conftest import Settings, quiet

ROWS = """nr;title;type;maker;gender;date;material;place;measurement;acquisition;room;on_view
1;Oak chair;chair;Ann Ash;female;1790-1810;oak|iron;Paris;Height 90 cm;Bought in 1901;Room 1;yes
2;Oak table;table;Ann Ash;female;1650;oak;Lyon;Height 0.8 m;Given 1950;Room 1;yes
3;Pine bed;bed;Bob Birch;male;about 300 BCE;pine;Japan;Length 2 m;;Room 2;no
4;Stool;chair;;;;;;;;;
5;Vase;vase;Bob Birch;male;1720-1730;porcelain;;Height 31 cm;Bought 2001;Room 2;yes
"""
MAPPING = """[table]
delimiter = ";"
multiple = "|"
[fields]
nr = "id"
title = { field = "title", lang = "en" }
type = { field = "type", lang = "en" }
maker = "maker"
gender = "maker.gender"
date = { field = "date", lang = "en" }
material = { field = "material", lang = "en" }
place = { field = "place", lang = "en" }
measurement = { field = "measurement", lang = "en" }
acquisition = { field = "acquisition", lang = "en" }
room = "room"
on_view = "on_view"
"""


@pytest.fixture(scope="module")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    folder = tmp_path_factory.mktemp("museum")
    (folder / "m.toml").write_text(MAPPING, "utf-8")
    (folder / "a.csv").write_text(ROWS, "utf-8")
    text = "---\ntitle: Chairs\nlang: en\n---\nA text on chairs."
    (folder / "chairs.md").write_text(text, "utf-8")
    settings = Settings(data_dir=folder / "data")
    specs = [f"csv:{folder / 'a.csv'}#{folder / 'm.toml'}", f"texts:{folder / 'chairs.md'}"]
    build([source_spec(spec) for spec in specs], settings, quiet)
    return open_explorer(settings)


def counted(museum: Explorer, filters: Filters, by: str = "", order: str = "") -> Tally:
    return tally(museum.serving().generation.catalogue, filters, by, order)


def first(museum: Explorer, told: Tally) -> list[str]:
    records = museum.serving().generation.catalogue.records(told.keys[: max(told.ties, 1)])
    return [record.id for record in records]


def test_texts_are_not_objects(museum: Explorer) -> None:
    assert counted(museum, {}).total == 5


def test_an_object_with_two_materials_is_one_object(museum: Explorer) -> None:
    assert counted(museum, {"material": ["oak", "iron"]}).total == 2
    assert counted(museum, {"material": ["#wood"]}).total == 2


def test_a_range_counts_wherever_it_may_fall_and_that_is_told(museum: Explorer) -> None:
    told = counted(museum, {"from": 1701, "to": 1800})
    assert (told.total, told.outside) == (2, 1)
    assert told.missing == (Missing("date", 1, 5),)


def test_a_year_before_our_era_is_told_from_one_in_it(museum: Explorer) -> None:
    assert counted(museum, {"to": 0}).total == 1
    assert counted(museum, {"from": 250, "to": 350}).total == 0


def test_a_country_counts_the_towns_in_it(museum: Explorer) -> None:
    told = counted(museum, {"place": ["#fr"]})
    assert told.total == 2
    assert told.missing == (Missing("place", 2, 5),)


def test_groups_of_centuries_hold_each_object_in_every_century_it_may_be_of(
    museum: Explorer,
) -> None:
    told = counted(museum, {}, by="century")
    assert [(g.value, g.count) for g in told.groups] == [
        ("-299", 1), ("1601", 1), ("1701", 2), ("1801", 1),
    ]  # fmt: skip
    assert told.missing == (Missing("century", 1, 5),)


def test_groups_of_makers_count_each_object_once(museum: Explorer) -> None:
    told = counted(museum, {}, by="maker")
    assert [(g.label, g.count) for g in told.groups] == [("Ann Ash", 2), ("Bob Birch", 2)]


@pytest.mark.parametrize(
    ("order", "winner"),
    [
        ("oldest", "a:3"), ("newest", "a:1"), ("largest", "a:3"), ("smallest", "a:5"),
        ("acquired-last", "a:5"), ("acquired-first", "a:1"),
    ],
)  # fmt: skip
def test_what_comes_first_is_told_in_the_same_unit(
    museum: Explorer, order: str, winner: str
) -> None:
    assert first(museum, counted(museum, {}, order=order)) == [winner]


def test_of_what_has_no_measure_it_is_told_how_many(museum: Explorer) -> None:
    assert Missing("measurement", 1, 5) in counted(museum, {}, order="largest").missing


def test_a_wrong_number_does_not_leave(museum: Explorer) -> None:
    catalogue = museum.serving().generation.catalogue
    planned = plan(Question("How many chairs are there?"), catalogue, default_lang="en")
    told = counted(museum, dict(planned.filters))
    said = list(told_count(planned, [], told))
    assert [s.supported for s in verify(said, {}, told) if s.kind == "count"] == [True]
    wrong = Tally(total=told.total + 1)
    assert [s.supported for s in verify(said, {}, wrong) if s.kind == "count"] == [False]
    assert not any(s.supported for s in verify(said, {}) if s.kind == "count")


@pytest.mark.parametrize(
    ("name", "label", "lang", "value"),
    [
        ("type", "Målningar (Måleri)", "sv", "#painting"),
        ("type", "guitarra portuguesa", "pt", "#guitar"),
        ("type", "Silberschale", "de", "#bowl"),
        ("material", "Olja på  duk", "sv", "#canvas"),
        ("material", "oil on canvas", "en", "#oil-paint"),
    ],
)
def test_a_value_counts_as_what_it_is_a_kind_of(
    name: str, label: str, lang: str, value: str
) -> None:
    record = Record("x:1", fields=(Field(name, label, lang),))
    assert value in {facet.value for facet in facets_of(record) if facet.name == name}


def test_a_delivered_concept_counts_as_what_it_is_a_kind_of() -> None:
    kind = Concept("type", "http://terms.example/7", {"sv": "Målningar (Måleri)"})
    record = Record("x:1", fields=(Field("type", "Målningar (Måleri)", "sv"),), concepts=(kind,))
    assert "#painting" in {facet.value for facet in facets_of(record)}
