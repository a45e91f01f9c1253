"""Numbers written in words, in the languages of the Union (vocabulary/numerals.tsv)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.text import fold, tongue

_LEAST = 2  # "one" is an article in most languages
_SHORTEST = 3  # letters of a part inside a longer word
_HUNDRED = 100
_TEN = 10


@dataclass(frozen=True, slots=True)
class _Numerals:
    """Of a language: whole words and parts of words with their values, beginnings, joints."""

    words: dict[str, int]
    open: dict[str, int]
    joints: frozenset[str]
    inside: frozenset[str]
    teens: frozenset[str]
    tens: bool
    """Whether ten stands behind what it multiplies, as in Finnish."""


def numerals(folded: Sequence[str], lang: str) -> tuple[tuple[int, int, int], ...]:
    """(first place, stop, value) of each number in words, from two up."""
    known = _numerals(tongue(lang))
    found: list[tuple[int, int, int]] = []
    place = 0
    while place < len(folded):
        values: list[int] = []
        stop = place
        while stop < len(folded):
            own = _parts(folded[stop], known)
            joined = values and folded[stop] in known.joints and stop + 1 < len(folded)
            if not own and joined and values[-1] >= _TEN * 2 and _parts(folded[stop + 1], known):
                stop += 1
                own = _parts(folded[stop], known)
            if not own or (values and not _follows(values, own)):
                break
            values += own
            stop += 1
        value = _value(values, tens=known.tens)
        if value >= _LEAST:
            found.append((place, stop, value))
        place = max(stop, place + 1)
    return tuple(found)


def _follows(values: Sequence[int], own: Sequence[int]) -> bool:
    """Whether a number goes on: twenty four, four hundred, hundred and four; not two three."""
    last, first = values[-1], own[0]
    score = last == 4 and first == 20
    teen = last == _TEN and 6 < first < _TEN
    return score or teen or first >= _HUNDRED or first == 0 or (last >= _TEN * 2 and first < last)


def _follows_inside(last: int, first: int, joint: str, *, tens: bool) -> bool:
    """Whether a part goes on in one word: six-teen, five-and-twenty; not the en-tré of Swedish."""
    turned = last < _TEN <= first and (bool(joint) or tens or first == _TEN)
    return _follows([last], [first]) or turned or first < _TEN <= last


def _value(values: Sequence[int], *, tens: bool) -> int:
    total = current = 0
    last = 0
    for value in values:
        if value == 0:  # Finnish "toista": ten more
            current += _TEN
        elif value >= _HUNDRED * _TEN:
            total += max(current, 1) * value
            current = 0
        elif value == _HUNDRED or (tens and value == _TEN and 1 < last < _TEN):
            current += max(last, 1) * value - (last if last < _TEN else 0)
            last = value
            continue
        elif value == 20 and last == 4:
            current += 76
        else:
            current += value
        last = value
    return total + current


def _parts(word: str, known: _Numerals) -> list[int]:
    """The values that a word is made of; none where it is no number."""
    if word in known.words:
        return [known.words[word]]
    for size in range(len(word), _SHORTEST - 1, -1):
        if word[:size] in known.open:
            return [known.open[word[:size]]]
    if word in known.teens:
        return [0]
    return _split(word, known) or []


def _split(word: str, known: _Numerals) -> list[int] | None:
    if not word:
        return []
    if word in known.teens:
        return [0]
    for size in range(len(word), 1, -1):
        head, rest = word[:size], word[size:]
        value = known.words.get(head)
        if value is None:
            continue
        for joint in ("", *known.inside):
            if rest.startswith(joint) and (not joint or len(rest) > len(joint)):
                others = _split(rest[len(joint) :], known)
                if others is not None and (
                    not others or _follows_inside(value, others[0], joint, tens=known.tens)
                ):
                    return [value, *others]
    return None


@cache
def _numerals(lang: str) -> _Numerals:
    table = files("explorer").joinpath("vocabulary", "numerals.tsv").read_text("utf-8")
    rows = dict(line.split("\t") for line in table.splitlines()[1:])
    plain: dict[str, int] = {}
    opened: dict[str, int] = {}
    marks: dict[str, set[str]] = {"+": set(), "~": set(), "10+": set(), "10x": set()}
    for cell in rows.get(lang, "").split():
        told, _, listed = cell.partition("=")
        for word in filter(None, map(fold, listed.split("|"))):
            if told in marks:
                marks[told].add(word)
            elif word.endswith("*"):
                opened[word[:-1]] = int(told)
            else:
                plain.setdefault(word, int(told))
    return _Numerals(
        plain, opened, frozenset(marks["+"]), frozenset(marks["~"]), frozenset(marks["10+"]),
        bool(marks["10x"]),
    )  # fmt: skip
