"""PDF documents: their words, page by page. They are opened in a process of their own."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from explorer.errors import ExplorerError
from ingest.deliveries import Member
from ingest.sources.texts.pages import paged
from ingest.sources.texts.written import Part, Written, tidied

_MAX_BYTES = 200_000_000
_LONGEST_WAIT = 900  # seconds by the clock, for a machine that does much besides
_REASONS = {
    "harm": ("The PDF takes far more time or memory than a text does.",
             "Print it anew as PDF, or send the text as DOCX."),
    "locked": ("The PDF is locked by a password.", "Save it without a password."),
    "long": ("The PDF has more pages than a text.", "Send the pages that are meant as a text."),
    "damaged": ("The PDF is damaged, or is none.", "Save it anew from its program."),
}  # fmt: skip
_LETTER = re.compile(r"[^\W\d_]")
_UNTOLD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|/g\\d+|\\(cid:\\d+\\)")


def written(member: Member, languages: Collection[str]) -> Written:
    """The words of a PDF, each page a passage; ExplorerError where it holds none."""
    if find_spec("pypdf") is None:
        raise ExplorerError(
            "Reading PDF needs the package pypdf.",
            'Install it with: pip install "collection-explorer[texts]"',
        )
    if member.size > _MAX_BYTES:
        raise ExplorerError(
            f"The PDF is larger than {_MAX_BYTES // 1_000_000} MB.", "Save it in a smaller size."
        )
    with member.open() as stream:
        told = _told(stream)
    pages: list[str] = told["pages"]
    letters = sum(len(_LETTER.findall(page)) for page in pages)
    if not letters:
        raise ExplorerError(
            "The PDF holds pictures of pages and no text.",
            "Let a program read the letters (OCR), or send the text as DOCX.",
        )
    if sum(len(_UNTOLD.findall(page)) for page in pages) > letters / 20:
        raise ExplorerError(
            "The PDF does not tell which letters its signs stand for.",
            "Export it anew with its fonts, or send the text as DOCX.",
        )
    lang = tidied(told["lang"])
    texts, warnings = paged([page.split("\n") for page in pages], lang or next(iter(languages), ""))
    return Written(
        tuple(Part(text, f"page {n}", n) for n, text in enumerate(texts, 1) if text),
        title=tidied(told["title"]),
        lang=lang,
        warnings=(*_unread(pages), *warnings),
    )


def _unread(pages: list[str]) -> list[str]:
    empty = [n for n, page in enumerate(pages, 1) if not page.strip()]
    if not empty:
        return []
    return [f"pages without text: {', '.join(map(str, empty[:20]))}"]


def _told(stream: BinaryIO) -> dict[str, Any]:
    """What the other process says of the PDF; ExplorerError where it refuses it, or ended."""
    with tempfile.TemporaryFile() as file:
        try:
            shutil.copyfileobj(stream, file, 1 << 20)
        except OSError as error:
            raise ExplorerError(
                "The PDF could not be copied to be opened.", "Check the disk, and the room on it."
            ) from error
        file.seek(0)
        program = Path(__file__).with_name("pdf_pages.py")
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(program)],
                stdin=file, capture_output=True, timeout=_LONGEST_WAIT, check=False,
            )  # fmt: skip
            told: dict[str, Any] = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            told = {"refused": "harm"}
    if refused := told.get("refused"):
        raise ExplorerError(*_REASONS[refused])
    return told
