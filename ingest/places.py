"""Coordinates of the places a record names, from vocabulary/places.tsv and CLDR's countries.

A point on a map cannot show a doubt: what is uncertain or means two places stays as words.
"""

import math
import re
from collections import defaultdict
from dataclasses import replace
from functools import cache, lru_cache
from itertools import dropwhile

from explorer.gazetteer import Known, named_places
from explorer.text import fold, words
from explorer.types import Place

_PARTS = re.compile(r"[,;()\[\]/|>]|\s[-–:]\s")
_ORDER = ("town", "island", "river", "region", "country")  # the narrowest first


def located(place: Place, langs: tuple[str, ...] = ()) -> Place:
    """The place with coordinates and country where its name is known, nothing else changed.

    Delivered coordinates stand, impossible ones go. `langs` are those of the record's words: they
    decide where a name means two places ("Monaco" in Italian is Munich as well, and then neither).
    "Delft, Nederland" and "Firenze (Toscana)" are one place, the narrowest, if all its parts are in
    one country; "Paris, London" is none. "Nürnberg (?)", "probably Paris" and any word the table
    does not have leave the place without coordinates, unless a country beside it agrees.
    """
    if impossible(place):
        place = replace(place, lat=None, lon=None)
    known = None if "?" in place.name else _known(place.name, langs)
    if known is None:
        return replace(place, country=place.country or _country(place.name, langs))
    country = known.country or place.country or _country(place.name, langs)
    told = replace(place, country=country, known=known.name)
    return told if place.lat is not None else replace(told, lat=known.lat, lon=known.lon)


def impossible(place: Place) -> bool:
    """Whether a place was delivered with coordinates that no place has."""
    if place.lat is None or place.lon is None:
        return place.lat is not place.lon
    lat, lon = place.lat, place.lon
    there = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return not there or (lat == 0 and lon == 0)


@lru_cache(maxsize=20_000)
def _known(name: str, langs: tuple[str, ...]) -> Known | None:
    """The one place that a name means, or None."""
    keys = list(dict.fromkeys(filter(None, map(_key, (name, *_PARTS.split(name))))))
    whole, parts = _meant(keys[0], langs) if keys else [], keys[1:]
    if whole or not parts:
        return whole[0] if len(whole) == 1 else None
    found = [_meant(part, langs) for part in parts]
    sure = {rows[0].country for rows in found if len(rows) == 1} - {""}
    if len(sure) != 1:
        return None
    found = [[row for row in rows if sure & set(row.countries)] for rows in found if rows]
    in_country = any(row.kind == "country" for rows in found for row in rows)
    if not all(len(rows) == 1 for rows in found) or (len(found) < len(parts) and not in_country):
        return None
    rows = {rows[0] for rows in found}
    if not _named_first(parts, found, langs):
        return None
    narrow = min(rows, key=lambda row: _ORDER.index(row.kind))
    return narrow if sum(row.kind == narrow.kind for row in rows) == 1 else None


@lru_cache(maxsize=20_000)
def _country(name: str, langs: tuple[str, ...]) -> str:
    """The country that parts of a name agree on, though no point is known: "Andes, Peru".

    What is near a place or probably there counts for its country.
    """
    if "?" in name:
        return ""
    countries = {
        row.country
        for part in _PARTS.split(name)
        for row in _meant(_key(part), langs) or _meant(_key(_proper(part)), langs)
    }
    countries.discard("")
    return countries.pop() if len(countries) == 1 else ""


def _proper(part: str) -> str:
    """A part of a name without the words before its first capital: "northern Peru"."""
    return " ".join(dropwhile(lambda word: word[:1].islower(), part.split()))


def _named_first(parts: list[str], found: list[list[Known]], langs: tuple[str, ...]) -> bool:
    """Whether the narrowest part is understood: not so "Kleinkleckersdorf, Germany"."""
    understood = [bool(_meant(part, langs)) for part in parts]
    return all(understood) or (
        (understood[0] or understood[-1]) and any(rows[0].kind != "country" for rows in found)
    )


def _meant(key: str, langs: tuple[str, ...]) -> list[Known]:
    """The places of this name; of those in the record's languages only, where there are any."""
    named = _names().get(key, {})
    own = {lang.partition("-")[0] for lang in langs} | {""}
    preferred = [row for row, spoken in named.items() if own & spoken]
    return preferred if preferred and langs else list(named)


@cache
def _names() -> dict[str, dict[Known, set[str]]]:
    """Folded names -> places -> the languages in which they are called so, "" for their own."""
    names: dict[str, dict[Known, set[str]]] = defaultdict(dict)
    for row, lang, name in named_places():
        if key := _key(name):
            names[key].setdefault(row, set()).add(lang)
    return dict(names)


def _key(name: str) -> str:
    return " ".join(words(fold(name)))
