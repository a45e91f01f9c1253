"""Filters out of words: which words of a question stand for a value that can be counted by."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from explorer.catalogue.reading import Catalogue
from explorer.countries import country_token
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.claim import Claim, gender_of
from explorer.plan.names import named_countries, named_makers, named_places
from explorer.plan.periods import periods
from explorer.plan.reading import Reading
from explorer.plan.vocabulary import by_concepts, by_values
from explorer.types import NAMINGS, FilterValue, Naming

SINGLE = frozenset(("from", "to", "date", "on_view", "has_image", "gender"))
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
_DIMENSION = 2  # words between "per" and what is grouped by
_TOLD = 1  # claims of cues
_SURE = 4  # claims from here on are of single words of a vocabulary
_FREE = "creativecommons.org/publicdomain/"  # in a statement of rights: the mark, and CC0


def claims(reading: Reading, catalogue: Catalogue, *, threaded: bool = False) -> tuple[Claim, ...]:
    """What the question's words stand for, none twice: more words first, then what is surer.

    In a conversation words that point back stand for nothing else: Dutch "meer" is "more".
    """
    rooms = list(_rooms(reading, catalogue))
    found = [
        *_periods(reading, rooms), *rooms, *_by_cue(reading, catalogue, in_room=bool(rooms)),
        *_countries(reading), *_names(reading, catalogue),
        *by_concepts(reading, catalogue), *by_values(reading, catalogue),
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
    for claim in found:  # a cue of which another claim took a word restricts all the same
        inside = any(claim.at <= own.at or claim.name == own.name for own in kept)
        if claim.rank == _TOLD and not inside:
            kept.append(claim)
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


def names_told(
    reading: Reading, found: Sequence[Claim]
) -> dict[str, tuple[Naming, tuple[str, ...]]]:
    """The words that name makers and places, as written, and which these are."""
    return {
        reading.word(place): (name, tuple(map(str, claim.values)))
        for claim in found
        for name in NAMINGS
        if claim.name == name
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
        if cue.cue == "is-on-view" and reading.gives("not-on-view"):
            continue  # "is it in storage"
        if cue.cue in _CUES:
            name, value = _CUES[cue.cue]
            yield Claim(cue.at, name, (value,), _TOLD)
        elif cue.cue == "is-on-view" and reading.gives(*_ASKED):
            yield Claim(cue.at, "on_view", (True,), _TOLD)
        elif cue.cue == "rights-free":
            held = catalogue.counted("rights")
            free = tuple(v for v in held.values if _FREE in v) if held else ()
            yield Claim(cue.at, "rights", free or (_FREE,), _TOLD)


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
