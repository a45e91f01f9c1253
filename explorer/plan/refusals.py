"""What filters cannot say: the words for which a question is not counted."""

from collections.abc import Sequence

from explorer.concepts import concepts, named
from explorer.plan.claims import POINTING, SINGLE, Claim
from explorer.plan.periods import says_after
from explorer.plan.reading import Reading, listed

_ALL_OF = frozenset(("material", "technique", "subject"))
"""Two values of these mean both at once ("gold and silver"), which no filter can say."""


def contradicting(reading: Reading, found: Sequence[Claim]) -> frozenset[int]:
    """The places of words that no filter can say together with the others.

    Two values at once where a filter takes either ("gold and silver"), two times, an "or" between
    two things, and people where objects are counted ("how many women artists").
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
    if not joined:  # "festett váza", a painted vase, is no vase and no painting
        clashing += by_name.get("type", [])[1:]
    if either and len(by_name) > 1:
        clashing += found[1:]
    return frozenset(place for claim in clashing for place in claim.at)


def _counts_people(reading: Reading, claim: Claim, found: Sequence[Claim]) -> bool:
    """Whether makers are counted, not what they made: no thing is named, nor anything beside."""
    asked = [max(cue.at) + 1 for cue in reading.given("count")]
    plain = frozenset(i for i, w in enumerate(reading.folded) if w in listed(reading.lang))
    works = (reading.small() | reading.at("filler")) - plain
    beside = {min(claim.at), max(claim.at) + 1}
    things = any(other.name == "type" for other in found) or works & beside
    return claim.name == "gender" and min(claim.at) in asked and not things


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
    return frozenset(told | after)
