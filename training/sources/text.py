"""Cleaning of one pair of texts, the same for every source."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 400  # characters a side: what the embedder is trained to read at once
_SPACE = re.compile(r"\s+")
_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+")
_EMPTY = re.compile(r"[\"'‘’‚“”„«»‹›(\[]\s*[\"'‘’“”«»‹›)\]](?!\w)")
_SPACE_BEFORE = re.compile(r"\s+([.,;:!?)\]])")
_UNTRANSLATED = 0.7
_WORDS_THAT_TELL = 5

EUROPE = (
    *("bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv"),
    *("mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "nb", "nn", "is", "eu", "gl", "ca", "cy"),
    *("sq", "sr-Cyrl", "sr-Latn", "mk", "uk", "ru", "tr", "bs", "lb", "be", "he", "ar"),
)


class Row(NamedTuple):
    """One line to be: a language, an English text and the same in that language."""

    language: str
    english: str
    other: str


def fold(text: str) -> str:
    """The letters and digits of `text` only, lower case, compatibility forms made equal."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def tidy(text: str) -> str:
    """`text` on one line without invisible signs."""
    return _SPACE.sub(" ", _HIDDEN.sub("", text)).strip()


def without(gaps: re.Pattern[str], text: str) -> str:
    """`text` without its placeholders, nor the quotes and brackets that stood round them."""
    text = _EMPTY.sub(" ", tidy(gaps.sub(" ", text)))
    return tidy(_SPACE_BEFORE.sub(r"\1", text))


def telling(english: str, other: str) -> bool:
    """Whether the pair says something: words on both sides, not the same, not left in English."""
    if not (0 < len(english) <= LONGEST and 0 < len(other) <= LONGEST):
        return False
    one, two = fold(english), fold(other)
    if not all(len(side) > 1 and any(map(str.isalpha, side)) for side in (one, two)):
        return False
    return one != two and not _left_in_english(english, other)


def shared_start(one: str, other: str) -> int:
    """How many letters the two words share from their beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def joined(words: Iterable[str], most: int = 12) -> str:
    """The first words as one line, for lists of keywords that match only as a whole."""
    kept = [word for word in dict.fromkeys(tidy(word) for word in words) if word]
    return ", ".join(kept[:most])


def _left_in_english(english: str, other: str) -> bool:
    words = re.findall(r"\w+", other.lower())
    if len(words) < _WORDS_THAT_TELL:
        return False
    sentences = set(_SENTENCE.split(english))
    if any(
        len(one.split()) >= _WORDS_THAT_TELL and one in sentences for one in _SENTENCE.split(other)
    ):
        return True
    known = set(re.findall(r"\w+", english.lower()))
    return sum(word in known for word in words) > _UNTRANSLATED * len(words)
