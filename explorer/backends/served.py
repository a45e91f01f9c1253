"""An embedder whose vectors another program makes: unit vectors, batches, a fingerprint."""

import re
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np

from explorer.backends.protocols import Vectors
from explorer.errors import ModelFailed

_BATCH = 64
_PROBES = ("A vase of blue glass, made about 1665.", "Μια επιστολή του ζωγράφου")
_LEAST, _MOST = 4, 16  # strongest numbers of a vector that tell its model

Embedding = Callable[[list[str]], Sequence[Sequence[float]]]


def unit_rows(rows: Sequence[Sequence[float]], count: int, name: str) -> Vectors:
    """`count` rows of length one; ModelFailed where the rows are not so many vectors."""
    try:
        vectors = np.array(rows, np.float32).reshape(count, -1)
    except (ValueError, TypeError):
        vectors = np.zeros((count, 0), np.float32)
    if not vectors.size or not np.isfinite(vectors).all():
        raise ModelFailed(
            "garbled", f"The embedder {name} does not give vectors.",
            "See whether that model is one for embeddings.",
        )  # fmt: skip
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    norms[norms == 0] = 1
    vectors /= norms
    return vectors


def strongest_places(vector: Vectors) -> str:
    """The places and signs of a vector's strongest numbers, as far as the widest gap among them.

    Numbers themselves differ a little from one graphics card, and one batch, to another.
    """
    order = np.argsort(-np.abs(vector), kind="stable")[: _MOST + 1]
    sizes = np.abs(vector)[order]
    gaps = (sizes[:-1] - sizes[1:])[_LEAST - 1 :]
    far = _LEAST + int(np.argmax(gaps)) if gaps.size else _LEAST
    return ",".join(f"{'-' if vector[i] < 0 else '+'}{i}" for i in sorted(order[:far]))


class ServedEmbedder:
    """Unit vectors of what `passages` and `query` give; nothing is asked before it is needed.

    `digest` names the model's weights, or is empty where nobody knows: a few texts' vectors then
    tell one model from another. A text without letters is the zero vector.
    """

    def __init__(
        self, name: str, passages: Embedding, query: Embedding, digest: Callable[[], str]
    ) -> None:
        self.name = name
        self._passages, self._query, self._digest = passages, query, digest
        self._lock = threading.Lock()
        self._known: tuple[str, int] | None = None

    @property
    def fingerprint(self) -> str:
        """Another whenever any vector would be."""
        return self._looked_up()[0]

    @property
    def dims(self) -> int:
        """How many numbers a vector has."""
        return self._looked_up()[1]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""
        vectors = np.zeros((len(texts), self.dims), np.float32)
        written = [i for i, text in enumerate(texts) if text.strip()]
        for at in range(0, len(written), _BATCH):
            places = written[at : at + _BATCH]
            vectors[places] = self._rows(self._passages, [texts[i] for i in places])
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,)."""
        if not text.strip():
            return np.zeros(self.dims, np.float32)
        row: Vectors = self._rows(self._query, [text])[0]
        return row

    def check(self) -> str:
        """One sentence on whether it can work; ModelFailed where it cannot."""
        self._rows(self._passages, [_PROBES[0]])
        return f"The embedder {self.name} works; it has {self.dims} dimensions."

    def _rows(self, embedding: Embedding, texts: list[str]) -> Vectors:
        vectors = unit_rows(embedding(texts), len(texts), self.name)
        if vectors.shape[1] != self.dims:
            raise ModelFailed(
                "garbled", f"The embedder {self.name} gives vectors of another length than before.",
                "Start the explorer again; if another model was set, index anew with it.",
            )  # fmt: skip
        return vectors

    def _looked_up(self) -> tuple[str, int]:
        with self._lock:
            if self._known is None:
                probes = list(_PROBES)
                vectors = unit_rows(self._passages(probes), len(probes), self.name)
                digest = self._digest()
                marks = [digest] if digest else [strongest_places(vector) for vector in vectors]
                dims = vectors.shape[1]
                digits = sha256(repr((self.name, dims, marks)).encode()).hexdigest()[:12]
                plain = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:60]
                self._known = f"{plain}-{dims}-{digits}", dims
            return self._known
