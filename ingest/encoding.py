"""Bytes as text: by their mark, as declared, as UTF-8, in the code page of their languages, else
as they look; never mojibake in silence.
"""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import BinaryIO, TextIO

from explorer.errors import ExplorerError, WrongUse
from ingest.deliveries import Member

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",  # before those of UTF-16
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
_PACKED = b"PK\x03\x04"
_CHUNK = 1 << 20
_SAMPLE = 1_000_000
"""Bytes an encoding is guessed from: of a longer file the lines that say something of it."""

_Chunks = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without byte-order mark, the encoding it was read in, and whether that is a guess."""

    text: str
    encoding: str
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A text to be read line by line, as it was written, line ends included."""

    text: TextIO
    encoding: str
    guessed: bool = False
    cut: bool = False
    """Whether it breaks off in the middle of a character: reading ends in a UnicodeDecodeError."""


@dataclass(frozen=True, slots=True)
class _Choice:
    encoding: str
    guessed: bool = False
    cut: bool = False


def decoded(
    data: bytes, where: str, *, encoding: str = "auto", languages: Collection[str] = ()
) -> Decoded:
    """The text of `data`; `where` names the file in an error.

    ExplorerError where it is not written as declared, breaks off in the middle of a character, or
    its encoding cannot be told.
    """
    found = _choose(lambda: [data], where, encoding, languages)
    if found.cut:
        raise _broken_off(where, found.encoding)
    text = data.decode(found.encoding)
    return Decoded(text.removeprefix("\ufeff"), found.encoding, found.guessed)


def opened(member: Member, *, encoding: str = "auto", languages: Collection[str] = ()) -> Opened:
    """The text of a file, looked through once before and then read as it is needed.

    ExplorerError as for `decoded`, but for what breaks off: that is read up to there.
    """
    found = _choose(partial(_chunks, member.open), member.where, encoding, languages)
    text = io.TextIOWrapper(member.open(), encoding=found.encoding, newline="")
    return Opened(text, found.encoding, found.guessed, found.cut)


def _chunks(open_file: Callable[[], BinaryIO]) -> Iterator[bytes]:
    with open_file() as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _choose(chunks: _Chunks, where: str, encoding: str, languages: Collection[str]) -> _Choice:
    head = next(iter(chunks()), b"")
    if head.startswith(_PACKED):
        raise ExplorerError(
            f"{where} is a workbook or another packed file, and not a text.",
            'Name a workbook with xlsx: before its path, such as "xlsx:objects.xlsx#mapping.toml".',
        )
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    chosen = marked or encoding
    if chosen == "auto":
        return _told(chunks, where, languages)
    try:
        chosen = _as_written(chosen)
        misfit = _misfit(chunks(), chosen)
    except LookupError as error:
        raise WrongUse(
            f"'{encoding}' is not an encoding.", 'Use "auto", "utf-8", "cp1252" or the like.'
        ) from error
    if misfit and not misfit.cut:
        raise ExplorerError(
            f"{where} is not written in {chosen}: byte {misfit.at} does not fit.",
            'Set encoding = "auto" in the mapping, or the encoding it was exported in.',
        )
    return _Choice(chosen, cut=bool(misfit))


def _as_written(encoding: str) -> str:
    """The encoding that is meant: who says ISO 8859-1 writes its Windows form, with its dashes."""
    name = codecs.lookup(encoding).name
    return {"iso8859-1": "cp1252", "iso8859-9": "cp1254"}.get(name, encoding)


@dataclass(frozen=True, slots=True)
class _Misfit:
    """The first byte that does not fit; `cut` where only the rest of a character is missing."""

    at: int
    cut: bool = False
    many: bool = False
    """Whether characters of several bytes came before it."""


def _misfit(chunks: Iterable[bytes], encoding: str) -> _Misfit | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    before = letters = 0
    for chunk in chunks:
        held = len(decoder.getstate()[0])
        try:
            letters += len(decoder.decode(chunk))
        except UnicodeDecodeError as error:
            return _Misfit(before - held + error.start)
        before += len(chunk)
    at = before - len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _Misfit(at, cut=True, many=letters < at)
    return None


def _told(chunks: _Chunks, where: str, languages: Collection[str]) -> _Choice:
    """As UTF-8, else in the one code page of its declared languages, else as it looks."""
    if wide := _without_mark(next(iter(chunks()), b"")):
        return _Choice(wide, guessed=True, cut=bool(_misfit(chunks(), wide)))
    misfit = _misfit(chunks(), "utf-8")
    if misfit is None:
        return _Choice("utf-8")
    if misfit.cut and (misfit.many or _begins_a_letter(chunks, misfit.at)):
        return _Choice("utf-8", cut=True)
    known = _codepages()
    pages = {page for lang in languages if (page := known.get(lang.partition("-")[0]))}
    if len(pages) == 1:
        (page,) = pages
        if _misfit(chunks(), page) is None:
            return _Choice(page)
    for guess in _guesses(_sample(chunks), list(dict.fromkeys(known.values()))):
        if _misfit(chunks(), guess) is None:
            return _Choice(guess, guessed=True)
    raise ExplorerError(
        f"The encoding of {where} cannot be told.",
        'Export it as UTF-8, or name its encoding in the mapping: encoding = "cp1252"',
    )


def _without_mark(head: bytes) -> str:
    """UTF-16 without a byte-order mark: every other byte of its first letters is empty."""
    head = head[:1000]
    for encoding, empty, full in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        zeros = head[empty::2].count(0)
        if len(head) > 3 and not head[full::2].count(0) and zeros > 0.7 * len(head) / 2:
            return encoding
    return ""


def _begins_a_letter(chunks: _Chunks, at: int) -> bool:
    """Whether the byte there begins a letter of two bytes: as the last one it is hardly another."""
    before = 0
    for chunk in chunks():
        if before <= at < before + len(chunk):
            return 0xC2 <= chunk[at - before] <= 0xDF
        before += len(chunk)
    return False


def _sample(chunks: _Chunks) -> bytes:
    """The file, or of a long one the lines that hold more than ASCII."""
    kept: list[bytes] = []
    size = total = 0
    whole: list[bytes] = []
    for chunk in chunks():
        total += len(chunk)
        if total <= _SAMPLE:
            whole.append(chunk)
        if chunk.isascii():
            continue
        for line in chunk.splitlines(keepends=True):
            if not line.isascii() and size < _SAMPLE:
                kept.append(line[:_SAMPLE])
                size += len(line)
        if size >= _SAMPLE:
            break
    return b"".join(whole if total <= _SAMPLE else kept)[:_SAMPLE]


def _guesses(sample: bytes, pages: list[str]) -> list[str]:
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=pages)
    ranked = sorted(found, key=lambda g: (g.chaos, -g.coherence, pages.index(g.encoding)))
    return [guess.encoding for guess in ranked]


def _broken_off(where: str, encoding: str) -> ExplorerError:
    return ExplorerError(
        f"{where} breaks off in the middle of a character ({encoding}).",
        "It was not copied to its end: copy or export it again.",
    )


@cache
def _codepages() -> dict[str, str]:
    table = files("ingest").joinpath("codepages.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {lang: row["codepage"] for row in rows for lang in row["languages"].split()}
