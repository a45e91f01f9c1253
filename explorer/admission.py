"""Who may have the language model now: so many at a time, a short fair queue, one per page."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from explorer.errors import ModelFailed

_LOOK = 0.2  # seconds between two looks at whether a waiting visitor is still there


class Full(Exception):
    """No place: the queue is full, or this page already has its one.

    Whoever asked gives the verbatim answer at once. It says nothing about the model's health, so
    the breaker is not told of it.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """One question's place in the line; `token` is the page that asks, "" where none is known."""

    token: str
    left: Callable[[], bool]


class Admission:
    """A line in which the first `slots` tickets have the model and at most `places` more wait.

    A model with no slots is never asked. Nothing is known of a visitor but the page's token, and
    that only while the ticket stands in the line.
    """

    def __init__(self, slots: int, places: int = 8) -> None:
        self._slots = slots
        self._longest = slots + places if slots else 0
        self._line: list[Ticket] = []
        # Re-entrant, for a generator that is collected while this thread holds it also lets go.
        self._changed = threading.Condition(threading.RLock())

    @contextmanager
    def asking(self, token: str, left: Callable[[], bool]) -> Iterator[Ticket]:
        """A ticket at the end of the line, out of it again whatever happens inside; or Full.

        A slot is held only when `enter` has come to its end.
        """
        ticket = Ticket(token, left)
        try:
            self._join(ticket)
            yield ticket
        finally:
            self.release(ticket)

    def enter(self, ticket: Ticket) -> Iterator[int]:
        """The place in the queue whenever it changes, 1 is next; at the end a slot is held.

        ModelFailed ("left") within a quarter of a second once the visitor has gone, or the ticket
        was released.
        """
        told = -1
        while True:
            place = self._next_place(ticket, told)
            if place is None or ticket.left():
                raise ModelFailed("left", "The visitor has left.", "Nothing needs to be done.")
            if not place:
                return
            if place != told:
                told = place
                yield place

    def release(self, ticket: Ticket) -> None:
        """Nothing; the ticket is out of the line, and who stands behind it moves up."""
        with self._changed:
            if ticket in self._line:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _join(self, ticket: Ticket) -> None:
        with self._changed:
            known = ticket.token and any(ticket.token == other.token for other in self._line)
            if known or len(self._line) >= self._longest:
                raise Full
            self._line.append(ticket)

    def _next_place(self, ticket: Ticket, told: int) -> int | None:
        """The place as soon as it is not `told`, or as it is when it is time for a look."""
        with self._changed:
            self._changed.wait_for(lambda: self._place(ticket) != told, _LOOK)
            return self._place(ticket)

    def _place(self, ticket: Ticket) -> int | None:
        """The place in the queue, 0 with a slot, None outside the line."""
        if ticket not in self._line:
            return None
        return max(0, self._line.index(ticket) + 1 - self._slots)
