"""An embedder that needs no training: hashed words and character n-grams.

Deterministic; texts that share words, or parts of words, are near.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from explorer.backends.protocols import Vectors
from explorer.text import fold, words

DIMS = 384
_GRAMS = (3, 4)


@lru_cache(maxsize=65_536)
def _features(word: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Columns and signed weights of one word: itself, and its n-grams with half its weight."""
    marked = f"<{word}>"
    grams = [marked[i : i + n] for n in _GRAMS for i in range(len(marked) - n + 1)]
    share = 0.5 / max(1, len(grams)) ** 0.5
    columns, weights = [], []
    for feature, weight in [(word, 1.0), *((gram, share) for gram in grams)]:
        bits = crc32(feature.encode())
        columns.append(bits % DIMS)
        weights.append(weight if bits & 0x80000000 else -weight)
    return tuple(columns), tuple(weights)


def _columns(text: str) -> Iterator[tuple[int, float]]:
    for word in words(fold(text)):
        columns, weights = _features(word)
        yield from zip(columns, weights, strict=True)


class HashedEmbedder:
    """Unit vectors from hashed features; a text without words is the zero vector."""

    name = "hash:"
    fingerprint = f"hash-{DIMS}-1"
    dims = DIMS

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""
        vectors = np.zeros((len(texts), DIMS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            found = list(_columns(text))
            if found:
                columns, weights = zip(*found, strict=True)
                row[:] = np.bincount(columns, weights, DIMS)
                row /= np.linalg.norm(row) or 1.0
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,)."""
        return np.asarray(self.embed_passages([text])[0], np.float32)

    def check(self) -> str:
        """One sentence on whether it can work."""
        return f"The embedder hash: works; it has {DIMS} dimensions and needs no model."


def open_hashed(rest: str) -> HashedEmbedder:
    """The hashed embedder; `rest` is not used."""
    return HashedEmbedder()
