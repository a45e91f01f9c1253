"""The words that makers and places are named by, and the forms a question gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.catalogue.facets import Counted
from explorer.concepts import is_token
from explorer.text import beginning, fold_to_latin, words

FACETS = ("maker", "place")
"""Those whose values are names, by any word of which they may be asked for."""

_KEPT = 4  # letters of a name that no case changes
_LONG = 8  # letters of a name that may end otherwise in another language: Rembranto
_ENDING = 4  # letters that a case may add


@dataclass(frozen=True, slots=True)
class Naming:
    """The words of a facet's values: where each stands, and those that begin alike."""

    places: Mapping[str, Sequence[int]]
    """A folded word -> the places among the values of those that hold it."""
    whole: Mapping[str, Sequence[int]]
    """A whole name, or what stands before its comma -> the places of the values."""
    beginning: Mapping[str, Sequence[str]]
    """The first Latin letters of words -> the words."""

    def holding(self, word: str) -> Sequence[int]:
        """The places of the values that hold a folded word."""
        return self.places.get(word, ())

    def inflected(self, word: str) -> list[str]:
        """The words of names that a folded word may be with the ending of a case."""
        latin = fold_to_latin(word)
        return [name for name in self.beginning.get(latin[:_KEPT], ()) if _inflects(name, latin)]


def naming(held: Counted | None, also: Sequence[tuple[str, str]] = ()) -> Naming:
    """The words of a facet's values and of their other names, (name, value), read once."""
    every = [(value, i) for i, value in enumerate(held.values if held else ())]
    at = dict(every)
    every += [(name, at[value]) for name, value in also if value in at]
    places: dict[str, list[int]] = {}
    whole: dict[str, list[int]] = {}
    beginning: dict[str, list[str]] = {}
    for value, place in every:
        if is_token(value):
            continue
        for name in {value: None, value.partition(",")[0].partition("(")[0]: None}:
            if place not in whole.setdefault(" ".join(words(name)), []):
                whole[" ".join(words(name))].append(place)
        for word in dict.fromkeys(words(value)):
            if word not in places:
                places[word] = []
                beginning.setdefault(fold_to_latin(word)[:_KEPT], []).append(word)
            if place not in places[word]:
                places[word].append(place)
    return Naming(places, whole, beginning)


def _inflects(name: str, latin: str) -> bool:
    """Whether a word is a name with another ending: Rembrandta, Leonarda, Goyi."""
    own = fold_to_latin(name)
    if len(own) < _KEPT:
        return False
    common = beginning(own, latin)
    lost = 0 if len(own) <= _KEPT + 1 else 1 if len(own) < _LONG else 2
    return common >= max(_KEPT, len(own) - lost) and len(latin) - common <= _ENDING
