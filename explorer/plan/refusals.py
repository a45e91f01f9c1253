"""What filters cannot say: the words for which a question is not counted."""

from collections.abc import Sequence

from explorer.concepts import concepts, lineage, named, of_token
from explorer.plan.claim import Claim
from explorer.plan.claims import POINTING, SINGLE
from explorer.plan.periods import says_after
from explorer.plan.reading import Reading, listed

_ALL_OF = frozenset(("material", "technique", "subject"))
"""Two values of these mean both at once ("gold and silver"), which no filter can say."""
_NEAR = 2  # small words between a preposition and what it stands before
_OF_PLACES = frozenset(("map", "globe", "atlas", "landscape", "cityscape", "seascape"))
_NO_CASES = frozenset(
    ("da", "de", "en", "es", "fr", "ga", "it", "mt", "nb", "nl", "pt", "ro", "sv")
)
"""Languages in which a name stands right behind a thing for no "of"."""
_GENITIVE_FIRST = frozenset(("et", "fi", "hu", "lt", "lv"))
_PICTURES = frozenset((
    "painting", "drawing", "print", "photograph", "sculpture", "watercolour-picture", "manuscript",
    "pastel-picture", "poster", "postcard", "medal", "coin", "tapestry", "figurine",
))  # fmt: skip
"""Types whose things are made to show something."""


def contradicting(
    reading: Reading, found: Sequence[Claim], *, grouped: bool = False
) -> frozenset[int]:
    """The places of words that no filter can say together with the others.

    Two values at once where a filter takes either ("gold and silver"), two times, an "or" between
    two things, and people where objects are counted ("how many women artists"). A second count is
    none of its own where each is a group (`grouped`).
    """
    either = any(cue.start for cue in reading.given("or"))  # what opens a question asks
    clashing = [claim for claim in found if _counts_people(reading, claim, found)]
    by_name: dict[str, list[Claim]] = {}
    for claim in found:
        for name in {"date" if name in ("from", "to") else name for name, _ in claim.pairs}:
            by_name.setdefault(name, []).append(claim)
    for name, own in by_name.items():
        if name in SINGLE or (name in _ALL_OF and not either):
            first = list(own[0].pairs)
            clashing += [claim for claim in own[1:] if list(claim.pairs) != first]
    joined = either or reading.gives("and") or "," in reading.text
    if not joined:  # "festett váza", a painted vase; Japanese prints made in France
        for own in (by_name.get("type", []), by_name.get("place", [])):
            clashing += [claim for claim in own[1:] if claim.values != own[0].values]
    if either and len(by_name) > 1 and not _joins_values(reading, found):
        clashing += found[1:]
    clashing += _shown(reading, found)
    again = frozenset() if grouped else _asked_twice(reading)
    return frozenset(place for claim in clashing for place in claim.at) | again


def _joins_values(reading: Reading, found: Sequence[Claim]) -> bool:
    """Whether every "or" stands between two values of one filter: "from China or Japan"."""
    for place in (min(cue.at) for cue in reading.given("or") if cue.start):
        before = [claim for claim in found if max(claim.at) < place]
        behind = [claim for claim in found if min(claim.at) > place]
        if not before or not behind:
            return False
        left, right = max(before, key=lambda c: max(c.at)), min(behind, key=lambda c: min(c.at))
        if left.name != right.name or left.name in SINGLE or left.more or right.more:
            return False
    return True


def _asked_twice(reading: Reading) -> frozenset[int]:
    """The words of a second count: "how many prints by men, and how many by women"."""
    opening = sorted(cue.start for cue in reading.given("count"))
    joined = reading.at("and", "or")
    again = [i for i in opening if any(opening[0] < j < i for j in joined)]
    return frozenset(range(again[0], len(reading))) if again else frozenset()


def _counts_people(reading: Reading, claim: Claim, found: Sequence[Claim]) -> bool:
    """Whether makers are counted, not what they made: no thing is named, nor anything beside."""
    taken = {
        place for other in found if other.name in ("place", "from", "to") for place in other.at
    }
    asked = {max(cue.at) + 1 for cue in reading.given("count")}
    while more := {place + 1 for place in asked & taken} - asked:  # "how many French women"
        asked |= more
    plain = frozenset(i for i, w in enumerate(reading.folded) if w in listed(reading.lang))
    works = (reading.small() | reading.at("filler")) - plain
    beside = {min(claim.at), max(claim.at) + 1}
    things = any(other.name == "type" for other in found) or works & beside
    people = claim.name == "gender" or _is_person(claim)
    return people and min(claim.at) in asked and not things


