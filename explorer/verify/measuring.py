"""Which words name a side or a number of an object, in any language (vocabulary/measuring.tsv)."""

from functools import cache
from importlib.resources import files

from explorer.verify.reading import Reading

_MEANT = 0.2


def measured(told: Reading, place: int) -> frozenset[str]:
    """What the word at a place names: height, width, depth, length, diameter or number."""
    meant = told.meanings[place]
    return frozenset(
        side
        for side, stems in _stems().items()
        if sum(share for pivot, share in meant if pivot in stems) >= _MEANT
    )


@cache
def _stems() -> dict[str, frozenset[str]]:
    """The English stems by which each is told."""
    table = files("explorer").joinpath("vocabulary", "measuring.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines()[1:])
    return {side: frozenset(stems.split()) for side, stems in rows}
