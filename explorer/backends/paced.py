"""A model's words as they come, in time: one thread waits for all models, and lets go at once."""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from functools import cache

from explorer.backends.protocols import Done, Pace
from explorer.errors import ModelFailed

_POLL = 0.2  # seconds between two looks at whether the visitor is still there

Saying = Callable[[], AsyncGenerator[str | Done, None]]
_Held = queue.SimpleQueue[str | Done | BaseException]


def paced(say: Saying, pace: Pace) -> Iterator[str | Done]:
    """What `say` gives, until Done; ModelFailed where it comes too late, or ends without Done.

    Closing the iterator, or the visitor's leaving, ends the call upstream within a fifth of a
    second, whatever it waits for.
    """
    held: _Held = queue.SimpleQueue()
    task = asyncio.run_coroutine_threadsafe(_pass_on(say, pace, held), _loop())
    task.add_done_callback(lambda ended: _tell(ended, held))
    try:
        while True:
            if pace.left():
                raise ModelFailed("left", "The visitor has left.", "Nothing needs to be done.")
            try:
                piece = held.get(timeout=_POLL)
            except queue.Empty:
                continue
            if isinstance(piece, TimeoutError):
                raise ModelFailed(
                    "slow", "The language model takes too long.",
                    "Wait a moment, or set a smaller one.",
                ) from piece  # fmt: skip
            if isinstance(piece, BaseException):
                raise piece
            yield piece
            if isinstance(piece, Done):
                return
    finally:
        task.cancel()


async def _pass_on(say: Saying, pace: Pace, held: _Held) -> None:
    now = asyncio.get_running_loop().time
    due = now() + pace.first  # thinking aloud is no word
    async with asyncio.timeout(pace.whole), aclosing(say()) as words:
        while True:
            async with asyncio.timeout_at(due):
                piece = await anext(words, None)
            if piece is None:
                raise ModelFailed(
                    "cut", "The language model broke off.",
                    "Ask again; if it happens often, look at its log.",
                )  # fmt: skip
            held.put(piece)
            if isinstance(piece, Done):
                return
            due = now() + pace.gap if piece else due


def _tell(ended: "Future[None]", held: _Held) -> None:
    """Nothing; what went wrong is told to who reads the words."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        held.put(error)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop
