"""Bytes as text: by their mark, as declared, as UTF-8, in the code page of their languages, else
as they look; never mojibake in silence.
"""

import codecs
import csv
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.errors import ExplorerError, WrongUse

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without byte-order mark, the encoding it was read in, and whether that is a guess."""

    text: str
    encoding: str
    guessed: bool = False


def decoded(
    data: bytes, where: str, *, encoding: str = "auto", languages: Collection[str] = ()
) -> Decoded:
    """The text of `data`; `where` names the file in an error.

    ExplorerError where it is not written as declared, or its encoding cannot be told.
    """
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    chosen = marked or encoding
    if chosen == "auto":
        return _told(data, where, languages)
    try:
        text = data.decode("utf-8-sig" if chosen.lower() in ("utf-8", "utf8") else chosen)
    except LookupError as error:
        raise WrongUse(
            f"'{encoding}' is not an encoding.", 'Use "auto", "utf-8", "cp1252" or the like.'
        ) from error
    except UnicodeDecodeError as error:
        raise ExplorerError(
            f"{where} is not written in {chosen}: byte {error.start} does not fit.",
            'Set encoding = "auto" in the mapping, or the encoding it was exported in.',
        ) from error
    return Decoded(text.removeprefix("\ufeff"), chosen)


def _told(data: bytes, where: str, languages: Collection[str]) -> Decoded:
    """As UTF-8, else in the one code page of its declared languages, else as it looks."""
    with suppress(UnicodeDecodeError):
        return Decoded(data.decode("utf-8"), "utf-8")
    known = _codepages()
    pages = {page for lang in languages if (page := known.get(lang.partition("-")[0]))}
    if len(pages) == 1:
        (page,) = pages
        with suppress(UnicodeDecodeError):
            return Decoded(data.decode(page), page)
    from charset_normalizer import from_bytes

    ours = list(dict.fromkeys(known.values()))
    guesses = from_bytes(data, cp_isolation=ours)
    best = min(guesses, key=lambda g: (g.chaos, -g.coherence, ours.index(g.encoding)), default=None)
    if best is None:
        raise ExplorerError(
            f"The encoding of {where} cannot be told.",
            'Export it as UTF-8, or name its encoding in the mapping: encoding = "cp1252"',
        )
    return Decoded(str(best), best.encoding, guessed=True)


@cache
def _codepages() -> dict[str, str]:
    table = files("ingest").joinpath("codepages.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {lang: row["codepage"] for row in rows for lang in row["languages"].split()}
