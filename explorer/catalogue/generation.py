"""Generations: immutable once published, switched by one atomic rename, refused when damaged."""

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from explorer.catalogue.reading import Catalogue
from explorer.catalogue.writing import FILE
from explorer.errors import ExplorerError, NotReady

log = logging.getLogger("explorer")

SCHEMA = 4
"""Raised when a catalogue of before can no longer be read."""

MANIFEST, VECTORS, INDEX = "manifest.json", "vectors.npy", "index"
BUILDING = ".building"
CURRENT, CURRENT_NEW = "current", "current.new"
_GRAPH_KEPT = "index_metadata.pickle"
_NAME = re.compile(r"\d{8}T\d{6,12}-\w+")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, sqlite3.Error)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights and thresholds of one embedder, chosen on development questions."""

    coverage: float = 0.0
    """Weight of the share of the question's own words, added to the cosine."""
    bridge: float = 3.0
    """Weight of that share when what stands for a word, in other languages and forms, counts."""
    likeness: float = 0.0
    """Weight of nearness word by word; 0 where the embedder knows no words by themselves."""
    found: float = 0.2
    """Cosine from which a record that holds no word of the question is shown."""
    floor: float = 0.9
    """Support and nearness together, below which a question is not answered."""
    near: float = 0.0
    """Weight of the cosine, added to the support."""
    evidence: float = 0.0
    """Weight of the logarithm of how much evidence there is, added to both."""


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
    rows: int = 0
    """Of the matrix: those of passages, and those whose passages went."""
    revision: str = ""
    """Of how records were understood and their words indexed."""
    schema: int = SCHEMA
    calibration: Calibration = Calibration()
    sources: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """Per file that no opening changes its digest; `write_manifest` fills them in."""


class Generation:
    """An opened generation: its manifest, catalogue and vectors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.catalogue = Catalogue(folder)
        self.vectors: NDArray[np.float32] = _matrix(folder / VECTORS)

    @cached_property
    def row_records(self) -> NDArray[np.int64]:
        """The record key of every row of the matrix; 0 where it is empty."""
        return self.catalogue.row_records(self.manifest.rows)

    @cached_property
    def row_lengths(self) -> NDArray[np.float32]:
        """How long each row is, in units of what they are on average."""
        lengths = np.zeros(self.manifest.rows, np.float32)
        for row, length in self.catalogue.rows("SELECT row, length FROM passage"):
            lengths[row] = length
        total = float(lengths.sum())
        return lengths * np.float32(self.manifest.passages / total) if total else lengths

    @cached_property
    def row_languages(self) -> dict[str, NDArray[np.bool_]]:
        """Language -> which rows of the matrix are of it."""
        found: dict[str, NDArray[np.bool_]] = {}
        for row, lang in self.catalogue.rows("SELECT row, lang FROM passage"):
            if lang not in found:
                found[lang] = np.zeros(self.manifest.rows, np.bool_)
            found[lang][row] = True
        return found

    @cached_property
    def record_starts(self) -> NDArray[np.int64]:
        """The first row of each record that has passages; a record's rows follow one another."""
        records = self.row_records
        return np.flatnonzero(np.concatenate([[True], records[1:] != records[:-1]]))

    def warm(self) -> None:
        """Nothing; what the first question would else wait for is read."""
        _ = self.row_lengths, self.row_languages, self._by_key
        _ = self.catalogue.names["maker"].by_sound
        self.catalogue.facets(None, 1)

    def rows_of(self, key: int) -> range:
        """The rows of a record's passages; none where it has none."""
        order, keys = self._by_key
        at = int(np.searchsorted(keys, key))
        if at == len(keys) or keys[at] != key:
            return range(0)
        place = int(order[at])
        last = place + 1 == len(order)
        stop = self.manifest.rows if last else int(self.record_starts[place + 1])
        return range(int(self.record_starts[place]), stop)

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places among `record_starts` in the order of the keys, and these keys."""
        keys = self.row_records[self.record_starts]
        order = np.argsort(keys, kind="stable")
        return order, keys[order]


def _matrix(file: Path) -> NDArray[np.float32]:
    # Not np.load, which would open an archive or a pickle too.
    try:
        vectors: NDArray[np.float32] = np.lib.format.open_memmap(file, mode="r")
    except (SyntaxError, TokenError, OverflowError) as error:  # a header of random bytes
        raise ValueError(f"the header of {VECTORS} cannot be read") from error
    if vectors.dtype != np.float32 or vectors.ndim != 2 or not vectors.flags.c_contiguous:
        raise ValueError(f"{VECTORS} holds no rows of float32")
    if file.stat().st_size != vectors.offset + vectors.nbytes:  # type: ignore[attr-defined]
        raise ValueError(f"{VECTORS} is longer than its header says")
    return vectors


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`."""
    data = orjson.loads((folder / MANIFEST).read_bytes())
    weights = data["calibration"].items()
    data["calibration"] = Calibration(**{name: float(value) for name, value in weights})
    return Manifest(**data)


