"""Markdown with front matter."""

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Any

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.deliveries import Member
from ingest.sources.texts.front import parted
from ingest.sources.texts.written import Part, Written, letters

_MAX_BYTES = 1_000_000
_MARKUP = re.compile(r"[\[\]*_`<>&!~\\]")
_MOST = 50_000
"""Signs of markup: each may be looked at many times."""


def written(member: Member, languages: Collection[str]) -> Written:
    """The words of a Markdown text, and the keys above it."""
    found = letters(member, languages, _MAX_BYTES)
    front, body = parted(found.text)
    if len(_MARKUP.findall(body)) > _MOST:
        raise ExplorerError("The text holds more markup than words.", "Save it as plain text.")
    text = plain_text(body)
    return Written(
        (Part(text),) if text else (),
        heading=_heading(body),
        front=front,
        guessed=found.encoding * found.guessed,
    )


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, its paragraphs parted by an empty line, without markup."""
    paragraphs = []
    for token in _tokens(markdown):
        if token.type == "inline":
            paragraphs.append(_words(token))
        elif token.type in ("code_block", "fence"):
            paragraphs.append(nfc(token.content))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _heading(markdown: str) -> str:
    """The words of the first heading of the highest level."""
    tokens = _tokens(markdown)
    headings = (
        _words(inside) for token, inside in pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h1"
    )  # fmt: skip
    return next(filter(None, headings), "")


def _tokens(markdown: str) -> list[Any]:
    from markdown_it import MarkdownIt

    return list(MarkdownIt("commonmark", {"html": False}).parse(markdown))


def _words(inline: Any) -> str:
    pieces = (
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in inline.children or ()
    )
    return nfc("".join(pieces))
