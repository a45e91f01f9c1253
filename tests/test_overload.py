"""More visitors than the model has slots, threads or time: who asks without it does not notice."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, process_time

import httpx
import pytest

from explorer.api import Crowd, build_app
from explorer.ask import answer
from explorer.types import Question
from explorer.wiring import Explorer
from tests.crowd import GOOD, PEARL, at_work, writing_with
from tests.ollama_server import Script, Serving, in_pieces, serving

ASKERS = 20
OVERHEAD = 0.060
"""CPU seconds that a model's answer may cost beside the verbatim one's."""
WAITING = 8
VERBATIM = {"text": PEARL, "lang": "en", "generate": False}
STREAMED = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving({"instant": Script(words=in_pieces(GOOD))}) as server:
        yield server


async def _with_so_many_under_way(port: int, count: int, url: str, **said: object) -> list[int]:
    """The statuses of a verbatim question and of whether it lives, while so many wait for the
    model; then, when they have left, of another question.
    """
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits) as client:
        client.timeout = httpx.Timeout(60)
        here = asyncio.Semaphore(0)

        async def wait(number: int) -> None:
            body = {"text": PEARL, "lang": "en", "token": f"page-{number}"}
            async with client.stream("POST", url, json=body, headers=STREAMED) as told:
                async for line in told.aiter_lines():
                    if line == "event: statement":
                        here.release()

        waiting = [asyncio.create_task(wait(number)) for number in range(count)]
        async with asyncio.timeout(20):
            for _ in range(2 * count):  # the notice and the first quotation: then comes the model
                await here.acquire()
            first = await client.post(url, json=VERBATIM)
            alive = await client.get("/healthz")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        due = monotonic() + 5
        while (again := await client.post(url, json=VERBATIM)).status_code != 200:
            assert monotonic() < due
            assert int(again.headers["retry-after"]) > 0
            assert {"problem", "remedy"} <= again.json().keys()
    return [first.status_code, alive.status_code, again.status_code]


@pytest.mark.parametrize("slots", [1, 40])
def test_who_waits_for_the_model_takes_no_thread_from_the_others(
    explorer: Explorer, server: Serving, slots: int
) -> None:
    own = writing_with(explorer, server.url, "hang", chat_wait=60, chat_slots=slots)
    with at_work(build_app(own)) as port:
        told = asyncio.run(_with_so_many_under_way(port, slots + WAITING, "/api/ask"))
    assert told == [200, 200, 200]


def test_more_questions_than_can_be_answered_are_refused_until_some_are(
    explorer: Explorer, server: Serving
) -> None:
    own = writing_with(explorer, server.url, "hang", chat_wait=60)
    with at_work(Crowd(build_app(own), most=3)) as port:
        told = asyncio.run(_with_so_many_under_way(port, 3, "/api/ask"))
    assert told == [503, 200, 200]


def test_a_models_answer_costs_little_beside_the_verbatim_one(
    explorer: Explorer, server: Serving
) -> None:
    own = writing_with(explorer, server.url, "instant", chat_slots=ASKERS)
    verbatim = _cpu(own, Question(PEARL, lang="en", generate=False))
    before = len(server.chats)
    written = _cpu(own, Question(PEARL, lang="en"))
    assert len(server.chats) == before + 2 * ASKERS
    more = written - verbatim
    print(f"\n{written * 1000:.0f} ms written, {verbatim * 1000:.0f} ms verbatim")  # noqa: T201
    assert more <= OVERHEAD


def _cpu(explorer: Explorer, question: Question) -> float:
    """CPU seconds of this process per answer, the scripted server's with it: `ASKERS` at once."""
    start = threading.Barrier(ASKERS)

    def ask_with_the_others() -> float:
        start.wait(10)
        began = process_time()
        assert answer(question, explorer).generated == question.generate
        return began

    with ThreadPoolExecutor(ASKERS) as pool:
        list(pool.map(lambda _: ask_with_the_others(), range(ASKERS)))  # what is read once is read
        began = list(pool.map(lambda _: ask_with_the_others(), range(ASKERS)))
    return (process_time() - min(began)) / ASKERS
