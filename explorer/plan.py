"""What to look for: language, words that carry meaning, and object numbers of a question."""

import re

from explorer.catalogue.reading import Catalogue
from explorer.errors import WrongUse
from explorer.language import detect_language, languages
from explorer.language import words as listed_words
from explorer.phrases import phrase
from explorer.text import fold, words
from explorer.types import Plan, Question

_TOKEN = re.compile(r"\S+")
_SURE = 0.4  # under it a guess without a prior is wrong about as often as right
_ENOUGH = 3  # words from which on a language can be told
_LONGEST_NUMBER = 4  # tokens: "NM H 12 a"


def check_question(question: Question, limit: int) -> None:
    """Nothing; WrongUse in the visitor's language where the question is empty or too long."""
    if not question.text.strip():
        raise WrongUse(*_words("empty", question.lang), field="text")
    if len(question.text) > limit:
        raise WrongUse(*_words("too_long", question.lang, limit=limit), field="text")


def _words(error: str, lang: str, **names: object) -> tuple[str, str]:
    return (
        phrase(f"error.{error}.problem", lang, **names),
        phrase(f"error.{error}.remedy", lang, **names),
    )


def plan(question: Question, catalogue: Catalogue, *, default_lang: str) -> Plan:
    """The question as understood without a model."""
    heard = _heard(question, default_lang)
    numbers = tuple(_numbers(question.text, catalogue))
    return Plan(
        text=question.text,
        lang=_spoken(heard, question.lang, default_lang),
        kind="known_item" if numbers else "explore",
        words=tuple(content_words(question.text, heard)),
        numbers=numbers,
        filters=dict(question.filters),
        page=question.page,
        generate=question.generate,
    )


def _heard(question: Question, default_lang: str) -> str:
    """The question's language; where a word or two hardly tell, the visitor's or the museum's."""
    told = detect_language(question.text, prior=question.lang)
    sure = bool(question.lang) or told.share >= _SURE or len(words(question.text)) >= _ENOUGH
    if told.code and sure:
        return told.code
    return question.lang or default_lang


def content_words(text: str, lang: str) -> list[str]:
    """The words of `text` that say what is asked for, each once, as written.

    Function words and words by which visitors ask ("show", "museum") are left out, unless
    nothing else remains.
    """
    dropped = listed_words(lang, "function") | listed_words(lang, "asking")
    plain = {fold(word) for word in dropped}
    found = {fold(word): word for word in reversed(words(text))}
    kept = [w for folded, w in reversed(found.items()) if folded not in plain]
    return [w for w in kept if len(w) > 1 or w.isdigit()] or list(reversed(found.values()))


def _spoken(heard: str, prior: str, default: str) -> str:
    """The language to answer in: the question's, else the visitor's, else the museum's."""
    known = languages()
    for code in (heard, prior, default):
        if code in known and known[code].answered:
            return code
    return "en"


def _numbers(text: str, catalogue: Catalogue) -> list[str]:
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
