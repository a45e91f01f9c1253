"""What a question's words stand for in the vocabulary and among the catalogue's own values."""

from collections.abc import Iterator, Sequence

from explorer.catalogue.reading import Catalogue
from explorer.compounds import SHORTEST, parts
from explorer.concepts import (
    Named,
    agrees,
    concepts,
    inflected,
    inflected_phrases,
    is_lookalike,
    labelled,
    named,
    token,
    written,
)
from explorer.cues import cues_of
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.claim import GENDERS, Claim
from explorer.plan.reading import Reading, listed
from explorer.text import beginning, fold, stem, words

_FACETS = {
    "type": ("type",), "genre": ("type", "subject"), "material": ("material",),
    "technique": ("technique",), "period": ("period",), "subject": ("subject",),
    "person": ("subject",), "place": ("place",),
}  # fmt: skip
"""Facet of a concept -> the filters that may hold it, the likeliest first."""

_ORDER = ("type", "genre", "technique", "material", "place", "period", "subject", "person")
_ROMANCE = frozenset(("ca", "es", "fr", "it", "pt", "ro"))
"""Languages in which what follows a thing tells how it is: "objetos bordados"."""
_PLAIN = frozenset(("da", "de", "en", "nl", "sv"))  # whose words change little
_CHANGED = 3  # letters by which a form may differ from a label
_MADE = frozenset(("type", "material", "technique"))
_SHOWN = ("subject", "person")
_NEAR = 2  # words between a preposition and what it stands before


