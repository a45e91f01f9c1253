"""Times that a question names: centuries, years, ranges, in every language of the Union."""

from collections.abc import Iterator

from explorer.dates import LANGUAGES, Span
from explorer.dates.spans import understood
from explorer.dates.words import Item, items_of, plain, tokens_of
from explorer.plan.reading import Reading

_LONGEST = 9  # words of a time: "between the 3rd and the 1st century BCE"
_MOST = 12  # words that may tell a time, looked at in one question
_ERA = 3  # words of an era: "before our era"
_TELLING = frozenset("nyCKDHE")  # kinds of words without which no time is told


def periods(
    reading: Reading, without: frozenset[int] = frozenset()
) -> Iterator[tuple[frozenset[int], Span]]:
    """The places and years of the times named, the longest first, none inside another.

    The words at the places `without` are something else: "room 6".
    """
    lang = reading.lang if reading.lang in LANGUAGES else ""
    anchors = [i for i in range(len(reading)) if _telling(reading, i, lang)]
    taken = set(without)
    anchors = anchors[:_MOST]
    for anchor in anchors:
        if anchor in taken or _is_age(reading, anchor, lang):
            continue
        for start, stop in _windows(anchor, len(reading)):
            if not taken.isdisjoint(range(start, stop)):
                continue
            joined = reading.at("and", "or") & set(range(start, stop))
            span = _span(reading.between(start, stop), lang, joined=bool(joined))
            if span:
                taken |= set(range(start, stop))
                yield frozenset(range(start, stop)), span
                break


def _span(text: str, lang: str, *, joined: bool) -> Span | None:
    """The years that words tell, every one of them a word of time: a name beside it is a place.

    Two times that are `joined` are one only between them: "the 17th and 19th centuries" are two.
    """
    items = items_of(list(tokens_of(plain(text))), lang)
    if any(item.kind in "ux" for item in items):
        return None
    between = any(item.kind in "Ww" for item in items)
    joined = joined and any(item.kind == "R" for item in items)  # not "twenty and first"
    return None if joined and not between else understood(items, "")


def _is_age(reading: Reading, place: int, lang: str) -> bool:
    """Whether the number at a place counts the years since, or of a life: "2000 years ago"."""
    text = reading.between(max(0, place - _ERA), min(place + _ERA + 1, len(reading)))
    return Item("x", 2) in items_of(list(tokens_of(plain(text))), lang)


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
        items = items_of(list(tokens_of(plain(told))), lang)
        if items and items[0].kind in _TELLING:
            return True
    return False


def says_after(reading: Reading, place: int) -> bool:
    """Whether a word means "after", of a time or of a maker."""
    lang = reading.lang if reading.lang in LANGUAGES else ""
    return any(i.kind == "A" for i in items_of(list(tokens_of(plain(reading.word(place)))), lang))
