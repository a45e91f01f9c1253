"""What is right for a question that counts, by the source files and without the explorer's code."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from eval.rawrecords import Maker, Raw, raw_records

FOLDER = Path(__file__).parent / "questions" / "counting"

_SPAN = {"century": 100, "decade": 10, "year": 1}
_LEAST = ("oldest", "smallest", "lightest", "acquired-first")
_CONCEPTS = ("type", "material", "technique", "subject", "period")
_SIDES = r"((?:{n}\s*[×x]\s*)*{n})\s*({units})(?!\w)"
_NUMBER = r"\d+(?:[.,]\d+)?"

Filters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CountingQuestion:
    """A question that asks for a number, a list, groups or an extreme, and what it means."""

    id: str
    text: str
    lang: str
    kind: str
    filters: Filters
    by: str = ""
    order: str = ""
    countable: bool = True
    """False where no field of any record can decide it."""

    @property
    def half(self) -> Literal["development", "test"]:
        """Its half, by its name as in every set of questions."""
        name = self.id.partition(".")[0]
        return "development" if crc32(name.encode()) % 2 else "test"


@dataclass(frozen=True, slots=True)
class Gold:
    """The records that the filters mean, how many are in each group, and those that win."""

    records: frozenset[str] = frozenset()
    groups: Mapping[str, int] = field(default_factory=dict)
    winners: frozenset[str] = frozenset()


def load_counting(folder: Path = FOLDER) -> list[CountingQuestion]:
    """The questions in the order of the file."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        CountingQuestion(
            id=told["_id"], text=told["text"], lang=told["lang"], kind=told["kind"],
            filters=told["filters"], by=told.get("by", ""), order=told.get("order", ""),
            countable=told["countable"],
        )
        for told in map(json.loads, lines)
    ]  # fmt: skip


def gold(question: CountingQuestion, records: Sequence[Raw] | None = None) -> Gold:
    """What is right for the question; nothing at all for one that cannot be counted."""
    if not question.countable:
        return Gold()
    every = _sample() if records is None else records
    found = [record for record in every if _fits(record, question.filters)]
    groups = Counter(key for record in found for key in _groups(record, question.by))
    return Gold(frozenset(record.id for record in found), groups, _winners(found, question.order))


@lru_cache(maxsize=1)
def values() -> Mapping[str, Any]:
    """Field -> canonical value -> the raw values that mean it or something narrower."""
    return tomllib.loads((FOLDER / "values.toml").read_text(encoding="utf-8"))


def meant(name: str, value: str) -> frozenset[str]:
    """The raw values of a field that mean a canonical one; of a maker: the names it goes by."""
    if name == "maker":
        people = (m.names for record in _sample() for m in record.makers)
        return frozenset(n for names in people if value in names for n in names)
    table = values()
    lands = table["continents"].get(value, []) if name == "place" else []
    return frozenset(raw for key in (value, *lands) for raw in table[name].get(key, []))


def current(record: Raw) -> list[Maker]:
    """The makers it is attributed to today, also with doubt, and not those of what it copies."""
    said = values()["makers"]
    return [
        maker
        for maker in record.makers
        if maker.qualifier not in said["not_by"] and maker.names[0] not in said["unknown"]
    ]


@lru_cache(maxsize=1)
def _sample() -> Sequence[Raw]:
    return raw_records()


def _fits(record: Raw, filters: Filters) -> bool:
    rest = {name: value for name, value in filters.items() if name not in ("from", "to")}
    return _overlaps(record, filters.get("from"), filters.get("to")) and all(
        _holds(record, name, value) for name, value in rest.items()
    )


def _overlaps(record: Raw, start: int | None, end: int | None) -> bool:
    if start is None and end is None:
        return True
    if (years := _years(record)) is None:
        return False
    return (start is None or years[1] >= start) and (end is None or years[0] <= end)


