"""CSV exports, read through the museum's mapping file; columns it does not name are never read."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Row
from itertools import zip_longest
from urllib.parse import quote

from explorer.errors import WrongUse
from explorer.text import nfc
from explorer.types import (
    FIELDS,
    DateSpan,
    Field,
    Identifier,
    Image,
    Maker,
    Place,
    Record,
    Rights,
    Source,
)
from ingest import attribution
from ingest.dates import LAST_YEAR, Span, read_date
from ingest.deliveries import Member
from ingest.encoding import decoded
from ingest.mapping import Column, Mapping, load_mapping, maker_columns
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_YES = frozenset(("1", "true", "yes", "ja", "j", "y", "oui", "si", "sì", "tak", "x"))
_NO = frozenset(("0", "false", "no", "nein", "nej", "nee", "non", "nie", "n"))
_NUMBERS = ("object_number", "former_number")
_LONGEST_CELL = 10_000_000
_WEB = ("http://", "https://")
_OF_MAKERS = ("maker", "maker.role", "maker.qualifier", "maker.gender")
_SEP = re.compile(r"sep=(.)\r?\n")  # what Excel writes, and hides, above the header line
_YEAR = re.compile(r"\A([+-]?\d{1,6})(?:\.0+|-\d{2}(?:-\d{2})?)?\Z")


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a table, a row each, as they are read."""
    yield from _rows(member, spec.name, _mapping(spec), spec.language)


def _mapping(spec: SourceSpec) -> Mapping:
    if spec.mapping is None:
        raise WrongUse(
            f"The table {spec.path.name} has no mapping file.",
            f"Write one and name it: csv:{spec.path.name}#mapping.toml",
        )
    return load_mapping(spec.mapping)


def _rows(member: Member, source: str, mapping: Mapping, lang: str) -> Iterator[Item]:
    languages = {lang, mapping.lang, *(column.lang for column in mapping.columns)}
    found = decoded(member.read(), member.where, encoding=mapping.encoding, languages=languages)
    text = found.text
    if found.guessed:
        yield Remark(source, member.where, f"encoding guessed: {found.encoding}")
    first = _SEP.match(text)
    delimiter = mapping.delimiter or (first.group(1) if first else _delimiter(text))
    text = text[first.end() :] if first else text
    lines = io.StringIO(text, newline="")
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    try:
        for cells in rows:
            where = f"{member.where}, line {rows.line_num + bool(first)}"
            if not any(map(str.strip, cells)):
                continue
            if not header:
                header = [nfc(cell) for cell in cells]
                _check_columns(header, mapping, member.where)
            elif any(map(str.strip, cells[len(header) :])) or any(header[len(cells) :]):
                # A row that stops short where the file ends is where the delivery was cut.
                cut = len(cells) < len(header) and lines.tell() == len(text)
                record_id = "" if cut else _id_in(cells, header, source, mapping)
                reason = "the row has more or fewer cells than columns"
                yield Rejection(source, where, record_id, "", reason)
            else:
                row = dict(zip_longest(header, cells[: len(header)], fillvalue=""))
                yield _record(row, where, source, mapping, member.delivered, mapping.lang or lang)
    except csv.Error as error:
        where = f"{member.where}, line {rows.line_num + bool(first)}"
        yield Rejection(source, where, "", "", f"{error}")
    else:
        _check_columns(header, mapping, member.where)


def _id_in(cells: Sequence[str], header: Sequence[str], source: str, mapping: Mapping) -> str:
    """The id of the record that a row of too many or too few cells is about, "" if not told."""
    column = next(c for c in mapping.columns if c.field == "id")
    found = [_values(cell, column, mapping) for cell in cells[header.index(column.name) :][:1]]
    return _record_id(source, found[0][0]) if found and found[0] else ""


def _record_id(source: str, local: str) -> str:
    return f"{source}:{quote(local, safe='')}"


def _delimiter(text: str) -> str:
    head = text[: text.find("\n")] if "\n" in text else text
    return max(";,\t|", key=head.count)


def _check_columns(present: Sequence[str], mapping: Mapping, where: str) -> None:
    missing = [column.name for column in mapping.columns if column.name not in present]
    if missing:
        raise WrongUse(
            f"The mapping names the column '{missing[0]}', which {where} does not have.",
            f"Its columns are: {', '.join(present) or 'none'}. Mend the mapping, or the delimiter.",
        )


