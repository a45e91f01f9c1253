"""Building: what the sources deliver, compared with what serves, becomes the next generation.

A generation is built beside the serving one and published by one atomic switch; a run that fails,
or changes nothing, leaves what serves as it is.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

from filelock import FileLock, Timeout

from explorer.backends.protocols import Embedder
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue.generation import (
    BUILDING,
    Generation,
    current,
    generations_folder,
    held_sources,
    open_current,
    open_generation,
    publish,
    published,
)
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady, WrongUse
from explorer.text import number_key
from explorer.types import Record
from ingest.build import calibration, write_generation
from ingest.clean import clean
from ingest.formats import passed_over
from ingest.intake import Intake, Noticed, Progress
from ingest.pictures import picture_state, take_in_pictures
from ingest.sourcelist import read
from ingest.sourcespec import Rejection, Remark, SourceSpec
from ingest.staging import Staging

_MOMENT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run means for the catalogue: ids by what becomes of them."""

    new: frozenset[str]
    changed: frozenset[str]
    unchanged: int
    removed: frozenset[str]

    @property
    def none(self) -> bool:
        """Whether the catalogue stays as it is."""
        return not (self.new or self.changed or self.removed)


def build(
    sources: Sequence[SourceSpec], settings: Settings, progress: Progress, removing: str = ""
) -> Intake:
    """The report of one run over `sources`; the generation it names serves when it is returned.

    All records of the source called `removing` are withdrawn. Without sources, what serves is
    written anew where it was made with another embedder or calibration.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.data_dir / "ingest.lock", timeout=0):
            return _build(sources, settings, progress, removing)
    except Timeout as error:
        raise ExplorerError(
            f"Another ingest is at work in {settings.data_dir}.",
            "Wait until it has ended, then run this again.",
        ) from error


def refresh(settings: Settings, progress: Progress) -> Intake:
    """The report of writing what serves anew for the embedder and calibration that are set.

    Where it was made with these, nothing is touched and its own generation is named.
    """
    open_current(settings.data_dir)  # refuses where there is no collection
    # Not an older one that stands in for it: what came since would be lost.
    serving = open_generation(generations_folder(settings.data_dir) / current(settings.data_dir))
    if not _stale(serving, open_backend(EMBEDDERS, settings.embedder), settings):
        return Intake(serving.manifest.generation, passages=serving.manifest.passages)
    return build([], settings, progress)


def _build(
    sources: Sequence[SourceSpec], settings: Settings, progress: Progress, removing: str
) -> Intake:
    began = time.perf_counter()
    embedder: Embedder = open_backend(EMBEDDERS, settings.embedder)
    name = _next_name(settings)
    folder = generations_folder(settings.data_dir) / (name + BUILDING)
    _sweep(folder.parent)
    folder.mkdir(parents=True)
    staging = Staging(folder)
    try:
        noticed = Noticed()
        delivered, rejections = _stage(sources, staging, noticed, progress)
        before = _before(sources, settings)
        changes = _compare(sources, staging, before, rejections)
        if removing:
            changes = replace(changes, removed=_held_by(removing, before))
        elif sources or before is None:
            _check_delivered(delivered, rejections, sources, before)
        intake = Intake(
            generation=before.manifest.generation if before else "",
            read=delivered.total(), new=len(changes.new), changed=len(changes.changed),
            unchanged=changes.unchanged, removed=len(changes.removed), rejected=len(rejections),
            repeated=delivered.total() - staging.count(),
            passages=before.manifest.passages if before else 0, rejections=rejections,
            sources=[{"name": s.name, "format": s.format, "read": delivered[s.name]}
                     for s in sources],
        )  # fmt: skip
        _notice_sources(sources, changes, before, staging, noticed)
        if _stale(before, embedder, settings) or not changes.none:
            records = _records(staging, before, changes, sources, settings, noticed)
            intake = write_generation(records, folder, before, embedder, settings, intake, progress)
            staging.close()
            _publish(folder, name, before, settings)
        return replace(
            intake, seconds=round(time.perf_counter() - began, 2),
            warnings=dict(noticed.counts), examples=noticed.examples,
        )  # fmt: skip
    finally:
        staging.close()
        shutil.rmtree(folder, ignore_errors=True)


def _next_name(settings: Settings) -> str:
    """A generation's name: the moment it is begun, and always after every name there is."""
    now = datetime.now(UTC)
    for taken in published(settings.data_dir)[:1]:
        last = datetime.strptime(taken.partition("-")[0], _MOMENT).replace(tzinfo=UTC)
        now = max(now, last + timedelta(microseconds=1))
    return f"{now.strftime(_MOMENT)}-{token_hex(2)}"


