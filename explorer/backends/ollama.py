"""Ollama: chat models and embedders of a server in the house, over its own protocol."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import orjson

from explorer.backends.paced import paced
from explorer.backends.protocols import Done, Pace
from explorer.backends.served import ServedEmbedder
from explorer.backends.upstream import (
    address,
    broken_off,
    failures,
    garbled,
    lines_of,
    quiet_client,
    refusal,
    refused_words,
    sound,
    told_in,
    trusted,
    words_of,
)
from explorer.errors import ModelFailed, WrongUse
from explorer.recommended import command, memory

USUAL = "http://127.0.0.1:11434"
TEMPERATURE, SEED = 0.0, 7
KEEP_ALIVE = "30m"  # the model stays in memory between two visitors
SLOTS, WINDOW = 1, 8_192

_FORM = "ollama:MODEL or ollama:MODEL@http://HOST:11434"
_SPEC = re.compile(r"([^@\s]+)(?:@(\S+))?")
_LOOK = 1.0  # seconds for what a server knows of its models
_CHECK = 5.0
_QUERY, _PASSAGES = 10.0, 300.0  # seconds for vectors; the model may have to be loaded first
_KNOWN, _UNKNOWN = 300.0, 10.0  # seconds until the server is asked again
_LARGE = 6_000_000_000  # bytes of a model that a computer with 8 GB does not run
_SMALLEST = 4.0  # GB of the smallest machine a model is recommended for
_THINKS = "does not support thinking"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of a model; `window` is 0 and `digest` empty where it does not."""

    digest: str = ""
    window: int = 0


class Ollama:
    """A chat model of an Ollama server; nothing is asked before it is needed."""

    def __init__(
        self, model: str, host: str = USUAL, *, slots: int = SLOTS, window: int = WINDOW
    ) -> None:
        self.name = f"ollama:{model}"
        self.slots = slots
        self._model, self._host, self._most = model, host, window
        self._thinking: dict[str, Any] = {"think": False}
        self._facts, self._until = Facts(), 0.0
        self._lock = threading.Lock()

    @property
    def window(self) -> int:
        """How many tokens it reads and writes together: its own, up to the one that is set."""
        return min(self._most, self._known().window or self._most)

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        context: int,
        limit: int,
        pace: Pace,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
    ) -> Iterator[str | Done]:
        """The model's words as they come, then Done with the digest of its weights."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [dict(message) for message in messages],
            "stream": True,
            "keep_alive": KEEP_ALIVE,
            # A prompt that is too long is refused; otherwise its oldest part goes in silence.
            "truncate": False,
            "shift": False,
            "options": {
                "num_ctx": context, "num_predict": limit, "temperature": TEMPERATURE,
                "seed": SEED, "stop": list(stop),
            },
        }  # fmt: skip
        if schema is not None:
            body["format"] = dict(schema)
        return paced(lambda: sound(self._say(body), limit, self._host), pace)

    def check(self) -> str:
        """One sentence on whether it can work; ModelFailed says what is missing."""
        facts = _looked_up(self._model, self._host, _CHECK)
        window = min(self._most, facts.window or self._most)
        return f"The chat model {self.name} answers; it reads {window} tokens at a time."

    def _known(self) -> Facts:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._facts, lasting = _looked_up(self._model, self._host, _LOOK), _KNOWN
                except ModelFailed:
                    lasting = _UNKNOWN
                self._until = time.monotonic() + lasting
            return self._facts

    async def _say(self, body: Mapping[str, Any]) -> AsyncGenerator[str | Done, None]:
        with failures(self._host):
            async with quiet_client(self._host) as client:
                response = await self._asked(client, body)
                async for line in lines_of(response):
                    words, end = _read(orjson.loads(line), self._host)
                    yield words
                    if end is not None:
                        said = await asyncio.to_thread(self._known)
                        yield replace(end, digest=said.digest)
                        return

    async def _asked(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> httpx.Response:
        """The response that streams; a model that cannot think is not told not to."""
        thinking = self._thinking
        while True:
            asked = client.build_request("POST", "/api/chat", json={**body, **thinking})
            response = await client.send(asked, stream=True)
            if response.status_code == httpx.codes.OK:
                self._thinking = thinking
                return response
            status, told = response.status_code, await refused_words(response)
            await response.aclose()
            if not (thinking and status == httpx.codes.BAD_REQUEST and _THINKS in told):
                raise _refusal(self._host, self._model, status, told)
            thinking = {}


def _read(line: Any, host: str) -> tuple[str, Done | None]:
    """The words of one line of an answer, none while the model thinks, and the end mark."""
    if not isinstance(line, dict):
        raise garbled(host)
    if "error" in line:
        raise broken_off(host, words_of(line))
    message = line.get("message", {})
    words = message.get("content") or "" if isinstance(message, dict) else None
    if not isinstance(words, str):
        raise garbled(host)
    if not line.get("done"):
        return words, None
    counts = (line.get(name) for name in ("prompt_eval_count", "eval_count"))
    read, written = (count if isinstance(count, int) else 0 for count in counts)
    return words, Done(str(line.get("done_reason") or "stop"), read, written)


def _refusal(host: str, model: str, status: int, told: str) -> ModelFailed:
    unknown = f"The Ollama server at {host} has no model '{model}'."
    return refusal(host, status, told, unknown, f"Get it with: ollama pull {model}")


def _client(host: str, seconds: float) -> Any:
    from ollama import Client

    return Client(
        host=host, timeout=seconds, follow_redirects=False, trust_env=False, verify=trusted()
    )


@contextmanager
def _told(model: str, host: str) -> Iterator[None]:
    """Nothing; what the official client raises, as ModelFailed."""
    from ollama import ResponseError

    with failures(host):
        try:
            yield
        except ResponseError as error:
            told = told_in(error.error.encode("utf-8", "replace"))
            raise _refusal(host, model, error.status_code, told) from error


def _looked_up(model: str, host: str, seconds: float) -> Facts:
    client = _client(host, seconds)
    with _told(model, host), client:
        shown = client.show(model).modelinfo or {}
        windows = [n for key, n in shown.items() if key.endswith(".context_length")]
        tagged = model if ":" in model.rpartition("/")[2] else f"{model}:latest"
        listed = {m.model: m.digest for m in client.list().models}
    window = next((n for n in windows if isinstance(n, int)), 0)
    return Facts(listed.get(tagged) or "", window)


def _embedded(model: str, host: str, seconds: float, texts: list[str]) -> Any:
    client = _client(host, seconds)
    with _told(model, host), client:
        return client.embed(model, texts, truncate=True, keep_alive=KEEP_ALIVE).embeddings


def _is_elsewhere(model: str) -> bool:
    """Whether a model of Ollama's runs on other people's computers."""
    return model.endswith((":cloud", "-cloud"))


def _parts(rest: str) -> tuple[str, str]:
    read = _SPEC.fullmatch(rest)
    if read is not None and _is_elsewhere(read[1]):
        raise WrongUse(
            f"'{read[1]}' does not run on your computer: questions would leave the museum.",
            "Set a model that Ollama runs itself; docs/answering.md names some.",
        )
    if read is None:
        raise WrongUse(f"'ollama:{rest}' names no model.", f"Write it as {_FORM}.")
    return read[1], address(read[2] or USUAL, f"ollama:{rest}", _FORM)


def open_ollama(rest: str, slots: int = SLOTS, window: int = WINDOW) -> Ollama:
    """The chat model `rest` names, MODEL or MODEL@http://HOST:PORT; nothing is asked yet."""
    model, host = _parts(rest)
    return Ollama(model, host, slots=slots, window=window)


