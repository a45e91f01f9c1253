"""What can be looked up of a statement: numbers, times, object numbers, names, concepts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from explorer.concepts import concepts, written
from explorer.cues import cues_of
from explorer.dates.words import items_of, plain, tokens_of
from explorer.text import words
from explorer.verify.figures import Figure, Time, object_numbers
from explorer.verify.holding import Holding, Line, resembling
from explorer.verify.measuring import measured
from explorer.verify.reading import (
    Reading,
    broader,
    is_compound,
    is_place,
    means_place,
    small,
)

_YEAR = 100  # the least number that is a year by itself
_FIRST, _LAST = 1000, 2100  # years that years are counted between
_MEANT = 0.25  # of a word, from which on it means a year
_LOOSE = 0.1  # of a century by which its ends differ from language to language
GIVEN = frozenset(("acquisition", "credit_line"))
_SHORTEST = 3  # letters of a name
_TITLE = 2  # words from one to another of a title
_ALIKE = 4  # letters by which a name is the same in English
_FEW = 3  # which most texts count something by
_LONG = 4  # words of a name of which some may be spelt otherwise
_QUOTED = 4  # words of what is quoted, and no title
_QUOTES = re.compile('[“„«»"”]([^“„«»"”]+)[“”«»"]')
_RUNS_ON = re.compile(r"[-–—][IVX]+\b")
_MARKS = re.compile("[,;:()–—]")
_CLASHING = ("material", "technique")

Kind = Literal["number", "time", "object_number", "name", "concept", "quotation"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of a statement at these places, and the lines that hold them; none: it is not held."""

    kind: Kind
    places: range
    lines: frozenset[int]
    text: str = ""


def claims_of(told: Reading, held: Holding, known: Callable[[str], bool]) -> tuple[Claim, ...]:
    """All that a statement claims."""
    found = [*_object_numbers(told, held), *_times(told, held)]
    taken = {place for claim in found for place in claim.places}
    found += _numbers(told, held, taken)
    found += _quotations(told, held)
    taken |= {place for claim in found if claim.kind == "number" for place in claim.places}
    found += _names(told, held, known, taken)
    found += _concepts(told, held)
    return tuple(found)


def unheld(told: Reading, claims: Sequence[Claim], held: Holding) -> str:
    """The kind of the first claim that no line holds; "" where all are held."""
    reason = next((claim.kind for claim in claims if not claim.lines), "")
    if reason:
        return reason
    if any(cue.cue == "number-of-object" for cue in cues_of(told.folded, told.lang)):
        numbered = [c for c in claims if c.kind in ("object_number", "number")]
        own = {i for i, line in enumerate(held.lines) if line.numbers & _all_numbers(held)}
        if numbered and not any(c.lines & own for c in numbered):
            return "object_number"
    return ""


def _all_numbers(held: Holding) -> frozenset[str]:
    return frozenset(
        key for line in held.lines if "object_number" in line.fields for key in line.numbers
    )


def _object_numbers(told: Reading, held: Holding) -> Iterator[Claim]:
    for start, end, key in object_numbers(told.text):
        lines = frozenset(i for i, line in enumerate(held.lines) if key in line.numbers)
        yield Claim("object_number", told.within(start, end), lines, key)


def _times(told: Reading, held: Holding) -> Iterator[Claim]:
    for one in told.times:
        inside = [f for f in told.figures if one.start <= f.start and f.end <= one.end]
        if sum(told.text[f.start].isdigit() and min(f.values) >= _YEAR for f in inside) > 1:
            continue  # the years of a range are looked up one by one
        if any(told.text[f.start : f.end].islower() and min(f.values) >= _YEAR for f in inside):
            continue  # Italian "quattrocento" is a number, "Quattrocento" a century
        if one.earliest == one.latest and inside:
            continue  # a year
        if _RUNS_ON.match(told.text, one.end):
            continue  # "II–I": one of two centuries by itself is not what is said
        lines = frozenset(
            i
            for i, line in enumerate(held.lines)
            if not line.fields & GIVEN
            if any(_inside(other, one) for other in line.times)
            or any(one.earliest <= year <= one.latest for year in _years(line))
        )
        yield Claim("time", told.within(one.start, one.end), lines)


def _years(line: Line) -> Iterator[float]:
    """The years that a line tells, but for the 1700 of "1700-talet"."""
    for reading in line.readings:
        for figure in reading.figures:
            if not figure.dimension and not any(
                one.start <= figure.start and figure.end <= one.end for one in reading.times
            ):
                yield from (value for value in figure.values if value >= _YEAR)


