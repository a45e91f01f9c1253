"""What stands in a file of words, whatever its form: its letters told, its passages in order."""

import codecs
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from explorer.errors import ExplorerError
from explorer.text import fold, nfc
from ingest.deliveries import Member
from ingest.encoding import Decoded, decoded

MAX_BYTES = 2_000_000
"""Of a text in letters alone: a long novel is shorter."""

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphens and marks without width
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_FILE_NAME = re.compile(
    r"\.(docx?|odt|rtf|txt|md|pages|indd|qxp|pdf|html?|pptx?|xlsx?)$|^microsoft \w+ - ",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\w+://.*|about:\S+|www\.\S+", re.IGNORECASE)
_NUMBERED = re.compile(r"[\s\d()._-]+$")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a text and where it stands: on a page, at a time, in a footnote."""

    text: str
    source: str = "body"
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a file and what it says of itself; `front` are the keys set above them.

    `title` is what a program noted, and may be none; `heading` is the first of the text's own.
    Who a program says the author is, is whoever typed it, and is never read.
    `guessed` is the encoding where it had to be guessed.
    """

    parts: tuple[Part, ...]
    title: str = ""
    heading: str = ""
    lang: str = ""
    description: str = ""
    front: Mapping[str, Any] = field(default_factory=dict)
    guessed: str = ""
    warnings: tuple[str, ...] = ()


def tidied(text: str) -> str:
    """The text NFC-normalised, without soft hyphens and control characters."""
    text = _CONTROLS.sub(" ", _UNSEEN.sub("", text))
    return nfc(_SURROGATES.sub("\ufffd", text))


def real_title(text: str, file: str) -> str:
    """The title that a program noted of `file`; "" where that is an address, a name or nothing."""
    title = tidied(" ".join(text.split()))
    if _FILE_NAME.search(title) or _ADDRESS.fullmatch(title):
        return ""
    names = (fold(file), fold(file.rpartition(".")[0]))
    unnamed = fold(title) in names or _NUMBERED.sub("", fold(title)) in _unnamed()
    return "" if unnamed else title


@cache
def _unnamed() -> frozenset[str]:
    """What programs call a document that nobody has named, as compared."""
    table = files("ingest.sources.texts").joinpath("unnamed.tsv").read_text("utf-8")
    return frozenset(fold(line.partition("\t")[2]) for line in table.splitlines()[1:])


def letters(member: Member, languages: Collection[str], most: int = MAX_BYTES) -> Decoded:
    """A file's text, its lines ending in one way; ExplorerError where it is none."""
    return letters_of(member.read(most), languages)


def letters_of(data: bytes, languages: Collection[str], declared: str = "") -> Decoded:
    """The text of `data`: as UTF-8 where it is that, else as declared, else told or guessed."""
    _check_whole(data)
    found = _unmarked(data) or _declared(data, declared)
    found = found or decoded(data, "the file", languages=languages)
    if "\x00" in found.text:
        raise ExplorerError("The file holds no text.", "Save it as text in UTF-8.")
    lines = re.sub("\r\n|\r|\u2028|\u0085", "\n", found.text)
    return Decoded(lines, found.encoding, found.guessed)


def _check_whole(data: bytes) -> None:
    """Nothing; ExplorerError where UTF-8 ends in the middle of a character."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # Lone accents at the end of ASCII may be of another encoding.
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            raise ExplorerError(
                "The file breaks off in the middle of a character.",
                "Copy it again, whole.",
            ) from error


def _unmarked(data: bytes) -> Decoded | None:
    """UTF-16 without its mark: a text of few alphabets has few values in every second byte."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    head = data[:4_000]
    for encoding, upper, lower in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        usual = sum(count for _, count in Counter(upper).most_common(3))
        if 0 in upper and 0 not in lower and len(data) >= 20 and usual >= 0.9 * len(upper):
            return Decoded(
                decoded(data, "the file", encoding=encoding).text, encoding, guessed=True
            )
    return None


def _declared(data: bytes, encoding: str) -> Decoded | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None
    # What web pages call Latin 1 is read by every browser as cp1252.
    name = "cp1252" if encoding.lower() in ("iso-8859-1", "latin-1", "latin1") else encoding
    try:
        return Decoded(data.decode(name), name) if name else None
    except (LookupError, UnicodeDecodeError):
        return None
