"""A text as it is compared: each word's stem, sound, meanings and concepts, and its places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from explorer.catalogue.wordforms import spelling
from explorer.compounds import parts
from explorer.concepts import inflected, is_lookalike, lineage, named, written
from explorer.countries import country_token
from explorer.gazetteer import named_places, names_of
from explorer.language import words as listed_words
from explorer.lexicon import kindred, pivots
from explorer.text import beginning, fold, fold_to_latin, stem, tongue, word_spans
from explorer.verify.figures import Figure, Time, figures, times
from explorer.verify.hedges import hedges

_KEPT = 4  # first letters by which names of places are looked up
_LOST, _ADDED = 2, 4  # letters that a case may take from a name, and add to it
_PLACE = 3  # words of a place's name
_ARTICLE = 2  # letters of an article before it
_LEAST = 0.1  # share of a meaning that counts
_KINDRED = 0.7  # what a meaning of words that only begin alike counts
_PART = 0.6  # what a part means of its compound
_LAST = 5  # letters of the last part of a compound that no table knows
_SHORTEST = 3  # letters of a word that means something
_SOUNDS = (
    ("tsch", "c"), ("sch", "s"), ("tch", "c"), ("sz", "s"), ("sh", "s"), ("cs", "c"), ("cz", "c"),
    ("zh", "z"), ("rz", "z"), ("ph", "f"), ("th", "t"), ("kh", "h"), ("ch", "h"), ("gh", "g"),
    ("rh", "r"), ("eau", "o"), ("au", "o"), ("nt", "d"), ("nd", "d"), ("ea", "e"), ("gia", "ia"),
    ("gio", "io"), ("giu", "iu"),
    ("wh", "v"), ("ck", "k"), ("qu", "kv"), ("ou", "u"), ("oe", "o"), ("ae", "e"), ("ij", "i"),
    ("x", "ks"), ("q", "k"), ("c", "k"), ("w", "v"), ("y", "i"), ("j", "i"), ("ts", "z"),
)  # fmt: skip
_U = re.compile("ο[υύ]|(?<=[εα])[υύ]")
_GREEK = {ord("υ"): "ι", ord("ύ"): "ι", ord("ϋ"): "ι", ord("η"): "ι", ord("ή"): "ι"}
_DOUBLE = re.compile(r"(.)\1+")
_Spoken = tuple[tuple[str, ...], frozenset[str]]

Meanings = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's words, one after another; all other tuples are beside them, word by word."""

    text: str
    lang: str
    spans: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]
    stems: tuple[str, ...]
    sounds: tuple[str, ...]
    meanings: tuple[Meanings, ...]
    common: tuple[bool, ...]
    """Whether it is a word of the language, as far as the lexicon knows, and no name."""
    concepts: tuple[frozenset[str], ...]
    places: tuple[frozenset[str], ...]
    figures: tuple[Figure, ...]
    times: tuple[Time, ...]
    hedges: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.folded)

    def word(self, place: int) -> str:
        """The word at a place, as written."""
        start, end = self.spans[place]
        return self.text[start:end]

    def within(self, start: int, end: int) -> range:
        """The places of the words between two offsets."""
        inside = [i for i, (a, b) in enumerate(self.spans) if a < end and b > start]
        return range(inside[0], inside[-1] + 1) if inside else range(0)


