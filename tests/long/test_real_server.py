"""llama.cpp's real server in Python, with models without trained weights; `make check-long`."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from explorer.ask import answer
from explorer.backends.protocols import ChatModel, Done, Embedder, Pace
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, open_backend
from explorer.config import Settings
from explorer.errors import ModelFailed
from explorer.types import Answer, Question
from explorer.wiring import open_explorer
from tests.long.tiny_model import (
    WINDOW,
    pieces,
    write_babbling,
    write_embedder,
    write_scripted,
)

MISSING = [name for name in ("llama_cpp", "gguf") if find_spec(name) is None]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING} (extra server-tests)"),
]

HELD = (
    "Johannes Vermeer painted Girl with a Pearl Earring about 1665.",
    "The girl wears a large pearl at her ear.",
)
NOT_HELD = "He painted it in 1999."
SCRIPT = f"{HELD[0][:-1]} [1]. {NOT_HELD[:-1]} [1]. {HELD[1][:-1]} [1]."
QUESTION = Question("Who painted the girl with the pearl earring?", lang="en")
KEY = "a-key-of-the-tests"
ASKED = [{"role": "user", "content": "Who is she?"}]
SCHEMA = {
    "type": "object",
    "properties": {"sure": {"type": "boolean"}, "kind": {"enum": ["painting", "print"]}},
    "required": ["sure", "kind"],
    "additionalProperties": False,
}
HALF_AND_WHOLE = (WINDOW // 2, WINDOW + 100)
PATIENT = Pace(first=60.0, gap=30.0, whole=300.0)
_STARTED = "Uvicorn running on "
_OWN = ("HOST", "PORT", "CONFIG_FILE")  # what the server would read from our environment


@dataclass(frozen=True)
class Server:
    """A server at work, and its address."""

    url: str
    process: "subprocess.Popen[str]"

    def chat(self, model: str) -> ChatModel:
        chat: ChatModel = open_backend(CHAT_MODELS, f"openai:{model}@{self.url}/v1")
        return chat


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """llama.cpp's server on a free port, with a model that keeps to its script, one that babbles,
    and one that embeds.
    """
    writers = {
        "scripted": lambda path: write_scripted(path, SCRIPT),
        "babbling": write_babbling,
        "embedder": write_embedder,
    }
    models = []
    for name, write in writers.items():
        write(folder / f"{name}.gguf")
        models.append(
            {"model": str(folder / f"{name}.gguf"), "model_alias": name, "n_ctx": WINDOW,
             "n_threads": 1, "n_threads_batch": 1, "logits_all": False, "verbose": False,
             "embedding": name == "embedder"}
        )  # fmt: skip
    config = folder / "server.json"
    # Left to itself it breaks off an answer as soon as another question comes.
    told = {"host": "127.0.0.1", "port": 0, "api_key": KEY, "interrupt_requests": False}
    config.write_text(json.dumps({**told, "models": models}), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", "--config_file", str(config)],
        env={name: value for name, value in os.environ.items() if name not in _OWN},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Server(_address(process), process)
    finally:
        process.kill()
        process.wait()


def _address(process: "subprocess.Popen[str]") -> str:
    """Where the server listens; its log is read on for as long as it writes."""
    log: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.put(line)
        log.put("")

    threading.Thread(target=read, daemon=True).start()
    lines = []
    while line := log.get(timeout=120):
        lines.append(line)
        if _STARTED in line:
            return line.partition(_STARTED)[2].split()[0]
    raise AssertionError("The server did not start:\n" + "".join(lines))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("models")) as server:
        yield server


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_MODEL_KEY", KEY)


def said(chat: ChatModel, pace: Pace = PATIENT, **more: Any) -> tuple[str, Done]:
    """All a model says, and its end mark."""
    given = {"context": WINDOW, "limit": 64, **more}
    *words, done = chat.stream(given.pop("messages", ASKED), pace=pace, **given)
    assert isinstance(done, Done)
    return "".join(str(word) for word in words), done


def test_a_model_keeps_to_its_script_and_says_when_it_has_ended(server: Server) -> None:
    words, done = said(server.chat("scripted"))
    assert (words, done.reason) == (SCRIPT, "stop")
    assert "scripted" in server.chat("scripted").check()


def test_words_come_one_by_one_while_the_server_still_writes(server: Server) -> None:
    chat = server.chat("babbling")
    said(chat, limit=1)  # so that it is loaded
    began = time.monotonic()
    words = chat.stream(ASKED, context=WINDOW, limit=400, pace=PATIENT)
    times = [time.monotonic() for piece in words if piece]
    assert len(times) > 200
    assert times[0] - began < (times[-1] - began) / 4
    assert max(later - sooner for sooner, later in pairwise(times)) < (times[-1] - began) / 2


def test_a_limit_of_tokens_ends_an_answer_as_too_long(server: Server) -> None:
    words, done = said(server.chat("scripted"), limit=5)
    assert (words, done.reason) == ("".join(pieces(SCRIPT)[:5]), "length")


def test_a_stop_word_ends_an_answer_before_it(server: Server) -> None:
    words, done = said(server.chat("scripted"), stop=["He painted", "nothing like this"])
    assert words.strip() == SCRIPT.partition("He painted")[0].strip()
    assert done.reason == "stop"


def test_a_schema_is_kept_even_by_a_model_that_babbles(server: Server) -> None:
    words, done = said(server.chat("babbling"), schema=SCHEMA, limit=200)
    told = json.loads(words)
    assert isinstance(told["sure"], bool)
    assert told["kind"] in ("painting", "print")
    assert done.reason == "stop"


@pytest.mark.parametrize("how", ["closed", "left"])
def test_who_stops_reading_frees_the_server_for_the_next_within_a_second(
    server: Server, how: str
) -> None:
    gone = threading.Event()
    chat = server.chat("babbling")
    pace = Pace(first=60.0, gap=30.0, whole=300.0, left=gone.is_set)
    words = chat.stream(ASKED, context=WINDOW, limit=12_000, pace=pace)
    assert any(words)  # it has begun to speak
    with pytest.raises(ModelFailed) as failure:
        said(chat, Pace(first=1.0), limit=3)  # one answer at a time is all it can write
    assert failure.value.reason == "slow"
    if how == "closed":
        words.close()
    else:
        gone.set()
        with pytest.raises(ModelFailed, match="left"):
            list(words)
    began = time.monotonic()
    assert said(chat, limit=3)[1].reason == "length"
    assert time.monotonic() - began < 1.0


def test_a_prompt_longer_than_the_window_is_an_error_and_no_answer(server: Server) -> None:
    chat = server.chat("scripted")
    told = "a vase of blue glass, "
    half, whole = ([{"role": "user", "content": told * (n // len(told))}] for n in HALF_AND_WHOLE)
    assert said(chat, messages=half)[0] == SCRIPT
    with pytest.raises(ModelFailed) as failure:
        said(chat, messages=whole)
    assert failure.value.reason in ("truncated", "cut")
    assert said(chat)[0] == SCRIPT


def test_a_server_killed_in_the_middle_is_a_broken_answer_and_then_not_there(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as server:
        chat = server.chat("babbling")
        words = chat.stream(ASKED, context=WINDOW, limit=12_000, pace=PATIENT)
        assert any(words)  # it has begun to speak
        server.process.kill()
        with pytest.raises(ModelFailed) as failure:
            list(words)
        assert failure.value.reason == "cut"
        with pytest.raises(ModelFailed) as failure:
            said(chat)
        assert failure.value.reason == "unreachable"


def test_a_wrong_key_and_an_unknown_model_are_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelFailed, match="scripted") as failure:
        server.chat("nobody").check()
    assert failure.value.reason == "unknown_model"
    monkeypatch.setenv("EXPLORER_MODEL_KEY", "another")
    for attempt in (lambda: said(server.chat("scripted")), server.chat("scripted").check):
        with pytest.raises(ModelFailed, match="EXPLORER_MODEL_KEY") as failure:
            attempt()
        assert failure.value.reason == "refused"


def test_vectors_have_length_one_and_say_which_texts_are_alike(server: Server) -> None:
    embedder: Embedder = open_backend(EMBEDDERS, f"openai:embedder@{server.url}/v1")
    texts = ["a vase of blue glass", "a vase of green glass", "Ölgemälde, 1665", "葛飾北斎", ""]
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (len(texts), embedder.dims)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 0], atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(embedder.embed_query(text), vector, atol=1e-5)
    alike = vectors @ vectors[0]
    assert alike[1] > max(alike[2], alike[3]) + 0.1
    again: Embedder = open_backend(EMBEDDERS, f"openai:embedder@{server.url}/v1")
    assert again.fingerprint == embedder.fingerprint


def asked(server: Server, model: str, data: Path, question: Question = QUESTION) -> Answer:
    """The whole answer of an explorer whose chat model is on the server."""
    settings = Settings(
        data_dir=data, chat=f"openai:{model}@{server.url}/v1", chat_window=4_096, chat_tokens=100,
        chat_wait=60,
    )  # fmt: skip
    return answer(question, open_explorer(settings))


def test_of_a_whole_answer_the_sentence_its_record_holds_leaves_and_the_other_does_not(
    server: Server, sample_data: Path
) -> None:
    given = asked(server, "scripted", sample_data)
    written = [one for one in given.statements if one.kind == "written"]
    assert tuple(one.text for one in written) == HELD
    assert NOT_HELD not in given.text
    assert (given.generated, given.model) == (True, "openai:scripted")
    for one in written:
        assert one.supported
        assert one.citations
        assert {given.records[c.marker - 1].id for c in one.citations} == {given.records[0].id}


def test_of_a_model_that_babbles_nothing_leaves_and_the_record_is_quoted(
    server: Server, sample_data: Path
) -> None:
    given = asked(server, "babbling", sample_data)
    quoted = asked(server, "scripted", sample_data, Question(QUESTION.text, generate=False))
    assert not given.generated
    told = [(one.kind, one.text) for one in given.statements if one.kind != "notice"]
    assert told == [(one.kind, one.text) for one in quoted.statements if one.kind != "notice"]
