"""Likeness: how near the question's words come, one by one, to words of a record's composed line.

It holds across languages, where an embedder knows single words, and speaks for a record as a word
they share does, only less.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from explorer.backends.protocols import Embedder
from explorer.retrieve.words import Floats, WordMatch
from explorer.text import fold, words

_CHANCE = 0.2  # cosine that any two words may reach
_LETTERS = 3  # of the shortest word that is compared
_KNOWN = 8_192  # words of the collection whose vectors are kept
_KNOWN_LINES = 4_096


@dataclass(frozen=True, slots=True)
class Alike:
    """The word of a record nearest to one of the question's, and how near: 0 by chance, 1 same."""

    word: str
    share: float


Likeness = Mapping[str, Alike]
"""The question's words -> what a record has that is like them."""


def likenesses(
    matches: Sequence[WordMatch], lines: Sequence[str], embedder: Embedder
) -> list[Likeness]:
    """Per line what it has that is like the question's words; numbers are like nothing."""
    asked = [match.word for match in matches if _compared(match.word)]
    told = [_told(line) for line in lines]
    every = {word: i for i, word in enumerate(dict.fromkeys(w for line in told for w in line))}
    if not asked or not every:
        return [{} for _ in lines]
    questions = np.stack([embedder.embed_query(word) for word in asked])
    backend = cast(Hashable, embedder)  # by what it is: a protocol does not say it hashes
    cosines = questions @ np.stack([_vector(backend, word) for word in every]).T
    shares = ((cosines - _CHANCE) / (1 - _CHANCE)).clip(0, 1)
    return [_likeness(asked, line, shares[:, [every[w] for w in line]]) for line in told]


def _likeness(asked: Sequence[str], told: Sequence[str], shares: Floats) -> Likeness:
    """The word of a line nearest to each word asked; `shares` is asked x told."""
    if not told:
        return {}
    nearest = shares.argmax(axis=1).tolist()
    return {
        word: Alike(told[at], share)
        for word, at, share in zip(asked, nearest, shares.max(axis=1).tolist(), strict=True)
        if share
    }


def _compared(word: str) -> bool:
    return word.isalpha() and (len(word) >= _LETTERS or not word.isascii())


@lru_cache(maxsize=_KNOWN_LINES)
def _told(line: str) -> tuple[str, ...]:
    """The words of a composed line that are compared, each once."""
    return tuple(dict.fromkeys(fold(word) for word in words(line) if _compared(word)))


@lru_cache(maxsize=_KNOWN)
def _vector(embedder: Any, word: str) -> Floats:
    """The vector of a word of the collection; a visitor's words are not remembered."""
    vectors: Floats = embedder.embed_passages([word])
    return np.asarray(vectors[0], np.float32)


def liked(matches: Sequence[WordMatch], likeness: Likeness) -> float:
    """The share of the question's words, by weight, that the record has something like: 0..1."""
    weight = sum(match.idf for match in matches)
    like = sum(m.idf * likeness[m.word].share for m in matches if m.word in likeness)
    return like / weight if weight else 0.0
