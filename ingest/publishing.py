"""Publishing: a generation is put on disk whole, serves from one moment on, and old ones go."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.backends.protocols import Embedder
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue import inventory
from explorer.catalogue.canary import open_checked, remember
from explorer.catalogue.generation import (
    BUILDING,
    CURRENT_NEW,
    Generation,
    built,
    current,
    generations_folder,
    open_current,
    open_generation,
    publish,
    published,
    rollback,
)
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady
from ingest.gate import Gate, Passed, passes
from ingest.ledger import FILE as LEDGER


def put_in_place(folder: Path) -> str:
    """The name of the generation built in `folder`, which is whole and on disk."""
    for file in sorted(folder.rglob("*"), reverse=True):
        _sync(file)
    _sync(folder)
    name = folder.name.removesuffix(BUILDING)
    folder.rename(folder.with_name(name))
    _sync(folder.parent)
    return name


def switch_to(name: str, settings: Settings) -> None:
    """Nothing; the generation serves, and those that are not kept any more are gone."""
    before = current(settings.data_dir)
    publish(settings.data_dir, name)
    there = published(settings.data_dir)
    kept = {name, *[old for old in there if old <= name][: settings.keep_generations]}
    if settings.keep_generations > 1:
        kept.add(before)
    _drop((old for old in there if old not in kept), settings)
    _prune_pictures(settings.data_dir)


def keep_built(name: str, settings: Settings) -> None:
    """Nothing; of generations that wait to be published only this one is left."""
    serving = current(settings.data_dir)
    _drop((n for n in published(settings.data_dir) if n > serving and n != name), settings)


def keep_ledger(folder: Path, serving: Path) -> None:
    """Nothing; the ledger in `folder` is that of the serving generation, which else stays."""
    (folder / LEDGER).replace(serving / LEDGER)
    remember(serving)  # it was looked at when this run began


def _drop(names: Iterable[str], settings: Settings) -> None:
    for name in names:
        shutil.rmtree(generations_folder(settings.data_dir) / name, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Nothing; what an interrupted run left is gone."""
    if folder.is_dir():
        for left in folder.glob(f"*{BUILDING}"):
            shutil.rmtree(left, ignore_errors=True)
    (folder.parent / CURRENT_NEW).unlink(missing_ok=True)


def _prune_pictures(data_dir: Path) -> None:
    """Nothing; thumbnails that no generation shows are gone, if all of them can be asked."""
    pictures = [p for p in (data_dir / "images").glob("*") if p.suffix in (".webp", ".jpg")]
    if not pictures:
        return
    folders = (generations_folder(data_dir) / name for name in published(data_dir))
    try:
        shown = {
            Path(n).stem
            for f in folders
            for n in inventory.thumbnails(open_generation(f).catalogue)
        }
    except NotReady:
        return
    for picture in pictures:
        if picture.stem not in shown:
            picture.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- by staff


def publish_built(settings: Settings, gate: Gate | None = None) -> tuple[str, Passed | None]:
    """The name of the generation that was built and waited: it serves now, if the gate lets it."""
    with alone(settings):
        name = built(settings.data_dir)
        if not name:
            raise ExplorerError(
                "There is no generation that waits to be published.",
                "Build one with: collection-ingest run --hold",
            )
        folder = generations_folder(settings.data_dir) / name
        generation = open_checked(folder)
        passed = None
        if gate is not None:
            embedder: Embedder = open_backend(EMBEDDERS, settings.embedder)
            if generation.manifest.fingerprint != embedder.fingerprint:
                raise ExplorerError(
                    f"The generation that waits was made with {generation.manifest.embedder}, and"
                    f" {embedder.name} is set.",
                    "Set the embedder it was made with, or build it anew with: run --hold",
                )
            serving = open_current(settings.data_dir) if current(settings.data_dir) else None
            passed = passes(gate, generation, serving, embedder, settings.default_lang)
            if not passed.passed:
                return name, passed
        switch_to(name, settings)
        return name, passed


def two_generations(settings: Settings) -> tuple[Generation, Generation]:
    """The one that serves and the one that waits; where none waits, the last and that one."""
    serving = open_current(settings.data_dir, open_checked, older=False)
    names = published(settings.data_dir)
    if waiting := built(settings.data_dir):
        return serving, open_checked(generations_folder(settings.data_dir) / waiting)
    older = [name for name in names if name < serving.manifest.generation]
    if not older:
        raise ExplorerError(
            "There is only one generation, and nothing to compare it with.",
            "Build another with: collection-ingest run --hold",
        )
    return open_checked(generations_folder(settings.data_dir) / older[0]), serving


def roll_back(settings: Settings) -> str:
    """The name of the generation before the one that served: it serves now."""
    with alone(settings):
        return rollback(settings.data_dir, open_checked)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Nothing; meanwhile no other ingest is at work, and what the disk refuses is told."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.data_dir / "ingest.lock", timeout=0):
            yield
    except Timeout as error:
        raise ExplorerError(
            f"Another ingest is at work in {settings.data_dir}.",
            "Wait until it has ended, then run this again.",
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise ExplorerError(
            f"The collection could not be written in {settings.data_dir}: {error}.",
            "What was served before is untouched. Make room on the disk, or mend what is said here,"
            " and run this again.",
        ) from error
