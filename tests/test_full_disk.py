"""A full disk costs the build, at whatever step it fills, and never an answer."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.ask import answer
from explorer.catalogue.canary import remember
from explorer.catalogue.generation import current, generations_folder, publish
from explorer.config import Settings
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build
from ingest.sourcelist import load_sources
from tests.builds import EMBEDDER, QUESTION, Command, content, deliver, leftovers
from tests.conftest import quiet

ROWS = 60
STEPS = {
    "staging": ("sqlite3.connect", "staging.sqlite"),
    "catalogue": ("sqlite3.connect", "catalogue.sqlite"),
    "vectors": ("open", "vectors.npy"),
    "index": ("subprocess.Popen", "ingest.indexing"),
    "manifest": ("open", "manifest.json"),
    "switch": ("open", "current.new"),
}


def settings(data: Path) -> Settings:
    return Settings(data_dir=data, embedder=EMBEDDER)


def taken_in(folder: Path, data: Path, turn: int) -> Path:
    """The list of sources, once they serve."""
    sources = deliver(folder, turn, ROWS, changing=2)
    build(load_sources(sources), settings(data), quiet)
    return sources


def files(data: Path) -> set[str]:
    return {str(p.relative_to(data)) for p in data.rglob("*") if "checked" not in p.parts}


def is_refused_in_two_sentences(command: Command) -> None:
    status, told = command.end()
    assert status == 1, told
    assert len(told) == 2, told
    assert "disk" in " ".join(told)


def answers_as_before(data: Path, running: Explorer, serving: str) -> None:
    """Nothing; what serves answers in the process that runs, and in a fresh one."""
    for explorer in (running, open_explorer(settings(data))):
        given = answer(QUESTION, explorer)
        assert (given.generation, given.outcome) == (serving, "answered")


@pytest.mark.parametrize("step", STEPS)
def test_a_disk_that_is_full_from_one_step_on_costs_the_build_and_nothing_else(
    tmp_path: Path, step: str
) -> None:
    data = tmp_path / "data"
    taken_in(tmp_path, data, 1)
    running, serving, held, before = (
        open_explorer(settings(data)), current(data), files(data), content(data),
    )  # fmt: skip
    sources = deliver(tmp_path, 2, ROWS, changing=2)
    is_refused_in_two_sentences(Command(sources, data, "full", *STEPS[step], index=step == "index"))
    answers_as_before(data, running, serving)
    assert content(data) == before
    assert files(data) == held
    assert leftovers(data) == []


def test_a_first_build_on_a_full_disk_leaves_nothing_that_serves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sources = deliver(tmp_path, 1, ROWS)
    is_refused_in_two_sentences(Command(sources, data, "full", *STEPS["catalogue"]))
    assert files(data) <= {"ingest.lock", "generations"}


# --- a file system that really is full


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system of a few megabytes cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, left: int) -> Path:
    """The file that takes all but `left` bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        room = shutil.disk_usage(folder).free - left
        while room > 0:
            room -= file.write(bytes(min(room, 1 << 20)))
    return filler


def test_builds_on_a_small_disk_end_in_two_sentences_until_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    data = small_disk / "data"
    taken_in(tmp_path, data, 1)
    running, serving, before = open_explorer(settings(data)), current(data), content(data)
    sources = deliver(tmp_path, 2, ROWS, changing=2)
    for left in (0, 200_000):
        filler = fill(small_disk, left)
        is_refused_in_two_sentences(Command(sources, data))
        answers_as_before(data, running, serving)
        assert leftovers(data) == []
        assert content(data) == before
        filler.unlink()
    assert Command(sources, data).end()[0] == 0
    assert answer(QUESTION, running).generation == current(data) != serving


def test_on_a_full_disk_nothing_is_remembered_and_nothing_half_switched(
    tmp_path: Path, small_disk: Path
) -> None:
    data = small_disk / "data"
    taken_in(tmp_path, data, 1)
    serving = current(data)
    fill(small_disk, 0)
    with pytest.raises(OSError, match="space"):
        publish(data, "20990101T000000000000-aaaa")
    assert current(data) == serving
    assert not (data / "current.new").exists()
    shutil.rmtree(data / "checked", ignore_errors=True)
    remember(generations_folder(data) / serving)
    answers_as_before(data, open_explorer(settings(data)), serving)
