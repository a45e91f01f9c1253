"""Publishing: a generation is put on disk whole, serves from one moment on, and old ones go."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from explorer.catalogue.generation import (
    BUILDING,
    CURRENT_NEW,
    current,
    generations_folder,
    open_generation,
    publish,
    published,
)
from explorer.config import Settings
from explorer.errors import NotReady


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
        shown = {Path(n).stem for f in folders for n in open_generation(f).catalogue.thumbnails()}
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
