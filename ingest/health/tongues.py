"""In which languages the words of records are, as declared and as read."""

from collections import Counter
from collections.abc import Iterator

from explorer.types import Record
from ingest.health.shapes import Spoken
from ingest.health.tally import Found, shortened

WORDED = frozenset((
    "title", "type", "date", "material", "technique", "subject", "period", "text", "description",
    "inscription", "provenance", "acquisition", "credit_line",
))  # fmt: skip
"""The Fields whose words are in a language; names, numbers and measures are in none."""


class Languages:
    """How many words of each field are declared in which language, and read in which."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, record: Record) -> Iterator[Found]:
        """Words without a declared language, and words that read in another than declared."""
        for field in record.fields:
            if field.name not in WORDED:
                continue
            declared, heard = field.lang, field.lang_detected
            self._counts[field.name, declared, heard] += 1
            if not declared and any(map(str.isalpha, field.text)):
                yield "language_undeclared", field.name
            elif declared and heard and declared.partition("-")[0].lower() != heard:
                words = shortened(field.text)
                yield "language_mismatched", f"{field.name}: {declared} → {heard}: {words}"

    def spoken(self) -> tuple[Spoken, ...]:
        """The numbers, field by field, the most frequent first."""
        known = sorted(self._counts.items(), key=lambda pair: (pair[0][0], -pair[1], pair[0]))
        return tuple(Spoken(*key, count) for key, count in known)