def _inside(told: Time, claimed: Time) -> bool:
    """Whether a time lies in a claimed one, ends as languages differ."""
    loose = max(1.0, _LOOSE * (claimed.latest - claimed.earliest))
    return claimed.earliest - loose <= told.earliest and told.latest <= claimed.latest + loose


def _numbers(told: Reading, held: Holding, taken: set[int]) -> Iterator[Claim]:
    cues = {cue.cue for cue in cues_of(told.folded, told.lang)}
    rooms, numbered = "room" in cues, "number-of-object" in cues
    numbered = numbered or any("number" in measured(told, place) for place in range(len(told)))
    for figure in told.figures:
        places = told.within(figure.start, figure.end)
        worded = not told.text[figure.start].isdigit()
        many = worded and min(figure.values) > _FEW
        apart = {"title"} if many else set()  # "No. 7" counts nothing
        if not rooms:
            apart.add("room")
        if not numbered:
            apart.add("object_number")
        if taken.isdisjoint(places):
            lines = frozenset(
                i
                for i, line in enumerate(held.lines)
                if not line.fields & apart and _tells(line, figure)
            )
            lines = _counting(told, figure, places, lines, held) if worded else lines
            yield Claim("number", places, lines or _between(told, figure, places, held))


def _counting(
    told: Reading, figure: Figure, places: range, lines: frozenset[int], held: Holding
) -> frozenset[int]:
    """The lines that count the same: "two", "three" stand in many, for what is not told."""
    if min(figure.values) > _FEW:
        return lines
    after = range(places.stop, min(places.stop + _TITLE, len(told)))
    counted = frozenset(i for place in after for i in held.support(told, place))
    return lines & counted if counted else lines


def _between(told: Reading, figure: Figure, places: range, held: Holding) -> frozenset[int]:
    """The lines of two years, one of them told, that lie as many years apart as a figure says."""
    after = told.meanings[places.stop] if places.stop < len(told) else ()
    if sum(share for pivot, share in after if pivot == "year") < _MEANT:
        return frozenset()
    years = {
        (value, i)
        for i, line in enumerate(held.lines)
        if not line.fields & GIVEN
        for other in line.figures
        for value in other.values
        if not other.dimension and _FIRST <= value <= _LAST
    }
    own = {value for other in told.figures for value in other.values}
    return frozenset(
        line
        for one, first in years
        for other, second in years
        if one in own and abs(one - other) in figure.values
        for line in (first, second)
    )


def _tells(line: Line, figure: Figure) -> bool:
    """Whether a line tells a number; of a measure it tells the unit, or is of measures."""
    if not figure.dimension or "measurement" in line.fields:
        return any(map(figure.equals, line.figures))
    return any(other.dimension and figure.equals(other) for other in line.figures)


def _quotations(told: Reading, held: Holding) -> Iterator[Claim]:
    """What stands in quotation marks, word by word; a title may be translated."""
    for match in _QUOTES.finditer(told.text):
        quoted = " ".join(words(match.group(1)))
        if len(quoted.split()) < _QUOTED:
            continue
        lines = {
            i for i, line in enumerate(held.lines) if quoted in " ".join(words(line.given.text))
        }
        places = told.within(*match.span(1))
        if not lines and told.lang not in {line.given.lang for line in held.lines if line.prose}:
            lines = {i for i, line in enumerate(held.lines) if "title" in line.fields}
        yield Claim("quotation", places, frozenset(lines))


def _names(
    told: Reading, held: Holding, known: Callable[[str], bool], taken: set[int]
) -> Iterator[Claim]:
    """The names, words in a row that are written with capitals together."""
    group: list[int] = []
    for place in range(len(told) + 1):
        if group and place < len(told) and _parted(told, place):
            yield from _of_group(told, group, held, known)
            group = []
        if place < len(told) and place not in taken and _is_name(told, place, known):
            group.append(place)
            continue
        if group and place < len(told) and _joins(told, place):
            continue
        if group:
            yield from _of_group(told, group, held, known)
        group = []


def _joins(told: Reading, place: int) -> bool:
    """Whether a small word of another language stands inside a name: van der, af, de los."""
    short = len(told.folded[place]) <= _SHORTEST and told.word(place)[0].islower()
    following = place + 1 < len(told) and told.word(place + 1)[0].isupper()
    return short and following and told.folded[place] not in small(told.lang)


