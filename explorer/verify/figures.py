"""The numbers, times, measures and object numbers that a text tells, in whatever script."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from explorer.dates import LANGUAGES, Span
from explorer.dates.spans import understood
from explorer.dates.words import items_of, plain, tokens_of
from explorer.text import fold, number_key, tongue, word_spans
from explorer.verify.numerals import numerals

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’\s]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?")
_CODE = re.compile(r"\b[^\W\d_a-z]{2,6}(?:-[^\W\d_a-z]{1,3})?[-. ]?\d(?:[\d./-]*\d)?\b")
_ROMAN = re.compile("[IVXLCDM]+")
_SPACE = re.compile(r"[\s'’]")
RANGE = re.compile(r"\s*[-–—/]\s*")
"""What stands between the ends of a time."""

_BEFORE, _AFTER = 5, 4  # words of a time on either side of the word that tells it is one
_SHORTEST = 2  # figures of a year that is written short: 1665-68
_LONGEST_YEAR = 4
_UNIT = 5  # letters of a unit that no case changes
_UNITS = {
    "length-millimeter": 1.0, "length-centimeter": 10.0, "length-meter": 1000.0,
    "length-kilometer": 1e6, "mass-gram": 1.0, "mass-kilogram": 1000.0,
}  # fmt: skip
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at (start, end): the values it may have, of one of the dimensions with a unit."""

    start: int
    end: int
    values: frozenset[float]
    dimension: str = ""
    scale: float = 1.0

    def equals(self, other: "Figure") -> bool:
        """Whether both say the same; a number without a unit says any."""
        if self.dimension and other.dimension:
            own = {value * self.scale for value in self.values}
            told = {value * other.scale for value in other.values}
            alike = any(abs(a - b) <= _SAME * max(a, b) for a in own for b in told)
            return self.dimension == other.dimension and alike
        return not self.values.isdisjoint(other.values)


@dataclass(frozen=True, slots=True)
class Time:
    """A century, a decade or a part of one, at (start, end)."""

    start: int
    end: int
    earliest: int
    latest: int


def digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9, place for place."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else "–" if c in "−‒" else c for c in text
    )


def figures(text: str, lang: str) -> tuple[Figure, ...]:
    """The numbers written in digits, each with its unit; of "140 x 98 cm" both have one."""
    text = digits(text)
    found: list[Figure] = []
    for match in _NUMBER.finditer(text):
        unit = _unit(text, match.end(), lang)
        found.append(Figure(*match.span(), _values(match.group()), *unit))
    for place in range(len(found) - 2, -1, -1):
        one, after = found[place], found[place + 1]
        between = text[one.end : after.start].strip()
        if after.dimension and not one.dimension and between in ("x", "×", "X", "х", "-", "–"):
            found[place] = Figure(one.start, one.end, one.values, after.dimension, after.scale)
    return tuple(_with_short_years(text, found)) + tuple(_worded(text, lang))


def _worded(text: str, lang: str) -> Iterator[Figure]:
    """The numbers written in words."""
    spans = word_spans(text)
    folded = [fold(text[start:end]) for start, end in spans]
    for first, stop, value in numerals(folded, lang):
        end = spans[stop - 1][1]
        yield Figure(spans[first][0], end, frozenset({float(value)}), *_unit(text, end, lang))


def _with_short_years(text: str, found: list[Figure]) -> list[Figure]:
    """Of "1665-68" the second is 1668, too."""
    for place, (one, after) in enumerate(pairwise(found), 1):
        long, short = text[one.start : one.end], text[after.start : after.end]
        joined = RANGE.fullmatch(text[one.end : after.start])
        if joined and len(long) == _LONGEST_YEAR and len(short) == _SHORTEST and short.isdigit():
            values = after.values | {float(long[:-_SHORTEST] + short)}
            found[place] = Figure(after.start, after.end, values)
    return found