def _record(
    row: Row[str, str], where: str, source: str, mapping: Mapping, delivered: str, lang: str
) -> Record | Rejection:
    values = {column: _values(row[column.name], column, mapping) for column in mapping.columns}
    told: dict[str, list[str]] = {}
    for column, found in values.items():
        told.setdefault(column.field, []).extend(found)
    local = next(iter(told.get("id", ())), "")
    if not local:
        return Rejection(source, where, "", "id", "the row has no identifier")
    lang = next(iter(told.get("lang", ())), lang)
    fields = [
        Field(column.field, value, column.lang or lang, source=column.name)
        for column, found in values.items()
        if column.field in FIELDS and not column.field.startswith("maker")
        for value in found
    ]
    makers, maker_fields = _makers(values, lang)
    dates, date_fields, warnings = _dates(told, fields)
    url = next(iter(told.get("url", ())), "")
    if url and not url.startswith(_WEB):
        warnings.append(f"web address is incomplete: {url}")
    return Record(
        id=_record_id(source, local),
        identifiers=tuple(
            Identifier(f.name, f.text) for f in fields if f.name in _NUMBERS
        ) or (Identifier("object_number", local),),
        fields=tuple(sorted([*fields, *maker_fields, *date_fields],
                            key=lambda f: FIELDS.index(f.name))),
        makers=tuple(makers),
        dates=dates,
        places=tuple(Place(f.text) for f in fields if f.name == "place"),
        about_numbers=tuple(told.get("about", ())),
        part_of=next(iter(told.get("part_of", ())), ""),
        images=_images(told),
        rights=Rights(**{
            name.removeprefix("rights."): found[0]
            for name, found in told.items() if name.startswith("rights.") and found
        }),
        room=next((f.text for f in fields if f.name == "room"), ""),
        on_view=_yes_or_no(told.get("on_view", ())),
        url=url if url.startswith(_WEB) else "",
        source=Source(source, "csv", delivered),
        warnings=tuple(warnings),
    )  # fmt: skip


def _values(cell: str, column: Column, mapping: Mapping) -> tuple[str, ...]:
    """The cell's values; for makers also the empty ones, for their columns stand side by side."""
    parts = cell.split(mapping.multiple) if mapping.multiple else [cell]
    values = tuple(nfc(part) for part in parts)
    return values if column.field.startswith("maker") else tuple(filter(None, values))


def _makers(values: Row[Column, Sequence[str]], lang: str) -> tuple[list[Maker], list[Field]]:
    """The makers of all columns in order, and their Fields; who only owned or gave is a person."""
    told: dict[tuple[str, ...], Column] = {}
    for group in maker_columns(values):
        cells = (values[group[name]] if name in group else () for name in _OF_MAKERS)
        for row in zip_longest(*cells, fillvalue=""):
            told.setdefault(row, group["maker"])
    makers: list[Maker] = []
    fields: list[Field] = []
    for (name, role, qualifier, gender), column in told.items():
        spoken = column.lang or lang
        if not name or not attribution.is_maker_role(role):
            fields += [Field("person", name, spoken, source=column.name)] if name else []
            continue
        for part, text in (("role", role), ("qualifier", qualifier)):
            if text:
                fields.append(Field(f"maker.{part}", text, spoken, source=f"maker[{len(makers)}]"))
        fields.append(Field("maker", name, spoken, source=column.name))
        made = attribution.maker(name, role, qualifier, gender=gender, lang=spoken)
        makers.append(Maker("", status="unknown") if name in column.unknown else made)
    return makers, fields


def _dates(
    told: Row[str, Sequence[str]], fields: Sequence[Field]
) -> tuple[tuple[DateSpan, ...], list[Field], list[str]]:
    """The creation's date, a Field for it where the source has years but no words, and warnings.

    One year alone is both ends, unless the words say where the other one is.
    """
    cells = [next(iter(told.get(f"date.{end}", ())), "") for end in ("earliest", "latest")]
    first, last = (_span(cell) for cell in cells)
    read = [(cell, span) for cell, span in zip(cells, (first, last), strict=True) if span]
    known = [cell for cell, _ in read]
    warnings = [f"date not understood: {cell}" for cell in cells if cell and cell not in known]
    shown = {f.lang: f.text for f in fields if f.name == "date"}
    said = next((s for lang, text in shown.items() if (s := read_date(text, lang))), None)
    earliest = first.earliest if first else None
    latest = last.latest if last else None
    if first and not cells[1]:
        latest = (said or first).latest
    if last and not cells[0]:
        earliest = (said or last).earliest
    if earliest is not None and latest is not None and earliest > latest:
        warnings.append(f"date begins after its end: {earliest}, {latest}")
        earliest = latest = None
    made: list[Field] = []
    if known and not shown:
        text = "–".join(dict.fromkeys(_YEAR.sub(_year, cell) for cell in known))
        made = [Field("date", text, "", source="date.earliest, date.latest")]
        shown = {"": text}
    unsure = (span.certainty for _, span in read if span.certainty != "certain")
    span = DateSpan("creation", shown, earliest, latest, next(unsure, "certain"))
    return (span,) if shown else (), made, warnings


def _span(cell: str) -> Span | None:
    """The years of a cell that should hold one, astronomical where it is a bare number."""
    if match := _YEAR.fullmatch(cell):
        year = int(match.group(1))
        return Span(year, year) if year <= LAST_YEAR else None
    return read_date(cell, "zxx")


def _year(match: re.Match[str]) -> str:
    return str(int(match.group(1)))


def _images(told: Row[str, Sequence[str]]) -> tuple[Image, ...]:
    rights = next(iter(told.get("rights.image", ())), "")
    alt = next(iter(told.get("image.alt", ())), "")
    return tuple(Image(url, rights, alt) for url in told.get("image", ()))


def _yes_or_no(given: Sequence[str]) -> bool | None:
    word = given[0].casefold() if given else ""
    return True if word in _YES else False if word in _NO else None
