"""OpenAI's protocol as vLLM, llama.cpp and LocalAI speak it: the same promises as Ollama's."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer.backends.hashed import HashedEmbedder
from explorer.backends.protocols import ChatModel, Done, Embedder, Pace
from explorer.backends.served import strongest_places
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, open_backend
from explorer.errors import ModelFailed, WrongUse
from tests.ollama_server import EMBEDDER, SAID, Script, Serving, closed_url, serving

MESSAGES = [{"role": "user", "content": "Who made the great wave?"}]
QUICK = Pace(first=0.3, gap=0.3, whole=1.0)
PATIENT = Pace(first=10.0, gap=10.0, whole=30.0)
SCRIPTS = {
    "slow": Script(pause=0.5),
    "cold": Script(cold=0.5),
    "one-word": Script(failing="hang-in-the-middle", after=1),
    "for-ever": Script(failing="endless", pause=0.05),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving(SCRIPTS) as server:
        yield server


def opened(server: Serving, model: str) -> ChatModel:
    chat: ChatModel = open_backend(CHAT_MODELS, f"openai:{model}@{server.url}/v1")
    return chat


def said(chat: ChatModel, pace: Pace = PATIENT, **more: Any) -> tuple[str, Done]:
    """All a model says, and its end mark."""
    given = {"context": 2_048, "limit": 64, **more}
    *words, done = chat.stream(MESSAGES, pace=pace, **given)
    assert isinstance(done, Done)
    return "".join(str(word) for word in words), done


def test_the_words_come_with_their_end_and_the_counts(server: Serving) -> None:
    words, done = said(opened(server, "thinking-first"))
    assert words == "".join(SAID)
    assert done.reason == "stop"
    assert done.tokens == len(SAID) + 2
    assert done.prompt_tokens > 0


def test_what_is_sent_is_what_the_protocol_knows(server: Serving) -> None:
    schema = {"type": "object", "properties": {"kind": {"type": "string"}}}
    said(opened(server, "good"), limit=77, schema=schema, stop=["###"])
    body = server.of("/v1/chat/completions")[-1].body
    assert body["messages"] == MESSAGES
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert (body["max_tokens"], body["temperature"], body["stop"]) == (77, 0, ["###"])
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    said(opened(server, "good"))
    assert not {"stop", "response_format"} & server.chats[-1].body.keys()


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MODEL_KEY", "abc-secret")
    chat, embedder = opened(server, "broken"), open_backend(
        EMBEDDERS, f"openai:{EMBEDDER}@{server.url}/v1"
    )  # fmt: skip
    with pytest.raises(ModelFailed) as failure:
        said(chat)
    assert server.chats[-1].headers["authorization"] == "Bearer abc-secret"
    assert "secret" not in f"{failure.value} {chat.name} {embedder.fingerprint}"
    assert server.of("/v1/embeddings")[-1].headers["authorization"] == "Bearer abc-secret"
    monkeypatch.delenv("EXPLORER_MODEL_KEY")
    said(opened(server, "good"))
    assert "authorization" not in server.chats[-1].headers


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("hang", "slow"), ("hang-in-the-middle", "slow"), ("reset", "cut"), ("error-line", "cut"),
        ("cut", "cut"), ("busy", "busy"), ("broken", "refused"), ("refused", "refused"),
        ("nobody", "unknown_model"), ("empty", "empty"), ("endless", "cut"), ("for-ever", "slow"),
        ("garbage", "garbled"), ("not-utf-8", "garbled"), ("thinking-only", "empty"),
        ("slow", "slow"), ("cold", "slow"),
    ],
)  # fmt: skip
def test_every_failure_has_its_reason_in_time(server: Serving, model: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(ModelFailed) as failure:
        said(opened(server, model), QUICK)
    assert failure.value.reason == reason
    assert time.monotonic() - began < QUICK.whole + 2


def test_a_server_that_is_not_there_is_unreachable() -> None:
    chat = open_backend(CHAT_MODELS, f"openai:good@{closed_url()}/v1")
    for attempt in (lambda: said(chat), chat.check):
        with pytest.raises(ModelFailed) as failure:
            attempt()
        assert failure.value.reason == "unreachable"


def test_words_are_passed_on_at_once_and_who_stops_reading_ends_the_call_upstream(
    server: Serving,
) -> None:
    words = opened(server, "one-word").stream(MESSAGES, context=512, limit=64, pace=Pace())
    assert next(words) == SAID[0]
    assert server.chats[-1].sent == 1
    assert not server.chats[-1].gone.is_set()
    words.close()
    assert server.chats[-1].gone.wait(1.0)


def test_a_limit_of_tokens_ends_an_answer_as_too_long(server: Serving) -> None:
    words, done = said(opened(server, "good"), limit=3)
    assert (words, done.reason) == ("The great wave ", "length")


def test_a_server_that_does_not_know_thinking_is_asked_again_without_it(server: Serving) -> None:
    chat, before = opened(server, "cannot-think"), len(server.chats)
    assert said(chat)[0] == said(chat)[0] == "".join(SAID)
    asked = ["chat_template_kwargs" in asked.body for asked in server.chats[before:]]
    assert asked == [True, False, False]


def test_a_check_names_the_models_there_are(server: Serving) -> None:
    assert "openai:good" in opened(server, "good").check()
    with pytest.raises(ModelFailed, match="good") as failure:
        opened(server, "nobody").check()
    assert failure.value.reason == "unknown_model"


@pytest.mark.parametrize("spec", ["openai:", "openai:m", "openai:m@h:80/v1", "openai:@http://h"])
def test_a_spec_without_model_or_address_is_refused_with_its_form(spec: str) -> None:
    for backends in (CHAT_MODELS, EMBEDDERS):
        with pytest.raises(WrongUse, match="openai:MODEL@http"):
            open_backend(backends, spec)


def test_vectors_have_length_one_and_keep_their_order(server: Serving) -> None:
    embedder: Embedder = open_backend(EMBEDDERS, f"openai:{EMBEDDER}@{server.url}/v1/")
    texts = [f"a vase of clay, number {i}" for i in range(70)] + ["", "葛飾北斎"]
    vectors = embedder.embed_passages(texts)
    assert np.allclose(vectors, HashedEmbedder().embed_passages(texts), atol=1e-5)
    assert np.allclose(embedder.embed_query(texts[3]), vectors[3], atol=1e-6)
    assert embedder.fingerprint.startswith(f"openai-{EMBEDDER}-384-")


def test_an_embedder_is_known_again_by_what_it_says_of_a_few_texts() -> None:
    random = np.random.default_rng(7)
    for _ in range(200):
        vector = random.normal(size=768).astype(np.float32)
        vector /= np.linalg.norm(vector)
        shaken = vector + random.normal(size=768).astype(np.float32) * 1e-6
        assert strongest_places(vector) == strongest_places(shaken)
        other = vector + random.normal(size=768).astype(np.float32) * 0.05
        assert strongest_places(vector) != strongest_places(other)


def test_an_embedder_that_is_none_says_so(server: Serving) -> None:
    with pytest.raises(ModelFailed) as failure:
        open_backend(EMBEDDERS, f"openai:nobody@{server.url}/v1").check()
    assert failure.value.reason == "unknown_model"
