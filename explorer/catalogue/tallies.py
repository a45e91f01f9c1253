"""Counting over the whole collection: how many objects, in which groups, which comes first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.facets import TOLD_MAKER, Counted
from explorer.catalogue.reading import Catalogue, Keys
from explorer.catalogue.years import year_of
from explorer.concepts import continents, is_token, lineage, of_token, token
from explorer.countries import country_of
from explorer.types import SPANS, Filters, FilterValue, Group, Missing, Tally

OBJECTS: Mapping[str, str] = {"kind": "object"}
"""Texts are about what is counted, and are not counted."""

_ORDERS = {
    "oldest": ("date", "min(earliest)", "span", "kind = 'creation'"),
    "newest": ("date", "-max(latest)", "span", "kind = 'creation'"),
    "acquired-first": ("acquisition", "min(earliest)", "span", "kind = 'acquisition'"),
    "acquired-last": ("acquisition", "-max(latest)", "span", "kind = 'acquisition'"),
    "largest": ("measurement", "-side", "extent", "1"),
    "smallest": ("measurement", "side", "extent", "1"),
    "heaviest": ("weight", "-weight", "extent", "1"),
    "lightest": ("weight", "weight", "extent", "1"),
}  # what it is told by, what is least of the first, where it stands
_MOST = 200  # records that are named of a list; the total is of all
_TOUCHED = 400  # groups of years that one object may be in
_FACET = {"country": "place", "continent": "place"}
_PLACES = frozenset(("country", "continent", "place"))
_ALWAYS = frozenset(("kind", "has_image", "number", "source", "from", "to"))


def tally(catalogue: Catalogue, filters: Filters, by: str = "", order: str = "") -> Tally:
    """The objects that meet the filters, exactly: each once, however often a value is repeated.

    An object counts between two years if its creation may fall between them, and in every group
    its values lie in. What has no value for a filter, a group or an order is told as missing.
    """
    asked = {**filters, **OBJECTS}
    keys = catalogue.matching(asked)
    missing = [*_missing(catalogue, asked)]
    groups: tuple[Group, ...] = ()
    ties = 0
    first = keys
    if by:
        held, groups = _grouped(catalogue, keys, by)
        unknown = len(keys) - held
        if by == "maker":
            unknown = int((~np.isin(keys, _known(catalogue, by))).sum())
        missing.append(Missing(by, unknown, len(keys)))
    if order:
        first, ties = _ordered(catalogue, keys, order)
        missing.append(Missing(_ORDERS[order][0], len(keys) - len(first), len(keys)))
    else:
        first = _shown_first(catalogue, keys)
    return Tally(
        total=len(keys),
        keys=tuple(first[:_MOST].tolist()),
        missing=tuple(one for one in missing if one.count),
        outside=_outside(catalogue, keys, asked),
        groups=groups,
        ties=ties,
        labels=_labels(catalogue, filters),
    )


def _missing(catalogue: Catalogue, asked: Filters) -> Iterator[Missing]:
    """Per filter, of how many objects that meet the others it is not known whether they do."""
    names: dict[str, Sequence[str]] = {name: (name,) for name in asked if name not in _ALWAYS}
    if years := [name for name in ("from", "to") if name in asked]:
        names["date"] = years
    for name, own in names.items():
        keys = catalogue.matching({n: v for n, v in asked.items() if n not in own})
        known = catalogue.made[0] if name == "date" else _known(catalogue, name)
        yield Missing(name, int((~np.isin(keys, known)).sum()), len(keys))


def _labels(catalogue: Catalogue, filters: Filters) -> dict[str, str]:
    """What some record calls the values of the filters."""
    told: dict[str, str] = {}
    for name, given in filters.items():
        held = catalogue.counted(name)
        wanted = {str(value) for value in (given if isinstance(given, list) else [given])}
        pairs = zip(held.values, held.labels, strict=True) if held else ()
        told |= {v: label for v, label in pairs if v in wanted and not is_token(v)}
    return told


def _known(catalogue: Catalogue, name: str) -> Keys:
    held = catalogue.counted(TOLD_MAKER if name == "maker" else name)
    return held.records if held else np.empty(0, np.int64)


def _outside(catalogue: Catalogue, keys: Keys, asked: Filters) -> int:
    """How many of these may have been made outside the years asked for, as well as inside."""
    start, end = asked.get("from"), asked.get("to")
    if not isinstance(start, int) and not isinstance(end, int):
        return 0
    records, first, last = catalogue.made
    beyond = np.zeros(len(records), np.bool_)
    if isinstance(start, int):
        beyond |= first < start
    if isinstance(end, int):
        beyond |= last > end
    return int(np.isin(keys, records[beyond]).sum())


def whole_years(filters: Filters) -> dict[str, FilterValue]:
    """The filters, their years as numbers; WrongUse where one is none."""
    return {
        name: year_of(name, _only(value)) if name in ("from", "to") else value
        for name, value in filters.items()
    }


def _only(value: FilterValue) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _shown_first(catalogue: Catalogue, keys: Keys) -> Keys:
    """The keys, those that can be seen before others: with a picture, and on view."""
    seen = np.zeros(len(keys), np.int64)
    for name in ("has_image", "on_view"):
        held = catalogue.counted(name)
        seen += np.isin(keys, held.of({"true"})) if held else 0
    return keys[np.argsort(-seen, kind="stable")]


# --- which comes first


def _ordered(catalogue: Catalogue, keys: Keys, order: str) -> tuple[Keys, int]:
    """The keys that can be ordered, in order, and how many share the first place."""
    _, least, table, where = _ORDERS[order]
    rows = catalogue.rows(
        f"SELECT record, {least} AS least FROM {table} WHERE {where}"  # noqa: S608
        " GROUP BY record HAVING least IS NOT NULL ORDER BY least, record"
    )
    wanted = set(keys.tolist())
    ranked = [(key, value) for key, value in rows if key in wanted]
    ties = sum(value == ranked[0][1] for _, value in ranked) if ranked else 0
    return np.array([key for key, _ in ranked], np.int64), ties


# --- groups


def _grouped(catalogue: Catalogue, keys: Keys, by: str) -> tuple[int, tuple[Group, ...]]:
    """How many of these are in any group, and the groups: by time, or the largest first."""
    if by in SPANS:
        return _by_time(catalogue, keys, SPANS[by])
    held = catalogue.counted(_FACET.get(by, by))
    if held is None:
        return 0, ()
    inside = np.isin(held.records, keys)
    codes = np.bincount(held.codes[inside], minlength=len(held.values))
    kept = [i for i in np.argsort(-codes, kind="stable").tolist() if codes[i] and _is(held, i, by)]
    if by not in _PLACES:
        wider = _only_wider(held, kept, inside)
        kept = [i for i in kept if i not in wider]
    counted = inside & np.isin(held.codes, kept)
    groups = tuple(Group(held.labels[i], int(codes[i]), held.values[i]) for i in kept)
    return len(np.unique(held.records[counted])), groups


def _only_wider(held: Counted, kept: Sequence[int], inside: NDArray[np.bool_]) -> set[int]:
    """The concepts that every record bears for a narrower one's sake: metal, where all is brass."""
    among = {held.values[i]: i for i in kept if is_token(held.values[i])}
    narrower: dict[int, list[int]] = {}
    for value, i in among.items():
        concept = of_token(value)
        for wider in lineage(concept.id)[1:] if concept else ():
            if token(wider) in among:
                narrower.setdefault(among[token(wider)], []).append(i)
    return {
        i
        for i, own in narrower.items()
        if set(held.records[inside & (held.codes == i)].tolist())
        <= set(held.records[inside & np.isin(held.codes, own)].tolist())
    }


