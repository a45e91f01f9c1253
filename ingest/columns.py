"""What a column may mean: a field one can quote from, or something that is read into the record;
and which columns tell of one thing together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PLACES = {
    "place": "creation", "place.find": "find", "place.depicted": "depicted", "place.use": "use",
}  # fmt: skip
"""Columns that name a place, and the role it has for the record."""

MEASURED = tuple(
    f"measurement.{kind}"
    for kind in ("height", "width", "depth", "length", "diameter", "weight", "value")
)
"""Columns that hold a number: their own unit, that of the cell, or that of the mapping."""

CONCEPTS = ("type", "material", "technique", "subject", "period")
"""What a vocabulary has terms for."""

SPECIAL = (
    "id", "lang", "date.earliest", "date.latest", "maker.gender", "maker.uri",
    "place.find", "place.depicted", "place.use", "place.uri", "place.lat", "place.lon",
    *MEASURED, "measurement.kind", "measurement.unit", *(f"{name}.uri" for name in CONCEPTS),
    "public", "on_view", "stop_number", "image", "image.alt", "url", "part_of", "about",
    "rights.record", "rights.object", "rights.text", "rights.image",
)  # fmt: skip
"""What a column may mean besides the FIELDS: read into the record, beside what is quoted."""

ONE_COLUMN = (
    "id", "lang", "date.earliest", "date.latest", "public", "on_view", "image.alt", "url",
    "part_of", "rights.record", "rights.object", "rights.text", "rights.image",
)  # fmt: skip
"""Of these a record has one: a second column would have nowhere to go."""


@dataclass(frozen=True, slots=True)
class Family:
    """Fields that name one thing (`heads`), and those that tell of it, side by side with it."""

    heads: tuple[str, ...]
    of: tuple[str, ...]


FAMILIES = {
    "maker": Family(("maker",), ("maker.role", "maker.qualifier", "maker.gender", "maker.uri")),
    "place": Family(tuple(PLACES), ("place.uri", "place.lat", "place.lon")),
    "measurement": Family(("measurement.value",), ("measurement.kind", "measurement.unit")),
    **{name: Family((name,), (f"{name}.uri",)) for name in CONCEPTS},
}
_FAMILY_OF = {f: name for name, each in FAMILIES.items() for f in (*each.heads, *each.of)}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """What one column holds: the field it fills, its language, words that mean 'not known'."""

    name: str
    field: str
    lang: str = ""
    unknown: tuple[str, ...] = ()
    multiple: tuple[str, ...] = ()
    """What stands between several values of one cell: the first of these that it holds."""
    unit: str = ""
    by_keys: bool = False
    """Whether its values are objects with a language for a key: {"en": "Vase", "nl": "Vaas"}."""
    others: tuple[str, ...] = ()
    """Names it goes by in other exports."""
    vocabulary: str = ""
    """The source of concepts that its codes and terms are from."""
    constant: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A column that names something and, by their fields, those that tell of it."""

    family: str
    head: Column | None
    of: Mapping[str, Column]


def grouped(columns: Iterable[Column]) -> list[Group]:
    """The groups of the columns, in order: each maker, place or term with what is said of it.

    They belong together as they are named: a second maker, or a second role, begins the next group.
    """
    begun: dict[str, list[dict[str, Column]]] = {}
    for column in columns:
        family = _FAMILY_OF.get(column.field)
        if family is None:
            continue
        groups = begun.setdefault(family, [{}])
        slot = "" if column.field in FAMILIES[family].heads else column.field
        if slot in groups[-1]:
            groups.append({})
        groups[-1][slot] = column
    return [
        Group(family, group.pop("", None), group)
        for family, told in begun.items()
        for group in told
    ]
