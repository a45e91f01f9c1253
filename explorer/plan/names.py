"""Names in a question: makers and places of the catalogue, whole, by surname, inflected."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from explorer.bridge import distance
from explorer.catalogue.reading import Catalogue
from explorer.catalogue.wordforms import spelling
from explorer.concepts import named
from explorer.countries import country_called
from explorer.plan.reading import Reading
from explorer.text import beginning, fold_to_latin

_LONG = 7  # letters of a name of which two may differ in another script
_SHORTEST = 3
_KEPT = 4  # letters of a name that no case changes
_LONGEST = 4  # words of a place, or a country
_INSIDE = 2  # small words inside a name: "van der"


def named_makers(
    reading: Reading, catalogue: Catalogue
) -> Iterator[tuple[frozenset[int], tuple[str, ...]]]:
    """The places of the words that name makers, and these makers.

    Words in a row name the values that hold all of them; one word names those it is the surname
    of, or the one value that holds it.
    """
    held = catalogue.counted("maker")
    if held is None:
        return
    small = reading.small()
    hits = {
        i: found
        for i in range(len(reading))
        if i not in small and (found := _holding(reading, i, catalogue))
    }
    done: set[int] = set()
    for first in sorted(hits):
        if first in done:
            continue
        at, values = _run(reading, first, hits, small)
        done |= at
        own = _meant(reading, at, [held.values[v] for v in values])
        if own:
            yield frozenset(at | _first_name(reading, min(at), own)), own


def _run(
    reading: Reading, first: int, hits: dict[int, set[int]], small: frozenset[int]
) -> tuple[set[int], set[int]]:
    """The words from `first` on that one value holds all of, over small words between them."""
    at, values = {first}, hits[first]
    place = first + 1
    while place < len(reading) and place - max(at) <= _INSIDE + 1:
        if place in hits and values & hits[place]:
            at |= set(range(max(at) + 1, place + 1))
            values = values & hits[place]
        elif place not in small and len(reading.word(place)) > _INSIDE:
            break
        place += 1
    return at, values


def _first_name(reading: Reading, place: int, makers: Sequence[str]) -> set[int]:
    """The place before a surname where a form of a first name stands: Polish "Olgi Boznańskiej"."""
    before = place - 1
    if before < 0 or not reading.word(before)[0].isupper():
        return set()
    word = fold_to_latin(reading.folded[before])
    names = ([fold_to_latin(one) for one in maker.split()[:-1]] for maker in makers)
    alike = any(
        beginning(word, one) >= max(_SHORTEST, len(one) - 1) for own in names for one in own
    )
    return {before} if alike else set()


def _holding(reading: Reading, place: int, catalogue: Catalogue) -> set[int]:
    """The places among the facet's values of those that hold a word, or a form of it."""
    word = reading.folded[place]
    if not word.isalpha() or len(word) < _SHORTEST:
        return set()
    names = catalogue.names["maker"]
    if found := names.holding(word):
        return set(found)
    if not (reading.is_name(place) or place == 0 or reading.lang == "de" or not word.isascii()):
        return set()
    own = names.inflected(word)
    if not own and not word.isascii():  # another script fits loosely
        asked = spelling(word)
        like = catalogue.spelled_like(asked) if asked else []
        far = 1 if len(asked) < _LONG else 2
        own = [f for f, _, name in like if name and distance(asked, spelling(f), far) <= far]
    return {value for one in own for value in names.holding(one)}


def _meant(reading: Reading, at: set[int], values: Sequence[str]) -> tuple[str, ...]:
    """Those of the makers that these words name: one word alone is a surname, or "Rembrandt"."""
    if len(at) > 1:
        return tuple(values)
    word = fold_to_latin(reading.folded[min(at)])[:_KEPT]
    return tuple(v for v in values if _alone(v.split(), word))


def _alone(name: Sequence[str], word: str) -> bool:
    """Whether a maker is called by this beginning of a word alone: by the surname, or as known."""
    if fold_to_latin(name[-1])[:_KEPT] == word or len(name) == 1:
        return True
    known = [own for own in name if fold_to_latin(own)[:_KEPT] == word]
    return any(of in name for own in known for of in mononyms().get(own, ()))


@cache
def mononyms() -> Mapping[str, tuple[str, ...]]:
    """First names that one artist is known by -> another word of that artist's name."""
    table = files("explorer").joinpath("vocabulary", "mononyms.tsv").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines()[1:]:
        name, _, of = line.partition("\t")
        found[name] = (*found.get(name, ()), of)
    return found


def named_countries(reading: Reading) -> Iterator[tuple[frozenset[int], str]]:
    """The places of words that name a country as CLDR does and no cue, and its ISO 3166 code."""
    known = reading.at("country.") | reading.small()
    place = 0
    while place < len(reading):
        stops = range(min(len(reading), place + _LONGEST), place, -1)
        if place in known or not reading.word(place)[0].isupper():
            stops = range(0)
        told = ((stop, " ".join(reading.folded[place:stop])) for stop in stops)
        codes = ((stop, country_called(name, reading.lang)) for stop, name in told)
        stop, code = next((one for one in codes if one[1]), (place + 1, ""))
        if code:
            yield frozenset(range(place, stop)), code
        place = stop


def named_places(
    reading: Reading, catalogue: Catalogue
) -> Iterator[tuple[frozenset[int], tuple[str, ...]]]:
    """The places of the words that are a place's whole name, in whatever case or language."""
    held, names = catalogue.counted("place"), catalogue.names["place"]
    if held is None:
        return
    small, place = reading.small(), 0
    while place < len(reading):
        for stop in range(min(len(reading), place + _LONGEST), place, -1):
            found = names.whole.get(" ".join(reading.folded[place:stop]), ())
            if not found and stop == place + 1 and place not in small:
                found = _inflected(reading, place, catalogue)
            short = stop == place + 1 and len(reading.folded[place]) < _KEPT
            if short and not reading.word(place)[0].isupper():
                continue  # Romanian "vin" is no Vienna
            if found and (stop > place + 1 or place not in small):
                yield frozenset(range(place, stop)), tuple(held.values[v] for v in found)
                place = stop - 1
                break
        place += 1


def _inflected(reading: Reading, place: int, catalogue: Catalogue) -> list[int]:
    """The values whose whole name is a word in the ending of a case."""
    if not (reading.is_name(place) or not reading.folded[place].isascii()):
        return []
    if next(named(reading.stems[place : place + 1], reading.lang), None):
        return []  # "Roman" is of an age before it is of a city
    names = catalogue.names["place"]
    word = reading.folded[place]
    own = names.inflected(spelling(word) if not word.isascii() else word)
    return [value for name in own for value in names.whole.get(name, ())]
