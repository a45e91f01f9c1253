"""Plain text: paragraphs parted by empty lines, lines as they are."""

import re
from collections.abc import Collection

from ingest.deliveries import Member
from ingest.sources.texts.written import Part, Written, letters, tidied

_BETWEEN = re.compile(r"\n[^\S\n]*(?:\n\s*)+")


def written(member: Member, languages: Collection[str]) -> Written:
    """The words of a plain text; a form feed begins a new paragraph."""
    found = letters(member, languages)
    pieces = _BETWEEN.split(found.text.replace("\f", "\n\n"))
    text = "\n\n".join(filter(None, map(_lines, pieces)))
    return Written((Part(text),) if text else (), guessed=found.encoding * found.guessed)


def _lines(paragraph: str) -> str:
    return tidied("\n".join(line.rstrip() for line in paragraph.split("\n")))
