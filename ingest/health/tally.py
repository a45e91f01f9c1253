"""What is kept while the records pass by: numbers, a few examples, and lists written at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from explorer.types import Record
from ingest.health.cells import row
from ingest.health.shapes import Example

SHOWN = 3
_LONGEST = 160
_OF_RECORDS = ("record_id", "object_number", "found")
_COLUMNS = {"spread": ("field", "lang", "written")}
Found = tuple[str, str]
"""The code of a finding, and the words that are the reason."""


class Lists:
    """Tables in `folder`, one per finding, each record and its reason a line; or none at all."""

    def __init__(self, folder: Path | None, codes: Iterable[str] = ()) -> None:
        self._folder, self._codes = folder, set(codes)
        self._waiting: dict[str, list[str]] = defaultdict(list)
        self._begun: set[str] = set()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def kept(self) -> bool:
        """Whether there are tables at all."""
        return self._folder is not None

    def add(self, code: str, cells: Sequence[str]) -> None:
        """Nothing; the line will be in the table of this finding, where there are tables."""
        if not self.kept:
            return
        lines = self._waiting[code]
        lines.append(row(cells))
        if len(lines) >= 1_000:
            self._write(code)

    def close(self) -> None:
        """Nothing; all lines are on disk, and a table of before that has none any more is empty."""
        for code in list(self._waiting):
            self._write(code)
        if self._folder is None:
            return
        for code in self._codes - self._begun:
            if (self._folder / f"{code}.csv").exists():
                self._waiting[code] = []
                self._write(code)

    def _write(self, code: str) -> None:
        lines = self._waiting.pop(code)
        if self._folder is None:
            return
        # The mark at the beginning tells spreadsheets that this is UTF-8.
        first = code not in self._begun
        self._begun.add(code)
        with (self._folder / f"{code}.csv").open(
            "w" if first else "a", encoding="utf-8-sig" if first else "utf-8", newline=""
        ) as file:
            file.write(row(_COLUMNS.get(code, _OF_RECORDS)) if first else "")
            file.writelines(lines)


class Tally:
    """How many records bear each finding, whole and per source, with the first few of them."""

    def __init__(self, lists: Lists) -> None:
        self.counts: Counter[str] = Counter()
        self.sources: dict[str, Counter[str]] = defaultdict(Counter)
        self.examples: dict[str, list[Example]] = defaultdict(list)
        self.source_examples: dict[tuple[str, str], list[Example]] = defaultdict(list)
        self._lists = lists

    def add(self, found: Iterable[Found], record: Record, number: str) -> None:
        """Nothing; a record counts once for each code, whatever the number of reasons."""
        reasons: dict[str, list[str]] = {}
        for code, words in found:
            reasons.setdefault(code, []).append(words)
        for code, several in reasons.items():
            self.note(code, record.id, number, record.source.name, "; ".join(filter(None, several)))

    def note(self, code: str, record_id: str, number: str, source: str, words: str) -> None:
        """Nothing; one more record bears this finding."""
        self.counts[code] += 1
        self.sources[code][source] += 1
        few, of_source = self.examples[code], self.source_examples[code, source]
        if len(few) < SHOWN or len(of_source) < SHOWN:
            example = Example(record_id, number, shortened(words))
            few.extend([example] if len(few) < SHOWN else [])
            of_source.extend([example] if len(of_source) < SHOWN else [])
        if self._lists.kept:
            self._lists.add(code, (record_id, number, words))


def shortened(text: str) -> str:
    """`text`, or its beginning where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def number_of(record: Record) -> str:
    """The record's object number as delivered, "" where it has none."""
    for identifier in record.identifiers:
        if identifier.kind == "object_number":
            return identifier.value
    return next((f.text for f in record.fields if f.name == "object_number"), "")
