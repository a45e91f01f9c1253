"""One slot, a short fair queue, one per page: with real threads, and nothing waits by the clock."""

import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from queue import SimpleQueue

import pytest

from explorer.admission import Admission, Full
from explorer.errors import ModelFailed

LONG = 30.0  # seconds until a test that hangs fails


def stays() -> bool:
    return False


Heard = SimpleQueue[tuple["Visitor", object]]


class Visitor:
    """A thread that asks, tells what happens to it, and keeps its slot until it is sent away."""

    def __init__(self, admission: Admission, token: str = "", every: Heard | None = None) -> None:
        self.told: SimpleQueue[object] = SimpleQueue()
        self.gone = threading.Event()
        self.done = threading.Event()
        self._admission, self._token, self._every = admission, token, every
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _say(self, what: object) -> None:
        self.told.put(what)
        if self._every:
            self._every.put((self, what))

    def _ask(self) -> None:
        try:
            with self._admission.asking(self._token, self.gone.is_set) as ticket:
                for place in self._admission.enter(ticket):
                    self._say(place)
                self._say("held")
                self.done.wait(LONG)
        except Full:
            self._say("full")
        except ModelFailed as failed:
            self._say(failed.reason)

    def hears(self) -> object:
        return self.told.get(timeout=LONG)

    def ends(self) -> None:
        self.done.set()
        self._thread.join(LONG)
        assert not self._thread.is_alive()


@contextmanager
def line(admission: Admission, length: int) -> Iterator[list[Visitor]]:
    """Visitors one behind another, each sure of its place before the next one comes."""
    visitors: list[Visitor] = []
    try:
        for place in range(length):
            visitors.append(Visitor(admission))
            assert visitors[-1].hears() == (place or "held")
        yield visitors
    finally:
        for visitor in visitors:
            visitor.gone.set()
            visitor.ends()


def free(admission: Admission) -> bool:
    """Whether somebody who comes now has a slot at once."""
    with admission.asking("", stays) as ticket:
        return next(admission.enter(ticket), 0) == 0


def test_who_finds_a_slot_has_it_at_once_and_gives_it_back() -> None:
    admission = Admission(1)
    with admission.asking("page", stays) as ticket:
        assert list(admission.enter(ticket)) == []
        assert not free(admission)
    assert free(admission)


def test_of_two_hundred_at_once_one_is_in_eight_wait_and_the_others_are_told_at_once() -> None:
    admission = Admission(1)
    heard: Heard = SimpleQueue()
    start = threading.Barrier(200)

    class Prompt(Visitor):
        def _ask(self) -> None:
            start.wait(LONG)
            super()._ask()

    visitors = [Prompt(admission, f"page-{n}", heard) for n in range(200)]
    first = [heard.get(timeout=LONG) for _ in visitors]
    counted = Counter(what for _, what in first)
    assert counted == Counter(["held", *range(1, 9), *["full"] * 191])

    holder = next(who for who, what in first if what == "held")
    queue = sorted(
        ((what, who) for who, what in first if isinstance(what, int)), key=lambda w: w[0]
    )
    for _, awaited in queue:
        holder.done.set()
        while (told := heard.get(timeout=LONG))[1] != "held":
            assert isinstance(told[1], int)
        assert told[0] is awaited
        holder = awaited
    for visitor in visitors:
        visitor.ends()
    assert free(admission)


def test_as_many_slots_as_the_model_has_are_held_at_a_time() -> None:
    admission = Admission(3, places=1)
    visitors = []
    for hears in ("held", "held", "held", 1, "full"):
        visitors.append(Visitor(admission))
        assert visitors[-1].hears() == hears
    visitors[1].ends()
    assert visitors[3].hears() == "held"
    for visitor in visitors:
        visitor.ends()


def test_a_model_without_slots_is_never_waited_for() -> None:
    with pytest.raises(Full), Admission(0).asking("", stays):
        pass


def test_each_place_is_told_as_it_changes() -> None:
    with line(Admission(1), 4) as visitors:
        visitors[0].ends()
        assert visitors[3].hears() == 2
        visitors[1].ends()
        assert visitors[3].hears() == 1
        visitors[2].ends()
        assert visitors[3].hears() == "held"


def test_everybody_who_waits_hears_at_once_that_the_queue_moved() -> None:
    def took() -> float:
        with line(Admission(1), 9) as visitors:
            began = time.monotonic()
            visitors[0].ends()
            assert [visitor.hears() for visitor in visitors[1:]] == ["held", *range(1, 8)]
            return time.monotonic() - began

    assert min(took() for _ in range(3)) < 0.1


