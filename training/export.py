"""The shipped files: int8 vectors with a scale per piece, the tokenizer, and what they are."""

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.backends.embedded import MODEL, PIECES, TOKENIZER, fingerprint_digits

LICENCE = "CC-BY-SA-4.0"
_UNKNOWN = 0  # piece of what no piece writes: it says nothing


def quantise(table: NDArray[np.float32]) -> NDArray[np.void]:
    """The rows of `table` as int8 and a float16 scale: row = vector * scale."""
    rows = np.zeros(len(table), [("scale", "<f2"), ("vector", "i1", (table.shape[1],))])
    largest = np.abs(table).max(axis=1)
    rows["scale"] = np.maximum(largest / 127, 1e-6)
    steps = np.rint(table / rows["scale"].astype(np.float32)[:, None])
    rows["vector"] = np.clip(steps, -127, 127)
    rows[_UNKNOWN] = 0
    return rows


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(table: NDArray[np.float32], tokenizer_json: str, folder: Path) -> str:
    """The fingerprint of the model written to `folder`; the same input gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / PIECES, quantise(table))
    compact = json.dumps(json.loads(tokenizer_json), ensure_ascii=False, separators=(",", ":"))
    (folder / TOKENIZER).write_bytes(gzip.compress(compact.encode(), 9, mtime=0))
    name = f"static-{table.shape[1]}"
    fingerprint = f"{name}-{fingerprint_digits(folder)}"
    told = {
        "name": name,
        "fingerprint": fingerprint,
        "dims": table.shape[1],
        "pieces": len(table),
        "licence": LICENCE,
        "pieces_sha256": _sha256(folder / PIECES),
        "tokenizer_sha256": _sha256(folder / TOKENIZER),
    }
    (folder / MODEL).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return fingerprint
