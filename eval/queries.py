"""Question sets in BEIR's layout: queries.jsonl and qrels.tsv; unanswerable ones have no qrels."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from explorer.errors import WrongUse

FOLDER = Path(__file__).parent / "questions"
Half = Literal["development", "test"]

HALVES: Mapping[str, Sequence[Half]] = {
    "development": ("development",), "test": ("test",), "all": ("development", "test"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a set, and the records that answer it, with their grades.

    The same question in several languages bears one name: par-07.de and par-07.fr are par-07.
    """

    id: str
    text: str
    lang: str
    relevant: Mapping[str, int]
    kind: str = ""
    origin: str = ""

    @property
    def name(self) -> str:
        """What all translations of the question share: its id before the first dot."""
        return self.id.partition(".")[0]

    @property
    def answering(self) -> frozenset[str]:
        """The records that answer it themselves: of grade 2 and up, or all where none has one."""
        graded = frozenset(i for i, grade in self.relevant.items() if grade >= 2)
        return graded or frozenset(self.relevant)

    @property
    def half(self) -> Half:
        """Its half: development, which may be tuned on, or test, which may not."""
        return "development" if crc32(self.name.encode()) % 2 else "test"


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
    return [_query(told, qrels) for told in _lines(place / "queries.jsonl")]


def in_half(queries: Sequence[Query], half: str) -> list[Query]:
    """The questions of one half, or of both: development, test or all."""
    if half not in HALVES:
        raise WrongUse(f"'{half}' is not a half.", f"Use one of: {', '.join(HALVES)}.")
    return [query for query in queries if query.half in HALVES[half]]


def _query(told: Mapping[str, Any], qrels: Mapping[str, Mapping[str, int]]) -> Query:
    about = told["metadata"]
    return Query(
        id=told["_id"],
        text=told["text"],
        lang=about["lang"],
        relevant=qrels.get(told["_id"], {}),
        kind=about.get("kind", ""),
        origin=about.get("origin", ""),
    )


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