def by_concepts(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    """The claims of words that name concepts."""
    small = reading.small()
    told: set[int] = set()
    for one in (
        *named(reading.stems, reading.lang),
        *inflected_phrases(reading.folded, reading.lang),
    ):
        at = frozenset(range(one.start, one.stop))
        ids = _agreeing(reading, one.start, _alike(reading, one)) if len(at) == 1 else one.ids
        if not ids:
            continue
        if at <= small:
            ids = _asked_by(reading, at, ids)
            if not ids:
                continue
        if claim := _chosen(reading, at, ids, catalogue):
            told |= at
            yield claim
    for i, word in enumerate(reading.folded):
        if i in told or i in small or not word.isalpha():
            continue
        if ids := _agreeing(reading, i, _exactly(word, reading.lang)):
            if claim := _chosen(reading, frozenset((i,)), ids, catalogue, unsure=1.0):
                yield claim
        elif claim := _compound(reading, i, catalogue):
            yield claim


def _exactly(word: str, lang: str) -> tuple[str, ...]:
    """The concepts that a folded word is a label of, or a form of one."""
    return tuple(dict.fromkeys((*written(word, lang), *inflected(word, lang))))


def _agreeing(reading: Reading, place: int, ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(i for i in ids if agrees(reading.word(place), i, reading.lang))


def _alike(reading: Reading, one: Named) -> tuple[str, ...]:
    """The concepts that a word names: as written first, else by what is one but for an ending.

    Swedish "billiga" is no "bil", whatever its stem.
    """
    word = reading.folded[one.start]
    if exact := _exactly(word, reading.lang):
        return exact
    if is_lookalike(word, reading.lang):
        return ()
    if reading.lang not in _PLAIN:
        return one.ids
    return tuple(
        i
        for i in one.ids
        if any(
            len(word) + len(own) - 2 * beginning(word, own) <= _CHANGED
            for label in concepts()[i].labels.get(reading.lang, ())
            for own in words(fold(label))
        )
    )


def _asked_by(reading: Reading, at: frozenset[int], ids: Sequence[str]) -> tuple[str, ...]:
    """Those of the concepts that a word that asks still stands for: "il dipinto", "carved"."""
    if _is_noun(reading, at) and (things := _of_facet(ids, "type")):
        return things
    verb = reading.at("made-by", "made-in", "made-of", "filler", *FIELDS_BY_CUE)
    ways = _of_facet(
        [i for i in ids if i in written(reading.folded[min(at)], reading.lang)], "technique"
    )
    return ways if len(at) == 1 and at.isdisjoint(verb) else ()


def _of_facet(ids: Sequence[str], facet: str) -> tuple[str, ...]:
    return tuple(i for i in ids if concepts()[i].facet == facet)


def _is_noun(reading: Reading, at: frozenset[int]) -> bool:
    """Whether a word that asks is the thing itself: "il dipinto", not "oggetti dipinti"."""
    plain = reading.folded[min(at)] not in listed(reading.lang)
    return plain and reading.at("filler").isdisjoint({min(at) - 1, *at})


def _compound(reading: Reading, place: int, catalogue: Catalogue) -> Claim | None:
    """What both parts of a compound stand for together: "Silberschalen"."""
    at = frozenset((place,))
    told: list[Claim] = []
    if ids := _of_things(reading.folded[place], reading.lang):
        return _chosen(reading, at, ids, catalogue, unsure=0.5)
    for part in parts(reading.folded[place], reading.lang):
        own = next(iter(named([stem(part, reading.lang)], reading.lang)), None)
        claim = _chosen(reading, at, own.ids, catalogue) if own else None
        if claim is None:
            return None
        told.append(claim)
    if len({claim.name for claim in told}) < 2:
        return None  # "Guldhornene" are no horns beside gold
    first, second = told
    return Claim(at, first.name, first.values, 4.5, ((second.name, second.values[0]),))


def _of_things(word: str, lang: str) -> tuple[str, ...]:
    """The concepts that the first part of a word names whose last is a thing: "aranytárgy"."""
    for at in range(SHORTEST, len(word) - SHORTEST + 1):
        ids = written(word[:at], lang)
        if ids and any(cue.cue == "filler" for cue in cues_of((word[at:],), lang)):
            return ids
    return ()


def _chosen(
    reading: Reading,
    at: frozenset[int],
    ids: Sequence[str],
    catalogue: Catalogue,
    unsure: float = 0.0,
) -> Claim | None:
    """The filter that concepts stand for: of several readings one that some record bears."""
    first = min(at)
    before = set(range(max(0, first - _NEAR), first))
    depicted = not before.isdisjoint(reading.at("depicting"))
    made_of = not before.isdisjoint(reading.at("made-of"))
    made_by = first - 1 in reading.at("made-by", "made-in") and not depicted
    every = [concepts()[i] for i in ids if concepts()[i].facet in _FACETS]

    how = reading.lang in _ROMANCE and first - 1 in reading.at("filler") - reading.at("list")

    def fitness(facet: str) -> tuple[bool, bool, int]:
        subject = facet in _SHOWN
        made = (made_of and facet == "material") or (how and facet == "technique")
        return not made, depicted != subject, _ORDER.index(facet)

    every.sort(key=lambda concept: fitness(concept.facet))
    if made_by:  # works by King, objects from Bath
        every = [c for c in every if c.facet not in _SHOWN or token(c.id) in GENDERS]
    ways = [(name, token(c.id)) for c in every for name in _FACETS[c.facet]]
    plainly = before & (reading.at("depicting") - reading.at("made-in", "made-by", "made-of"))
    if plainly and all(name != "subject" for name, _ in ways):
        return None  # what shows a sword need not be one
    borne = [way for way in ways if catalogue.bears(*way)]
    if not borne and len(at - reading.small() - reading.at("filler")) < len(at) > 1:
        return None  # "porcelain objects" are objects, of porcelain
    borne = list(_widest(borne, catalogue))
    apart = len(at) > 1 and len(ids) == 1 and concepts()[ids[0]].facet in ("material", "technique")
    if not ways or (apart and not borne):  # "oil paintings" are paintings in oil
        return None
    if not borne and all(concept.facet == "genre" for concept in every):
        return None  # where no record is told by genres, none is a portrait only in name
    name, value = (borne or ways)[0]
    return Claim(at, name, (value,), 4 + unsure)


def _widest(ways: Sequence[tuple[str, str]], catalogue: Catalogue) -> Sequence[tuple[str, str]]:
    """The same ways, one first that holds all that the first does: porcelain, and what is of it."""
    if not ways or ways[0][0] not in _MADE:
        return ways
    first = set(catalogue.matching({ways[0][0]: [ways[0][1]]}).tolist())
    for way in ways[1:]:
        if way[0] in _MADE - {ways[0][0]} and first < set(
            catalogue.matching({way[0]: [way[1]]}).tolist()
        ):
            return (way, *(other for other in ways if other != way))
    return ways


def by_values(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    """The claims of words that are values of a facet which the vocabulary lacks.

    Where records speak several languages, a value says nothing of those in another.
    """
    if len(catalogue.languages) > 1:
        return
    origin = reading.at("made-by", "made-in") - reading.at("depicting")
    small = reading.small()
    small |= {i for c in reading.given("made-by", "made-in") if len(c.at) > 1 for i in c.at}
    for name in ("type", "material", "technique", "period", "subject"):
        for start in range(len(reading)):
            for stop in range(start + 1, min(len(reading), start + 4) + 1):
                at = frozenset(range(start, stop))
                value = " ".join(reading.folded[start:stop])
                if name == "subject" and start - 1 in origin:
                    continue  # objects from Bath
                if not at & small and catalogue.bears(name, value) and not _is_colour(value):
                    yield Claim(at, name, (value,), 5)


def _is_colour(value: str) -> bool:
    """Whether a word is a colour: that a record names it tells nothing of those that do not."""
    return any(concepts()[one].facet == "colour" for one in labelled(value))
