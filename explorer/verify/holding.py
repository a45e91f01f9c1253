"""What the lines that a statement cites hold: its words, names, figures and times, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt

from explorer.bridge import distance
from explorer.text import beginning, number_key, tongue
from explorer.types import Record
from explorer.types.writing import Extract, Given
from explorer.verify.figures import Figure, Time, object_numbers
from explorer.verify.reading import Reading, broader, read_source, small

_MEANT = 0.3  # of a meaning, from which a name is translated
_SOUNDING = 4  # letters of a sound that another may differ from by one
_LONG = 8  # from which on by two
_CASE = 4  # letters that a case adds
_ADJECTIVE = 5  # letters of a place that an adjective of it begins with
_SURELY = 0.9  # of a meaning, from which a place is that of its people
_PEOPLE = ("n", "an", "ian", "sian")  # English: Prussia, Prussian
_VOWELS = "aeiou"
_ALIKE = str.maketrans("fvpgksztnr", "bbbkkkkdmr")
_UNHEARD = str.maketrans("", "", _VOWELS + "h")
_TWICE = re.compile(r"(.)\1+")
_BONES = 4  # consonants by which two names are one
_KEPT = 3  # of the sounds that begin alike
_SIZES = {"mm": ("length", 1.0), "cm": ("length", 10.0), "m": ("length", 1000.0),
          "g": ("mass", 1.0), "kg": ("mass", 1000.0)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A given line with its readings, in its own language and as its Fields have it."""

    source: Extract
    given: Given
    readings: tuple[Reading, ...]
    fields: frozenset[str]
    figures: tuple[Figure, ...]
    times: tuple[Time, ...]
    numbers: frozenset[str]

    @property
    def prose(self) -> bool:
        """Whether it is a sentence, and no line of a label."""
        return bool(self.fields & {"description", "text", "provenance"}) or not self.fields


def lines_of(sources: Sequence[Extract]) -> list[Line]:
    """The lines of these sources, in order."""
    return [_line(source, given) for source in sources for given in source.given]


def _line(source: Extract, given: Given) -> Line:
    fields = frozenset(c.field.partition("[")[0] for c in given.citations)
    told = dict.fromkeys(
        [
            (given.text, given.lang),
            *(
                (c.quote, c.lang)
                for c in given.citations
                if len(c.quote) < len(given.text) or c.lang != given.lang
            ),
        ]
    )
    told |= dict.fromkeys(_labels(source.record, given))
    readings = tuple(read_source(text, lang) for text, lang in told)
    return Line(
        source, given, readings, fields,
        tuple([f for r in readings for f in r.figures] + list(_sizes(source.record, fields))),
        tuple([t for r in readings for t in r.times] + list(_dates(source.record, fields))),
        frozenset(
            [key for r in readings for *_, key in object_numbers(r.text)]
            + [number_key(c.quote) for c in given.citations if "number" in c.field]
        ),
    )  # fmt: skip


def _labels(record: Record, given: Given) -> Iterator[tuple[str, str]]:
    """What the concepts among the quotes are called in other languages."""
    quotes = {c.quote for c in given.citations}
    for concept in record.concepts:
        if not quotes.isdisjoint(concept.labels.values()):
            yield from ((label, lang) for lang, label in concept.labels.items())


def _sizes(record: Record, fields: frozenset[str]) -> Iterator[Figure]:
    for one in record.measurements if "measurement" in fields else ():
        dimension, scale = _SIZES.get(one.unit, ("", 1.0))
        yield Figure(0, 0, frozenset({one.value}), dimension, scale)


def _dates(record: Record, fields: frozenset[str]) -> Iterator[Time]:
    kinds = {"creation"} & ({"creation"} if "date" in fields else set())
    kinds |= {"acquisition"} & fields
    for date in record.dates:
        if date.kind in kinds and date.earliest is not None and date.latest is not None:
            yield Time(0, 0, date.earliest, date.latest)


@dataclass(slots=True)
class Holding:
    """Where the words of some lines stand: each form, meaning, concept, place and sound."""

    lines: Sequence[Line]
    forms: dict[str, set[int]] = field(default_factory=dict)
    meanings: dict[str, dict[int, float]] = field(default_factory=dict)
    concepts: dict[str, set[int]] = field(default_factory=dict)
    places: dict[str, set[int]] = field(default_factory=dict)
    sounds: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def support(self, told: Reading, place: int) -> dict[int, float]:
        """How far each line holds the word at a place of a statement, of those that do."""
        found: dict[int, float] = {}
        for form in {told.folded[place], told.stems[place]}:
            found.update(dict.fromkeys(self.forms.get(form, ()), 1.0))
        for concept in told.concepts[place]:
            found.update(dict.fromkeys(self.concepts.get(concept, ()), 1.0))
        for name in told.places[place]:
            found.update(dict.fromkeys(self.places.get(name, ()), 1.0))
        meant: dict[int, float] = {}
        for pivot, share in told.meanings[place]:
            for line, other in self.meanings.get(pivot, {}).items():
                meant[line] = meant.get(line, 0.0) + sqrt(share * other)
        for line, share in meant.items():
            found[line] = max(found.get(line, 0.0), min(share, 1.0))
        return found

    def named(self, told: Reading, place: int) -> set[int]:
        """The lines that hold a name as the word at a place: in a case, spelt or said otherwise."""
        own = told.sounds[place]
        found: set[int] = set()
        if (told.common[place] or told.concepts[place]) and not told.places[place]:
            found |= {i for i, share in self.support(told, place).items() if share >= _MEANT}
        else:
            for form in (told.folded[place], told.stems[place]):
                found |= self.forms.get(form, set())
        for pivot, share in told.meanings[place]:
            for end in _PEOPLE if share >= _SURELY else ():
                found |= self.meanings.get(pivot + end, {}).keys()
        for name in told.places[place]:
            found |= self.places.get(name, set())
        if told.places[place] and len(own) > _SOUNDING:  # "Parisian" speaks of Paris
            stem = told.folded[place][:_ADJECTIVE]
            for form, lines in self.forms.items():
                if len(form) > _ADJECTIVE and form.startswith(stem):
                    found |= lines
        for other, lines in self.sounds.get(_opening(own), {}).items():
            if alike(own, other):
                found |= lines
        return found


