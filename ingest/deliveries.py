"""What a museum sends: a file, a folder or an archive, file by file.

Names are taken in their order, numbers as numbers: delivery_9 comes before delivery_10.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from explorer.errors import ExplorerError
from ingest.archives import (
    Member,
    by_name,
    damaged,
    day,
    is_archive,
    is_nested,
    opened,
    refused,
    spoken,
    untarred,
)

__all__ = ["Member", "Parcel", "glance", "ignored", "is_archive", "members", "nothing_at",
           "parcels", "unpacked"]  # fmt: skip


_FEW = 6  # endings that can still be read as a sentence


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it was handed over: one that is read, or an archive of such."""

    path: Path
    where: str
    alone: bool
    """Named by itself rather than lying in a folder: then it counts whatever its name."""


def parcels(path: Path) -> Iterator[Parcel]:
    """What was handed over at `path`, in the order of names."""
    if not path.exists():
        raise ExplorerError(
            f"There is nothing at {path}.", "Check the path for a spelling mistake, or a lost disk."
        )
    if not path.is_dir():
        yield Parcel(path, spoken(path.name), alone=True)
        return
    for file in _tree(path):
        yield Parcel(file, spoken(file.relative_to(path).as_posix()), alone=False)


def unpacked(
    parcel: Parcel, suffixes: Collection[str], passed: list[str] | None = None
) -> Iterator[Member]:
    """The files of a parcel whose names end in one of `suffixes`, in the order of their names.

    Where the others lie is added to `passed`.

    A tar archive is read in one pass and its wanted files are kept until the last is taken:
    packed, it has no order of names. Archives inside an archive are there, and refuse to open.
    """
    wanted = _ends(suffixes)
    for member in _opened(parcel, wanted):
        if _counts(member, parcel, wanted):
            yield member
        elif passed is not None:
            passed.append(member.where)


def members(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The files whose names end in one of `suffixes`, of all parcels at `path`."""
    found = False
    for parcel in parcels(path):
        for member in unpacked(parcel, suffixes):
            found = True
            yield member
    if not found:
        raise nothing_at(path, suffixes)


def nothing_at(path: Path, suffixes: Collection[str]) -> ExplorerError:
    """The error that there is no file of these names at `path`."""
    endings = sorted(set(suffixes))
    what = f"no {' or '.join(endings)} file"
    return ExplorerError(
        f"There is {what if len(endings) <= _FEW else 'nothing of a known format'} in {path.name}.",
        "Check that this is the folder or archive you mean, and how its files are named.",
    )


def ignored(path: Path, suffixes: Collection[str]) -> list[str]:
    """Where the files lie that `members` passes over because of their names."""
    wanted = _ends(suffixes)
    return [
        member.where
        for parcel in parcels(path)
        for member in _opened(parcel, lambda _: False)
        if not _counts(member, parcel, wanted)
    ]


def glance(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The wanted files in whatever order they lie, without unpacking more than is taken."""
    wanted = _ends(suffixes)
    if path.is_dir():
        for file in _tree(path):
            if file.is_file() and (is_archive(file) or wanted(file.name)):
                yield from glance(file, suffixes)
    elif is_archive(path) and not path.name.lower().endswith(".zip"):
        with suppress(ExplorerError):
            yield from (m for m in untarred(path, path.name, wanted) if wanted(m.name))
    else:
        yield from members(path, suffixes)


def _counts(member: Member, parcel: Parcel, wanted: Callable[[str], bool]) -> bool:
    """Whether a file is read: the others are passed over because of their names."""
    packed = is_archive(parcel.path)
    return wanted(member.name) or (is_nested(member.name) if packed else parcel.alone)


def _ends(suffixes: Collection[str]) -> Callable[[str], bool]:
    ends = tuple(s.lower() for s in suffixes)
    return lambda name: name.lower().endswith(ends)


def _tree(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        entry = waiting.pop()
        if entry is folder or (entry.is_dir() and not entry.is_symlink()):
            waiting += reversed(_entries(entry))
        else:
            yield entry


def _entries(folder: Path) -> list[Path]:
    try:
        shown = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
        return sorted(shown, key=lambda entry: by_name(entry.name))
    except OSError as error:
        raise damaged(spoken(folder.name)) from error


def _opened(parcel: Parcel, wanted: Callable[[str], bool]) -> Iterator[Member]:
    file, where = parcel.path, parcel.where
    try:
        plain = file.is_file() and (parcel.alone or not file.is_symlink())
        status = file.lstat() if not plain else file.stat()
    except OSError as error:
        raise damaged(where) from error
    if not plain:
        yield refused(where, where, "it is a link or not a plain file")
    elif is_archive(file):
        yield from opened(file, where, wanted)
    else:
        reading = partial(_plain, file, where)
        yield Member(where, where, day(status.st_mtime), status.st_size, reading)


def _plain(file: Path, where: str) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise damaged(where) from error
