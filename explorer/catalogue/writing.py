"""A generation's catalogue file: filled or extended once by ingest, then sealed and only read."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

from explorer.catalogue.extents import Extent, extent_of
from explorer.catalogue.facets import Facet, facets_of
from explorer.catalogue.wordforms import meaningful, name_words, pairs, passage_forms, spelling
from explorer.lexicon import pivots
from explorer.text import fold, is_stemmed, number_key
from explorer.types import Passage, Record
from explorer.wire import dump, load_record

FILE = "catalogue.sqlite"
_LEARNT = 500_000  # words that are remembered as known, so that SQLite need not be asked


def text_hash(text: str) -> bytes:
    """Sixteen bytes that stand for a text: the same text is embedded only once."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the rows the catalogue holds of it, still without its key and row numbers."""

    record_id: str
    row: tuple[Any, ...]
    """All of table `record` but the key."""
    titles: tuple[str, ...]
    """Folded, in whatever language."""
    identifiers: tuple[tuple[str, str], ...]
    facets: tuple[Facet, ...]
    spans: tuple[tuple[str, int | None, int | None], ...]
    extent: Extent
    about: tuple[str, ...]
    passages: tuple[tuple[Any, ...], ...]
    """All of table `passage` but row and record."""
    forms: tuple[str, ...]
    """Per passage its folded words and stems, as the word index holds them."""
    texts: tuple[str, ...]
    """Per passage what is embedded."""
    words: tuple[tuple[str, str, bool], ...]
    """Table `form`: the stems of its words, and the words of its names, with their languages."""


def entry(record: Record, passages: Sequence[Passage]) -> Entry:
    """The record's rows; pure, so that other processes may make them."""
    title = next((f.text for f in record.fields if f.name == "title"), "")
    creation = [d for d in record.dates if d.kind == "creation" and d.earliest is not None]
    forms = passage_forms(record, passages)
    return Entry(
        record.id,
        (
            record.id, record.source.name, record.kind, fold(title),
            creation[0].earliest if creation else None, record.valid_from, record.valid_until,
            record.source.hash, bool(record.about_numbers), record.url.rstrip("/"), dump(record),
        ),
        tuple({fold(field.text): None for _, field in record.named("title")}),
        tuple({(number_key(i.value), i.kind): None for i in record.identifiers}),
        tuple(facets_of(record)),
        tuple((d.kind, d.earliest, d.latest) for d in record.dates),
        extent_of(record),
        record.about,
        tuple(
            (p.field, p.start, p.end, p.lang, None if p.field else p.text, told.count(" ") + 1,
             text_hash(p.text))
            for p, told in zip(passages, forms, strict=True)
        ),
        tuple(forms),
        tuple(p.text for p in passages),
        _words(record, passages),
    )  # fmt: skip


def _passage(
    record: Record, field: str, start: int, end: int, lang: str, text: str | None
) -> Passage:
    """A passage as it was before its text was left to its Field."""
    named = record.numbered(field) if field else None
    return Passage(
        record.id, named.text[start:end] if named else text or "", lang, field, start, end
    )


def _words(record: Record, passages: Sequence[Passage]) -> tuple[tuple[str, str, bool], ...]:
    own = [(form, p.lang, False) for p in passages for form in meaningful(p.text, p.lang)]
    names = [(form, lang, True) for form, lang in name_words(record)]
    return tuple(dict.fromkeys(own + names))


