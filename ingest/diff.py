"""What one generation has that another has not: for staff to look at before they publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from explorer.catalogue.generation import Generation
from explorer.types import Record

_SHOWN = 3
_ASIDE = frozenset(("id", "source", "warnings", "fields"))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record, in the words of before and of after."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record that is new, changed or removed; of a changed one what is other than before."""

    id: str
    change: str
    title: str = ""
    object_number: str = ""
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """The numbers of records by what becomes of them, and the first of each kind."""

    before: str
    after: str
    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    sources: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Per source how many records are new, changed and removed."""
    records: tuple[RecordChange, ...] = ()


def diff(before: Generation, after: Generation, *, limit: int = _SHOWN) -> Diff:
    """What becomes of the records of `before`; of each kind of change `limit` are shown."""
    held, given = _hashes(before), _hashes(after)
    kinds = {
        "new": [i for i in given if i not in held],
        "changed": [i for i in given if i in held and held[i] != given[i]],
        "removed": [i for i in held if i not in given],
    }
    sources: dict[str, dict[str, int]] = {}
    for kind, ids in kinds.items():
        for record_id in ids:
            counted = sources.setdefault(record_id.partition(":")[0], dict.fromkeys(kinds, 0))
            counted[kind] += 1
    shown = (
        _change(kind, before.catalogue.record(i), after.catalogue.record(i), i)
        for kind, ids in kinds.items()
        for i in islice(ids, limit)
    )
    return Diff(
        before.manifest.generation,
        after.manifest.generation,
        new=len(kinds["new"]),
        changed=len(kinds["changed"]),
        removed=len(kinds["removed"]),
        unchanged=len(given) - len(kinds["new"]) - len(kinds["changed"]),
        sources=sources,
        records=tuple(shown),
    )


def _hashes(generation: Generation) -> dict[str, str]:
    catalogue = generation.catalogue
    sources = sorted(generation.manifest.sources)
    return {i: h for name in sources for i, h in catalogue.record_hashes(name).items()}


def _change(kind: str, before: Record | None, after: Record | None, record_id: str) -> RecordChange:
    known = after or before or Record(record_id)
    changes = tuple(field_changes(before, after)) if before and after else ()
    return RecordChange(
        record_id, kind, _first(known, "title"), _first(known, "object_number"), changes
    )


def _first(record: Record, name: str) -> str:
    return next((field.text for _, field in record.named(name)), "")


def field_changes(before: Record, after: Record) -> Iterator[FieldChange]:
    """The fields whose words, and the parts whose meaning, are other than before."""
    names = dict.fromkeys(f.name for record in (before, after) for f in record.fields)
    for name in names:
        old, new = (
            tuple(f"{f.text} ({f.lang})" if f.lang else f.text for _, f in record.named(name))
            for record in (before, after)
        )
        if old != new:
            yield FieldChange(name, old, new)
    for part in Record.__dataclass_fields__.keys() - _ASIDE:
        was, now = getattr(before, part), getattr(after, part)
        if was != now:
            yield FieldChange(part, *(tuple(map(str, _listed(value))) for value in (was, now)))


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, tuple):
        return value
    return () if value in ("", None) else (value,)


def told(found: Diff) -> list[str]:
    """The differences in lines for a person."""
    lines = [
        f"New: {found.new}. Changed: {found.changed}. Removed: {found.removed}."
        f" Unchanged: {found.unchanged}."
    ]
    if len(found.sources) > 1:
        lines += [
            f"{name}: new {counts['new']}, changed {counts['changed']}, removed {counts['removed']}"
            for name, counts in found.sources.items()
        ]
    for record in found.records:
        name = " ".join(filter(None, (record.object_number, record.title)))
        lines.append(f"{record.change}: {record.id} {name}".rstrip())
        for change in record.fields:
            old, new = (" | ".join(words) or "(nothing)" for words in (change.before, change.after))
            lines.append(f"    {change.name}: {old}  ->  {new}")
    return lines