def _values(written: str) -> frozenset[float]:
    """What a number may be: 1.000 is one thousand or one."""
    bare = _SPACE.sub("", written)
    parts = re.split("[.,]", bare)
    if len(parts) == 1:
        return frozenset({float(bare)})
    grouped = all(len(part) == 3 for part in parts[1:])
    found = {float("".join(parts))} if grouped else set()
    if len(parts) == 2 or not grouped:
        found.add(float("".join(parts[:-1]) + "." + parts[-1]))
    return frozenset(found)


def _unit(text: str, end: int, lang: str) -> tuple[str, float]:
    """The dimension and scale of the unit that stands after a number."""
    match = re.match(r"[\s-]{0,2}([^\W\d_]+)", text[end : end + 24])
    if not match:
        return "", 1.0
    word = fold(match.group(1))
    if word == "m" and text[end + match.end() :][:1] == ".":
        return "", 1.0  # Lithuanian for year
    known = _units(tongue(lang))
    name = known.get(word) or (known.get(word[:_UNIT]) if len(word) > _UNIT else None)
    return (name.partition("-")[0], _UNITS[name]) if name else ("", 1.0)


@cache
def _units(lang: str) -> dict[str, str]:
    """Folded signs and first letters of words -> the unit, in a language and as all write it."""
    from babel import Locale, UnknownLocaleError
    from babel.units import format_unit

    found: dict[str, str] = {}
    for code in ("en", lang):
        try:
            Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
        for unit in _UNITS:
            for length, number in (
                ("short", 1),
                ("short", 5),
                ("long", 1),
                ("long", 2),
                ("long", 5),
            ):
                told = fold(format_unit(number, unit, length, locale=code))  # type: ignore[arg-type]
                for start, end in word_spans(told):
                    word = told[start:end]
                    if word.isalpha():
                        found[word] = unit
                        if len(word) >= _UNIT:
                            found.setdefault(word[:_UNIT], unit)
    return found


def object_numbers(text: str) -> list[tuple[int, int, str]]:
    """(start, end, key) of what is written as only object numbers are: MOS-K 216."""
    found = []
    for match in _CODE.finditer(digits(text)):
        letters = "".join(filter(str.isalpha, match.group()))
        if letters.isupper() and not _ROMAN.fullmatch(letters):
            found.append((*match.span(), number_key(match.group())))
    return found


def times(text: str, lang: str) -> tuple[Time, ...]:
    """The centuries, decades and eras told, the longest words first, none inside another."""
    text = digits(text)
    own = tongue(lang) if tongue(lang) in LANGUAGES else ""
    spans = word_spans(text)
    telling = [
        place
        for place, (start, end) in enumerate(spans)
        if _telling(text[start:end], own)
        or (place and text[start - 1] in "-‑" and _telling(text[spans[place - 1][0] : end], own))
    ]
    found: list[Time] = []
    for place in telling:
        start = spans[place][0]
        if not any(one.start <= start < one.end for one in found):
            found += _around(text, spans, place, own)
    return tuple(found)


def _telling(word: str, lang: str) -> bool:
    items = items_of(list(tokens_of(plain(word))), lang)
    return any(item.kind in "CKHDE" or (item.kind == "n" and item.width < 0) for item in items)


def _around(text: str, spans: list[tuple[int, int]], place: int, lang: str) -> list[Time]:
    """The time told by the longest run of words about a place, if any."""
    first, last = max(0, place - _BEFORE), min(len(spans), place + _AFTER)
    runs = [
        (start, stop)
        for start in range(first, place + 1)
        for stop in range(place + 1, last + 1)
        if stop - start <= _BEFORE + 1
    ]
    for start, stop in sorted(runs, key=lambda run: run[0] - run[1]):
        begin, end = spans[start][0], spans[stop - 1][1]
        items = items_of(list(tokens_of(plain(text[begin:end]))), lang)
        kinds = {item.kind for item in items}
        if kinds & set("ux|") or not (kinds & set("CKHD") or any(i.width < 0 for i in items)):
            continue
        span: Span | None = understood(items, "")
        if span and span.earliest is not None and span.latest is not None:
            return [Time(begin, end, span.earliest, span.latest)]
    return []