def _stale(before: Generation | None, embedder: Embedder, settings: Settings) -> bool:
    """Whether what serves was made in another way than it would be now."""
    return (
        before is None
        or before.manifest.fingerprint != embedder.fingerprint
        or before.manifest.calibration != calibration(embedder, settings.data_dir)
    )


def _stage(
    sources: Sequence[SourceSpec], staging: Staging, noticed: Noticed, progress: Progress
) -> tuple[Counter[str], list[Rejection]]:
    """Records read per source, and what was turned away."""
    delivered: Counter[str] = Counter({source.name: 0 for source in sources})
    rejections: list[Rejection] = []
    for source in sources:
        for item in read(source):
            if isinstance(item, Rejection):
                rejections.append(item)
                continue
            if isinstance(item, Remark):
                noticed.add(item.text, f"{item.source}, {item.where}")
                continue
            delivered[source.name] += 1
            shown = source.images == "proxy"
            staging.put(item, picture_state(item, source.path) if shown else "")
            progress("Reading", delivered.total(), None)
    return delivered, rejections


def _before(sources: Sequence[SourceSpec], settings: Settings) -> Generation | None:
    """The generation that serves; None where there is none, or all it held is delivered again."""
    try:
        return open_current(settings.data_dir)
    except NotReady as error:
        serving = current(settings.data_dir)
        if not serving:
            return None
        held = held_sources(generations_folder(settings.data_dir) / serving)
        if held and held <= {source.name for source in sources}:
            return None
        raise ExplorerError(
            error.problem,
            "Take in all its sources in one run, or build anew in another data folder,"
            " for what this run does not deliver would be lost.",
        ) from error


def _compare(
    sources: Sequence[SourceSpec],
    staging: Staging,
    before: Generation | None,
    rejections: Sequence[Rejection],
) -> Changes:
    new: set[str] = set()
    changed: set[str] = set()
    removed: set[str] = set()
    unchanged = 0
    cut_short = {r.source for r in rejections if not r.record_id}
    for source in sources:
        held = before.catalogue.record_hashes(source.name) if before else {}
        given = staging.hashes(source.name)
        alive = {record_id for record_id, digest in given.items() if digest}
        new |= alive - held.keys()
        same = {i for i in alive & held.keys() if held[i] == given[i]}
        changed |= (alive & held.keys()) - same
        unchanged += len(same)
        removed |= (given.keys() - alive) & held.keys()
        # A delivery that could not be read to its end does not say what is missing from it, and a
        # record that was turned away is not missing.
        if source.complete and source.name not in cut_short:
            bad = {r.record_id for r in rejections}
            removed |= held.keys() - given.keys() - bad
    return Changes(frozenset(new), frozenset(changed), unchanged, frozenset(removed))


def _records(
    staging: Staging,
    before: Generation | None,
    changes: Changes,
    sources: Sequence[SourceSpec],
    settings: Settings,
    noticed: Noticed,
) -> Iterator[Record]:
    """All records of the next generation, understood, with the ids of what texts are about."""
    by_name = {source.name: source for source in sources}
    held = before.catalogue.object_numbers() if before else {}
    gone = changes.removed | changes.changed
    numbers = {number: i for number, i in held.items() if i not in gone}
    for record in staging.records():
        if not record.deleted:
            keys = (number_key(i.value) for i in record.identifiers if i.kind == "object_number")
            numbers.update(dict.fromkeys(keys, record.id))

    def understood(record_id: str) -> Record:
        record = clean(staging.record(record_id))
        source = by_name[record.source.name]
        if source.images == "proxy":
            record = take_in_pictures(record, source.path, settings.data_dir)
        for warning in record.warnings:
            noticed.add(warning, record.id)
        return _joined(record, numbers, noticed)

    for record in before.catalogue.all_records() if before else ():
        if record.id not in changes.removed:
            changed = record.id in changes.changed
            yield understood(record.id) if changed else _joined(record, numbers)
    for record_id in staging.ids():
        if record_id in changes.new:
            yield understood(record_id)


