"""Language models a museum may run itself (vocabulary/chatmodels.tsv), by what a machine holds."""

import csv
import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_UNAIDED = 8  # GB; larger models are too slow for visitors without a graphics card


@dataclass(frozen=True, slots=True)
class Recommended:
    """An open model as Ollama calls it; `memory` and `size` in GB, `size` at four bits.

    `languages` are official ones of the Union that its makers name; none where no list is known.
    """

    name: str
    memory: int
    size: float
    licence: str
    languages: tuple[str, ...]
    window: int
    use: str
    source: str


@cache
def recommended() -> tuple[Recommended, ...]:
    """Every recommended model, those for small machines first."""
    table = files("explorer").joinpath("vocabulary", "chatmodels.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_model(row) for row in rows)


def fitting(gigabytes: float) -> list[Recommended]:
    """The models that a machine with so much memory runs, those that use it best first."""
    fit = [model for model in recommended() if model.memory <= gigabytes]
    return sorted(fit, key=lambda model: -model.memory)


def command(gigabytes: float) -> str:
    """What to type to get a model that fits, graphics card or not; empty where none does."""
    fit = fitting(min(gigabytes, _UNAIDED))
    return f"ollama pull {fit[0].name}" if fit else ""


def memory() -> float:
    """The memory of this machine in GB, without that of a graphics card; 0 where unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return 0.0


def _model(row: dict[str, str]) -> Recommended:
    return Recommended(
        row["name"], int(row["memory"]), float(row["size"]), row["licence"],
        tuple(row["languages"].split()), int(row["window"]), row["use"], row["source"],
    )  # fmt: skip
