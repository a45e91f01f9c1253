"""Words for people, per language, from the gettext catalogues in locales/."""

from functools import cache
from importlib.resources import files

DEFAULT = "en"


@cache
def languages_spoken() -> tuple[str, ...]:
    """Codes of the languages there is a catalogue for, sorted."""
    names = (entry.name for entry in files("explorer").joinpath("locales").iterdir())
    return tuple(sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def phrases(lang: str) -> dict[str, str]:
    """Every key with its words in `lang`; English where there is no catalogue for it."""
    spoken = languages_spoken()
    return _read(next((c for c in (lang, lang.partition("-")[0]) if c in spoken), DEFAULT))


@cache
def _read(code: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with files("explorer").joinpath("locales", f"{code}.po").open("rb") as catalogue:
        messages = read_po(catalogue, locale=code)
    return {str(m.id): str(m.string) for m in messages if m.id}


def phrase(key: str, lang: str, **names: object) -> str:
    """The words of `key` in `lang`, with its {names} filled in; KeyError for an unknown key."""
    return phrases(lang)[key].format(**names)


def error_words(error: str, lang: str, **names: object) -> tuple[str, str]:
    """The problem and the remedy of an error a visitor can meet."""
    return (
        phrase(f"error.{error}.problem", lang, **names),
        phrase(f"error.{error}.remedy", lang, **names),
    )


@cache
def language_name(code: str, lang: str) -> str:
    """What the language `code` is called in `lang` (CLDR); the code where CLDR has no name."""
    from babel import Locale, UnknownLocaleError

    # CLDR's "pt" is Brazil's; ours is Portugal's.
    told_in = {"pt": "pt_PT"}.get(lang, lang.replace("-", "_"))
    try:
        return Locale.parse(code, sep="-").get_language_name(told_in) or code
    except (UnknownLocaleError, ValueError):
        return code
