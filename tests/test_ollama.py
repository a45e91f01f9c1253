"""Ollama: what is sent, what comes of each failure and how soon, and who is let go."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer.backends.hashed import HashedEmbedder
from explorer.backends.ollama import ollama_answers
from explorer.backends.protocols import ChatModel, Done, Embedder, Pace
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, open_backend
from explorer.errors import ModelFailed, WrongUse
from tests.ollama_server import (
    EMBEDDER,
    SAID,
    Script,
    Serving,
    closed_url,
    digest_of,
    in_pieces,
    serving,
)

MESSAGES = [
    {"role": "system", "content": "Answer from the sources."},
    {"role": "user", "content": "Who made the great wave?"},
]
QUICK = Pace(first=0.3, gap=0.3, whole=1.0)
PATIENT = Pace(first=10.0, gap=10.0, whole=30.0)
SCRIPTS = {
    "slow": Script(pause=0.5),
    "cold": Script(cold=0.5),
    "one-word": Script(failing="hang-in-the-middle", after=1),
    "one-thought": Script(thinking=("Well",), failing="hang-in-the-middle", after=1),
    "for-ever": Script(failing="endless", pause=0.05),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving(SCRIPTS) as server:
        yield server


def opened(server: Serving, model: str) -> ChatModel:
    chat: ChatModel = open_backend(CHAT_MODELS, f"ollama:{model}@{server.url}")
    return chat


def said(chat: ChatModel, pace: Pace = PATIENT, **more: Any) -> tuple[str, Done]:
    """All a model says, and its end mark."""
    given = {"context": 2_048, "limit": 64, **more}
    *words, done = chat.stream(MESSAGES, pace=pace, **given)
    assert isinstance(done, Done)
    return "".join(str(word) for word in words), done


def failed(chat: ChatModel, pace: Pace = QUICK, **more: Any) -> tuple[ModelFailed, float]:
    """How a model fails, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(ModelFailed) as failure:
        said(chat, pace, **more)
    return failure.value, time.monotonic() - began


def test_the_words_come_with_their_end_the_counts_and_the_digest(server: Serving) -> None:
    words, done = said(opened(server, "good"))
    assert words == "".join(SAID)
    assert (done.reason, done.tokens, done.digest) == ("stop", len(SAID), digest_of("good"))
    assert done.prompt_tokens > 0


def test_what_is_sent_keeps_the_whole_prompt_and_does_not_think(server: Serving) -> None:
    schema = {"type": "object", "properties": {"kind": {"type": "string"}}}
    said(opened(server, "good"), context=3_000, limit=77, schema=schema, stop=["###"])
    body = server.of("/api/chat")[-1].body
    assert body["messages"] == MESSAGES
    assert (body["stream"], body["think"], body["truncate"], body["shift"]) == (
        True, False, False, False,
    )  # fmt: skip
    assert body["format"] == schema
    assert body["keep_alive"]
    options = body["options"]
    assert (options["num_ctx"], options["num_predict"], options["stop"]) == (3_000, 77, ["###"])
    assert options["temperature"] == 0
    assert "seed" in options


def test_a_limit_of_tokens_ends_an_answer_as_too_long(server: Serving) -> None:
    words, done = said(opened(server, "good"), limit=3)
    assert (words, done.reason, done.tokens) == ("The great wave ", "length", 3)


def test_a_word_to_stop_at_ends_an_answer(server: Serving) -> None:
    words, done = said(opened(server, "good"), stop=["was"])
    assert (words.strip(), done.reason) == ("The great wave", "stop")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("hang", "slow"), ("hang-in-the-middle", "slow"), ("reset", "cut"), ("error-line", "cut"),
        ("cut", "cut"), ("busy", "busy"), ("broken", "refused"), ("refused", "refused"),
        ("nobody", "unknown_model"), ("empty", "empty"), ("loaded-only", "empty"),
        ("endless", "cut"), ("for-ever", "slow"), ("garbage", "garbled"), ("not-utf-8", "garbled"),
        ("thinking-only", "empty"), ("slow", "slow"), ("cold", "slow"),
    ],
)  # fmt: skip
def test_every_failure_has_its_reason_in_time(server: Serving, model: str, reason: str) -> None:
    failure, seconds = failed(opened(server, model))
    assert failure.reason == reason
    assert seconds < QUICK.whole + 2
    assert failure.problem.endswith(".")
    assert failure.remedy


