"""Coordinates of the places a record names, from vocabulary/places.tsv and CLDR's countries.

A point on a map cannot show a doubt: what is uncertain or means two places stays as words.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from explorer.text import fold, words
from explorer.types import Place

LANGUAGES = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
    "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip

_PARTS = re.compile(r"[,;()\[\]/|>]|\s[-–:]\s")
_ORDER = ("town", "island", "river", "region", "country")  # the narrowest first


@dataclass(frozen=True, slots=True)
class _Known:
    """A row of places.tsv."""

    kind: str
    country: str
    lat: float
    lon: float
    name: str


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
        return place
    if place.lat is not None:
        return replace(place, country=known.country)
    return replace(place, lat=known.lat, lon=known.lon, country=known.country)


def impossible(place: Place) -> bool:
    """Whether a place was delivered with coordinates that no place has."""
    if place.lat is None or place.lon is None:
        return place.lat is not place.lon
    lat, lon = place.lat, place.lon
    there = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return not there or (lat == 0 and lon == 0)


@lru_cache(maxsize=20_000)
def _known(name: str, langs: tuple[str, ...]) -> _Known | None:
    """The one place that a name means, or None."""
    keys = list(dict.fromkeys(filter(None, map(_key, (name, *_PARTS.split(name))))))
    whole, parts = _meant(keys[0], langs) if keys else [], keys[1:]
    if whole or not parts:
        return whole[0] if len(whole) == 1 else None
    found = [_meant(part, langs) for part in parts]
    sure = {rows[0].country for rows in found if len(rows) == 1}
    if len(sure) != 1:
        return None
    found = [[row for row in rows if row.country in sure] for rows in found if rows]
    in_country = any(row.kind == "country" for rows in found for row in rows)
    if not all(len(rows) == 1 for rows in found) or (len(found) < len(parts) and not in_country):
        return None
    rows = {rows[0] for rows in found}
    if not _named_first(parts, found, langs):
        return None
    narrow = min(rows, key=lambda row: _ORDER.index(row.kind))
    return narrow if sum(row.kind == narrow.kind for row in rows) == 1 else None


def _named_first(parts: list[str], found: list[list[_Known]], langs: tuple[str, ...]) -> bool:
    """Whether the narrowest part is understood: not so "Kleinkleckersdorf, Germany"."""
    understood = [bool(_meant(part, langs)) for part in parts]
    return all(understood) or (
        (understood[0] or understood[-1]) and any(rows[0].kind != "country" for rows in found)
    )


def _meant(key: str, langs: tuple[str, ...]) -> list[_Known]:
    """The places of this name; of those in the record's languages only, where there are any."""
    named = _names().get(key, {})
    own = {lang.partition("-")[0] for lang in langs} | {""}
    preferred = [row for row, spoken in named.items() if own & spoken]
    return preferred if preferred and langs else list(named)


@cache
def _names() -> dict[str, dict[_Known, set[str]]]:
    """Folded names -> places -> the languages in which they are called so, "" for their own."""
    names: dict[str, dict[_Known, set[str]]] = defaultdict(dict)
    for row, lang, name in _rows():
        if key := _key(name):
            names[key].setdefault(row, set()).add(lang)
    return dict(names)


def _rows() -> Iterator[tuple[_Known, str, str]]:
    from babel import Locale

    territories = {lang: Locale.parse(lang).territories for lang in LANGUAGES}
    table = files("explorer.vocabulary").joinpath("places.tsv").read_text(encoding="utf-8")
    for line in table.splitlines()[1:]:
        kind, country, lat, lon, name, others = line.split("\t")
        row = _Known(kind, country, float(lat), float(lon), name)
        if name:
            yield row, "", name
        else:
            yield from ((row, lang, territories[lang].get(country, "")) for lang in LANGUAGES)
        for other in filter(None, others.split("|")):
            lang, _, said = other.partition("=")
            yield row, "" if lang == "mul" else lang, said


def _key(name: str) -> str:
    return " ".join(words(fold(name)))
