"""Filters out of words: which words of a question stand for a value that can be counted by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from explorer.catalogue.reading import Catalogue
from explorer.compounds import SHORTEST, parts
from explorer.concepts import (
    Named,
    concepts,
    inflected,
    inflected_phrases,
    is_lookalike,
    labelled,
    named,
    token,
    written,
)
from explorer.countries import country_token
from explorer.cues import cues_of
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.names import named_countries, named_makers, named_places
from explorer.plan.periods import periods
from explorer.plan.reading import Reading, listed
from explorer.text import beginning, fold, stem, words
from explorer.types import FilterValue

_FACETS = {
    "type": ("type",), "genre": ("type", "subject"), "material": ("material",),
    "technique": ("technique",), "period": ("period",), "subject": ("subject",),
    "person": ("subject",), "place": ("place",),
}  # fmt: skip
"""Facet of a concept -> the filters that may hold it, the likeliest first."""

SINGLE = frozenset(("from", "to", "date", "on_view", "has_image", "gender"))
_ORDER = ("type", "genre", "technique", "material", "place", "period", "subject", "person")
_CUES: dict[str, tuple[str, FilterValue]] = {
    "on-view": ("on_view", True), "not-on-view": ("on_view", False),
    "with-image": ("has_image", True), "without-image": ("has_image", False),
    "female": ("gender", "female"), "male": ("gender", "male"),
}  # fmt: skip
ASKING = (
    "oldest", "newest", "largest", "smallest", "heaviest", "lightest", "acquired-last",
    "acquired-first", "count", "most", "per", "list", "all", *FIELDS_BY_CUE,
)  # fmt: skip
"""Cues whose words ask, and name nothing: Romanian "cea mai mare" is the largest, and no sea."""
_ASKED = tuple(cue for cue in ASKING if cue not in FIELDS_BY_CUE)
POINTING = (
    "this", "else", "similar", "tell-more", "person-before", "place-before", "time-before",
    "room-before",
)  # fmt: skip
"""Cues whose words point back in a conversation."""
_PLAIN = frozenset(("da", "de", "en", "nl", "sv"))  # whose words change little
_CHANGED = 3  # letters by which a form may differ from a label
_MADE = frozenset(("type", "material", "technique"))
_DIMENSION = 2  # words between "per" and what is grouped by
_SURE = 4  # claims from here on are of single words of a vocabulary
_FREE = "creativecommons.org/publicdomain/"  # in a statement of rights: the mark, and CC0
_SHOWN = ("subject", "person")
_GENDERS = {"#woman": "female", "#man": "male"}
_NEAR = 2  # words between a preposition and what it stands before


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


def claims(reading: Reading, catalogue: Catalogue, *, threaded: bool = False) -> tuple[Claim, ...]:
    """What the question's words stand for, none twice: more words first, then what is surer.

    In a conversation words that point back stand for nothing else: Dutch "meer" is "more".
    """
    rooms = list(_rooms(reading, catalogue))
    found = [
        *_periods(reading, rooms), *rooms, *_by_cue(reading, catalogue, in_room=bool(rooms)),
        *_countries(reading), *_names(reading, catalogue),
        *_concepts(reading, catalogue), *_values(reading, catalogue),
    ]  # fmt: skip
    kept: list[Claim] = []
    taken: set[int] = set()
    asking = reading.at(*ASKING, *(POINTING if threaded else ())) | _grouping(reading)
    found = [claim for claim in found if claim.rank < _SURE or not claim.at <= asking]
    for claim in sorted(found, key=lambda one: (-len(one.at), one.rank, min(one.at))):
        if taken.isdisjoint(claim.at):
            kept.append(claim)
            taken |= claim.at
            continue
        for i, own in enumerate(kept):  # "by women" and "women artists"
            if (own.name, own.values) == (claim.name, claim.values) and own.at & claim.at:
                kept[i] = replace(own, at=own.at | (claim.at - taken))
                taken |= claim.at
                break
    makers = (_as_makers(reading, claim, kept) for claim in kept)
    return tuple(sorted(makers, key=lambda one: min(one.at)))


def _as_makers(reading: Reading, claim: Claim, found: Sequence[Claim]) -> Claim:
    """Women and men who made: "by French women", not what shows them."""
    gender = gender_of(claim) if claim.name == "subject" else ""
    before = min(claim.at) - 1
    while before >= 0 and any(o.name == "place" and before in o.at for o in found):
        before -= 1
    by = before in reading.at("made-by") - reading.at("depicting")
    further = before < min(claim.at) - 1 and before in reading.at("made-by")
    return replace(claim, name="gender", values=(gender,)) if gender and (by or further) else claim


def gender_of(claim: Claim) -> str:
    """Whether its words are for women or for men, as makers or shown; "" for other words."""
    value = str(claim.values[0])
    return value if claim.name == "gender" else _GENDERS.get(value, "")


def _grouping(reading: Reading) -> frozenset[int]:
    """The places of what is grouped by: "per paese" is by country, and no village."""
    opening = reading.at("per", "by-dimension", "most", "list")
    return frozenset(
        place
        for dim in reading.given("dim.")
        if opening & set(range(dim.start - _DIMENSION, dim.start)) or opening & dim.at
        for place in dim.at
    )


def filters_of(found: Sequence[Claim]) -> dict[str, FilterValue]:
    """The filters that claims make together."""
    made: dict[str, FilterValue] = {}
    several: dict[str, list[str]] = {}
    for claim in found:
        for name, values in claim.pairs:
            if name in SINGLE:
                made[name] = values[0]
            else:
                several.setdefault(name, []).extend(str(value) for value in values)
    return {**{name: list(dict.fromkeys(own)) for name, own in several.items()}, **made}


def makers_named(reading: Reading, found: Sequence[Claim]) -> dict[str, tuple[str, ...]]:
    """The words that name makers, as written, and the makers."""
    return {
        reading.word(place): tuple(map(str, claim.values))
        for claim in found
        if claim.name == "maker"
        for place in sorted(claim.at - reading.small())
    }


def _periods(reading: Reading, rooms: Sequence[Claim]) -> Iterator[Claim]:
    numbers = frozenset(place for room in rooms for place in room.at)
    for at, span in periods(reading, numbers):
        ends = [("from", span.earliest), ("to", span.latest)]
        told = [(name, year) for name, year in ends if year is not None]
        if told and span.certainty != "circa":  # no filter says "around 1800"
            (name, year), *more = told
            yield Claim(at, name, (year,), 0, tuple(more))


def _rooms(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    held = catalogue.counted("room")
    for cue in reading.given("room", "room-before"):
        for place in (max(cue.at) + 1, min(cue.at) - 1):
            if not 0 <= place < len(reading):
                continue
            number = reading.folded[place]
            if place + 1 in reading.at("dim.century", "dim.decade"):
                continue  # "in den Räumen 16. Jahrhundert"
            if not (number.isdigit() or (len(number) == 1 and reading.word(place).isupper())):
                continue
            values = [v for v in held.values if v.split()[-1:] == [number]] if held else []
            yield Claim(cue.at | {place}, "room", tuple(values) or (number,), 0)
            break


def _by_cue(reading: Reading, catalogue: Catalogue, *, in_room: bool) -> Iterator[Claim]:
    denied = reading.at("not")
    for cue in reading.cues:
        if denied & (set(range(min(cue.at), max(cue.at))) - cue.at):
            continue  # "които в момента не са изложени"
        if in_room and cue.cue in ("on-view", "is-on-view"):
            continue  # what can be seen in room 2 is what is there
        if cue.cue in _CUES:
            name, value = _CUES[cue.cue]
            yield Claim(cue.at, name, (value,), 1)
        elif cue.cue == "is-on-view" and reading.gives(*_ASKED):
            yield Claim(cue.at, "on_view", (True,), 1)
        elif cue.cue == "rights-free":
            held = catalogue.counted("rights")
            free = tuple(v for v in held.values if _FREE in v) if held else ()
            yield Claim(cue.at, "rights", free or (_FREE,), 1)


def _countries(reading: Reading) -> Iterator[Claim]:
    for cue in reading.given("country."):
        if _is_shown(reading, cue.start) or _is_language(reading, cue.at):
            continue
        yield Claim(cue.at, "place", (country_token(cue.cue.partition(".")[2]),), 2.2)
    for at, code in named_countries(reading):
        if not _is_shown(reading, min(at)):
            yield Claim(at, "place", (country_token(code),), 2.8)


def _is_language(reading: Reading, at: frozenset[int]) -> bool:
    """Whether a country's word is a language: "books in English"."""
    spoken = any(at <= cue.at for cue in reading.given("language."))
    return spoken and not reading.at("answer-in").isdisjoint({min(at) - 1, min(at) - 2, *at})


