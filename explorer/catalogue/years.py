"""Years that records may be filtered by."""

import re

from explorer.errors import WrongUse

_YEAR = re.compile(r"-?\d{1,6}")


def year_of(name: str, value: object) -> int:
    """The year that a filter gives; WrongUse where it is none."""
    written = str(value)
    if not _YEAR.fullmatch(written):
        raise WrongUse(
            "A year in the filters is not understood.",
            "Give a whole number, negative for years before 1 BCE.",
            field=f"filters.{name}",
        )
    return int(written)
