"""Zip and tar archives, opened without trusting a word they say of themselves.

Nothing is written but what does not fit in memory, to a file without a name that goes by itself.
"""

import gzip
import io
import lzma
import re
import stat
import struct
import sys
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from explorer.errors import ExplorerError

MAX_MEMBER = 200_000_000
MAX_ARCHIVE = 2_000_000_000
MAX_FILES = 100_000
MAX_RATIO = 250
"""Unpacked to packed bytes: XML stays well under 100, an archive made to fill memory does not."""

_ARCHIVES = (".zip", ".tgz", ".tar.gz", ".tar")
_NESTED = (*_ARCHIVES, ".gz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".7z", ".rar")
_GZIP = b"\x1f\x8b"
_TOO_SMALL_TO_HARM = 10_000_000
_IN_MEMORY = 64_000_000
_DIRECTORY = 16_000_000  # a zip's list of MAX_FILES files with names of usual length
_HEADERS = 256_000  # what tar says of one file
_AT_ONCE = 1_000_000
_DAMAGE = (
    OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile,
    struct.error, ValueError, OverflowError, RuntimeError,
)  # fmt: skip
"""What a damaged archive raises; RuntimeError stands for passwords and headers without end."""

_UNSPOKEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


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

    def read(self, most: int = MAX_MEMBER) -> bytes:
        """The whole content; an error where it is larger than `most`."""
        with self.open() as stream:
            content = stream.read(most + 1)
        if len(content) > most:
            raise ExplorerError(
                f"{self.where} is larger than {most / 1e6:g} MB, too large to be read at once.",
                "Deliver what it holds in several files.",
            )
        return content


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive which is opened."""
    return path.name.lower().endswith(_ARCHIVES)


def is_nested(name: str) -> bool:
    """Whether the name is that of an archive, which is not opened inside another."""
    return name.lower().endswith(_NESTED)


def opened(path: Path, where: str, wanted: Callable[[str], bool]) -> Iterator[Member]:
    """The files of an archive in the order of their names; of a tar, only `wanted` have content."""
    if path.name.lower().endswith(".zip"):
        yield from _zipped(path, where)
    else:
        yield from sorted(untarred(path, where, wanted), key=lambda member: by_name(member.name))


def _zipped(path: Path, where: str) -> Iterator[Member]:
    with ExitStack() as undone:
        try:
            stream = _Rationed(undone.enter_context(path.open("rb")), where, _DIRECTORY)
            archive = zipfile.ZipFile(cast("IO[bytes]", stream))
        except _DAMAGE as error:
            raise damaged(where) from error
        # Not closed here: members may be read after the next one was taken.
        undone.pop_all()
    stream.ration = sys.maxsize  # of a member no more is taken than it says it holds
    entries = archive.infolist()
    _check_total(where, len(entries), sum(e.file_size for e in entries), path.stat().st_size)
    for info in sorted(entries, key=lambda info: by_name(info.filename)):
        if info.is_dir() or _hidden(info.filename):
            continue
        year, month, day = info.date_time[:3]
        delivered = f"{year:04}-{month:02}-{day:02}" if year > 1980 else ""  # 1980 is zip's zero
        name = spoken(info.filename)
        place = f"{where}/{name}"
        why = _unsafe(info.filename, info.file_size)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            why = "it is a link or not a plain file"
        elif not why and _swells(info.file_size, info.compress_size):
            why = "it unpacks to far more than text does"
        if why:
            yield refused(name, place, why)
        else:
            reading = partial(_unzipped, archive, info, place)
            yield Member(name, place, delivered, info.file_size, reading)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> BinaryIO:
    try:
        with archive.open(info) as packed:
            return _kept(packed, info.file_size, where)
    except _DAMAGE as error:
        raise damaged(where) from error


def _kept(packed: IO[bytes], size: int, where: str) -> BinaryIO:
    """The content, in memory or in a file without a name; ValueError where it is not of `size`."""
    if size <= _IN_MEMORY:
        return io.BytesIO(_whole(packed, size))
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115  # the reader closes it
    _copy(packed, size, file, where)
    file.seek(0)
    return file


def _whole(packed: IO[bytes], size: int) -> bytes:
    content = packed.read(size + 1)
    if len(content) != size:
        raise ValueError(size)
    return content


def _copy(packed: IO[bytes], size: int, file: IO[bytes], where: str) -> None:
    left = size
    while left:
        if not (content := packed.read(min(left, _AT_ONCE))):
            raise EOFError
        left -= len(content)
        try:
            file.write(content)
            file.flush()
        except OSError as error:
            raise ExplorerError(
                f"There is no room on the disk to unpack {where}.",
                "Free some gigabytes where temporary files are kept, and run this again.",
            ) from error
    if packed.read(1):
        raise ValueError(size)


def untarred(path: Path, where: str, wanted: Callable[[str], bool]) -> Iterator[Member]:
    """The files of a tar archive as they lie in it, unpacked as they are taken."""
    packed = path.stat().st_size
    with ExitStack() as undone:
        try:
            file = undone.enter_context(path.open("rb"))
            zipped = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            plain = undone.enter_context(gzip.GzipFile(fileobj=file)) if zipped else file
            stream = _Rationed(cast("BinaryIO", plain), where, _HEADERS)
            archive = tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:")  # noqa: SIM115
            keep = _Keep(where)
            number = total = 0
            while info := archive.next():
                archive.members.clear()  # type: ignore[attr-defined]  # it keeps them all
                if info.size < 0:
                    raise tarfile.ReadError
                number, total = number + 1, total + info.size
                _check_total(where, number, total, packed)
                if not info.isdir() and not _hidden(info.name):
                    stream.ration = info.size + _HEADERS
                    yield _untarred(archive, info, where, wanted, keep)
                stream.ration = _HEADERS
            if not stream.last or stream.last.strip(b"\x00"):
                raise tarfile.ReadError  # tarfile takes it for the end, whatever comes after it
        except _DAMAGE as error:
            raise damaged(where) from error


def _untarred(
    archive: tarfile.TarFile,
    info: tarfile.TarInfo,
    where: str,
    wanted: Callable[[str], bool],
    keep: "_Keep",
) -> Member:
    name = spoken(info.name)
    place = f"{where}/{name}"
    if not info.isreg() or info.issparse():
        return refused(name, place, "it is a link or not a plain file")
    if why := _unsafe(info.name, info.size):
        return refused(name, place, why)
    reading: Callable[[], BinaryIO] = io.BytesIO
    if wanted(name):
        reading = keep.kept(cast("IO[bytes]", archive.extractfile(info)), info.size)
    return Member(name, place, day(info.mtime), info.size, reading)


class _Rationed:
    """A stream that gives no more than its ration: a header that lies cannot fill the memory."""

    def __init__(self, stream: BinaryIO, where: str, ration: int) -> None:
        self._stream = stream
        self._where = where
        self.ration = ration
        self.last = b""
        self.seek = stream.seek
        self.tell = stream.tell
        self.seekable = stream.seekable
        self.close = stream.close

    def read(self, size: int = -1) -> bytes:
        """The next bytes; an error where they are more than is left."""
        data = self._stream.read(size if 0 <= size <= self.ration else self.ration + 1)
        self.ration -= len(data)
        if self.ration < 0:
            raise _overfull(self._where)
        self.last = data
        return data


class _Keep:
    """Contents in memory, and what is too much for it one behind the other in a nameless file."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._held = 0
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def kept(self, content: IO[bytes], size: int) -> Callable[[], BinaryIO]:
        """What opens the content again."""
        if self._held + size <= _IN_MEMORY:
            self._held += size
            return partial(io.BytesIO, _whole(content, size))
        self._file = self._file or TemporaryFile()  # noqa: SIM115  # it goes with its readers
        with self._lock:
            begin = self._file.seek(0, io.SEEK_END)
            _copy(content, size, self._file, self._where)
        return partial(self._opened, begin, begin + size)

    def _opened(self, begin: int, end: int) -> BinaryIO:
        window = _Window(self.read_at, begin, end)
        return cast("BinaryIO", io.BufferedReader(window, min(end - begin, _AT_ONCE)))

    def read_at(self, begin: int, size: int) -> bytes:
        """That many bytes of the file from there on."""
        with self._lock:
            file = cast("IO[bytes]", self._file)
            file.seek(begin)
            return file.read(size)


class _Window(io.RawIOBase):
    """A part of a file as a stream of its own."""

    def __init__(self, read_at: Callable[[int, int], bytes], begin: int, end: int) -> None:
        self._read_at, self._at, self._end = read_at, begin, end

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read into the buffer."""
        content = self._read_at(self._at, min(len(buffer), self._end - self._at))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def _check_total(where: str, files: int, size: int, packed: int) -> None:
    if files > MAX_FILES:
        raise _overfull(where)
    if size > MAX_ARCHIVE or _swells(size, packed):
        raise ExplorerError(
            f"{where} unpacks to far more than a delivery of records holds.",
            "Check that it is the right file, or unpack it and name its folder.",
        )


def _unsafe(name: str, size: int) -> str:
    """Why a file of an archive is not opened, "" where it is."""
    steps = name.replace("\\", "/").split("/")
    if not steps[0] or ".." in steps or re.match(r"[A-Za-z]:", steps[0]):
        return "its name points outside the archive"
    if is_nested(name):
        return "it is an archive inside an archive; unpack that one and deliver what it holds"
    return f"it is larger than {MAX_MEMBER // 1_000_000} MB" if size > MAX_MEMBER else ""


def _swells(size: int, packed: int) -> bool:
    return size > _TOO_SMALL_TO_HARM and size > MAX_RATIO * max(packed, 1)


def refused(name: str, where: str, why: str) -> Member:
    """A file that is named in the delivery and says why it is not opened when it is."""

    def refuse() -> BinaryIO:
        raise ExplorerError(f"{where} was not opened: {why}.", "Ask for the delivery without it.")

    return Member(name, where, "", 0, refuse)


def damaged(where: str) -> ExplorerError:
    """The error that a file cannot be read."""
    return ExplorerError(
        f"{where} cannot be read: it is damaged, incomplete or locked.",
        "Copy or download it again and repeat the command.",
    )


def _overfull(where: str) -> ExplorerError:
    return ExplorerError(
        f"{where} holds more than {MAX_FILES} files, or its list of them is damaged.",
        "Unpack it and name its folder, or deliver it in several archives.",
    )


def _hidden(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return steps[0] == "__MACOSX" or any(s.startswith(".") and s not in (".", "..") for s in steps)


def spoken(name: str) -> str:
    """A file's name as it can be written down: bytes that are no letters stand as their numbers."""
    return _UNSPOKEN.sub(lambda found: f"\\x{ord(found.group()) & 0xFF:02x}", name)


def day(moment: float) -> str:
    """The ISO date of a moment, "" where it is none."""
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat() if moment > 0 else ""
    except (OverflowError, ValueError, OSError):
        return ""


def by_name(name: str) -> list[tuple[list[str | int], str]]:
    """What names are sorted by: numbers in them as numbers."""
    return [
        ([int(s) if i % 2 else s for i, s in enumerate(re.split(r"([0-9]{1,18})", step))], step)
        for step in name.split("/")
    ]
