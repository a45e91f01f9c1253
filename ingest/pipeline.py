"""Building: what the sources deliver, compared with what serves, becomes the next generation.

A generation is built beside the serving one and published by one atomic switch; a run that fails,
or changes nothing, leaves what serves as it is.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from explorer.backends.protocols import Embedder
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue import inventory
from explorer.catalogue.canary import checked, open_checked
from explorer.catalogue.generation import (
    BUILDING,
    INDEX,
    Generation,
    built,
    current,
    generations_folder,
    held_sources,
    open_current,
    open_generation,
    published,
)
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady, WrongUse
from ingest.accepted import load_accepted
from ingest.build import calibration, extends, made_by, write_generation
from ingest.changes import Changes, compare, without_circles, work_of
from ingest.concepts.store import Vocabulary
from ingest.concepts.taking import FORMAT as CONCEPTS
from ingest.concepts.taking import apart
from ingest.gate import Gate, Passed, passes
from ingest.intake import Intake, Noticed, Progress
from ingest.ledger import FILE as LEDGER
from ingest.ledger import Ledger, known
from ingest.publishing import alone, keep_built, keep_ledger, put_in_place, sweep, switch_to
from ingest.reading import Beside, Delivered, Reading
from ingest.sourcespec import Rejection, SourceSpec
from ingest.staging import Staging
from ingest.workers import Workers

_MOMENT = "%Y%m%dT%H%M%S%f"


def build(
    sources: Sequence[SourceSpec],
    settings: Settings,
    progress: Progress,
    removing: str = "",
    *,
    hold: bool = False,
    gate: Gate | None = None,
) -> Intake:
    """The report of one run over `sources`; the generation it names serves when it is returned.

    All records of the source called `removing` are withdrawn. Without sources, what serves is
    written anew where it was made with another embedder or calibration. With `hold`, or where it
    does not pass the gate, a new generation is built and waits to be published.
    """
    with alone(settings):
        return _Run(settings, progress, hold, gate).build(sources, removing)


def refresh(settings: Settings, progress: Progress) -> Intake:
    """The report of writing what serves anew for the embedder and calibration that are set.

    Where it was made with these, nothing is touched and its own generation is named.
    """
    # Not an older one that stands in for it: what came since would be lost.
    serving = open_current(settings.data_dir, open_checked, older=False)
    if not _stale(serving, open_backend(EMBEDDERS, settings.embedder), settings):
        return Intake(serving.manifest.generation, passages=serving.manifest.passages)
    return build([], settings, progress)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of ingest, under the lock."""

    settings: Settings
    progress: Progress
    hold: bool = False
    gate: Gate | None = None

    def build(self, sources: Sequence[SourceSpec], removing: str) -> Intake:
        began = time.perf_counter()
        settings = self.settings
        embedder: Embedder = open_backend(EMBEDDERS, settings.embedder)
        folder = generations_folder(settings.data_dir) / (_next_name(settings) + BUILDING)
        sweep(folder.parent)
        folder.mkdir(parents=True)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            workers = Workers()
            stack.callback(workers.close)
            staging = Staging(folder)
            stack.callback(staging.close)
            before = _before(sources, settings)
            sources, vocabularies = apart(sources, settings.data_dir, self.progress)
            beside = Beside(settings.data_dir, load_accepted(settings.data_dir))
            reading = _Readers(staging, before, folder, workers, beside, removing)
            delivered, changes = _read(sources, reading, self.progress)
            if removing:
                changes = replace(changes, removed=_held_by(removing, before))
            elif sources or before is None:
                _check_delivered(delivered, sources, before)
            changes = without_circles(changes, staging, before, delivered)
            noticed = _noticed(delivered, sources)
            intake = _intake(delivered, changes, sources, vocabularies, staging, before)
            stale = _stale(before, embedder, settings)
            if stale or not changes.none or _lacks_index(before, settings):
                fresh = stale or not extends(before, changes.count)
                work = work_of(changes, staging, before, sources, delivered, beside, noticed, fresh)
                written = write_generation(
                    work, folder, before, not fresh, embedder, settings, workers, noticed,
                    self.progress,
                )  # fmt: skip
                staging.close()
                if waiting := built(settings.data_dir):
                    noticed.add(f"a generation that waited is given up: {waiting}", "collection")
                serves, passed = _put_in_place(
                    folder, before, embedder, settings, self.hold, self.gate
                )
                intake = replace(
                    intake, generation=folder.name.removesuffix(BUILDING), published=serves,
                    gate=passed, passages=written.passages, embedded=written.embedded,
                )  # fmt: skip
            elif before is not None:
                if delivered.anew:
                    keep_ledger(folder, before.folder)
                if self.gate is not None:
                    passed = passes(self.gate, before, None, embedder, settings.default_lang)
                    intake = replace(intake, gate=passed)
            return replace(
                intake, seconds=round(time.perf_counter() - began, 2),
                warnings=dict(noticed.counts), examples=noticed.examples,
                waiting=built(settings.data_dir),
            )  # fmt: skip