def read(text: str, lang: str) -> Reading:
    """The reading of a text in a language; nothing of it is kept."""
    spans = tuple(word_spans(text))
    told = [text[start:end] for start, end in spans]
    folded = tuple(fold(word) for word in told)
    stems = tuple(stem(word, lang) for word in told)
    own = small(lang)
    return Reading(
        text, lang, spans, folded, stems,
        tuple(sound(word) for word in told),
        tuple(meanings(*pair, lang) for pair in zip(folded, stems, strict=True)),
        tuple(bool(pivots(s, lang)) or w in own for w, s in zip(folded, stems, strict=True)),
        _concepts(folded, stems, lang),
        _places(told, folded),
        figures(text, lang), times(text, lang), hedges(folded, lang),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def read_source(text: str, lang: str) -> Reading:
    """The reading of words of the collection, which are asked about again and again."""
    return read(text, lang)


def sound(word: str) -> str:
    """A word nearly as it sounds, whatever language spells it: Szessú and Sesshū are "sesu"."""
    told = spelling(_U.sub("u", word.lower()).translate(_GREEK) if not word.isascii() else word)
    for letters, heard in _SOUNDS:
        if letters in told:
            told = told.replace(letters, heard)
    return _DOUBLE.sub(r"\1", told)


def small(lang: str) -> frozenset[str]:
    """The folded function words of a language."""
    return _small(tongue(lang))


@cache
def _small(lang: str) -> frozenset[str]:
    return frozenset(map(fold, listed_words(lang, "function")))


def meanings(word: str, stemmed: str, lang: str) -> Meanings:
    """The English stems that a folded word means, each with a share; parts of compounds less."""
    if not word.isalpha() or len(word) < _SHORTEST or word in small(lang):
        return ()
    found = dict(pivots(stemmed, lang))
    if not found:
        found = {pivot: share * _KINDRED for pivot, share in kindred(stemmed, lang)}
    for part in parts(word, lang):
        for pivot, share in pivots(stem(part, lang), lang):
            found[pivot] = max(found.get(pivot, 0.0), share * _PART)
    return tuple((pivot, share) for pivot, share in found.items() if share >= _LEAST)


def _concepts(folded: Sequence[str], stems: Sequence[str], lang: str) -> tuple[frozenset[str], ...]:
    """Per word the ids of the concepts it names, by itself or with those beside it."""
    common = small(lang)
    found: list[set[str]] = [set() for _ in folded]
    for one in named(stems, lang):
        if one.stop == one.start + 1 and is_lookalike(folded[one.start], lang):
            continue
        if one.stop == one.start + 1 and folded[one.start] in common:
            continue  # Romanian "în" is no flax
        for place in range(one.start, one.stop):
            found[place] |= set(one.ids)
    for place, word in enumerate(folded):
        if not found[place] and word not in common:
            found[place] |= {*written(word, lang), *inflected(word, lang)}
        if not found[place]:
            found[place] |= {i for p in parts(word, lang)[-1:] for i in written(p, lang)}
    return tuple(frozenset(own) for own in found)


def broader(ids: frozenset[str]) -> frozenset[str]:
    """The concepts and all that are broader."""
    return frozenset(one for concept_id in ids for one in lineage(concept_id))


@cache
def _gazetteer() -> dict[str, list[_Spoken]]:
    """The first letters of names of places -> (words of a name, what it is and lies in)."""
    found: dict[str, dict[_Spoken, None]] = {}
    for row, _, name in named_places():
        own = tuple(fold_to_latin(name[start:end]) for start, end in word_spans(name))
        if own:
            countries = [country_token(code) for code in row.countries]
            meant = frozenset((row.name or countries[0], *(f"in {one}" for one in countries)))
            found.setdefault(own[0][:_KEPT], {})[own, meant] = None
            if len(own) == _PLACE - 1 and len(own[0]) <= _ARTICLE < len(own[1]):  # L'Aia
                found.setdefault(own[1][:_KEPT], {})[own[1:], meant] = None
    return {letters: list(names) for letters, names in found.items()}


def _places(told: Sequence[str], folded: Sequence[str]) -> tuple[frozenset[str], ...]:
    """Per word the places it names; where it is a town, its country is among them, too."""
    latin = [fold_to_latin(word) if word else word for word in folded]
    found: list[set[str]] = [set() for _ in told]
    for place, word in enumerate(told):
        if word[0].isupper():
            for names, meant in _gazetteer().get(latin[place][:_KEPT], ()):
                stop = place + len(names)
                if stop <= len(told) and all(map(_inflects, names, latin[place:stop])):
                    for at in range(place, stop):
                        found[at] |= meant
    return tuple(frozenset(own) for own in found)


def means_place(told: Reading, place: int) -> bool:
    """Whether a word that may name a place does, and means nothing else: no Namur in "Namen"."""
    others = (fold(name) for one in told.places[place] for name in names_of(one))
    names = {fold_to_latin(name)[:_KEPT] for name in others if name != told.folded[place]}
    meant = told.meanings[place]
    own = sum(share for pivot, share in meant if pivot[:_KEPT] in names)
    other = sum(share for _, share in meant) - own
    return bool(told.places[place]) and (other <= own or not names)


def is_compound(word: str, lang: str) -> bool:
    """Whether a long folded word ends as another does that the lexicon knows."""
    return len(word) >= 2 * _LAST and any(
        pivots(stem(word[at:], lang), lang) for at in range(_KEPT, len(word) - _LAST + 1)
    )


def is_place(word: str) -> bool:
    """Whether a folded word is the name of a place, but for its last letters."""
    latin = fold_to_latin(word)
    return any(
        beginning(own[0], latin) >= max(_KEPT + 1, len(own[0]) - 1) or own[0] == latin
        for own, _ in _gazetteer().get(latin[:_KEPT], ())
        if len(own) == 1 and abs(len(own[0]) - len(latin)) <= _PLACE
    )


def _inflects(name: str, latin: str) -> bool:
    """Whether a word is a name, or a name in a case."""
    if name == latin:
        return True
    if len(name) < _KEPT:
        return False
    common = beginning(name, latin)
    lost = 1 if len(name) <= _KEPT + _LOST else _LOST
    added = _ADDED if len(name) > _KEPT else _ADDED - 1  # no Rome in romantic
    return common >= max(_KEPT, len(name) - lost) and len(latin) - common <= added
