"""The question's words in the catalogue: where each stands, and how much a passage holds of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.reading import Catalogue
from explorer.text import forms

_BM25_CEILING = 2.2  # k1 + 1: what a word's BM25 score tends to, in units of its idf

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordMatch:
    """One word of the question in the catalogue: its weight, and the rows that hold it."""

    word: str
    idf: float
    rows: Ints
    shares: Floats
    """Per row BM25 over its upper bound, 0..1."""


def match_words(
    words: Sequence[str], lang: str, catalogue: Catalogue, total: int, rows: int
) -> tuple[WordMatch, ...]:
    """Each word with the passages that hold it or its stem, of `total` in a matrix of `rows`.

    A word the catalogue does not know keeps the highest weight there is: what is asked for and
    is not here must count against every record.
    """
    return tuple(_match(word, lang, catalogue, total, rows) for word in words)


def _match(word: str, lang: str, catalogue: Catalogue, total: int, rows: int) -> WordMatch:
    known = {form: n for form in forms(word, lang) if (n := catalogue.frequency(form))}
    best = np.zeros(rows, np.float32)
    for form, n in known.items():
        found, scores = catalogue.postings(form)
        np.maximum.at(best, found, scores / (_idf(n, total) * _BM25_CEILING))
    held = np.flatnonzero(best)
    return WordMatch(word, _idf(max(known.values(), default=0), total), held, best[held])


def _idf(frequency: int, total: int) -> float:
    """The idf of SQLite's BM25, never under 1e-6."""
    return max(1e-6, log((total - frequency + 0.5) / (frequency + 0.5)))


def coverage(matches: Sequence[WordMatch], rows: int) -> Floats:
    """Per row BM25 over the highest it could be for these words, 0..1."""
    covered = np.zeros(rows, np.float32)
    weight = sum(match.idf for match in matches)
    for match in matches:
        covered[match.rows] += match.shares * (match.idf / weight)
    return covered
