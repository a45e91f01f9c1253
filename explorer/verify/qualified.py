"""Whether a statement keeps what qualifies its sources' words: about, probably, formerly, not."""

from collections.abc import Iterator, Mapping, Sequence

from explorer.concepts import concepts
from explorer.dates import LANGUAGES
from explorer.dates.words import items_of, plain, tokens_of
from explorer.text import tongue, words
from explorer.types import Maker
from explorer.verify.claims import Claim
from explorer.verify.figures import Figure
from explorer.verify.holding import Holding, Line, alike
from explorer.verify.reading import Reading, sound

_BEFORE, _AFTER = 3, 3  # words between a qualifying word and the number it qualifies
_COPIED = 5  # words from what somebody did after another to his name
_DOUBTED = 2  # words after a doubt that are doubted
_NEARBY = 3  # in a source, where only what is beside a number qualifies it
_OVERLAP = 2  # words that a line of prose must hold to count as much as a label
_WIDE = 40  # years of a date that is a part of a century
_DENIED = 0.75
_HOLDS = 0.5
_NEEDS = {
    "circa": {"circa", "bound"},
    "open": {"open", "bound", "circa"},
    "bound": {"circa", "bound", "doubt", "negation"},
    "doubt": {"doubt", "attributed"},
    "attributed": {"attributed", "doubt", "around", "former"},
    "around": {"around", "attributed", "doubt", "former"},
    "former": {"former", "negation", "doubt"},
}
"""What a source says -> what the statement may say for it."""

_TIMES = {"c": "circa", "?": "doubt", **dict.fromkeys("BANOUYZSW", "open")}

Supports = Sequence[tuple[int, Mapping[int, float]]]


def unqualified(
    told: Reading, claims: Sequence[Claim], supports: Supports, held: Holding, chosen: Sequence[int]
) -> str:
    """What a statement lost of its sources, "hedge" or "negation"; "" where nothing.

    `supports` gives per place of a word the lines that hold it.
    """
    kinds = _kinds(told)
    for claim in claims:
        for need in _needed(claim, told, supports, held):
            if not _meets(need, kinds, _run(claim, claims), claim.kind == "name"):
                return "hedge"
    bounds = {at for kind, at in told.hedges if kind == "bound"}
    denied = any(
        kind == "negation" and not bounds & {at, at + 1, at + 2} for kind, at in told.hedges
    )
    if denied and not any(_denies(held.lines[i]) for i in chosen):
        return "negation"
    if not denied and any(_contradicts(supports, i, held.lines[i]) for i in chosen):
        return "negation"
    return ""


def _meets(needs: str, kinds: Sequence[tuple[str, int]], run: range, is_name: bool) -> bool:
    """Whether one of the needs is met; of a name some are met anywhere in the statement."""
    for need in needs.split("|"):
        free = is_name and need != "doubt"
        for kind, at in kinds:
            near = _of_name(at, run) if is_name else _beside(at, run)
            if kind in _NEEDS[need] and ((free and kind != "around") or near):
                return True
    return False


def _contradicts(supports: Supports, number: int, line: Line) -> bool:
    """Whether a line denies what a statement says: both say hardly anything else."""
    if not line.prose:
        return False
    reading = line.readings[0]
    if all(kind != "negation" for kind, _ in reading.hedges):
        return False
    own = sum(there.get(number, 0.0) >= _HOLDS for _, there in supports)
    said = sum(bool(meant) for meant in reading.meanings)
    return own >= _DENIED * max(len(supports), said)


def _run(claim: Claim, claims: Sequence[Claim]) -> range:
    """The places of a number and of the one before it: "about 1615 to 1618"."""
    before = [
        other.places.start
        for other in claims
        if other.kind == claim.kind == "number" and 0 <= claim.places.start - other.places.stop < 3
    ]
    return range(min(before, default=claim.places.start), claim.places.stop)


def _beside(place: int, places: range) -> bool:
    return places.start - _BEFORE <= place < places.stop + _AFTER


def _of_name(place: int, places: range) -> bool:
    """Whether a word stands before a name, or at once behind it: "copy after Holbein"."""
    return places.start - _COPIED <= place <= places.stop


def _kinds(told: Reading) -> list[tuple[str, int]]:
    """What qualifies a text, and where."""
    found = [
        (kind, place)
        for kind, place in told.hedges
        if len(told.folded[place]) > 1 or told.word(place).islower()  # no "C." of "a. C."
    ]
    lang = tongue(told.lang) if tongue(told.lang) in LANGUAGES else ""
    for place in range(len(told)):
        start, end = told.spans[place]
        if len(told.folded[place]) == 1 and (
            told.text[end : end + 1] != "." or told.word(place).isupper()
        ):
            continue  # "c. 1665" is about, "a. C." is before Christ
        stops = [end, *(stop for _, stop in told.spans[place + 1 : place + 2])]
        items = {
            item.kind
            for stop in stops
            for item in items_of(list(tokens_of(plain(told.text[start:stop]))), lang)[:1]
        }
        found += [(_TIMES[kind], place) for kind in sorted(items) if kind in _TIMES]
        facets = {i for i in told.concepts[place] if concepts()[i].facet == "attribution"}
        if facets - {"signed", "anonymous", "forgery"}:
            found.append(("attributed", place))
    return found


