"""What kind of question it is, by its cues and by what its other words stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.concepts import of_token
from explorer.plan.attributes import FIELDS_BY_CUE
from explorer.plan.claim import Claim, gender_of
from explorer.plan.reading import Reading, listed
from explorer.text import words
from explorer.types import Kind

SUPERLATIVES = ("acquired-last", "acquired-first", "oldest", "newest", "largest", "smallest",
                "heaviest", "lightest")  # fmt: skip
ALWAYS_OUT = ("price", "medical", "opinion")
OUT_OF_SCOPE = ("price", "medical", "news", "computing", "opinion", "other-museum")
SMALL_TALK = ("who-are-you", "how-are-you", "thanks", "goodbye", "greeting", "praise")
_COUNTING = (
    "count", "list", "all", "most", "per", "by-dimension", "depicting", "made-of", "made-by",
    "made-in", "filler", "please", "follow-on", "and", "or", "on-view", "is-on-view", "which-ones",
)  # fmt: skip
"""Cues whose words restrict nothing, in a question to be counted."""
_TELLING = frozenset(
    ("maker", "place", "from", "to", "gender", "has_image", "on_view", "rights", "room", "period")
)
"""Filters that make a list of a mere "vases from China"."""
_THINGS = frozenset(("maker", "type", "material", "technique"))
_BEHIND = frozenset(("et", "fi", "hu", "lt", "lv"))
_MUSEUM = 8  # letters of a word that a museum is known by: Rijksmuseum, Nationalmuseum
_NEAR = 3  # words between "per" and what is grouped by


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question asks, and the places of the words that are not understood for it."""

    kind: Kind
    topic: str = ""
    fields: tuple[str, ...] = ()
    by: str = ""
    order: str = ""
    left: frozenset[int] = frozenset()


def understood(
    reading: Reading, claims: Sequence[Claim], institutions: Sequence[str] = (), *, named: bool
) -> Understood:
    """The kind of the question; `named` where it names a record by its number or title.

    `institutions` are the folded names of museums whose records are here.
    """
    taken = frozenset(place for claim in claims for place in claim.at)
    left = frozenset(range(len(reading))) - taken - reading.small()
    if _distressed(reading, quiet=not (named or claims) and len(left) <= 1):
        return Understood("smalltalk", "distress")
    if not named and (visit := _visit(reading, claims)):
        return visit
    topic = _topic(reading, ALWAYS_OUT if named else OUT_OF_SCOPE)
    if topic and not (topic == "other-museum" and _own_museum(reading, institutions)):
        return Understood("out_of_scope", topic)
    fields = _fields(reading)
    counted = _counted(reading, claims, left)
    if counted and not (fields and (counted.left or named) and not reading.gives("count")):
        return counted
    if reading.gives("compare"):
        return Understood("compare", left=left)
    if fields and not _shown(reading, claims, left):
        return Understood("attribute", fields=fields, left=left - _told(reading, FIELDS_BY_CUE))
    talk = _topic(reading, SMALL_TALK)
    told = _told(reading, SMALL_TALK)
    quiet = all(claim.at <= told for claim in claims)
    if talk and quiet and left <= _told(reading, (*SMALL_TALK, "please", "filler", "list")):
        return Understood("smalltalk", talk)
    if named and not (reading.gives("all") and claims):
        return Understood("known_item", left=left)
    return _listed(reading, claims, left)


def _own_museum(reading: Reading, institutions: Sequence[str]) -> bool:
    """Whether the other museum that is named is this one."""
    said = {reading.folded[place] for place in reading.at("other-museum")}
    names = {word for name in institutions for word in words(name)}
    return any(len(word) >= _MUSEUM and word in names for word in said)


def _distressed(reading: Reading, *, quiet: bool) -> bool:
    """Whether somebody speaks of themselves; one word alone may be what a painting shows."""
    return any(len(cue.at) > 1 or quiet for cue in reading.given("distress"))


def _told(reading: Reading, cues: Sequence[str] | dict[str, tuple[str, ...]]) -> frozenset[int]:
    return reading.at(*cues)


def _topic(reading: Reading, cues: Sequence[str], taken: frozenset[int] = frozenset()) -> str:
    """The first of these cues that is given, beside words `taken`; the one of most words."""
    own = (cue for cue in reading.given(*cues) if not cue.at <= taken)
    given = sorted(own, key=lambda c: (-len(c.at), cues.index(c.cue)))
    return given[0].cue if given else ""


def _visit(reading: Reading, claims: Sequence[Claim]) -> Understood | None:
    """A question about visiting, not about objects that show a café or a ticket."""
    given = sorted(reading.given("visit-"), key=lambda c: (-len(c.at), c.cue))
    told = frozenset(place for cue in given if len(cue.at) > 1 for place in cue.at)
    named = {claim.name for claim in claims if not claim.at <= told}
    counted = named and reading.gives("count")  # "objets trouvés en Grèce" were not lost
    made = reading.gives("who-made") and not told  # "who carved the stone in the entrance?"
    if named & _THINGS or counted or made or reading.gives("other-museum"):
        return None
    if given:
        return Understood("visit", given[0].cue.removeprefix("visit-"))
    return Understood("visit", "route") if reading.gives("route") else None


def _shown(reading: Reading, claims: Sequence[Claim], left: frozenset[int]) -> bool:
    """Whether it is asked which things are on view, not whether one is."""
    cues = {cue.cue for cue in reading.given(*FIELDS_BY_CUE)}
    things = any(claim.name == "type" for claim in claims)
    rest = left - _told(reading, _COUNTING)
    return cues == {"is-on-view"} and things and reading.gives("list") and not rest


