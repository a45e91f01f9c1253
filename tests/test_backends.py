"""One contract per protocol, kept by every backend that can be opened here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.backends.hashed import HashedEmbedder
from explorer.backends.protocols import ChatModel, Done, Embedder, Pace, VectorIndex
from explorer.backends.specs import CHAT_MODELS, EMBEDDERS, INDEXES, open_backend
from explorer.errors import ExplorerError, WrongUse
from tests.ollama_server import EMBEDDER, Serving, serving

TEXTS = ["The great wave", "Die große Welle", "a vase of clay", "葛飾北斎", "", "!?"]


class Hashed:
    """The hashed embedder, as an embedding class of llama-index."""

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = HashedEmbedder().embed_passages(texts).tolist()
        return rows

    def get_query_embedding(self, text: str) -> list[float]:
        return self.get_text_embedding_batch([text])[0]


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as server:
        yield server


def spec(scheme: str, model: str, of_llama_index: str, server: Serving) -> str:
    """The spec of a model that is here, by its scheme."""
    served = {
        "ollama": f"{model}@{server.url}",
        "openai": f"{model}@{server.url}/v1",
        "llama-index": of_llama_index,
    }
    return f"{scheme}:{served.get(scheme, '')}"


@pytest.fixture(params=sorted(EMBEDDERS))
def embedder(request: pytest.FixtureRequest, server: Serving) -> Embedder:
    named = spec(request.param, EMBEDDER, f"{__name__}:Hashed", server)
    opened: Embedder = open_backend(EMBEDDERS, named)
    return opened


@pytest.fixture(params=sorted(INDEXES))
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    opened: VectorIndex = open_backend(INDEXES, f"{request.param}:", tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture(params=sorted(CHAT_MODELS))
def chat(request: pytest.FixtureRequest, server: Serving) -> ChatModel:
    named = spec(request.param, "good", "llama_index.core.llms.mock:MockLLM", server)
    opened: ChatModel = open_backend(CHAT_MODELS, named)
    return opened


def test_an_embedder_gives_unit_vectors_in_order(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dims)
    assert vectors.dtype == np.float32
    norms = np.linalg.norm(vectors, axis=1)
    assert np.allclose(norms[:4], 1, atol=1e-5)
    assert np.isfinite(vectors).all()
    alone = np.vstack([embedder.embed_passages([text]) for text in TEXTS])
    assert np.allclose(vectors, alone, atol=1e-6)
    assert embedder.embed_passages([]).shape == (0, embedder.dims)


def test_an_embedder_finds_a_text_by_its_own_words(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(TEXTS[:4])
    for place, text in enumerate(TEXTS[:4]):
        query = embedder.embed_query(text)
        assert query.shape == (embedder.dims,)
        assert int((vectors @ query).argmax()) == place


def test_an_embedder_says_the_same_each_time_and_names_itself(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed_passages(TEXTS), embedder.embed_passages(TEXTS))
    assert embedder.fingerprint
    assert embedder.check().endswith(".")


def test_texts_that_share_words_are_near(embedder: Embedder) -> None:
    wave, other = embedder.embed_passages(["a great wave off the coast", "a clay vase"])
    query = embedder.embed_query("the great wave")
    assert query @ wave > query @ other + 0.2


def test_an_index_finds_what_was_added_nearest_first(index: VectorIndex) -> None:
    vectors = np.random.default_rng(7).normal(size=(500, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index.add(range(0, 300), vectors[:300])
    index.add(range(300, 500), vectors[300:])
    rows, cosines = index.nearest(vectors[417], 5)
    exact = np.argsort(-(vectors @ vectors[417]))[:5]
    assert rows == exact.tolist()
    assert cosines == sorted(cosines, reverse=True)
    assert cosines[0] == pytest.approx(1, abs=1e-4)
    assert index.count() == 500
    index.add([3], vectors[3:4])
    assert index.count() == 500


def test_an_index_holds_what_it_was_given_after_it_is_opened_again(tmp_path: Path) -> None:
    vectors = np.eye(40, dtype=np.float32)
    first = open_backend(INDEXES, "chroma:", tmp_path / "index")
    first.add(range(40), vectors)
    first.close()
    again = open_backend(INDEXES, "chroma:", tmp_path / "index")
    assert (again.count(), again.nearest(vectors[9], 1)[0]) == (40, [9])
    again.close()


def test_an_index_takes_more_than_chroma_takes_at_once(index: VectorIndex) -> None:
    vectors = np.random.default_rng(1).normal(size=(6_000, 8)).astype(np.float32)
    index.add(range(6_000), vectors)
    assert index.count() == 6_000


def test_a_chat_model_ends_its_stream_with_done(chat: ChatModel) -> None:
    hello = [{"role": "user", "content": "Hello"}]
    *words, last = chat.stream(hello, context=512, limit=16, pace=Pace())
    assert isinstance(last, Done)
    assert all(isinstance(word, str) for word in words)


@pytest.mark.parametrize("spec", ["nobody:", "hash", ""])
def test_an_unknown_scheme_is_one_error_that_lists_the_known_ones(spec: str) -> None:
    with pytest.raises(WrongUse) as refused:
        open_backend(EMBEDDERS, spec)
    assert all(f"{name}:" in refused.value.remedy for name in EMBEDDERS)


def test_a_missing_package_names_the_extra_to_install() -> None:
    with pytest.raises(ExplorerError, match="nowhere") as refused:
        open_backend({"vllm": "nowhere.at_all:open"}, "vllm:x")
    assert "collection-explorer[vllm]" in refused.value.remedy
