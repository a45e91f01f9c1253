"""The three things that have several real implementations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Texts as unit vectors. `fingerprint` changes whenever any vector would."""

    name: str
    fingerprint: str
    dims: int

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,)."""

    def check(self) -> str:
        """One sentence on whether it can work."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end mark of a chat model's stream; a stream without one is broken."""

    reason: str
    prompt_tokens: int = 0
    tokens: int = 0
    digest: str = ""


def stays() -> bool:
    """False: the visitor has not gone."""
    return False


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited, in seconds: for the first word, from word to word, for all of them.

    `left` says whether the visitor has gone, for whom nothing needs to be said any more.
    """

    first: float = 20.0
    gap: float = 10.0
    whole: float = 120.0
    left: Callable[[], bool] = stays


class ChatModel(Protocol):
    """An open language model that streams words and ends with Done.

    `slots` is how many answers it writes at a time; 0 where it writes none. `window` is how many
    tokens it can read and write together.
    """

    name: str
    slots: int
    window: int

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
        """The model's words as they come, then Done; ModelFailed where they do not come.

        `context` is the tokens of prompt and answer, `limit` those of the answer. What a model
        thinks aloud before it answers is left out. Closing the iterator ends the call upstream.
        """

    def check(self) -> str:
        """One sentence on whether it can work."""


class VectorIndex(Protocol):
    """Approximate nearest rows among many vectors; rows are those of the matrix."""

    def add(self, rows: Sequence[int], vectors: Vectors) -> None:
        """Nothing; the vectors are stored under their rows."""

    def remove(self, rows: Sequence[int]) -> None:
        """Nothing; these rows are found no more."""

    def nearest(self, vector: Vectors, limit: int) -> tuple[list[int], list[float]]:
        """Rows and cosines, nearest first."""

    def count(self) -> int:
        """The number of vectors held."""

    def close(self) -> None:
        """Nothing; files and locks are let go."""

    def check(self) -> str:
        """One sentence on whether it can work."""
