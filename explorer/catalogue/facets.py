"""What a record can be filtered and counted by, read off the record itself."""

from collections.abc import Iterator

from explorer.text import fold
from explorer.types import Record

_FIELDS = ("type", "material", "technique", "place", "period", "subject")
_BY = frozenset(("", "attributed-to", "possibly-by", "workshop-of", "after-design-by"))
MAX_VALUE = 200
"""Longer words are no value to choose by."""


def facet_values(record: Record) -> Iterator[tuple[str, str]]:
    """(facet name, label) pairs; a maker counts only where the work may be called theirs.

    That is a current attribution, if an unsure one, to them, their workshop or their design. Those
    around them or after them (circle, school, follower, manner) are other hands; and what a
    qualifier says that we have no code for may be "not by", so it does not count either.
    """
    for name in _FIELDS:
        for _, field in record.named(name):
            yield name, field.text
    for concept in record.concepts:
        if concept.facet in _FIELDS:
            yield from ((concept.facet, label) for label in concept.labels.values())
    yield from _makers(record)
    for place in record.places:
        yield "place", place.name
    if record.room:
        yield "room", record.room
    if record.on_view is not None:
        yield "on_view", "true" if record.on_view else "false"
    yield "has_image", "true" if record.images else "false"
    rights = (record.rights.record, record.rights.object, record.rights.image)
    yield from (("rights", right) for right in rights if right)
    yield "source", record.source.name
    if record.institution:
        yield "institution", record.institution


def _makers(record: Record) -> Iterator[tuple[str, str]]:
    for maker in record.makers:
        if maker.status == "current" and maker.name and maker.qualifier in _BY:
            yield "maker", maker.name
            if maker.gender:
                yield "gender", maker.gender


def facet_value(value: object) -> str:
    """A value as compared: folded, its spaces single; `true` and `false` for what is either."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return fold(" ".join(str(value).split()))


def facet_rows(record: Record) -> dict[tuple[str, str], str]:
    """(facet name, folded value) -> label; one row however often the record repeats it."""
    rows: dict[tuple[str, str], str] = {}
    for name, label in facet_values(record):
        value = facet_value(label)
        if value and len(value) <= MAX_VALUE:
            rows.setdefault((name, value), label)
    return rows
