"""Records that may be one and the same, and records of one object number that differ.

Nothing is compared with everything: only records that share a hash meet.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from zlib import crc32

from explorer.text import fold, number_key, words
from explorer.types import DateSpan, Record

_SKETCH = 16  # smallest hashes kept of a description
_BLOCKS = 3  # of those, how many bring records together
_NEARLY = 0.85
_MIX, _STIR, _BITS = 2_654_435_761, 40_503, 2**32 - 1
_SHORTEST = 12  # words; shorter descriptions are alike by chance


@dataclass(frozen=True, slots=True)
class Group:
    """Ordinals of records that share something: the code of what, in the order they came."""

    code: str
    members: tuple[int, ...]


class Meeting:
    """Which records share a key; most keys have one record, which costs no list."""

    def __init__(self) -> None:
        self._met: dict[Hashable, int | list[int]] = {}

    def add(self, key: Hashable, ordinal: int) -> None:
        """Nothing; the record has been seen with this key."""
        known = self._met.get(key)
        if known is None:
            self._met[key] = ordinal
        elif isinstance(known, list):
            known.append(ordinal)
        else:
            self._met[key] = [known, ordinal]

    def groups(self) -> Iterator[tuple[int, ...]]:
        """The records of each key that several share."""
        for members in self._met.values():
            if isinstance(members, list) and len(several := tuple(dict.fromkeys(members))) > 1:
                yield several


class Duplicates:
    """Hashes of all records by what would make two of them the same."""

    def __init__(self) -> None:
        self._numbers, self._twins, self._titles = Meeting(), Meeting(), Meeting()
        self._blocks = Meeting()
        self._sketches: dict[int, tuple[int, ...]] = {}
        self._said: dict[int, tuple[bytes, bytes]] = {}

    def add(self, ordinal: int, record: Record, number: str) -> None:
        """Nothing; the object has been seen."""
        makers = _makers(record)
        dates = sorted((d.earliest or 0, d.latest or 0) for d in _creations(record))
        if number and any(c.isdigit() for c in number):
            self._numbers.add(_hash(record.institution, number_key(number)), ordinal)
        self._said[ordinal] = (
            _hash(*makers) if makers else b"",
            _hash(*dates) if dates else b"",
        )
        measured = sorted((m.kind, m.value, m.unit) for m in record.measurements)
        titles = sorted({fold(f.text) for f in record.fields if f.name == "title"})
        for title in titles:
            self._titles.add(_hash(title), ordinal)
        described = max(
            (f.text for f in record.fields if f.name == "description"), key=len, default=""
        )
        size: list[object] = [*measured] or [fold(described)] * bool(described)
        if titles and size and (makers or dates):
            self._twins.add(_hash(titles, makers, dates, size), ordinal)
        if sketch := _sketched(described):
            self._sketches[ordinal] = sketch
            for block in sketch[:_BLOCKS]:
                self._blocks.add(block, ordinal)

    def numbered(self) -> Iterator[Group]:
        """Records that bear one object number in one museum."""
        return (Group("same_number", members) for members in self._numbers.groups())

    def contradicting(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Of those, the ones whose makers or dates differ where both are told."""
        for members in self._numbers.groups():
            for part, code in enumerate(("same_number_makers", "same_number_dates")):
                said = {self._said[member][part] for member in members} - {b""}
                if len(said) > 1:
                    yield code, members

    def twins(self) -> Iterator[Group]:
        """Records of the same title, maker, date and measurement, or description without one."""
        return (Group("same_words", members) for members in self._twins.groups())

    def titled(self) -> Iterator[tuple[int, ...]]:
        """Records of the same title."""
        return self._titles.groups()

    def described(self) -> Iterator[Group]:
        """Records whose descriptions are nearly the same."""
        leader: dict[int, int] = {}
        for members in self._blocks.groups():
            first = leader.get(members[0], members[0])
            for member in members[1:]:
                if member not in leader and member != first and self._near(first, member):
                    leader[member] = first
        alike: dict[int, list[int]] = {}
        for member, first in leader.items():
            alike.setdefault(first, [first]).append(member)
        for several in alike.values():
            yield Group("same_description", tuple(sorted(several)))

    def _near(self, one: int, other: int) -> bool:
        a, b = set(self._sketches[one]), set(self._sketches[other])
        smallest = set(sorted(a | b)[:_SKETCH])
        return len(smallest & a & b) >= _NEARLY * len(smallest)


def _creations(record: Record) -> list[DateSpan]:
    return [d for d in record.dates if d.kind == "creation" and d.earliest is not None]


def _makers(record: Record) -> list[str]:
    return sorted(fold(m.name) for m in record.makers if m.name and m.status == "current")


def _hash(*parts: object) -> bytes:
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _sketched(text: str) -> tuple[int, ...]:
    """The smallest hashes of all runs of three words: texts alike have most of them in common."""
    said = [crc32(w.encode("utf-8", "surrogatepass")) for w in words(text.casefold())]
    if len(said) < _SHORTEST:
        return ()
    runs = zip(said, said[1:], said[2:], strict=False)
    return tuple(sorted({(a * _MIX + b * _STIR + c) & _BITS for a, b, c in runs})[:_SKETCH])
