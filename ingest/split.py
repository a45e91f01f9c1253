"""Passages of a record: a composed line per language, which finds, and cuts of its prose.

A composed line is never quoted; a cut is field[start:end], to the code point.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from explorer.render.lines import in_language
from explorer.text import sentences
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
    position = 0
    for piece in _splitter().split_text(text):
        # The splitter's own offsets are wrong where words repeat: look on from the last end.
        start = text.find(piece, position)
        if start < 0:
            break
        position = start + len(piece)
        yield start, position
    rest = text[position:]
    if rest.strip():
        yield len(text) - len(rest.lstrip()), len(text)


@cache
def _splitter() -> Any:
    from llama_index.core.node_parser import SentenceSplitter

    return SentenceSplitter(
        chunk_size=TOKENS,
        chunk_overlap=0,
        tokenizer=token_counter(),
        chunking_tokenizer_fn=_whole_sentences,
        paragraph_separator="\n\n",
    )


def _whole_sentences(text: str) -> list[str]:
    """`text` cut before each sentence; joined again the pieces are `text`."""
    starts = [0, *(start for start, _ in sentences(text))][1:]
    ends = [*starts[1:], len(text)]
    return [text[s:e] for s, e in zip([0, *starts[1:]], ends, strict=True)] if starts else [text]


@cache
def token_counter() -> Callable[[str], list[int]]:
    """Tiktoken's cl100k_base, from the vocabulary that llama-index-core brings: no download."""
    import llama_index.core
    import tiktoken

    brought = Path(str(llama_index.core.__file__)).parent / "_static" / "tiktoken_cache"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(brought)
    encoding = tiktoken.get_encoding("cl100k_base")
    return lambda text: encoding.encode(text, disallowed_special=())
