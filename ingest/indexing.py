"""The index of a large generation, built in a process of its own while the rest is written."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.backends.specs import INDEXES, open_backend
from explorer.catalogue.generation import INDEX, VECTORS, Generation
from explorer.catalogue.reading import Catalogue
from explorer.config import Settings
from explorer.errors import ExplorerError
from ingest.intake import Progress
from ingest.matrix import offset
from ingest.workers import environment

_END = "end"
_ENOUGH = 4_096  # rows handed over at once: many small batches cost more


class Indexing:
    """The index in `folder` on its way: rows go in as soon as their vectors are on disk."""

    def __init__(self, spec: str, folder: Path, dims: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "ingest.indexing", spec, str(folder), str(dims)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # what went wrong is said by this side, in two sentences
            env=environment(),
        )

    def add(self, start: int, stop: int) -> None:
        """Nothing; these rows will be in the index."""
        self._tell(f"add {start} {stop}")

    def remove(self, rows: Sequence[int]) -> None:
        """Nothing; these rows will be in the index no more."""
        for i in range(0, len(rows), _ENOUGH):
            self._tell(f"remove {' '.join(map(str, rows[i : i + _ENOUGH]))}")

    def finish(self) -> None:
        """Nothing; the index holds all that it was told."""
        self._tell(_END)
        if self._process.wait() != 0:
            raise _failed()

    def close(self) -> None:
        """Nothing; the process has ended, with its work done or not."""
        self._process.kill()
        self._process.communicate()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except OSError as error:
            raise _failed() from error


def _failed() -> ExplorerError:
    return ExplorerError(
        "The index could not be written, perhaps for want of memory or space on the disk.",
        "What was served before is untouched. Make room and run this again.",
    )


class GrowingIndex:
    """The index of a generation that is too large for the matrix alone; none of a smaller one."""

    def __init__(
        self, folder: Path, before: Generation | None, dims: int, settings: Settings
    ) -> None:
        self._folder, self._dims, self._settings = folder, dims, settings
        self._rows = self._begun = 0
        self._indexing: Indexing | None = None
        self._before = before
        self._taken_over = False
        if before is not None:
            self._rows = before.manifest.rows
            if (before.folder / INDEX).is_dir():
                shutil.copytree(before.folder / INDEX, folder / INDEX)
                self._begun = self._rows
                self._taken_over = True

    def add(self, start: int, stop: int) -> None:
        """Nothing; the rows go into the index, if they are many enough to need one."""
        self._rows = stop
        if stop > self._settings.matrix_limit and stop - self._begun >= _ENOUGH:
            self._add_up_to(stop)

    def _add_up_to(self, stop: int) -> None:
        if self._indexing is None:
            self._indexing = Indexing(self._settings.index, self._folder, self._dims)
        self._indexing.add(self._begun, stop)
        self._begun = stop

    def finish(self, passages: int, progress: Progress) -> None:
        """Nothing; the index is whole, or there is none where the matrix serves."""
        if passages <= self._settings.matrix_limit:
            self.close()
            shutil.rmtree(self._folder / INDEX, ignore_errors=True)
            return
        progress("Indexing", 0, None)
        if self._begun < self._rows or self._indexing is None:
            self._add_up_to(self._rows)
        assert self._indexing is not None
        self._indexing.remove(self._gone())
        self._indexing.finish()

    def _gone(self) -> list[int]:
        """The rows that are empty, but were not when the index of before was made."""
        if self._before is None:
            return []
        empty = Catalogue(self._folder).row_records(self._rows) == 0
        if self._taken_over:
            known = self._before.row_records
            empty[len(known) :] = False
            empty[: len(known)] &= known != 0
        gone: list[int] = np.flatnonzero(empty).tolist()
        return gone

    def close(self) -> None:
        """Nothing; no process works at it any more."""
        if self._indexing is not None:
            self._indexing.close()


def main(spec: str, folder: Path, dims: int) -> int:
    """The exit status: 0 where all was indexed, 1 where the other side fell silent."""
    index = open_backend(INDEXES, spec, folder / INDEX)
    for line in sys.stdin:
        if line.strip() == _END:
            index.close()
            return 0
        verb, *told = line.split()
        if verb == "remove":
            index.remove([int(row) for row in told])
            continue
        rows = range(int(told[0]), int(told[1]))
        vectors = np.fromfile(
            folder / VECTORS, np.float32, len(rows) * dims, offset=offset(rows.start, dims)
        )
        index.add(rows, vectors.reshape(len(rows), dims))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
