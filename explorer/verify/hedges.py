"""The words that qualify or deny what a sentence says (vocabulary/hedges.tsv)."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from explorer.text import fold, tongue, words

KINDS = (
    "circa", "bound", "than", "doubt", "said", "attributed", "around", "former", "negation", "lack",
)  # fmt: skip
"""What a pattern may be."""

MEETING = frozenset(("than", "said", "lack"))
"""Those that say a bound, a doubt or a denial where one is needed, but need none themselves."""

_Pattern = tuple[str, ...]


def hedges(folded: Sequence[str], lang: str) -> tuple[tuple[str, int], ...]:
    """(kind, place) of each qualifying word or phrase among folded words, in order."""
    closed, opened = _patterns(tongue(lang))
    found: list[tuple[str, int]] = []
    for place, word in enumerate(folded):
        tried = list(closed.get(word, ()))
        for size in range(1, len(word) + 1):
            tried += opened.get(word[:size], ())
        kinds = {
            kind for kind, rest in tried if tuple(folded[place + 1 : place + 1 + len(rest)]) == rest
        }
        found += [(kind, place) for kind in KINDS if kind in kinds]
    return tuple(found)


_Index = dict[str, list[tuple[str, _Pattern]]]


@cache
def _patterns(lang: str) -> tuple[Mapping[str, list[tuple[str, _Pattern]]], _Index]:
    """By the first word: (kind, the words after it); whole words, and beginnings of words."""
    table = files("explorer").joinpath("vocabulary", "hedges.tsv").read_text("utf-8")
    closed: _Index = {}
    opened: _Index = {}
    for line in table.splitlines()[1:]:
        own, kind, told = line.split("\t")
        for pattern in told.split("|") if own == lang else ():
            first, *rest = words(fold(pattern.rstrip("*")))
            index = opened if pattern.endswith("*") and not rest else closed
            index.setdefault(first, []).append((kind, tuple(rest)))
    return closed, opened
