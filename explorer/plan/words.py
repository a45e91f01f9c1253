"""The words of a question: its language, those that carry meaning, and its object numbers."""

import re
from collections.abc import Sequence
from functools import cache

from explorer.catalogue.reading import Catalogue
from explorer.concepts import concepts
from explorer.language import detect_language, languages
from explorer.language import words as listed_words
from explorer.lexicon import kindred, pivots
from explorer.phrases import phrase
from explorer.plan.reading import knows
from explorer.text import fold, forms, stem, words
from explorer.types import FIELDS

_LABELLED = tuple(name for name in FIELDS if name not in ("notice", "community_label"))
_TOKEN = re.compile(r"\S+")
_SURE = 0.6  # under it a guess from a word or two, without a prior, is hardly more than one
_SURE_OF_ONE = 0.95  # one word is mostly a name, and a name is of every language
_FEW = 4  # words of which every one may be known in a language
_ENOUGH = 3  # words from which on a language can be told
_LETTERS = 3  # fewer tell nothing
_MOSTLY = 0.6  # of what a word means
_LONGEST_NUMBER = 4  # tokens: "NM H 12 a"


def asked_fields(found: Sequence[str], lang: str) -> tuple[list[str], list[str]]:
    """Names of the Fields whose label stands among the words, and the words that remain.

    "What is the provenance of the jug?" asks for the Field that is labelled "Provenance".
    """
    held = {form: word for word in found for form in forms(word, lang)}
    asked: list[str] = []
    taken: set[str] = set()
    for name in _LABELLED:
        label = [forms(word, lang) for word in words(phrase(f"field.{name}", lang))]
        if all(any(form in held for form in options) for options in label):
            asked.append(name)
            taken |= {held[form] for options in label for form in options if form in held}
    kept = [word for word in found if word not in taken]
    return (asked, kept) if kept else ([], list(found))


def known_language(lang: str) -> str:
    """The code of our list that a visitor's language tag means; "" where it means none."""
    code = lang.partition("-")[0].lower()
    code = "nb" if code in ("no", "nn") else code
    return code if code in languages() else ""


def heard_language(text: str, prior: str, default_lang: str) -> str:
    """The question's language; where a word or two hardly tell, the visitor's or the museum's."""
    found = [word for word in words(text) if not word.isdigit()]
    told = detect_language(text, prior=prior)
    few = 1 < len(found) <= _FEW and told.share < _SURE
    own = [code for code in languages() if knows(text, code)] if few else []
    if own and (prior or default_lang) not in own:
        return detect_language(text, prior=prior, among=own).code
    if len(found) == 1 and prior and told.share < _SURE_OF_ONE:
        return prior
    if told.share < _SURE and not prior:
        told = detect_language(text, prior=default_lang)
    telling = prior or told.share >= _SURE or len(found) >= _ENOUGH
    enough = sum(map(len, found)) >= _LETTERS
    return (told.code if telling and enough else "") or prior or default_lang


def content_words(text: str, lang: str) -> list[str]:
    """The words of `text` that say what is asked for, each once, as written.

    Function words and words by which visitors ask ("show", "museum") are left out; a text of
    nothing else asks for nothing.
    """
    dropped = listed_words(lang, "function") | listed_words(lang, "asking")
    plain = {fold(word) for word in dropped}
    found = {fold(word): word for word in reversed(words(text))}
    kept = [word for folded, word in reversed(found.items()) if folded not in plain]
    kept = [word for word in kept if len(word) > 1 or word.isdigit()]
    opening = next(iter(words(text)), "")
    named = {word for word in kept if word != opening and not word.islower()}
    return [word for word in kept if word in named or not _asks(word, lang)] or kept


def _asks(word: str, lang: str) -> bool:
    """Whether a word means, in English, mostly what visitors ask by; no concept is among that."""
    stemmed = stem(word, lang)
    means = (pivots(stemmed, lang) or kindred(stemmed, lang)) if lang != "en" else []
    return sum(share for pivot, share in means if pivot in _asking()) >= _MOSTLY


@cache
def _asking() -> frozenset[str]:
    """English stems of asking words that no thing of the vocabulary is called by."""
    told = listed_words("en", "asking") | listed_words("en", "function")
    called = {
        stem(word, "en")
        for concept in concepts().values()
        if concept.facet != "role"  # a designer is not asked for by "designed"
        for label in concept.labels["en"]
        for word in words(label)
    }
    return frozenset(stem(word, "en") for word in told) - called


def spoken_language(heard: str, prior: str, default: str) -> str:
    """The language to answer in: the question's, else the visitor's, else the museum's."""
    known = languages()
    for code in (heard, prior, default):
        if code in known and known[code].answered:
            return code
    return "en"


def numbers_in(text: str, catalogue: Catalogue) -> list[str]:
    """Object numbers of the catalogue in `text`, longest first; a bare year is none.

    A number made of digits only counts when it is all there is.
    """
    tokens = [t.group().strip(".,;:?!()[]\"'„“”«»") for t in _TOKEN.finditer(text)]
    found: list[str] = []
    taken: set[int] = set()
    for length in range(min(_LONGEST_NUMBER, len(tokens)), 0, -1):
        for i in range(len(tokens) - length + 1):
            span = set(range(i, i + length))
            candidate = " ".join(tokens[i : i + length])
            digits = any(c.isdigit() for c in candidate)
            if not digits or span & taken:
                continue
            bare = not any(c.isalpha() for c in candidate)
            if bare and length < len(tokens) and len(re.findall(r"\d+", candidate)) < 2:
                continue
            if catalogue.numbered(candidate):
                found.append(candidate)
                taken |= span
    return found
