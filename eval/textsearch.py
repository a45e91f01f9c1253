"""Text search in memory: the coverage of retrieve, for pools of texts that no catalogue holds."""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.wordforms import index_forms
from explorer.plan import content_words
from explorer.retrieve.words import K1, TELLING, B
from explorer.text import fold, forms

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


_NONE: tuple[Ints, Floats] = (np.empty(0, np.int64), np.empty(0, np.float32))


class WordIndex:
    """Texts by what the word index holds of them, scored as `explorer.retrieve.words` scores them.

    Coverage is BM25 over its upper bound for the question: it orders as BM25 does, where how often
    a word stands in a text does not count.
    """

    def __init__(self, texts: Sequence[str], langs: Sequence[str]) -> None:
        counts = [_counted(text, lang) for text, lang in zip(texts, langs, strict=True)]
        self.total = len(counts)
        self._langs = np.array(list(langs), dtype=object)
        lengths = np.array([count.total() for count in counts], np.float32)
        norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        held: dict[str, list[int]] = {}
        for row, count in enumerate(counts):
            for form in count:
                held.setdefault(form, []).append(row)
        self._postings: dict[str, tuple[Ints, Floats]] = {
            form: (np.array(rows, np.int64), np.asarray(1 / (1 + norms[rows]), np.float32))
            for form, rows in held.items()
        }

    def frequency(self, form: str) -> int:
        """In how many texts a folded form stands."""
        return len(self._postings[form][0]) if form in self._postings else 0

    def _held(self, form: str, word: str, lang: str) -> tuple[Ints, Floats]:
        """The rows that hold a form; a short stem only where the question's language is spoken."""
        rows, shares = self._postings.get(form, _NONE)
        if form != fold(word) and len(form) < TELLING:
            spoken = self._langs[rows] == lang
            return rows[spoken], shares[spoken]
        return rows, shares

    def coverage(self, asked: Sequence[str], lang: str) -> Floats:
        """Per text BM25 over the highest it could be for these words, 0..1."""
        covered = np.zeros(self.total, np.float32)
        weight = 0.0
        for word in asked:
            known = [self._held(form, word, lang) for form in forms(word, lang)]
            known = [(rows, shares) for rows, shares in known if len(rows)]
            idf = self._idf(max((len(rows) for rows, _ in known), default=0))
            weight += idf
            if len(known) == 1:
                rows, shares = known[0]
                covered[rows] += idf * shares
            elif known:
                best = np.zeros(self.total, np.float32)
                for rows, shares in known:
                    best[rows] = np.maximum(best[rows], shares)
                covered += idf * best
        return covered / np.float32(weight) if weight else covered

    def matrix(self, questions: Sequence[str], lang: str) -> Floats:
        """The coverage of every text (column) for every question (row)."""
        asked = (content_words(question, lang) for question in questions)
        return np.stack([self.coverage(found, lang) for found in asked])

    def _idf(self, frequency: int) -> float:
        return max(1e-6, log((self.total - frequency + 0.5) / (frequency + 0.5)))


def _counted(text: str, lang: str) -> Counter[str]:
    return Counter(index_forms(text, lang))
