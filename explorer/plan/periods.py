"""Times that a question names: centuries, years, ranges, in every language of the Union."""

from collections.abc import Iterator
from itertools import pairwise

from explorer.dates import LANGUAGES, Span
from explorer.dates.spans import understood
from explorer.dates.words import Item, items_of, plain, tokens_of
from explorer.plan.reading import Reading, listed

_LONGEST = 9  # words of a time: "between the 3rd and the 1st century BCE"
_MOST = 12  # words that may tell a time, looked at in one question
_ERA = 5  # words of an era: "before the birth of Christ"
_AGE = 3  # words beside a number that tells an age
_TENS = range(20, 100, 10)
_CUED = ("female", "male", "on-view", "not-on-view", "with-image", "without-image")
"""Cues whose words tell no time: "by men from the 1890s" is not until then."""
_TELLING = frozenset("nyCKDHE")  # kinds of words without which no time is told


def periods(
    reading: Reading, without: frozenset[int] = frozenset()
) -> Iterator[tuple[frozenset[int], Span]]:
    """The places and years of the times named, the longest first, none inside another.

    The words at the places `without` are something else: "room 6".
    """
    lang = reading.lang if reading.lang in LANGUAGES else ""
    anchors = [i for i in range(len(reading)) if _telling(reading, i, lang)]
    taken = without | {i for i in anchors if _is_age(reading, i, lang)} | reading.at(*_CUED)
    anchors = anchors[:_MOST]
    for anchor in anchors:
        if anchor in taken:
            continue
        for start, stop in _windows(anchor, len(reading)):
            if not taken.isdisjoint(range(start, stop)):
                continue
            items = _items(reading.between(start, stop), lang)
            if any(item.kind in "ux" for item in items):  # a name beside a time is a place
                continue
            if any(item.kind == "T" for item in items):  # a turn is around a year by itself
                items = [item for item in items if item.kind != "c"]
            told = _decades(items)
            if span := understood(told, "", joined=True):
                at = _at(reading, start, stop, lang)
                taken |= at
                if not _belongs(reading, items, lang):
                    yield at, span
                break
            apart = Item("R", 1) in items and Item("|") not in items
            if apart and understood(told, ""):  # "the 17th and 19th centuries"
                taken |= set(range(start, stop))
                break


def _items(text: str, lang: str) -> list[Item]:
    return items_of(list(tokens_of(plain(text))), lang)


def _belongs(reading: Reading, items: list[Item], lang: str) -> bool:
    """Whether "until" may be the word of a verb elsewhere: Swedish "hör dessa till 1600-talet"."""
    kinds = {item.kind for item in items}
    if "U" not in kinds or "b" in kinds:
        return False
    said = (_items(reading.word(place), lang) for place in range(len(reading)))
    return any(item.kind == "b" for told in said for item in told)


def _at(reading: Reading, start: int, stop: int, lang: str) -> frozenset[int]:
    """The places from `start` without the small words at the ends that say nothing of the time.

    Swedish "från 1600-talet är": "är" is no "år". Dutch "foto's uit 1920": the "s" is of "foto".
    """
    small, items = listed(reading.lang), _items(reading.between(start, stop), lang)
    while reading.folded[stop - 1] in small:
        if stop - 1 == start or _items(reading.between(start, stop - 1), lang) != items:
            break
        stop -= 1
    while len(reading.word(start)) == 1 and start + 1 < stop:
        if _items(reading.between(start + 1, stop), lang) != items:
            break
        start += 1
    return frozenset(range(start, stop))


def _decades(items: list[Item]) -> list[Item]:
    """The items, decades without a century as those of the 20th: "the thirties" are 1930-1939.

    From the twenties to the nineties; "30 years" are none, in no language.
    """
    numbers = [item for item in items if item.kind == "n"]
    if any(item.kind in "CKEMy" for item in items) or any(n.value >= 100 for n in numbers):
        return items
    pairs = list(pairwise(items))
    counts = [b for a, b in pairs if a.kind == "n" and b.kind == "D" and _counts(a, b)]
    named = any(a.kind + b.kind in ("nH", "nD", "Dn") for a, b in pairs)
    if counts or not named:
        return items
    return [Item("n", 1900 + n.value) if n in numbers and n.value in _TENS else n for n in items]


def _counts(number: Item, word: Item) -> bool:
    """Whether a word of years behind a number counts them: "30 Jahre", but "dreißiger Jahre"."""
    return word.value == 2 or (word.value == 1 and number.width > 0)


def _is_age(reading: Reading, place: int, lang: str) -> bool:
    """Whether the number at a place counts the years since, or of a life: "2000 years ago"."""
    if all(item.kind != "n" for item in _items(reading.word(place), lang)):
        return False
    text = reading.between(max(0, place - _AGE), min(place + _AGE + 1, len(reading)))
    return Item("x", 2) in _items(text, lang)


def _windows(anchor: int, total: int) -> Iterator[tuple[int, int]]:
    """The runs of words around a place, the longest first."""
    for length in range(min(_LONGEST, total), 0, -1):
        for start in range(max(0, anchor - length + 1), min(anchor, total - length) + 1):
            yield start, start + length


def _telling(reading: Reading, place: int, lang: str) -> bool:
    """Whether a time may be told at a place: by a number, a century, or the name of an era."""
    word = reading.word(place)
    if any(c.isdigit() for c in word):
        return True
    stop = min(place + _ERA, len(reading))
    for told in {word, reading.between(place, stop)}:
        items = _items(told, lang)
        if items and items[0].kind in _TELLING:
            return True
    return False


def says_after(reading: Reading, place: int) -> bool:
    """Whether a word means "after", of a time or of a maker."""
    lang = reading.lang if reading.lang in LANGUAGES else ""
    return any(i.kind == "A" for i in _items(reading.word(place), lang))
