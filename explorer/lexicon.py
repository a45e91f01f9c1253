"""The table of words that mean the same in our languages, learnt from public translations.

English stems stand in the middle: a word of any language means some of them, each by a share.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.text import tongue

FOLDER = Path(str(files("explorer"))) / "models" / "lexicon"
TERM = 28
"""The longest word of the table, in bytes."""

_WHOLE = 255  # a share of all, as it is stored
_NEAR = 4  # neighbours in the order of the table that are looked at, on either side
_BEGINNING = 4  # letters that a word and its inflected form have in common at least
_MOST_OF = 0.6  # and which part of each


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
    if lang == "en" or not file.is_file():
        return None
    with np.load(file) as held:
        return _Table(held["terms"], held["starts"], held["pivots"], held["shares"])


def pivots(term: str, lang: str) -> list[tuple[str, float]]:
    """The English stems that a folded stem of `lang` means, with shares that sum to about 1."""
    if tongue(lang) == "en":
        return [(term, 1.0)]
    table, key = _table(tongue(lang)), term.encode()
    if table is None or len(key) > TERM:
        return []
    at = int(np.searchsorted(table.terms, np.bytes_(key)))
    if at == len(table.terms) or table.terms[at] != key:
        return []
    return _means(table, at)


def is_term(term: str, lang: str) -> bool:
    """Whether a folded stem is one of the language's words, as far as the table goes."""
    if tongue(lang) != "en":
        return bool(pivots(term, lang))
    at = int(np.searchsorted(_english(), np.bytes_(term.encode()[:TERM])))
    return at < len(_english()) and bool(_english()[at] == np.bytes_(term.encode()[:TERM]))


def kindred(term: str, lang: str) -> list[tuple[str, float]]:
    """What the words mean that begin as an unknown one does: inflected forms, as like as not.

    Those with the longest beginning in common, which has to be most of both.
    """
    table, key = _table(tongue(lang)), term.encode()
    if table is None or len(key) > TERM:
        return []
    at = int(np.searchsorted(table.terms, np.bytes_(key)))
    near = [
        (_common(term, table.terms[i].decode()), i)
        for i in range(max(0, at - _NEAR), min(at + _NEAR, len(table.terms)))
    ]
    longest = max((common for common, _ in near), default=0)
    if longest < max(_BEGINNING, _MOST_OF * len(term)):
        return []
    found: dict[str, float] = {}
    own = [
        i
        for common, i in near
        if common == longest and len(table.terms[i].decode()) <= longest / _MOST_OF
    ]
    for i in own:
        for pivot, share in _means(table, i):
            found[pivot] = found.get(pivot, 0.0) + share / len(own)
    return sorted(found.items(), key=lambda pair: -pair[1])


def _common(one: str, other: str) -> int:
    """How many letters two words begin with together."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _means(table: _Table, at: int) -> list[tuple[str, float]]:
    english = _english()
    return [
        (english[table.pivots[i]].decode(), float(table.shares[i]) / _WHOLE)
        for i in range(table.starts[at], table.starts[at + 1])
    ]
