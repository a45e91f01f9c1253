"""What would be understood, beside what stood there; and nothing is written."""

import json
from pathlib import Path

import pytest

from ingest.preview import Line, Preview, preview, told
from ingest.sourcelist import source_spec
from tests.test_publishing import command

LIDO = Path(__file__).parent / "deliveries" / "lido"
MAPPING = """[fields]
nr = "id"
titel = { field = "title", lang = "nl" }
maker = { field = "maker", lang = "nl" }
wanneer = { field = "date", lang = "nl" }
plaats = { field = "place", lang = "nl" }
maat = { field = "measurement", lang = "nl" }
"""
TABLE = """nr;titel;maker;wanneer;plaats;maat;standplaats;verzekerd
1;Schaal;toegeschreven aan Jan Bos;1e helft 17e eeuw;Delft;hoogte 12,5 cm;Depot 4;9000
2;Kan;onbekend;toen;ergens;groot;Depot 5;100
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text(TABLE)
    return tmp_path


def of(found: Preview, record: int, stood_in: str) -> Line:
    return next(line for line in found.records[record].lines if line.stood_in == stood_in)


def test_each_cell_stands_beside_what_it_was_understood_as(export: Path) -> None:
    found = preview(source_spec(f"csv:{export}/export.csv#{export}/map.toml"))
    assert of(found, 0, "titel") == Line("titel", "Schaal", "title (nl)")
    maker = of(found, 0, "maker")
    assert "Jan Bos" in maker.understood
    assert "attributed-to" in maker.understood
    assert of(found, 0, "wanneer").understood.endswith(": 1601–1650")
    assert "52." in of(found, 0, "plaats").understood
    measured = [line.words for line in found.records[0].lines if "height" in line.understood]
    assert measured == ["12.5 cm"]
    assert "not understood" in of(found, 1, "wanneer").understood
    assert of(found, 1, "maker").understood.count("unknown") == 1
    assert any("date not understood: toen" in warning for warning in found.records[1].warnings)


def test_what_is_not_read_is_named_and_its_content_is_not_shown(export: Path) -> None:
    found = preview(source_spec(f"csv:{export}/export.csv#{export}/map.toml"))
    assert set(found.not_read) == {"standplaats", "verzekerd"}
    said = "\n".join(told(found))
    assert "Not read: standplaats" in said
    assert "Depot" not in said


def test_elements_of_xml_that_became_nothing_are_counted(tmp_path: Path) -> None:
    found = preview(source_spec(f"lido:{LIDO}/store_location.xml"))
    assert any("repositoryLocation" in path for path in found.not_read)
    assert not any("titleSet" in path for path in found.not_read)


def test_a_preview_writes_nothing_and_stops_at_the_limit(export: Path) -> None:
    before = sorted(export.rglob("*"))
    done = command(export, "preview", "csv:export.csv#map.toml", "--limit", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["records"]) == 1
    assert sorted(export.rglob("*")) == before


def test_a_row_that_would_be_turned_away_says_why(export: Path) -> None:
    (export / "export.csv").write_text(TABLE + "3;te weinig\n")
    found = preview(source_spec(f"csv:{export}/export.csv#{export}/map.toml"))
    assert [rejection.reason for rejection in found.rejections]


def test_a_preview_says_where_it_stopped(export: Path) -> None:
    spec = source_spec(f"csv:{export}/export.csv#{export}/map.toml")
    found = preview(spec, 2)
    assert found.whole
    assert "looked at" not in "\n".join(told(found))
    (export / "export.csv").write_text(TABLE + "3;Fat;;;;;;\n")
    found = preview(spec, 2)
    assert not found.whole
    assert "The first 2 records; what comes after them was not looked at." in told(found)


def test_a_preview_takes_the_name_and_the_folder_that_a_run_takes(export: Path) -> None:
    options = ("--name", "vessels", "--data-dir", "data", "--json")
    done = command(export, "preview", "csv:export.csv#map.toml", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == "vessels"
    assert not (export / "data").exists()
