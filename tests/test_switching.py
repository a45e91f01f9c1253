"""Questions asked while collections are built and switched, and builds that are killed."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from explorer.ask import answer
from explorer.catalogue.generation import current, published
from explorer.config import Settings
from explorer.types import Answer
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build
from ingest.sourcelist import load_sources
from tests.builds import EMBEDDER, QUESTION, Command, content, deliver, leftovers, turns
from tests.conftest import quiet

THREADS = 10


def settings(data: Path) -> Settings:
    return Settings(data_dir=data, embedder=EMBEDDER)


@contextmanager
def asking(explorer: Explorer) -> Iterator[Queue[Answer]]:
    """The answers of ten threads that ask all the while; a question that fails fails the test."""
    told: Queue[Answer] = Queue()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            told.put(answer(QUESTION, explorer))

    with ThreadPoolExecutor(THREADS) as threads:
        asked: list[Future[None]] = [threads.submit(ask) for _ in range(THREADS)]
        try:
            yield told
        finally:
            over.set()
        for one in asked:
            one.result()


def test_ten_threads_are_answered_through_three_switches_each_time_from_one_generation(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    turn_of: dict[str, int] = {}

    def take_in(turn: int) -> str:
        assert Command(deliver(tmp_path, turn, 14), data).end() == (0, [])
        name = current(data)
        turn_of[name] = turn
        return name

    take_in(1)
    answers: list[Answer] = []
    with asking(open_explorer(settings(data))) as told:
        for turn in (2, 3, 4):
            name = take_in(turn)
            while not answers or answers[-1].generation != name:
                answers.append(told.get(timeout=60))
    answers += list(told.queue)
    assert {given.generation for given in answers} == turn_of.keys()
    assert all(given.outcome == "answered" for given in answers)
    assert [a for a in answers if turns(a) != {turn_of[a.generation]}] == []


@pytest.mark.parametrize("step", [
    ("sqlite3.connect", "catalogue.sqlite"),
    ("open", "current.new"),
    ("os.rename", "current.new"),
], ids=["while it writes", "before it switches", "as it switches"])  # fmt: skip
def test_a_run_that_is_killed_and_run_again_is_as_one_that_was_not(
    tmp_path: Path, step: tuple[str, str]
) -> None:
    data, undisturbed = tmp_path / "data", tmp_path / "undisturbed"
    build(load_sources(deliver(tmp_path, 1, changing=3)), settings(data), quiet)
    shutil.copytree(data, undisturbed)
    before, served = current(data), content(data)
    sources = deliver(tmp_path, 2, changing=3)
    build(load_sources(sources), settings(undisturbed), quiet)

    killed = Command(sources, data, "kill", *step)
    status, _ = killed.end()
    assert status == -9
    assert killed.orphans() == []
    assert current(data) == before
    assert content(data) == served
    intake = build(load_sources(sources), settings(data), quiet)
    assert intake.removed
    assert content(data) == content(undisturbed)
    assert leftovers(data) == []
    assert published(data) == [intake.generation, before]
