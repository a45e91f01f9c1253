"""Building: what the sources deliver, compared with what serves, becomes the next generation.

A generation is built beside the serving one and published by one atomic switch; a run that fails,
or changes nothing, leaves what serves as it is.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

from filelock import FileLock, Timeout

from explorer.backends.protocols import Embedder
from explorer.backends.specs import EMBEDDERS, open_backend
from explorer.catalogue.canary import checked, open_checked
from explorer.catalogue.generation import (
    BUILDING,
    Generation,
    built,
    current,
    generations_folder,
    held_sources,
    open_current,
    open_generation,
    published,
    rollback,
)
from explorer.config import Settings
from explorer.errors import ExplorerError, NotReady, WrongUse
from ingest.accepted import load_accepted
from ingest.build import calibration, extends, made_by, write_generation
from ingest.changes import Changes, compare, without_circles, work_of
from ingest.gate import Gate, Passed, passes
from ingest.intake import Intake, Progress
from ingest.ledger import FILE as LEDGER
from ingest.ledger import Ledger
from ingest.publishing import keep_built, put_in_place, sweep, switch_to
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
    with _alone(settings):
        return _Run(settings, progress, hold, gate).build(sources, removing)


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
            beside = Beside(settings.data_dir, load_accepted(settings.data_dir))
            delivered, changes = self._read(sources, folder, staging, before, workers, beside)
            if removing:
                changes = replace(changes, removed=_held_by(removing, before))
            elif sources or before is None:
                _check_delivered(delivered, sources, before)
            changes = without_circles(changes, staging, before, delivered)
            intake = _intake(delivered, changes, sources, staging, before)
            if _stale(before, embedder, settings) or not changes.none:
                fresh = _stale(before, embedder, settings) or not extends(before, changes.count)
                work = work_of(changes, staging, before, sources, delivered, beside, fresh)
                written = write_generation(
                    work, folder, before, not fresh, embedder, settings, workers,
                    delivered.noticed, self.progress,
                )  # fmt: skip
                staging.close()
                serves, passed = _put_in_place(
                    folder, before, embedder, settings, self.hold, self.gate
                )
                intake = replace(
                    intake, generation=folder.name.removesuffix(BUILDING), published=serves,
                    gate=passed, passages=written.passages, embedded=written.embedded,
                )  # fmt: skip
            noticed = delivered.noticed
            return replace(
                intake, seconds=round(time.perf_counter() - began, 2),
                warnings=dict(noticed.counts), examples=noticed.examples,
            )  # fmt: skip

    def _read(
        self,
        sources: Sequence[SourceSpec],
        folder: Path,
        staging: Staging,
        before: Generation | None,
        workers: Workers,
        beside: Beside,
    ) -> tuple[Delivered, Changes]:
        """What was delivered, and what it changes; all that changes is staged."""
        names = [source.name for source in sources]
        known = None
        if before is not None and (before.folder / LEDGER).exists():
            shutil.copyfile(before.folder / LEDGER, folder / LEDGER)
            known = Ledger(before.folder, writing=False)
        ledger = Ledger(folder)
        ledger.forget(names)
        told = before.manifest.sources if before is not None else {}
        harvests = {name: source.get("harvest", {}) for name, source in told.items()}
        reading = Reading(staging, known, ledger, workers, beside, harvests)
        delivered = reading.read(sources, self.progress)
        changes = compare(sources, staging, before, delivered.rejections)
        if known is not None and staging.unread(changes.new | changes.changed):
            # A file that is as it was holds again what a later one had replaced.
            staging.clear(names)
            ledger.forget(names)
            reading = Reading(staging, None, ledger, workers, beside, harvests)
            delivered = reading.read(sources, self.progress)
            changes = compare(sources, staging, before, delivered.rejections)
        ledger.close()
        return delivered, changes


def _intake(
    delivered: Delivered,
    changes: Changes,
    sources: Sequence[SourceSpec],
    staging: Staging,
    before: Generation | None,
) -> Intake:
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
        sources=[
            {"name": s.name, "format": s.format, "read": delivered.counts[s.name]} for s in sources
        ],
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


def _held_by(source: str, before: Generation | None) -> frozenset[str]:
    """Ids of all records of one source; WrongUse where there is none of that name."""
    held = frozenset(before.catalogue.record_hashes(source)) if before else frozenset()
    if not held:
        known = ", ".join(sorted(before.manifest.sources)) if before else "none"
        raise WrongUse(f"There is no source called '{source}'.", f"The sources are: {known}.")
    return held


def _check_delivered(
    delivered: Delivered, sources: Sequence[SourceSpec], before: Generation | None
) -> None:
    """Nothing; an error where nothing was delivered, or a complete source delivers nothing."""
    harvested = all(source.name in delivered.until for source in sources)
    if not delivered.total and not (harvested and before):
        raise _nothing(delivered.rejections)
    for source in sources:
        held = before.catalogue.record_hashes(source.name) if before else {}
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
        built = open_generation(folder)
        passed = passes(gate, built, before, embedder, settings.default_lang)
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


def publish_built(settings: Settings, gate: Gate | None = None) -> tuple[str, Passed | None]:
    """The name of the generation that was built and waited: it serves now, if the gate lets it."""
    with _alone(settings):
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
            serving = open_current(settings.data_dir) if current(settings.data_dir) else None
            passed = passes(gate, generation, serving, embedder, settings.default_lang)
            if not passed.passed:
                return name, passed
        switch_to(name, settings)
        return name, passed


def two_generations(settings: Settings) -> tuple[Generation, Generation]:
    """The one that serves and the one that waits; where none waits, the last and that one."""
    serving = open_checked(generations_folder(settings.data_dir) / current(settings.data_dir))
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
    with _alone(settings):
        return rollback(settings.data_dir, open_checked)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
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
