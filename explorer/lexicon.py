"""The table of words that mean the same in our languages, learnt from public translations.

English stems stand in the middle: a word of any language means some of them, each by a share.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(str(files("explorer"))) / "models" / "lexicon"
TERM = 28
"""The longest word of the table, in bytes."""

_WHOLE = 255  # a share of all, as it is stored


@dataclass(frozen=True, slots=True)
class _Table:
    """One language: its terms in the order of their bytes, and each one's pivots and shares."""

    terms: NDArray[np.bytes_]
    starts: NDArray[np.int32]
    pivots: NDArray[np.int32]
    shares: NDArray[np.uint8]


@cache
def _english() -> NDArray[np.bytes_]:
    with np.load(FOLDER / "en.npz") as held:
        return np.asarray(held["terms"])


@cache
def _table(lang: str) -> _Table | None:
    file = FOLDER / f"{lang}.npz"
    if not file.is_file():
        return None
    with np.load(file) as held:
        return _Table(held["terms"], held["starts"], held["pivots"], held["shares"])


def pivots(term: str, lang: str) -> list[tuple[str, float]]:
    """The English stems that a folded stem of `lang` means, with shares that sum to about 1."""
    code = lang.partition("-")[0]
    if code == "en":
        return [(term, 1.0)]
    table, key = _table(code), term.encode()
    if table is None or len(key) > TERM:
        return []
    at = int(np.searchsorted(table.terms, np.bytes_(key)))
    if at == len(table.terms) or table.terms[at] != key:
        return []
    english = _english()
    return [
        (english[table.pivots[i]].decode(), float(table.shares[i]) / _WHOLE)
        for i in range(table.starts[at], table.starts[at + 1])
    ]
