"""Generations: immutable once published, switched by one atomic rename, refused when damaged."""

import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.reading import Catalogue
from explorer.errors import NotReady

SCHEMA = 1
"""Raised when a catalogue of before can no longer be read."""

MANIFEST, VECTORS, INDEX = "manifest.json", "vectors.npy", "index"
BUILDING = ".building"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights and thresholds of one embedder, chosen on development questions."""

    coverage: float = 2.0
    """Weight of the share of the question's words, added to the cosine."""
    likeness: float = 0.0
    """Weight of nearness word by word; 0 where the embedder knows no words by themselves."""
    found: float = 0.2
    """Cosine from which a record that holds no word of the question is shown."""
    floor: float = 0.8
    """Support below which a question is not answered."""
    near: float = 0.6
    """Cosine that by itself supports an answer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and what made it."""

    generation: str
    created: str
    version: str
    embedder: str
    fingerprint: str
    dims: int
    records: int
    passages: int
    schema: int = SCHEMA
    calibration: Calibration = Calibration()
    sources: Mapping[str, Any] = field(default_factory=dict)


class Generation:
    """An opened generation: its manifest, catalogue and vectors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.catalogue = Catalogue(folder)
        self.vectors: NDArray[np.float32] = np.load(folder / VECTORS, mmap_mode="r")

    @cached_property
    def row_records(self) -> NDArray[np.int64]:
        """The record key of every row of the matrix."""
        return self.catalogue.row_records()

    @cached_property
    def record_starts(self) -> NDArray[np.int64]:
        """The first row of each record that has passages; a record's rows follow one another."""
        records = self.row_records
        return np.flatnonzero(np.concatenate([[True], records[1:] != records[:-1]]))


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`."""
    data = json.loads((folder / MANIFEST).read_text("utf-8"))
    data["calibration"] = Calibration(**data["calibration"])
    return Manifest(**data)


def held_sources(folder: Path) -> set[str]:
    """The names of a generation's sources; empty where even its manifest cannot be read."""
    try:
        return set(read_manifest(folder).sources)
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Nothing; the manifest is on disk."""
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text, "utf-8")


def open_generation(folder: Path) -> Generation:
    """The generation in `folder`; NotReady when any part is missing or the parts disagree."""
    try:
        if (made := read_manifest(folder)).schema != SCHEMA:
            raise NotReady(
                f"The generation {folder.name} was made by release {made.version}, in a form this"
                " one does not read.",
                "Take in its sources again with: collection-ingest run",
            )
        generation = Generation(folder)
        manifest = generation.manifest
        held = (*generation.catalogue.counts(), *generation.vectors.shape)
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        raise _damaged(folder, str(error)) from error
    if held != (manifest.records, manifest.passages, manifest.passages, manifest.dims):
        raise _damaged(folder, "its parts do not hold the same number of passages")
    return generation


def _damaged(folder: Path, reason: str) -> NotReady:
    return NotReady(
        f"The generation {folder.name} is damaged: {reason}.",
        "Build a new one with: collection-ingest run",
    )


def generations_folder(data_dir: Path) -> Path:
    """The folder that holds all generations."""
    return data_dir / "generations"


def current(data_dir: Path) -> str:
    """The id of the generation that serves; "" when there is none."""
    try:
        return (data_dir / "current").read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def publish(data_dir: Path, generation: str) -> None:
    """Nothing; from the next question on `generation` serves."""
    new = data_dir / "current.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(generation + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(data_dir / "current")
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def published(data_dir: Path) -> list[str]:
    """Ids of the complete generations, newest first."""
    folder = generations_folder(data_dir)
    if not folder.is_dir():
        return []
    names = (f.name for f in folder.iterdir() if not f.name.endswith(BUILDING))
    return sorted(names, reverse=True)


def open_current(data_dir: Path) -> Generation:
    """The generation that serves; the newest older one where that is damaged."""
    chosen = current(data_dir)
    if not chosen:
        raise NotReady(
            f"There is no collection in {data_dir} yet.",
            "Ingest one first, for example with: collection-ingest run --sources sources.toml",
        )
    older = [name for name in published(data_dir) if name < chosen]
    problems = []
    for name in (chosen, *older):
        try:
            return open_generation(generations_folder(data_dir) / name)
        except NotReady as error:
            problems.append(error)
    raise problems[0]
