"""Famous works that a question asks for: whether they are in this collection, or elsewhere."""

from explorer.catalogue.reading import Catalogue
from explorer.famous import Famous, famous
from explorer.plan.reading import Reading
from explorer.text import fold, words
from explorer.types import Record

_LONGEST = 8  # words of a name


def elsewhere(reading: Reading, catalogue: Catalogue) -> str:
    """The id of the famous work that the question names and no record is called by; "" for none."""
    return next((one.id for one in _named(reading) if not _titled(one, catalogue)), "")


def here(reading: Reading, catalogue: Catalogue) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ids of the objects that are the one famous work the question names, in any language;
    and the folded words that name it there.
    """
    own = [one for one in _named(reading) if one.maker]
    if len(own) != 1:
        return (), frozenset()
    records = catalogue.records(catalogue.keys(_titled(own[0], catalogue)))
    ids = tuple(r.id for r in records if r.kind == "object" and _is_by(r, own[0].maker))
    names = [name for name in own[0].names if name in _runs(reading)]
    return ids, frozenset(word for name in names for word in name)


def _titled(one: Famous, catalogue: Catalogue) -> list[str]:
    """The ids of the records that bear one of its names, the maker's name in it or not."""
    found: dict[str, None] = {}
    for name in one.names:
        told = {word for word in name if word not in one.maker and len(word) > 1} or set(name)
        for title, record_id in catalogue.titles_holding(max(told, key=len)):
            if told <= set(words(title)):
                found[record_id] = None
    return list(found)


def _is_by(record: Record, maker: tuple[str, ...]) -> bool:
    """Whether a maker of today is called so; of several works of a name one is the famous one."""
    names = {word for m in record.makers if m.status == "current" for word in words(fold(m.name))}
    return names.issuperset(maker)


def _named(reading: Reading) -> list[Famous]:
    runs = _runs(reading)
    return [one for one in famous().values() if not runs.isdisjoint(one.names)]


def _runs(reading: Reading) -> set[tuple[str, ...]]:
    """The words of the question, as many in a row as a name may have."""
    return {
        reading.folded[i:stop]
        for i in range(len(reading))
        for stop in range(i + 1, min(len(reading), i + _LONGEST) + 1)
    }
