"""A museum's own column names, told by its mapping file: which are public, and what they mean."""

import tomllib
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from dataclasses import field as default
from importlib.resources import files
from pathlib import Path
from typing import Any

from explorer.errors import WrongUse
from explorer.text import nfc
from explorer.types import FIELDS
from ingest.columns import (
    CONCEPTS,
    FAMILIES,
    MEASURED,
    ONE_COLUMN,
    PLACES,
    SPECIAL,
    Column,
    grouped,
)

_COLUMN_KEYS = ("field", "lang", "unknown", "vocabulary", "multiple", "unit", "or")
_TABLE_KEYS = (
    "delimiter", "multiple", "encoding", "lang", "sheet", "records", "optional",
)  # fmt: skip
_SECTIONS = ("table", "fields", "constants")
_BY_KEYS = "keys"
_SAYING = {*FIELDS, *PLACES, *MEASURED, "date.earliest", "date.latest"} - {
    "object_number", "former_number", "maker.role", "maker.qualifier", "credit_line", "room",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table is written, and its public columns in order; no other column is read."""

    columns: tuple[Column, ...] = default(default_factory=tuple)
    constants: tuple[Column, ...] = ()
    """What holds for every row that does not say otherwise itself: columns with a fixed value."""
    delimiter: str = ""
    encoding: str = "auto"
    lang: str = ""
    sheet: str = ""
    """The sheet of a workbook; "" takes the first one that can be seen."""
    records: str = ""
    """Where in a JSON file its records are: "data.items"; "." says that the file is one record."""
    optional: bool = False
    """Whether those columns are taken that are there, in whatever letter case: ready mappings."""


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file, or the ready one of that name; WrongUse where it is not right."""
    data = _toml(path)
    _only(data, _SECTIONS, path.name)
    table = data.get("table", {})
    _only(table, _TABLE_KEYS, f"[table] of {path.name}")
    fields = data.get("fields", {})
    if not fields:
        raise WrongUse(
            f"The mapping file {path.name} names no columns.",
            "List the public columns under [fields], one line each.",
        )
    multiple = table.get("multiple", "")
    columns = tuple(_column(name, told, path.name, multiple) for name, told in fields.items())
    constants = tuple(
        _constant(f, told, path.name) for f, told in data.get("constants", {}).items()
    )
    _check(columns, path.name)
    delimiter = str(table.get("delimiter", ""))
    if len(delimiter) > 1 or delimiter in ('"', "\r", "\n"):
        raise WrongUse(
            f"The delimiter in {path.name} is {delimiter!r}, which cannot part the cells.",
            'Use one character, such as ";" or "\\t", or leave the line out.',
        )
    return Mapping(
        columns=columns,
        constants=constants,
        delimiter=delimiter,
        encoding=str(table.get("encoding", "auto")),
        lang=str(table.get("lang", "")),
        sheet=str(table.get("sheet", "")),
        records=str(table.get("records", "")),
        optional=table.get("optional", False) is True,
    )


def ready_mappings() -> list[str]:
    """The names of the mappings that come with the explorer, for the exports of common systems."""
    folder = files("ingest").joinpath("mappings")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if ".toml" in f.name)


def present(mapping: Mapping, header: Collection[str], where: str) -> Mapping:
    """The mapping with those columns that `header` has, by the name each goes by there.

    WrongUse where one is missing that has to be there, or stands there twice.
    """
    spelt: dict[str, str] = {}
    if mapping.optional:
        for name in header:
            spelt.setdefault(name.casefold(), name)
    taken: dict[Column, Column] = {}
    for column in mapping.columns:
        names = (column.name, *column.others)
        found = next((n for n in names if n in header), "")
        if not found and mapping.optional:
            found = next((spelt[f] for n in names if (f := n.casefold()) in spelt), "")
        if found:
            taken[column] = replace(column, name=found) if found != column.name else column
        elif not mapping.optional:
            raise _missing(column.name, header, where)
    for column in taken.values():
        if sum(name == column.name for name in header) > 1:
            raise WrongUse(
                f"{where} has more than one column called '{column.name}'.",
                "Give each column its own name, for the mapping cannot tell them apart.",
            )
    if mapping.optional:
        for group in grouped(mapping.columns):
            if group.head not in taken:  # nobody is there whom its other columns tell of
                taken = {c: found for c, found in taken.items() if c not in group.of.values()}
        _check_usable(taken.values(), header, where)
    return replace(mapping, columns=tuple(taken.values()))


def unfound(mapping: Mapping, header: Collection[str]) -> list[str]:
    """The columns of a mapping that are not in `header` under any of their names."""
    there = {name.casefold() if mapping.optional else name for name in header}
    return [
        column.name
        for column in mapping.columns
        if not any(
            (name.casefold() if mapping.optional else name) in there
            for name in (column.name, *column.others)
        )
    ]


def says(column: Column) -> bool:
    """Whether a column says something of its record that a visitor could ask for."""
    return column.field in _SAYING


def _check_usable(columns: Iterable[Column], header: Collection[str], where: str) -> None:
    """Nothing; WrongUse where a ready mapping finds no records, or nothing to say of them."""
    found = list(columns)
    if not any(c.field == "id" for c in found) or not any(says(c) for c in found):
        raise WrongUse(
            "The ready mapping does not find a column that identifies a record, and one that says"
            f" more of it, in {where}.",
            f"Its columns are: {', '.join(header) or 'none'}. Write a mapping file for it.",
        )


