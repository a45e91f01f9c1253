"""An embedder that needs no training: hashed words and character n-grams.

Deterministic; texts that share words, or parts of words, are near.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from explorer.backends.protocols import Vectors
from explorer.text import fold, words

DIMS = 384
_GRAMS = (3, 4)
_LONGEST = 30  # letters of a word that are looked at in parts

Features = Callable[[str], tuple[tuple[int, ...], tuple[float, ...]]]


def _features(word: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Columns and signed weights of one word: itself, and its n-grams with half its weight."""
    marked = f"<{word[:_LONGEST]}>"
    grams = [marked[i : i + n] for n in _GRAMS for i in range(len(marked) - n + 1)]
    share = 0.5 / max(1, len(grams)) ** 0.5
    columns, weights = [], []
    for feature, weight in [(word, 1.0), *((gram, share) for gram in grams)]:
        bits = crc32(feature.encode("utf-8", "surrogatepass"))
        columns.append(bits % DIMS)
        weights.append(weight if bits & 0x80000000 else -weight)
    return tuple(columns), tuple(weights)


_known_features = lru_cache(maxsize=16_384)(_features)


def _vector(text: str, features: Features) -> Vectors:
    vector = np.zeros(DIMS, np.float32)
    found = [pair for word in words(fold(text)) for pair in zip(*features(word), strict=True)]
    if found:
        columns, weights = zip(*found, strict=True)
        vector[:] = np.bincount(columns, weights, DIMS)
        vector /= np.linalg.norm(vector) or 1.0
    return vector


class HashedEmbedder:
    """Unit vectors from hashed features; a text without words is the zero vector."""

    name = "hash:"
    fingerprint = f"hash-{DIMS}-1"
    dims = DIMS

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""
        vectors = np.zeros((len(texts), DIMS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = _vector(text, _known_features)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,); no word of it is remembered."""
        return _vector(text, _features)

    def check(self) -> str:
        """One sentence on whether it can work."""
        return f"The embedder hash: works; it has {DIMS} dimensions and needs no model."


def open_hashed(rest: str) -> HashedEmbedder:
    """The hashed embedder; `rest` is not used."""
    return HashedEmbedder()
