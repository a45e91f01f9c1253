"""Servers of language models over HTTP: a quiet client, and what their failures mean."""

import re
import ssl
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from explorer.backends.protocols import Done
from explorer.errors import Failing, ModelFailed, WrongUse

CONNECT = 3.0  # seconds in which a server that is there takes up a connection
_LONGEST_LINE = 1 << 20
_LONGEST_REFUSAL = 1 << 16
_SHOWN = 300  # characters of a server's own words
_BEYOND, _BATCH = 2, 16  # times the tokens allowed, and so many more: it will not stop by itself
_TOO_LONG = re.compile(r"context[ _](length|size|window)")  # as all servers put it

_MEANS: dict[int, Failing] = {404: "unknown_model", 429: "busy", 503: "busy"}


@cache
def trusted() -> ssl.SSLContext:
    """The certificates this machine trusts; made once, for it takes long."""
    return ssl.create_default_context()


def quiet_client(base: str, key: str = "") -> httpx.AsyncClient:
    """A client for one call: no proxies, no redirects; how long is waited is the caller's."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(None, connect=CONNECT)
    return httpx.AsyncClient(
        base_url=base, headers=headers, timeout=timeout, verify=trusted(), trust_env=False
    )


def address(given: str, spec: str, form: str) -> str:
    """The address `given` without a slash at its end; WrongUse where it is none."""
    try:
        parts = urlsplit(given)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(letter.isspace() for letter in given):
        raise WrongUse(f"'{spec}' names no address of a server.", f"Write it as {form}.")
    return given.rstrip("/")


@contextmanager
def failures(server: str) -> Iterator[None]:
    """Nothing; errors of the connection to `server` and of what it sends, as ModelFailed."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
        raise ModelFailed(
            "unreachable", f"No language model answers at {server}.",
            "Start its server, or correct its address in the settings.",
        ) from error  # fmt: skip
    except httpx.TimeoutException as error:
        raise ModelFailed(
            "slow", f"The language model at {server} takes too long.",
            "Wait a moment, or set a smaller one.",
        ) from error  # fmt: skip
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise broken_off(server) from error
    except ValueError as error:
        raise garbled(server) from error


def broken_off(server: str, told: str = "") -> ModelFailed:
    """The failure of a stream that ended before its end mark."""
    why = f": {told}" if told else ""
    return ModelFailed(
        "cut", f"The language model at {server} broke off{why}.",
        "Ask again; if it happens often, look at its log.",
    )  # fmt: skip


def garbled(server: str) -> ModelFailed:
    """The failure of a server that sends what cannot be read."""
    return ModelFailed(
        "garbled", f"What the language model at {server} sends cannot be read.",
        "See whether that address is a language model's.",
    )  # fmt: skip


def empty(server: str) -> ModelFailed:
    """The failure of a model that ended without a word."""
    return ModelFailed(
        "empty", f"The language model at {server} said nothing.",
        "Ask again; if it happens often, set another model.",
    )  # fmt: skip


def refusal(server: str, status: int, told: str, unknown: str, get: str) -> ModelFailed:
    """The failure behind an HTTP status; `unknown` and `get` are said of a missing model."""
    reason = _MEANS.get(status, "refused")
    if reason == "unknown_model":
        return ModelFailed(reason, unknown, get)
    if reason == "busy":
        return ModelFailed(
            reason, f"The language model at {server} has too many questions waiting.",
            "Wait a moment, or let it answer more at a time.",
        )  # fmt: skip
    if _TOO_LONG.search(told):
        return ModelFailed(
            "truncated", f"The prompt is longer than the language model at {server} reads: {told}.",
            "Let it read more tokens at a time, or set another model.",
        )  # fmt: skip
    locked = status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    return ModelFailed(
        reason, f"The language model at {server} refused with status {status}: {told}.",
        "Set its key as EXPLORER_MODEL_KEY." if locked else "Look at its log.",
    )  # fmt: skip


def told_in(content: bytes) -> str:
    """The server's own words in an error's body, cut short; for staff, never for visitors."""
    try:
        return words_of(orjson.loads(content))
    except ValueError:
        return words_of(content.decode("utf-8", "replace"))


def words_of(error: Any) -> str:
    """The words of an error as servers wrap it, {"error": {"message": words}}, cut short."""
    for name in ("error", "message"):
        if isinstance(error, dict):
            error = error.get(name, error)
    return str(error).strip().rstrip(".")[:_SHOWN]


async def refused_words(response: httpx.Response) -> str:
    """What a response that is no answer says, as `told_in` shows it."""
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > _LONGEST_REFUSAL:
            break
    return told_in(bytes(content))


async def lines_of(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The lines of a stream as they end, without their ends; ValueError where one never does.

    As bytes: httpx would mend what is not UTF-8 in silence.
    """
    held = bytearray()
    async for part in response.aiter_bytes():
        held += part
        *whole, rest = held.split(b"\n") if b"\n" in part else [held]
        for line in whole:
            if line.strip():
                yield bytes(line).strip()
        held = bytearray(rest)
        if len(held) > _LONGEST_LINE:
            raise ValueError("The line is too long.")
    if held.strip():
        yield bytes(held).strip()


async def sound(
    pieces: AsyncGenerator[str | Done, None], limit: int, server: str
) -> AsyncGenerator[str | Done, None]:
    """The pieces; ModelFailed where they end without a word, or go on long after the `limit` of
    tokens that the model was given.
    """
    count, said = 0, False
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Done):
                if not said:
                    raise empty(server)
            else:
                count, said = count + 1, said or bool(piece.strip())
            if count > _BEYOND * limit + _BATCH:
                raise broken_off(server, "it did not stop at its limit")
            yield piece