def test_a_server_that_is_not_there_is_unreachable_at_once() -> None:
    chat = open_backend(CHAT_MODELS, f"ollama:good@{closed_url()}")
    failure, seconds = failed(chat)
    assert failure.reason == "unreachable"
    assert seconds < QUICK.first
    with pytest.raises(ModelFailed) as refused:
        chat.check()
    assert refused.value.reason == "unreachable"


def test_a_slow_or_cold_model_answers_where_it_is_waited_for(server: Serving) -> None:
    for model in ("slow", "cold"):
        assert said(opened(server, model), limit=3)[0] == "The great wave "


def test_words_are_passed_on_while_the_rest_is_still_to_come(server: Serving) -> None:
    words = opened(server, "one-word").stream(MESSAGES, context=512, limit=64, pace=Pace())
    assert next(words) == SAID[0]
    assert server.chats[-1].sent == 1
    words.close()


@pytest.mark.parametrize("model", ["one-word", "one-thought", "for-ever"])
def test_who_stops_reading_ends_the_call_upstream_within_a_second(
    server: Serving, model: str
) -> None:
    words = opened(server, model).stream(MESSAGES, context=512, limit=64, pace=Pace())
    next(words)
    assert not server.chats[-1].gone.is_set()
    words.close()
    assert server.chats[-1].gone.wait(1.0)


def test_a_visitor_who_leaves_before_the_first_word_ends_the_call_upstream(
    server: Serving,
) -> None:
    before = len(server.chats)
    pace = Pace(left=lambda: len(server.chats) > before)
    failure, seconds = failed(opened(server, "hang"), pace)
    assert failure.reason == "left"
    assert seconds < 1
    assert server.chats[-1].gone.wait(1.0)


def test_a_call_given_up_for_its_slowness_is_ended_upstream(server: Serving) -> None:
    failed(opened(server, "hang"))
    assert server.chats[-1].gone.wait(1.0)


def test_thinking_is_no_part_of_the_answer_but_a_sign_of_life(server: Serving) -> None:
    given = {"context": 512, "limit": 64, "pace": PATIENT}
    *pieces, done = opened(server, "thinking-first").stream(MESSAGES, **given)
    assert pieces[:2] == ["", ""]
    assert "".join(map(str, pieces)) == "".join(SAID)
    assert isinstance(done, Done)


def test_a_model_that_cannot_think_is_asked_again_without_the_word_and_then_always(
    server: Serving,
) -> None:
    chat, before = opened(server, "cannot-think"), len(server.chats)
    assert said(chat)[0] == said(chat)[0] == "".join(SAID)
    assert ["think" in asked.body for asked in server.chats[before:]] == [True, False, False]


def test_a_prompt_that_is_too_long_is_refused_rather_than_cut(server: Serving) -> None:
    failure, _ = failed(opened(server, "good"), context=8)
    assert failure.reason == "truncated"


def test_a_prompt_of_which_little_was_read_is_told_by_its_count(server: Serving) -> None:
    assert said(opened(server, "truncated"))[1].prompt_tokens == 5


def test_an_unknown_model_is_named_with_the_command_that_gets_it(server: Serving) -> None:
    chat = opened(server, "llama9:8b")
    failure, _ = failed(chat)
    with pytest.raises(ModelFailed) as missing:
        chat.check()
    for told in (failure, missing.value):
        assert told.reason == "unknown_model"
        assert "llama9:8b" in told.problem
        assert "ollama pull llama9:8b" in told.remedy


def test_what_the_server_says_of_an_error_is_kept_for_the_staff(server: Serving) -> None:
    assert "llama runner process has terminated" in failed(opened(server, "broken"))[0].problem


def test_the_window_is_the_models_own_up_to_the_one_that_is_set(server: Serving) -> None:
    assert opened(server, "good").window == 4_096
    small = open_backend(CHAT_MODELS, f"ollama:good@{server.url}", 3, 1_000)
    assert (small.window, small.slots) == (1_000, 3)
    assert "1000" in small.check()
    assert open_backend(CHAT_MODELS, f"ollama:good@{closed_url()}").window == 8_192


