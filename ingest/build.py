"""Writing a generation: catalogue, matrix, index and manifest, in its own folder.

Few changes extend a copy of the generation before; many, or another embedder, write all anew.
"""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from explorer.backends.protocols import Embedder
from explorer.catalogue.generation import (
    BUILDING,
    VECTORS,
    Calibration,
    Generation,
    Manifest,
    write_manifest,
)
from explorer.catalogue.wordforms import edition
from explorer.catalogue.writing import FILE, CatalogueWriter
from explorer.config import Settings
from ingest.accepted import Accepted
from ingest.clean import REVISION
from ingest.indexing import GrowingIndex
from ingest.intake import Noticed, Progress
from ingest.matrix import Matrix
from ingest.understanding import Unread, batches, understood
from ingest.workers import Workers

MOST_CHANGED = 5
"""A copy is extended while less than this part of it changes, and less of its rows is empty."""


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to write: records to put, in order, and those that go or lead elsewhere."""

    records: Iterable[Unread]
    removed: Sequence[str] = ()
    led: Sequence[tuple[str, tuple[str, ...]]] = ()
    """Ids of records that stay as they are, with the ids of what they are about now."""
    sources: dict[str, Any] = field(default_factory=dict)
    accepted: Accepted = field(default_factory=Accepted)


@dataclass(frozen=True, slots=True)
class Written:
    """What the generation holds now."""

    passages: int
    embedded: int


def made_by() -> str:
    """What stands for how this release understands records and indexes their words."""
    return f"{version('collection-explorer')} {REVISION} {edition()}"


def extends(before: Generation | None, changed: int) -> bool:
    """Whether so few changes are written into a copy of the generation before."""
    if before is None or before.manifest.revision != made_by():
        return False
    made = before.manifest
    empty = made.rows - made.passages
    return changed * MOST_CHANGED <= made.records and empty * MOST_CHANGED <= made.rows


def write_generation(
    work: Work,
    folder: Path,
    before: Generation | None,
    extend: bool,
    embedder: Embedder,
    settings: Settings,
    workers: Workers,
    noticed: Noticed,
    progress: Progress,
) -> Written:
    """What the new generation holds; `folder` then has all of it but the ledger."""
    taken = before if before and before.manifest.fingerprint == embedder.fingerprint else None
    if extend and before:
        shutil.copyfile(before.folder / FILE, folder / FILE)
        shutil.copyfile(before.folder / VECTORS, folder / VECTORS)
    with ExitStack() as stack:
        writer = CatalogueWriter(folder)
        index = GrowingIndex(folder, before if extend else None, embedder.dims, settings)
        stack.callback(index.close)
        matrix = stack.enter_context(Matrix(folder, embedder, taken, index.add))
        writer.start_at(matrix.rows)
        for record_id in work.removed:
            writer.remove(record_id)
        for record_id, about in work.led:
            writer.relate(record_id, about)
        done = 0
        for made in workers.map(understood, batches(work.records, work.accepted)):
            for one, warnings in made:
                writer.put(one)
                matrix.add([passage[-1] for passage in one.passages], one.texts)
                for warning in warnings:
                    noticed.add(warning, one.record_id)
            done += len(made)
            progress("Writing", done, None)
        rows = matrix.finish()
        held = writer.sources()
        records, passages = writer.seal()
        index.finish(passages, progress)
    write_manifest(
        folder,
        Manifest(
            generation=folder.name.removesuffix(BUILDING),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            version=version("collection-explorer"),
            embedder=embedder.name,
            fingerprint=embedder.fingerprint,
            dims=embedder.dims,
            records=records,
            passages=passages,
            rows=rows,
            revision=made_by(),
            calibration=calibration(embedder, settings.data_dir),
            sources={name: told for name, told in work.sources.items() if name in held},
        ),
    )
    return Written(passages, matrix.embedded)


def calibration(embedder: Embedder, data_dir: Path) -> Calibration:
    """The embedder's weights and thresholds: the museum's own, those shipped, or defaults."""
    name = f"{embedder.fingerprint}.json"
    shipped = files("explorer").joinpath("calibration", name)
    own = data_dir / "calibration" / name
    for place in (own, shipped):
        if place.is_file():
            return Calibration(**orjson.loads(place.read_bytes()))
    return Calibration()
