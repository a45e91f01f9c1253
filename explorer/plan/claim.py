"""A claim: words of a question that stand for values of a filter, and how surely."""

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.types import FilterValue

GENDERS = {"#woman": "female", "#man": "male"}


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of the question that stand for values of one filter; less `rank` is surer."""

    at: frozenset[int]
    name: str
    values: tuple[FilterValue, ...]
    rank: float
    more: tuple[tuple[str, FilterValue], ...] = ()
    """Values of other filters that the same words stand for: "silver bowls" in one word."""

    @property
    def pairs(self) -> Iterator[tuple[str, tuple[FilterValue, ...]]]:
        """Each filter with its values."""
        yield self.name, self.values
        yield from ((name, (value,)) for name, value in self.more)


def gender_of(claim: Claim) -> str:
    """Whether its words are for women or for men, as makers or shown; "" for other words."""
    value = str(claim.values[0])
    return value if claim.name == "gender" else GENDERS.get(value, "")
