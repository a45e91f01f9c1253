"""Ready mappings: a usual export of each system is understood, and nothing private is read."""

from pathlib import Path

import pytest

from explorer.errors import WrongUse
from explorer.phrases import languages_spoken
from explorer.render.lines import lines
from explorer.types import Field, Measurement, Record
from explorer.wire import dump
from ingest.clean import clean
from ingest.columns import FAMILIES, MEASURED, ONE_COLUMN, SPECIAL
from ingest.deliveries import members
from ingest.formats import FORMATS
from ingest.mapping import load_mapping, ready_mappings
from ingest.sourcelist import read, source_spec
from ingest.sources.table.preview import unfound_columns, unread_columns
from ingest.sourcespec import Rejection, Remark, SourceSpec

EXPORTS = Path(__file__).parent / "deliveries" / "csv"
SYSTEMS = {
    "tms": "tms", "axiell": "axiell", "axiell_nl": "axiell", "museumplus": "museumplus",
    "collectiveaccess": "collectiveaccess", "spectrum": "spectrum",
}  # fmt: skip


def delivered(name: str, *, of: type[Record] = Record) -> list[Record]:
    items = list(read(source_spec(f"csv:{name}.csv#{SYSTEMS[name]}", folder=EXPORTS)))
    assert not [item for item in items if isinstance(item, Rejection)]
    return [item for item in items if isinstance(item, of)]


