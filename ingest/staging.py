"""What a run delivered, on disk until it is compared: the last delivery of every record."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Staged:
    """A delivered record on its way: its hash ("" marks a tombstone), and its JSON where read.

    `numbers` are the object numbers it bears, `about` those it is about, `part_of` the record it
    is a part of.
    """

    record_id: str
    hash: str
    body: bytes | None = None
    numbers: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    part_of: str = ""


class Staging:
    """Delivered records by id; a later delivery of the same record replaces it whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "staging.sqlite"
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE delivered (id TEXT PRIMARY KEY, source TEXT, hash TEXT, body BLOB,"
            " told BLOB)"
        )
        self._db.execute("BEGIN")

    def put(self, source: str, delivered: Iterable[Staged]) -> None:
        """Nothing; they are staged in this order."""
        self._db.executemany(
            "INSERT INTO delivered VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET hash = excluded.hash, body = excluded.body, told = excluded.told",
            ((s.record_id, source, s.hash, s.body, _told(s)) for s in delivered),
        )

    def hashes(self, source: str) -> dict[str, str]:
        """Record id -> hash in the order of first delivery; "" marks a tombstone."""
        rows = self._db.execute(
            "SELECT id, hash FROM delivered WHERE source = ? ORDER BY rowid", [source]
        )
        return dict(rows.fetchall())

    def count(self) -> int:
        """How many different records were delivered."""
        (count,) = self._db.execute("SELECT count(*) FROM delivered").fetchone()
        return int(count)

    def records(self, wanted: Iterable[str], *, bodies: bool = True) -> Iterator[Staged]:
        """Those of `wanted` that were read, in the order of first delivery."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (id TEXT PRIMARY KEY)")
        self._db.execute("DELETE FROM wanted")
        self._db.executemany("INSERT INTO wanted VALUES (?)", ((i,) for i in wanted))
        body = "d.body" if bodies else "NULL"
        rows = self._db.execute(
            f"SELECT d.id, d.hash, {body}, d.told FROM delivered d JOIN wanted USING (id)"  # noqa: S608
            " WHERE d.told IS NOT NULL ORDER BY d.rowid"
        )
        yield from (_staged(*row) for row in rows)

    def record(self, record_id: str) -> Staged:
        """The record as last delivered."""
        row = self._db.execute(
            "SELECT id, hash, body, told FROM delivered WHERE id = ?", [record_id]
        ).fetchone()
        return _staged(*row)

    def unread(self, wanted: Iterable[str]) -> set[str]:
        """Those of `wanted` that were not read, being in files that are as they were."""
        read = self._db.execute("SELECT id FROM delivered WHERE told IS NOT NULL")
        return set(wanted).difference(record_id for (record_id,) in read)

    def clear(self, sources: Iterable[str]) -> None:
        """Nothing; what these sources delivered is forgotten."""
        for source in sources:
            self._db.execute("DELETE FROM delivered WHERE source = ?", [source])

    def close(self) -> None:
        """Nothing; the file is gone."""
        self._db.close()
        self._path.unlink(missing_ok=True)


def _told(staged: Staged) -> bytes | None:
    if staged.body is None:
        return None
    return orjson.dumps((staged.numbers, staged.about, staged.part_of))


def _staged(record_id: str, digest: str, body: bytes | None, told: bytes) -> Staged:
    numbers, about, part_of = orjson.loads(told)
    return Staged(record_id, digest, body, tuple(numbers), tuple(about), part_of)
