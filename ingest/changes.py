"""What a run means for the catalogue: what is new, changed and gone, and what it leads to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from explorer.catalogue import inventory
from explorer.catalogue.generation import Generation
from explorer.text import number_key
from explorer.wire import dump, load_record
from ingest.build import Work
from ingest.checks import cycles
from ingest.gallery import Gallery
from ingest.intake import Noticed
from ingest.pictures import several_at_once, take_in_pictures
from ingest.reading import Beside, Delivered
from ingest.sourcespec import Rejection, SourceSpec
from ingest.staging import Staged, Staging
from ingest.understanding import Unread

_LAST = 1 << 62  # after the key of every record there is
_OWN = "The record is, over others, a part of itself. Mend what it is a part of."


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of records by what becomes of them."""

    new: frozenset[str]
    changed: frozenset[str]
    unchanged: int
    removed: frozenset[str]

    @property
    def count(self) -> int:
        """How many records there are to write or to take out."""
        return len(self.new) + len(self.changed) + len(self.removed)

    @property
    def none(self) -> bool:
        """Whether the catalogue stays as it is."""
        return not self.count


def compare(
    sources: Sequence[SourceSpec],
    staging: Staging,
    before: Generation | None,
    rejections: Sequence[Rejection],
) -> Changes:
    """What was delivered against what serves."""
    new: set[str] = set()
    changed: set[str] = set()
    removed: set[str] = set()
    unchanged = 0
    cut_short = {r.source for r in rejections if not r.record_id}
    turned_away = {r.record_id for r in rejections}
    for source in sources:
        held = inventory.record_hashes(before.catalogue, source.name) if before else {}
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
            removed |= held.keys() - given.keys() - turned_away
    return Changes(frozenset(new), frozenset(changed), unchanged, frozenset(removed))


def without_circles(
    changes: Changes, staging: Staging, before: Generation | None, delivered: Delivered
) -> Changes:
    """The changes without records that are, over others, a part of themselves: those are rejected.

    A parent is named by its id, its id in the source, or its object number.
    """
    written = list(staging.records(changes.new | changes.changed, bodies=False))
    named = {staged.record_id: staged.part_of for staged in written if staged.part_of}
    if not named:
        return changes
    gone = changes.removed | changes.changed
    numbers = {n: i for n, i, _ in inventory.object_numbers(before.catalogue)} if before else {}
    numbers |= {number_key(n): s.record_id for s in written for n in s.numbers}
    if before is not None:
        held = inventory.parts(before.catalogue)
        named |= {
            record_id: part_of for record_id, part_of in held.items() if record_id not in gone
        }
    ids = {staged.record_id for staged in written}

    def parent(record_id: str, reference: str) -> str:
        inside = f"{_source_of(record_id)}:{quote(reference, safe='')}"
        known = (i for i in (reference, inside) if i in named or i in ids)
        return next(known, numbers.get(number_key(reference), ""))

    turning = cycles({record_id: parent(record_id, named[record_id]) for record_id in named})
    for record_id in sorted(turning & ids):
        source = _source_of(record_id)
        delivered.rejections.append(Rejection(source, source, record_id, "part_of", _OWN))
    return replace(changes, new=changes.new - turning, changed=changes.changed - turning)


def work_of(
    changes: Changes,
    staging: Staging,
    before: Generation | None,
    sources: Sequence[SourceSpec],
    delivered: Delivered,
    beside: Beside,
    noticed: Noticed,
    fresh: bool,
) -> Work:
    """What there is to write: all records where a generation is written anew, else the changes."""
    _notice_numbers_of_others(sources, changes, before, staging, noticed)
    leading = _Leading(changes, staging, before)
    by_name = {source.name: source for source in sources}
    galleries = {
        source.name: Gallery(source, beside.data_dir)
        for source in sources
        if source.images == "proxy" and source.hosts
    }

    def pictured(staged: Staged) -> Staged:
        source = by_name[_source_of(staged.record_id)]
        if source.images != "proxy" or staged.body is None:
            return staged
        record, gallery = load_record(staged.body), galleries.get(source.name)
        return replace(
            staged, body=dump(take_in_pictures(record, source, beside.data_dir, gallery))
        )

    def read(staged: Iterable[Staged]) -> Iterator[Unread]:
        shown = several_at_once(pictured, staged) if galleries else map(pictured, staged)
        for one in shown:
            about = leading.noticed(one, noticed) if one.about else None
            yield Unread(one.body or b"", about)

    led = list(leading.elsewhere())
    if not fresh:
        records = read(staging.records(changes.new | changes.changed))
    else:
        records = _all(changes, staging, before, dict(led), read)
    removed = [] if fresh else sorted(changes.removed)
    told = _sources(before, delivered, sources)
    return Work(records, removed, [] if fresh else led, told, beside.accepted)


