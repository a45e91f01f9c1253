"""What a museum sends: a file, a folder or an archive, opened without writing anything to disk.

Names are taken in their order, numbers as numbers: delivery_9 comes before delivery_10.
"""

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from explorer.errors import ExplorerError

MAX_MEMBER = 200_000_000
MAX_ARCHIVE = 2_000_000_000
MAX_RATIO = 250
"""Unpacked to packed bytes: XML stays well under 100, an archive made to fill memory does not."""

_ARCHIVES = (".zip", ".tgz", ".tar.gz", ".tar")
_TOO_SMALL_TO_HARM = 10_000_000
_DAMAGE = (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Member:
    """One delivered file. `delivered` is an ISO date, "" where none is known.

    `open` and `read` raise ExplorerError where the file is damaged or not safe to open.
    """

    name: str
    where: str
    delivered: str
    size: int
    open: Callable[[], BinaryIO]

    def read(self) -> bytes:
        """The whole content."""
        with self.open() as stream:
            return stream.read()


def members(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The files whose names end in one of `suffixes`, in the order of their names.

    A file given by itself counts whatever its name. A tar archive is read in one pass and its
    wanted files are kept in memory until the last is taken: packed, it has no order of names.
    """
    wanted = _ends(suffixes)
    found = False
    for member in _files(path, wanted):
        if wanted(member.name) or _alone(path):
            found = True
            yield member
    if not found:
        raise ExplorerError(
            f"There is no {' or '.join(sorted(suffixes))} file in {path.name}.",
            "Check that this is the folder or archive you mean, and how its files are named.",
        )


def ignored(path: Path, suffixes: Collection[str]) -> list[str]:
    """Where the files lie that `members` passes over because of their names."""
    wanted = _ends(suffixes)
    if _alone(path):
        return []
    return [m.where for m in _files(path, lambda _: False) if not wanted(m.name)]


def glance(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The wanted files in whatever order they lie, without unpacking more than is taken."""
    if path.is_file() and is_archive(path) and not path.name.lower().endswith(".zip"):
        wanted = _ends(suffixes)
        with suppress(*_DAMAGE), tarfile.open(path) as archive:
            for info in archive:
                if info.isreg() and wanted(info.name) and not _hidden(info.name):
                    yield _untarred(archive, info, path.name, wanted)
    elif path.is_dir():
        for file in _tree(path):
            if file.is_file() and (is_archive(file) or _ends(suffixes)(file.name)):
                yield from glance(file, suffixes)
    else:
        yield from members(path, suffixes)


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive which `members` opens."""
    return path.name.lower().endswith(_ARCHIVES)


def _alone(path: Path) -> bool:
    return path.is_file() and not is_archive(path)


def _ends(suffixes: Collection[str]) -> Callable[[str], bool]:
    ends = tuple(s.lower() for s in suffixes)
    return lambda name: name.lower().endswith(ends)


def _files(path: Path, wanted: Callable[[str], bool]) -> Iterator[Member]:
    if not path.exists():
        raise ExplorerError(
            f"There is nothing at {path}.", "Check the path for a spelling mistake, or a lost disk."
        )
    if not path.is_dir():
        yield from _opened(path, path.name, wanted)
        return
    for file in _tree(path):
        yield from _opened(file, file.relative_to(path).as_posix(), wanted, inside=True)


def _tree(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: _by_name(entry.name))
    except OSError as error:
        raise _damaged(folder.name) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _tree(entry)
        else:
            yield entry


def _opened(
    file: Path, where: str, wanted: Callable[[str], bool], *, inside: bool = False
) -> Iterator[Member]:
    if inside and (file.is_symlink() or not file.is_file()):
        yield _refused(where, where, "it is a link or not a plain file")
        return
    if file.name.lower().endswith(".zip"):
        yield from _zipped(file, where)
    elif is_archive(file):
        yield from _tarred(file, where, wanted)
    else:
        status = file.stat()
        yield Member(where, where, _day(status.st_mtime), status.st_size, partial(_plain, file))


def _plain(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise _damaged(file.name) from error


def _zipped(path: Path, where: str) -> Iterator[Member]:
    try:
        # Not closed here: members may be read after the next one was taken.
        archive = zipfile.ZipFile(path)
    except (*_DAMAGE, ValueError, NotImplementedError) as error:
        raise _damaged(where) from error
    for info in sorted(archive.infolist(), key=lambda info: _by_name(info.filename)):
        if info.is_dir() or _hidden(info.filename):
            continue
        year, month, day = info.date_time[:3]
        delivered = f"{year:04}-{month:02}-{day:02}" if year > 1980 else ""  # 1980 is zip's zero
        place = f"{where}/{info.filename}"
        why = _unsafe(info.filename, info.file_size)
        if stat.S_ISLNK(info.external_attr >> 16):
            why = "it is a link"
        elif _bomb(info.file_size, info.compress_size):
            why = "it unpacks to far more than text does"
        if why:
            yield _refused(info.filename, place, why)
        else:
            reading = partial(_unzipped, archive, info, place)
            yield Member(info.filename, place, delivered, info.file_size, reading)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> BinaryIO:
    try:
        return io.BytesIO(archive.read(info))
    except (*_DAMAGE, RuntimeError) as error:  # a password, or a way of packing unknown here
        raise _damaged(where) from error


def _tarred(path: Path, where: str, wanted: Callable[[str], bool]) -> Iterator[Member]:
    kept: list[Member] = []
    total, packed = 0, path.stat().st_size
    try:
        with tarfile.open(path) as archive:
            for info in archive:
                total += info.size
                if total > MAX_ARCHIVE or _bomb(total, packed):
                    raise ExplorerError(
                        f"{where} unpacks to far more than a delivery of records holds.",
                        "Check that it is the right file, or unpack it and name its folder.",
                    )
                if not info.isdir() and not _hidden(info.name):
                    kept.append(_untarred(archive, info, where, wanted))
    except _DAMAGE as error:
        raise _damaged(where) from error
    kept.sort(key=lambda member: _by_name(member.name))
    yield from kept


def _untarred(
    archive: tarfile.TarFile, info: tarfile.TarInfo, where: str, wanted: Callable[[str], bool]
) -> Member:
    place = f"{where}/{info.name}"
    if not info.isreg():
        return _refused(info.name, place, "it is a link or not a plain file")
    if why := _unsafe(info.name, info.size):
        return _refused(info.name, place, why)
    stream = archive.extractfile(info) if wanted(info.name) else None
    reading = partial(io.BytesIO, stream.read() if stream else b"")
    return Member(info.name, place, _day(info.mtime), info.size, reading)


def _unsafe(name: str, size: int) -> str:
    steps = name.replace("\\", "/").split("/")
    if not steps[0] or ".." in steps or re.match(r"[A-Za-z]:$", steps[0]):
        return "its name points outside the archive"
    return f"it is larger than {MAX_MEMBER // 1_000_000} MB" if size > MAX_MEMBER else ""


def _bomb(size: int, packed: int) -> bool:
    return size > _TOO_SMALL_TO_HARM and size > MAX_RATIO * max(packed, 1)


def _refused(name: str, where: str, why: str) -> Member:
    def refuse() -> BinaryIO:
        raise ExplorerError(f"{where} was not opened: {why}.", "Ask for the delivery without it.")

    return Member(name, where, "", 0, refuse)


def _damaged(where: str) -> ExplorerError:
    return ExplorerError(
        f"{where} cannot be read: it is damaged, incomplete or locked.",
        "Copy or download it again and repeat the command.",
    )


def _hidden(name: str) -> bool:
    return any(step.startswith(".") and step not in (".", "..") for step in name.split("/")) or (
        name.startswith("__MACOSX/")
    )


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat() if moment > 0 else ""


def _by_name(name: str) -> list[tuple[list[str | int], str]]:
    return [
        ([int(s) if i % 2 else s for i, s in enumerate(re.split(r"([0-9]+)", step))], step)
        for step in name.split("/")
    ]
