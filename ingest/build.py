"""Writing a generation: catalogue, matrix, index, manifest, in this order, in its own folder."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path

import numpy as np
import orjson

from explorer.backends.protocols import Embedder, VectorIndex, Vectors
from explorer.backends.specs import INDEXES, open_backend
from explorer.catalogue.generation import (
    BUILDING,
    INDEX,
    VECTORS,
    Calibration,
    Generation,
    Manifest,
    write_manifest,
)
from explorer.catalogue.writing import CatalogueWriter
from explorer.config import Settings
from explorer.types import Record
from ingest.intake import Intake, Progress
from ingest.split import split_record

_BATCH = 1_024


def write_generation(
    records: Iterable[Record],
    folder: Path,
    before: Generation | None,
    embedder: Embedder,
    settings: Settings,
    intake: Intake,
    progress: Progress,
) -> Intake:
    """The intake with the new generation's figures; `folder` then holds all of it."""
    writer = CatalogueWriter(folder)
    kept = _kept_vectors(before, embedder)
    matrix = _Matrix(kept, embedder)
    held: set[str] = set()
    for i, record in enumerate(records, 1):
        held.add(record.source.name)
        passages = list(split_record(record))
        hashes = writer.add(record, passages)
        matrix.add(hashes, [passage.text for passage in passages])
        progress("Writing", i, None)
    record_count, passage_count = writer.seal()
    vectors = matrix.finish()
    np.save(folder / VECTORS, vectors)
    _index(open_backend(INDEXES, settings.index, folder / INDEX), vectors, progress)
    name = folder.name.removesuffix(BUILDING)
    sources = dict(before.manifest.sources) if before else {}
    sources |= {str(source["name"]): source for source in intake.sources}
    write_manifest(
        folder,
        Manifest(
            generation=name,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            version=version("collection-explorer"),
            embedder=embedder.name,
            fingerprint=embedder.fingerprint,
            dims=embedder.dims,
            records=record_count,
            passages=passage_count,
            calibration=calibration(embedder, settings.data_dir),
            sources={name: told for name, told in sources.items() if name in held},
        ),
    )
    return replace(intake, generation=name, passages=passage_count, embedded=matrix.embedded)


def calibration(embedder: Embedder, data_dir: Path) -> Calibration:
    """The embedder's weights and thresholds: the museum's own, those shipped, or defaults."""
    name = f"{embedder.fingerprint}.json"
    shipped = files("explorer").joinpath("calibration", name)
    own = data_dir / "calibration" / name
    for place in (own, shipped):
        if place.is_file():
            return Calibration(**orjson.loads(place.read_bytes()))
    return Calibration()


def _kept_vectors(before: Generation | None, embedder: Embedder) -> dict[bytes, Vectors]:
    if before is None or before.manifest.fingerprint != embedder.fingerprint:
        return {}
    return dict(zip(before.catalogue.passage_hashes(), before.vectors, strict=True))


class _Matrix:
    """Vectors in the order of their rows; the same text is embedded only once, ever."""

    def __init__(self, kept: dict[bytes, Vectors], embedder: Embedder) -> None:
        self._known = kept
        self._embedder = embedder
        self._hashes: list[bytes] = []
        self._waiting: dict[bytes, str] = {}
        self.embedded = 0

    def add(self, hashes: Sequence[bytes], texts: Sequence[str]) -> None:
        self._hashes += hashes
        for digest, text in zip(hashes, texts, strict=True):
            if digest not in self._known:
                self._waiting[digest] = text
        if len(self._waiting) >= _BATCH:
            self._embed()

    def _embed(self) -> None:
        vectors = self._embedder.embed_passages(list(self._waiting.values()))
        self._known.update(zip(self._waiting, vectors, strict=True))
        self.embedded += len(self._waiting)
        self._waiting.clear()

    def finish(self) -> Vectors:
        if self._waiting:
            self._embed()
        matrix = np.zeros((len(self._hashes), self._embedder.dims), np.float32)
        for row, digest in zip(matrix, self._hashes, strict=True):
            row[:] = self._known[digest]
        return matrix


def _index(index: VectorIndex, vectors: Vectors, progress: Progress) -> None:
    rows = iter(range(len(vectors)))
    for batch in _batches(rows):
        index.add(batch, vectors[batch[0] : batch[-1] + 1])
        progress("Indexing", batch[-1] + 1, len(vectors))
    index.close()


def _batches(rows: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
