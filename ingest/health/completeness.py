"""What an object's record should have, and whether it has it."""

from collections.abc import Callable, Iterator, Mapping

from explorer.types import Record

_NAMED = {
    "title": "title",
    "type": "type",
    "date_words": "date",
    "material": "material",
    "technique": "technique",
    "measurement": "measurement",
    "place": "place",
    "subject": "subject",
    "description": "description",
    "credit_line": "credit_line",
}  # what is measured -> the Field that shows it
_OTHER: Mapping[str, Callable[[Record], bool]] = {
    "maker": lambda record: any(m.name and m.status == "current" for m in record.makers),
    "date_years": lambda record: any(
        d.kind == "creation" and (d.earliest is not None or d.latest is not None)
        for d in record.dates
    ),
    "place_coordinates": lambda record: any(p.lat is not None for p in record.places),
    "rights_record": lambda record: bool(record.rights.record),
    "rights_object": lambda record: bool(record.rights.object),
    "rights_text": lambda record: bool(record.rights.text),
    "rights_image": lambda record: bool(
        record.rights.image or any(i.rights for i in record.images)
    ),
    "picture": lambda record: bool(record.images),
}
MEASURED = (
    "title", "type", "maker", "date_words", "date_years", "material", "technique", "measurement",
    "place", "place_coordinates", "subject", "description", "credit_line", "rights_record",
    "rights_object", "rights_text", "rights_image", "picture",
)  # fmt: skip
"""What is measured, in the order it is shown."""


def lacking(record: Record) -> Iterator[str]:
    """What the record does not have, of MEASURED."""
    names = {f.name for f in record.fields if f.text}
    names.update(c.facet for c in record.concepts if c.uri or c.labels)
    if record.measurements:
        names.add("measurement")
    if record.places:
        names.add("place")
    if any(d.display and d.kind == "creation" for d in record.dates):
        names.add("date")
    yield from (measured for measured, name in _NAMED.items() if name not in names)
    yield from (measured for measured, has in _OTHER.items() if not has(record))
