"""What is damaged is found in a process of its own, never serves, and costs nobody an answer."""

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.ask import answer
from explorer.catalogue import canary as looking
from explorer.catalogue.canary import canary, checked, open_checked, remember
from explorer.catalogue.generation import (
    current,
    generations_folder,
    open_current,
    published,
    write_manifest,
)
from explorer.config import Settings
from explorer.errors import NotReady
from explorer.wiring import open_explorer
from ingest.pipeline import build
from ingest.sourcelist import load_sources
from tests.builds import QUESTION, deliver
from tests.conftest import ROOT, quiet

_INDEXED = 600  # so many rows are more than Chroma keeps outside its graph


def settings(data: Path, limit: int = 50_000) -> Settings:
    return Settings(data_dir=data, matrix_limit=limit, embedder="hash:")


def two_generations(folder: Path, rows: int, limit: int) -> Path:
    """The data folder of two deliveries, the first of which is small and known to be sound."""
    for turn, held, most in ((1, 30, 50_000), (2, rows, limit)):
        sources = load_sources(deliver(folder, turn, held, changing=5))
        build(sources, settings(folder / "data", most), quiet)
    shutil.rmtree(folder / "data" / "checked", ignore_errors=True)
    remember(generations_folder(folder / "data") / published(folder / "data")[1])
    return folder / "data"


@pytest.fixture(scope="module")
def matrix_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_generations(tmp_path_factory.mktemp("matrix"), 30, 50_000)


@pytest.fixture(scope="module")
def index_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_generations(tmp_path_factory.mktemp("index"), _INDEXED, 10)


@pytest.fixture
def data(matrix_data: Path, tmp_path: Path) -> Path:
    """Two generations that the matrix serves."""
    return shutil.copytree(matrix_data, tmp_path / "data")


@pytest.fixture
def indexed(index_data: Path, tmp_path: Path) -> Path:
    """Two generations, the newer one with an index."""
    return shutil.copytree(index_data, tmp_path / "data")


def newest(data: Path) -> Path:
    return generations_folder(data) / current(data)


def answered_by(data: Path, limit: int = 50_000) -> str:
    """The generation that answers a question asked of a fresh explorer."""
    given = answer(QUESTION, open_explorer(settings(data, limit)))
    assert given.outcome == "answered"
    return given.generation


def cut(file: Path, part: float = 0.5) -> None:
    os.truncate(file, int(file.stat().st_size * part))


def scribble(file: Path, start: float = 0.1, stop: float = 0.9) -> None:
    """Nothing; a part of the file is random bytes, and its size is what it was."""
    held = bytearray(file.read_bytes())
    begin, end = int(len(held) * start), int(len(held) * stop)
    held[begin:end] = np.random.default_rng(1).bytes(end - begin)
    file.write_bytes(held)


def in_manifest(**changed: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        file = folder / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changed))

    return change


def in_matrix(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], object]:
    """A change of vectors that its own digest does not give away."""

    def damage(folder: Path) -> None:
        np.save(folder / "vectors.npy", change(np.load(folder / "vectors.npy")))
        signed_anew(folder)

    return damage


def signed_anew(folder: Path) -> None:
    write_manifest(folder, looking.fitting_manifest(folder))


def with_a_nan(vectors: np.ndarray) -> np.ndarray:
    vectors[len(vectors) // 2, 3] = np.nan
    return vectors


def in_catalogue(sql: str) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        with sqlite3.connect(folder / "catalogue.sqlite") as db:
            db.execute(sql)
        db.close()
        signed_anew(folder)

    return damage


def a_page_of_zeros(folder: Path) -> None:
    with (folder / "catalogue.sqlite").open("r+b") as file:
        file.seek(3 * 4096)
        file.write(bytes(4096))


def a_broken_tree(folder: Path) -> None:
    a_page_of_zeros(folder)
    signed_anew(folder)


def one_other_byte(name: str) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        with (folder / name).open("r+b") as file:
            file.seek(-1_000, os.SEEK_END)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))

    return damage


