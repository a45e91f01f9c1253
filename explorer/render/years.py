"""Years, days and numbers in a visitor's language (CLDR)."""

from datetime import date
from functools import cache
from typing import Any


@cache
def _locale(lang: str) -> Any:
    from babel import Locale, UnknownLocaleError

    code = {"en": "en_GB", "pt": "pt_PT"}.get(lang.partition("-")[0], lang.partition("-")[0])
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def number_told(number: int, lang: str) -> str:
    """A number with the language's separators."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=_locale(lang)))


def day_told(iso: str, lang: str) -> str:
    """A day in words: 1 January 2027."""
    from babel.dates import format_date

    return str(format_date(date.fromisoformat(iso), "long", locale=_locale(lang)))


def year_told(year: int, lang: str) -> str:
    """An astronomical year in words: 1650, 300 BCE."""
    if year > 0:
        return str(year)
    return f"{1 - year} {_locale(lang).eras['abbreviated'][0]}"


def years_told(start: int, end: int, lang: str) -> str:
    """A range of years: 1601–1700, 500–401 BCE."""
    if start == end:
        return year_told(start, lang)
    if end <= 0:
        return f"{1 - start}–{year_told(end, lang)}"
    return f"{year_told(start, lang)}–{end}"