def _years(record: Raw) -> tuple[int, int] | None:
    """First and last year; where one of them is missing, the other."""
    told = [year for year in (record.earliest, record.latest) if year is not None]
    return (told[0], told[-1]) if told else None


def _holds(record: Raw, name: str, value: Any) -> bool:
    match name:
        case "room":
            return bool(record.room == value)
        case "on_view":
            return record.on_view is value
        case "has_image":
            return record.has_image is value
        case "rights":
            return "/publicdomain/" in record.rights
        case "gender":
            return value in {maker.gender for maker in current(record)}
        case "maker":
            named = {n for maker in current(record) for n in maker.names}
            return not named.isdisjoint(value)
    return any(not meant(name, each).isdisjoint(_raw(record, name)) for each in value)


def _raw(record: Raw, name: str) -> Sequence[str]:
    columns: Mapping[str, Sequence[str]] = {
        "type": record.types, "material": record.materials, "technique": record.techniques,
        "subject": record.subjects, "period": record.periods, "place": record.places,
    }  # fmt: skip
    return columns[name]


def _groups(record: Raw, by: str) -> Iterable[str]:
    """Every group of the dimension that the record belongs to, each once."""
    if by in _SPAN:
        return _spans(record, _SPAN[by])
    if by in _CONCEPTS:
        return {_narrowest(by, raw) for raw in _raw(record, by)}
    told: Mapping[str, Callable[[], Iterable[str]]] = {
        "": tuple,
        "maker": lambda: {maker.names[0] for maker in current(record)},
        "gender": lambda: {maker.gender for maker in current(record)} - {""},
        "room": lambda: {record.room} - {""},
        "source": lambda: {record.source},
        "place": lambda: set(record.places),
        "country": lambda: _lands(record),
        "continent": lambda: _continents(record),
    }
    return told[by]()


def _spans(record: Raw, length: int) -> Iterator[str]:
    """First years of the centuries (1601), decades (1600) or years that its years touch."""
    shift = 1 if length == 100 else 0
    if years := _years(record):
        first, last = ((year - shift) // length for year in years)
        yield from (str(each * length + shift) for each in range(first, last + 1))


def _narrowest(name: str, raw: str) -> str:
    table = values()[name]
    known = [canonical for canonical, raws in table.items() if raw in raws]
    return min(known, key=lambda canonical: len(table[canonical]), default=raw)


def _lands(record: Raw) -> set[str]:
    """The countries, by their codes."""
    table = values()["place"]
    codes = (key for key in table if len(key) == 2 and key.isupper())
    return {code for code in codes if not set(table[code]).isdisjoint(record.places)}


def _continents(record: Raw) -> set[str]:
    names = values()["continents"]
    return {name for name in names if not meant("place", name).isdisjoint(record.places)}


def _winners(found: Sequence[Raw], order: str) -> frozenset[str]:
    """Those with the least or the greatest figure; of several, all."""
    if not order:
        return frozenset()
    figures = ((record.id, _figure(record, order)) for record in found)
    measured = {record_id: figure for record_id, figure in figures if figure is not None}
    best = min if order in _LEAST else max
    extreme = best(measured.values(), default=None)
    return frozenset(i for i, figure in measured.items() if figure == extreme)


def _figure(record: Raw, order: str) -> float | None:
    match order:
        case "oldest" | "newest":
            years = _years(record)
            return years[order == "newest"] if years else None
        case "largest" | "smallest":
            return _greatest(record, "mm")
        case "heaviest" | "lightest":
            return _greatest(record, "g")
    return record.acquired


def _greatest(record: Raw, unit: str) -> float | None:
    """The longest side in millimetres, or the weight in grams."""
    units: Mapping[str, float] = values()["sizes"][unit]
    names = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    told = re.compile(_SIDES.format(n=_NUMBER, units=names))
    sides = [
        float(number.replace(",", ".")) * units[found[2]]
        for size in record.sizes
        for found in told.finditer(size)
        for number in re.findall(_NUMBER, found[1])
    ]
    return max(sides, default=None)