def test_the_server_is_not_asked_for_the_digest_before_every_answer(server: Serving) -> None:
    chat = opened(server, "good")
    said(chat)
    before = len(server.of("/api/tags"))
    assert said(chat)[1].digest == digest_of("good")
    assert len(server.of("/api/tags")) == before


def test_two_answers_are_written_at_a_time_where_two_are_asked_for(server: Serving) -> None:
    streams = [
        opened(server, "one-word").stream(MESSAGES, context=512, limit=64, pace=Pace())
        for _ in range(2)
    ]
    assert [next(words) for words in streams] == [SAID[0]] * 2
    assert server.most >= 2
    for words in streams:
        words.close()


@pytest.mark.parametrize(
    "spec", ["ollama:", "ollama:a b", "ollama:m@", "ollama:m@ftp://x", "ollama:m@http://",
             "ollama:m@http://h:99999999"],
)  # fmt: skip
def test_a_spec_that_is_none_is_refused_with_its_form(spec: str) -> None:
    for backends in (CHAT_MODELS, EMBEDDERS):
        with pytest.raises(WrongUse, match="ollama:MODEL"):
            open_backend(backends, spec)


def test_vectors_have_length_one_whatever_the_server_gives(server: Serving) -> None:
    embedder: Embedder = open_backend(EMBEDDERS, f"ollama:{EMBEDDER}@{server.url}")
    texts = [f"a vase of clay, number {i}" for i in range(70)] + ["", "葛飾北斎"]
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (72, embedder.dims)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, HashedEmbedder().embed_passages(texts), atol=1e-5)
    assert np.allclose(embedder.embed_query(texts[3]), vectors[3], atol=1e-6)
    assert max(len(asked.body["input"]) for asked in server.of("/api/embed")) <= 64
    assert EMBEDDER in embedder.check()


def test_a_fingerprint_is_the_models_and_not_the_servers(server: Serving) -> None:
    spec = f"ollama:{EMBEDDER}@{server.url}"
    with serving() as other:
        moved = open_backend(EMBEDDERS, f"ollama:{EMBEDDER}@{other.url}").fingerprint
        assert open_backend(EMBEDDERS, spec).fingerprint == moved
    assert open_backend(EMBEDDERS, f"ollama:good@{server.url}").fingerprint != moved
    assert "/" not in moved


def test_an_embedder_that_is_not_there_says_what_to_do(server: Serving) -> None:
    with pytest.raises(ModelFailed, match="ollama pull nomic-embed-text"):
        open_backend(EMBEDDERS, f"ollama:nomic-embed-text@{server.url}").check()
    with pytest.raises(ModelFailed) as failure:
        _ = open_backend(EMBEDDERS, f"ollama:{EMBEDDER}@{closed_url()}").fingerprint
    assert failure.value.reason == "unreachable"


def test_a_running_server_is_told_with_what_to_type_for_the_largest_model_that_fits() -> None:
    sizes = {"best": Script(size=5_000_000_000), "huge": Script(size=40_000_000_000)}
    with serving(sizes) as server:
        (line,) = ollama_answers(server.url)
        assert line.endswith(f"EXPLORER_CHAT=ollama:best@{server.url} make run")
    assert not list(ollama_answers(closed_url()))


def test_a_text_in_pieces_is_the_text() -> None:
    assert "".join(in_pieces("The great wave [1].")) == "The great wave [1]."


@pytest.fixture
def real_server(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    program = shutil.which("ollama")
    if program is None:
        pytest.skip("no ollama binary is on this machine; its protocol is spoken by the tests' own")
    url = closed_url()
    host = url.removeprefix("http://")
    environ = {"OLLAMA_HOST": host, "OLLAMA_MODELS": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen([program, "serve"], env=environ, stderr=subprocess.DEVNULL) as running:
        try:
            address = (host.partition(":")[0], int(host.partition(":")[2]))
            until = time.monotonic() + 20
            while time.monotonic() < until:
                try:
                    socket.create_connection(address, timeout=1).close()
                    break
                except ConnectionError:
                    continue
            yield url
        finally:
            running.terminate()


def test_the_real_ollama_names_a_missing_model_too(real_server: str) -> None:
    chat = open_backend(CHAT_MODELS, f"ollama:nobody@{real_server}")
    assert failed(chat, Pace())[0].reason == "unknown_model"
    with pytest.raises(ModelFailed, match="ollama pull nobody"):
        chat.check()
