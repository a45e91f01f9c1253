"""What each delivered file held, kept with a generation, so that it need not be read again."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from ingest.sourcespec import Rejection, Remark
from ingest.staging import Staged

FILE = "ledger.sqlite"
_TABLES = """
CREATE TABLE file (key INTEGER PRIMARY KEY, source TEXT, parcel BLOB, name TEXT, digest BLOB);
CREATE INDEX file_parcel ON file (parcel);
CREATE INDEX file_digest ON file (digest);
CREATE TABLE item (file INTEGER, id TEXT, hash TEXT);
CREATE INDEX item_file ON item (file);
CREATE TABLE told (file INTEGER, place TEXT, id TEXT, field TEXT, text TEXT, rejected INTEGER);
CREATE INDEX told_file ON told (file);
CREATE TABLE harvest (source TEXT PRIMARY KEY, until TEXT, reading TEXT);
"""

Entered = Staged | Rejection | Remark


def known(folder: Path) -> "Ledger | None":
    """The ledger of a generation, to be read; None where there is none, or it is damaged."""
    if not (folder / FILE).is_file():
        return None
    try:
        ledger = Ledger(folder, writing=False)
        ledger.check()
    except sqlite3.Error:
        return None
    return ledger


class Ledger:
    """Files by the digest of their content and of how they were read, with what they delivered."""

    def __init__(self, folder: Path, *, writing: bool = True) -> None:
        made = not (folder / FILE).exists()
        mode = "rwc" if writing else "ro&immutable=1"
        uri = f"file:{quote(str(folder / FILE))}?mode={mode}"
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        if made:
            self._db.executescript(_TABLES)
        self._db.execute("BEGIN")

    def check(self) -> None:
        """Nothing; an sqlite3.Error where it is damaged."""
        if self._db.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        for table in ("file", "item", "told", "harvest"):
            self._db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608

    def parcel(self, source: str, digest: bytes) -> list[tuple[int, str, bytes]]:
        """(key, name, digest) of the files of a parcel as it was; empty where it is not known."""
        rows = self._db.execute(
            "SELECT key, name, digest FROM file WHERE source = ? AND parcel = ? ORDER BY key",
            [source, digest],
        )
        return rows.fetchall()

    def file(self, source: str, name: str, digest: bytes) -> int | None:
        """The key of a file as it was; None where it is not known."""
        found = self._db.execute(
            "SELECT key FROM file WHERE digest = ? AND source = ? AND name = ?",
            [digest, source, name],
        ).fetchone()
        return int(found[0]) if found else None

    def entered(self, key: int, source: str) -> Iterator[Entered]:
        """What a file delivered when it was read: its records without their words."""
        rows = self._db.execute(
            "SELECT place, id, field, text, rejected FROM told WHERE file = ?", [key]
        )
        for place, record_id, field, text, rejected in rows.fetchall():
            if rejected:
                yield Rejection(source, place, record_id, field, text)
            else:
                yield Remark(source, place, text)
        rows = self._db.execute("SELECT id, hash FROM item WHERE file = ? ORDER BY rowid", [key])
        yield from (Staged(record_id, digest) for record_id, digest in rows.fetchall())

    def enter(
        self, source: str, parcel: bytes, name: str, digest: bytes, found: Iterable[Entered]
    ) -> None:
        """Nothing; what the file delivered is noted."""
        cursor = self._db.execute(
            "INSERT INTO file (source, parcel, name, digest) VALUES (?, ?, ?, ?)",
            [source, parcel, name, digest],
        )
        items, told = [], []
        for one in found:
            if isinstance(one, Staged):
                items.append((cursor.lastrowid, one.record_id, one.hash))
            elif isinstance(one, Rejection):
                told.append((cursor.lastrowid, one.where, one.record_id, one.field, one.reason, 1))
            else:
                told.append((cursor.lastrowid, one.where, "", "", one.text, 0))
        self._db.executemany("INSERT INTO item VALUES (?, ?, ?)", items)
        self._db.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)", told)

    def open_again(self, source: str, parcels: Iterable[bytes]) -> None:
        """Nothing; these parcels will be opened again, though they be as they were."""
        self._db.executemany(
            "UPDATE file SET parcel = NULL WHERE source = ? AND parcel = ?",
            [(source, parcel) for parcel in parcels],
        )

    def harvest(self, source: str) -> tuple[str, str]:
        """What the next harvest begins with, and how the last was read; "" where there is none."""
        query = "SELECT until, reading FROM harvest WHERE source = ?"
        found = self._db.execute(query, [source]).fetchone()
        return (found[0], found[1]) if found else ("", "")

    def harvested(self, source: str, until: str, reading: str) -> None:
        """Nothing; the next harvest begins there, if it is read in the same way."""
        row = [source, until, reading]
        self._db.execute("INSERT OR REPLACE INTO harvest VALUES (?, ?, ?)", row)

    def forget(self, sources: Sequence[str]) -> None:
        """Nothing; the files of these sources are not known any more."""
        for source in sources:
            for table in ("item", "told"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE file IN"  # noqa: S608
                    " (SELECT key FROM file WHERE source = ?)",
                    [source],
                )
            self._db.execute("DELETE FROM file WHERE source = ?", [source])

    def close(self) -> None:
        """Nothing; what was entered is on disk."""
        self._db.execute("COMMIT")
        self._db.close()
