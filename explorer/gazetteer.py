"""Places of the world that records name (vocabulary/places.tsv), in the languages of Europe."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
    "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A row of places.tsv; a country has no name of its own there, for CLDR names it.

    What lies in several countries, as Silesia does, has no one `country`.
    """

    kind: str
    countries: tuple[str, ...]
    lat: float
    lon: float
    name: str

    @property
    def country(self) -> str:
        """The ISO 3166 code of the one country that it lies in, else ""."""
        return self.countries[0] if len(self.countries) == 1 else ""


def named_places() -> Iterator[tuple[Known, str, str]]:
    """(place, language, name) of every name; language "" for a place's own."""
    from babel import Locale

    territories = {lang: Locale.parse(lang).territories for lang in LANGUAGES}
    table = files("explorer.vocabulary").joinpath("places.tsv").read_text(encoding="utf-8")
    for line in table.splitlines()[1:]:
        kind, countries, lat, lon, name, others = line.split("\t")
        row = Known(kind, tuple(countries.split()), float(lat), float(lon), name)
        if name:
            yield row, "", name
        else:
            yield from ((row, lang, territories[lang].get(row.country, "")) for lang in LANGUAGES)
        for other in filter(None, others.split("|")):
            lang, _, said = other.partition("=")
            yield row, "" if lang == "mul" else lang, said


@cache
def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row, _, name in named_places():
        if row.name:
            found.setdefault(row.name, {})[name] = None
    return {own: tuple(names) for own, names in found.items()}


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    return {row.name: row.countries for row, _, _ in named_places() if row.name}


def countries_of(name: str) -> tuple[str, ...]:
    """The countries that a town, island or region of this own name lies in."""
    return _countries().get(name, ())


def names_of(name: str) -> tuple[str, ...]:
    """What a town, island or region of this own name is called in all languages."""
    return _names().get(name, ())
