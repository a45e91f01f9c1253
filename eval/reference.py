"""The reference embedder, which a new one is measured against: `reference:` names it."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.backends.protocols import Embedder, Vectors
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.errors import ExplorerError

SPEC = "reference:"
VECTORS, TOKENIZER = "reference-static-256-int8.npz", "reference-tokenizer.json.gz"
_BLOCK = 256


class ReferenceEmbedder:
    """A text is the sum of its pieces' vectors, q * scale, as a unit vector."""

    name = SPEC
    fingerprint = "reference-static-256-int8"

    def __init__(self, tokenizer: Any, quantised: NDArray[np.int8], scale: Vectors) -> None:
        self._tokenizer, self._quantised, self._scale = tokenizer, quantised, scale
        self.dims = quantised.shape[1]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """A float32 array of shape (len(texts), dims)."""
        vectors = np.zeros((len(texts), self.dims), np.float32)
        for start in range(0, len(texts), _BLOCK):
            block = list(texts[start : start + _BLOCK])
            for row, encoded in enumerate(self._tokenizer.encode_batch(block), start):
                vectors[row] = self._vector(encoded.ids)
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """A float32 array of shape (dims,)."""
        return self._vector(self._tokenizer.encode(text).ids)

    def check(self) -> str:
        """One sentence on whether it can work."""
        return "The reference embedder works."

    def _vector(self, pieces: Sequence[int]) -> Vectors:
        ids = np.array(pieces or [0])
        total = self._scale[ids] @ self._quantised[ids].astype(np.float32)
        return np.asarray(total / (np.linalg.norm(total) or 1.0), np.float32)


def open_reference(folder: Path) -> ReferenceEmbedder | None:
    """The reference embedder in `folder`; None where its files are not there."""
    from tokenizers import Tokenizer

    if not all((folder / name).is_file() for name in (VECTORS, TOKENIZER)):
        return None
    with np.load(folder / VECTORS) as held:
        quantised, scale = held["q"], held["scale"].astype(np.float32)
    content = gzip.decompress((folder / TOKENIZER).read_bytes())
    return ReferenceEmbedder(Tokenizer.from_str(content.decode()), quantised, scale)


def open_embedder(spec: str, folder: Path) -> Embedder:
    """The embedder that `spec` names, which may be the reference one in `folder`."""
    if spec != SPEC:
        backend: Embedder = open_backend(EMBEDDERS, spec)
        return backend
    reference = open_reference(folder)
    if reference is None:
        raise ExplorerError(
            "The reference embedder is not here.", f"Put {VECTORS} and {TOKENIZER} into {folder}."
        )
    return reference
