"""Famous works that a question asks for, and that are not in this collection."""

from explorer.catalogue.reading import Catalogue
from explorer.famous import Famous, famous
from explorer.plan.reading import Reading
from explorer.text import words

_LONGEST = 8  # words of a name


def elsewhere(reading: Reading, catalogue: Catalogue) -> str:
    """The id of the famous work that the question names and no record is called by; "" for none."""
    for one in _named(reading):
        held = {title for name in one.names for title in catalogue.titles_holding(name[-1])}
        titles = [set(words(title)) for title in held]
        if not any(set(name) <= title for name in one.names for title in titles):
            return one.id
    return ""


def _named(reading: Reading) -> list[Famous]:
    runs = {
        reading.folded[i:stop]
        for i in range(len(reading))
        for stop in range(i + 1, min(len(reading), i + _LONGEST) + 1)
    }
    return [one for one in famous().values() if not runs.isdisjoint(one.names)]
