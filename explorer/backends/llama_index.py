"""llama-index: any of its LLM and embedding classes as chat model and embedder."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

import orjson

from explorer.backends.paced import paced
from explorer.backends.protocols import Done, Pace
from explorer.backends.served import ServedEmbedder
from explorer.backends.upstream import sound
from explorer.errors import ExplorerError, ModelFailed, WrongUse

SLOTS, WINDOW = 1, 8_192

_FORM = "llama-index:package.module:Class?model=NAME"
_ASK_AGAIN = "Look at the log of what serves the model, and at the package's own documentation."

Make = Callable[[], Any]


class LlamaIndex:
    """A chat model that `make` gives, a llama-index LLM; it is made when first needed.

    How many tokens are read is the LLM's own setting; `stop` and `schema` are not passed on, as
    its classes do not agree on them.
    """

    def __init__(self, name: str, make: Make, *, slots: int = SLOTS, window: int = WINDOW) -> None:
        self.name = name
        self.slots = slots
        self._make, self._most = make, window

    @property
    def window(self) -> int:
        """How many tokens it reads and writes together: its own, up to the one that is set."""
        try:
            own = int(self._make().metadata.context_window)
        except ExplorerError:  # told by check, and when it is to speak
            return self._most
        return min(self._most, own or self._most)

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
        """The model's words as they come, then Done; after `limit` pieces it is cut off.

        llama-index waits in a thread of its own, which ends at the first word after one has gone.
        """
        return paced(lambda: sound(_say(self._make, messages, limit), limit, self.name), pace)

    def check(self) -> str:
        """One sentence on whether it can work; an error where its package is missing."""
        self._make()
        return f"The chat model {self.name} is there; whether it answers, a question shows."


async def _say(
    make: Make, messages: Sequence[Mapping[str, str]], limit: int
) -> AsyncGenerator[str | Done, None]:
    loop, gone = asyncio.get_running_loop(), threading.Event()
    held: asyncio.Queue[str | None] = asyncio.Queue()

    def pump() -> None:
        with closing(_words(make(), messages)) as words:
            for word in words:
                if gone.is_set():
                    return
                loop.call_soon_threadsafe(held.put_nowait, word)

    thread = ThreadPoolExecutor(1, "llama-index")
    ended = loop.run_in_executor(thread, pump)
    ended.add_done_callback(lambda _: held.put_nowait(None))
    count = 0
    try:
        while (word := await held.get()) is not None:
            yield word
            count += 1
            if count >= limit:
                yield Done("length", tokens=count)
                return
        error = ended.exception()
        if isinstance(error, ExplorerError):
            raise ModelFailed("refused", error.problem, error.remedy) from error
        if error is not None:  # of any class: each package of llama-index raises its own
            raise ModelFailed("cut", f"llama-index broke off: {error!r:.300}.", _ASK_AGAIN)
        yield Done("stop", tokens=count)
    finally:
        gone.set()
        thread.shutdown(wait=False)


def _words(llm: Any, messages: Sequence[Mapping[str, str]]) -> Generator[str, None, None]:
    """What the LLM says, piece by piece; some give what is new, some only all there is so far."""
    from llama_index.core.llms import ChatMessage

    chat = [ChatMessage(role=m["role"], content=m["content"]) for m in messages]
    said = ""
    with closing(llm.stream_chat(chat)) as responses:
        for response in responses:
            whole = response.message.content or ""
            word = response.delta if response.delta is not None else whole.removeprefix(said)
            said = whole
            yield word


def _maker(rest: str) -> Make:
    """What gives the one object of the class that `rest` names, made when first asked for."""
    path, _, query = rest.partition("?")
    module, colon, name = path.partition(":")
    if not colon or not module or not name:
        raise WrongUse(f"'llama-index:{rest}' names no class.", f"Write it as {_FORM}.")
    given = {key: _value(text) for key, text in parse_qsl(query, keep_blank_values=True)}
    lock = threading.Lock()
    made: list[Any] = []

    def make() -> Any:
        with lock:
            if not made:
                made.append(_made(module, name, given))
            return made[0]

    return make


def _made(module: str, name: str, given: Mapping[str, Any]) -> Any:
    try:
        return getattr(import_module(module), name)(**given)
    except ModuleNotFoundError as error:
        raise ExplorerError(
            f"'{module}' needs the Python package {error.name}, which is not installed.",
            f"Install it; for a part of llama-index: pip install {_package(module)}",
        ) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise WrongUse(
            f"'{name}' of '{module}' cannot be made: {error}.", f"Write it as {_FORM}."
        ) from error


def _package(module: str) -> str:
    return "-".join(module.split(".")[:3]).replace("_", "-")


def _value(text: str) -> Any:
    """A number, a truth value or a list where `text` is one in JSON; otherwise the text."""
    try:
        return orjson.loads(text)
    except ValueError:
        return text


def _embedding(make: Make, texts: list[str], *, query: bool) -> list[Any]:
    model = make()
    with ThreadPoolExecutor(1, "llama-index") as thread:
        if query:
            task = thread.submit(lambda: [model.get_query_embedding(text) for text in texts])
        else:
            task = thread.submit(model.get_text_embedding_batch, texts)
        error = task.exception()
    if error is not None:
        raise ModelFailed("refused", f"llama-index gives no vectors: {error!r:.300}.", _ASK_AGAIN)
    rows: list[Any] = task.result()
    return rows


def open_llama_index(rest: str, slots: int = SLOTS, window: int = WINDOW) -> LlamaIndex:
    """The chat model of the class `rest` names, package.module:Class?name=value&..."""
    return LlamaIndex(_name(rest), _maker(rest), slots=slots, window=window)


def open_llama_index_embedder(rest: str) -> ServedEmbedder:
    """The embedder of the class `rest` names, package.module:Class?name=value&..."""
    make = _maker(rest)
    return ServedEmbedder(
        _name(rest),
        lambda texts: _embedding(make, texts, query=False),
        lambda texts: _embedding(make, texts, query=True),
        lambda: "",
    )


def _name(rest: str) -> str:
    """The class and the model; no other value, which may be a key."""
    path, _, query = rest.partition("?")
    model = dict(parse_qsl(query)).get("model", dict(parse_qsl(query)).get("model_name", ""))
    return f"llama-index:{path}" + (f"?model={model}" if model else "")
