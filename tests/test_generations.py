"""Generations: switched in one step, refused when damaged, never asked with another embedder."""

import gzip
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from filelock import FileLock

from explorer.ask import answer
from explorer.backends import embedded
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue import inventory
from explorer.catalogue.canary import open_checked
from explorer.catalogue.generation import (
    SCHEMA,
    built,
    current,
    generations_folder,
    open_current,
    publish,
    published,
    rollback,
)
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.search import search
from explorer.types import Question
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build, refresh
from ingest.sourcelist import load_sources
from ingest.split import split_record
from tests.conftest import SAMPLE, ingest, quiet

QUESTION = Question("Vas", lang="sv")
MAPPING = '[fields]\nnr = "id"\ntitel = { field = "title", lang = "sv" }\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two generations; the later one knows one vase more."""
    (tmp_path / "map.toml").write_text(MAPPING)
    for rows in ("1;Vas\n", "1;Vas\n2;Blå vas\n"):
        (tmp_path / "t.csv").write_text("nr;titel\n" + rows, "utf-8")
        ingest(tmp_path / "data", f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    return tmp_path / "data"


def found(explorer: Explorer) -> int:
    return len(answer(QUESTION, explorer).records)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "empty manifest": lambda f: (f / "manifest.json").write_text(""),
    "cut catalogue": lambda f: (f / "catalogue.sqlite").write_bytes(
        (f / "catalogue.sqlite").read_bytes()[:5000]
    ),
    "emptied catalogue": lambda f: (f / "catalogue.sqlite").write_bytes(b""),
    "no matrix": lambda f: (f / "vectors.npy").unlink(),
    "cut matrix": lambda f: (f / "vectors.npy").write_bytes((f / "vectors.npy").read_bytes()[:200]),
    "matrix of another size": lambda f: np.save(f / "vectors.npy", np.zeros((1, 384), np.float32)),
    "no folder": lambda f: shutil.rmtree(f),
    "made by another release": lambda f: (f / "manifest.json").write_text(
        (f / "manifest.json").read_text().replace(f'"schema": {SCHEMA}', '"schema": 99')
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_generation_is_refused_and_the_one_before_serves(data: Path, damage: str) -> None:
    DAMAGE[damage](generations_folder(data) / current(data))
    explorer = open_explorer(Settings(data_dir=data))
    assert explorer.serving().generation.manifest.generation == published(data)[-1]
    assert found(explorer) == 1


def test_with_every_generation_damaged_the_error_says_what_to_do(data: Path) -> None:
    for name in published(data):
        (generations_folder(data) / name / "manifest.json").unlink()
    with pytest.raises(NotReady) as refused:
        open_current(data)
    assert "collection-ingest" in refused.value.remedy


def test_a_new_generation_serves_from_the_next_question_on(tmp_path: Path, data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    assert found(explorer) == 2
    (tmp_path / "t.csv").write_text("nr;titel\n1;Vas\n2;Blå vas\n3;Vit vas\n", "utf-8")
    ingest(data, f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    assert found(explorer) == 3


def test_a_damaged_generation_among_those_kept_does_not_stop_a_run(
    tmp_path: Path, data: Path
) -> None:
    (data / "images").mkdir()
    (data / "images" / "of-the-damaged-one.webp").write_bytes(b"x")
    (generations_folder(data) / current(data) / "catalogue.sqlite").write_bytes(b"")
    (tmp_path / "t.csv").write_text("nr;titel\n1;Vas\n2;Blå vas\n3;Vit vas\n", "utf-8")
    ingest(data, f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    assert found(open_explorer(Settings(data_dir=data))) == 3
    assert (data / "images" / "of-the-damaged-one.webp").exists()


def test_ten_threads_read_what_one_reads(sample_data: Path) -> None:
    catalogue = open_current(sample_data).catalogue
    ids = [record.id for record in catalogue.all_records() if record.kind == "object"]
    expected = {i: (catalogue.record(i), catalogue.texts_about(i)) for i in ids}
    wrong: list[str] = []

    def read(own: list[str]) -> None:
        wrong.extend(
            i for i in own if (catalogue.record(i), catalogue.texts_about(i)) != expected[i]
        )

    threads = [threading.Thread(target=read, args=(ids[n:] + ids[:n],)) for n in range(0, 50, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(threads) == 10
    assert not wrong


def test_a_generation_that_will_not_open_leaves_the_serving_one(data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    assert found(explorer) == 2
    (data / "current").write_text("nothing-of-that-name\n")
    assert found(explorer) == 2


def test_another_embedder_than_the_one_that_built_it_is_refused(data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    other = replace_fingerprint(explorer)
    with pytest.raises(NotReady, match="was indexed with") as refused:
        other.serving()
    assert "collection-ingest refresh" in refused.value.remedy


def replace_fingerprint(explorer: Explorer) -> Explorer:
    """A fresh explorer whose embedder says it is another one."""
    other = open_explorer(replace(explorer.settings))
    other.embedder.fingerprint = "another"
    return other


def test_a_clock_set_back_does_not_cost_the_new_generation(tmp_path: Path, data: Path) -> None:
    folder = generations_folder(data)
    future = "29990101T000000000000-aaaa"
    (folder / current(data)).rename(folder / future)
    (data / "current").write_text(future + "\n")
    (tmp_path / "t.csv").write_text("nr;titel\n1;Vas\n2;Blå vas\n3;Vit vas\n", "utf-8")
    intake = ingest(data, f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    assert intake.generation > future
    assert current(data) == intake.generation
    assert found(open_explorer(Settings(data_dir=data))) == 3


def test_a_run_over_a_damaged_generation_does_not_lose_other_sources(
    tmp_path: Path, data: Path
) -> None:
    (tmp_path / "other.csv").write_text("nr;titel\n9;Skål\n", "utf-8")
    ingest(data, f"csv:{tmp_path}/other.csv#{tmp_path}/map.toml")
    for name in published(data):
        (generations_folder(data) / name / "vectors.npy").unlink()
    one, other = (f"csv:{tmp_path}/{n}.csv#{tmp_path}/map.toml" for n in ("t", "other"))
    before = current(data)
    with pytest.raises(ExplorerError, match="damaged"):
        ingest(data, one)
    assert current(data) == before
    assert ingest(data, one, other).new == 3


def test_an_open_generation_answers_after_its_folder_is_gone(data: Path) -> None:
    generation = open_current(data)
    shutil.rmtree(generation.folder)
    titles: list[str] = []

    def read() -> None:
        record = generation.catalogue.record("t:2")
        assert record is not None
        titles.append(record.fields[0].text)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert titles == ["Blå vas"]


def test_changed_weights_make_a_new_generation_of_an_unchanged_source(
    tmp_path: Path, data: Path
) -> None:
    spec = f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml"
    before = current(data)
    assert ingest(data, spec).generation == before
    fingerprint = open_current(data).manifest.fingerprint
    (data / "calibration").mkdir()
    own = '{"coverage": 1.5, "floor": 0.9, "near": 0.9}'
    (data / "calibration" / f"{fingerprint}.json").write_text(own)
    assert ingest(data, spec).generation != before
    assert open_current(data).manifest.calibration.coverage == 1.5


# --- built and not yet published, published, gone back from


def named(data: Path, *names: str) -> None:
    """Nothing; copies of the generation that serves stand beside it under these names."""
    for name in names:
        shutil.copytree(generations_folder(data) / current(data), generations_folder(data) / name)


LATER, LATEST = "29990101T000000000000-aaaa", "29990102T000000000000-bbbb"


def test_a_generation_that_waits_is_named_and_does_not_serve(data: Path) -> None:
    serving = current(data)
    assert built(data) == ""
    named(data, LATER, LATEST, f"{LATEST[:-1]}c.building")
    assert built(data) == LATEST
    assert open_current(data).manifest.generation == serving
    (generations_folder(data) / serving / "manifest.json").unlink()
    assert open_current(data).folder.name == published(data)[-1] < serving


def test_a_first_generation_may_wait_too(data: Path) -> None:
    newest = current(data)
    (data / "current").unlink()
    assert built(data) == newest
    with pytest.raises(NotReady, match="no collection"):
        open_current(data)
    publish(data, newest)
    assert (current(data), built(data)) == (newest, "")


def test_what_was_built_and_never_served_goes_when_a_later_one_is_published(data: Path) -> None:
    kept = published(data)
    named(data, LATER, LATEST)
    publish(data, LATEST)
    assert published(data) == [LATEST, *kept]
    assert (current(data), built(data)) == (LATEST, "")


def test_going_back_serves_the_newest_sound_one_before_and_can_be_undone(data: Path) -> None:
    newest, oldest = published(data)
    named(data, LATER, LATEST)
    publish(data, LATER)
    (generations_folder(data) / newest / "vectors.npy").write_bytes(b"")
    assert rollback(data, open_checked) == current(data) == oldest
    assert found(open_explorer(Settings(data_dir=data))) == 1
    assert built(data) == LATEST
    publish(data, LATER)
    assert current(data) == LATER
    assert LATEST in published(data)


def test_without_an_older_sound_one_there_is_no_going_back(data: Path) -> None:
    newest, oldest = published(data)
    (generations_folder(data) / oldest / "manifest.json").unlink()
    with pytest.raises(ExplorerError, match="no generation to go back to"):
        rollback(data, open_checked)
    assert current(data) == newest


def test_strange_things_among_the_generations_are_nobodys_and_stay(data: Path) -> None:
    names = published(data)
    (generations_folder(data) / "lost+found").mkdir()
    (generations_folder(data) / ".DS_Store").write_bytes(b"x")
    (generations_folder(data) / LATER).write_bytes(b"x")
    assert published(data) == names
    publish(data, names[0])
    assert (generations_folder(data) / "lost+found").is_dir()


def test_filters_hold_beyond_the_limit_too(sample_data: Path) -> None:
    found_by = []
    for limit in (50_000, 0):
        explorer = open_explorer(Settings(data_dir=sample_data, matrix_limit=limit))
        told = search(explorer, "Selbstbildnis", filters={"gender": "female"}, limit=50)
        found_by.append([f.card.id for f in told.hits])
    assert found_by[0] == found_by[1]
    assert found_by[0]


def test_beyond_the_limit_chroma_proposes_and_the_same_records_are_found(
    tmp_path: Path,
) -> None:
    beyond = Settings(data_dir=tmp_path / "data", matrix_limit=0)
    build(load_sources(SAMPLE), beyond, quiet)
    exact = open_explorer(replace(beyond, matrix_limit=50_000))
    indexed = open_explorer(beyond)
    assert indexed.serving().index is not None
    for text in ("Who painted the girl with the pearl earring?", "astrolabe", "Kim był Stańczyk?"):
        rankings = []
        for explorer in (exact, indexed):
            serving = explorer.serving()
            planned = plan(Question(text), serving.generation.catalogue, default_lang="en")
            hits = retrieve(planned, serving.generation, explorer.embedder, serving.index)
            rankings.append([hit.record.id for hit in hits])
        assert rankings[0] == rankings[1]
    index = indexed.serving().index
    assert index is not None
    assert index.count() == indexed.serving().generation.manifest.passages
    index.close()


# --- refresh: another embedder, the same records


@pytest.fixture
def other_embedder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The spec of a tiny model, a piece per letter, with random vectors."""
    monkeypatch.setitem(EMBEDDERS, "tiny", "explorer.backends.embedded:open_static")
    folder = tmp_path / "model"
    folder.mkdir()
    vocab = [["[UNK]", 0], *([letter, -1] for letter in "abcdefghijklmnopqrstuvwxyz0123456789")]
    tokenizer = {"model": {"type": "Unigram", "unk_id": 0, "vocab": vocab}}
    (folder / embedded.TOKENIZER).write_bytes(gzip.compress(orjson.dumps(tokenizer)))
    pieces = np.ones(len(vocab), [("scale", "<f2"), ("vector", "i1", (8,))])
    pieces["vector"] = np.random.default_rng(1).integers(-127, 128, (len(vocab), 8))
    np.save(folder / embedded.PIECES, pieces)
    fingerprint = f"tiny-8-{embedded.fingerprint_digits(folder)}"
    (folder / embedded.MODEL).write_bytes(orjson.dumps({"fingerprint": fingerprint, "dims": 8}))
    return f"tiny:{folder}"


def everything(folder: Path) -> dict[Path, bytes | None]:
    """What lies in `folder`, to the byte."""
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_refresh_writes_what_serves_anew_for_another_embedder(
    tmp_path: Path, sample_data: Path, other_embedder: str
) -> None:
    data = shutil.copytree(sample_data, tmp_path / "data")
    settings = Settings(data_dir=data, embedder=other_embedder)
    old = open_current(data)
    with pytest.raises(NotReady, match="was indexed with"):
        open_explorer(settings).serving()
    intake = refresh(settings, quiet)
    new = open_explorer(settings).serving().generation
    model = open_backend(EMBEDDERS, other_embedder)
    assert published(data) == [intake.generation, old.manifest.generation]
    assert new.manifest.generation == intake.generation == current(data)
    assert (new.manifest.fingerprint, new.manifest.dims) == (model.fingerprint, 8)
    assert new.manifest.sources == old.manifest.sources
    assert list(new.catalogue.all_records()) == list(old.catalogue.all_records())
    for source in old.manifest.sources:
        hashes = [inventory.record_hashes(one.catalogue, source) for one in (new, old)]
        assert hashes[0] == hashes[1]
    passages = [p for r in new.catalogue.all_records() for p in split_record(r)]
    expected = model.embed_passages([p.text for p in passages])
    assert np.allclose(new.vectors, expected, atol=1e-6)
    assert new.vectors.any()
    again = build(load_sources(SAMPLE), settings, quiet)
    assert (again.generation, again.new, again.changed) == (intake.generation, 0, 0)


def test_refresh_with_nothing_to_do_touches_nothing_and_waits_for_nobody(data: Path) -> None:
    serving = open_current(data).manifest
    with FileLock(data / "ingest.lock"):
        before = everything(data)
        intake = refresh(Settings(data_dir=data), quiet)
        assert everything(data) == before
    assert (intake.generation, intake.passages) == (serving.generation, serving.passages)
    assert (intake.read, intake.embedded) == (0, 0)


def test_refresh_without_a_collection_is_refused_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no collection") as refused:
        refresh(Settings(data_dir=tmp_path / "none"), quiet)
    assert "collection-ingest run" in refused.value.remedy
    assert not (tmp_path / "none").exists()
    with pytest.raises(ExplorerError, match="Nothing could be taken in"):
        build([], Settings(data_dir=tmp_path / "none"), quiet)


@pytest.mark.parametrize("damage", DAMAGE)
def test_refresh_never_puts_an_older_generation_in_place_of_one_that_will_not_open(
    data: Path, other_embedder: str, damage: str
) -> None:
    DAMAGE[damage](generations_folder(data) / current(data))
    before = everything(data)
    with pytest.raises(NotReady, match=r"damaged|in a form") as refused:
        refresh(Settings(data_dir=data, embedder=other_embedder), quiet)
    assert "collection-ingest run" in refused.value.remedy
    assert everything(data) == before


def test_refresh_of_another_releases_generations_says_that_sources_are_needed(
    data: Path, other_embedder: str
) -> None:
    for name in published(data):
        DAMAGE["made by another release"](generations_folder(data) / name)
    with pytest.raises(NotReady, match="in a form this one does not read") as refused:
        refresh(Settings(data_dir=data, embedder=other_embedder), quiet)
    assert "Take in its sources again" in refused.value.remedy


def test_a_refresh_that_fails_leaves_what_serves(data: Path, other_embedder: str) -> None:
    before = current(data)
    (Path(other_embedder.partition(":")[2]) / embedded.PIECES).write_bytes(b"")
    with pytest.raises(ExplorerError, match=embedded.PIECES):
        refresh(Settings(data_dir=data, embedder=other_embedder), quiet)
    assert current(data) == before
    assert len(published(data)) == len(list(generations_folder(data).iterdir())) == 2
    assert found(open_explorer(Settings(data_dir=data))) == 2


def test_the_command_refreshes_once_and_then_says_there_is_nothing_to_do(data: Path) -> None:
    def command(*flags: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "ingest", "refresh", "--data-dir", str(data), *flags],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    before = open_current(data).manifest
    assert "nothing to do" in command()
    (data / "calibration").mkdir()
    own = '{"coverage": 1.5, "floor": 0.9, "near": 0.9}'
    (data / "calibration" / f"{before.fingerprint}.json").write_text(own)
    assert "serves" in command()
    after = open_current(data).manifest
    assert (after.calibration.coverage, after.records) == (1.5, before.records)
    told = json.loads(command("--json"))
    assert (told["generation"], told["embedded"]) == (after.generation, 0)
    assert current(data) == after.generation != before.generation
