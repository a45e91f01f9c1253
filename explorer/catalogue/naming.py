"""The words that makers and places are named by, and the forms a question gives them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from explorer.catalogue.facets import Counted
from explorer.catalogue.sounds import ODD, Sound, asked, recorded, unlike
from explorer.concepts import is_token
from explorer.text import beginning, fold_to_latin, words

FACETS = ("maker", "place")
"""Those whose values are names, by any word of which they may be asked for."""

_KEPT = 4  # letters of a name that no case changes
_LONG = 8  # letters of a name that may end otherwise in another language: Rembranto
_ENDING = 4  # letters that a case may add
_OWNED = re.compile("j?[oe]v")  # and more in Slavic languages: Rembrandtovega
_PARTICLE = 3  # letters of the longest one before a surname: "Le Brun", Lebrun
_TELLING = 4  # consonants of a name that is known where it is not written as one
_HEARD = 3  # letters of the shortest name that is known by its sound


@dataclass(frozen=True)  # without slots, for what is made when it is first asked for
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

    def sounding(self, word: str, lang: str, *, name: bool) -> list[str]:
        """The words of names that a folded word, written as a `name` or not, sounds most like."""
        enough = 0 if name else _TELLING - (not word.isascii())
        ways: dict[str, list[Sound]] = {}
        for sound in asked(word, lang):
            if len(sound.consonants) >= enough:
                ways.setdefault(sound.skeleton, []).append(sound)
        near: dict[str, float] = {}
        for skeleton, told in ways.items():
            for held in self.by_sound.get(skeleton, ()):
                own = [sound for sound in recorded(held) if sound.skeleton == skeleton]
                found = (unlike(one, other, lang) for one in told for other in own)
                far = [one for one in found if one is not None and (name or one <= ODD)]
                if far:
                    near[held] = min(*far, near.get(held, far[0]))
        least = min(near.values(), default=0.0)
        return [held for held, far in near.items() if far == least]

    @cached_property
    def by_sound(self) -> Mapping[str, Sequence[str]]:
        """The consonants that words may be heard by -> the words."""
        found: dict[str, list[str]] = {}
        for word in self.places:
            if len(word) >= _HEARD and word.isalpha():
                for skeleton in dict.fromkeys(sound.skeleton for sound in recorded(word)):
                    found.setdefault(skeleton, []).append(word)
        return found


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
        for word in dict.fromkeys((*words(value), *_joined(value))):
            if word not in places:
                places[word] = []
                beginning.setdefault(fold_to_latin(word)[:_KEPT], []).append(word)
            if place not in places[word]:
                places[word].append(place)
    return Naming(places, whole, beginning)


def _joined(value: str) -> Sequence[str]:
    """The surname of a name in one with what stands before it: Lebrun, Vangogh."""
    before, last = ("", *words(value))[-2:]
    return (before + last,) if 0 < len(before) <= _PARTICLE < len(last) else ()


def _inflects(name: str, latin: str) -> bool:
    """Whether a word is a name with another ending: Rembrandta, Leonarda, Goyi."""
    own = fold_to_latin(name)
    if len(own) < _KEPT:
        return False
    common = beginning(own, latin)
    lost = 0 if len(own) <= _KEPT + 1 else 1 if len(own) < _LONG else 2
    if common == len(own) and _OWNED.match(latin, common):
        return True
    return common >= max(_KEPT, len(own) - lost) and len(latin) - common <= _ENDING
