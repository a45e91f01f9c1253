"""Reading: what the sources deliver is staged; files that are as they were are not read again."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.types import Record
from explorer.wire import dump
from ingest.accepted import Accepted
from ingest.clean import REVISION, hashed
from ingest.deliveries import Member, Parcel, nothing_at, parcels, unpacked
from ingest.formats import FORMATS
from ingest.gallery import all_owed
from ingest.harvest import harvested
from ingest.intake import Progress
from ingest.ledger import Entered, Ledger
from ingest.pictures import picture_state
from ingest.sourcelist import read_member
from ingest.sourcespec import Rejection, Remark, SourceSpec
from ingest.staging import Staged, Staging
from ingest.workers import Workers

_LARGE = 4_000_000  # bytes of a file that is read here, as it streams
_BATCH = 500_000  # bytes handed to another process at once
_FILES = 200
_AT_ONCE = 500  # records of a large file staged at once


@dataclass(frozen=True, slots=True)
class Packed:
    """A small file on its way to another process."""

    name: str
    where: str
    delivered: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Beside:
    """What besides its file decides what a record becomes: pictures fetched, proposals accepted."""

    data_dir: Path
    accepted: Accepted


@dataclass(frozen=True, slots=True)
class _File:
    """One file in its turn: known by the ledger, packed for a process, or large and read here."""

    name: str
    parcel: bytes
    digest: bytes
    known: int | None = None
    packed: Packed | None = None
    large: Member | None = None
    told: tuple[Entered, ...] = ()
    """What there is to say without reading anything."""


@dataclass(slots=True)
class Delivered:
    """What a run read: records per source, what was turned away, and what staff should know."""

    counts: dict[str, int] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    harvested: set[str] = field(default_factory=set)
    """Sources that were harvested to the end of their lists."""
    anew: bool = False
    """Whether anything was read: not all files were as they had been."""

    @property
    def total(self) -> int:
        """How many records were delivered, repeated ones too."""
        return sum(self.counts.values())

    def replace_with(self, again: "Delivered") -> None:
        """Nothing; what these sources delivered is what was read of them again."""
        self.rejections = [r for r in self.rejections if r.source not in again.counts]
        self.remarks = [r for r in self.remarks if r.source not in again.counts]
        self.rejections += again.rejections
        self.remarks += again.remarks
        self.counts |= again.counts


class Reading:
    """One run's reading: where it stages, what it knows from before, and who helps."""

    def __init__(
        self, staging: Staging, before: Ledger | None, ledger: Ledger, workers: Workers,
        beside: Beside,
    ) -> None:  # fmt: skip
        self._staging = staging
        self._beside = beside
        self._before = before
        self._ledger = ledger
        self._workers = workers

    def read(self, sources: Sequence[SourceSpec], progress: Progress) -> Delivered:
        """What the sources delivered; it is staged, and their files are entered in the ledger."""
        delivered = Delivered({source.name: 0 for source in sources})
        for source in sources:
            for found in self._source(source, delivered):
                self._take(found, source, delivered)
                progress("Reading", delivered.total, None)
        return delivered

    def _take(self, found: Sequence[Entered], source: SourceSpec, delivered: Delivered) -> None:
        staged = [one for one in found if isinstance(one, Staged)]
        self._staging.put(source.name, staged)
        delivered.counts[source.name] += len(staged)
        for one in found:
            if isinstance(one, Rejection):
                delivered.rejections.append(one)
            elif isinstance(one, Remark):
                delivered.remarks.append(one)

    def _source(self, source: SourceSpec, delivered: Delivered) -> Iterator[Sequence[Entered]]:
        """What each file delivers, in order; a few files are read ahead by other processes."""
        waiting: deque[tuple[list[_File], Future[list[list[Entered]]] | None]] = deque()
        broken: set[bytes] = set()
        files = self._harvested(source, delivered) if source.address else self._files(source)
        for batch in _batches(files):
            packed = [file.packed for file in batch if file.packed]
            task = (source, packed, self._beside)
            made = self._workers.submit(read_packed, task) if packed else None
            delivered.anew |= any(file.known is None for file in batch)
            waiting.append((batch, made))
            while len(waiting) > 2 * self._workers.count:
                yield from self._finished(source, broken, *waiting.popleft())
        while waiting:
            yield from self._finished(source, broken, *waiting.popleft())
        self._ledger.open_again(source.name, broken)

    def _harvested(self, source: SourceSpec, delivered: Delivered) -> Iterator[_File]:
        """The pages of a harvest, from where the one before ended if that was read like this."""
        reading = reading_digest(source, self._beside).hex()
        until, read_as = self._before.harvest(source.name) if self._before else ("", "")
        harvest = harvested(source, until if read_as == reading else "")
        for found in harvest.members():
            if isinstance(found, Member):
                packed = Packed(found.name, found.where, found.delivered, found.read())
                yield _File(found.name, b"", b"", packed=packed)
            else:
                yield _File("", b"", b"", told=(found,))
        if harvest.until:
            self._ledger.harvested(source.name, harvest.until, reading)
            delivered.harvested.add(source.name)
            delivered.anew = True

    def _finished(
        self,
        source: SourceSpec,
        broken: set[bytes],
        files: list[_File],
        made: Future[list[list[Entered]]] | None,
    ) -> Iterator[Sequence[Entered]]:
        """What the files deliver; parcels that could not be read whole are added to `broken`."""
        read = iter(made.result() if made else ())
        for file in files:
            if file.large:
                chunks = _chunks(staged(file.large, source, self._beside))
            elif file.known is not None and self._before:
                chunks = iter([list(self._before.entered(file.known, source.name))])
            else:
                chunks = iter([next(read) if file.packed else list(file.told)])
            for chunk in chunks:
                if any(isinstance(one, Rejection) and not one.record_id for one in chunk):
                    # What went wrong may lie outside the file: it is tried again.
                    broken.add(file.parcel)
                elif file.parcel:
                    self._ledger.enter(source.name, file.parcel, file.name, file.digest, chunk)
                yield chunk

    def _files(self, source: SourceSpec) -> Iterator[_File]:
        reading = reading_digest(source, self._beside)
        none = True
        for parcel in parcels(source.path):
            digest = _digest_of(parcel, reading)
            known = self._before.parcel(source.name, digest) if self._before and digest else []
            if known:
                none = False
                yield from (_File(name, digest, own, known=key) for key, name, own in known)
                continue
            passed: list[str] = []
            try:
                for member in unpacked(parcel, FORMATS[source.format].suffixes, passed):
                    none = False
                    yield self._file(member, digest, reading, source.name)
            except ExplorerError as error:
                if parcel.alone:
                    raise
                none = False
                why = Rejection(source.name, parcel.where, "", "", str(error))
                yield _File("", digest, b"", told=(why,))
            if passed:
                yield _File("", digest, b"", told=_passed_over(passed, source))
        if none:
            raise nothing_at(source.path, FORMATS[source.format].suffixes)

    def _file(self, member: Member, parcel: bytes, reading: bytes, source: str) -> _File:
        if member.size > _LARGE:
            return _File(member.name, parcel, b"", large=member)
        try:
            data = member.read()
        except ExplorerError:
            return _File(member.name, parcel, b"", large=member)  # its reader says why
        digest = _digest(reading, member.name.encode("utf-8", "surrogatepass"), data)
        known = self._before.file(source, member.name, digest) if self._before else None
        if known is not None:
            return _File(member.name, parcel, digest, known=known)
        packed = Packed(member.name, member.where, member.delivered, data)
        return _File(member.name, parcel, digest, packed=packed)


