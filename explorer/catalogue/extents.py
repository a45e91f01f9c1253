"""How large and how heavy an object is, in units that can be compared."""

from typing import NamedTuple

from explorer.types import Record

_SIDES = frozenset(("", "height", "width", "depth", "length", "diameter"))
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "in": 25.4, "ft": 304.8}
_GRAMS = {
    "mg": 0.001,
    "g": 1.0,
    "kg": 1000.0,
    "t": 1_000_000.0,
    "oz": 28.349523125,
    "lb": 453.59237,
}


class Extent(NamedTuple):
    """The longest side in millimetres and the weight in grams; None where it is not known."""

    side: float | None = None
    weight: float | None = None


def extent_of(record: Record) -> Extent:
    """The record's extent; a measure of no known unit, as old feet, counts for nothing."""
    sides = [
        m.value * _MILLIMETRES[m.unit]
        for m in record.measurements
        if m.kind in _SIDES and m.unit in _MILLIMETRES
    ]
    weights = [
        m.value * _GRAMS[m.unit]
        for m in record.measurements
        if m.kind == "weight" and m.unit in _GRAMS
    ]
    return Extent(max(sides, default=None), max(weights, default=None))
