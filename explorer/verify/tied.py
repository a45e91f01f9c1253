"""Whether a number is of what a statement says it is of: the making, a side, the ends of a time."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from explorer.text import tongue
from explorer.verify.claims import Claim
from explorer.verify.figures import RANGE, Figure
from explorer.verify.holding import Holding, Line
from explorer.verify.making import making
from explorer.verify.measuring import measured
from explorer.verify.qualified import Supports
from explorer.verify.reading import Reading

_BESIDE = 5  # words between a word of making and the year of it
_MARKS = ";:–—.("
_NEXT = 2  # words between a measure and the name of its side
_APART = 15  # letters between the years of a time
_HOLDS = 0.3
_LAST = 2100
_WHOLE = 1000  # from which on a year is none before our era


def mistied(told: Reading, claims: Sequence[Claim], supports: Supports, held: Holding) -> bool:
    """Whether a number stands in the lines for something else than in the statement."""
    return (
        _misdated(told, claims, supports, held)
        or _mismeasured(told, held)
        or _misjoined(told, held)
    )


def _misdated(told: Reading, claims: Sequence[Claim], supports: Supports, held: Holding) -> bool:
    """Whether the year beside a word of making is no date of the object, nor told of a making."""
    numbers = {place for claim in claims if claim.kind != "name" for place in claim.places}
    beside = {
        i
        for place, own in supports
        if place not in numbers and not any("maker" in held.lines[i].fields for i in own)
        for i in own
        if own[i] >= _HOLDS
    }
    dated = {i for i, line in enumerate(held.lines) if "date" in line.fields}
    made = [place for place, one in enumerate(told.stems) if one in making(tongue(told.lang))]
    years = [c for c in claims if c.lines and _is_year(told, c)]
    if not dated or not made:
        return False
    for claim in years:
        near = [place for place in made if _is_near(told, place, claim.places)]
        others = [
            c for c in years if c is not claim and any(_is_near(told, p, c.places) for p in near)
        ]
        elsewhere = near and not others and claim.lines.isdisjoint(dated)
        if elsewhere and not any(i in beside or _tells_making(held.lines[i]) for i in claim.lines):
            return True
    return False


def _is_year(told: Reading, claim: Claim) -> bool:
    figures = (f for f in told.figures if told.within(f.start, f.end) == claim.places)
    return any(not f.dimension and _WHOLE <= min(f.values) <= _LAST for f in figures)


def _is_near(told: Reading, place: int, places: range) -> bool:
    """Whether a word stands beside others, with no mark between that ends a clause."""
    first, last = min(place, places.start), max(place, places.stop - 1)
    between = told.text[told.spans[first][1] : told.spans[last][0]]
    return places.start - _BESIDE <= place < places.stop + _BESIDE and not any(
        mark in between for mark in _MARKS
    )


def _tells_making(line: Line) -> bool:
    """Whether a sentence tells that something was made, or a label's line of a time."""
    if not line.prose:
        return not line.fields & {"object_number"}
    return any(stem in making(tongue(r.lang)) for r in line.readings for stem in r.stems)


def _mismeasured(told: Reading, held: Holding) -> bool:
    """Whether a measure is told of a side that measures otherwise."""
    sizes = {
        (one.kind, one.value * _scale(one.unit))
        for line in held.lines
        if "measurement" in line.fields
        for one in line.source.record.measurements
    }
    kinds = {kind for kind, _ in sizes}
    for figure in told.figures:
        own = _sides(told, figure) & kinds
        values = {value * figure.scale for value in figure.values}
        if figure.dimension != "length" or not own or not _among(values, (v for _, v in sizes)):
            continue
        if not _among(values, (value for kind, value in sizes if kind in own)):
            return True
    return False


def _scale(unit: str) -> float:
    return {"mm": 1.0, "cm": 10.0, "m": 1000.0}.get(unit, 0.0)


def _among(values: set[float], others: Iterator[float]) -> bool:
    return any(abs(own - other) < 0.01 * other for other in others for own in values)


def _sides(told: Reading, figure: Figure) -> set[str]:
    """The sides named beside a measure, before it or behind its unit."""
    at = told.within(figure.start, figure.end)
    if not at:
        return set()
    near = range(max(0, at.start - _NEXT), min(len(told), at.stop + _NEXT + 1))
    others = {told.within(f.start, f.end).start for f in told.figures} - {at.start}
    return {
        side
        for place in near
        if all(abs(place - other) >= abs(place - at.start) for other in others)
        for side in measured(told, place)
    }


def _misjoined(told: Reading, held: Holding) -> bool:
    """Whether two years are joined to a time that no line tells so: 1830-1830, 1755-2001."""
    for one, after in pairwise(told.figures):
        long = min(one.values) >= _WHOLE and max(after.values) >= _WHOLE
        if not long or not RANGE.fullmatch(told.text[one.end : after.start]):
            continue
        first, last = min(one.values), max(after.values)
        if first == last or not any(_joined(line, first, last) for line in held.lines):
            return True
    return False


def _joined(line: Line, first: float, last: float) -> bool:
    """Whether a line tells both years of a time, the one soon after the other."""
    if any((t.earliest, t.latest) == (first, last) for t in line.times):
        return True
    return any(
        first in a.values and last in b.values and 0 <= b.start - a.end <= _APART
        for reading in line.readings
        for a, b in pairwise(reading.figures)
    )
