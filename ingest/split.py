"""Passages of a record: a composed line per language, which finds, and cuts of its prose.

A composed line is never quoted; a cut is field[start:end], to the code point.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from explorer.render.lines import in_language
from explorer.text import sentences
from explorer.tokens import encoding
from explorer.types import Passage, Record

COMPOSED = (
    "title", "type", "maker", "material", "technique", "place", "period", "subject", "person",
    "date", "room",
)  # fmt: skip
CUT = ("description", "text", "provenance", "inscription")
TOKENS = 256
"""The longest passage, in tokens of cl100k_base."""

_NEVER_LONGER = TOKENS * 2
"""Characters under which no text has TOKENS tokens in any script we read: not counted."""

_LONGEST = 5_000  # characters of what may be one sentence: counting longer ones would take long
_STEP = re.compile(r"\S.{0,62}\S(?=\s|$)|\S{1,64}", re.DOTALL)
"""A few words, or a part of a word that does not end: what a sentence too long is cut into."""


def split_record(record: Record) -> Iterator[Passage]:
    """The record's passages; at least one, if only of its number."""
    yield from _composed(record)
    for name in CUT:
        for reference, field in record.named(name):
            lang = field.lang or field.lang_detected
            for start, end in cuts(field.text):
                yield Passage(record.id, field.text[start:end], lang, reference, start, end)


def _composed(record: Record) -> Iterator[Passage]:
    titles = record.named("title")
    langs = dict.fromkeys(f.lang or f.lang_detected for _, f in titles) or {"": None}
    for lang in langs:
        parts = [
            field.text
            for name in COMPOSED
            for _, field in in_language(record.named(name), lang)
        ]  # fmt: skip
        numbers = [identifier.value for identifier in record.identifiers]
        text = "; ".join(dict.fromkeys(parts or numbers or [record.id]))
        yield Passage(record.id, text, lang)


def cuts(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of passages of at most TOKENS tokens, cut between sentences where possible."""
    if len(text) < _NEVER_LONGER:
        if text:
            yield 0, len(text)
        return
    held = begin = end = 0
    for start, stop, tokens in _pieces(text):
        if held and held + tokens > TOKENS:
            yield begin, end
            held = 0
        begin, end = (begin if held else start), stop
        held += tokens
    if held:
        yield begin, end


def _pieces(text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, tokens) of sentences, and of parts of those that are too long for a passage."""
    count = token_counter()
    for start, stop in sentences(text):
        tokens = len(count(text[start:stop])) + 1 if stop - start < _LONGEST else TOKENS + 1
        if tokens <= TOKENS:
            yield start, stop, tokens
            continue
        for match in _STEP.finditer(text, start, stop):
            yield match.start(), match.end(), len(count(match.group())) + 1


@cache
def token_counter() -> Callable[[str], list[int]]:
    """How a text is cut into tokens by tiktoken's cl100k_base."""
    known = encoding("cl100k_base")
    return lambda text: known.encode(text, disallowed_special=())
