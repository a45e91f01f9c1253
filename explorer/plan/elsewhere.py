"""Famous works that a question asks for, and that are not in this collection."""

from explorer.catalogue.reading import Catalogue
from explorer.famous import Famous, famous
from explorer.plan.reading import Reading
from explorer.text import words

_LONGEST = 8  # words of a name


def elsewhere(reading: Reading, catalogue: Catalogue) -> str:
    """The id of the famous work that the question names and no record is called by; "" for none."""
    return next((one.id for one in _named(reading) if not _held(one, catalogue)), "")


def _held(one: Famous, catalogue: Catalogue) -> bool:
    """Whether a record bears one of its names, the maker's name in it or not."""
    for name in one.names:
        told = {word for word in name if word not in one.maker and len(word) > 1} or set(name)
        titles = catalogue.titles_holding(max(told, key=len))
        if any(told <= set(words(title)) for title in titles):
            return True
    return False


def _named(reading: Reading) -> list[Famous]:
    runs = {
        reading.folded[i:stop]
        for i in range(len(reading))
        for stop in range(i + 1, min(len(reading), i + _LONGEST) + 1)
    }
    return [one for one in famous().values() if not runs.isdisjoint(one.names)]