def _all(
    changes: Changes,
    staging: Staging,
    before: Generation | None,
    led: Mapping[str, tuple[str, ...]],
    read: Callable[[Iterable[Staged]], Iterator[Unread]],
) -> Iterator[Unread]:
    """Every record of the next generation: those of before in their places, then the new ones."""
    for record_id, body in before.catalogue.bodies() if before else ():
        if record_id in changes.changed:
            yield from read([staging.record(record_id)])
        elif record_id not in changes.removed:
            yield Unread(body, led.get(record_id), clean=True)
    yield from read(staging.records(changes.new))


def _source_of(record_id: str) -> str:
    return record_id.partition(":")[0]


class _Leading:
    """Where object numbers lead when the changes are made."""

    def __init__(self, changes: Changes, staging: Staging, before: Generation | None) -> None:
        self._gone = changes.removed | changes.changed
        self._numbers: dict[str, str] = {}
        about = inventory.about_numbers(before.catalogue) if before else []
        self._texts = [record for record in about if record.id not in self._gone]
        written = list(staging.records(changes.new | changes.changed, bodies=False))
        if not self._texts and not any(staged.about for staged in written):
            return
        held = inventory.object_numbers(before.catalogue) if before else []
        borne = [(key, number, i) for number, i, key in held if i not in self._gone]
        for staged in written:
            key = before.catalogue.key(staged.record_id) if before else None
            place = _LAST if key is None else key
            borne += [(place, number_key(number), staged.record_id) for number in staged.numbers]
        # Where several bear a number it leads to the last of them.
        borne.sort(key=lambda one: one[0])
        self._numbers = {number: record_id for _, number, record_id in borne}

    def noticed(self, staged: Staged, noticed: Noticed) -> tuple[str, ...]:
        """Ids of what a delivered text is about; numbers that nobody bears are noticed."""
        for number in staged.about:
            if not self._numbers.get(number_key(number)):
                noticed.add(f"about an object number nobody bears: {number}", staged.record_id)
        return self._led(staged.about)

    def elsewhere(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Texts that stay as they are, but whose object numbers lead elsewhere now."""
        for record in self._texts:
            about = self._led(record.about_numbers)
            if about != record.about:
                yield record.id, about

    def _led(self, numbers: Iterable[str]) -> tuple[str, ...]:
        ids = (self._numbers.get(number_key(number), "") for number in numbers)
        return tuple(dict.fromkeys(filter(None, ids)))


def _notice_numbers_of_others(
    sources: Sequence[SourceSpec],
    changes: Changes,
    before: Generation | None,
    staging: Staging,
    noticed: Noticed,
) -> None:
    """Nothing; new objects whose number another source holds already are noticed."""
    names = {source.name for source in sources}
    if before is None or not changes.new or before.manifest.sources.keys() <= names:
        return
    held = {number: i for number, i, _ in inventory.object_numbers(before.catalogue)}
    for staged in staging.records(changes.new, bodies=False):
        for number in staged.numbers:
            other = _source_of(held.get(number_key(number), ""))
            if other and other not in names:
                noticed.add(
                    f"object number held by another source too: {number} by {other};"
                    " a new delivery of it takes its name with --name", staged.record_id,
                )  # fmt: skip


def _sources(
    before: Generation | None, delivered: Delivered, sources: Sequence[SourceSpec]
) -> dict[str, Any]:
    """What the manifest says of each source, those of before included."""
    told = dict(before.manifest.sources) if before else {}
    for source in sources:
        counted = delivered.counts[source.name]
        told[source.name] = {"name": source.name, "format": source.format, "read": counted}
    return told
