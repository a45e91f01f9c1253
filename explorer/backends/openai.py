"""Servers that speak OpenAI's protocol (vLLM, llama.cpp, LocalAI): chat models and embedders."""

import os
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from explorer.backends.paced import paced
from explorer.backends.protocols import Done, Pace
from explorer.backends.served import ServedEmbedder
from explorer.backends.upstream import (
    CONNECT,
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
from explorer.config import MODEL_KEY
from explorer.errors import ModelFailed, WrongUse

TEMPERATURE, SEED = 0.0, 7
SLOTS, WINDOW = 1, 8_192

_FORM = "openai:MODEL@http://HOST:PORT/v1"
_SPEC = re.compile(r"([^@\s]+)@(\S+)")
_CHECK = 5.0  # seconds
_QUERY, _PASSAGES = 10.0, 300.0
_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
_NOT_UNDERSTOOD = (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)
_FIELDS = (b"event", b"id", b"retry", b"")  # of server-sent events, beside the data


@dataclass(frozen=True, slots=True)
class _Server:
    """Where a model is asked, and with which key; the key stands in no error and no name."""

    url: str
    model: str
    key: str

    def refusal(self, status: int, told: str) -> ModelFailed:
        return refusal(
            self.url, status, told, f"The server at {self.url} has no model '{self.model}'.",
            f"Set one that {self.url}/models lists, or start the server with this one.",
        )  # fmt: skip

    def asked(self, method: str, path: str, seconds: float, body: Any = None) -> Any:
        """The JSON that the server answers within `seconds`."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT))
        with (
            failures(self.url),
            httpx.Client(timeout=timeout, verify=trusted(), trust_env=False) as client,
        ):
            response = client.request(method, self.url + path, json=body, headers=headers)
            if response.status_code != httpx.codes.OK:
                raise self.refusal(response.status_code, told_in(response.content))
            return orjson.loads(response.content)


class OpenAI:
    """A chat model behind OpenAI's protocol; nothing is asked before it is needed."""

    def __init__(
        self, model: str, url: str, key: str = "", *, slots: int = SLOTS, window: int = WINDOW
    ) -> None:
        self.name = f"openai:{model}"
        self.slots = slots
        self.window = window
        self._server = _Server(url, model, key)
        self._thinking: dict[str, Any] = _NO_THINKING

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
        """The model's words as they come, then Done.

        The protocol has no word for `context`: the server was started with its own.
        """
        body: dict[str, Any] = {
            "model": self._server.model,
            "messages": [dict(message) for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": limit,
            "temperature": TEMPERATURE,
            "seed": SEED,
        }
        if stop:
            body["stop"] = list(stop)
        if schema is not None:
            told = {"name": "answer", "schema": dict(schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": told}
        return paced(lambda: sound(self._say(body), limit, self._server.url), pace)

    def check(self) -> str:
        """One sentence on whether it can work; ModelFailed says what is missing."""
        models = _listed(self._server)
        if models and self._server.model not in models:
            known = ", ".join(models[:8])
            raise ModelFailed(
                "unknown_model",
                f"The server at {self._server.url} has no model '{self._server.model}'.",
                f"Set one of those it has: {known}.",
            )
        return f"The chat model {self.name} answers; {self.window} tokens are used at a time."

    async def _say(self, body: Mapping[str, Any]) -> AsyncGenerator[str | Done, None]:
        url, reason, counts = self._server.url, "", (0, 0)
        with failures(url):
            async with quiet_client(url, self._server.key) as client:
                response = await self._asked(client, body)
                async for line in lines_of(response):
                    data = _data(line, url)
                    if data == b"[DONE]":
                        break
                    if data:
                        words, ended, counts = _read(orjson.loads(data), counts, url)
                        reason = ended or reason
                        yield words
        if reason:
            yield Done(reason, *counts)

    async def _asked(self, client: httpx.AsyncClient, body: Mapping[str, Any]) -> httpx.Response:
        """The response that streams; a server that does not know thinking is not told of it."""
        thinking = self._thinking
        while True:
            asked = client.build_request("POST", "/chat/completions", json={**body, **thinking})
            response = await client.send(asked, stream=True)
            if response.status_code == httpx.codes.OK:
                self._thinking = thinking
                return response
            told = await refused_words(response)
            await response.aclose()
            form = body.get("response_format", {})
            if "json_schema" in form and "response_format" in told:  # llama-cpp-python's server
                older = {"type": "json_object", "schema": form["json_schema"]["schema"]}
                body = {**body, "response_format": older}
            elif thinking and response.status_code in _NOT_UNDERSTOOD:
                thinking = {}
            else:
                raise self._server.refusal(response.status_code, told)


def _data(line: bytes, url: str) -> bytes:
    """The data of one line of server-sent events; nothing where it has none."""
    name, colon, data = line.partition(b":")
    if name == b"error":
        raise broken_off(url, told_in(data))
    if name == b"data":
        return data.strip()
    if colon and name in _FIELDS:
        return b""
    raise garbled(url)


def _read(data: Any, counts: tuple[int, int], url: str) -> tuple[str, str, tuple[int, int]]:
    """The words of one event, none while the model thinks; why it ended; tokens as counted."""
    if not isinstance(data, dict):
        raise garbled(url)
    if data.get("error"):
        raise broken_off(url, words_of(data))
    usage = data.get("usage")
    if isinstance(usage, dict):
        read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
        counts = int(read or 0), int(written or 0)
    try:
        choice = data["choices"][0] if data.get("choices") else {}
        words = (choice.get("delta") or {}).get("content") or ""
        ended = choice.get("finish_reason") or ""
    except (KeyError, TypeError, AttributeError) as error:
        raise garbled(url) from error
    if not isinstance(words, str) or not isinstance(ended, str):
        raise garbled(url)
    return words, ended, counts


def _listed(server: _Server) -> list[str]:
    told = server.asked("GET", "/models", _CHECK)
    try:
        return [str(model["id"]) for model in told["data"]]
    except (KeyError, TypeError) as error:
        raise garbled(server.url) from error


def _embedded(server: _Server, seconds: float, texts: list[str]) -> list[Any]:
    body = {"model": server.model, "input": texts, "encoding_format": "float"}
    told = server.asked("POST", "/embeddings", seconds, body)
    try:
        return [row["embedding"] for row in sorted(told["data"], key=lambda row: row["index"])]
    except (KeyError, TypeError) as error:
        raise garbled(server.url) from error


def _server(rest: str) -> _Server:
    read = _SPEC.fullmatch(rest)
    if read is None:
        raise WrongUse(f"'openai:{rest}' names no model and address.", f"Write it as {_FORM}.")
    url = address(read[2], f"openai:{rest}", _FORM)
    return _Server(url, read[1], os.environ.get(MODEL_KEY, ""))


def open_openai(rest: str, slots: int = SLOTS, window: int = WINDOW) -> OpenAI:
    """The chat model `rest` names, MODEL@http://HOST:PORT/v1; nothing is asked yet."""
    server = _server(rest)
    return OpenAI(server.model, server.url, server.key, slots=slots, window=window)


def open_openai_embedder(rest: str) -> ServedEmbedder:
    """The embedder `rest` names, MODEL@http://HOST:PORT/v1; nothing is asked yet."""
    server = _server(rest)
    return ServedEmbedder(
        f"openai:{server.model}",
        lambda texts: _embedded(server, _PASSAGES, texts),
        lambda texts: _embedded(server, _QUERY, texts),
        lambda: "",
    )