def words(record: Record, field: str) -> list[str]:
    return [f.text for _, f in record.named(field)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_a_system_keeps_for_the_house_is_nowhere_in_the_records(name: str) -> None:
    text = (EXPORTS / f"{name}.csv").read_text("utf-8")
    assert text.count("PRIVATE") > 2
    records = delivered(name)
    assert records
    assert not [record.id for record in records if b"PRIVATE" in dump(record)]


def test_an_export_of_tms_is_understood() -> None:
    first, second, third = delivered("tms")
    assert first.id == "tms:41"
    assert [i.value for i in first.identifiers] == ["1999.12"]
    assert words(first, "type") == ["painting", "Paintings"]
    assert [(m.name, m.role) for m in first.makers] == [
        ("Ada Lind", "Artist"), ("Bo Berg", "Frame maker"),
    ]  # fmt: skip
    assert (first.dates[0].earliest, first.dates[0].latest) == (1885, 1895)
    assert words(first, "measurement") == ["40 x 52 cm"]
    assert (first.on_view, second.on_view) == (False, True)
    assert not second.dates, "a year 0 means that none is recorded"
    assert second.makers[0].status == "unknown"
    assert third.deleted, "what is not public is withdrawn"


def test_an_export_of_axiell_is_understood_in_english_and_dutch() -> None:
    (english,), (dutch,) = delivered("axiell"), delivered("axiell_nl")
    assert english.id == "axiell:7"
    assert [(m.name, m.role, m.qualifier) for m in english.makers] == [
        ("Lind, Ada", "potter", ""), ("Berg, Bo", "painter", "workshop-of"),
    ]  # fmt: skip
    assert english.measurements == (
        Measurement("height", 6.5, "cm"), Measurement("diameter", 8, "cm"),
    )  # fmt: skip
    assert words(english, "measurement") == ["height 6,5 cm", "diameter 8 cm"]
    assert words(dutch, "material") == ["porselein", "goud"]
    assert dutch.measurements[0] == Measurement("hoogte", 6.5, "cm")
    assert [(p.name, p.role) for p in dutch.places] == [("Paramaribo", "depicted")]


def test_an_export_of_museumplus_is_understood_in_german() -> None:
    (record,) = delivered("museumplus")
    assert record.id == "museumplus:2001.7"
    assert {f.lang for f in record.fields} == {"de"}
    assert words(record, "maker.role") == ["Malerin"]
    assert record.measurements == (Measurement("height", 40, "cm"),)
    assert words(record, "credit_line") == ["Schenkung 2001"]


def test_an_export_of_collectiveaccess_is_understood() -> None:
    first, second = delivered("collectiveaccess")
    assert (first.id, second.deleted) == ("collectiveaccess:2010.3.1", True)
    assert words(first, "material") == ["oak", "iron"]
    assert first.measurements == (Measurement("height", 82.5, "cm"),)


def test_an_export_with_the_names_of_spectrum_is_understood() -> None:
    (record,) = delivered("spectrum")
    assert [i.value for i in record.identifiers] == ["LDN 5"]
    assert [(m.name, m.role) for m in record.makers] == [("Ada Lind", "designer")]
    assert record.measurements[1] == Measurement("width", 63.5, "cm")
    assert [(p.name, p.role) for p in record.places] == [("London", "depicted")]


def test_what_is_not_public_is_said_to_be_withdrawn() -> None:
    items = read(source_spec("csv:tms.csv#tms", folder=EXPORTS))
    assert [i.text for i in items if isinstance(i, Remark)] == ["not public: tms:43"]


def test_whether_it_is_public_must_be_understood(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("ObjectID,Title,PublicAccess\n1,Vase,perhaps\n2,Bowl,\n")
    first, _, second = read(source_spec("csv:t.csv#tms", folder=tmp_path))
    assert isinstance(first, Rejection)
    assert (first.record_id, first.field) == ("t:1", "public")
    assert isinstance(second, Record)
    assert second.deleted, "what is not marked as public is not"


def test_a_preview_names_the_columns_that_are_not_read_and_those_not_found() -> None:
    spec = source_spec("csv:tms.csv#tms", folder=EXPORTS)
    (member,) = members(spec.path, FORMATS["csv"].suffixes)
    assert unread_columns(member, spec) == [
        "HomeLocation", "Value", "Provenance", "Donor Address", "Notes",
    ]  # fmt: skip
    missing = unfound_columns(member, spec)
    assert "Technique" in missing
    assert "Title" not in missing


def test_a_ready_mapping_takes_names_in_any_case_and_the_first_of_several(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("OBJECTNUMBER,TITLE,Artist,DisplayArtist\n1,Vase,no,Ada\n")
    spec = source_spec("csv:t.csv#tms", folder=tmp_path)
    (record,) = read(spec)
    assert isinstance(record, Record)
    assert (record.id, [m.name for m in record.makers]) == ("t:1", ["Ada"])
    (member,) = members(spec.path, FORMATS["csv"].suffixes)
    assert unread_columns(member, spec) == ["Artist"]


def test_the_roles_of_people_who_are_not_there_go_to_nobody_else(tmp_path: Path) -> None:
    header = "Object number,Object production person's association,Object production organisation"
    (tmp_path / "t.csv").write_text(f"{header}\n1,designer,Royal Works\n")
    (record,) = read(source_spec("csv:t.csv#spectrum", folder=tmp_path))
    assert isinstance(record, Record)
    assert [(m.name, m.role) for m in record.makers] == [("Royal Works", "")]


@pytest.mark.parametrize(
    "header", ["Title,Medium", "ObjectID,Value", "Standort", "ObjectID,ObjectNumber,OnView"]
)
def test_a_ready_mapping_needs_an_identifier_and_something_to_say(
    tmp_path: Path, header: str
) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n")
    with pytest.raises(WrongUse, match="ready mapping does not find"):
        list(read(source_spec("csv:t.csv#tms", folder=tmp_path)))


def test_a_mapping_nobody_wrote_is_refused_and_the_ready_ones_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="axiell, collectiveaccess, museumplus, spectrum, tms"):
        load_mapping(tmp_path / "adlib")


@pytest.mark.parametrize("name", ready_mappings())
def test_no_ready_mapping_names_what_stays_in_the_house(name: str) -> None:
    private = ("location", "value", "insur", "donor", "note", "price", "address", "remark",
               "comment", "standort", "wert", "preis", "owner", "provenance", "source")  # fmt: skip
    for column in load_mapping(Path(name)).columns:
        for written in (column.name, *column.others):
            bare = written.lower().replace("dimension.value", "").replace("dimension value", "")
            assert not [word for word in private if word in bare.replace("date_value", "")
                        .replace("dates_value", "")], written  # fmt: skip


def test_every_field_of_a_family_is_one_that_a_mapping_may_name() -> None:
    from explorer.types import FIELDS

    for family in FAMILIES.values():
        assert {*family.heads, *family.of} <= {*FIELDS, *SPECIAL}
    assert set(ONE_COLUMN) <= set(SPECIAL)


# --- what a museum's own mapping may say -----------------------------------------------------


def one(folder: Path, mapping: str, table: str) -> Record:
    (folder / "t.csv").write_text(table, "utf-8")
    (folder / "map.toml").write_text(mapping, "utf-8")
    spec = SourceSpec("s", "csv", folder / "t.csv", mapping=folder / "map.toml")
    (item,) = [item for item in read(spec) if not isinstance(item, Remark)]
    assert isinstance(item, Record), item
    return item


def test_constants_hold_where_a_row_says_nothing_itself(tmp_path: Path) -> None:
    mapping = (
        '[fields]\nnr="id"\ntype="type"\n[constants]\ntype = { text = "painting", lang = "en" }\n'
    )
    mapping += '"rights.record" = "http://creativecommons.org/publicdomain/zero/1.0/"\n'
    record = one(tmp_path, mapping, "nr,type\n1,\n")
    assert [(f.text, f.lang, f.source) for _, f in record.named("type")] == [
        ("painting", "en", "constants")
    ]
    assert record.rights.record.endswith("zero/1.0/")
    assert words(one(tmp_path, mapping, "nr,type\n1,bowl\n"), "type") == ["bowl"]


def test_a_column_may_have_its_own_mark_between_values(tmp_path: Path) -> None:
    mapping = '[table]\nmultiple="|"\n[fields]\nnr="id"\na={field="material",multiple=";"}\n'
    mapping += 'b="technique"\nc={field="title",multiple=""}\n'
    record = one(tmp_path, mapping, "nr,a,b,c\n1,oak;iron|x,cut|sawn,A|B\n")
    assert words(record, "material") == ["oak", "iron|x"]
    assert words(record, "technique") == ["cut", "sawn"]
    assert words(record, "title") == ["A|B"]


def test_words_that_mean_not_known_are_no_values(tmp_path: Path) -> None:
    mapping = '[fields]\nnr="id"\na={field="material",unknown=["-", "n/a"]}\n'
    assert not words(one(tmp_path, mapping, "nr,a\n1,n/a\n"), "material")


def test_places_stand_with_their_addresses_coordinates_and_roles(tmp_path: Path) -> None:
    mapping = '[table]\nmultiple="|"\n[fields]\nnr="id"\np="place"\nu="place.uri"\n'
    mapping += 'y="place.lat"\nx="place.lon"\nf="place.find"\nd="place.depicted"\n'
    table = "nr,p,u,y,x,f,d\n1,Delft|Gouda,|https://x.example/2,52.01|95,4.36|4.71,Trier,Rome\n"
    record = one(tmp_path, mapping, table)
    assert [(p.name, p.role, p.uri, p.lat, p.lon) for p in record.places] == [
        ("Delft", "creation", "", 52.01, 4.36),
        ("Gouda", "creation", "https://x.example/2", None, None),
        ("Trier", "find", "", None, None), ("Rome", "depicted", "", None, None),
    ]  # fmt: skip
    assert words(record, "place") == ["Delft", "Gouda", "Trier", "Rome"]
    assert record.warnings == ("coordinates not understood: 95, 4.71",)


def test_terms_stand_with_their_addresses_and_makers_with_theirs(tmp_path: Path) -> None:
    mapping = '[table]\nmultiple="|"\nlang="en"\n[fields]\nnr="id"\nm="material"\n'
    mapping += 'u="material.uri"\na="maker"\nv="maker.uri"\n'
    table = "nr,m,u,a,v\n1,oak||iron,http://v.example/1||300011002,Ada,https://v.example/ada\n"
    record = one(tmp_path, mapping, table)
    assert words(record, "material") == ["oak", "iron"]
    assert [(c.facet, c.uri, dict(c.labels)) for c in record.concepts] == [
        ("material", "http://v.example/1", {"en": "oak"})
    ]
    assert record.makers[0].uri == "https://v.example/ada"
    assert record.warnings == ("web address is incomplete: 300011002",)


def test_what_is_told_of_nobody_is_warned_of(tmp_path: Path) -> None:
    mapping = '[table]\nmultiple="|"\n[fields]\nnr="id"\na="maker"\nr="maker.role"\n'
    record = one(tmp_path, mapping, "nr,a,r\n1,Ada,painter|donor\n")
    assert record.warnings == ("more values than in 'a': r",)


@pytest.mark.parametrize(
    ("cell", "shown", "measured", "warning"),
    [
        ("12,5", "12,5 cm", (12.5, "cm"), None),
        ("12.5 mm", "12.5 mm", (12.5, "mm"), None),
        ("0.125", "0.125 cm", (0.125, "cm"), None),
        ('3"', '3"', (3, '"'), None),
        ("1.250", "1.250 cm", None, "measurement is not a number: height 1.250"),
        ("ca. 12", "ca. 12 cm", None, "measurement is not a number: height ca. 12"),
        ("unknown", "unknown", None, "measurement is not a number: height unknown"),
        ("0", "0 cm", None, "measurement is zero: height"),
    ],
)
def test_a_column_of_one_measurement_is_number_and_unit_and_says_so(
    tmp_path: Path, cell: str, shown: str, measured: tuple[float, str] | None, warning: str | None
) -> None:
    mapping = '[fields]\nnr="id"\nh={field="measurement.height",unit="cm"}\n'
    record = one(
        tmp_path, mapping, f"nr\th\n1\t{cell}\n".replace('"', '""').replace('3""', '"3"""')
    )
    assert [(m.value, m.unit) for m in record.measurements] == ([measured] if measured else [])
    assert words(record, "measurement") == [shown]
    assert record.warnings == ((warning,) if warning else ())


def test_measurements_are_shown_with_their_kind_and_quoted_as_they_stand(tmp_path: Path) -> None:
    mapping = '[fields]\nnr="id"\nh={field="measurement.height",unit="cm"}\nd="measurement"\n'
    mapping += 'b={field="measurement.width",unit="cm"}\n'
    record = clean(one(tmp_path, mapping, "nr;h;b;d\n1;45,5;30;with frame\n"))
    (line,) = lines(record, "en", ["measurement"])
    assert line.text == "height 45,5 cm, with frame, width 30 cm"
    assert [part.quote for part in line.parts] == ["45,5 cm", "with frame", "30 cm"]
    (line,) = lines(record, "de", ["measurement"])
    assert line.text.startswith("Höhe 45,5 cm")
    same = one(tmp_path, mapping, "nr;h;b;d\n1;30;30;30 cm\n")
    (line,) = lines(same, "en", ["measurement"])
    assert line.text == "30 cm, 30 cm, 30 cm", "which is which cannot be told"


def test_there_are_words_for_every_kind_of_measurement_in_every_language() -> None:
    kinds = {name.removeprefix("measurement.") for name in MEASURED} - {"value"}
    for lang in languages_spoken():
        for kind in kinds:
            fields = (Field("measurement", "5 cm"),)
            record = Record("s:1", fields=fields, measurements=(Measurement(kind, 5, "cm"),))
            (line,) = lines(record, lang, ["measurement"])
            assert line.text.endswith(" 5 cm"), (lang, kind)


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ('[fields]\na="id"\nb="place.uri"\n', "'place.uri' of no place"),
        ('[fields]\na="id"\nb="material.uri"\n', "of no material"),
        ('[fields]\na="id"\nb={field="title",unit="cm"}\n', "has no unit"),
        ('[fields]\na="id"\nb={field="url",lang="keys"}\n', "has no language"),
        ('[fields]\na="id"\nb={field="maker",lang="keys"}\n', "languages as keys"),
        ('[fields]\na="id"\n[constants]\nid="1"\n', "the same 'id'"),
        ('[fields]\na="id"\n[constants]\ncolour="red"\n', "not a field"),
        ('[fields]\na="id"\n[constants]\ntype=1\n', "not a text"),
        ('[fields]\na="id"\n[constant]\ntype="x"\n', "'constant' in map.toml"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(
    tmp_path: Path, mapping: str, problem: str
) -> None:
    (tmp_path / "map.toml").write_text(mapping)
    with pytest.raises(WrongUse) as error:
        load_mapping(tmp_path / "map.toml")
    assert problem in error.value.problem


def test_more_than_one_identifier_is_none(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("nr\n1|2\n")
    (tmp_path / "map.toml").write_text('[table]\nmultiple="|"\n[fields]\nnr="id"\n')
    (item,) = read(SourceSpec("s", "csv", tmp_path / "t.csv", mapping=tmp_path / "map.toml"))
    assert isinstance(item, Rejection)
    assert item.reason == "the row has more than one identifier"


def test_years_before_our_era_are_shown_in_the_language_of_the_row(tmp_path: Path) -> None:
    mapping = '[table]\nlang="de"\n[fields]\nnr="id"\nvon="date.earliest"\nbis="date.latest"\n'
    record = one(tmp_path, mapping, "nr;von;bis\n1;-1344;-1335\n")
    (shown,) = [f for _, f in record.named("date")]
    assert (shown.text, shown.lang, shown.source) == ("1345–1336 v. Chr.", "de", "von, bis")
    assert record.dates[0].display == {"de": shown.text}
    assert (clean(record).dates[0].earliest, clean(record).dates[0].latest) == (-1344, -1335)


def test_a_table_without_a_mapping_is_told_how_to_name_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("nr\n1\n")
    with pytest.raises(WrongUse) as error:
        list(read(SourceSpec("s", "csv", tmp_path / "t.csv")))
    assert f'"csv:{tmp_path / "t.csv"}#mapping.toml"' in error.value.remedy
    assert "#axiell, #collectiveaccess" in error.value.remedy
