"""Words, stems, sentences and numbers of a text: how everything written here is compared.

Both sides of every comparison, records and questions, pass through these functions.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
) | {mark: None for mark in range(0x300, 0x370) if unicodedata.combining(chr(mark))}
_LATIN = str.maketrans({
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "u", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o", "а": "a", "б": "b",
    "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya", "є": "ye", "і": "i", "ґ": "g", "ђ": "dj", "ѕ": "dz", "ј": "j",
    "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque",
    "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_SENTENCE_END = re.compile(
    r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’“»)\]]*+(?=\s|$)|\n\s*\n"  # in one go, however long
)
_NEXT = re.compile(r"\S")
LONG = 500
_LAST_WORD = re.compile(r"(\S+)$")


@cache
def _marks() -> str:
    """All accents and other marks that stand on a letter: they lie between these two."""
    return "".join(filter(unicodedata.combining, map(chr, range(0x300, 0x1E960))))


@cache
def _accents() -> re.Pattern[str]:
    return re.compile(f"[{_marks()}]+")


@cache
def _flood() -> re.Pattern[str]:
    return re.compile(f"[{_marks()}]{{64}}")


def is_flooded(text: str) -> bool:
    """Whether a letter bears more accents than any script has; to order them takes for ever."""
    return _flood().search(text) is not None


def nfc(text: str) -> str:
    """`text` NFC-normalised and without white space at its ends: the form that is stored.

    A long text flooded with accents is left as it is.
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text.strip()
    if len(text) > LONG and is_flooded(text):
        return text.strip()
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """`text` as compared: without case, accents and ligatures (Straße -> strasse, Łódź -> lodz)."""
    if text.isascii():
        return text.lower()
    if len(text) > LONG and is_flooded(text):
        text = _accents().sub("", text)
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    if plain.isascii():
        return plain
    if len(plain) > LONG:
        return _accents().sub("", plain)
    return "".join(c for c in plain if not unicodedata.combining(c))


def fold_to_latin(text: str) -> str:
    """`text` folded, Greek and Cyrillic letters as Latin ones (Врубель -> vrubel)."""
    plain = fold(text)
    return plain if plain.isascii() else plain.translate(_LATIN)


def word_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each run of letters and digits in `text`."""
    return [match.span() for match in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """The words of `text` as written, in order; runs of Chinese or Japanese as bigrams."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.isascii() and _CJK.search(word):
            for run in _CJK.findall(word):
                found.extend(run[i : i + 2] for i in range(max(1, len(run) - 1)))
        else:
            found.append(word)
    return found


_SAME = {"no": "nb", "nn": "nb"}


def tongue(lang: str) -> str:
    """The code that stemmers and tables know a language tag by (nn-NO -> nb)."""
    code = lang.partition("-")[0].lower()
    return _SAME.get(code, code)


@cache
def _stemmer(lang: str) -> Any | None:  # PyStemmer has no types
    import Stemmer

    name = _STEMMERS.get(tongue(lang))
    # No cache of words: a visitor's are among them.
    return Stemmer.Stemmer(name, 0) if name in Stemmer.algorithms() else None


def is_stemmed(lang: str) -> bool:
    """Whether there is a stemmer for a language."""
    return _stemmer(lang) is not None


def stem(word: str, lang: str) -> str:
    """The folded stem of one word in `lang`; the folded word where there is no stemmer for it."""
    stemmer = _stemmer(lang)
    return fold((stemmer and stemmer.stemWord(word.lower())) or word)


def forms(word: str, lang: str) -> tuple[str, ...]:
    """The folded word and, where it differs, its folded stem: what is indexed and looked up."""
    plain, stemmed = fold(word), stem(word, lang)
    return (plain,) if stemmed == plain else (plain, stemmed)


def beginning(one: str, other: str) -> int:
    """How many letters two words have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def number_key(number: str) -> str:
    """An object number as compared: `NM 1234`, `NM.1234` and `nm1234` are the same key.

    Separators count only between two digits, so that 2001/45 is not 20014/5.
    """
    parts = re.findall(r"\d+|[^\W\d_]+", fold(number))
    joined = [
        ("-" if i and part[0].isdigit() and parts[i - 1][-1].isdigit() else "") + part
        for i, part in enumerate(parts)
    ]
    return "".join(joined)


@cache
def _abbreviations(lang: str) -> frozenset[str]:
    """Those of one language; of all where it has no list."""
    table = files("explorer").joinpath("vocabulary", "abbreviations.tsv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    own = [row for row in rows if row["lang"] == lang] or rows
    return frozenset(a.casefold() for row in own for a in row["abbreviations"].split())


def _ends_sentence(text: str, match: re.Match[str], lang: str) -> bool:
    if not match.group().startswith("."):
        return True
    following = _NEXT.search(text, match.end())
    if following and following.group().islower():
        return False
    before = _LAST_WORD.search(text, max(0, match.start() - 24), match.start())
    word = before.group(1).lstrip("(\"'“„«[") if before else ""
    if len(word) == 1 and word.isalpha():
        return False  # an initial: J. Leyster
    if word.isdigit() and len(word) < 3:
        return False  # an ordinal: 19. Jahrhundert, 1. maja
    return word.casefold() not in _abbreviations(lang)


def sentences(text: str, lang: str = "") -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence in code points, without the white space between them."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ends_sentence(text, match, lang):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    cut = text[start:end]
    start += len(cut) - len(cut.lstrip())
    end -= len(cut) - len(cut.rstrip())
    if start < end:
        yield start, end