def _names(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    for at, values in named_makers(reading, catalogue):
        named = all(reading.is_name(i) for i in at)
        yield Claim(at, "maker", values, 2.5 if named else 6 if len(at) == 1 else 2)
    for at, values in named_places(reading, catalogue):
        if not _is_shown(reading, min(at)):
            yield Claim(at, "place", values, 3)


def _is_shown(reading: Reading, place: int) -> bool:
    """Whether a place is what is shown: a painting of Rome need not be from there."""
    before = {place - 1}
    return bool(before & reading.at("depicting")) and not before & reading.at("made-in")


def _concepts(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    small = reading.small()
    told: set[int] = set()
    for one in (
        *named(reading.stems, reading.lang),
        *inflected_phrases(reading.folded, reading.lang),
    ):
        at = frozenset(range(one.start, one.stop))
        ids = _alike(reading, one) if len(at) == 1 else one.ids
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
        if ids := written(word, reading.lang) or inflected(word, reading.lang):
            if claim := _chosen(reading, frozenset((i,)), ids, catalogue, unsure=1.0):
                yield claim
        elif claim := _compound(reading, i, catalogue):
            yield claim


def _alike(reading: Reading, one: Named) -> tuple[str, ...]:
    """The concepts that a word names: as written first, else by what is one but for an ending.

    Swedish "billiga" is no "bil", whatever its stem.
    """
    word = reading.folded[one.start]
    if exact := written(word, reading.lang) or inflected(word, reading.lang):
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

    def fitness(facet: str) -> tuple[bool, bool, int]:
        subject = facet in _SHOWN
        return not (made_of and facet == "material"), depicted != subject, _ORDER.index(facet)

    every.sort(key=lambda concept: fitness(concept.facet))
    if made_by:  # works by King, objects from Bath
        every = [c for c in every if c.facet not in _SHOWN or token(c.id) in _GENDERS]
    ways = [(name, token(c.id)) for c in every for name in _FACETS[c.facet]]
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


def _values(reading: Reading, catalogue: Catalogue) -> Iterator[Claim]:
    """Words that stand exactly so among the values of a facet, which the vocabulary lacks."""
    small = reading.small()
    origin = reading.at("made-by", "made-in") - reading.at("depicting")
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