def nothing_but_a_folder(name: str) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no folder": shutil.rmtree,
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "empty manifest": lambda f: (f / "manifest.json").write_bytes(b""),
    "cut manifest": lambda f: cut(f / "manifest.json"),
    "manifest of random bytes": lambda f: scribble(f / "manifest.json"),
    "manifest that is no JSON": lambda f: (f / "manifest.json").write_text("generation = 1"),
    "manifest that is a list": lambda f: (f / "manifest.json").write_text("[]"),
    "manifest nested without end": lambda f: (f / "manifest.json").write_text("[" * 200_000),
    "manifest of another form": in_manifest(schema=99),
    "manifest with a weight in words": in_manifest(calibration={"coverage": "much"}),
    "manifest of fewer records": in_manifest(records=1),
    "emptied catalogue": lambda f: os.truncate(f / "catalogue.sqlite", 0),
    "cut catalogue": lambda f: cut(f / "catalogue.sqlite"),
    "catalogue cut by a page": lambda f: os.truncate(
        f / "catalogue.sqlite", (f / "catalogue.sqlite").stat().st_size - 4096
    ),
    "no catalogue": lambda f: (f / "catalogue.sqlite").unlink(),
    "catalogue that is a folder": nothing_but_a_folder("catalogue.sqlite"),
    "catalogue of random bytes": lambda f: scribble(f / "catalogue.sqlite"),
    "a page of zeros": a_page_of_zeros,
    "a page of zeros before it was built": a_broken_tree,
    "one other byte in the catalogue": one_other_byte("catalogue.sqlite"),
    "a passage outside the matrix": in_catalogue(
        "UPDATE passage SET row = 99999 WHERE row = (SELECT max(row) FROM passage)"
    ),
    "a passage of no record": in_catalogue(
        "UPDATE passage SET record = 99999 WHERE row = (SELECT max(row) FROM passage)"
    ),
    "emptied matrix": lambda f: os.truncate(f / "vectors.npy", 0),
    "cut matrix": lambda f: cut(f / "vectors.npy"),
    "matrix cut by a byte": lambda f: cut(f / "vectors.npy", 0.99999),
    "matrix longer than it says": lambda f: (f / "vectors.npy").write_bytes(
        (f / "vectors.npy").read_bytes() + b"x"
    ),
    "no matrix": lambda f: (f / "vectors.npy").unlink(),
    "matrix that is a folder": nothing_but_a_folder("vectors.npy"),
    "matrix of random bytes": lambda f: scribble(f / "vectors.npy", 0),
    "random header": lambda f: scribble(f / "vectors.npy", 0.0001, 0.001),
    "header without an end": lambda f: (f / "vectors.npy").write_bytes(
        (f / "vectors.npy").read_bytes().replace(b"}", b"(", 1)
    ),
    "one other byte in the matrix": one_other_byte("vectors.npy"),
    "matrix of float64": in_matrix(lambda v: v.astype(np.float64)),
    "matrix of fewer rows": in_matrix(lambda v: v[:-1]),
    "matrix of other dimensions": in_matrix(lambda v: v[:, :-1]),
    "matrix by columns": in_matrix(np.asfortranarray),
    "matrix with a NaN": in_matrix(with_a_nan),
    "matrix of another length": in_matrix(lambda v: v * np.float32(1.1)),
    "matrix that is an archive": lambda f: np.savez(
        (f / "vectors.npy").open("wb"), np.zeros((2, 2), np.float32)
    ),
    "an object in the matrix": lambda f: np.save(
        f / "vectors.npy", np.array([{}]), allow_pickle=True
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_generation_never_serves_and_the_one_before_answers(
    data: Path, damage: str
) -> None:
    whole, before = published(data)
    DAMAGE[damage](newest(data))
    assert answered_by(data) == before
    assert not (data / "checked" / whole).exists()


def test_a_running_explorer_goes_on_with_what_it_serves(data: Path) -> None:
    whole, before = published(data)
    (data / "current").write_text(before)
    running = open_explorer(settings(data))
    assert answer(QUESTION, running).generation == before
    cut(generations_folder(data) / whole / "vectors.npy")
    (data / "current").write_text(whole)
    assert answer(QUESTION, running).generation == before
    (data / "current").unlink()
    assert answer(QUESTION, running).generation == before


def test_the_log_says_once_what_was_refused_and_what_serves(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, before = published(data)
    cut(newest(data) / "vectors.npy")
    explorer = open_explorer(settings(data))
    with caplog.at_level(logging.INFO, "explorer"):
        for _ in range(3):
            answer(QUESTION, explorer)
    (line,) = caplog.messages
    assert damaged in line
    assert before in line


def test_a_generation_one_may_not_read_is_refused(matrix_data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = shutil.copytree(matrix_data, Path(folder) / "data")
        Path(folder).chmod(0o755)
        before = published(data)[1]
        remember(newest(data))
        (newest(data) / "vectors.npy").chmod(0)
        with as_nobody():
            assert answered_by(data) == before
        (data / "current").chmod(0)
        with as_nobody(), pytest.raises(NotReady, match="cannot be read"):
            answered_by(data)


class as_nobody:  # noqa: N801  # reads as a verb
    """Within it, files are read with the rights of nobody in particular."""

    def __enter__(self) -> None:
        self._own = os.geteuid()
        if self._own == 0:
            os.seteuid(65_534)

    def __exit__(self, *_: object) -> None:
        os.seteuid(self._own)


# --- the index, which may end the process that reads it


def one(folder: Path, name: str) -> Path:
    return next((folder / "index").rglob(name))


INDEX_DAMAGE: dict[str, Callable[[Path], object]] = {
    "index_metadata.pickle gone": lambda f: one(f, "index_metadata.pickle").unlink(),
    "segment folder gone": lambda f: shutil.rmtree(one(f, "data_level0.bin").parent),
    "random bytes in data_level0.bin": lambda f: scribble(one(f, "data_level0.bin"), 0),
    "cut data_level0.bin": lambda f: cut(one(f, "data_level0.bin")),
    "emptied database": lambda f: os.truncate(one(f, "chroma.sqlite3"), 0),
    "no database": lambda f: one(f, "chroma.sqlite3").unlink(),
    "cut database": lambda f: cut(one(f, "chroma.sqlite3")),
    "emptied folder": lambda f: (shutil.rmtree(f / "index"), (f / "index").mkdir()),
}


SIGNED = tuple(INDEX_DAMAGE)[:4]
"""Damage of files whose digests the manifest holds."""


# The others, which importing Chroma makes slow, are looked at by tests/long.
@pytest.mark.parametrize("damage", [*SIGNED, "no database"])
def test_a_damaged_index_never_serves_and_the_generation_before_answers(
    indexed: Path, damage: str
) -> None:
    before = published(indexed)[1]
    INDEX_DAMAGE[damage](newest(indexed))
    assert answered_by(indexed, limit=10) == before


def test_an_index_that_ends_the_process_that_reads_it_ends_only_the_canary(indexed: Path) -> None:
    INDEX_DAMAGE["random bytes in data_level0.bin"](newest(indexed))
    signed_anew(newest(indexed))
    assert canary(newest(indexed)).startswith(f"The generation {current(indexed)} is damaged")


def test_a_sound_index_serves_and_its_generation_is_known_to_be_sound(indexed: Path) -> None:
    explorer = open_explorer(settings(indexed, 10))
    assert explorer.serving().index is not None
    assert answer(QUESTION, explorer).generation == current(indexed)
    mark = indexed / "checked" / current(indexed)
    held = mark.read_text()
    assert checked(newest(indexed)) == ""
    assert mark.read_text() == held


def test_without_an_index_the_matrix_serves(indexed: Path) -> None:
    shutil.rmtree(newest(indexed) / "index")
    signed_anew(newest(indexed))
    explorer = open_explorer(settings(indexed, 10))
    assert answer(QUESTION, explorer).generation == current(indexed)
    assert explorer.serving().index is None


def test_where_every_index_is_damaged_the_newest_matrix_serves(indexed: Path) -> None:
    shutil.rmtree(generations_folder(indexed) / published(indexed)[1])
    INDEX_DAMAGE["index_metadata.pickle gone"](newest(indexed))
    explorer = open_explorer(settings(indexed, 10))
    assert answer(QUESTION, explorer).generation == current(indexed)
    assert explorer.serving().index is None


# --- what it costs


def test_a_generation_is_looked_at_once_and_again_when_a_file_of_it_changed(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    monkeypatch.setattr(looking, "canary", lambda folder: looked.append(folder) or canary(folder))
    for _ in range(3):
        open_checked(newest(data))
    assert len(looked) == 1
    scribble(newest(data) / "vectors.npy")
    with pytest.raises(NotReady, match="damaged"):
        open_checked(newest(data))
    assert len(looked) == 2


def test_a_folder_one_may_not_write_to_is_looked_at_by_every_process(data: Path) -> None:
    shutil.rmtree(data / "checked")
    (data / "checked").write_text("not a folder")
    assert open_checked(newest(data)).manifest.generation == current(data)
    assert checked(newest(data)) == ""
    assert (data / "checked").read_text() == "not a folder"


def test_half_a_mark_is_none_and_marks_of_generations_that_went_go(data: Path) -> None:
    remember(newest(data))
    mark = data / "checked" / current(data)
    whole = mark.read_text()
    mark.write_text(whole[:-1])
    (data / "checked" / "20200101T000000000000-aaaa").write_text("x")
    open_checked(newest(data))
    assert {m.name for m in (data / "checked").iterdir()} == set(published(data))
    assert mark.read_text() == whole


def test_the_canary_tells_of_itself_in_a_line_and_by_its_exit_status(data: Path) -> None:
    def told() -> tuple[int, dict[str, str]]:
        done = subprocess.run(
            [sys.executable, "-m", "explorer.catalogue.canary", str(newest(data))],
            capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout)

    status, line = told()
    assert (status, line["generation"], line["problem"]) == (0, current(data), "")
    (newest(data) / "vectors.npy").unlink()
    status, line = told()
    assert status == 1
    assert line["problem"].endswith(".")
    assert "collection-ingest" in line["remedy"]


def test_a_canary_that_comes_to_no_end_is_given_up(data: Path) -> None:
    (newest(data) / "manifest.json").unlink()
    os.mkfifo(newest(data) / "manifest.json")
    assert "no end" in canary(newest(data), timeout=1)


def _cpu(code: str, *args: str) -> float:
    """Seconds of CPU of the processes that `code` starts: the least of three runs."""
    told = (
        "import os, resource, subprocess, sys\n"
        f"{code}\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime)\n"
    )
    return min(
        float(subprocess.run([sys.executable, "-c", told, *args], cwd=ROOT,
                             capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )  # fmt: skip


def test_a_canary_costs_less_than_importing_chroma(data: Path) -> None:
    looked = _cpu(
        "from pathlib import Path\n"
        "from explorer.catalogue.canary import canary\n"
        "assert canary(Path(sys.argv[1])) == ''",
        str(newest(data)),
    )
    imported = _cpu(
        "subprocess.run([sys.executable, '-c', 'import chromadb'], check=True,"
        " env={**os.environ, 'OPENBLAS_NUM_THREADS': '1'})"
    )
    assert looked < 0.6 * imported  # measured: .28


@pytest.fixture(autouse=True)
def _nothing_is_written_outside() -> Iterator[None]:
    before = {p.name for p in ROOT.iterdir()}
    yield
    assert {p.name for p in ROOT.iterdir()} - before <= {".coverage"}


def test_open_current_never_takes_a_generation_after_the_one_that_serves(data: Path) -> None:
    newer, older = published(data)
    (data / "current").write_text(older)
    (generations_folder(data) / older / "manifest.json").unlink()
    with pytest.raises(NotReady, match=older):
        open_current(data, open_checked)
    assert newer in published(data)
