"""A row of a table, whatever it was written in: its public cells, and what holds for all rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from explorer.errors import WrongUse
from explorer.text import nfc
from ingest.columns import Column, Group, grouped
from ingest.concepts.store import Vocabulary
from ingest.deliveries import Member
from ingest.mapping import Mapping as ColumnMapping
from ingest.mapping import load_mapping, ready_mappings
from ingest.sourcespec import Rejection, Remark, SourceSpec

LONGEST_LINE = 20_000_000
"""Characters of one line of a file, or one object: more is a damaged file, or a hostile one."""

LONGEST_VALUE = 1_000_000
"""Characters of one value: no museum writes more of one thing."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What holds for every row of a table: where it comes from, and the columns that it has."""

    source: str
    format: str
    delivered: str
    lang: str
    mapping: ColumnMapping
    groups: tuple[Group, ...]
    aligned: frozenset[Column]
    """Columns of which the empty values count too: others stand side by side with them."""
    vocabularies: Mapping[str, Vocabulary]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The public cells of one row, each split into its values; `where` names it in a report."""

    where: str
    shape: Shape
    values: Mapping[Column, Values]


Read = Iterator[Row | Rejection | Remark]


def mapping_of(spec: SourceSpec) -> ColumnMapping:
    """The mapping of a table; WrongUse where there is none, or no vocabulary it names."""
    if spec.mapping is None:
        ready = ", ".join(f"#{name}" for name in ready_mappings())
        raise WrongUse(
            f"The table {spec.path.name} has no mapping file.",
            f'Name one after it, quoted: "{spec.format}:{spec.path}#mapping.toml",'
            f" or a ready one: {ready}.",
        )
    mapping = load_mapping(spec.mapping)
    known = {vocabulary.name for vocabulary in spec.vocabularies}
    for column in mapping.columns:
        if column.vocabulary and column.vocabulary not in known:
            raise WrongUse(
                f"The column '{column.name}' is from the vocabulary '{column.vocabulary}', and no"
                " source of this run is called that.",
                f'Add a [[source]] with name = "{column.vocabulary}" and spec = "concepts:PATH".',
            )
    return mapping


def shape_of(member: Member, spec: SourceSpec, mapping: ColumnMapping) -> Shape:
    """What holds for the rows of `member`, which has all the columns of `mapping`."""
    groups = tuple(grouped(mapping.columns))
    aligned = {c for g in groups if g.head and g.of for c in (g.head, *g.of.values())}
    return Shape(
        source=spec.name,
        format=spec.format,
        delivered=member.delivered,
        lang=mapping.lang or spec.language,
        mapping=mapping,
        groups=groups,
        aligned=frozenset(aligned),
        vocabularies={vocabulary.name: vocabulary for vocabulary in spec.vocabularies},
    )


def languages(spec: SourceSpec, mapping: ColumnMapping) -> set[str]:
    """The languages a table may be in: those of its mapping, and the source's own."""
    return {spec.language, mapping.lang, *(column.lang for column in mapping.columns)}


def split(cell: str, column: Column, shape: Shape) -> Values:
    """The values of a cell, those that only say that nothing is known left out."""
    if not cell:
        return ()
    for mark in column.multiple:
        if mark in cell:
            return kept(tuple(map(nfc, cell.split(mark))), column, shape)
    return kept((nfc(cell),), column, shape)


def kept(values: Values, column: Column, shape: Shape) -> Values:
    """`values` without empty ones and, but for makers, those that say that nothing is known."""
    if column.unknown and column.field != "maker":
        values = tuple("" if value in column.unknown else value for value in values)
    if column in shape.aligned or "" not in values:
        return values
    return tuple(filter(None, values))


def harmful(value: str) -> str:
    """Why a value cannot be taken in: its length, or a character of no text; "" where it can."""
    if len(value) > LONGEST_VALUE:
        return f"holds more than {LONGEST_VALUE:,} characters"
    if value.isprintable():
        return ""
    found = _CONTROL.search(value)
    return f"holds a character that is none of text: U+{ord(found.group()):04X}" if found else ""
