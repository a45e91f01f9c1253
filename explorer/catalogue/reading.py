"""A published catalogue, read-only: records, numbers, filters, facets and word postings."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.facets import Counted, facet_value
from explorer.catalogue.naming import FACETS as NAMED
from explorer.catalogue.naming import Naming, naming
from explorer.catalogue.wordforms import pairs
from explorer.catalogue.writing import FILE
from explorer.catalogue.years import year_of
from explorer.concepts import labelled, token
from explorer.errors import WrongUse
from explorer.text import number_key
from explorer.types import FILTERS, Filters, Passage, Record
from explorer.wire import load_record

Keys = NDArray[np.int64]
_SPOKEN = 50  # records of which one is enough for a language to be spoken
_NONE: Keys = np.empty(0, np.int64)
_ORDERS = {
    "number": "id",
    "title": "title = '', title, key",
    "oldest": "earliest IS NULL, earliest, key",
    "newest": "earliest IS NULL, earliest DESC, key",
}


def iso_today() -> str:
    """Today's date, as records write theirs."""
    return date.today().isoformat()


STOP = "stop_number"
"""The kind of identifier that is a number of an audio guide, and no object number."""


class Catalogue:
    """The catalogue in `folder`, open until it is let go, even when its folder is gone.

    A record that is not in force `today` (an ISO day) is neither found nor given.
    """

    def __init__(self, folder: Path, today: Callable[[], str] = iso_today) -> None:
        self._today = today
        self._hidden: tuple[str, frozenset[int]] = ("", frozenset())
        # One connection for all threads, one query at a time: from Python 3.12 on a statement
        # that one thread has read to its end may be reset while another begins it again.
        self._lock = threading.Lock()
        uri = f"file:{quote(str(folder / FILE))}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._db.execute("PRAGMA temp_store = MEMORY")  # a full disk must not cost an answer

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query gives: for the rooms of the catalogue, where all SQL is."""
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()

    def follow(self, today: Callable[[], str]) -> None:
        """Nothing; what is in force is judged by this day from here on."""
        self._today = today

    def hidden(self) -> frozenset[int]:
        """Keys of the records that are not in force today."""
        today = self._today()
        if self._hidden[0] != today:
            rows = self.rows(
                "SELECT key FROM record WHERE (begins != '' OR ends != '')"
                " AND (begins > ? OR (ends != '' AND ends < ?))",
                [today, today],
            )
            self._hidden = (today, frozenset(key for (key,) in rows))
        return self._hidden[1]

    def _in_force(self, rows: Iterable[tuple[int]]) -> list[int]:
        hidden = self.hidden()
        return [key for (key,) in rows if key not in hidden]

    def counts(self) -> tuple[int, int]:
        """The numbers of records and passages, in force or not."""
        (records,), (passages,) = self.rows(
            "SELECT count(*) FROM record UNION ALL SELECT count(*) FROM passage"
        )
        return int(records), int(passages)

    def kinds(self) -> dict[str, int]:
        """How many records in force there are of each kind."""
        out = list(self.hidden())
        return {kind: int((~np.isin(own, out)).sum()) for kind, own in self._of_kind.items()}

    @cached_property
    def _of_kind(self) -> dict[str, Keys]:
        """The keys of each kind of record, sorted: every count asks for those of objects."""
        own = groupby(self.rows("SELECT kind, key FROM record ORDER BY kind, key"), itemgetter(0))
        return {kind: np.array([key for _, key in rows], np.int64) for kind, rows in own}

    # --- records

    def record(self, record_id: str) -> Record | None:
        """The record with this id."""
        found = self.rows("SELECT key, body FROM record WHERE id = ?", [record_id])
        known = found and found[0][0] not in self.hidden()
        return load_record(found[0][1]) if known else None

    def records(self, keys: Sequence[int]) -> list[Record]:
        """The records with these keys, in their order."""
        if not keys:
            return []
        marks = ",".join("?" * len(keys))
        rows = self.rows(f"SELECT key, body FROM record WHERE key IN ({marks})", keys)  # noqa: S608
        bodies = dict(rows)
        shown = bodies.keys() - self.hidden()
        return [load_record(bodies[key]) for key in keys if key in shown]

    def keys(self, record_ids: Iterable[str]) -> list[int]:
        """The keys of the records with these ids, in their order; unknown ids are left out."""
        found = (self.rows("SELECT key FROM record WHERE id = ?", [i]) for i in record_ids)
        return self._in_force(row for rows in found for row in rows)

    def numbered(self, number: str) -> list[int]:
        """Keys of the records an object number names, in whatever spelling."""
        rows = self.rows(
            "SELECT DISTINCT record FROM identifier WHERE value = ? AND kind != ? ORDER BY record",
            [number_key(number), STOP],
        )
        return self._in_force(rows)

    def at_stop(self, number: str) -> list[int]:
        """Keys of the records that stand at this number of an audio guide."""
        rows = self.rows(
            "SELECT DISTINCT record FROM identifier WHERE value = ? AND kind = ? ORDER BY record",
            [number_key(number), STOP],
        )
        return self._in_force(rows)

    def at_address(self, url: str) -> list[int]:
        """Keys of the records whose own page is this address."""
        rows = self.rows("SELECT key FROM record WHERE url = ?", [url.rstrip("/")])
        return self._in_force(rows)

    def titles_holding(self, form: str, limit: int = 200) -> list[tuple[str, str]]:
        """Folded titles, and ids, of records that hold a folded word, of `limit` rows at most."""
        rows = self.postings(form)[:limit].tolist()
        marks = ",".join("?" * len(rows))
        found = self.rows(
            "SELECT DISTINCT t.title, r.id FROM passage p JOIN title t ON t.record = p.record"  # noqa: S608
            f" JOIN record r ON r.key = p.record WHERE r.kind != 'visit' AND p.row IN ({marks})",
            rows,
        )
        return [(title, record_id) for title, record_id in found]

    def texts_about(self, record_id: str) -> list[int]:
        """Keys of the curatorial texts about a record."""
        rows = self.rows("SELECT record FROM about WHERE object = ? ORDER BY record", [record_id])
        return self._in_force(rows)

    def ordered(self, keys: Keys | None, sort: str, limit: int, offset: int = 0) -> list[int]:
        """Keys in the order of `sort`, a page of them; all records' where `keys` is None."""
        if sort not in _ORDERS:
            raise WrongUse(
                f"Records cannot be sorted by '{sort}'.",
                f"Sort by one of: score, {', '.join(_ORDERS)}.",
                field="sort",
            )
        where, values = ("", []) if keys is None else _among("key", keys)
        rows = self.rows(
            f"SELECT key FROM record {where} ORDER BY {_ORDERS[sort]} LIMIT ? OFFSET ?",  # noqa: S608
            [*values, limit, offset],
        )
        return [key for (key,) in rows]

    # --- filters and facets

    def matching(self, filters: Filters) -> Keys:
        """Sorted keys of the records that satisfy every filter; values of one filter are ors."""
        found: Keys | None = None
        for name, given in filters.items():
            if name not in FILTERS:
                raise WrongUse(
                    f"'{name}' is not a filter.",
                    f"Use one of: {', '.join(FILTERS)}.",
                    field=f"filters.{name}",
                )
            values = list(given) if isinstance(given, list | tuple) else [given]
            keys = self._matching_one(name, values)
            found = keys if found is None else np.intersect1d(found, keys, assume_unique=True)
        if found is None:
            found = np.array([k for (k,) in self.rows("SELECT key FROM record")], np.int64)
        hidden = self.hidden()
        return found[~np.isin(found, list(hidden))] if hidden else found

    def _matching_one(self, name: str, values: Sequence[Any]) -> Keys:
        if name in ("from", "to"):
            end = "coalesce(latest, earliest) >=" if name == "from" else (
                "coalesce(earliest, latest) <=")  # fmt: skip
            sql = f"SELECT DISTINCT record FROM span WHERE kind = 'creation' AND {end} ?"  # noqa: S608
            rows = self.rows(sql, [year_of(name, values[0] if values else None)])
        elif name == "kind":
            own = [self._of_kind[v] for v in set(map(str, values)) if v in self._of_kind]
            return own[0] if len(own) == 1 else np.sort(np.concatenate([_NONE, *own]))
        elif name == "number":
            rows = [(key,) for value in values for key in self.numbered(str(value))]
        else:
            meant = {value for v in values for value in self._meant(name, facet_value(v))}
            return self._counted[name].of(meant) if name in self._counted else _NONE
        return np.unique(np.array([key for (key,) in rows], np.int64))

    def _meant(self, name: str, value: str) -> set[str]:
        """The values of a facet that words mean: themselves if it has them, else concepts."""
        held = self._counted.get(name)
        if held is not None and value in held.values:
            return {value}
        concepts = {token(own) for own in labelled(value)}
        rows = self.rows("SELECT value FROM facet_also WHERE name = ? AND also = ?", [name, value])
        return {value, *concepts, *(held for (held,) in rows)}

    def facets(
        self, keys: Keys | None, limit: int = 20, lang: str = ""
    ) -> dict[str, list[dict[str, Any]]]:
        """Per facet its most frequent values among `keys` (all records where None).

        Concepts are called as in `lang`; without, as some record does.
        """
        among = None
        if keys is not None:
            among = np.zeros(self._largest_key + 1, np.bool_)
            among[keys] = True
        facets: dict[str, list[dict[str, Any]]] = {}
        for name, held in self._counted.items():
            if name.startswith("_"):
                continue
            codes = held.codes if among is None else held.codes[among[held.records]]
            counts = np.bincount(codes, minlength=len(held.values))
            order = [i for i in np.argsort(-counts, kind="stable")[:limit].tolist() if counts[i]]
            if order:
                facets[name] = [held.told(i, int(counts[i]), lang) for i in order]
        return facets

    def counted(self, name: str) -> Counted | None:
        """The values of a facet and who has them; None where no record has any."""
        return self._counted.get(name)

    def bears(self, name: str, value: str) -> bool:
        """Whether any record has this value of a facet."""
        return value in self._values.get(name, frozenset())

    @cached_property
    def _values(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(held.values) for name, held in self._counted.items()}

    @cached_property
    def names(self) -> dict[str, Naming]:
        """Per facet of names the words they are asked for by."""
        other = self.rows("SELECT name, also, value FROM facet_also")
        also = {name: [(a, value) for of, a, value in other if of == name] for name in NAMED}
        return {name: naming(self._counted.get(name), also[name]) for name in NAMED}

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages in which at least one object in fifty is recorded."""
        rows = self.rows(
            "SELECT p.lang, count(*) FROM passage p JOIN record r ON r.key = p.record"
            " WHERE p.field = '' AND r.kind = 'object' GROUP BY p.lang"
        )
        told = {lang: int(count) for lang, count in rows}
        return frozenset(lang for lang, n in told.items() if _SPOKEN * n >= sum(told.values()))

    @cached_property
    def made(self) -> tuple[Keys, Keys, Keys]:
        """Of every span of making that has a year: the record's key, its first year, its last."""
        rows = self.rows(
            "SELECT record, coalesce(earliest, latest), coalesce(latest, earliest) FROM span"
            " WHERE kind = 'creation' AND coalesce(earliest, latest) IS NOT NULL ORDER BY record"
        )
        held = np.array(rows, np.int64).reshape(-1, 3)
        return held[:, 0], held[:, 1], held[:, 2]

    @cached_property
    def _largest_key(self) -> int:
        return int(self.rows("SELECT coalesce(max(key), 0) FROM record")[0][0])

    @cached_property
    def _counted(self) -> dict[str, Counted]:
        """Every facet by its name, as arrays: counting in SQL takes longer than finding."""
        rows = self.rows(
            "SELECT name, value, min(label), group_concat(record) FROM facet"
            " GROUP BY name, value ORDER BY name, value"
        )
        facets = {}
        for name, own in groupby(rows, key=itemgetter(0)):
            _, values, labels, records = zip(*own, strict=True)
            keys = [np.fromstring(one, np.int64, sep=",") for one in records]
            codes = np.repeat(np.arange(len(keys)), [len(one) for one in keys])
            facets[name] = Counted(values, labels, np.concatenate(keys), codes)
        return facets

    # --- passages and words

    def row_records(self, total: int) -> Keys:
        """The record key of each of `total` rows; 0 where the row is empty."""
        records = np.zeros(total, np.int64)
        for row, key in self.rows("SELECT row, record FROM passage"):
            records[row] = key
        return records

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in their order; text is "" for cuts of a Field."""
        marks = ",".join("?" * len(rows))
        found = self.rows(
            'SELECT p.row, r.id, coalesce(p.text, ""), p.lang, p.field, p.start, p."end"'  # noqa: S608
            f" FROM passage p JOIN record r ON r.key = p.record WHERE p.row IN ({marks})",
            [int(row) for row in rows],
        )
        by_row = {row: Passage(*rest) for row, *rest in found}
        return [by_row[int(row)] for row in rows]

    def all_records(self) -> Iterator[Record]:
        """Every record, in the order of the keys."""
        return (load_record(body) for _, body in self.bodies())

    def key(self, record_id: str) -> int | None:
        """The key of the record with this id, in force or not."""
        rows = self.rows("SELECT key FROM record WHERE id = ?", [record_id])
        return int(rows[0][0]) if rows else None

    def stored(self, record_id: str) -> Record | None:
        """The record with this id, in force or not: for staff."""
        rows = self.rows("SELECT body FROM record WHERE id = ?", [record_id])
        return load_record(rows[0][0]) if rows else None

    def rows_of(self, record_id: str) -> list[int]:
        """The rows of a record's passages, which follow one another."""
        found = self.rows(
            "SELECT p.row FROM passage p JOIN record r ON r.key = p.record WHERE r.id = ?"
            " ORDER BY p.row",
            [record_id],
        )
        return [row for (row,) in found]

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """The id and JSON of every record, in the order of the keys."""
        page = self.rows("SELECT key, id, body FROM record ORDER BY key LIMIT 500")
        while page:
            yield from ((record_id, body) for _, record_id, body in page)
            page = self.rows(
                "SELECT key, id, body FROM record WHERE key > ? ORDER BY key LIMIT 500",
                [page[-1][0]],
            )

    def frequency(self, form: str) -> int:
        """In how many passages a folded form stands."""
        rows = self.rows("SELECT doc FROM word_count WHERE term = ?", [form])
        return int(rows[0][0]) if rows else 0

    def meaning(self, pivots: Sequence[str]) -> list[tuple[str, str, str, float]]:
        """(pivot, form, language, share) of the collection's words that mean these stems."""
        marks = ",".join("?" * len(pivots))
        return self.rows(
            "SELECT m.pivot, f.form, f.lang, m.share FROM meaning m JOIN form f ON f.id = m.form"  # noqa: S608
            f" WHERE m.pivot IN ({marks})",
            pivots,
        )

    def spelled_like(self, latin: str, limit: int = 50) -> list[tuple[str, str, bool]]:
        """(form, language, whether it is of a name) of words that share the beginning and pairs."""
        first, *others = (f'"{pair}"' for pair in pairs(latin))
        asked = f"{first} AND ({' OR '.join(others)})"
        rows = self.rows(
            "SELECT f.form, f.lang, f.name FROM spelling s JOIN form f ON f.id = s.rowid"
            " WHERE s.spelling MATCH ? ORDER BY s.rank LIMIT ?",
            [asked, limit],
        )
        return [(form, lang, bool(name)) for form, lang, name in rows]

    def postings(self, form: str) -> Keys:
        """The rows a folded form stands in, sorted."""
        # As one text: a row for each costs four times as much.
        rows = self.rows("SELECT group_concat(rowid) FROM word WHERE word MATCH ?", [f'"{form}"'])
        return np.fromstring(rows[0][0] or "", np.int64, sep=",")


def _among(column: str, keys: Keys) -> tuple[str, list[int]]:
    """A WHERE clause for any number of keys; inlined, for SQLite binds only 32,766."""
    return f"WHERE {column} IN ({','.join(str(int(k)) for k in keys)})", []