def _fields(reading: Reading) -> tuple[str, ...]:
    """The Fields asked for, of the longest cues first."""
    given = sorted(reading.given(*FIELDS_BY_CUE), key=lambda c: (-len(c.at), c.start))
    return tuple(dict.fromkeys(name for c in given for name in FIELDS_BY_CUE[c.cue]))


def _counted(reading: Reading, claims: Sequence[Claim], left: frozenset[int]) -> Understood | None:
    """A count, a group or a superlative, with the words that stand in its way."""
    by, dimension = _dimension(reading, claims)
    if not by and either_gender(reading, claims) and reading.gives("count"):
        by = "gender"
    dated = frozenset(i for c in claims if c.name in ("from", "to") for i in c.at)
    order = _topic(reading, SUPERLATIVES, dated)  # "più antiche del 1600" is no superlative
    silent = _told(reading, _COUNTING) - _making_nobody(reading, claims)
    left |= _asking(reading, claims, silent)
    if by:
        makers = reading.at("dim.maker") if by == "gender" else frozenset()
        return Understood("group", by=by, left=left - silent - dimension - makers)
    if order:
        return Understood("superlative", order=order, left=left - silent - reading.at(order))
    if reading.gives("count"):
        return Understood("count", left=left - silent)
    return None


def either_gender(reading: Reading, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """What stands for women and for men as makers: "how many by men, and how many by women"."""
    told = [claim for claim in claims if gender_of(claim)]
    if {gender_of(claim) for claim in told} != {"female", "male"}:
        return ()
    made = [claim for claim in told if claim.name == "gender"]
    first, *rest = sorted(min(claim.at) for claim in told)
    others = [claim for claim in claims if claim not in told and claim.name != "type"]
    if any(min(claim.at) > first for claim in others):
        return ()  # "by men from Italy, and how many by women"
    joined = not reading.at("and", "or").isdisjoint(range(first, rest[-1]))
    again = any(cue.start > first for cue in reading.given("count"))
    return tuple(told) if joined and (len(made) == len(told) or (made and again)) else ()


def _asking(reading: Reading, claims: Sequence[Claim], silent: frozenset[int]) -> frozenset[int]:
    """The words that ask, but with no cue: in "known paintings" one restricts what is counted."""
    taken = frozenset(place for claim in claims for place in claim.at)
    cued = frozenset(place for cue in reading.cues for place in cue.at)
    plain = frozenset(i for i, word in enumerate(reading.folded) if word in listed(reading.lang))
    return reading.small() - plain - taken - cued - silent


def _making_nobody(reading: Reading, claims: Sequence[Claim]) -> frozenset[int]:
    """The words of making where nobody, no place and no time is named: "built objects"."""
    if {claim.name for claim in claims} & {"maker", "gender", "place", "from", "to"}:
        return frozenset()
    plain = frozenset(i for i, word in enumerate(reading.folded) if word in listed(reading.lang))
    others = reading.at(*(cue for cue in _COUNTING if cue not in ("made-by", "made-in")))
    return reading.at("made-by", "made-in") - plain - others


def _dimension(reading: Reading, claims: Sequence[Claim]) -> tuple[str, frozenset[int]]:
    """What is grouped by, and the places of its words; "" where nothing is.

    "Per century", "by artist", "which artist has the most", "from which countries".
    """
    taken = {place for claim in claims for place in claim.at}
    names = frozenset(i for i in range(len(reading)) if reading.is_name(i))
    dims = [cue for cue in reading.given("dim.") if taken.isdisjoint(cue.at) and cue.at - names]
    dims.sort(key=lambda cue: (-len(cue.at), cue.start))
    for dim in dims:
        before = range(dim.start - _NEAR, dim.start)
        # Finnish, Estonian and Hungarian say it behind the noun, or in its ending.
        around = {*before, *dim.at, max(dim.at) + 1 if reading.lang in _BEHIND else dim.start}
        per = [c for c in reading.given("per", "by-dimension") if c.at & around]
        most = reading.given("most")
        which = [
            c for c in reading.given("list", "where-from") if max(c.at) in before or c.at > dim.at
        ]
        alone = not reading.gives("count", "this", *SUPERLATIVES)
        if per or most or (which and alone and not claims):
            own = frozenset(p for c in (*per, *most, *which) for p in c.at)
            return dim.cue.partition(".")[2], own | dim.at
    return "", frozenset()


def _pointed_at(reading: Reading, claims: Sequence[Claim]) -> bool:
    """Whether a thing is only called what it is: "this picture"."""
    things = [claim for claim in claims if claim.name == "type"]  # not "die voor 1600"
    return any(max(this.at) + 1 in claim.at for this in reading.given("this") for claim in things)


def _genres(claims: Sequence[Claim]) -> bool:
    """Whether a kind of picture is named: a portrait, a still life."""
    told = [of_token(str(value)) for claim in claims for value in claim.values]
    return any(concept is not None and concept.facet == "genre" for concept in told)


def _listed(reading: Reading, claims: Sequence[Claim], left: frozenset[int]) -> Understood:
    """A list of all that meets the filters, where every word is understood; else a search."""
    left = left - _told(reading, (*_COUNTING, "else"))  # "what else is from Japan?"
    names = {claim.name for claim in claims}
    asked = names and reading.gives("list", "all", "room")
    works = reading.gives("filler") and (names - {"maker"} or reading.gives("made-by"))
    made = works and names & {"material", "technique"} and reading.gives("made-of")
    things = "type" in names or works or _genres(claims)
    if _pointed_at(reading, claims):
        return Understood("explore", left=left)
    if not left and (asked or made or (things and names & _TELLING)):
        return Understood("list", left=left)
    # A maker and more words: "the one by Vermeer with the pearl" is one work.
    return Understood("known_item" if left and "maker" in names else "explore", left=left)