def _is(held: Counted, at: int, by: str) -> bool:
    """Whether a value is one that is grouped by: a country, a continent, or a place by its name."""
    value = held.values[at]
    match by:
        case "country":
            return bool(country_of(value))
        case "continent":
            return value in _continents()
        case "place":
            return not is_token(value)
    return True


def _continents() -> frozenset[str]:
    return frozenset(token(one) for one in continents().values())


def _by_time(catalogue: Catalogue, keys: Keys, size: int) -> tuple[int, tuple[Group, ...]]:
    records, first, last = catalogue.made
    own = np.isin(records, keys)
    counts: Counter[int] = Counter()
    touched: dict[int, set[int]] = {}
    for key, a, b in zip(
        records[own].tolist(), first[own].tolist(), last[own].tolist(), strict=True
    ):
        starts = range(_start(a, size), _start(b, size) + 1, size)
        touched.setdefault(key, set()).update(starts[:_TOUCHED])
    for groups_of in touched.values():
        counts.update(groups_of)
    groups = (Group(f"{start}/{start + size - 1}", n, str(start)) for start, n in counts.items())
    return len(touched), tuple(sorted(groups, key=lambda group: int(group.value)))


def _start(year: int, size: int) -> int:
    """The first year of the group: a century begins in 1601, a decade in 1600."""
    shift = 1 if size == SPANS["century"] else 0
    return (year - shift) // size * size + shift
