"""A new generation's catalogue file: filled once by ingest, then sealed."""

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from explorer.catalogue.facets import facet_rows
from explorer.text import fold, forms, number_key, words
from explorer.types import Passage, Record
from explorer.wire import dump

FILE = "catalogue.sqlite"


def text_hash(text: str) -> bytes:
    """Sixteen bytes that stand for a text: the same text is embedded only once."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class CatalogueWriter:
    """The catalogue file in `folder`, open for writing; `seal` ends it."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / FILE, isolation_level=None)
        # A build that is interrupted is thrown away whole, so nothing need survive in the middle.
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        schema = files("explorer").joinpath("catalogue", "schema.sql").read_text("utf-8")
        self._db.executescript(schema)
        self._db.execute("BEGIN")
        self._key = 0
        self._row = 0

    def add(self, record: Record, passages: Sequence[Passage]) -> list[bytes]:
        """The hashes of the passages' texts, in the order of their new rows."""
        self._key += 1
        key = self._key
        title = next((f.text for f in record.fields if f.name == "title"), "")
        creation = [d for d in record.dates if d.kind == "creation" and d.earliest is not None]
        self._db.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key, record.id, record.source.name, record.kind, fold(title),
                creation[0].earliest if creation else None, record.valid_from,
                record.valid_until, record.source.hash, dump(record),
            ),
        )  # fmt: skip
        self._db.executemany(
            "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)",
            ((number_key(i.value), key, i.kind) for i in record.identifiers),
        )
        self._db.executemany(
            "INSERT INTO facet VALUES (?, ?, ?, ?)",
            ((name, v, key, label) for (name, v), label in facet_rows(record).items()),
        )
        self._db.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?)",
            ((key, d.kind, d.earliest, d.latest) for d in record.dates),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO about VALUES (?, ?)", ((obj, key) for obj in record.about)
        )
        return [self._add_passage(key, passage) for passage in passages]

    def _add_passage(self, key: int, passage: Passage) -> bytes:
        digest = text_hash(passage.text)
        self._db.execute(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._row, key, passage.field, passage.start, passage.end, passage.lang,
                None if passage.field else passage.text, digest,
            ),
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO word (rowid, forms) VALUES (?, ?)",
            (self._row, " ".join(index_forms(passage.text, passage.lang))),
        )
        self._row += 1
        return digest

    def seal(self) -> tuple[int, int]:
        """The numbers of records and passages; the file is on disk and only read from here on."""
        self._db.execute("INSERT INTO word (word) VALUES ('optimize')")
        self._db.execute("COMMIT")
        self._db.execute("ANALYZE")
        self._db.close()
        return self._key, self._row


def index_forms(text: str, lang: str) -> Iterable[str]:
    """The folded words of `text` and their stems, in order, as the word index holds them."""
    for word in words(text):
        yield from forms(word, lang)
