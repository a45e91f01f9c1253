"""What makes a Record of a row: fields as they stand, and the makers, dates and rest beside them.

The same cells make the same record, whatever kind of file the row stood in.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from explorer.types import (
    FIELDS,
    Field,
    Identifier,
    Image,
    Record,
    Rights,
    Source,
)
from ingest.columns import MEASURED, PLACES, Column
from ingest.sources.table.parts import (
    concepts,
    dates,
    looked_up,
    makers,
    measured,
    places,
    web_address,
    with_unit,
)
from ingest.sources.table.rows import Read, Row, Shape, Values, harmful
from ingest.sourcespec import Item, Rejection, Remark

_NUMBERS = ("object_number", "former_number")
_RANK = {name: rank for rank, name in enumerate(FIELDS)}
_STANDS_IN = {
    **{name: name for name in FIELDS if not name.startswith("maker")},
    **dict.fromkeys(PLACES, "place"),
    **dict.fromkeys(set(MEASURED) - {"measurement.value"}, "measurement"),
}
"""The Field that the words of a column stand in, word for word."""


def records(rows: Read) -> Iterator[Item]:
    """What the rows of a table deliver, as they are read."""
    for row in rows:
        item = _record(row) if isinstance(row, Row) else row
        if isinstance(item, Record) and item.deleted:
            yield Remark(item.source.name, row.where, f"not public: {item.id}")
        yield item


def id_in(values: Values, shape: Shape) -> str:
    """The id of the record that a cell of the identifying column names, "" if not told."""
    return _record_id(shape.source, values[0]) if values and values[0] else ""


def _record_id(source: str, local: str) -> str:
    return f"{source}:{quote(local, safe='')}"


def _record(row: Row) -> Record | Rejection:
    """The record of a row; withdrawn where the museum marks it as not public."""
    shape = row.shape
    values = _with_constants(row.values, shape)
    told: dict[str, list[str]] = {}
    for column, found in values.items():
        told.setdefault(column.field, []).extend(found)
    ids = told.get("id", [])
    if len(ids) != 1:
        reason = "the row has more than one identifier" if ids else "the row has no identifier"
        return Rejection(shape.source, row.where, "", "id", reason)
    local = ids[0]
    for column, found in values.items():
        for value in found:
            if why := harmful(value):
                reason = f"the column '{column.name}' {why}"
                record_id = "" if column.field == "id" else _record_id(shape.source, local)
                return Rejection(shape.source, row.where, record_id, column.field, reason)
    if any(column.field == "public" for column in values):
        said = next(iter(told["public"]), "")
        public = _meanings().get(said.casefold()) if said else False
        if not public:
            return _withheld(row, local, said, sure=public is not None)
    return _made(row, values, told, local)


def _withheld(row: Row, local: str, said: str, *, sure: bool) -> Record | Rejection:
    shape, record_id = row.shape, _record_id(row.shape.source, local)
    if not sure:
        reason = f"whether it is public is not understood: {said}"
        return Rejection(shape.source, row.where, record_id, "public", reason)
    source = Source(shape.source, shape.format, shape.delivered)
    return Record(record_id, source=source, deleted=True)


def _made(
    row: Row, values: Mapping[Column, Values], told: Mapping[str, Sequence[str]], local: str
) -> Record:
    shape = row.shape
    lang = next(iter(told.get("lang", ())), shape.lang)
    warnings: list[str] = []
    values, known = looked_up(values, shape.vocabularies, lang, warnings)
    fields = [
        Field(name, with_unit(value, column.unit), column.lang or lang, source=column.name)
        for column, found in values.items()
        if (name := _STANDS_IN.get(column.field))
        for value in found
        if value
    ]
    made_by, maker_fields = makers(shape.groups, values, lang, warnings)
    dated, date_fields = dates(values, fields, lang, warnings)
    sizes, size_fields = measured(shape.groups, values, lang, warnings)
    fields += (*maker_fields, *date_fields, *size_fields)
    fields.sort(key=lambda field: _RANK[field.name])
    url = next(iter(told.get("url", ())), "")
    return Record(
        id=_record_id(shape.source, local),
        identifiers=(
            *(tuple(Identifier(f.name, f.text) for f in fields if f.name in _NUMBERS)
              or (Identifier("object_number", local),)),
            *(Identifier("stop_number", number) for number in told.get("stop_number", ())),
        ),
        fields=tuple(fields),
        makers=tuple(made_by),
        dates=dated,
        places=tuple(places(shape.groups, values, warnings)),
        concepts=(*concepts(shape.groups, values, lang, warnings), *known),
        measurements=tuple(sizes),
        about_numbers=tuple(told.get("about", ())),
        part_of=next(iter(told.get("part_of", ())), ""),
        images=_images(told),
        rights=Rights(**{
            name.removeprefix("rights."): found[0]
            for name, found in told.items() if name.startswith("rights.") and found
        }),
        room=next((f.text for f in fields if f.name == "room"), ""),
        on_view=_yes_or_no(told.get("on_view", ()), warnings),
        url=web_address(url, warnings),
        source=Source(shape.source, shape.format, shape.delivered),
        warnings=tuple(warnings),
    )  # fmt: skip


def _with_constants(values: Mapping[Column, Values], shape: Shape) -> Mapping[Column, Values]:
    """The values, and those of the mapping for fields that the row says nothing of."""
    if not shape.mapping.constants:
        return values
    said = {column.field for column, found in values.items() if any(found)}
    extra = {c: (c.constant,) for c in shape.mapping.constants if c.field not in said}
    return {**values, **extra}


def _images(told: Mapping[str, Sequence[str]]) -> tuple[Image, ...]:
    rights = next(iter(told.get("rights.image", ())), "")
    alt = next(iter(told.get("image.alt", ())), "")
    return tuple(Image(url, rights, alt) for url in told.get("image", ()))


def _yes_or_no(given: Sequence[str], warnings: list[str]) -> bool | None:
    if not given:
        return None
    meaning = _meanings().get(given[0].casefold())
    if meaning is None:
        warnings.append(f"neither yes nor no: {given[0]}")
    return meaning


@cache
def _meanings() -> dict[str, bool]:
    table = files("ingest.sources.table").joinpath("yes_no.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {word: row["meaning"] == "yes" for row in rows for word in row["words"].split("|")}
