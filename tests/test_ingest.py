"""Ingest: what is delivered becomes a generation; what is refused leaves things as they are."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue.generation import current, open_current, published
from explorer.config import Settings
from explorer.errors import ExplorerError, WrongUse
from explorer.types import Record
from ingest.pipeline import build
from ingest.sourcelist import all_sources, load_sources, source_spec
from tests.conftest import DELIVERIES, SAMPLE, ingest, quiet

TABLE = "nr;titel;lager\n1;Vas;Hylla 3\n2;Skål;Hylla 4\n"
MAPPING = '[fields]\nnr = "id"\ntitel = { field = "title", lang = "sv" }\n'


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    (tmp_path / "export.csv").write_text(TABLE, "utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, "utf-8")
    return tmp_path


def spec(delivery: Path) -> str:
    return f"csv:{delivery}/export.csv#map.toml".replace("#map", f"#{delivery}/map")


def records(data_dir: Path) -> dict[str, Record]:
    return {r.id: r for r in open_current(data_dir).catalogue.all_records()}


def test_an_unchanged_source_embeds_nothing_and_keeps_the_generation(delivery: Path) -> None:
    data = delivery / "data"
    first = ingest(data, spec(delivery))
    again = ingest(data, spec(delivery))
    assert (first.read, first.new, first.embedded) == (2, 2, 2)
    assert (again.unchanged, again.new, again.changed, again.embedded) == (2, 0, 0, 0)
    assert again.generation == first.generation == current(data)


def test_a_changed_record_is_replaced_and_only_it_is_embedded(delivery: Path) -> None:
    data = delivery / "data"
    ingest(data, spec(delivery))
    (delivery / "export.csv").write_text(TABLE.replace("Skål", "Fat"), "utf-8")
    intake = ingest(data, spec(delivery))
    assert (intake.changed, intake.unchanged, intake.embedded) == (1, 1, 1)
    assert [f.text for f in records(data)["export:2"].fields] == ["Fat"]


def test_a_record_not_delivered_again_stays_unless_the_source_is_complete(delivery: Path) -> None:
    data = delivery / "data"
    ingest(data, spec(delivery))
    (delivery / "export.csv").write_text(TABLE.rpartition("2;")[0], "utf-8")
    assert ingest(data, spec(delivery)).removed == 0
    (delivery / "sources.toml").write_text(
        '[[source]]\nname = "export"\nspec = "csv:export.csv#map.toml"\ncomplete = true\n'
    )
    intake = build(load_sources(delivery / "sources.toml"), Settings(data_dir=data), quiet)
    assert intake.removed == 1
    assert set(records(data)) == {"export:1"}


def test_a_delivery_cut_short_withdraws_nothing(delivery: Path) -> None:
    data = delivery / "data"
    (delivery / "sources.toml").write_text(
        '[[source]]\nname = "export"\nspec = "csv:export.csv#map.toml"\ncomplete = true\n'
    )
    sources = load_sources(delivery / "sources.toml")
    build(sources, Settings(data_dir=data), quiet)
    (delivery / "export.csv").write_text("nr;titel;lager\n1;Vas;Hylla 3\n2;Skål\n", "utf-8")
    intake = build(sources, Settings(data_dir=data), quiet)
    assert (intake.rejected, intake.removed) == (1, 0)
    assert len(records(data)) == 2


def test_a_column_the_mapping_does_not_name_is_nowhere(delivery: Path) -> None:
    data = delivery / "data"
    ingest(data, spec(delivery))
    written = b"".join(p.read_bytes() for p in data.rglob("*") if p.is_file())
    assert b"Vas" in written
    assert b"Hylla" not in written


def test_nothing_that_must_stay_in_the_museum_is_in_the_sample(sample_data: Path) -> None:
    written = b"".join(p.read_bytes() for p in sample_data.rglob("*") if p.is_file())
    for secret in (b"DEPOT-", b"insurance", b"EUR", b"Store B", b"REGAL"):
        assert secret not in written


def test_only_the_last_generations_are_kept(delivery: Path) -> None:
    data = delivery / "data"
    for title in ("A", "B", "C", "D"):
        (delivery / "export.csv").write_text(TABLE.replace("Vas", title), "utf-8")
        ingest(data, spec(delivery))
    assert len(published(data)) == Settings().keep_generations
    assert published(data)[0] == current(data)


def test_texts_know_the_records_they_are_about(sample_data: Path) -> None:
    held = records(sample_data)
    texts = [r for r in held.values() if r.kind == "text" and r.about]
    assert len(texts) >= 20
    assert all(about in held for text in texts for about in text.about)


def test_vectors_belong_to_the_passages_of_their_rows(sample_data: Path) -> None:
    from ingest.split import split_record

    generation = open_current(sample_data)
    passages = [p for r in generation.catalogue.all_records() for p in split_record(r)]
    embedder = open_backend(EMBEDDERS, Settings().embedder)
    expected = embedder.embed_passages([p.text for p in passages])
    assert np.allclose(generation.vectors, expected, atol=1e-6)


def test_a_text_follows_its_object_to_another_id(delivery: Path) -> None:
    data = delivery / "data"
    (delivery / "labels").mkdir()
    (delivery / "labels" / "a.md").write_text("---\nlang: sv\nabout: [N 1]\n---\nOm vasen.\n")
    mapping = '[fields]\nnr = "id"\nnummer = "object_number"\ntitel = "title"\n'
    (delivery / "map.toml").write_text(mapping)
    labels = f"texts:{delivery}/labels"
    ingest(data, labels)
    assert records(data)["labels:a"].about == ()
    for local in ("1", "one"):
        (delivery / "export.csv").write_text(f"nr;nummer;titel\n{local};N 1;Vas\n")
        (delivery / "sources.toml").write_text(
            '[[source]]\nname = "export"\nspec = "csv:export.csv#map.toml"\ncomplete = true\n'
        )
        build(load_sources(delivery / "sources.toml"), Settings(data_dir=data), quiet)
        assert records(data)["labels:a"].about == (f"export:{local}",)


def test_a_complete_source_that_delivers_nothing_withdraws_nothing(delivery: Path) -> None:
    data = delivery / "data"
    (delivery / "sources.toml").write_text(
        '[[source]]\nname = "export"\nspec = "csv:export.csv#map.toml"\ncomplete = true\n'
        '[[source]]\nname = "other"\nspec = "csv:other.csv#map.toml"\n'
    )
    (delivery / "other.csv").write_text("nr;titel\n5;Fat\n")
    sources = load_sources(delivery / "sources.toml")
    build(sources, Settings(data_dir=data), quiet)
    (delivery / "export.csv").write_text("nr;titel;lager\n")
    with pytest.raises(ExplorerError, match="delivers nothing"):
        build(sources, Settings(data_dir=data), quiet)
    assert len(records(data)) == 3


def test_a_record_of_one_source_never_touches_another(delivery: Path) -> None:
    data = delivery / "data"
    ingest(data, spec(delivery))
    (delivery / "more.csv").write_text("nr;titel\n1;Fat\n")
    intake = ingest(data, f"csv:{delivery}/more.csv#{delivery}/map.toml")
    assert (intake.new, intake.removed, intake.changed) == (1, 0, 0)
    assert set(records(data)) == {"export:1", "export:2", "more:1"}
    assert set(open_current(data).manifest.sources) == {"export", "more"}


@pytest.mark.parametrize(
    "line",
    ['complete = "false"', 'languages = "nl"', 'images = "all"', 'colour = "red"', "spec = 5",
     'rights.shelf = "x"', 'name = "My Source"'],
)  # fmt: skip
def test_a_list_of_sources_that_is_not_understood_is_refused(delivery: Path, line: str) -> None:
    base = {"spec": 'spec = "csv:export.csv#map.toml"', "name": 'name = "export"'}
    kept = [text for key, text in base.items() if not line.startswith(key)]
    (delivery / "sources.toml").write_text("\n".join(["[[source]]", *kept, line]))
    with pytest.raises(WrongUse) as refused:
        load_sources(delivery / "sources.toml")
    assert refused.value.remedy


def test_a_source_can_be_taken_out_again(delivery: Path) -> None:
    data = delivery / "data"
    ingest(data, spec(delivery))
    (delivery / "more.csv").write_text("nr;titel\n1;Fat\n")
    ingest(data, f"csv:{delivery}/more.csv#{delivery}/map.toml")
    intake = build([], Settings(data_dir=data), quiet, removing="more")
    assert intake.removed == 1
    assert set(records(data)) == {"export:1", "export:2"}
    assert set(open_current(data).manifest.sources) == {"export"}
    with pytest.raises(WrongUse, match="no source called") as refused:
        build([], Settings(data_dir=data), quiet, removing="more")
    assert "export" in refused.value.remedy


def test_a_new_delivery_under_another_file_name_can_keep_its_sources_name(delivery: Path) -> None:
    data = delivery / "data"
    mapping = '[fields]\nnr = "object_number"\ntitel = "title"\nid = "id"\n'
    (delivery / "map.toml").write_text(mapping)
    for name in ("export", "export-2027"):
        (delivery / f"{name}.csv").write_text("id;nr;titel\n1;N 1;Vas\n")
    ingest(data, spec(delivery))
    newer = f"csv:{delivery}/export-2027.csv#{delivery}/map.toml"
    again = build(all_sources([newer], None, "export"), Settings(data_dir=data), quiet)
    assert (again.unchanged, again.new) == (1, 0)
    doubled = ingest(data, newer)
    assert doubled.new == 1
    assert doubled.warnings["object number held by another source too"] == 1


def test_what_was_delivered_twice_and_what_was_passed_over_is_said(delivery: Path) -> None:
    (delivery / "labels").mkdir()
    (delivery / "labels" / "a.md").write_text("---\nlang: sv\nabout: N 7\n---\nOm vasen.\n")
    (delivery / "labels" / "plan.dwg").write_bytes(b"AC1015")
    (delivery / "export.csv").write_text(TABLE + "2;Skål;Hylla 4\n2;Fat;x\n")
    intake = ingest(delivery / "data", spec(delivery), f"texts:{delivery}/labels")
    assert (intake.read, intake.new, intake.repeated, intake.rejected) == (4, 3, 1, 1)
    assert intake.warnings["file passed over"] == 1
    assert "plan.dwg" in intake.examples["file passed over"]
    assert intake.warnings["about an object number nobody bears"] == 1


def test_a_changed_picture_is_taken_in_and_the_old_one_goes_with_its_generation(
    delivery: Path,
) -> None:
    data = delivery / "data"
    (delivery / "map.toml").write_text(MAPPING + 'bild = "image"\n')
    (delivery / "export.csv").write_text("nr;titel;bild\n1;Vas;vas.png\n")
    (delivery / "sources.toml").write_text(
        '[[source]]\nname = "export"\nspec = "csv:export.csv#map.toml"\nimages = "proxy"\n'
        'rights.image = "http://creativecommons.org/publicdomain/zero/1.0/"\n'
    )
    names = []
    for colour in ("red", "blue", "green"):
        Image.new("RGB", (900, 600), colour).save(delivery / "vas.png")
        intake = build(load_sources(delivery / "sources.toml"), Settings(data_dir=data), quiet)
        assert intake.changed + intake.new == 1
        names.append(records(data)["export:1"].images[0].thumbnail)
    assert len(set(names)) == 3
    shown = {p.stem for p in (data / "images").iterdir()}
    assert shown == {Path(name).stem for name in names[1:]}


def test_two_sources_may_not_share_a_name(delivery: Path) -> None:
    (delivery / "x").mkdir()
    with pytest.raises(WrongUse, match="both be called"):
        all_sources([f"csv:{delivery}/export.csv#m", f"csv:{delivery}/x/export.csv#m"], None)


# --- refusals: the problem, the remedy, and what serves is untouched


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda d: (d / "map.toml").write_text(MAPPING + 'farg = "type"\n'), WrongUse),
        (lambda d: (d / "map.toml").write_text(MAPPING.replace('"title"', '"ttile"')), WrongUse),
        (lambda d: (d / "map.toml").write_text("[fields\n"), WrongUse),
        (lambda d: (d / "map.toml").write_text('[table]\nencoding = "utf-8"\n' + MAPPING)
         and (d / "export.csv").write_bytes("nr;titel\n1;Skål\n".encode("cp1252")), ExplorerError),
        (lambda d: (d / "export.csv").unlink(), ExplorerError),
        (lambda d: (d / "export.csv").write_text("nr;titel;lager\n"), ExplorerError),
    ],
    ids=["missing column", "unknown field", "broken mapping", "wrong encoding", "no file", "empty"],
)  # fmt: skip
def test_a_bad_delivery_is_refused_and_nothing_changes(
    delivery: Path, change: object, error: type[ExplorerError]
) -> None:
    data = delivery / "data"
    before = ingest(data, spec(delivery)).generation
    assert callable(change)
    change(delivery)
    with pytest.raises(error) as refused:
        ingest(data, spec(delivery))
    assert refused.value.problem.endswith(".")
    assert refused.value.remedy
    assert current(data) == before
    assert len(records(data)) == 2
    assert not list((data / "generations").glob("*.building"))


def test_cp1252_is_told_from_the_bytes_when_the_mapping_says_auto(delivery: Path) -> None:
    text = "nr;titel;lager\n" + "".join(f"{i};Skål från Malmö – blå;x\n" for i in range(40))
    (delivery / "export.csv").write_bytes(text.encode("cp1252"))
    ingest(delivery / "data", spec(delivery))
    assert records(delivery / "data")["export:7"].fields[0].text == "Skål från Malmö – blå"


def test_a_second_ingest_at_the_same_time_is_refused(delivery: Path) -> None:
    data = delivery / "data"
    data.mkdir()
    with FileLock(data / "ingest.lock"), pytest.raises(ExplorerError, match="Another ingest"):
        ingest(data, spec(delivery))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "lido:nowhere.xml"], 1, "nothing at"),
        (["run", "zip:what"], 2, "not a format"),
        (["run"], 2, "list of sources"),
        (["run", "csv:export.csv"], 2, "no mapping"),
    ],
)
def test_the_command_says_problem_and_remedy_and_exits_as_promised(
    delivery: Path, arguments: list[str], code: int, words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", *arguments],
        capture_output=True, text=True, cwd=delivery, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_json_is_one_object_and_nothing_else(delivery: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "run", spec(delivery), "--json"],
        capture_output=True, text=True, cwd=delivery, check=True,
    )  # fmt: skip
    intake = json.loads(done.stdout)
    assert {"generation", "read", "new", "changed", "unchanged", "removed", "rejected", "passages",
            "seconds", "sources", "rejections", "warnings"} <= intake.keys()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.xml", "lido"), ("labels/b.md", "texts"), ("c.csv", "csv")],
)
def test_a_path_without_a_format_is_recognised(tmp_path: Path, name: str, form: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text('<lido xmlns="http://www.lido-schema.org"/>')
    chosen = source_spec(str(file.parent if form == "texts" else file))
    assert chosen.format == form


@pytest.mark.deliveries
def test_the_dutch_table_needs_a_mapping_and_no_code(tmp_path: Path) -> None:
    source = DELIVERIES / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
    mapping = Path(__file__).parent / "deliveries" / "csv" / "rijks_suriname.toml"
    intake = ingest(tmp_path / "data", f"csv:{source}#{mapping}")
    held = records(tmp_path / "data")
    assert (intake.new, intake.rejected) == (3_668, 0)
    anonymous = [r for r in held.values() if any(f.text == "anoniem" for _, f in r.named("maker"))]
    assert len(anonymous) >= 880
    assert not any(m.name == "anoniem" for r in held.values() for m in r.makers)
    portrait = held["suriname_objecten_export:7462"]
    assert portrait.dates[0].earliest == 1680
    assert [f.text for _, f in portrait.named("material")] == ["doek", "olieverf"]


def test_the_sample_is_taken_in_whole(sample_data: Path) -> None:
    held = records(sample_data)
    kinds = [r.kind for r in held.values()]
    assert kinds.count("object") >= 60
    assert kinds.count("text") >= 20
    assert load_sources(SAMPLE)[0].complete