def open_ollama_embedder(rest: str) -> ServedEmbedder:
    """The embedder `rest` names, MODEL or MODEL@http://HOST:PORT; nothing is asked yet."""
    model, host = _parts(rest)
    return ServedEmbedder(
        f"ollama:{model}",
        lambda texts: _embedded(model, host, _PASSAGES, texts),
        lambda texts: _embedded(model, host, _QUERY, texts),
        lambda: _looked_up(model, host, _CHECK).digest,
    )


def ollama_answers(host: str = USUAL) -> Iterator[str]:
    """A line to show when an Ollama server answers at `host`; nothing otherwise."""
    try:
        with _told("", host), _client(host, _LOOK) as client:
            held = [m for m in client.list().models if m.model and not _is_elsewhere(m.model)]
            sizes = {m.model: int(m.size or 0) for m in held}
            talking = [model for model in sizes if _talks(client, model)]
    except ModelFailed:
        return
    if not talking:
        get = command(memory()) or command(_SMALLEST)
        yield f"An Ollama server answers at {host}. It has no model that talks yet; get one: {get}"
        return
    fitting = min(talking, key=lambda model: (sizes[model] > _LARGE, -sizes[model]))
    if sizes[fitting] > _LARGE:
        fitting = min(talking, key=lambda model: sizes[model])
    named = fitting.removesuffix(":latest")
    where = "" if host == USUAL else f"@{host}"
    yield (
        f"An Ollama server answers at {host}. To answer in its words, start with:"
        f" EXPLORER_CHAT=ollama:{named}{where} make run"
    )


def _talks(client: Any, model: str) -> bool:
    can = client.show(model).capabilities
    return can is None or "completion" in can