class CatalogueWriter:
    """The catalogue file in `folder`, open for writing; `seal` ends it.

    Where the file is there already it is extended: a record put again keeps its key, and the rows
    of passages that went stay empty.
    """

    def __init__(self, folder: Path) -> None:
        extended = (folder / FILE).exists()
        self._db = sqlite3.connect(folder / FILE, isolation_level=None)
        # A build that is interrupted is thrown away whole, so nothing need survive in the middle.
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA cache_size = -65536")
        if not extended:
            schema = files("explorer").joinpath("catalogue", "schema.sql").read_text("utf-8")
            self._db.executescript(schema)
        self._db.execute("BEGIN")
        self._extended = extended
        self._learnt: set[tuple[str, str, bool]] = set()
        self._key = self._largest("SELECT max(key) FROM record", 0)
        self._row = self._largest("SELECT max(row) FROM passage", -1) + 1

    def _largest(self, sql: str, none: int) -> int:
        (found,) = self._db.execute(sql).fetchone()
        return none if found is None else int(found)

    def start_at(self, row: int) -> None:
        """Nothing; the next passage takes this row of the matrix."""
        self._row = row

    def put(self, made: Entry) -> int:
        """The first row of its passages; the rows follow one another."""
        key = self.remove(made.record_id) if self._extended else None
        if key is None:
            self._key += 1
            key = self._key
        db = self._db
        db.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, *made.row)
        )
        db.executemany(
            "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)",
            [(value, key, kind) for value, kind in made.identifiers],
        )
        db.executemany(
            "INSERT INTO facet VALUES (?, ?, ?, ?)",
            [(facet.name, facet.value, key, facet.label) for facet in made.facets],
        )
        db.executemany(
            "INSERT OR IGNORE INTO facet_also VALUES (?, ?, ?)",
            [(facet.name, also, facet.value) for facet in made.facets for also in facet.also],
        )
        db.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?)", [(key, *span) for span in made.spans]
        )
        db.executemany(
            "INSERT OR IGNORE INTO title VALUES (?, ?)", [(key, title) for title in made.titles]
        )
        if any(made.extent):
            db.execute("INSERT INTO extent VALUES (?, ?, ?)", (key, *made.extent))
        self._relate(key, made.about)
        first = self._row
        db.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(row, key, *passage) for row, passage in enumerate(made.passages, first)],
        )
        db.executemany(
            "INSERT INTO word (rowid, forms) VALUES (?, ?)", list(enumerate(made.forms, first))
        )
        self._row += len(made.passages)
        self._learn(made.words)
        return first

    def _learn(self, found: Iterable[tuple[str, str, bool]]) -> None:
        """Nothing; these words lead to the collection from other languages and spellings."""
        for one in found:
            if one in self._learnt:
                continue
            if len(self._learnt) >= _LEARNT:
                self._learnt.clear()
            self._learnt.add(one)
            form, lang, name = one
            done = self._db.execute(
                "INSERT OR IGNORE INTO form (form, lang, name) VALUES (?, ?, ?)", one
            )
            if not done.rowcount:
                continue
            key = done.lastrowid
            if name or not is_stemmed(lang):
                told = " ".join(pairs(spelling(form)))
                self._db.execute("INSERT INTO spelling (rowid, pairs) VALUES (?, ?)", [key, told])
            if not name:
                self._db.executemany(
                    "INSERT INTO meaning VALUES (?, ?, ?)",
                    [(pivot, key, share) for pivot, share in pivots(form, lang)],
                )

    def _relate(self, key: int, about: Iterable[str]) -> None:
        pairs = [(record_id, key) for record_id in about]
        self._db.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", pairs)

    def remove(self, record_id: str) -> int | None:
        """The key of the record that is gone now; None where there was none."""
        found = self._db.execute("SELECT key, body FROM record WHERE id = ?", [record_id])
        held = found.fetchone()
        if held is None:
            return None
        key, record = int(held[0]), load_record(held[1])
        gone = self._db.execute(
            'SELECT row, field, start, "end", lang, text FROM passage WHERE record = ?'
            " ORDER BY row",
            [key],
        ).fetchall()
        # The word index keeps no words of its own: it has to be told what it held.
        told = passage_forms(record, [_passage(record, *passage) for _, *passage in gone])
        self._db.executemany(
            "INSERT INTO word (word, rowid, forms) VALUES ('delete', ?, ?)",
            [(row, forms) for (row, *_), forms in zip(gone, told, strict=True)],
        )
        for table in ("title", "identifier", "facet", "span", "extent", "about", "passage"):
            self._db.execute(f"DELETE FROM {table} WHERE record = ?", [key])  # noqa: S608
        self._db.execute("DELETE FROM record WHERE key = ?", [key])
        return key

    def relate(self, record_id: str, about: Sequence[str]) -> None:
        """Nothing; the record is about these records now, and else as it was."""
        (key, body) = self._db.execute(
            "SELECT key, body FROM record WHERE id = ?", [record_id]
        ).fetchone()
        record = replace(load_record(body), about=tuple(about))
        self._db.execute("UPDATE record SET body = ? WHERE key = ?", [dump(record), key])
        self._db.execute("DELETE FROM about WHERE record = ?", [key])
        self._relate(key, about)

    def sources(self) -> set[str]:
        """The names of the sources that have records."""
        return {name for (name,) in self._db.execute("SELECT DISTINCT source FROM record")}

    def seal(self) -> tuple[int, int]:
        """The numbers of records and passages; the file is on disk and only read from here on."""
        if not self._extended:
            self._db.execute("INSERT INTO word (word) VALUES ('optimize')")
        self._db.execute("COMMIT")
        if not self._extended:
            self._db.execute("ANALYZE")
        counts = self._db.execute(
            "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM passage)"
        ).fetchone()
        self._db.close()
        return int(counts[0]), int(counts[1])
