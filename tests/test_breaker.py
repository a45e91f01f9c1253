"""The breaker by a clock of its own: when it opens, what it lets through, what closes it."""

import logging
import threading
from queue import SimpleQueue
from typing import get_args

import pytest

from explorer.breaker import Breaker
from explorer.errors import Failing


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(3):
        breaker.failed("unreachable")
    return breaker


def test_everybody_is_sent_to_a_model_of_which_nothing_is_known() -> None:
    breaker = Breaker()
    assert all(breaker.allows() for _ in range(5))
    assert not breaker.opened()


def test_it_opens_after_the_third_failure_in_a_row_and_not_before() -> None:
    breaker = Breaker(Clock())
    breaker.failed("slow")
    breaker.failed("cut")
    assert breaker.allows()
    breaker.failed("busy")
    assert not breaker.allows()
    assert breaker.opened()


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = Breaker(Clock())
    for _ in range(4):
        breaker.failed("slow")
        breaker.failed("slow")
        breaker.succeeded()
    assert breaker.allows()


@pytest.mark.parametrize("reason", sorted(set(get_args(Failing)) - {"left"}))
def test_whatever_the_model_does_wrong_counts(reason: Failing) -> None:
    breaker = Breaker(Clock())
    for _ in range(3):
        breaker.failed(reason)
    assert breaker.opened()


def test_visitors_who_leave_say_nothing_of_the_model() -> None:
    breaker = Breaker(Clock())
    for _ in range(10):
        breaker.failed("left")
    assert breaker.allows()
    for _ in range(3):
        breaker.failed("left")
        breaker.failed("empty")
    assert breaker.opened()


def test_while_open_one_question_in_ten_seconds_is_let_through() -> None:
    clock = Clock()
    breaker = opened(clock)
    sent = []
    for _ in range(350):  # a question in every eighth of a second
        clock.now += 0.125
        if breaker.allows():
            sent.append(clock.now - 1000)
            breaker.failed("unreachable")
    assert sent == [10, 20, 30, 40]


def test_looking_whether_it_is_open_takes_no_probe() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert all(breaker.opened() for _ in range(3))
    assert breaker.allows()


def test_a_probe_that_fails_leaves_it_open_and_one_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert breaker.allows()
    breaker.failed("slow")
    assert not breaker.allows()
    clock.now += 10
    assert breaker.allows()
    breaker.succeeded()
    assert all(breaker.allows() for _ in range(5))
    breaker.failed("slow")
    assert breaker.allows()


def test_a_probe_whose_visitor_left_is_followed_by_another() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert breaker.allows()
    breaker.failed("left")
    clock.now += 10
    assert breaker.allows()


def test_it_opens_anew_after_it_has_closed() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    breaker.succeeded()
    for _ in range(3):
        breaker.failed("garbled")
    assert not breaker.allows()
    clock.now += 10
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_of_many_who_ask_at_once_one_is_the_probe() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    start = threading.Barrier(50)
    answers: SimpleQueue[bool] = SimpleQueue()

    def asks() -> None:
        start.wait(30)
        answers.put(breaker.allows())

    threads = [threading.Thread(target=asks, daemon=True) for _ in range(50)]
    for thread in threads:
        thread.start()
    assert sum(answers.get(timeout=30) for _ in threads) == 1


def test_staff_read_in_the_log_once_when_it_opens_and_once_when_it_closes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "explorer")
    breaker = opened(Clock())
    breaker.failed("slow")
    breaker.succeeded()
    breaker.succeeded()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "unreachable" in caplog.text
