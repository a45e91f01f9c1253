"""Markdown with front matter."""

import re
from collections.abc import Collection

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
        (Part(text),) if text else (), front=front, guessed=found.encoding * found.guessed
    )


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, its paragraphs parted by an empty line, without markup."""
    from markdown_it import MarkdownIt

    paragraphs = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(markdown):
        if token.type == "inline":
            pieces = (
                " " if child.type in ("softbreak", "hardbreak") else child.content
                for child in token.children or ()
            )  # fmt: skip
            paragraphs.append(nfc("".join(pieces)))
        elif token.type in ("code_block", "fence"):
            paragraphs.append(nfc(token.content))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
