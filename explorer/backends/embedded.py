"""The embedder that ships with the explorer: a text is the sum of its pieces' vectors.

Pieces are cut as `tokenizers` cuts them, which keeps the words it meets and 100 MB beside.
"""

import gzip
import re
import threading
import zlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest, shake_256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from explorer.backends.protocols import Vectors
from explorer.errors import ExplorerError
from explorer.text import fold_to_latin

PIECES = "pieces.npy"
TOKENIZER = "tokenizer.json.gz"
MODEL = "model.json"
FOLDING = b"fold-1"  # of every fingerprint; another when split_words changes
SHIPPED = "static-256"
_BLOCK = 16_384  # pieces of one text that are added up at a time
_KNOWN_WORDS = 32_768
_LONGEST_KNOWN = 40  # letters; Chinese has no spaces, and a paragraph would be one word
_WORD = re.compile(r"\d+|[^\W\d_]+")
_DAMAGED = (OSError, EOFError, ValueError, LookupError, TypeError, zlib.error)

Cut = Callable[[str], tuple[int, ...]]


def split_words(text: str) -> list[str]:
    """The words of `text` as the model reads them, in training and here: folded to Latin letters,
    digits apart.
    """
    return _WORD.findall(fold_to_latin(text))


def read_model(folder: Path) -> dict[str, Any]:
    """What `model.json` says of the model in `folder`."""
    model: dict[str, Any] = orjson.loads((folder / MODEL).read_bytes())
    return model


def fingerprint_digits(folder: Path) -> str:
    """Twelve digits that are others whenever any vector of the model in `folder` would be."""
    with (folder / PIECES).open("rb") as pieces:
        digest = file_digest(pieces, "sha256")
    digest.update(gzip.decompress((folder / TOKENIZER).read_bytes()))
    digest.update(FOLDING)
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Unigram:
    """Pieces and the logarithms of their probabilities; a word is cut into the likeliest."""

    ids: dict[str, int]
    scores: "array[float]"
    strange: float
    """The score of a character that no piece writes."""
    longest: int

    def cut(self, word: str) -> tuple[int, ...]:
        """The pieces of one word of `split_words`; a character that none writes, as its number
        below zero.
        """
        size = end = len(word)
        best, came = [-np.inf] * (size + 1), [(0, 0)] * (size + 1)
        best[0] = 0.0
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(start + self.longest, size) + 1):
                piece = self.ids.get(word[start:end])
                if piece is not None:
                    score = here + self.scores[piece]
                elif end == start + 1:
                    score, piece = here + self.strange, -ord(word[start])
                else:
                    continue
                if score > best[end]:
                    best[end], came[end] = score, (start, piece)
        pieces: list[int] = []
        while end:
            end, piece = came[end]
            pieces.append(piece)
        return tuple(pieces[::-1])


def read_unigram(content: bytes) -> Unigram:
    """The Unigram in a file of `tokenizers`; ValueError or KeyError where it holds none."""
    model: dict[str, Any] = orjson.loads(content)["model"]
    if model["type"] != "Unigram" or model.get("byte_fallback"):
        raise ValueError("The tokenizer is no Unigram of whole characters.")
    ids = {piece: i for i, (piece, _) in enumerate(model["vocab"])}
    scores = array("d", (score for _, score in model["vocab"]))
    return Unigram(ids, scores, min(scores) - 10, max(map(len, ids)))  # as in `tokenizers`


def _remembering(cut: Cut) -> Cut:
    """`cut` that knows the words it cut last: for passages only."""
    known = lru_cache(maxsize=_KNOWN_WORDS)(cut)
    return lambda word: known(word) if len(word) <= _LONGEST_KNOWN else cut(word)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is loaded on first use; of the vectors, only the pages that are asked for."""

    cut: Cut
    known_cut: Cut
    vectors: NDArray[np.int8]
    scales: NDArray[np.float16]

    def vector(self, text: str, cut: Cut) -> Vectors:
        """The unit vector of `text`; the zero vector where it has no pieces."""
        found = np.array([piece for word in split_words(text) for piece in cut(word)], np.intp)
        pieces = found[found >= 0]
        total = _strange(-found[found < 0], self.vectors.shape[1])
        for i in range(0, len(pieces), _BLOCK):
            block = pieces[i : i + _BLOCK]
            scales = self.scales[block].astype(np.float32)
            total += scales @ self.vectors[block].astype(np.float32)
        total /= np.linalg.norm(total) or 1.0
        return total


def _strange(characters: NDArray[np.intp], dims: int) -> Vectors:
    """The sum of a unit vector for each character, drawn by its number alone.

    So that what is written in letters the model does not know is at least like itself.
    """
    total = np.zeros(dims, np.float32)
    for character, times in zip(*np.unique(characters, return_counts=True), strict=True):
        digest = shake_256(str(character).encode()).digest(-(-dims // 8))
        signs = np.unpackbits(np.frombuffer(digest, np.uint8), count=dims)
        total += np.float32(times / dims**0.5) * (2 * signs.astype(np.float32) - 1)
    return total


class StaticEmbedder:
    """Unit vectors from a folder of three files; all but `model.json` is read on first use."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._loaded: _Parts | None = None
        self.name = name
        try:
            model = read_model(folder)
            self.fingerprint, self.dims = str(model["fingerprint"]), int(model["dims"])
        except _DAMAGED as error:
            raise self._damaged(MODEL) from error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""
        parts = self._parts()
        vectors = np.zeros((len(texts), self.dims), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = parts.vector(text, parts.known_cut)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,); no word of it is remembered."""
        parts = self._parts()
        return parts.vector(text, parts.cut)

    def check(self) -> str:
        """One sentence on whether it can work; its files are read whole and compared."""
        parts = self._parts()
        if not self.fingerprint.endswith(f"-{fingerprint_digits(self.folder)}"):
            raise self._damaged(PIECES)
        return (
            f"The embedder {self.name} works; it has {self.dims} dimensions"
            f" and {len(parts.scales)} pieces."
        )

    def _parts(self) -> _Parts:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> _Parts:
        file = TOKENIZER
        try:
            unigram = read_unigram(gzip.decompress((self.folder / file).read_bytes()))
            file = PIECES
            pieces = np.asarray(np.load(self.folder / file, mmap_mode="r"))
            vectors, scales = pieces["vector"], pieces["scale"]
            if vectors.shape != (len(unigram.ids), self.dims):
                raise ValueError("The vectors are not those of the tokenizer's pieces.")
        except _DAMAGED as error:
            raise self._damaged(file) from error
        return _Parts(unigram.cut, _remembering(unigram.cut), vectors, scales)

    def _damaged(self, file: str) -> ExplorerError:
        return ExplorerError(
            f"The embedder's file {self.folder / file} is missing or damaged.",
            "Install collection-explorer again, or set embedded: with the folder of a model.",
        )


def open_static(rest: str) -> StaticEmbedder:
    """The embedder in the folder `rest`; the one that ships where `rest` is empty."""
    shipped = files("explorer").joinpath("models", SHIPPED)
    return StaticEmbedder(Path(rest or str(shipped)), f"embedded:{rest}")
