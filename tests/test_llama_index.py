"""llama-index both ways: its models behind our protocols, our finding as its retriever."""

import runpy
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from explorer.backends.protocols import ChatModel, Done, Embedder, Pace
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, open_backend
from explorer.errors import ExplorerError, ModelFailed, WrongUse
from explorer.wiring import Explorer
from tests.conftest import ROOT

MESSAGES = [{"role": "user", "content": "Who made the great wave?"}]
PACE = Pace(first=20.0, gap=20.0, whole=40.0)
MOCK = "llama_index.core.llms.mock:MockLLM"


class Scripted:
    """As much of an LLM of llama-index as is asked for; `failing` says what becomes of it."""

    closed = threading.Event()
    go_on = threading.Event()

    def __init__(
        self, failing: str = "", delta: bool = True, words: str = "Hokusai made it."
    ) -> None:
        self.failing, self.delta, self.words = failing, delta, words

    def stream_chat(self, messages: Any) -> Iterator[Any]:
        from llama_index.core.llms import ChatMessage, ChatResponse

        said = ""
        try:
            for word in self.words.split(" "):
                said += f"{word} "
                delta = f"{word} " if self.delta else None
                yield ChatResponse(message=ChatMessage(content=said), delta=delta)
                if self.failing == "breaks":
                    raise KeyError("of its own")
                if self.failing == "waits":
                    self.go_on.wait(10)
        finally:
            self.closed.set()


class Vectors:
    """As much of an embedding class of llama-index as is asked for."""

    def __init__(self, model_name: str, scale: float = 2.0, failing: bool = False) -> None:
        self.scale, self.failing = scale, failing

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        if self.failing:
            raise KeyError("of its own")
        return [[self.scale * len(text), self.scale, 0.0] for text in texts]

    def get_query_embedding(self, text: str) -> list[float]:
        return [0.0, 0.0, self.scale]


def opened(rest: str) -> ChatModel:
    chat: ChatModel = open_backend(CHAT_MODELS, f"llama-index:{rest}")
    return chat


def said(chat: ChatModel, pace: Pace = PACE, limit: int = 500) -> tuple[str, Done]:
    """All a model says, and its end mark."""
    *words, done = chat.stream(MESSAGES, context=2_048, limit=limit, pace=pace)
    assert isinstance(done, Done)
    return "".join(str(word) for word in words), done


def test_an_llm_of_llama_index_streams_its_words_and_ends() -> None:
    words, done = said(opened(MOCK))
    assert MESSAGES[0]["content"] in words
    assert done.reason == "stop"
    assert opened(MOCK).window > 0
    assert "MockLLM" in opened(MOCK).check()


@pytest.mark.parametrize("delta", ["true", "false"])
def test_words_are_the_same_whether_it_gives_what_is_new_or_all_so_far(delta: str) -> None:
    assert said(opened(f"{__name__}:Scripted?delta={delta}"))[0] == "Hokusai made it. "


def test_a_limit_ends_it_as_too_long() -> None:
    words, done = said(opened(f"{__name__}:Scripted"), limit=2)
    assert (words, done.reason) == ("Hokusai made ", "length")


def test_whatever_it_raises_is_one_failure() -> None:
    with pytest.raises(ModelFailed, match="of its own") as failure:
        said(opened(f"{__name__}:Scripted?failing=breaks"))
    assert failure.value.reason == "cut"


def test_one_that_says_nothing_is_empty() -> None:
    with pytest.raises(ModelFailed) as failure:
        said(opened(f"{__name__}:Scripted?words="))
    assert failure.value.reason == "empty"


def test_one_that_waits_is_given_up_in_time_and_ended_at_its_next_word() -> None:
    Scripted.closed.clear()
    Scripted.go_on.clear()
    said(opened(f"{__name__}:Scripted"))  # llama-index is imported now
    Scripted.closed.clear()
    began = time.monotonic()
    with pytest.raises(ModelFailed) as failure:
        said(opened(f"{__name__}:Scripted?failing=waits"), Pace(first=2.0, gap=0.3, whole=5.0))
    assert failure.value.reason == "slow"
    assert time.monotonic() - began < 4
    assert not Scripted.closed.is_set()
    Scripted.go_on.set()
    assert Scripted.closed.wait(2.0)


def test_a_package_that_is_not_there_is_named_with_the_command_that_gets_it() -> None:
    chat = opened("llama_index.llms.nowhere:Nowhere?model=x")
    with pytest.raises(ExplorerError, match="pip install llama-index-llms-nowhere"):
        chat.check()
    with pytest.raises(ModelFailed) as failure:
        said(chat)
    assert failure.value.reason == "refused"
    assert chat.window == 8_192


@pytest.mark.parametrize("rest", ["", "tests", "tests:", ":Class", "?model=x"])
def test_a_spec_without_a_class_is_refused_with_its_form(rest: str) -> None:
    for backends in (CHAT_MODELS, EMBEDDERS):
        with pytest.raises(WrongUse, match="module:Class"):
            open_backend(backends, f"llama-index:{rest}")


def test_a_class_that_takes_no_such_value_is_refused() -> None:
    with pytest.raises(WrongUse, match="colour"):
        opened(f"{__name__}:Scripted?colour=red").check()
    with pytest.raises(WrongUse, match="Nobody"):
        opened(f"{__name__}:Nobody").check()


def test_a_name_shows_the_model_and_no_key() -> None:
    chat = opened(f"{__name__}:Scripted?model=small&api_key=secret")
    assert chat.name == f"llama-index:{__name__}:Scripted?model=small"


def test_an_embedding_class_gives_vectors_of_length_one_and_reads_questions_its_way() -> None:
    spec = f"llama-index:{__name__}:Vectors?model_name=small"
    embedder: Embedder = open_backend(EMBEDDERS, spec)
    vectors = embedder.embed_passages(["a", "abc", ""])
    assert vectors.shape == (3, 3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0])
    assert np.allclose(embedder.embed_query("a"), [0, 0, 1])
    assert embedder.fingerprint == open_backend(EMBEDDERS, f"{spec}&scale=3.5").fingerprint
    other = open_backend(EMBEDDERS, spec.replace("small", "large"))
    assert embedder.fingerprint != other.fingerprint


def test_an_embedding_class_that_fails_says_why() -> None:
    spec = f"llama-index:{__name__}:Vectors?model_name=small&failing=true"
    with pytest.raises(ModelFailed, match="of its own"):
        open_backend(EMBEDDERS, spec).check()


def test_the_recipe_finds_records_as_the_explorer_does(explorer: Explorer) -> None:
    recipe = runpy.run_path(str(ROOT / "docs" / "recipes" / "retriever.py"))
    retriever = recipe["CollectionRetriever"](explorer, limit=4)
    catalogue = explorer.serving().generation.catalogue
    for query in ("The great wave", "Wer hat ein Stillleben gemalt?"):
        found = retriever.retrieve(query)
        assert 0 < len(found) <= 4
        assert all(catalogue.record(node.metadata["record"]) for node in found)
        assert all(node.text and node.metadata["title"] for node in found)
    first = retriever.retrieve("The great wave")[0]
    assert "wave" in first.metadata["title"].lower()
