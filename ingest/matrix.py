"""The matrix of a new generation, written row by row; the same text is embedded only once, ever."""

import os
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from explorer.backends.protocols import Embedder, Vectors
from explorer.catalogue import inventory
from explorer.catalogue.generation import VECTORS, Generation

_BATCH = 1_024

Written = Callable[[int, int], None]
"""Told from which row up to which other vectors are on disk."""


class Matrix:
    """The file vectors.npy in `folder`, open for writing; `close` ends it.

    `before` is a generation of the same embedder: its vectors are taken over by the hashes of their
    texts, and where its file has been copied to `folder`, rows are added to it.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, before: Generation | None, written: Written
    ) -> None:
        path = folder / VECTORS
        self._embedder = embedder
        self._written = written
        self._old = before.vectors if before else None
        self._old_rows = dict(inventory.passage_rows(before.catalogue)) if before else {}
        self._rows: dict[bytes, int] = {}
        self._waiting: list[tuple[bytes, str]] = []
        self.rows = 0
        self.embedded = 0
        if path.exists():
            self.rows = len(before.vectors) if before else 0
            self._rows, self._old = self._old_rows, None
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.seek(self._at(self.rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _at(self, row: int) -> int:
        return offset(row, self._embedder.dims)

    def add(self, hashes: Sequence[bytes], texts: Sequence[str]) -> None:
        """Nothing; each text has the next row."""
        self._waiting += zip(hashes, texts, strict=True)
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Nothing; the vectors of all texts so far are written."""
        if not self._waiting:
            return
        new = {
            digest: text
            for digest, text in self._waiting
            if digest not in self._rows and digest not in self._old_rows
        }
        made = dict(zip(new, self._embed(list(new.values())), strict=True)) if new else {}
        block = np.empty((len(self._waiting), self._embedder.dims), np.float32)
        for row, (digest, _) in zip(block, self._waiting, strict=True):
            row[:] = made[digest] if digest in made else self._known(digest)
        self._file.seek(self._at(self.rows))
        self._file.write(block.tobytes())
        self._file.flush()
        for i, (digest, _) in enumerate(self._waiting, self.rows):
            self._rows.setdefault(digest, i)
        first, self.rows = self.rows, self.rows + len(block)
        self._waiting.clear()
        self._written(first, self.rows)

    def _embed(self, texts: list[str]) -> Iterator[Vectors]:
        self.embedded += len(texts)
        yield from self._embedder.embed_passages(texts)

    def _known(self, digest: bytes) -> Vectors:
        if digest not in self._rows and self._old is not None:
            kept: Vectors = self._old[self._old_rows[digest]]
            return kept
        self._file.seek(self._at(self._rows[digest]))
        data = self._file.read(self._embedder.dims * 4)
        return np.frombuffer(data, np.float32)

    def finish(self) -> int:
        """The number of rows; the file is complete."""
        self.flush()
        self._file.seek(0)
        self._file.write(_header(self.rows, self._embedder.dims))
        self._file.seek(0, os.SEEK_END)
        self._file.flush()
        return self.rows


def offset(row: int, dims: int) -> int:
    """Where a row begins in the file, in bytes, whether its header is written yet or not."""
    return len(_header(0, dims)) + row * dims * 4


def _header(rows: int, dims: int) -> bytes:
    """The header of an .npy file; as long for every number of rows, as numpy leaves room."""
    buffer = BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": (rows, dims)}
    np.lib.format.write_array_header_1_0(buffer, described)
    return buffer.getvalue()