def _joined(record: Record, numbers: Mapping[str, str], noticed: Noticed | None = None) -> Record:
    """The record with the ids that its object numbers in `about_numbers` lead to today."""
    ids = {number: numbers.get(number_key(number), "") for number in record.about_numbers}
    for number, leads_to in ids.items():
        if noticed and not leads_to:
            noticed.add(f"about an object number nobody bears: {number}", record.id)
    about = tuple(dict.fromkeys(filter(None, ids.values())))
    return replace(record, about=about) if about != record.about else record


def _notice_sources(
    sources: Sequence[SourceSpec],
    changes: Changes,
    before: Generation | None,
    staging: Staging,
    noticed: Noticed,
) -> None:
    """Nothing; files passed over, and objects that another source holds already, are noticed."""
    for source in sources:
        for file in passed_over(source):
            noticed.add(f"file passed over: {file}", source.name)
    names = {source.name for source in sources}
    if before is None or not changes.new or before.manifest.sources.keys() <= names:
        return
    held = before.catalogue.object_numbers()
    for record in staging.records():
        if record.id not in changes.new:
            continue
        for identifier in record.identifiers:
            other = held.get(number_key(identifier.value), "").partition(":")[0]
            if identifier.kind == "object_number" and other and other not in names:
                noticed.add(
                    f"object number held by another source too: {identifier.value} by {other};"
                    " a new delivery of it takes its name with --name", record.id,
                )  # fmt: skip


def _held_by(source: str, before: Generation | None) -> frozenset[str]:
    """Ids of all records of one source; WrongUse where there is none of that name."""
    held = frozenset(before.catalogue.record_hashes(source)) if before else frozenset()
    if not held:
        known = ", ".join(sorted(before.manifest.sources)) if before else "none"
        raise WrongUse(f"There is no source called '{source}'.", f"The sources are: {known}.")
    return held


def _check_delivered(
    delivered: Counter[str],
    rejections: Sequence[Rejection],
    sources: Sequence[SourceSpec],
    before: Generation | None,
) -> None:
    """Nothing; an error where nothing was delivered, or a complete source delivers nothing."""
    if not delivered.total():
        raise _nothing(rejections)
    for source in sources:
        held = before.catalogue.record_hashes(source.name) if before else {}
        if source.complete and held and not delivered[source.name]:
            raise ExplorerError(
                f"The source '{source.name}' is complete and delivers nothing, which would"
                f" withdraw all its {len(held)} records.",
                "Check the delivery; to withdraw them all, take the source's complete = true out.",
            )


def _nothing(rejections: Sequence[Rejection]) -> ExplorerError:
    reason = rejections[0].reason if rejections else "the sources hold no records"
    where = f" ({rejections[0].where})" if rejections else ""
    return ExplorerError(
        f"Nothing could be taken in{where}: {reason.rstrip('.')}.",
        "What was served before is untouched. Mend the delivery and run this again.",
    )


def _sweep(folder: Path) -> None:
    """Nothing; what an interrupted run left is gone."""
    if folder.is_dir():
        for left in folder.glob(f"*{BUILDING}"):
            shutil.rmtree(left, ignore_errors=True)


def _publish(folder: Path, name: str, before: Generation | None, settings: Settings) -> None:
    """Nothing; the generation is on disk and serves, and the oldest ones are gone."""
    for file in sorted(folder.rglob("*"), reverse=True):
        _sync(file)
    _sync(folder)
    folder.rename(folder.with_name(name))
    _sync(folder.parent)
    publish(settings.data_dir, name)
    kept = {name, *published(settings.data_dir)[: settings.keep_generations]}
    if before and settings.keep_generations > 1:
        kept.add(before.manifest.generation)
    for old in published(settings.data_dir):
        if old not in kept:
            shutil.rmtree(generations_folder(settings.data_dir) / old, ignore_errors=True)
    _prune_pictures(settings.data_dir, kept)


def _prune_pictures(data_dir: Path, kept: Iterable[str]) -> None:
    """Nothing; thumbnails that no kept generation shows are gone, if all of them can be asked."""
    pictures = list((data_dir / "images").glob("*"))
    if not pictures:
        return
    folders = (generations_folder(data_dir) / name for name in kept)
    try:
        shown = {name for f in folders for name in open_generation(f).catalogue.thumbnails()}
    except NotReady:
        return
    for picture in pictures:
        if picture.name not in shown:
            picture.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
