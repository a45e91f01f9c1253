"""A museum's own column names, told by its mapping file: which are public, and what they mean."""

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any

from explorer.errors import WrongUse
from explorer.text import nfc
from explorer.types import FIELDS

SPECIAL = (
    "id", "lang", "date.earliest", "date.latest", "maker.gender", "on_view", "image",
    "image.alt", "url", "part_of", "about", "rights.record", "rights.object",
    "rights.text", "rights.image",
)  # fmt: skip
"""What a column may mean besides the FIELDS: read into the record, not quoted from it."""

ONE_COLUMN = tuple(name for name in SPECIAL if name not in ("maker.gender", "image", "about"))
"""Of these a record has one: a second column would have nowhere to go."""

_COLUMN_KEYS = ("field", "lang", "unknown", "vocabulary")
_TABLE_KEYS = ("delimiter", "multiple", "encoding", "lang")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds: the field it fills, its language, words that mean 'not known'."""

    name: str
    field: str
    lang: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a table is written, and its public columns in order; no other column is read."""

    columns: tuple[Column, ...] = default(default_factory=tuple)
    delimiter: str = ""
    multiple: str = ""
    encoding: str = "auto"
    lang: str = ""


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file; WrongUse where it says something nobody understands."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(
            f"The mapping file {path.name} cannot be opened.", "Check its name and folder."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The mapping file {path.name} is not valid TOML: {error}.", "Mend that line."
        ) from error
    table = data.get("table", {})
    _only(table, _TABLE_KEYS, f"[table] of {path.name}")
    fields = data.get("fields", {})
    if not fields:
        raise WrongUse(
            f"The mapping file {path.name} names no columns.",
            "List the public columns under [fields], one line each.",
        )
    columns = tuple(_column(name, told, path.name) for name, told in fields.items())
    _check(columns, path.name)
    delimiter = str(table.get("delimiter", ""))
    if len(delimiter) > 1 or delimiter in ('"', "\r", "\n"):
        raise WrongUse(
            f"The delimiter in {path.name} is {delimiter!r}, which cannot part the cells.",
            'Use one character, such as ";" or "\\t", or leave the line out.',
        )
    return Mapping(
        columns=columns,
        delimiter=delimiter,
        multiple=str(table.get("multiple", "")),
        encoding=str(table.get("encoding", "auto")),
        lang=str(table.get("lang", "")),
    )


def maker_columns(columns: Iterable[Column]) -> list[dict[str, Column]]:
    """Field -> column for each column of makers: with its own role, qualifier and gender.

    They belong together as they are named: a second maker, or a second role, begins the next group.
    """
    groups: list[dict[str, Column]] = [{}]
    for column in columns:
        if column.field.startswith("maker"):
            if column.field in groups[-1]:
                groups.append({})
            groups[-1][column.field] = column
    return [group for group in groups if group]


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
    for group in maker_columns(columns):
        if "maker" not in group:
            column = next(iter(group.values()))
            raise WrongUse(
                f"The column '{column.name}' in {file} is a '{column.field}' of no maker.",
                "Name the column of the maker first, and those that tell of it after it.",
            )


def _column(name: str, told: Any, file: str) -> Column:
    given = {"field": told} if isinstance(told, str) else told
    if not isinstance(given, dict) or not isinstance(given.get("field"), str):
        raise WrongUse(
            f"{file} does not say what the column '{name}' is.",
            f'Write it as: {name} = "title", or {name} = {{ field = "title", lang = "nl" }}',
        )
    _only(given, _COLUMN_KEYS, f"the column '{name}' in {file}")
    if given["field"] not in (*FIELDS, *SPECIAL):
        raise WrongUse(
            f"{file} calls the column '{name}' a '{given['field']}', which is not a field.",
            f"Use one of: {', '.join((*SPECIAL, *FIELDS))}.",
        )
    unknown = given.get("unknown", ())
    words = [unknown] if isinstance(unknown, str) else unknown
    return Column(nfc(name), given["field"], str(given.get("lang", "")), tuple(map(str, words)))


def _only(given: Table[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            raise WrongUse(
                f"'{key}' in {where} is not understood.", f"Use only: {', '.join(known)}."
            )