class _Readers:
    """The readings of one run: the first knows the files of before, another reads some anew."""

    def __init__(
        self,
        staging: Staging,
        before: Generation | None,
        folder: Path,
        workers: Workers,
        beside: Beside,
        removing: str,
    ) -> None:
        self.staging, self.before = staging, before
        self._workers, self._beside = workers, beside
        self._known = known(before.folder) if before is not None else None
        if self._known is not None and before is not None:
            shutil.copyfile(before.folder / LEDGER, folder / LEDGER)
        self._ledger = Ledger(folder)
        self._ledger.forget([removing])

    def read(self, sources: Sequence[SourceSpec], progress: Progress) -> Delivered:
        """What the sources deliver, files as they were by what the ledger knows of them."""
        self._ledger.forget([source.name for source in sources])
        reading = Reading(self.staging, self._known, self._ledger, self._workers, self._beside)
        return reading.read(sources, progress)

    def read_anew(self, sources: Sequence[SourceSpec], progress: Progress) -> Delivered:
        """What the sources deliver, every file read."""
        names = [source.name for source in sources]
        self.staging.clear(names)
        self._ledger.forget(names)
        reading = Reading(self.staging, None, self._ledger, self._workers, self._beside)
        return reading.read(sources, progress)

    def close(self) -> None:
        """Nothing; the ledger is on disk."""
        self._ledger.close()


def _read(
    sources: Sequence[SourceSpec], readers: _Readers, progress: Progress
) -> tuple[Delivered, Changes]:
    """What was delivered, and what it changes; all that changes is staged."""
    staging, before = readers.staging, readers.before
    delivered = readers.read(sources, progress)
    changes = compare(sources, staging, before, delivered.rejections)
    if unread := staging.unread(changes.new | changes.changed):
        # A file that is as it was holds again what a later one had replaced.
        names = {record_id.partition(":")[0] for record_id in unread}
        again = [source for source in sources if source.name in names]
        delivered.replace_with(readers.read_anew(again, progress))
        changes = compare(sources, staging, before, delivered.rejections)
    readers.close()
    return delivered, changes


def _noticed(delivered: Delivered, sources: Sequence[SourceSpec]) -> Noticed:
    """What staff should know of the deliveries."""
    noticed = Noticed()
    for remark in delivered.remarks:
        noticed.add(remark.text, f"{remark.source}, {remark.where}")
    cut_short = {r.source: r.where for r in delivered.rejections if not r.record_id}
    for source in sources:
        if source.complete and source.name in cut_short:
            where = cut_short[source.name]
            noticed.add(f"nothing was withdrawn: {where} could not be read whole", source.name)
    return noticed


