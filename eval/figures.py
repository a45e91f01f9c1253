"""Figures, each with its n and a 95 % confidence interval, and the tables they stand in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import comb, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Z = 1.959964  # the normal quantile of 95 %, two-sided
_RESAMPLES = 1_000
_SEED = 3
_FEWEST = 5  # values that a bootstrap is made of


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, what it was measured on, and its 95 % confidence interval."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows and columns; `note` says what was asked and what counts as found.

    `lead` names the column, of shares, that a plot shows.
    """

    title: str
    note: str
    rows: Mapping[str, Mapping[str, Figure | None]]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question: the first records found, and the value of each measure."""

    id: str
    lang: str
    text: str
    found: Sequence[str]
    well: bool
    """Answered from a right record, or refused where nothing here answers."""
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """The tables of one run, the settings they hold for, and what could not be measured."""

    settings: Mapping[str, Any]
    tables: Sequence[Table]
    skipped: Sequence[str] = field(default_factory=list)
    notes: Sequence[str] = field(default_factory=list)
    asked: Sequence[Asked] = field(default_factory=list)


BEFORE, CHANGE = " before", "change"
"""Columns of an earlier run: its figure of the lead, and the difference question by question."""


def mean(values: ArrayLike) -> Figure | None:
    """The mean of one value per query; None where there is none.

    Interval of zeros and ones: Wilson's score (Wilson 1927, JASA 22:209; advised by Brown, Cai and
    DasGupta 2001, Statistical Science 16:101). Of other values: percentile bootstrap over the
    queries, 1,000 resamples, fixed seed (Efron and Tibshirani 1993, chapter 13); of fewer than five
    values there is none, for it would say next to nothing and look narrow.
    """
    array = np.asarray(values, np.float64)
    if not len(array):
        return None
    average = float(array.mean())
    ends = _wilson(array) if np.isin(array, (0, 1)).all() else _bootstrap(array)
    return Figure(average, len(array), *ends)


def difference(values: ArrayLike, others: ArrayLike) -> Figure | None:
    """The mean difference, query by query; its interval is bootstrapped as that of `mean`."""
    array = np.asarray(values, np.float64) - np.asarray(others, np.float64)
    return Figure(float(array.mean()), len(array), *_bootstrap(array)) if len(array) else None


def ratio(values: ArrayLike, others: ArrayLike) -> Figure | None:
    """The mean of `values` over that of `others`, of the same questions; None where that is 0.

    Percentile bootstrap over the questions, both means of the same ones.
    """
    array, whole = np.asarray(values, np.float64), np.asarray(others, np.float64)
    if not whole.any():
        return None
    if len(array) < _FEWEST:
        return Figure(float(array.mean() / whole.mean()), len(array))
    drawn = _draws(len(array))
    tops, bottoms = array[drawn].mean(axis=1), whole[drawn].mean(axis=1)
    low, high = np.percentile(tops[bottoms > 0] / bottoms[bottoms > 0], (2.5, 97.5))
    return Figure(float(array.mean() / whole.mean()), len(array), float(low), float(high))


def _wilson(array: NDArray[np.float64]) -> tuple[float, float]:
    n, share = len(array), float(array.mean())
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _bootstrap(array: NDArray[np.float64]) -> tuple[float, float] | tuple[()]:
    if len(array) < _FEWEST:
        return ()
    low, high = np.percentile(array[_draws(len(array))].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


@lru_cache(maxsize=4)
def _draws(n: int) -> NDArray[np.int64]:
    """Places of the values that each resample of n takes."""
    return np.random.default_rng(_SEED).integers(0, n, (_RESAMPLES, n))


def median(values: ArrayLike) -> Figure:
    """The median; its interval lies between two order statistics (Conover 1999, 3.2).

    With less than six values there is no such interval.
    """
    array = np.sort(np.asarray(values, np.float64))
    n, below, rank = len(array), 0, 0
    while (below := below + comb(n, rank)) * 40 <= 2**n:
        rank += 1
    if not rank:
        return Figure(float(np.median(array)), n)
    return Figure(float(np.median(array)), n, float(array[rank - 1]), float(array[-rank]))