def _missing(name: str, header: Collection[str], where: str) -> WrongUse:
    return WrongUse(
        f"The mapping names the column '{name}', which {where} does not have.",
        f"Its columns are: {', '.join(header) or 'none'}. Mend the mapping, or the delimiter.",
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.suffix == "" and not path.exists():
            return tomllib.loads(_ready(path.name))
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(
            f"The mapping file {path.name} cannot be opened.", "Check its name and folder."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The mapping file {path.name} is not valid TOML: {error}.", "Mend that line."
        ) from error


def _ready(name: str) -> str:
    known = ready_mappings()
    if name not in known:
        raise WrongUse(
            f"There is no mapping called '{name}'.",
            f"Name a mapping file (such as mapping.toml), or one of: {', '.join(known)}.",
        )
    return files("ingest").joinpath("mappings", f"{name}.toml").read_text("utf-8")


def _check(columns: tuple[Column, ...], file: str) -> None:
    named = [column.field for column in columns]
    if "id" not in named:
        raise WrongUse(
            f"The mapping file {file} does not say which column identifies a record.",
            'Add a line such as: recordnumber = "id"',
        )
    for name in ONE_COLUMN:
        if named.count(name) > 1:
            both = " and ".join(f"'{c.name}'" for c in columns if c.field == name)
            raise WrongUse(
                f"{file} calls the columns {both} '{name}', and a record has only one.",
                "Keep the one that holds, and leave the other out.",
            )
    for group in grouped(columns):
        if group.head is None:
            column = next(iter(group.of.values()))
            raise WrongUse(
                f"The column '{column.name}' in {file} is a '{column.field}' of no {group.family}.",
                f"Name the column of the {group.family} first, and those that tell of it after it.",
            )
        if group.head.by_keys and (group.of or group.family in ("maker", "place")):
            raise WrongUse(
                f"The column '{group.head.name}' in {file} cannot have its languages as keys.",
                'Name each language by itself, such as: "maker.en" = "maker"',
            )


def _column(name: str, told: Any, file: str, multiple: Any) -> Column:
    given = {"field": told} if isinstance(told, str) else told
    if not isinstance(given, dict) or not isinstance(given.get("field"), str):
        raise WrongUse(
            f"{file} does not say what the column '{name}' is.",
            f'Write it as: {name} = "title", or {name} = {{ field = "title", lang = "nl" }}',
        )
    _only(given, _COLUMN_KEYS, f"the column '{name}' in {file}")
    _check_field(given["field"], f"the column '{name}'", file)
    lang = str(given.get("lang", ""))
    if lang == _BY_KEYS and given["field"] not in FIELDS:
        raise WrongUse(
            f"The column '{name}' in {file} is a '{given['field']}', which has no language.",
            'Leave lang = "keys" out.',
        )
    if given.get("unit") and given["field"] not in MEASURED:
        raise WrongUse(
            f"The column '{name}' in {file} is a '{given['field']}', which has no unit.",
            f"Leave the unit out, or use one of: {', '.join(MEASURED)}.",
        )
    if given.get("vocabulary") and given["field"] not in CONCEPTS:
        raise WrongUse(
            f"The column '{name}' in {file} is a '{given['field']}', of which there is no"
            " vocabulary.",
            f"Leave the vocabulary out, or use one of: {', '.join(CONCEPTS)}.",
        )
    return Column(
        nfc(name),
        given["field"],
        "" if lang == _BY_KEYS else lang,
        _words(given.get("unknown", ())),
        multiple=_marks(given.get("multiple", multiple)),
        unit=str(given.get("unit", "")),
        by_keys=lang == _BY_KEYS,
        others=_words(given.get("or", ())),
        vocabulary=str(given.get("vocabulary", "")),
    )


def _constant(field: str, told: Any, file: str) -> Column:
    given = {"text": told} if isinstance(told, str) else told
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise WrongUse(
            f"The constant '{field}' in {file} is not a text.",
            f'Write it as: {field} = "painting"',
        )
    _only(given, ("text", "lang"), f"the constant '{field}' in {file}")
    _check_field(field, f"the constant '{field}'", file)
    if field in ("id", *MEASURED) or field in {f for each in FAMILIES.values() for f in each.of}:
        raise WrongUse(
            f"{file} gives every record the same '{field}'.", "Take it out of [constants]."
        )
    return Column("constants", field, str(given.get("lang", "")), constant=nfc(given["text"]))


def _check_field(field: str, what: str, file: str) -> None:
    if field not in (*FIELDS, *SPECIAL):
        raise WrongUse(
            f"{file} calls {what} a '{field}', which is not a field.",
            f"Use one of: {', '.join((*SPECIAL, *FIELDS))}.",
        )


def _words(told: Any) -> tuple[str, ...]:
    return tuple(nfc(str(word)) for word in ([told] if isinstance(told, str) else told))


def _marks(told: Any) -> tuple[str, ...]:
    return tuple(filter(None, [told] if isinstance(told, str) else map(str, told)))


def _only(given: Table[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            raise WrongUse(
                f"'{key}' in {where} is not understood.", f"Use only: {', '.join(known)}."
            )
