"""Pictures that lie on other servers: fetched once, looked after only when they may have changed.

What was fetched is remembered in data/images/fetched.sqlite, which may be deleted at any time.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from explorer.errors import ExplorerError
from ingest.fetching import Fetcher, Limits, NotReached, host_of
from ingest.pictures import store, thumbnail
from ingest.sourcespec import SourceSpec

MOST = 50_000
MOST_SECONDS = 6 * 3600.0
"""Of one run and source: what is beyond is left for the next run."""

_LIMITS = Limits(content=40_000_000, seconds=40.0, hops=3, tries=2)
_FRESH = 86_400.0  # seconds in which a picture is not asked for again
_GIVEN_UP = 30 * 86_400.0
_TRIES = 3  # runs that ask for a picture in vain, before it is given up for a while
_SILENT = 5  # questions in a row that a server leaves unanswered, before it is left alone
_TABLE = """
CREATE TABLE IF NOT EXISTS fetched (
    url TEXT PRIMARY KEY, thumbnail TEXT, etag TEXT, modified TEXT, at REAL, failed INTEGER)
"""


class Gallery:
    """Fetches the pictures of one source, as many as one run may; used by several threads."""

    def __init__(
        self, spec: SourceSpec, data_dir: Path, fetcher: Fetcher | None = None,
        most: int = MOST, seconds: float = MOST_SECONDS, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._data_dir = data_dir
        self._fetcher = fetcher or Fetcher(spec.hosts, limits=_LIMITS)
        self._left = most
        self._ends = time.monotonic() + seconds
        self._now = now
        self._silent: Counter[str] = Counter()
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None

    def thumbnail(self, url: str) -> str:
        """The name of the picture's thumbnail; an ExplorerError that is a warning where none is."""
        _, name, etag, modified, at, failed = self._known(url)
        there = bool(name) and (self._data_dir / "images" / name).exists()
        age = self._now() - at
        if there and 0 <= age < _FRESH:
            return name
        if not there and failed >= _TRIES and 0 <= age < _GIVEN_UP:
            raise ExplorerError(f"picture cannot be fetched: {url} (given up)", "Mend its address.")
        if not self._may_ask(url):
            if there:
                return name
            self._remember(url, "", "", "", failed)
            raise ExplorerError(f"picture left for the next run: {url}", "Run this again.")
        asked = {"If-None-Match": etag, "If-Modified-Since": modified} if there else {}
        try:
            return self._asked(url, name if there else "", {k: v for k, v in asked.items() if v})
        except ExplorerError as error:
            self._remember(url, name if there else "", etag, modified, failed + 1)
            if there:
                return name
            told = f"picture cannot be fetched: {url} ({error.problem.rstrip('.')})"
            raise ExplorerError(told, error.remedy) from error

    def close(self) -> None:
        """Nothing; what was fetched is on disk."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    def _asked(self, url: str, name: str, headers: dict[str, str]) -> str:
        try:
            fetched = self._fetcher.get(url, headers)
        except NotReached:
            self._silent[host_of(url)] += 1
            raise
        self._silent[host_of(url)] = 0
        etag, modified = (fetched.headers.get(h, "") for h in ("etag", "last-modified"))
        if fetched.status == 304 and name:
            self._remember(
                url, name, etag or headers.get("If-None-Match", ""),
                modified or headers.get("If-Modified-Since", ""), 0,
            )  # fmt: skip
            return name
        if fetched.status != 200:
            raise ExplorerError(f"its server answers {fetched.status}", "Mend its address.")
        made = thumbnail(BytesIO(fetched.content))
        if made is None:
            raise ExplorerError("it is not a picture we open", "Use a JPEG.")
        name = store(made, url, self._data_dir)
        self._remember(url, name, etag, modified, 0)
        return name

    def _may_ask(self, url: str) -> bool:
        with self._lock:
            self._left -= 1
            asking = self._left >= 0 and time.monotonic() < self._ends
            return asking and self._silent[host_of(url)] < _SILENT

    def _known(self, url: str) -> tuple[str, str, str, str, float, int]:
        row: tuple[str, str, str, str, float, int] | None = None
        with self._lock, suppress(sqlite3.Error):
            query = "SELECT * FROM fetched WHERE url = ?"
            row = self._opened().execute(query, [url]).fetchone()
        return row or (url, "", "", "", 0.0, 0)

    def _remember(self, url: str, name: str, etag: str, modified: str, failed: int) -> None:
        row = (url, name, etag, modified, self._now(), failed)
        # A memory that cannot be written costs a question the next time, not the picture.
        with self._lock, suppress(sqlite3.Error):
            self._opened().execute("INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?, ?)", row)

    def _opened(self) -> sqlite3.Connection:
        """The memory of what was fetched; begun anew where it is damaged."""
        if self._db is None:
            file = _memory(self._data_dir)
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._db = _connected(file)
            except sqlite3.OperationalError:  # locked, or the disk is full
                raise
            except sqlite3.DatabaseError:
                file.unlink(missing_ok=True)
                self._db = _connected(file)
        return self._db


def owed(data_dir: Path, url: str) -> str:
    """Since when a picture is yet to be fetched; "" where it was, or was never asked for."""
    file = _memory(data_dir)
    try:
        status = file.stat()
    except OSError:
        return ""
    return _all_owed(file, status.st_mtime_ns, status.st_size).get(url, "")


def all_owed(data_dir: Path) -> list[tuple[str, str]]:
    """The pictures yet to be fetched, in the order of their addresses, and since when."""
    file = _memory(data_dir)
    try:
        status = file.stat()
    except OSError:
        return []
    return sorted(_all_owed(file, status.st_mtime_ns, status.st_size).items())


@lru_cache(maxsize=1)
def _all_owed(file: Path, changed: int, size: int) -> dict[str, str]:
    """What is yet to be fetched, as it stood when the file was last written."""
    try:
        db = _connected(file)
    except sqlite3.DatabaseError:
        return {}
    query = "SELECT url, at FROM fetched WHERE thumbnail = '' AND failed < ?"
    try:
        return {url: str(at) for url, at in db.execute(query, [_TRIES])}
    except sqlite3.DatabaseError:
        return {}
    finally:
        db.close()


def _memory(data_dir: Path) -> Path:
    return data_dir / "images" / "fetched.sqlite"


def _connected(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        db.execute(_TABLE)
        db.execute("SELECT count(*) FROM fetched").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