def _shown(reading: Reading, found: Sequence[Claim]) -> list[Claim]:
    """What may be shown, and may be where or by whom a thing is from.

    "Maps of Denmark", a portrait of Rembrandt, "children's clothes", which show no child; and what
    stands beside the thing that is asked for: "portraits with a hat", "objects in a box".
    """
    plainly = reading.at("depicting") - reading.at("made-in", "made-by", "made-of")
    types = [(claim, _lineages(claim)) for claim in found if claim.name in ("type", "subject")]
    first = min((*reading.at("filler"), *(min(claim.at) for claim in found)), default=0)
    aside = plainly | (reading.at("made-in") - reading.at("depicting", "made-by"))
    depicting = reading.at("depicting")
    maps = [claim for claim, lineage in types if lineage & _OF_PLACES]
    portraits = [claim for claim, lineage in types if "portrait" in lineage]
    pictures = any(lineage & _PICTURES for _, lineage in types)
    return [
        claim
        for claim in found
        for before in [_before(reading, min(claim.at))]
        if (maps and claim.name == "place" and (before & depicting or _of(reading, claim, maps)))
        or (
            portraits
            and claim.name == "maker"
            and (before & depicting or _of(reading, claim, portraits))
        )
        or (not pictures and _is_person(claim) and not before & plainly)
        or (claim.name == "type" and min(claim.at) > first and before & aside)
    ]


def _of(reading: Reading, claim: Claim, things: Sequence[Claim]) -> bool:
    """Whether a name stands right at things in the genitive: Polish "map Europy"."""
    if reading.lang in _NO_CASES:
        return False
    first, last = min(claim.at), max(claim.at)
    behind = any(max(thing.at) == first - 1 for thing in things)
    ahead = reading.lang in _GENITIVE_FIRST and reading.is_name(first)
    return behind or (ahead and any(min(thing.at) == last + 1 for thing in things))


def _before(reading: Reading, place: int) -> frozenset[int]:
    """The places of the small words right before a place: "de la"."""
    small = reading.small()
    start = place - 1
    while start - 1 in small and start in small and start > place - _NEAR:
        start -= 1
    if start in small and start > 0:
        start -= 1  # what the small words follow: "representam uma"
    return frozenset(range(max(0, start), place))


def _lineages(claim: Claim) -> frozenset[str]:
    """The ids of the concepts of a claim, and of all that are broader."""
    told = (of_token(str(value)) for value in claim.values)
    return frozenset(own for concept in told if concept for own in lineage(concept.id))


def _is_person(claim: Claim) -> bool:
    told = (of_token(str(value)) for value in claim.values)
    return claim.name == "subject" and any(c is not None and c.facet == "person" for c in told)


def pointing(reading: Reading, found: Sequence[Claim], *, grouped: bool) -> frozenset[int]:
    """The places of words that point back: what they point to is no filter yet.

    Danish "der fra" is "from there", and "are there from" where things are grouped.
    """
    taken = {place for claim in found for place in claim.at} | reading.at("dim.")
    silent = ("else", "tell-more", "this", *(("place-before",) if grouped else ()))
    cues = reading.given(*(cue for cue in POINTING if cue not in silent))
    return frozenset(place for cue in cues if taken.isdisjoint(cue.at) for place in cue.at)


def single_years(found: Sequence[Claim]) -> frozenset[int]:
    """The places of years by themselves: "older than 1500" is not the oldest of that year."""
    return frozenset(
        place
        for claim in found
        for place in claim.at
        if claim.name == "from" and claim.more and claim.more[0][1] == claim.values[0]
    )


def qualified(reading: Reading, found: Sequence[Claim]) -> frozenset[int]:
    """The places of words that qualify a maker, as no filter does: "attributed to", "after"."""
    told = {
        place
        for one in named(reading.stems, reading.lang)
        if any(concepts()[i].facet == "attribution" for i in one.ids)
        for place in range(one.start, one.stop)
    }
    makers = (min(claim.at) - 1 for claim in found if claim.name == "maker")
    after = {place for place in makers if place >= 0 and says_after(reading, place)}
    return frozenset((told - reading.at("filler")) | after)
