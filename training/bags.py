"""Texts as bags of words, words as bags of pieces: one array of numbers, and where each begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from explorer.backends.embedded import split_words

_BLOCK = 100_000

Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bags:
    """`members[starts[i] : starts[i + 1]]` are the members of bag i."""

    members: Rows
    starts: NDArray[np.int64]

    def of(self, bags: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """The members of `bags`, one bag after the other, and how many each has."""
        counts = self.starts[bags + 1] - self.starts[bags]
        ends = np.cumsum(counts)
        last = int(ends[-1]) if len(ends) else 0
        return self.members[
            np.arange(last) + np.repeat(self.starts[bags] - (ends - counts), counts)
        ], counts


def _bags(found: Sequence[Sequence[int]]) -> Bags:
    counts = np.fromiter((len(members) for members in found), np.int64, len(found))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    members = np.fromiter((m for members in found for m in members), np.int32, int(starts[-1]))
    return Bags(members, starts)


def words_of(texts: Sequence[str]) -> tuple[list[str], Bags]:
    """Every word of `texts` once, and each text as rows of that list."""
    rows: dict[str, int] = {}
    bags = _bags([[rows.setdefault(w, len(rows)) for w in split_words(t)] for t in texts])
    return list(rows), bags


def cut_words(tokenizers: Sequence[Tokenizer], words: Sequence[str]) -> Bags:
    """The pieces of every word, as each tokenizer in turn cuts it: word w as the k-th cuts it is
    bag `k * len(words) + w`.
    """
    found: list[list[int]] = []
    for tokenizer in tokenizers:
        for start in range(0, len(words), _BLOCK):
            block = tokenizer.encode_batch_fast(list(words[start : start + _BLOCK]))
            found.extend(encoding.ids or [0] for encoding in block)
    return _bags(found)
