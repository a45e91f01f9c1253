"""The question's words in the catalogue: where each stands, and how much a passage holds of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from explorer.bridge import Expansion, expansions
from explorer.catalogue.generation import Generation
from explorer.text import forms
from explorer.types import Naming

K1, B = 0.9, 0.4
"""BM25's parameters, as Anserini has them; how often a word stands in a passage does not count."""

TELLING = 6  # letters of a stem that is looked for in every language

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Met:
    """What stands for a word of the question, and the rows that hold it."""

    expansion: Expansion
    rows: Ints
    shares: Floats
    """Per row BM25 over its upper bound, times what it stands for: 0..1."""


@dataclass(frozen=True, slots=True)
class WordMatch:
    """One word of the question in the catalogue: its weight, and the rows that hold it."""

    word: str
    idf: float
    rows: Ints
    shares: Floats
    """Per row BM25 over its upper bound, 0..1."""
    met: tuple[Met, ...] = ()


def match_words(
    words: Sequence[str], lang: str, generation: Generation, *, bridged: bool = True
) -> tuple[WordMatch, ...]:
    """Each word with the passages that hold it or its stem, and those it reaches over the bridge.

    A word the catalogue does not know, nor anything that stands for it, keeps the highest weight
    there is: what is asked for and is not here must count against every record.
    """
    found = expansions(words, lang, generation.catalogue) if bridged else [()] * len(words)
    return tuple(
        _match(word, lang, own, generation) for word, own in zip(words, found, strict=True)
    )


def with_names(
    matches: Sequence[WordMatch],
    named: Mapping[str, tuple[Naming, Sequence[str]]],
    generation: Generation,
) -> tuple[WordMatch, ...]:
    """The matches, words that name makers and places met by all that is theirs or from there."""
    return tuple(
        replace(match, met=(*match.met, *_bearing(*named[match.word], generation)))
        if match.word in named
        else match
        for match in matches
    )


def _bearing(name: Naming, values: Sequence[str], generation: Generation) -> Iterator[Met]:
    for value in values:
        bearing = np.zeros(int(generation.row_records.max(initial=0)) + 1, np.bool_)
        bearing[generation.catalogue.matching({name: [value]})] = True
        rows = np.flatnonzero(bearing[generation.row_records])
        yield Met(Expansion(value, 1.0, name), rows, np.ones(len(rows), np.float32))


def _match(word: str, lang: str, found: Sequence[Expansion], generation: Generation) -> WordMatch:
    best = np.zeros(generation.manifest.rows, np.float32)
    often = 0
    plain, *stems = forms(word, lang)
    for form in (plain, *stems):
        rows, shares = _postings(form, generation)
        if form in stems and len(form) < TELLING:  # Swedish "monet" is no French "mon"
            rows, shares = _spoken(lang, rows, shares, generation)
        best[rows] = np.maximum(best[rows], shares)
        often = max(often, len(rows))
    held = np.flatnonzero(best)
    met = tuple(one for e in found if len((one := _meet(e, generation)).rows))
    often = max([often, *(round(one.expansion.share * len(one.rows)) for one in met)])
    idf = _idf(often, generation.manifest.passages)
    return WordMatch(word, idf, held, best[held], met)


def _postings(form: str, generation: Generation) -> tuple[Ints, Floats]:
    """The rows that hold a form, and its BM25 there over what it tends to: long ones have less."""
    rows = generation.catalogue.postings(form)
    shares = 1 / (1 + K1 * (1 - B + B * generation.row_lengths[rows]))
    return rows, np.asarray(shares, np.float32)


def _meet(expansion: Expansion, generation: Generation) -> Met:
    """Where an expansion stands in passages of its language."""
    rows, shares = _postings(expansion.form, generation)
    if expansion.lang:
        rows, shares = _spoken(expansion.lang, rows, shares, generation)
    return Met(expansion, rows, np.asarray(shares * expansion.share, np.float32))


def _spoken(lang: str, rows: Ints, shares: Floats, generation: Generation) -> tuple[Ints, Floats]:
    """Those of the rows that are in a language."""
    own = generation.row_languages.get(lang)
    kept = own[rows] if own is not None else np.zeros(len(rows), np.bool_)
    return rows[kept], shares[kept]


def _idf(frequency: int, total: int) -> float:
    """The idf of BM25, never under 1e-6."""
    return max(1e-6, log((total - frequency + 0.5) / (frequency + 0.5)))


def coverage(matches: Sequence[WordMatch], rows: int) -> Floats:
    """Per row BM25 over the highest it could be for these words, 0..1."""
    covered = np.zeros(rows, np.float32)
    weight = sum(match.idf for match in matches)
    for match in matches:
        covered[match.rows] += match.shares * (match.idf / weight)
    return covered


def reach(matches: Sequence[WordMatch], rows: int) -> Floats:
    """The coverage where each word counts in whatever stands for it most, 0..1."""
    reached = np.zeros(rows, np.float32)
    weight = sum(match.idf for match in matches)
    for match in matches:
        best = np.zeros(rows, np.float32)
        best[match.rows] = match.shares
        for met in match.met:
            best[met.rows] = np.maximum(best[met.rows], met.shares)
        reached += best * np.float32(match.idf / weight)
    return reached
