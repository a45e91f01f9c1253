"""Runs after the first: only what changed is read and written, and the outcome is the same."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.backends.specs import EMBEDDERS, INDEXES, open_backend
from explorer.catalogue.generation import INDEX, Generation, open_current
from explorer.config import Settings
from explorer.errors import ExplorerError
from explorer.types import Question
from explorer.wiring import open_explorer
from ingest.accepted import Accepted
from ingest.intake import Intake
from ingest.ledger import Ledger
from ingest.pipeline import build
from ingest.reading import Beside, Reading
from ingest.sourcelist import load_sources
from ingest.sourcespec import SourceSpec
from ingest.staging import Staging
from ingest.workers import Workers
from tests.conftest import DELIVERIES, quiet

MAPPING = """[fields]
nr = "id"
nummer = "object_number"
titel = { field = "title", lang = "sv" }
text = { field = "description", lang = "sv" }
"""
SOURCES = """[[source]]
name = "objects"
spec = "csv:objects"
mapping = "map.toml"
complete = true

[[source]]
name = "labels"
spec = "texts:labels"
languages = ["sv"]
"""


def row(i: int, title: str = "") -> str:
    return f"{i};N {i};{title or f'Vas nummer {i}'};En vas av glas, {i} centimeter hög.\n"


def deliver(folder: Path, rows: dict[int, str]) -> None:
    """Ten rows a file, so that most files stay as they were."""
    (folder / "objects").mkdir(exist_ok=True)
    for old in (folder / "objects").iterdir():
        old.unlink()
    for tens in sorted({i // 10 for i in rows}):
        lines = [line for i, line in rows.items() if i // 10 == tens]
        text = "nr;nummer;titel;text\n" + "".join(lines)
        (folder / "objects" / f"{tens}.csv").write_text(text, "utf-8")


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "sources.toml").write_text(SOURCES)
    (tmp_path / "labels").mkdir()
    for i in (3, 44):
        label = f"---\ntitle: Om vas {i}\nabout: [N {i}]\n---\nOm vasen {i}.\n"
        (tmp_path / "labels" / f"{i}.md").write_text(label)
    deliver(tmp_path, {i: row(i) for i in range(60)})
    return tmp_path


def run(folder: Path, data: str = "data", **settings: int) -> Intake:
    sources = load_sources(folder / "sources.toml")
    return build(sources, Settings(data_dir=folder / data, **settings), quiet)  # type: ignore[arg-type]


def content(generation: Generation) -> dict[str, tuple[object, ...]]:
    """Per record all that is found of it, whatever its rows are."""
    catalogue = generation.catalogue
    held = {}
    for record in catalogue.all_records():
        rows = catalogue.rows_of(record.id)
        passages = catalogue.passages(rows)
        vectors = [generation.vectors[i].tobytes() for i in rows]
        held[record.id] = (record, tuple(passages), tuple(vectors))
    return held


def postings(generation: Generation, form: str) -> dict[int, list[float]]:
    """Per record how long its passages are that hold a form."""
    found: dict[int, list[float]] = {}
    for i in generation.catalogue.postings(form):
        length = round(float(generation.row_lengths[i]), 5)
        found.setdefault(int(generation.row_records[i]), []).append(length)
    return {key: sorted(lengths) for key, lengths in found.items()}


def changed_rows() -> dict[int, str]:
    rows = {i: row(i) for i in range(60) if i != 17}
    return rows | {5: row(5, "Skål av silver"), 71: row(71, "Fat av tenn")}


def test_a_few_changes_end_as_if_all_had_been_read_anew(museum: Path) -> None:
    run(museum)
    deliver(museum, changed_rows())
    intake = run(museum)
    assert (intake.new, intake.changed, intake.removed, intake.unchanged) == (1, 1, 1, 60)
    assert intake.embedded < 8
    extended = open_current(museum / "data")
    assert extended.manifest.rows > extended.manifest.passages
    run(museum, "anew")
    anew = open_current(museum / "anew")
    assert anew.manifest.rows == anew.manifest.passages == extended.manifest.passages
    assert content(extended) == content(anew)
    assert extended.catalogue.facets(None) == anew.catalogue.facets(None)
    for form in ("vas", "skal", "tenn", "17", "glas"):
        found = [sorted(postings(g, form).values()) for g in (extended, anew)]
        assert found[0] == found[1], form
        assert extended.catalogue.frequency(form) == anew.catalogue.frequency(form)


def test_what_is_gone_is_not_found_among_the_empty_rows(museum: Path) -> None:
    from explorer.ask import answer

    run(museum)
    deliver(museum, changed_rows())
    run(museum)
    explorer = open_explorer(Settings(data_dir=museum / "data"))
    found = answer(Question("Vas nummer 17", lang="sv"), explorer)
    assert "objects:17" not in [card.id for card in found.records]
    assert answer(Question("Skål av silver", lang="sv"), explorer).records[0].id == "objects:5"


def test_when_much_is_empty_the_generation_is_written_anew(museum: Path) -> None:
    run(museum)
    for turn in range(4):
        deliver(museum, {i: row(i, f"Turn {turn}" if i % 6 == 0 else "") for i in range(60)})
        run(museum)
        made = open_current(museum / "data").manifest
        assert made.rows - made.passages < made.rows / 3
    assert made.records == 62


def test_a_text_follows_its_object_when_only_the_object_changes(museum: Path) -> None:
    run(museum)
    rows = {i: row(i) for i in range(60)}
    rows[44] = rows[44].replace("44;N 44;", "4400;N 44;")
    deliver(museum, rows)
    run(museum)
    catalogue = open_current(museum / "data").catalogue
    label = catalogue.record("labels:44")
    assert label
    assert label.about == ("objects:4400",)
    texts = catalogue.records(catalogue.texts_about("objects:4400"))
    assert [text.id for text in texts] == ["labels:44"]
    assert catalogue.texts_about("objects:44") == []


@pytest.fixture
def reading(tmp_path: Path, museum: Path) -> Iterator[tuple[Staging, Ledger]]:
    run(museum)
    (tmp_path / "work").mkdir()
    staging = Staging(tmp_path / "work")
    yield staging, Ledger(open_current(museum / "data").folder, writing=False)
    staging.close()


def test_a_file_that_is_as_it_was_is_not_read(
    museum: Path, reading: tuple[Staging, Ledger], tmp_path: Path
) -> None:
    rows = {i: row(i) for i in range(60)} | {5: row(5, "Skål")}
    deliver(museum, rows)
    staging, known = reading
    sources = load_sources(museum / "sources.toml")
    beside = Beside(tmp_path, Accepted())
    reader = Reading(staging, known, Ledger(tmp_path / "work"), Workers(1), beside)
    assert reader.read(sources, quiet).total == 62
    unread = staging.unread([f"objects:{i}" for i in range(60)])
    assert unread == {f"objects:{i}" for i in range(10, 60)}


def test_another_mapping_reads_every_file_anew(museum: Path) -> None:
    run(museum)
    (museum / "map.toml").write_text(MAPPING.replace('field = "title"', 'field = "subject"'))
    assert run(museum).changed == 60


def test_an_unchanged_file_tells_again_what_was_turned_away(museum: Path) -> None:
    rows = {i: row(i) for i in range(60)} | {12: "12;zu wenig\n"}
    deliver(museum, rows)
    first = run(museum)
    again = run(museum)
    assert first.rejected == again.rejected == 1
    assert first.rejections == again.rejections
    assert again.generation == first.generation


def test_when_a_delivery_is_taken_back_the_one_before_holds_again(museum: Path) -> None:
    run(museum)
    late = museum / "objects" / "late.csv"
    late.write_text("nr;nummer;titel;text\n" + row(5, "Skål av silver"))
    assert run(museum).changed == 1
    late.unlink()
    assert run(museum).changed == 1
    record = open_current(museum / "data").catalogue.record("objects:5")
    assert record
    assert record.fields[0].text == "Vas nummer 5"


def test_a_large_generation_has_an_index_that_follows_its_changes(museum: Path) -> None:
    run(museum, matrix_limit=10)
    before = open_current(museum / "data")
    gone = before.catalogue.rows_of("objects:17")
    deliver(museum, changed_rows())
    run(museum, matrix_limit=10)
    after = open_current(museum / "data")
    index = open_backend(INDEXES, "chroma:", after.folder / INDEX)
    assert index.count() == after.manifest.passages
    embedder = open_backend(EMBEDDERS, Settings().embedder)
    found, _ = index.nearest(embedder.embed_query("Skål av silver"), 100)
    assert set(found) <= set(np.flatnonzero(after.row_records).tolist())
    assert not set(gone) & set(found)
    assert found[0] in after.catalogue.rows_of("objects:5")
    index.close()


def test_a_small_generation_has_no_index(museum: Path) -> None:
    run(museum)
    assert not (open_current(museum / "data").folder / INDEX).exists()


def test_work_comes_back_in_its_order_from_several_processes() -> None:
    workers = Workers(2)
    try:
        assert list(workers.map(len, [["x"] * i for i in range(40)])) == list(range(40))
    finally:
        workers.close()


@pytest.mark.deliveries
def test_the_swedish_deliveries_end_at_5334_or_complete_at_3247(tmp_path: Path) -> None:
    folder = DELIVERIES / "nationalmuseum_se_lido"
    data = Settings(data_dir=tmp_path / "data")
    every = SourceSpec("se", "lido", folder)
    first = build([every], data, quiet)
    assert (first.read, first.new, first.rejected) == (13_865, 5_334, 0)
    again = build([every], data, quiet)
    assert (again.unchanged, again.new, again.changed, again.removed) == (5_334, 0, 0, 0)
    assert again.generation == first.generation
    catalogue = open_current(tmp_path / "data").catalogue
    rights = {image.rights for record in catalogue.all_records() for image in record.images}
    assert not any("licenses/by-sa" in right for right in rights)
    for name, held in (("1618", 5_309), ("1677", 5_309), ("1821", 3_247)):
        archive = folder / f"valid_items_transform_{name}.tgz"
        last = build([SourceSpec("se", "lido", archive, complete=True)], data, quiet)
        assert open_current(tmp_path / "data").manifest.records == held
    assert (last.read, last.removed) == (3_247, 2_087)


# --- what a run must never do


def test_a_run_over_a_damaged_generation_never_loses_another_source(museum: Path) -> None:
    run(museum)
    deliver(museum, changed_rows())
    run(museum)
    serving = open_current(museum / "data").folder
    (serving / "vectors.npy").unlink()
    deliver(museum, {i: row(i) for i in range(60)})
    only = [s for s in load_sources(museum / "sources.toml") if s.name == "objects"]
    with pytest.raises(ExplorerError, match="damaged"):
        build(only, Settings(data_dir=museum / "data"), quiet)
    assert run(museum).new == 62


def test_damage_is_never_copied_into_a_new_generation(museum: Path) -> None:
    run(museum)
    file = open_current(museum / "data").folder / "catalogue.sqlite"
    data = file.read_bytes()
    assert b"glas" in data
    file.write_bytes(data.replace(b"glas", b"guld"))
    deliver(museum, {i: row(i) for i in range(60)} | {5: row(5, "Skål")})
    run(museum)
    held = open_current(museum / "data").catalogue.record("objects:7")
    assert held and "glas" in held.numbered("description[0]").text  # type: ignore[union-attr]


def test_growing_beyond_the_matrix_with_empty_rows_makes_a_sound_index(museum: Path) -> None:
    run(museum)
    deliver(museum, changed_rows())
    run(museum)
    deliver(museum, changed_rows() | {6: row(6, "Kanna")})
    run(museum, matrix_limit=10)
    after = open_current(museum / "data")
    assert after.manifest.rows > after.manifest.passages
    index = open_backend(INDEXES, "chroma:", after.folder / INDEX)
    assert index.count() == after.manifest.passages
    index.close()


def test_a_lower_limit_brings_an_index_though_nothing_changed(museum: Path) -> None:
    run(museum)
    run(museum, matrix_limit=10)
    assert (open_current(museum / "data").folder / INDEX).is_dir()


def test_a_damaged_ledger_costs_time_and_nothing_else(museum: Path) -> None:
    first = run(museum)
    (open_current(museum / "data").folder / "ledger.sqlite").write_bytes(b"")
    again = run(museum)
    assert (again.unchanged, again.generation) == (62, first.generation)
    deliver(museum, changed_rows())
    assert run(museum).changed == 1


def test_a_file_that_could_not_be_read_is_tried_again(museum: Path) -> None:
    broken = museum / "objects" / "9.csv"
    broken.write_bytes(b"nr;nummer;titel;text\n" + b'90;N 90;"Vas;utan slut\n')
    assert run(museum).rejected == 1
    sources = load_sources(museum / "sources.toml")
    ledger = Ledger(open_current(museum / "data").folder, writing=False)
    names = {name for name in ("9.csv", "5.csv") if _known(ledger, sources[0], museum, name)}
    assert names == {"5.csv"}


def _known(ledger: Ledger, source: SourceSpec, museum: Path, name: str) -> bool:
    from ingest.reading import Packed, _digest, reading_digest

    reading = reading_digest(source, Beside(museum / "data", Accepted()))
    data = (museum / "objects" / name).read_bytes()
    packed = Packed(name, name, "", data)
    return ledger.file(source.name, name, _digest(reading, name.encode(), packed.data)) is not None


def test_where_two_bear_a_number_a_text_follows_the_one_that_is_left(museum: Path) -> None:
    run(museum)
    (museum / "more.csv").write_text("nr;nummer;titel;text\nx;N 3;En annan vas;Text om vasen.\n")
    mapping = museum / "map.toml"
    other = SourceSpec("more", "csv", museum / "more.csv", mapping=mapping)
    build([other], Settings(data_dir=museum / "data"), quiet)
    catalogue = open_current(museum / "data").catalogue
    label = catalogue.record("labels:3")
    assert label and label.about == ("more:x",)
    build([], Settings(data_dir=museum / "data"), quiet, removing="more")
    label = open_current(museum / "data").catalogue.record("labels:3")
    assert label and label.about == ("objects:3",)


def test_a_complete_source_that_was_not_read_whole_says_it_withdraws_nothing(museum: Path) -> None:
    run(museum)
    deliver(museum, {i: row(i) for i in range(50)} | {50: ";N 50;utan nummer;x\n"})
    intake = run(museum)
    assert intake.removed == 0
    assert intake.warnings["nothing was withdrawn"] == 1


def test_no_process_of_a_run_is_left(museum: Path) -> None:
    workers = Workers(2)
    assert list(workers.map(len, [["x"]] * 30)) == [1] * 30
    processes = list(workers._processes)
    workers.close()
    assert processes and all(process.poll() is not None for process in processes)
