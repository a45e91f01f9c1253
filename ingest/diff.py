"""What one generation has that another has not: for staff to look at before they publish."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import islice

from explorer.catalogue import inventory
from explorer.catalogue.generation import Generation
from explorer.types import (
    Concept,
    DateSpan,
    Identifier,
    Image,
    Maker,
    Measurement,
    Place,
    Record,
    Rights,
)

_SHOWN = 3
_COMPARED = 5_000
"""So many changed records are compared field by field: staff wait for the answer."""

_ASIDE = frozenset(("id", "source", "warnings", "fields"))
_PARTS = tuple(part.name for part in fields(Record) if part.name not in _ASIDE)


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
    fields: Mapping[str, int] = field(default_factory=dict)
    """In how many of the `compared` changed records a field is other than before."""
    compared: int = 0
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
        _change(kind, before.catalogue.stored(i), after.catalogue.stored(i), i)
        for kind, ids in kinds.items()
        for i in islice(ids, limit)
    )
    compared = kinds["changed"][:_COMPARED]
    counts = Counter(
        name
        for i in compared
        if (was := before.catalogue.stored(i)) and (now := after.catalogue.stored(i))
        for name in _changed(was, now)
    )
    return Diff(
        before.manifest.generation,
        after.manifest.generation,
        new=len(kinds["new"]),
        changed=len(kinds["changed"]),
        removed=len(kinds["removed"]),
        unchanged=len(given) - len(kinds["new"]) - len(kinds["changed"]),
        sources=sources,
        fields=dict(counts.most_common()),
        compared=len(compared),
        records=tuple(shown),
    )


def _hashes(generation: Generation) -> dict[str, str]:
    catalogue = generation.catalogue
    sources = sorted(generation.manifest.sources)
    return {i: h for name in sources for i, h in inventory.record_hashes(catalogue, name).items()}


def _change(kind: str, before: Record | None, after: Record | None, record_id: str) -> RecordChange:
    known = after or before or Record(record_id)
    changes = tuple(field_changes(before, after)) if before and after else ()
    return RecordChange(
        record_id, kind, _first(known, "title"), _first(known, "object_number"), changes
    )


def _first(record: Record, name: str) -> str:
    return next((field.text for _, field in record.named(name)), "")


def _changed(before: Record, after: Record) -> Iterator[str]:
    """The names of the fields whose words, and of the parts whose meaning, are other."""
    old, new = _by_name(before), _by_name(after)
    yield from (name for name in old | new if old.get(name) != new.get(name))
    for part in _PARTS:
        if part not in old | new and getattr(before, part) != getattr(after, part):
            yield part


def _by_name(record: Record) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in record.fields:
        told.setdefault(one.name, []).append(f"{one.text} ({one.lang})" if one.lang else one.text)
    return told


def field_changes(before: Record, after: Record) -> Iterator[FieldChange]:
    """The fields whose words, and the parts whose meaning, are other than before."""
    old, new = _by_name(before), _by_name(after)
    for name in _changed(before, after):
        if name in old or name in new:
            yield FieldChange(name, tuple(old.get(name, ())), tuple(new.get(name, ())))
            continue
        was, now = (_listed(getattr(record, name)) for record in (before, after))
        short = [tuple(word for part in parts for word in _short(part)) for parts in (was, now)]
        if short[0] == short[1]:
            short = [tuple(map(_whole, parts)) for parts in (was, now)]
        yield FieldChange(name, *short)


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, tuple):
        return value
    return () if value in ("", None) else (value,)


def _short(part: object) -> Iterator[str]:
    """A part of a record in the few words that tell it from others of its kind."""
    match part:
        case Rights():
            given = {one.name: getattr(part, one.name) for one in fields(part)}
            yield from (f"{name}: {value}" for name, value in given.items() if value)
        case DateSpan():
            years = dict.fromkeys(str(y) for y in (part.earliest, part.latest) if y is not None)
            said = "–".join(years) or " | ".join(part.display.values())
            told = [part.kind, part.certainty if part.certainty != "certain" else ""]
            yield f"{said} ({', '.join(filter(None, told))})"
        case Maker():
            status = part.status if part.status != "current" else ""
            told = [part.name or "unknown", part.role, part.qualifier, status]
            yield ", ".join(dict.fromkeys(filter(None, told)))
        case Concept():
            yield f"{part.facet}: {' | '.join(part.labels.values()) or part.uri}"
        case Place():
            yield f"{part.name} ({part.role})"
        case Image():
            yield f"{part.url} ({part.rights})" if part.rights else part.url
        case Measurement():
            yield f"{part.kind or 'unnamed'}: {part.value:g} {part.unit}".strip()
        case Identifier():
            yield f"{part.kind}: {part.value}"
        case _:
            yield _whole(part)


def _whole(part: object) -> str:
    """All that a part of a record says, each thing with its name."""
    if isinstance(part, bool):
        return "yes" if part else "no"
    if isinstance(part, Mapping):
        return " | ".join(f"{text} ({lang})" if lang else text for lang, text in part.items())
    if is_dataclass(part):
        said = ((one.name, getattr(part, one.name)) for one in fields(part))
        return ", ".join(f"{name} {_whole(value)}" for name, value in said if value)
    return str(part)


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
    if found.fields:
        counted = ", ".join(f"{name} {count}" for name, count in found.fields.items())
        lines.append(f"Changed fields: {counted}.")
    if found.compared < found.changed:
        lines.append(f"Only the first {found.compared} changed records were compared for this.")
    for record in found.records:
        name = " ".join(filter(None, (record.object_number, record.title)))
        lines.append(f"{record.change}: {record.id} {name}".rstrip())
        for change in record.fields:
            old, new = (" | ".join(words) or "(nothing)" for words in (change.before, change.after))
            lines.append(f"    {change.name}: {old}  ->  {new}")
    return lines