def held_sources(folder: Path) -> set[str]:
    """The names of a generation's sources; empty where even its manifest cannot be read."""
    try:
        return set(read_manifest(folder).sources)
    except _UNREADABLE:
        return set()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Nothing; the manifest is on disk. It is written last: it holds what all parts look like."""
    parts = {part: digest(folder / part) for part in _parts(folder)}
    text = json.dumps(asdict(replace(manifest, parts=parts)), indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text, "utf-8")


def digest(file: Path) -> str:
    """What stands for the content of a file; OSError where it cannot be read."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _parts(folder: Path) -> Iterator[str]:
    yield from (FILE, VECTORS)
    # Whenever it is opened, Chroma writes a line into its database, and a graph that it has not put
    # on disk yet; one that it has is left alone.
    for kept in sorted((folder / INDEX).glob(f"*/{_GRAPH_KEPT}")):
        yield from sorted(f.relative_to(folder).as_posix() for f in kept.parent.iterdir())


def fitting_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`; NotReady where this release cannot serve what it stands for."""
    try:
        manifest = read_manifest(folder)
    except _UNREADABLE as error:
        raise damaged(folder, str(error)) from error
    if manifest.schema != SCHEMA:
        raise NotReady(
            f"The generation {folder.name} was made by release {manifest.version}, in a form this"
            " one does not read.",
            "Take in its sources again with: collection-ingest run",
        )
    return manifest


def open_generation(folder: Path) -> Generation:
    """The generation in `folder`; NotReady when any part is missing or the parts disagree."""
    manifest = fitting_manifest(folder)
    try:
        generation = Generation(folder)
        held = (*generation.catalogue.counts(), *generation.vectors.shape)
    except _UNREADABLE as error:
        raise damaged(folder, str(error)) from error
    if held != (manifest.records, manifest.passages, manifest.rows, manifest.dims):
        raise damaged(folder, "its parts do not hold the same number of passages")
    return generation


def damaged(folder: Path, reason: str) -> NotReady:
    """The error that says so of the generation in `folder`."""
    return NotReady(
        f"The generation {folder.name.removesuffix(BUILDING)} is damaged: {reason}.",
        "Build a new one with: collection-ingest run",
    )


def generations_folder(data_dir: Path) -> Path:
    """The folder that holds all generations."""
    return data_dir / "generations"


def current(data_dir: Path) -> str:
    """The id of the generation that serves; "" when there is none."""
    try:
        return (data_dir / CURRENT).read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NotReady(
            f"The file {data_dir / CURRENT} cannot be read: {error.strerror}.",
            "Let it be read by whoever runs this.",
        ) from error


def publish(data_dir: Path, generation: str) -> None:
    """Nothing; from the next question on `generation` serves.

    Those built between the one that served and this one never served: they are gone.
    """
    serving = current(data_dir)
    for passed in published(data_dir):
        if serving < passed < generation:
            shutil.rmtree(generations_folder(data_dir) / passed, ignore_errors=True)
    new = data_dir / CURRENT_NEW
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(generation + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(data_dir / CURRENT)
    finally:
        new.unlink(missing_ok=True)
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def published(data_dir: Path) -> list[str]:
    """Ids of the complete generations, newest first, published or not."""
    folder = generations_folder(data_dir)
    if not folder.is_dir():
        return []
    names = (f.name for f in folder.iterdir() if _NAME.fullmatch(f.name) and f.is_dir())
    return sorted(names, reverse=True)


def built(data_dir: Path) -> str:
    """The id of the newest complete generation after the one that serves; "" when there is none."""
    newest = published(data_dir)[:1]
    return newest[0] if newest and newest[0] > current(data_dir) else ""


def open_current(
    data_dir: Path,
    opened: Callable[[Path], Generation] = open_generation,
    *,
    older: bool = True,
) -> Generation:
    """The generation that serves; the newest older one where that is damaged.

    `opened` opens one, or raises NotReady; with `older` false nothing stands in.
    """
    chosen = current(data_dir)
    if not chosen:
        raise NotReady(
            f"There is no collection in {data_dir} yet.",
            "Ingest one first, for example with: collection-ingest run --sources sources.toml",
        )
    problems: list[NotReady] = []
    for name in (chosen, *(_older(data_dir) if older else ())):
        try:
            generation = opened(generations_folder(data_dir) / name)
        except NotReady as error:
            problems.append(error)
            continue
        if problems:
            log.error("%s The generation %s serves in its place.", problems[0], name)
        return generation
    raise problems[0]


def _older(data_dir: Path) -> list[str]:
    chosen = current(data_dir)
    return [name for name in published(data_dir) if name < chosen]


def rollback(data_dir: Path, opened: Callable[[Path], Generation] = open_generation) -> str:
    """The id of the newest sound generation before the one that served: it serves now."""
    for name in _older(data_dir):
        try:
            opened(generations_folder(data_dir) / name)
        except NotReady:
            continue
        publish(data_dir, name)
        return name
    raise ExplorerError(
        "There is no generation to go back to.",
        "Take in the sources as they were with: collection-ingest run",
    )
