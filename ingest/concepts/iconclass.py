"""Iconclass as its makers publish it: a file per language and part, a line "code|words" each."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from urllib.parse import quote

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.archives import Member
from ingest.concepts.store import Name, Told
from ingest.sources.language_tags import language_tag

_ADDRESS = "https://iconclass.org/"
_KINDS = {"txt": 0, "kw": 1}
_NO_CODES = ("_keys.txt", "_refs.txt")
_ANY_NAME = "(...)"  # where a name is to be filled in: no code of a record
_WRITTEN_IN = "en"
"""What is not translated yet repeats the English words, or is marked with # and says them."""

_Line = tuple[str, str, int, str]


def is_iconclass(member: Member) -> bool:
    """Whether a file lies where Iconclass has its words: txt/fr/..., kw/fr/..."""
    steps = PurePosixPath(member.name).parts
    return len(steps) > 2 and steps[-3] in _KINDS and member.name.endswith(".txt")


def concepts(members: Iterable[Member], wanted: Collection[str]) -> Iterator[Told]:
    """The codes with their labels in the languages `wanted`, all where there are none.

    A label is the text of a code, or else its keywords; what was left in English is none.
    """
    db = sqlite3.connect("")  # on disk, without a name: the files come language by language
    db.execute("CREATE TABLE said (code TEXT, lang TEXT, kind INTEGER, text TEXT)")
    for member in members:
        db.executemany("INSERT INTO said VALUES (?, ?, ?, ?)", _lines(member, wanted))
    rows = db.execute("SELECT code, lang, kind, text FROM said ORDER BY code, kind, rowid")
    for code, lines in groupby(rows, itemgetter(0)):
        yield Told(_ADDRESS + quote(code, safe="()"), (code,), tuple(_names(lines, wanted)))
    db.close()


def _lines(member: Member, wanted: Collection[str]) -> Iterator[_Line]:
    folder = PurePosixPath(member.name).parent
    lang, kind = language_tag(folder.name), _KINDS[folder.parent.name]
    if member.name.endswith(_NO_CODES) or (wanted and lang not in (*wanted, _WRITTEN_IN)):
        return
    for line in _text(member).splitlines():
        code, bar, said = line.partition("|")
        text = nfc(" ".join(said.split()))
        translated = bar and text and not code.startswith("#")
        if translated and text.isprintable() and _ANY_NAME not in code:
            yield code.strip(), lang, kind, text


def _text(member: Member) -> str:
    try:
        return member.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExplorerError(
            f"{member.where} is not written in UTF-8.", "Download Iconclass again."
        ) from error


def _names(lines: Iterable[_Line], wanted: Collection[str]) -> Iterator[Name]:
    said: dict[str, dict[int, list[str]]] = {}
    for _, lang, kind, text in lines:
        said.setdefault(lang, {}).setdefault(kind, []).append(text)
    english = {t.casefold() for texts in said.get(_WRITTEN_IN, {}).values() for t in texts}
    for lang, kinds in sorted(said.items()):
        if wanted and lang not in wanted:
            continue
        for texts in kinds.values():
            own = [t for t in texts if lang == _WRITTEN_IN or t.casefold() not in english]
            if own:
                yield Name(lang, ", ".join(dict.fromkeys(own)))
                break
