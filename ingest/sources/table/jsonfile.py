"""Rows of JSON and JSON Lines files: objects, their public values named by path (makers[].name)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, TextIO

from explorer.text import nfc
from ingest.columns import Column
from ingest.deliveries import Member
from ingest.encoding import opened
from ingest.mapping import Mapping, says
from ingest.sources.table.jsonscan import NotJson, Scanner, items, line_reader
from ingest.sources.table.record import id_in, records
from ingest.sources.table.rows import (
    LONGEST_LINE,
    Read,
    Row,
    Shape,
    Values,
    kept,
    languages,
    mapping_of,
    shape_of,
    split,
)
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_SHOWN = 60  # characters of a name in a report
_DEEPEST = 30  # steps of a path that are listed
_GLANCE = 1000  # records looked at to name the columns
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_NO_LANGUAGE = ("def", "none", "und", "zxx", "")
_CUT = "the file breaks off in the middle of a character; nothing after it was read"


@dataclass(frozen=True, slots=True)
class _Found:
    """One record's object and where it stands; `why` it is turned away instead, if it is."""

    where: str
    value: Any = None
    why: str = ""
    last: bool = False
    """Whether nothing after it could be read."""


class _WrongType(ValueError):
    """A value of another kind than the mapping says."""


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a file, an object each, as they are read."""
    yield from records(_rows(member, spec, mapping_of(spec)))


def columns(member: Member, spec: SourceSpec) -> list[str]:
    """The paths of all values in the first thousand records, those that are not read too."""
    mapping = mapping_of(spec)
    by_keys = {c.name.replace("[]", "") for c in mapping.columns if c.by_keys}
    paths: dict[str, None] = {}
    with opened(member, encoding=mapping.encoding).text as text:
        for count, found in enumerate(_objects(text, member.where, spec, mapping)):
            paths.update(dict.fromkeys(_paths(found.value, "", by_keys)))
            if count >= _GLANCE:
                break
    return list(paths)


def _rows(member: Member, spec: SourceSpec, mapping: Mapping) -> Read:
    file = opened(member, encoding=mapping.encoding, languages=languages(spec, mapping))
    if file.guessed:
        yield Remark(spec.name, member.where, f"encoding guessed: {file.encoding}")
    shape = shape_of(member, spec, mapping)
    never = set(mapping.columns)
    count = 0
    with file.text as text:
        for found in _objects(text, member.where, spec, mapping):
            row = _row(found, shape)
            if isinstance(row, Row):
                never -= {column for column, values in row.values.items() if values}
                count += 1
            yield row
    if count and mapping.optional and all(c in never for c in mapping.columns if says(c)):
        reason = "the ready mapping finds nothing but numbers in it: write a mapping file for it"
        yield Rejection(spec.name, member.where, "", "", reason)
    if count > 1 and not mapping.optional:
        for column in mapping.columns:
            if column in never and not column.by_keys:
                yield Remark(spec.name, member.where, f"found in no record: {column.name}")


def _objects(text: TextIO, where: str, spec: SourceSpec, mapping: Mapping) -> Iterator[_Found]:
    if spec.format == "jsonl":
        yield from _lines(text, where)
        return
    place = ""
    try:
        for place, value, why in items(Scanner(text), mapping.records):
            yield _Found(f"{where}, {place}" if place else where, value, why)
    except NotJson as error:
        yield _Found(f"{where}, {error.where}", why=f"{error}", last=True)
    except UnicodeDecodeError:
        yield _Found(f"{where}, after {place}" if place else where, why=_CUT, last=True)


def _lines(text: TextIO, where: str) -> Iterator[_Found]:
    decode = line_reader()
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            at = f"{where}, line {number}"
            if len(line) == LONGEST_LINE and line[-1] != "\n":
                while line and line[-1] != "\n":
                    line = text.readline(LONGEST_LINE)
                yield _Found(at, why=f"the line is longer than {LONGEST_LINE:,} characters")
            elif not line.isspace():
                value, why = decode(line)
                yield _Found(at, value, why)
    except UnicodeDecodeError:
        yield _Found(f"{where}, line {number + 1}", why=_CUT, last=True)


def _row(found: _Found, shape: Shape) -> Row | Rejection:
    """The public values of one object."""
    if not found.why and not isinstance(found.value, dict):
        kind = "list" if isinstance(found.value, list) else "single value"
        return Rejection(shape.source, found.where, "", "", f"it is a {kind} and not an object")
    if found.why:
        record_id = "" if found.last else _id(found.value, shape)
        return Rejection(shape.source, found.where, record_id, "", found.why)
    values: dict[Column, Values] = {}
    for column in shape.mapping.columns:
        try:
            if column.by_keys:
                values |= _by_language(found.value, column, shape)
            else:
                values[column] = _values(found.value, column, shape)
        except _WrongType as error:
            reason = f"the column '{column.name}' {error}"
            record_id = "" if column.field == "id" else _id(found.value, shape)
            return Rejection(shape.source, found.where, record_id, column.field, reason)
    return Row(found.where, shape, values)


def _id(value: Any, shape: Shape) -> str:
    """The id of the record an object is about, "" if not told."""
    column = next(c for c in shape.mapping.columns if c.field == "id")
    try:
        return id_in(_values(value, column, shape), shape) if isinstance(value, dict) else ""
    except _WrongType:
        return ""


def _values(record: dict[str, Any], column: Column, shape: Shape) -> Values:
    if type(said := record.get(column.name)) is str:
        return split(said, column, shape)
    for name in (column.name, *column.others):
        cells = [_text(value) for value in _at(record, _steps(name), column in shape.aligned)]
        if any(cells):
            break
    if len(cells) == 1:
        return split(cells[0], column, shape)
    return kept(tuple(map(nfc, cells)), column, shape)


def _by_language(record: dict[str, Any], column: Column, shape: Shape) -> dict[Column, Values]:
    """The values of an object whose keys are languages, under a column for each of them."""
    told: dict[str, list[str]] = {}
    for value in _at(record, _steps(column.name), aligned=False):
        if not isinstance(value, dict):
            told.setdefault("", []).append(_text(value))
            continue
        for lang, words in value.items():
            if lang not in _NO_LANGUAGE and not _LANGUAGE.fullmatch(lang):
                raise _WrongType(f"has the key {lang[:_SHOWN]!r}, which is no language")
            texts = [_text(item) for item in (words if isinstance(words, list) else [words])]
            told.setdefault("" if lang in _NO_LANGUAGE else lang, []).extend(texts)
    return {
        _spoken(column, lang): kept(tuple(map(nfc, texts)), column, shape)
        for lang, texts in told.items()
    }


@lru_cache(1000)
def _spoken(column: Column, lang: str) -> Column:
    return replace(column, lang=lang)


@cache
def _steps(name: str) -> tuple[str, ...]:
    return tuple(name.replace("[]", "").split("."))


def _at(value: Any, steps: tuple[str, ...], aligned: bool, lists: int = 0) -> Iterator[Any]:
    """What stands at the end of a path, of every item of the lists on its way."""
    if isinstance(value, list):
        if lists and aligned:
            raise _WrongType("holds a list within a list")
        for item in value:
            if isinstance(item, list):
                raise _WrongType("holds a list of lists")
            yield from _at(item, steps, aligned, lists + 1)
    elif not steps or value is None:
        yield value
    elif not isinstance(value, dict):
        raise _WrongType("leads through a value that is not an object")
    else:
        for end in range(len(steps), 0, -1):  # a key may hold dots itself
            key = ".".join(steps[:end])
            if key in value:
                yield from _at(value[key], steps[end:], aligned, lists)
                return
        yield None


def _text(value: Any) -> str:
    """A value as written; numbers come as text already."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _WrongType("holds an object" if isinstance(value, dict) else "holds a list")


def _paths(value: Any, path: str, by_keys: set[str], depth: int = 0) -> Iterator[str]:
    if depth < _DEEPEST and isinstance(value, dict) and path.replace("[]", "") not in by_keys:
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}" if path else key, by_keys, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for item in value:
            listed = path if path.endswith("[]") else f"{path}[]"
            yield from _paths(item, listed, by_keys, depth + 1)
    elif path:
        yield path
