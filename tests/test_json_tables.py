"""Tables of JSON and JSON Lines: values by path, as written; one bad record is turned away."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.types import Measurement, Record, Source
from explorer.wire import dump
from ingest.deliveries import members
from ingest.formats import FORMATS
from ingest.sourcelist import read as read_source
from ingest.sourcelist import source_spec
from ingest.sources.table.preview import unfound_columns, unread_columns
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

NESTED = Path(__file__).parent / "deliveries" / "json"
MAPPING = '[fields]\nid="id"\ntitle="title"\n'


def read(folder: Path, text: str, mapping: str = MAPPING, form: str = "json") -> list[Item]:
    (folder / "map.toml").write_text(mapping, "utf-8")
    (folder / f"t.{form}").write_text(text, "utf-8")
    return list(
        read_source(SourceSpec("s", form, folder / f"t.{form}", mapping=folder / "map.toml"))
    )


def parted(items: list[Item]) -> tuple[list[str], list[Rejection]]:
    ids = [item.id for item in items if isinstance(item, Record)]
    return ids, [item for item in items if isinstance(item, Rejection)]


def test_nested_values_are_read_by_their_paths() -> None:
    first, second = read_source(source_spec("json:nested.json#nested.toml", folder=NESTED))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.id == "nested:1.0", "a number stays as it is written"
    assert [i.value for i in first.identifiers] == ["007"]
    assert [(f.text, f.lang) for _, f in first.named("title")] == [
        ("Vase with Birds", "en"), ("Vaas met vogels", "nl"), ("Vogelvaas", "nl"), ("Vase", ""),
    ]  # fmt: skip
    assert [(m.name, m.role) for m in first.makers] == [("Ada Lind", "potter"), ("Bo Berg", "")]
    assert first.measurements == (Measurement("height", 12.5, "cm"),)
    assert [f.text for _, f in first.named("measurement")] == ["height 12.50 cm"]
    assert first.dates[0].display == {"en": "ca. 1890"}
    assert (first.on_view, second.on_view, second.id) == (True, False, "nested:2")
    assert b"PRIVATE" not in dump(first)


def test_a_preview_names_the_paths_that_are_not_read() -> None:
    spec = source_spec("json:nested.json#nested.toml", folder=NESTED)
    (member,) = members(spec.path, FORMATS["json"].suffixes)
    assert unread_columns(member, spec) == ["location.room", "notes[].text"]
    assert unfound_columns(member, spec) == []


@pytest.mark.parametrize("records", ["", "data.items"])
def test_the_list_of_records_is_found_or_named(tmp_path: Path, records: str) -> None:
    mapping = f'[table]\nrecords="{records}"\n{MAPPING}'
    listed = '[{"id":"1"},{"id":"2"}]'
    text = f'{{"n":[1,2],"data":{{"more":{{}},"items":{listed}}},"end":[]}}' if records else listed
    assert parted(read(tmp_path, text, mapping)) == (["s:1", "s:2"], [])


def test_a_file_may_be_one_record(tmp_path: Path) -> None:
    mapping = f'[table]\nrecords="."\n{MAPPING}'
    assert parted(read(tmp_path, '{"id":"1","parts":[{"id":"2"}]}', mapping))[0] == ["s:1"]


@pytest.mark.parametrize("text", ['{"id":"1"}\n{"id":"2"}\n', '{"id":"1","l":[]}{"id":"2"}'])
def test_objects_one_after_the_other_are_said_to_be_json_lines(tmp_path: Path, text: str) -> None:
    _, (rejection,) = parted(read(tmp_path, text))
    assert "jsonl:" in rejection.reason


def test_a_list_that_lies_deeper_is_to_be_named_in_the_mapping(tmp_path: Path) -> None:
    _, (rejection,) = parted(read(tmp_path, '{"data":{"items":[{"id":"1"}]}}'))
    assert '[table] records = "data.items"' in rejection.reason


def test_a_ready_mapping_that_finds_nothing_to_say_does_not_take_a_file_in(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"ObjectID":"1"},{"ObjectID":"2"}]')
    items = list(read_source(SourceSpec("s", "json", tmp_path / "t.json", mapping=Path("tms"))))
    (rejection,) = [item for item in items if isinstance(item, Rejection)]
    assert "ready mapping" in rejection.reason
    assert rejection.record_id == ""


def test_two_lists_of_objects_are_not_told_apart_by_themselves(tmp_path: Path) -> None:
    text = '{"makers":[{"id":"9"}],"objects":[{"id":"1"}]}'
    _, (rejection,) = parted(read(tmp_path, text))
    assert "more than one list" in rejection.reason
    named = read(tmp_path, text, f'[table]\nrecords="objects"\n{MAPPING}')
    assert parted(named) == (["s:1"], [])


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("bad", "reason", "field"),
    [
        ('{"id":"2","title":"x","weight":NaN}', "NaN", ""),
        ('{"id":"2","title":"x","weight":-Infinity}', "-Infinity", ""),
        ('{"id":"2","title":"x","title":"y"}', "'title' twice", ""),
        ('{"id":"2","title":{"en":"x"}}', "'title' holds an object", "title"),
        ('{"id":"2","title":[["x"]]}', "'title' holds a list of lists", "title"),
        ('{"id":"2","title":"\\ud800"}', "U+D800", "title"),
        ('{"id":"2","title":"a\\u0000b"}', "U+0000", "title"),
    ],
)
def test_one_bad_record_is_turned_away_by_itself(
    tmp_path: Path, form: str, bad: str, reason: str, field: str
) -> None:
    given = ['{"id":"1"}', bad, '{"id":"3"}']
    text = "\n".join(given) if form == "jsonl" else f"[{','.join(given)}]"
    ids, (rejection,) = parted(read(tmp_path, text, form=form))
    assert ids == ["s:1", "s:3"]
    assert reason in rejection.reason
    assert (rejection.record_id, rejection.field) == ("s:2", field)
    assert rejection.where == ("t.jsonl, line 2" if form == "jsonl" else "t.json, record 2")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"id":{"x":1}}', "'id' holds an object"),
        ('["2"]', "a list and not an object"),
        ("7", "a single value and not an object"),
        ('{"title":"x"}', "no identifier"),
        ('{"id":["2","3"]}', "more than one identifier"),
    ],
)
def test_a_record_without_a_plain_identifier_names_none(
    tmp_path: Path, bad: str, reason: str
) -> None:
    ids, (rejection,) = parted(read(tmp_path, f'[{{"id":"1"}},{bad},{{"id":"3"}}]'))
    assert ids == ["s:1", "s:3"]
    assert reason in rejection.reason
    assert rejection.record_id == ""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('{"title":{"en":{"x":1}}}', "holds an object"),
        ('{"title":{"value":"x"}}', "'value', which is no language"),
    ],
)
def test_a_language_map_of_another_kind_is_named(tmp_path: Path, value: str, reason: str) -> None:
    mapping = '[fields]\nid="id"\ntitle={field="title",lang="keys"}\n'
    text = f'[{value[:-1]},"id":"1"}}]'
    _, (rejection,) = parted(read(tmp_path, text, mapping))
    assert reason in rejection.reason
    assert (rejection.record_id, rejection.field) == ("s:1", "title")


def test_roles_within_roles_are_not_given_to_the_wrong_maker(tmp_path: Path) -> None:
    mapping = '[fields]\nid="id"\n"m[].n"="maker"\n"m[].r"="maker.role"\n'
    text = '[{"id":"1","m":[{"n":"Ada","r":["a","b"]},{"n":"Bo","r":["c"]}]}]'
    _, (rejection,) = parted(read(tmp_path, text, mapping))
    assert (rejection.record_id, rejection.field) == ("s:1", "maker.role")


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        ('[{"id":"1"},{"id":"2"', ["s:1"], "breaks off"),
        ('[{"id":"1"},', ["s:1"], "breaks off"),
        ('[{"id":"1"}', ["s:1"], "breaks off"),
        ('[{"id":"1"} {"id":"2"}]', ["s:1"], "comma"),
        ('[{"id":"1"},{id:"2"},{"id":"3"}]', ["s:1"], "not JSON"),
        ('[{"id":"1"}] x', ["s:1"], "more follows"),
        ('{"a":1}', [], "no list of records"),
        ("", [], "neither a list"),
        ("<html>", [], "neither a list"),
    ],
)
def test_what_does_not_go_on_as_json_ends_the_reading(
    tmp_path: Path, text: str, ids: list[str], reason: str
) -> None:
    found, (rejection,) = parted(read(tmp_path, text))
    assert found == ids
    assert reason in rejection.reason
    assert rejection.record_id == ""


def test_a_broken_line_is_one_bad_record(tmp_path: Path) -> None:
    text = '{"id":"1"}\n\n{"id":\n{"id":"3"}\r\n'
    ids, (rejection,) = parted(read(tmp_path, text, form="jsonl"))
    assert ids == ["s:1", "s:3"]
    assert rejection.where == "t.jsonl, line 3"


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("bracket", ["[", '{"a":', '[{"id":"1","x":['])
def test_nesting_without_end_is_refused_at_once(tmp_path: Path, form: str, bracket: str) -> None:
    began = time.perf_counter()
    _, rejections = parted(read(tmp_path, bracket * 200_000, form=form))
    assert "nested too deeply" in rejections[0].reason
    assert time.perf_counter() - began < 2


def test_deep_values_that_are_not_read_do_no_harm(tmp_path: Path) -> None:
    text = '[{"id":"1","x":' + "[" * 500 + "]" * 500 + "}]"
    assert parted(read(tmp_path, text))[0] == ["s:1"]
    spec = SourceSpec("s", "json", tmp_path / "t.json", mapping=tmp_path / "map.toml")
    (member,) = members(spec.path, (".json",))
    assert len(unread_columns(member, spec)) == 1


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_record_of_endless_length_is_refused(tmp_path: Path, form: str) -> None:
    text = '{"id":"1","title":"' + "x" * 45_000_000 + '"}\n'
    text = f'[{text},{{"id":"2"}}]' if form == "json" else text + '{"id":"2"}\n'
    ids, (rejection,) = parted(read(tmp_path, text, form=form))
    assert ids == ([] if form == "json" else ["s:2"])
    assert "longer than 20,000,000" in rejection.reason


def test_records_on_the_seams_of_what_is_read_at_once_are_whole(tmp_path: Path) -> None:
    given = [{"id": str(n), "title": f"Vase \\ \u00e5 {n}" * (n % 50)} for n in range(2000)]
    text = json.dumps(given, ensure_ascii=True)
    items = read(tmp_path, text)
    assert [i.id for i in items if isinstance(i, Record)] == [f"s:{n}" for n in range(2000)]
    numbers = "[" + ",".join(f'{{"id":{n},"title":{n}.50}}' for n in range(5000)) + "]"
    titles = [i.fields[0].text for i in read(tmp_path, numbers) if isinstance(i, Record)]
    assert titles == [f"{n}.50" for n in range(5000)]


def test_a_column_that_no_record_has_is_remarked(tmp_path: Path) -> None:
    items = read(tmp_path, '[{"id":"1"},{"id":"2"}]')
    assert [i.text for i in items if isinstance(i, Remark)] == ["found in no record: title"]


def test_a_file_cut_in_the_middle_of_a_character_is_read_up_to_there(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAPPING)
    for form, text in (
        ("json", '[{"id":"1","title":"Skål"},{"id":"2","title":"Blå'),
        ("jsonl", '{"id":"1","title":"Skål"}\n{"id":"2","title":"Blå'),
    ):
        (tmp_path / f"t.{form}").write_bytes(text.encode()[:-1])
        spec = SourceSpec("s", form, tmp_path / f"t.{form}", mapping=tmp_path / "map.toml")
        ids, (rejection,) = parted(list(read_source(spec)))
        assert ids == (["s:1"] if form == "jsonl" else [])
        assert "middle of a character" in rejection.reason


def test_the_same_content_makes_the_same_record_in_every_kind_of_file(tmp_path: Path) -> None:
    import openpyxl

    header = ["id", "nr", "title", "maker", "role", "from", "h", "view", "note"]
    rows = [
        ["1", "0042", "Vase “blå”", "Ada|Bo", "potter|", "1890", "12.5", "true", "x"],
        ["2", "", 'A "cup"\nin two lines', "", "", "", "", "false", ""],
    ]
    mapping = (
        '[table]\nmultiple="|"\n[fields]\nid="id"\nnr="object_number"\ntitle="title"\n'
        'maker="maker"\nrole="maker.role"\nfrom="date.earliest"\n'
        'h={field="measurement.height",unit="cm"}\nview="on_view"\n'
    )
    (tmp_path / "map.toml").write_text(mapping)
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in [header, *quoted]))
    (tmp_path / "t.tsv").write_text("\n".join("\t".join(row) for row in [header, *quoted]))
    objects = [dict(zip(header, row, strict=True)) for row in rows]
    objects[0] |= {"from": 1890, "h": 12.5, "view": True, "maker": ["Ada", "Bo"]}
    (tmp_path / "t.json").write_text(json.dumps({"objects": objects}))
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, objects)))
    workbook = openpyxl.Workbook()
    workbook.active.append(header)
    workbook.active.append([1, "0042", *rows[0][2:5], 1890, 12.5, True, "x"])
    workbook.active.append([cell or None for cell in rows[1]])
    workbook.save(tmp_path / "t.xlsx")
    found = {}
    for form in ("csv", "tsv", "json", "jsonl", "xlsx"):
        spec = SourceSpec("s", form, tmp_path / f"t.{form}", mapping=tmp_path / "map.toml")
        found[form] = [
            replace(item, source=Source("s")) if isinstance(item, Record) else item
            for item in read_source(spec)
        ]
    assert len(found["csv"]) == 2
    assert all(isinstance(item, Record) for item in found["csv"])
    for form, items in found.items():
        assert items == found["csv"], form