def _passed_over(passed: Iterable[str], source: SourceSpec) -> tuple[Entered, ...]:
    told = (Remark(source.name, where, f"file passed over: {where}") for where in passed)
    return tuple(told)


def _batches(files: Iterable[_File]) -> Iterator[list[_File]]:
    batch: list[_File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.packed.data) if file.packed else 0
        if size >= _BATCH or len(batch) >= _FILES or file.large:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _chunks(items: Iterator[Entered]) -> Iterator[list[Entered]]:
    while chunk := list(islice(items, _AT_ONCE)):
        yield chunk


def read_packed(task: tuple[SourceSpec, list[Packed], Beside]) -> list[list[Entered]]:
    """What each of the files delivers, ready to be staged."""
    source, files, beside = task
    return [list(staged(_member(file), source, beside)) for file in files]


def _member(packed: Packed) -> Member:
    opening = partial(BytesIO, packed.data)
    return Member(packed.name, packed.where, packed.delivered, len(packed.data), opening)


def staged(member: Member, source: SourceSpec, beside: Beside) -> Iterator[Entered]:
    """What a file delivers, its records ready to be staged."""
    for item in read_member(member, source):
        yield _staged(item, source, beside) if isinstance(item, Record) else item


def _staged(record: Record, source: SourceSpec, beside: Beside) -> Staged:
    if record.deleted:
        return Staged(record.id, "", dump(record))
    state = beside.accepted.digest_of(record)
    if source.images == "proxy":
        state += picture_state(record, source, beside.data_dir)
    digest, body = hashed(record, state)
    numbers = tuple(i.value for i in record.identifiers if i.kind == "object_number")
    return Staged(record.id, digest, body, numbers, record.about_numbers, record.part_of)


def reading_digest(source: SourceSpec, beside: Beside) -> bytes:
    """What stands for how a source is read: its description, its mapping, and this release."""
    told = replace(source, path=Path(), vocabularies=())
    mapping = b""
    if source.mapping is not None and source.mapping.is_file():
        mapping = source.mapping.read_bytes()
    states: list[object] = [beside.accepted.digest]
    states += [(vocabulary.name, vocabulary.digest) for vocabulary in source.vocabularies]
    if not source.address and (source.images == "proxy" or source.format == "texts"):
        states += sorted(_states(source.path, beside.data_dir.resolve()))
    if source.images == "proxy" and source.hosts:
        states += all_owed(beside.data_dir)
    made = f"{version('collection-explorer')} {REVISION} {told!r} {states}"
    return _digest(made.encode("utf-8", "surrogatepass"), mapping)


def _states(path: Path, data_dir: Path) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of every file beside a delivery: pictures and words about texts."""
    folder = (path if path.is_dir() else path.parent).resolve()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_relative_to(data_dir):
            status = file.stat()
            yield file.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns


def _digest_of(parcel: Parcel, reading: bytes) -> bytes:
    """The digest of a parcel's content and of how it is read; empty where it is no plain file."""
    if not parcel.path.is_file() or (parcel.path.is_symlink() and not parcel.alone):
        return b""
    hasher = blake2b(reading, digest_size=16)
    hasher.update(parcel.where.encode("utf-8", "surrogatepass"))
    try:
        with parcel.path.open("rb") as file:
            while block := file.read(1 << 20):
                hasher.update(block)
    except OSError:
        return b""
    return hasher.digest()


def _digest(*parts: bytes) -> bytes:
    hasher: Any = blake2b(digest_size=16)
    for part in parts:
        hasher.update(len(part).to_bytes(8, "big"))
        hasher.update(part)
    digest: bytes = hasher.digest()
    return digest