def _parted(told: Reading, place: int) -> bool:
    """Whether a mark stands between a word and the one before it."""
    between = told.text[told.spans[place - 1][1] : told.spans[place][0]]
    return bool(_MARKS.search(between))


def _is_name(told: Reading, place: int, known: Callable[[str], bool]) -> bool:
    word, folded = told.word(place), told.folded[place]
    if not word[0].isupper() or (len(word) < _SHORTEST and not told.places[place]):
        return False
    if folded in small(told.lang) and not (place and known(folded)):  # "Hans" is his in Danish
        return False
    if any(item.kind == "E" for item in items_of(list(tokens_of(plain(word))), "")):
        return False  # "BCE"
    before = told.text[: told.spans[place][0]].rstrip(' „“”"«»(’‘')
    if before and before[-1] not in ".!?:" and told.lang != "de":
        return True
    if told.concepts[place] and not told.places[place]:
        return False
    unheard = told.lang == "de" and not told.common[place] and not told.meanings[place]
    unheard = unheard and not is_compound(folded, told.lang)
    return known(folded) or means_place(told, place) or unheard


def _of_group(
    told: Reading, group: Sequence[int], held: Holding, known: Callable[[str], bool]
) -> Iterator[Claim]:
    """A claim for the name: held where its words are, or one of them and the others unknown."""
    lines = {place: held.named(told, place) for place in group}
    for place in group:  # what is no name here, nor of a place, may be one of another language
        if not lines[place] and not known(told.folded[place]) and not told.places[place]:
            lines[place] = resembling(held, told, place)
    lost = [place for place in group if not lines[place]]
    kept = [place for place in group if lines[place]]
    everywhere = frozenset(i for place in kept for i in lines[place])
    together = frozenset.intersection(*(frozenset(lines[p]) for p in kept)) if kept else frozenset()
    text = " ".join(told.word(place) for place in group)
    places = range(group[0], group[-1] + 1)
    if not lost or _is_whole(told, group, lost, known):
        yield Claim("name", places, together or everywhere, text)
    elif all(_is_common(told, place, held) and not known(told.folded[place]) for place in lost):
        if kept:  # a common word with a capital: its content counts
            yield Claim("name", range(kept[0], kept[-1] + 1), together or everywhere, text)
    else:
        yield Claim("name", places, frozenset(), text)


def _is_common(told: Reading, place: int, held: Holding) -> bool:
    """Whether a word with a capital is no name: it means something, and is of a longer title."""
    if not told.common[place] or told.places[place]:
        return False
    if told.lang == "de":
        return True
    own = told.folded[place][:_ALIKE]
    if told.lang != "en" and any(pivot[:_ALIKE] == own for pivot, _ in told.meanings[place]):
        return False
    near = range(max(0, place - _TITLE), min(len(told), place + _TITLE + 1))
    return any(p != place and told.word(p)[0].isupper() and held.named(told, p) for p in near)


def _is_whole(
    told: Reading, group: Sequence[int], lost: Sequence[int], known: Callable[[str], bool]
) -> bool:
    """Whether a name is held though not every word of it: what comes before may differ."""
    for place in lost:
        after = [p for p in group if p > place and p not in lost]
        foreign = not told.folded[place].isascii()  # another script tells a name loosely
        mostly = len(group) >= _LONG and 2 * len(lost) <= len(group)
        if (not after and not (foreign and len(lost) < len(group)) and not mostly) or (
            after and is_place(told.folded[after[0]])
        ):
            return False
        many = 2 * len(lost) >= len(group)
        if is_place(told.folded[place]) or (known(told.folded[place]) and many):
            return False
    return True


def _concepts(told: Reading, held: Holding) -> Iterator[Claim]:
    """Materials and techniques where the lines name others, and not these."""
    place = 0
    while place < len(told):
        ids = {i for i in told.concepts[place] if concepts()[i].facet in _CLASHING}
        inside = place and told.word(place)[0].isupper() and told.lang != "de"
        if (
            ids
            and not inside
            and ids == set(written(told.folded[place], told.lang))
            and not held.support(told, place)
        ):
            facets = {concepts()[i].facet for i in ids}
            others = {i for i in held.concepts if concepts()[i].facet in facets}
            related = any(
                ids & broader(frozenset({one})) or one in broader(frozenset(ids)) for one in others
            )
            if others and not related:
                yield Claim("concept", range(place, place + 1), frozenset(), told.word(place))
        place += 1