def resembling(held: Holding, told: Reading, place: int) -> set[int]:
    """The lines with a name that the word at a place may be, though it is spelt otherwise."""
    own = told.sounds[place]
    return {
        line
        for sounds in held.sounds.values()
        for other, lines in sounds.items()
        if _resembles(own, other)
        for line in lines
    }


def alike(own: str, other: str) -> bool:
    """Whether a sound may be another with the ending of a case, or in another spelling."""
    if own == other:
        return True
    if min(len(own), len(other)) < _KEPT:
        return False
    common = beginning(own, other)
    lost = 0 if len(other) <= _SOUNDING else 1 if len(other) < _LONG else 2
    if common >= max(_KEPT, len(other) - lost) and len(own) - common <= _CASE:
        return True
    if len(other) <= _SOUNDING or len(own) - len(other) > _CASE + 2:
        return False
    most = 1 if len(other) < _LONG else 2
    cut = (own, own[: len(other)], own[: len(other) + 1], own[: len(other) - 1])
    if any(distance(one, other, most) <= most for one in cut):
        return True
    bones = _skeleton(other)
    return len(bones) >= _BONES and beginning(_skeleton(own), bones) >= max(_BONES, len(bones) - 1)


def _resembles(own: str, other: str) -> bool:
    """Whether a name that nobody knows may be another, as it is told in another language."""
    bones = _classes(other)
    if own[0] == other[0] and len(bones) >= _KEPT and bones == _classes(own)[: max(4, len(bones))]:
        return True
    if min(len(own), len(other)) <= _SOUNDING or abs(len(own) - len(other)) > _CASE + 1:
        return False
    if beginning(own, other) >= _KEPT:
        return True
    most = max(len(other) // _KEPT, 1)
    cut = (own, own[: len(other)], own[: len(other) + 1], own[: len(other) - 1])
    return any(distance(one, other, most) <= most for one in cut)


def _classes(sounds: str) -> str:
    """The consonants of a word, those that languages take for one another as one (Soundex)."""
    told = _TWICE.sub(r"\1", sounds.translate(_ALIKE))
    return _opening(told) + told[1:].translate(_UNHEARD)


def _opening(sounds: str) -> str:
    """The first sound; all vowels are one."""
    return "a" if sounds[:1] in _VOWELS else sounds[:1]


def _skeleton(sounds: str) -> str:
    """The consonants of a word: Totmes and Thutmose are "ttms"."""
    return "".join(c for c in sounds if c not in _VOWELS + "h")


def holding_of(lines: Sequence[Line]) -> Holding:
    """The index of some lines."""
    held = Holding(lines)
    for number, line in enumerate(lines):
        for reading in line.readings:
            told = line.fields != {"room"}
            label = reading.text.find(":") if not line.prose and reading is line.readings[0] else 0
            _enter(held, number, reading, label if told else len(reading.text))
        if "place" in line.fields:
            quotes = {c.quote for c in line.given.citations}
            for place in line.source.record.places:
                for name in (place.known, f"#{place.country.lower()}" if place.country else ""):
                    if name and (place.name in quotes or not quotes):
                        held.places.setdefault(name, set()).add(number)
    return held


def _enter(held: Holding, number: int, reading: Reading, names: int) -> None:
    """Enter the words of a line; what stands before the offset `names` is no name."""
    common = small(tongue(reading.lang))
    for place, folded in enumerate(reading.folded):
        is_name = reading.spans[place][0] >= names
        if folded in common:
            continue
        for form in {folded, reading.stems[place]}:
            held.forms.setdefault(form, set()).add(number)
        if is_name and reading.word(place)[0].isupper():
            own = held.sounds.setdefault(_opening(reading.sounds[place]), {})
            own.setdefault(reading.sounds[place], set()).add(number)
        for pivot, share in reading.meanings[place]:
            meant = held.meanings.setdefault(pivot, {})
            meant[number] = max(meant.get(number, 0.0), share)
        for concept in broader(reading.concepts[place]):
            held.concepts.setdefault(concept, set()).add(number)
        for name in reading.places[place] if is_name else ():
            held.places.setdefault(name.removeprefix("in "), set()).add(number)
