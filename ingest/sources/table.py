"""CSV exports, read through the museum's mapping file; columns it does not name are never read."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Row
from contextlib import suppress
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote

from explorer.errors import ExplorerError, WrongUse
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
from ingest.deliveries import Member, Rejection, members
from ingest.mapping import Column, Mapping

SUFFIXES = (".csv", ".tsv", ".txt")
_YES = frozenset(("1", "true", "yes", "ja", "j", "y", "oui", "si", "sì", "tak", "x"))
_NO = frozenset(("0", "false", "no", "nein", "nej", "nee", "non", "nie", "n"))
_NUMBERS = ("object_number", "former_number")
_LONGEST_CELL = 10_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_YEAR = re.compile(r"([+-]?\d{1,6})(?:-\d{2}(?:-\d{2})?)?")


def read(
    path: Path, *, source: str, mapping: Mapping, languages: Sequence[str] = ()
) -> Iterator[Record | Rejection]:
    """The records of every table in `path`, a row each, as they are read."""
    for member in members(path, SUFFIXES):
        yield from _rows(member, source, mapping, languages[0] if len(languages) == 1 else "")


def _rows(member: Member, source: str, mapping: Mapping, lang: str) -> Iterator[Record | Rejection]:
    text = _decoded(member, mapping, lang)
    delimiter = mapping.delimiter or _delimiter(text)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    _check_columns(rows.fieldnames or (), mapping, member.where)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejection(source, f"{member.where}, line {rows.line_num}", "", "", f"{error}")
            return
        if row is None:
            return
        where = f"{member.where}, line {rows.line_num}"
        if None in row or None in row.values():
            yield Rejection(source, where, "", "", "the row has more or fewer cells than columns")
            continue
        yield _record(row, where, source, mapping, member.delivered, mapping.lang or lang)


def _decoded(member: Member, mapping: Mapping, lang: str) -> str:
    data, encoding = member.read(), mapping.encoding
    if encoding == "auto":
        return _guessed(
            data, member.where, {lang, mapping.lang, *(c.lang for c in mapping.columns)}
        )
    try:
        return data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError as error:
        raise WrongUse(
            f"'{encoding}' is not an encoding.", 'Use "auto", "utf-8", "cp1252" or the like.'
        ) from error
    except UnicodeDecodeError as error:
        raise ExplorerError(
            f"{member.where} is not written in {encoding}: byte {error.start} does not fit.",
            'Set encoding = "auto" in the mapping, or the encoding it was exported in.',
        ) from error


def _guessed(data: bytes, where: str, langs: set[str]) -> str:
    """The text as UTF-8, else in the code page of its declared languages, else as it looks."""
    pages = {page for lang in langs if (page := _codepages().get(lang.partition("-")[0]))}
    for encoding in ("utf-16" if data[:2] in _UTF16 else "utf-8-sig", *pages):
        if encoding not in pages or len(pages) == 1:
            with suppress(UnicodeDecodeError):
                return data.decode(encoding)
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise ExplorerError(
            f"The encoding of {where} cannot be told.",
            'Export it as UTF-8, or name its encoding in the mapping: encoding = "cp1252"',
        )
    return str(best)


@cache
def _codepages() -> dict[str, str]:
    table = files("ingest").joinpath("codepages.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {lang: row["codepage"] for row in rows for lang in row["languages"].split()}


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
    told = {column.field: found for column, found in values.items()}
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
    makers, maker_fields = _makers(values, told, lang)
    dates, date_fields = _dates(told, fields, values)
    return Record(
        id=f"{source}:{quote(local, safe='')}",
        identifiers=tuple(
            Identifier(f.name, f.text) for f in fields if f.name in _NUMBERS
        ) or (Identifier("object_number", local),),
        fields=tuple(sorted([*fields, *maker_fields, *date_fields],
                            key=lambda f: FIELDS.index(f.name))),
        makers=tuple(makers),
        dates=dates,
        places=tuple(Place(f.text) for f in fields if f.name == "place"),
        about=tuple(told.get("about", ())),
        part_of=next(iter(told.get("part_of", ())), ""),
        images=_images(told),
        rights=Rights(**{
            name.removeprefix("rights."): found[0]
            for name, found in told.items() if name.startswith("rights.") and found
        }),
        room=next((f.text for f in fields if f.name == "room"), ""),
        on_view=_yes_or_no(told.get("on_view", ())),
        url=next((u for u in told.get("url", ()) if u.startswith(("http://", "https://"))), ""),
        source=Source(source, "csv", delivered),
    )  # fmt: skip


def _values(cell: str, column: Column, mapping: Mapping) -> tuple[str, ...]:
    """The cell's values; for makers also the empty ones, for their columns stand side by side."""
    parts = cell.split(mapping.multiple) if mapping.multiple else [cell]
    values = tuple(nfc(part) for part in parts)
    return values if column.field.startswith("maker") else tuple(filter(None, values))


def _makers(
    values: Row[Column, Sequence[str]], told: Row[str, Sequence[str]], lang: str
) -> tuple[list[Maker], list[Field]]:
    column = next((c for c in values if c.field == "maker"), None)
    if column is None:
        return [], []
    makers, fields = [], []
    lang = column.lang or lang
    aligned = (told.get(f"maker.{part}", ()) for part in ("role", "qualifier", "gender"))
    rows = dict.fromkeys(zip_longest(values[column], *aligned, fillvalue=""))
    for i, (name, role, qualifier, gender) in enumerate(row for row in rows if row[0]):
        unknown = name in column.unknown
        made = attribution.maker(name, role, qualifier, gender=gender, lang=lang)
        makers.append(Maker("", status="unknown") if unknown else made)
        fields.append(Field("maker", name, lang, source=column.name))
        for part, text in (("role", role), ("qualifier", qualifier)):
            if text:
                fields.append(Field(f"maker.{part}", text, lang, source=f"maker[{i}]"))
    return makers, fields


def _dates(
    told: Row[str, Sequence[str]], fields: Sequence[Field], values: Row[Column, Sequence[str]]
) -> tuple[tuple[DateSpan, ...], list[Field]]:
    """The creation's date, and a Field for it where the source has years but no words."""
    earliest, latest = (_year(told.get(f"date.{end}", ())) for end in ("earliest", "latest"))
    shown = {f.lang: f.text for f in fields if f.name == "date"}
    if not shown and earliest is None and latest is None:
        return (), []
    made: list[Field] = []
    if not shown:
        ends = [str(year) for year in (earliest, latest) if year is not None]
        text = "–".join(dict.fromkeys(ends))
        made = [Field("date", text, "", source="date.earliest, date.latest")]
        shown = {"": text}
    return (DateSpan("creation", shown, earliest, latest),), made


def _year(given: Sequence[str]) -> int | None:
    match = _YEAR.fullmatch(given[0]) if given else None
    return int(match.group(1)) if match else None


def _images(told: Row[str, Sequence[str]]) -> tuple[Image, ...]:
    rights = next(iter(told.get("rights.image", ())), "")
    alt = next(iter(told.get("image.alt", ())), "")
    return tuple(Image(url, rights, alt) for url in told.get("image", ()))


def _yes_or_no(given: Sequence[str]) -> bool | None:
    word = given[0].casefold() if given else ""
    return True if word in _YES else False if word in _NO else None
