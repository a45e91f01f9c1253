"""Famous works (vocabulary/elsewhere.tsv): what they are called, and where they are."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.text import fold, words


@dataclass(frozen=True, slots=True)
class Famous:
    """A famous work: what it is called, in whatever language, and the museum it is in."""

    id: str
    title: str
    museum: str
    names: tuple[tuple[str, ...], ...]
    maker: tuple[str, ...]


@cache
def famous() -> dict[str, Famous]:
    """Every famous work by its id (vocabulary/elsewhere.tsv)."""
    table = files("explorer").joinpath("vocabulary", "elsewhere.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["id"]: _famous(row) for row in rows}


def _famous(row: dict[str, str]) -> Famous:
    names = tuple(_words(name) for name in (row["title"], *row["names"].split("|")) if name)
    return Famous(row["id"], row["title"], row["museum"], names, _words(row["maker"])[-1:])


def _words(name: str) -> tuple[str, ...]:
    return tuple(words(fold(name)))