def test_who_leaves_the_queue_frees_the_place_within_three_tenths_of_a_second() -> None:
    def took() -> float:
        with line(Admission(1, places=2), 3) as visitors:
            began = time.monotonic()
            visitors[1].gone.set()
            assert visitors[2].hears() == 1
            ended = time.monotonic()
            assert visitors[1].hears() == "left"
            visitors[0].ends()
            assert visitors[2].hears() == "held"
        return ended - began

    assert min(took() for _ in range(3)) < 0.3  # the machine may be busy once or twice


def test_who_waits_is_looked_at_no_more_than_five_times_a_second() -> None:
    admission = Admission(1)
    looks: list[float] = []

    def looked() -> bool:
        looks.append(time.monotonic())
        return len(looks) > 4

    with line(admission, 1), pytest.raises(ModelFailed), admission.asking("", looked) as ticket:
        list(admission.enter(ticket))
    gaps = [later - sooner for sooner, later in pairwise(looks)]
    assert min(gaps) >= 0.19


def test_who_left_before_a_slot_was_free_takes_none() -> None:
    admission = Admission(1)
    with pytest.raises(ModelFailed) as failed, admission.asking("", lambda: True) as ticket:
        list(admission.enter(ticket))
    assert failed.value.reason == "left"
    assert free(admission)


@pytest.mark.parametrize("error", [RuntimeError, GeneratorExit, KeyboardInterrupt])
def test_an_error_inside_frees_the_slot(error: type[BaseException]) -> None:
    admission = Admission(1)
    with pytest.raises(error), admission.asking("page", stays) as ticket:
        list(admission.enter(ticket))
        raise error
    assert free(admission)


def test_an_error_while_looking_after_the_visitor_frees_the_place() -> None:
    def breaks() -> bool:
        raise OSError

    admission = Admission(1)
    with pytest.raises(OSError), admission.asking("page", breaks) as ticket:
        list(admission.enter(ticket))
    assert free(admission)


@pytest.mark.parametrize("held", [True, False])
def test_an_answer_that_nobody_reads_on_frees_what_it_has(held: bool) -> None:
    admission = Admission(1, places=1)

    def answer() -> Iterator[object]:
        with admission.asking("page", stays) as ticket:
            yield from admission.enter(ticket)
            yield "words"

    with line(admission, 0 if held else 1):
        reading = answer()
        assert next(reading) == ("words" if held else 1)
        del reading
        with admission.asking("page", stays) as ticket:
            assert next(admission.enter(ticket), "held") == ("held" if held else 1)


def test_a_page_never_has_two_neither_with_a_slot_nor_in_the_queue() -> None:
    admission = Admission(1)
    with admission.asking("one", stays), admission.asking("two", stays):
        for token in ("one", "two"):
            with pytest.raises(Full), admission.asking(token, stays):
                pass
        with admission.asking("three", stays) as ticket:
            assert next(admission.enter(ticket)) == 2
    for token in ("one", "two"):
        with admission.asking(token, stays) as ticket:
            assert list(admission.enter(ticket)) == []


def test_of_fifty_questions_of_one_page_at_once_one_is_let_in() -> None:
    admission = Admission(2)
    visitors = [Visitor(admission, "page") for _ in range(50)]
    counted = Counter(visitor.hears() for visitor in visitors)
    for visitor in visitors:
        visitor.ends()
    assert counted == {"held": 1, "full": 49}


def test_pages_that_are_not_known_are_not_taken_for_one() -> None:
    admission = Admission(1)
    with admission.asking("", stays), admission.asking("", stays) as ticket:
        assert next(admission.enter(ticket)) == 1


def test_a_slot_given_back_early_and_twice_goes_to_one_other() -> None:
    admission = Admission(1)
    with admission.asking("", stays) as ticket:
        one = Visitor(admission)
        assert one.hears() == 1
        two = Visitor(admission)
        assert two.hears() == 2
        for _ in range(3):
            admission.release(ticket)
        assert (one.hears(), two.hears()) == ("held", 1)
    assert two.told.empty()
    one.ends()
    assert two.hears() == "held"
    two.ends()


def test_a_ticket_that_was_given_back_lets_nobody_in() -> None:
    admission = Admission(1)
    with admission.asking("", stays) as ticket:
        admission.release(ticket)
        with pytest.raises(ModelFailed) as failed:
            list(admission.enter(ticket))
    assert failed.value.reason == "left"


def test_a_page_is_forgotten_when_it_leaves() -> None:
    class Token(str):
        """A string that can be looked for afterwards."""

    admission = Admission(1)
    token = Token("page")
    seen = weakref.ref(token)
    with admission.asking(token, stays) as ticket:
        list(admission.enter(ticket))
    del token, ticket
    assert seen() is None