def _denies(line: Line) -> bool:
    return any(kind == "negation" for r in line.readings for kind, _ in r.hedges)


def _needed(claim: Claim, told: Reading, supports: Supports, held: Holding) -> Iterator[str]:
    """What the lines that hold a claim say of it, unless another holds more and says it plainly."""
    overlaps = {
        i: sum(own.get(i, 0.0) >= _HOLDS for place, own in supports if place not in claim.places)
        for i in claim.lines
    }
    needs = {i: set(_about(claim, told, held.lines[i])) for i in claim.lines}
    plain_ones = [i for i, own in needs.items() if not own]
    needing = [i for i, own in needs.items() if own]
    if claim.kind == "name" and any(_doubted(claim, told, held.lines[i]) for i in claim.lines):
        yield "doubt"
    if not needing:
        return
    if any(held.lines[i].prose and overlaps[i] >= _OVERLAP for i in plain_ones):
        for own in needs.values():
            own.discard("open")  # prose tells more of the year than that it is the last
    told_plainly = max((_rank(i, overlaps, held) for i in plain_ones), default=-1)
    if told_plainly > max(_rank(i, overlaps, held) for i in needing):
        return
    yield from sorted(set.union(*(needs[i] for i in needing)))


def _doubted(claim: Claim, told: Reading, line: Line) -> bool:
    """Whether a source doubts a name in the words just before it: "probably in Ravenna"."""
    reading = line.readings[0]
    doubts = {place for kind, place in reading.hedges if kind == "doubt"} if line.prose else set()
    return any(
        alike(told.sounds[own], reading.sounds[at + step])
        for at in doubts
        for step in range(1, _DOUBTED + 1)
        if at + step < len(reading) and reading.word(at + step)[0].isupper()
        for own in claim.places
    )


def _rank(line: int, overlaps: Mapping[int, int], held: Holding) -> int:
    """How much a line is what a statement tells: a label's line counts as several words."""
    told = held.lines[line]
    return overlaps[line] + (0 if told.prose else _OVERLAP + bool(told.fields & {"date", "maker"}))


def _about(claim: Claim, told: Reading, line: Line) -> Iterator[str]:
    """What a line says of a claim that it holds."""
    record = line.source.record
    if claim.kind in ("number", "time") and "date" in line.fields:
        dates = [d for d in record.dates if d.kind == "creation"]
        hedged = [d for d in dates if d.certainty != "certain"]
        if claim.kind == "time":  # a year about 1665 is of the 17th century for certain
            hedged = [d for d in hedged if (d.latest or 0) - (d.earliest or 0) >= _WIDE]
        if dates and len(hedged) == len(dates):
            yield "circa"
        if dates and all((d.earliest is None) != (d.latest is None) for d in dates):
            yield "open"
    if claim.kind == "name" and "maker" in line.fields:
        own = [_said_of(maker) for maker in record.makers if _is_of(claim, maker)]
        if own and all(own):
            yield "|".join(sorted(set(own)))
    elif claim.kind == "name" and "place" in line.fields:
        if any(kind == "doubt" for r in line.readings for kind, _ in r.hedges):
            yield "doubt"
    elif claim.kind == "number":
        for reading in line.readings[:1] if line.prose else line.readings:
            yield from _around(claim, told, reading, dated="date" in line.fields)


def _is_of(claim: Claim, maker: Maker) -> bool:
    """Whether a name is a maker's, by its first letters."""
    named = {sound(word)[:3] for word in words(maker.name)}
    return any(sound(word)[:3] in named for word in claim.text.split())


def _said_of(maker: Maker) -> str:
    """What qualifies a maker; "" where nothing does."""
    code = maker.qualifier
    if not code and maker.status != "former":
        return ""
    if maker.status == "former":
        return "former"
    if "formerly" in code:
        return "former"
    return "attributed" if "attributed" in code or "possibly" in code else "around"


def _around(claim: Claim, told: Reading, reading: Reading, *, dated: bool) -> Iterator[str]:
    """What stands beside a number in a source's words."""
    for figure in reading.figures:
        if not _same(figure, told, claim):
            continue
        at = reading.within(figure.start, figure.end)
        for kind, place in reading.hedges if not dated else _kinds(reading):
            if kind in ("circa", "bound", "doubt", "open") and (
                at.start - _NEARBY <= place < at.start or at.stop <= place < at.stop + 1
            ):
                yield kind


def _same(figure: Figure, told: Reading, claim: Claim) -> bool:
    own = [f for f in told.figures if set(told.within(f.start, f.end)) <= set(claim.places)]
    return any(one.equals(figure) for one in own)
