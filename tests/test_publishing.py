"""Building, looking, publishing, going back: staff decide when a generation serves."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.catalogue.generation import current, open_current, published
from explorer.config import load_settings
from explorer.errors import WrongUse
from explorer.types import (
    Concept,
    DateSpan,
    Image,
    Maker,
    Measurement,
    Place,
    Record,
    Rights,
)
from ingest import diff as differences
from ingest.diff import FieldChange, field_changes
from ingest.gate import load_gate
from ingest.publishing import two_generations

ROOT = Path(__file__).parent.parent
MAPPING = (
    '[fields]\nnr = "id"\nnummer = "object_number"\ntitel = { field = "title", lang = "sv" }\n'
)
FIRST = "nr;nummer;titel\n1;N 1;Vas av glas\n2;N 2;Skål av silver\n3;N 3;Fat av tenn\n"
SECOND = "nr;nummer;titel\n1;N 1;Vas av blått glas\n2;N 2;Skål av silver\n4;N 4;Kanna av koppar\n"
GATE = """[[question]]
text = "Kanna av koppar"
lang = "sv"
finds = ["N 4"]

[[question]]
text = "Vem målade Nattvakten?"
lang = "sv"
not_found = true
"""


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The outcome of collection-ingest with these arguments, in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "ingest", *arguments],
        capture_output=True, text=True, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    """A museum whose first delivery serves, and whose second lies there."""
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text(FIRST)
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "objects"\nspec = "csv:export.csv"\nmapping = "map.toml"\n'
        "complete = true\n"
    )
    assert command(tmp_path, "run").returncode == 0
    (tmp_path / "export.csv").write_text(SECOND)
    return tmp_path


def titles(folder: Path) -> list[str]:
    records = open_current(folder / "data").catalogue.all_records()
    return sorted(f.text for record in records for _, f in record.named("title"))


def test_what_is_held_is_compared_before_it_serves(museum: Path) -> None:
    before = titles(museum)
    held = command(museum, "run", "--hold")
    assert held.returncode == 0, held.stderr
    assert "waits" in held.stdout
    assert titles(museum) == before
    found = json.loads(command(museum, "diff", "--json").stdout)
    assert [found[kind] for kind in ("new", "changed", "removed", "unchanged")] == [1, 1, 1, 1]
    (changed,) = [r for r in found["records"] if r["change"] == "changed"]
    assert changed["object_number"] == "N 1"
    assert changed["fields"] == [
        {"name": "title", "before": ["Vas av glas (sv)"], "after": ["Vas av blått glas (sv)"]}
    ]
    said = command(museum, "diff").stdout
    assert "Vas av glas (sv)  ->  Vas av blått glas (sv)" in said
    assert (found["fields"], found["compared"]) == ({"title": 1}, 1)
    assert "Changed fields: title 1." in said
    published_now = command(museum, "publish")
    assert published_now.returncode == 0, published_now.stderr
    assert "Kanna av koppar" in titles(museum)


PARTS: list[tuple[str, Any, Any, tuple[str, ...], tuple[str, ...]]] = [
    ("rights", Rights(), Rights(record="CC0", image="http://r.example/"),
     (), ("record: CC0", "image: http://r.example/")),
    ("dates", (DateSpan("creation", {"sv": "ca 1642"}, 1642, 1645, "circa"),), (),
     ("1642–1645 (creation, circa)",), ()),
    ("dates", (DateSpan(earliest=0, latest=0),), (DateSpan(display={"sv": "förr"}),),
     ("0 (creation)",), ("förr (creation)",)),
    ("makers", (Maker("Jan Bos", "painter", "attributed-to", "former"),),
     (Maker("", status="unknown"),), ("Jan Bos, painter, attributed-to, former",), ("unknown",)),
    ("makers", (Maker("Jan Bos"),), (Maker("Jan Bos", uri="http://u.example/"),),
     ("name Jan Bos, status current",), ("name Jan Bos, status current, uri http://u.example/",)),
    ("concepts", (Concept("type", "http://c.example/", {"sv": "skål", "en": "bowl"}),), (),
     ("type: skål | bowl",), ()),
    ("places", (Place("Delft", "find", lat=52.0, lon=4.0),), (), ("Delft (find)",), ()),
    ("images", (Image("http://i.example/a.jpg", "CC0"),), (),
     ("http://i.example/a.jpg (CC0)",), ()),
    ("measurements", (Measurement("height", 12.5, "cm"),), (), ("height: 12.5 cm",), ()),
    ("on_view", None, True, (), ("yes",)),
]  # fmt: skip


@pytest.mark.parametrize(("part", "was", "now", "before", "after"), PARTS)
def test_parts_of_a_record_are_told_in_short_words(
    part: str, was: Any, now: Any, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    known = Record("s:1")
    found = list(field_changes(replace(known, **{part: was}), replace(known, **{part: now})))
    assert found == [FieldChange(part, before, after)]


def test_more_changed_records_than_are_compared_is_said(
    museum: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (museum / "export.csv").write_text(FIRST.replace(" av ", " of "))
    assert command(museum, "run").returncode == 0
    monkeypatch.setattr(differences, "_COMPARED", 2)
    found = differences.diff(*two_generations(load_settings({"data_dir": museum / "data"})))
    assert (found.changed, found.compared, found.fields) == (3, 2, {"title": 2})
    assert "Only the first 2 changed records were compared for this." in differences.told(found)


def test_rollback_lets_the_one_before_serve_and_publish_the_later_again(museum: Path) -> None:
    first, later = current(museum / "data"), ""
    assert command(museum, "run").returncode == 0
    later = current(museum / "data")
    back = command(museum, "rollback")
    assert back.returncode == 0, back.stderr
    assert current(museum / "data") == first
    assert "Fat av tenn" in titles(museum)
    assert command(museum, "publish").returncode == 0
    assert current(museum / "data") == later


def test_a_run_after_a_rollback_starts_from_what_serves(museum: Path) -> None:
    assert command(museum, "run").returncode == 0
    assert command(museum, "rollback").returncode == 0
    again = json.loads(command(museum, "run", "--json").stdout)
    assert (again["new"], again["changed"], again["removed"]) == (1, 1, 1)
    assert len(published(museum / "data")) == 2


def test_where_nothing_waits_publish_and_rollback_say_so(museum: Path) -> None:
    for verb, remedy in (("publish", "run --hold"), ("rollback", "collection-ingest run")):
        refused = command(museum, verb)
        assert refused.returncode == 1
        assert remedy in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_gate_that_is_met_lets_the_generation_serve(museum: Path) -> None:
    (museum / "gate.toml").write_text(GATE)
    done = command(museum, "run", "--gate", "gate.toml", "--json")
    assert done.returncode == 0, done.stderr
    intake = json.loads(done.stdout)
    assert intake["gate"] == {"passed": True, "met": 2, "asked": 2, "failures": []}
    assert current(museum / "data") == intake["generation"]


@pytest.mark.parametrize(
    ("gate", "failure"),
    [
        (GATE.replace("N 4", "N 3"), "Kanna av koppar: found N 4"),
        ("[collection]\nrecords = 100\n", "3 records, where 100 are asked for"),
        ("[collection]\nlost = 0.1\n", "1 of 3 records are gone"),
    ],
)
def test_a_gate_that_is_not_met_holds_the_generation_back(
    museum: Path, gate: str, failure: str
) -> None:
    serving = current(museum / "data")
    (museum / "gate.toml").write_text(gate)
    done = command(museum, "run", "--gate", "gate.toml")
    assert done.returncode == 1
    assert f"Failed: {failure}" in done.stdout
    assert current(museum / "data") == serving
    assert command(museum, "publish", "--gate", "gate.toml").returncode == 1
    assert current(museum / "data") == serving
    assert command(museum, "publish").returncode == 0
    assert current(museum / "data") != serving


def test_a_gate_is_asked_though_nothing_changed(museum: Path) -> None:
    (museum / "export.csv").write_text(FIRST)
    (museum / "gate.toml").write_text("[collection]\nrecords = 100\n")
    done = command(museum, "run", "--gate", "gate.toml")
    assert done.returncode == 1
    assert "3 records, where 100 are asked for" in done.stdout


def test_what_waited_is_not_given_up_without_a_word(museum: Path) -> None:
    assert command(museum, "run", "--hold").returncode == 0
    (museum / "export.csv").write_text(SECOND.replace("koppar", "mässing"))
    again = command(museum, "run", "--hold")
    assert "a generation that waited is given up" in again.stdout
    assert command(museum, "publish").returncode == 0
    assert "Kanna av mässing" in titles(museum)


@pytest.mark.parametrize(
    ("gate", "word"),
    [
        ("", "asks nothing"),
        ("least = true\n" + GATE, "'least'"),
        ('[[question]]\ntext = "Vas"\n', "what is right"),
        ('[[question]]\ntext = "Vas"\nfind = ["N 1"]\n', "'find'"),
        ("[[question", "not valid TOML"),
    ],
)
def test_a_gate_nobody_understands_is_refused(tmp_path: Path, gate: str, word: str) -> None:
    (tmp_path / "gate.toml").write_text(gate)
    with pytest.raises(WrongUse, match=word):
        load_gate(tmp_path / "gate.toml")
