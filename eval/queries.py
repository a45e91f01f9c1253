"""Question sets in BEIR's layout: queries.jsonl and qrels.tsv; unanswerable ones have no qrels."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from explorer.errors import WrongUse

FOLDER = Path(__file__).parent / "questions"
Half = Literal["development", "test"]


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a set, and the records that answer it, with their grades."""

    id: str
    text: str
    lang: str
    relevant: Mapping[str, int]

    @property
    def answering(self) -> frozenset[str]:
        """The records that answer it themselves (grade 2 and up)."""
        return frozenset(i for i, grade in self.relevant.items() if grade >= 2)

    @property
    def half(self) -> Half:
        """Its half: development, which may be tuned on, or test, which may not."""
        return "development" if crc32(self.id.encode()) % 2 else "test"


def load_queries(name: str, folder: Path = FOLDER) -> list[Query]:
    """The questions of one set, in the order of the file."""
    place = folder / name
    if not (place / "queries.jsonl").is_file():
        known = ", ".join(sorted(f.name for f in folder.iterdir() if f.is_dir()))
        raise WrongUse(f"There is no question set '{name}'.", f"Use one of: {known}.")
    qrels: dict[str, dict[str, int]] = {}
    with (place / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return [
        Query(told["_id"], told["text"], told["metadata"]["lang"], qrels.get(told["_id"], {}))
        for told in _lines(place / "queries.jsonl")
    ]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