def _intake(
    delivered: Delivered,
    changes: Changes,
    sources: Sequence[SourceSpec],
    vocabularies: Sequence[Vocabulary],
    staging: Staging,
    before: Generation | None,
) -> Intake:
    listed: list[Mapping[str, Any]] = [
        {"name": s.name, "format": s.format, "read": delivered.counts[s.name]} for s in sources
    ]
    listed += [{"name": v.name, "format": CONCEPTS, "concepts": v.concepts} for v in vocabularies]
    return Intake(
        generation=before.manifest.generation if before else "",
        read=delivered.total,
        new=len(changes.new),
        changed=len(changes.changed),
        unchanged=changes.unchanged,
        removed=len(changes.removed),
        rejected=len(delivered.rejections),
        repeated=delivered.total - staging.count(),
        passages=before.manifest.passages if before else 0,
        rejections=delivered.rejections,
        sources=listed,
    )


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
        or before.manifest.revision != made_by()
        or before.manifest.calibration != calibration(embedder, settings.data_dir)
    )


def _lacks_index(before: Generation | None, settings: Settings) -> bool:
    """Whether what serves is too large for the matrix alone, and has no index."""
    if before is None or before.manifest.passages <= settings.matrix_limit:
        return False
    return not (before.folder / INDEX).is_dir()


def _before(sources: Sequence[SourceSpec], settings: Settings) -> Generation | None:
    """The generation that serves; None where there is none, or all it held is delivered again."""
    serving = current(settings.data_dir)
    newest = [serving] if serving else published(settings.data_dir)[:1]
    if not newest:
        return None
    folder = generations_folder(settings.data_dir) / newest[0]
    try:
        if serving:
            # Not an older one that stands in for it: what came since would be lost.
            return open_checked(folder)
        problem = f"The file that names what serves is not in {settings.data_dir}."
    except NotReady as error:
        problem = error.problem
    held = held_sources(folder)
    if held and held <= {source.name for source in sources}:
        return None
    raise ExplorerError(
        problem,
        "Take in all its sources in one run, or build anew in another data folder,"
        " for what this run does not deliver would be lost.",
    )


def _held_by(source: str, before: Generation | None) -> frozenset[str]:
    """Ids of all records of one source; WrongUse where there is none of that name."""
    held = frozenset(inventory.record_hashes(before.catalogue, source)) if before else frozenset()
    if not held:
        known = ", ".join(sorted(before.manifest.sources)) if before else "none"
        raise WrongUse(f"There is no source called '{source}'.", f"The sources are: {known}.")
    return held


def _check_delivered(
    delivered: Delivered, sources: Sequence[SourceSpec], before: Generation | None
) -> None:
    """Nothing; an error where nothing was delivered, or a complete source delivers nothing."""
    harvested = all(source.name in delivered.harvested for source in sources)
    if not delivered.total and not (harvested and before):
        raise _nothing(delivered.rejections)
    for source in sources:
        held = inventory.record_hashes(before.catalogue, source.name) if before else {}
        if source.complete and held and not delivered.counts[source.name]:
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


def _put_in_place(
    folder: Path,
    before: Generation | None,
    embedder: Embedder,
    settings: Settings,
    hold: bool,
    gate: Gate | None,
) -> tuple[bool, Passed | None]:
    """Whether the generation in `folder` serves now, and what a gate said of it."""
    if problem := checked(folder):
        raise ExplorerError(
            problem, "What was served before is untouched. Check the disk and run this again."
        )
    passed = None
    if gate is not None:
        made = open_generation(folder)
        passed = passes(gate, made, before, embedder, settings.default_lang)
    name = put_in_place(folder)
    if hold or (passed and not passed.passed):
        keep_built(name, settings)
        return False, passed
    try:
        switch_to(name, settings)
    except OSError:
        if current(settings.data_dir) != name:
            shutil.rmtree(folder.with_name(name), ignore_errors=True)
        raise
    return True, passed
