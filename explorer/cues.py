"""Cues: the words by which visitors say what they want, in each language (vocabulary/cues/).

A cue's pattern is words in a row; `paint*` begins so, `…` stands for a few words of any kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.text import fold, tongue, words

_GAP = 8
"""Words that a gap may stand for."""


@dataclass(frozen=True, slots=True)
class Cued:
    """A cue that the words at these places of a question give."""

    cue: str
    at: frozenset[int]

    @property
    def start(self) -> int:
        """The place of its first word."""
        return min(self.at)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a pattern; `open` at its end where it may go on, None for a gap."""

    letters: str
    open: bool = False

    def fits(self, word: str) -> bool:
        return word.startswith(self.letters) if self.open else word == self.letters


_Pattern = tuple[_Word | None, ...]


def cues_of(folded: Sequence[str], lang: str) -> tuple[Cued, ...]:
    """The cues that folded words of a question in `lang` give, none inside a longer one."""
    closed, opened = _patterns(tongue(lang))
    found: dict[tuple[str, frozenset[int]], Cued] = {}
    for i, word in enumerate(folded):
        tried = list(closed.get(word, ()))
        for size in range(2, len(word) + 1):
            tried += opened.get(word[:size], ())
        for cue, pattern in tried:
            for at in _matched(pattern[1:], folded, i + 1):
                places = frozenset((i, *at))
                found[cue, places] = Cued(cue, places)
                break
    every = list(found.values())
    return tuple(one for one in every if not any(one.at < other.at for other in every))


@cache
def cue_words(lang: str) -> frozenset[str]:
    """The folded words that stand whole in the patterns of a language."""
    return frozenset(
        word.letters
        for index in _patterns(tongue(lang))
        for several in index.values()
        for _, pattern in several
        for word in pattern
        if word is not None and not word.open
    )


def _matched(pattern: _Pattern, folded: Sequence[str], i: int) -> Iterator[tuple[int, ...]]:
    """The places of the words of a pattern from place `i` on, the narrowest first."""
    if not pattern:
        yield ()
        return
    first, rest = pattern[0], pattern[1:]
    if first is None:
        for skipped in range(_GAP + 1):
            yield from _matched(rest, folded, i + skipped)
    elif i < len(folded) and first.fits(folded[i]):
        yield from ((i, *at) for at in _matched(rest, folded, i + 1))


_Index = dict[str, list[tuple[str, _Pattern]]]


@cache
def _patterns(lang: str) -> tuple[_Index, _Index]:
    """The patterns of a language by their first word: those that are whole, those that go on."""
    table = files("explorer").joinpath("vocabulary", "cues", f"{lang}.tsv")
    closed: _Index = {}
    opened: _Index = {}
    if not table.is_file():
        return closed, opened
    for line in table.read_text("utf-8").splitlines()[1:]:
        cue, _, patterns = line.partition("\t")
        for told in filter(None, map(str.strip, patterns.split("|"))):
            pattern = _compiled(told)
            first = pattern[0]
            assert first is not None, f"{lang}: {told} begins with a gap"
            (opened if first.open else closed).setdefault(first.letters, []).append((cue, pattern))
    return closed, opened


def _compiled(told: str) -> _Pattern:
    made: list[_Word | None] = []
    for part in told.split():
        if part == "…":
            made.append(None)
            continue
        own = words(fold(part))
        goes_on = part.endswith("*")
        made += [_Word(word, goes_on and i == len(own)) for i, word in enumerate(own, 1)]
    return tuple(made)
