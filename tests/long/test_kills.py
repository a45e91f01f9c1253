"""Builds killed at any moment, thirty times and more; `make check-long` runs this."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from explorer.catalogue.generation import current
from explorer.config import Settings
from explorer.types import Answer
from explorer.wiring import open_explorer
from tests.builds import EMBEDDER, Command, content, deliver, leftovers, turns
from tests.test_switching import asking

pytestmark = pytest.mark.long

ROWS = 200
# What a run does with files around its switch, in order; it is killed before it has done so.
AROUND_THE_SWITCH = (
    ("open", "manifest.json"),
    ("os.remove", "staging.sqlite"),
    ("os.rename", ".building"),
    ("open", "current.new"),
    ("os.rename", "current.new"),
    ("shutil.rmtree", "generations"),
)


def run(sources: Path, data: Path, *, index: bool) -> float:
    """How many seconds an undisturbed run took."""
    began = time.perf_counter()
    status, told = Command(sources, data, index=index).end()
    assert status == 0, told
    return time.perf_counter() - began


def is_run_again(before: Path, sources: Path, data: Path, expected: object, *, index: bool) -> None:
    """Nothing; what serves is as it was, or wholly new, and one more run makes all as it should."""
    if current(data) == current(before):
        assert not current(data) or content(data) == content(before)
    else:
        assert content(data) == expected
    run(sources, data, index=index)
    assert content(data) == expected
    assert leftovers(data) == []


@pytest.mark.parametrize("index", [False, True], ids=["matrix", "index"])
@pytest.mark.parametrize("first", [True, False], ids=["first build", "changes and removals"])
def test_a_run_killed_at_any_moment_and_run_again_is_as_one_that_was_not(
    tmp_path: Path, first: bool, index: bool
) -> None:
    before, undisturbed = tmp_path / "before", tmp_path / "undisturbed"
    before.mkdir()
    if not first:
        run(deliver(tmp_path, 1, ROWS, changing=3), before, index=index)
    sources = deliver(tmp_path, 2, ROWS, changing=3)
    shutil.copytree(before, undisturbed)
    seconds = run(sources, undisturbed, index=index)
    expected = content(undisturbed)

    at, kills, wanted = Random(4), 0, 6 if index else 12
    while kills < wanted:
        data = shutil.copytree(before, tmp_path / "data")
        killed = Command(sources, data, index=index)
        kills += killed.kill_after(at.uniform(0, seconds))
        assert killed.orphans() == []
        is_run_again(before, sources, data, expected, index=index)
        shutil.rmtree(data)


@pytest.mark.parametrize("step", AROUND_THE_SWITCH, ids=" ".join)
@pytest.mark.parametrize("first", [True, False], ids=["first build", "changes and removals"])
def test_a_run_killed_around_its_switch_and_run_again_is_as_one_that_was_not(
    tmp_path: Path, first: bool, step: tuple[str, str]
) -> None:
    before, undisturbed = tmp_path / "before", tmp_path / "undisturbed"
    before.mkdir()
    for turn in () if first else (5, 6):
        run(deliver(tmp_path, turn, 60, changing=3), before, index=False)
    sources = deliver(tmp_path, 8, 60, changing=3)
    shutil.copytree(before, undisturbed)
    run(sources, undisturbed, index=False)
    data = shutil.copytree(before, tmp_path / "data")
    killed = Command(sources, data, "kill", *step)
    assert killed.end()[0] == -9
    assert killed.orphans() == []
    is_run_again(before, sources, data, content(undisturbed), index=False)


def test_ten_threads_are_answered_while_thirty_builds_are_killed_in_and_around_the_switch(
    tmp_path: Path,
) -> None:
    data, at = tmp_path / "data", Random(4)
    settings = Settings(data_dir=data, embedder=EMBEDDER)
    seconds = run(deliver(tmp_path, 1), data, index=False)
    kills: list[Callable[[Path], bool]] = [
        lambda sources, step=step: Command(sources, data, "kill", *step).end()[0] == -9
        for step in AROUND_THE_SWITCH
    ]
    kills.append(
        lambda sources: Command(sources, data).kill_after(at.uniform(0.5 * seconds, seconds))
    )
    killed, turn = 0, 1
    answers: list[Answer] = []
    with asking(open_explorer(settings)) as told:
        while killed < 30:
            turn += 1
            killed += at.choice(kills)(deliver(tmp_path, turn))
            if turn % 9 == 0:  # and now and then one that ends, so that something switches
                turn += 1
                run(deliver(tmp_path, turn), data, index=False)
        turn += 1
        run(deliver(tmp_path, turn), data, index=False)
        while not answers or answers[-1].generation != current(data):
            answers.append(told.get(timeout=60))
    turns_of: dict[str, set[int]] = {}
    for given in (*answers, *told.queue):
        assert given.outcome == "answered"
        turns_of.setdefault(given.generation, set()).update(turns(given))
    assert turns_of[current(data)] == {turn}
    assert [name for name, found in turns_of.items() if len(found) != 1] == []
    assert len(turns_of) > 2
    assert leftovers(data) == []
