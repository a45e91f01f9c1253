"""Countries: how they stand among the values of a facet, and what they are called."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from explorer.text import beginning, fold, tongue, words

_KEPT = 5  # letters of a name that no case changes
_ENDING = 2  # letters of a name that a case may change
_CODE = 2  # letters of ISO 3166; no concept has so short a name
_UNBENT = frozenset(("da", "de", "en", "es", "fr", "it", "nb", "nl", "pt", "sv"))
"""Languages in which a country's name has no cases but the genitive."""


def country_token(code: str) -> str:
    """How the country with this ISO 3166 code stands among places."""
    return f"#{code.lower()}"


def country_of(value: str) -> str:
    """The ISO 3166 code of the country that stands so among places; "" for other values."""
    code = value.removeprefix("#").upper()
    return code if value.startswith("#") and len(code) == _CODE else ""


def country_name(code: str, lang: str) -> str:
    """What a country is called in `lang` (CLDR); its code where CLDR has no name."""
    return _territories(tongue(lang)).get(code, code)


def country_called(name: str, lang: str) -> str:
    """The ISO 3166 code of the country that a folded name is, or a form of it; "" for others."""
    known = _called(tongue(lang))
    if name in known:
        return known[name]
    if tongue(lang) in _UNBENT:  # "Roman" is no Romania
        return known.get(name.removesuffix("s"), "")
    own = {
        code: beginning(name, told)
        for told, code in known.items()
        if beginning(name, told) >= max(_KEPT, len(told) - _ENDING)
        and len(name) <= len(told) + 2 * _ENDING
    }
    most = max(own.values(), default=0)
    best = [code for code, letters in own.items() if letters == most]
    return best[0] if len(best) == 1 else ""


@cache
def _called(lang: str) -> Mapping[str, str]:
    names = _territories(lang).items()
    return {
        " ".join(words(fold(name))): code
        for code, name in names
        if code.isalpha() and len(code) == _CODE
    }


@cache
def _territories(lang: str) -> Mapping[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        return dict(Locale.parse({"pt": "pt_PT"}.get(lang, lang)).territories)
    except (UnknownLocaleError, ValueError):
        return {}


@cache
def emergency_number(code: str) -> str:
    """The number to call in distress in a country (vocabulary/emergency.tsv); else Europe's."""
    table = files("explorer").joinpath("vocabulary", "emergency.tsv").read_text("utf-8")
    rows = {
        row["country"]: row["number"] for row in csv.DictReader(table.splitlines(), delimiter="\t")
    }
    return rows.get(code.upper(), rows[""])
