"""A vocabulary as a small database: written once, and asked by every process that reads records."""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import orjson

from explorer.errors import ExplorerError
from explorer.text import fold
from explorer.types import Labels

_TABLES = """
CREATE TABLE concept (key INTEGER PRIMARY KEY, uri TEXT, labels BLOB);
CREATE TABLE code (code TEXT PRIMARY KEY, concept INTEGER) WITHOUT ROWID;
CREATE TABLE address (address TEXT PRIMARY KEY, concept INTEGER) WITHOUT ROWID;
CREATE TABLE base (host TEXT, path TEXT, PRIMARY KEY (host, path)) WITHOUT ROWID;
CREATE TABLE word (hash INTEGER, concept INTEGER, lang TEXT, other INTEGER,
                   PRIMARY KEY (hash, concept, lang)) WITHOUT ROWID;
"""
_AT_ONCE = 1_000
_SCHEME = re.compile(r"[a-z]+://(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """What a concept is called in a language; `other` names are looked for and never shown."""

    lang: str
    text: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A concept as its vocabulary tells it; the first name of a language that is shown holds."""

    uri: str
    codes: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A concept that was found: its address, and what it is called in each language."""

    uri: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary that was taken in: its database, and what stands for all that it holds."""

    name: str
    file: Path
    digest: str
    concepts: int = 0

    def coded(self, code: str) -> Known | None:
        """The concept of a code, or of what is left of it without what stands in brackets.

        Iconclass adds to its codes what it does not list: 25F711(BEE)(+1) is a bee all the same.
        """
        query = "SELECT uri, labels FROM code JOIN concept ON key = concept WHERE code = ?"
        for known in _shorter(code):
            if rows := self._asked(query, known):
                return _known(*rows[0])
        return None

    def called(self, words: str, lang: str) -> list[Known]:
        """The concepts of that name in `lang`, else in any language: several where it is unclear.

        What some are called by preference, others are not meant by.
        """
        query = (
            "SELECT uri, labels, lang, other FROM word JOIN concept ON key = concept"
            " WHERE hash = ? ORDER BY key"
        )
        rows = self._asked(query, _hash(words))
        rows = [row for row in rows if _same(row[2], lang)] or rows
        rows = [row for row in rows if not row[3]] or rows
        return [_known(*row) for row in dict.fromkeys((uri, labels) for uri, labels, *_ in rows)]

    def at(self, address: str) -> Known | None:
        """The concept at that address, or at one that differs in its path: /rkd/71H71, /71H71."""
        query = "SELECT uri, labels FROM address JOIN concept ON key = concept WHERE address = ?"
        plain = _plain(address)
        if rows := self._asked(query, plain):
            return _known(*rows[0])
        host, path, code = _parted(plain)
        paths = self._asked("SELECT path FROM base WHERE host = ?", host)
        return self.coded(code) if any(_lies_on(own, path) for (own,) in paths) else None

    def _asked(self, query: str, value: str | int) -> list[Any]:
        try:
            return _opened(self.file).execute(query, [value]).fetchall()
        except sqlite3.Error as error:
            raise ExplorerError(
                f"The vocabulary '{self.name}' as it is kept in the data folder cannot be read.",
                f"Delete {self.file.name} there and run this again: it is made anew.",
            ) from error


def first_concepts(vocabulary: Vocabulary, limit: int) -> list[tuple[str, Known]]:
    """The first concepts, each with one of its codes."""
    query = "SELECT min(code), uri, labels FROM concept JOIN code ON key = concept GROUP BY key"
    rows = _opened(vocabulary.file).execute(f"{query} ORDER BY key LIMIT ?", [limit]).fetchall()
    return [(code, _known(uri, labels)) for code, uri, labels in rows]


def kept(name: str, file: Path, digest: str) -> Vocabulary | None:
    """The vocabulary in a database that was written before; None where there is none."""
    if not file.is_file():
        return None
    try:
        (count,) = _opened(file).execute("SELECT count(*) FROM concept").fetchone()
    except sqlite3.Error:
        _opened.cache_clear()
        return None
    return Vocabulary(name, file, digest, int(count))


def write(file: Path, concepts: Iterable[Told]) -> None:
    """Nothing; the database of these concepts is on disk, whole."""
    new = file.with_suffix(".building")
    new.unlink(missing_ok=True)
    try:
        _fill(new, concepts)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _fill(file: Path, concepts: Iterable[Told]) -> None:
    db = sqlite3.connect(file, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_TABLES)
        db.execute("BEGIN")
        for key, told in enumerate(concepts):
            _put(db, key, told)
        # The end of an address is a code where nothing else is called so.
        rows = db.execute("SELECT address, concept FROM address")
        while some := rows.fetchmany(_AT_ONCE):
            parted = [(*_parted(address), key) for address, key in some]
            codes = ((code, key) for _, _, code, key in parted)
            db.executemany("INSERT OR IGNORE INTO code VALUES (?, ?)", codes)
            bases = {(host, path) for host, path, _, _ in parted}
            db.executemany("INSERT OR IGNORE INTO base VALUES (?, ?)", bases)
        db.execute("COMMIT")
    finally:
        db.close()


def _put(db: sqlite3.Connection, key: int, told: Told) -> None:
    labels: dict[str, str] = {}
    for name in told.names:
        if not name.other:
            labels.setdefault(name.lang, name.text)
    db.execute("INSERT INTO concept VALUES (?, ?, ?)", [key, told.uri, orjson.dumps(labels)])
    codes = ((code, key) for code in told.codes)
    db.executemany("INSERT OR IGNORE INTO code VALUES (?, ?)", codes)
    if told.uri:
        db.execute("INSERT OR IGNORE INTO address VALUES (?, ?)", [_plain(told.uri), key])
    names = sorted(told.names, key=lambda name: name.other)
    words = ((_hash(name.text), key, name.lang, int(name.other)) for name in names)
    db.executemany("INSERT OR IGNORE INTO word VALUES (?, ?, ?, ?)", words)


@lru_cache(maxsize=16)
def _opened(file: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(file))}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _known(uri: str, labels: bytes) -> Known:
    return Known(uri, orjson.loads(labels))


def _shorter(code: str) -> Iterator[str]:
    """The code, and what it begins with: 11H(JEROME)5(+3), 11H(JEROME)5, 11H(JEROME), 11H."""
    while code:
        yield code
        if code.endswith(")"):
            code = code[: max(code.rfind("("), 0)].rstrip()
        else:
            code = code[: code.rfind(")") + 1]
        if not any(map(str.isdigit, code)):
            return  # words with a remark in brackets


def _hash(words: str) -> int:
    plain = fold(" ".join(words.split()))
    digest = blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _same(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]


def _plain(address: str) -> str:
    """An address without what two spellings of it differ in."""
    return unquote(_SCHEME.sub("", address.strip(), count=1)).rstrip("/#")


def _parted(plain: str) -> tuple[str, str, str]:
    """The host, the path, and the last step of an address."""
    before, _, last = plain.replace("#", "/").rpartition("/")
    host, _, path = before.partition("/")
    return host.lower(), path, last


def _lies_on(own: str, path: str) -> bool:
    """Whether all steps of `own` are among those of `path`, in their order."""
    steps = iter(path.split("/"))
    return all(step in steps for step in own.split("/") if step)
