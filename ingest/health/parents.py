"""Records that belong to others, and others that do not exist."""

from collections.abc import Iterator

from explorer.text import number_key
from explorer.types import Record


class Parents:
    """What each record says it is part of or about, by the records' ordinals."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._parents: dict[int, tuple[str, str]] = {}
        self._about: list[tuple[int, tuple[str, ...]]] = []

    def add(self, ordinal: int, record: Record, number: str) -> None:
        """Nothing; the record has been seen."""
        self._ids[record.id] = ordinal
        if number:
            self._numbers.setdefault(number_key(number), ordinal)
        if record.part_of:
            self._parents[ordinal] = (record.part_of, record.source.name)
        if record.about:
            self._about.append((ordinal, record.about))

    def lost(self) -> Iterator[tuple[str, int, str]]:
        """(code, ordinal, reference) of references that lead nowhere."""
        for ordinal, (reference, source) in self._parents.items():
            if self._found(reference, source) is None:
                yield "parent_nowhere", ordinal, reference
        for ordinal, about in self._about:
            for reference in about:
                if reference not in self._ids:
                    yield "about_nowhere", ordinal, reference

    def _found(self, reference: str, source: str) -> int | None:
        """The record a reference names: by its id, its id in the source, or an object number."""
        for known in (reference, f"{source}:{reference}"):
            if known in self._ids:
                return self._ids[known]
        return self._numbers.get(number_key(reference))
