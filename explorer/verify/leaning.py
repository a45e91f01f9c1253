"""Which sentences lean on the one before them: "He ...", "This ..." (vocabulary/leaning.tsv)."""

import re
from functools import cache
from importlib.resources import files

from explorer.text import nfc, tongue

_BEFORE = 2  # small words that may stand before the one that leans: "And in his ..."


def leans_back(text: str, lang: str) -> bool:
    """Whether a sentence opens with words that point back; False in a language without a list.

    Accents count: in Spanish "él" is he and "el" is the.
    """
    opening = _opening(tongue(lang))
    return bool(opening and opening.match(nfc(text).casefold()))


@cache
def _opening(lang: str) -> re.Pattern[str] | None:
    """What such sentences begin with, quotation marks apart."""
    table = files("explorer").joinpath("vocabulary", "leaning.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines()[1:])
    kinds = {kind: _any_of(words.split("|")) for own, kind, words in rows if own == lang}
    if not kinds:
        return None
    return re.compile(rf"\W*(?:{kinds['before']}\W+){{0,{_BEFORE}}}{kinds['leaning']}")


def _any_of(phrases: list[str]) -> str:
    """An expression of whole words; a star stands for any letters."""
    told = (
        r"\W+".join(
            re.escape(word).replace(r"\*", r"\w*") for word in nfc(phrase).casefold().split()
        )
        for phrase in phrases
    )
    return rf"(?:{'|'.join(told)})(?!\w)"
