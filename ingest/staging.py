"""What a run delivered, on disk until it is compared: the last delivery of every record."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from explorer.types import Record
from explorer.wire import dump, load_record
from ingest.clean import delivered_hash


class Staging:
    """Delivered records by id; a later delivery of the same record replaces it whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "staging.sqlite"
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE delivered (id TEXT PRIMARY KEY, source TEXT, hash TEXT, body BLOB)"
        )
        self._db.execute("BEGIN")

    def put(self, record: Record, pictures: str = "") -> None:
        """Nothing; `pictures` stands for the state of its picture files. A tombstone stays one."""
        digest = "" if record.deleted else delivered_hash(record, pictures)
        self._db.execute(
            "INSERT INTO delivered VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET hash = excluded.hash, body = excluded.body",
            (record.id, record.source.name, digest, dump(record)),
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

    def ids(self) -> list[str]:
        """Ids of all that was delivered, in the order of first delivery."""
        return [i for (i,) in self._db.execute("SELECT id FROM delivered ORDER BY rowid")]

    def record(self, record_id: str) -> Record:
        """The record as last delivered, with the hash of what was delivered."""
        body, digest = self._db.execute(
            "SELECT body, hash FROM delivered WHERE id = ?", [record_id]
        ).fetchone()
        record = load_record(body)
        return replace(record, source=replace(record.source, hash=digest))

    def records(self) -> Iterator[Record]:
        """All that was delivered, in the order of first delivery."""
        for (body,) in self._db.execute("SELECT body FROM delivered ORDER BY rowid"):
            yield load_record(body)

    def close(self) -> None:
        """Nothing; the file is gone."""
        self._db.close()
        self._path.unlink(missing_ok=True)
