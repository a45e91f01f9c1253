"""Many visitors at once, over real HTTP: what each was told, and when."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from explorer.wiring import Explorer, open_chat
from explorer.writing import Writer

PEARL = "Tell me about the Girl with a Pearl Earring"
GOOD = (
    "Johannes Vermeer painted the Girl with a Pearl Earring about 1665 [1]. It hangs in Room 2 [1]."
)


def writing_with(explorer: Explorer, url: str, model: str, **settings: Any) -> Explorer:
    """The explorer, but one that writes with a model of the server at `url`."""
    own = copy(explorer)
    own.settings = replace(explorer.settings, chat=f"ollama:{model}@{url}", **settings)
    own.chat = open_chat(own.settings)
    own.writer = Writer(own.chat, own.embedder, own.settings)
    return own


@contextmanager
def at_work(app: ASGIApp) -> Iterator[int]:
    """The port of this machine on which the application answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    due = monotonic() + 20
    while not running.started and monotonic() < due:
        threading.Event().wait(0.02)
    assert running.started
    try:
        yield port
    finally:
        running.should_exit = True
        thread.join(10)


@dataclass(frozen=True)
class Told:
    """What one visitor was told: the status, headers, events with their moments, and how long."""

    status: int
    headers: str
    events: tuple[tuple[str, Any, float], ...]
    took: float

    @property
    def answer(self) -> Any:
        """The answer, None where there is none."""
        return next((data for name, data, _ in self.events if name == "answer"), None)

    @property
    def place(self) -> int:
        """The place in the queue for the model it was first told; 0 where it did not wait."""
        return max((data["place"] for name, data, _ in self.events if name == "queue"), default=0)

    @property
    def generated(self) -> bool:
        """Whether a model's sentences are in the answer."""
        return bool(self.answer and self.answer["generated"])


def asked_at_once(port: int, bodies: Sequence[dict[str, Any]], within: float) -> list[Told]:
    """What each is told who asks one of these at the same moment, all of it in so many seconds."""

    async def every() -> list[Told]:
        async with asyncio.timeout(within):
            return list(await asyncio.gather(*(_asked(port, body) for body in bodies)))

    return asyncio.run(every())


async def _asked(port: int, body: dict[str, Any]) -> Told:
    began = monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = json.dumps(body).encode()
    head = (
        "POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Accept: text/event-stream\r\nConnection: close\r\n"
    )
    writer.write(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
    lines: list[tuple[str, float]] = []
    while line := await reader.readline():
        lines.append((line.decode().strip(), monotonic() - began))
    writer.close()
    blank = next(i for i, (line, _) in enumerate(lines) if not line)
    return Told(
        int(lines[0][0].split()[1]),
        "\n".join(line.lower() for line, _ in lines[1:blank]),
        tuple(_events(lines[blank:])),
        monotonic() - began,
    )


def _events(lines: Sequence[tuple[str, float]]) -> Iterator[tuple[str, Any, float]]:
    name = ""
    for line, moment in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: ")), moment
