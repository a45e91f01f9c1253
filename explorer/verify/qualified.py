"""Whether a statement keeps what qualifies its sources' words: about, probably, formerly, not."""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt

from explorer.concepts import concepts
from explorer.dates import LANGUAGES
from explorer.dates.words import items_of, plain, tokens_of
from explorer.text import tongue, words
from explorer.types import Maker
from explorer.verify.claims import Claim
from explorer.verify.figures import Figure
from explorer.verify.holding import Holding, Line, alike
from explorer.verify.reading import Reading, small, sound

_BEFORE, _AFTER = 3, 3  # words between a qualifying word and the number it qualifies
_COPIED = 5  # words from what somebody did after another to his name
_DOUBTED = 2  # words after a doubt that are doubted
_NEARBY = 3  # in a source, where only what is beside a number qualifies it
_OVERLAP = 2  # words that a line of prose must hold to count as much as a label
_WIDE = 40  # years of a date that is a part of a century
_PART = 6  # words after a doubt that may be doubted
_SAYS_DOUBT = frozenset(("doubt", "said", "attributed"))
_DENIED = 0.75
_CLAUSE = 3  # words from a denial to what is denied
_TOLD = 0.3
_HOLDS = 0.5
_NEEDS = {
    "circa": {"circa", "bound"},
    "open": {"open", "bound", "circa", "former"},
    "bound": {"circa", "bound", "than", "doubt", "negation"},
    "doubt": {"doubt", "said", "attributed"},
    "attributed": {"attributed", "doubt", "around", "former"},
    "around": {"around", "attributed", "doubt", "former"},
    "former": {"former", "negation", "doubt"},
}
"""What a source says -> what the statement may say for it."""

_ABOUT = ("circa", "bound", "doubt", "open")
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
    if not _SAYS_DOUBT & {kind for kind, _ in told.hedges} and any(
        _tells_doubted(told, supports, i, line) for i, line in enumerate(held.lines)
    ):
        return "hedge"
    bounds = {at for kind, at in told.hedges if kind == "bound"}
    denied = any(
        kind == "negation" and not bounds & {at, at + 1, at + 2} for kind, at in told.hedges
    )
    if denied and not any(_denies(held.lines[i]) for i in {*chosen, *_denied(told, supports)}):
        return "negation"
    if not denied and any(_contradicts(supports, i, held.lines[i]) for i in chosen):
        return "negation"
    return ""


def _tells_doubted(told: Reading, supports: Supports, number: int, line: Line) -> bool:
    """Whether a statement tells what a sentence doubts: most of the words after the doubt."""
    reading = line.readings[0]
    about = {place for kind, place in reading.hedges if kind == "circa"}  # Czech "asi" is both
    doubts = {place for kind, place in reading.hedges if kind == "doubt"} - about
    if not line.prose:
        return False
    own = [place for place, there in supports if there.get(number, 0.0) >= _TOLD]
    if len(own) < _OVERLAP:
        return False
    for doubt in doubts:
        said = [
            at
            for at in range(doubt + 1, _clause_end(reading, doubt))
            if reading.folded[at] not in small(reading.lang)
        ]
        met = sum(any(_alike(told, place, reading, at) for place in own) for at in said)
        if met == len(said) > 0 or (met >= _OVERLAP and met * 2 >= len(said)):
            return True
    return False


def _clause_end(reading: Reading, place: int) -> int:
    """The place after the few words that follow a place before the next mark."""
    for at in range(place + 1, min(place + 1 + _PART, len(reading))):
        if at > place + 1 and reading.text[reading.spans[at - 1][1] : reading.spans[at][0]].strip():
            return at
    return min(place + 1 + _PART, len(reading))


def _alike(told: Reading, place: int, reading: Reading, at: int) -> bool:
    """Whether two words say the same."""
    if told.stems[place] == reading.stems[at] or alike(told.sounds[place], reading.sounds[at]):
        return True
    there = dict(reading.meanings[at])
    return sum(sqrt(share * there.get(pivot, 0.0)) for pivot, share in told.meanings[place]) > _TOLD


def _meets(needs: str, kinds: Sequence[tuple[str, int]], run: range, is_name: bool) -> bool:
    """Whether one of the needs is met; of a name some are met anywhere in the statement."""
    for need in needs.split("|"):
        free = is_name and need != "doubt"
        for kind, at in kinds:
            after = 1 if kind == "bound" and need == "circa" else _AFTER
            near = _of_name(at, run) if is_name else _beside(at, run, after)
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


def _beside(place: int, places: range, after: int) -> bool:
    return places.start - _BEFORE <= place < places.stop + after


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
    denials = ("negation", "lack") if line.prose else ("negation",)
    return any(kind in denials for r in line.readings for kind, _ in r.hedges)


def _denied(told: Reading, supports: Supports) -> set[int]:
    """The lines that tell a word beside a denial."""
    denials = [place for kind, place in told.hedges if kind == "negation"]
    return {
        line
        for place, own in supports
        if any(abs(place - other) <= _CLAUSE for other in denials)
        for line, share in own.items()
        if share >= _TOLD
    }


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
        near = reading.within(figure.start, figure.end)
        own = reading.hedges if not dated else _kinds(reading)
        for kind, place in own:
            if kind in _ABOUT and (
                near.start - _NEARBY <= place < near.start or place == near.stop
            ):
                yield "|".join(sorted({k for k, at in own if at == place and k in _ABOUT}))


def _same(figure: Figure, told: Reading, claim: Claim) -> bool:
    own = [f for f in told.figures if set(told.within(f.start, f.end)) <= set(claim.places)]
    return any(one.equals(figure) for one in own)
