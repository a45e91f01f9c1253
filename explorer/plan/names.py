"""Names in a question: makers and places of the catalogue, whole, by surname, inflected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.catalogue.reading import Catalogue
from explorer.catalogue.sounds import Sound, asked, recorded, transcribing
from explorer.catalogue.wordforms import spelling
from explorer.concepts import named, written
from explorer.countries import country_called
from explorer.lexicon import pivots
from explorer.plan.reading import Reading
from explorer.text import beginning, fold_to_latin, words

_SHORTEST = 3
_KEPT = 4  # letters of a name that no case changes
_LONGEST = 4  # words of a place, or a country
_INSIDE = 2  # small words inside a name: "van der"


@dataclass(frozen=True, slots=True)
class _Hit:
    """What a word may mean: words of names, the places of the values, whether only by sound."""

    words: tuple[str, ...]
    values: frozenset[int]
    heard: bool = False


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
        if i not in small and (found := _holding(reading, i, catalogue)).values
    }
    done: set[int] = set()
    for first in sorted(hits):
        if first in done:
            continue
        at, values = _run(reading, first, hits, small)
        done |= at
        makers = [held.values[v] for v in sorted(values)]
        own = tuple(makers) if len(at) > 1 else _meant(makers, hits[first])
        beside = _beside(reading, min(at), own)
        alone = len(at) == 1 and hits[first].heard
        if own and not (alone and _is_another(reading, first, beside, catalogue)):
            yield frozenset(at | beside), own


def _run(
    reading: Reading, first: int, hits: Mapping[int, _Hit], small: frozenset[int]
) -> tuple[set[int], frozenset[int]]:
    """The words from `first` on that one value holds all of, over small words between them."""
    at, values = {first}, hits[first].values
    place = first + 1
    while place < len(reading) and place - max(at) <= _INSIDE + 1:
        if place in hits and values & hits[place].values:
            at |= set(range(max(at) + 1, place + 1))
            values = values & hits[place].values
        elif place not in small and len(reading.word(place)) > _INSIDE:
            break
        place += 1
    return at, values


def _beside(reading: Reading, place: int, makers: Sequence[str]) -> set[int]:
    """The places before a name where more of it stands: "Olgi Boznańskiej", "Βίνσεντ βαν"."""
    names = {name for maker in makers for name in words(maker)[:-1]}
    found: set[int] = set()
    while place - len(found) > 0 and _is_one_of(reading, place - len(found) - 1, names):
        found.add(place - len(found) - 1)
    return found


def _is_one_of(reading: Reading, place: int, names: Iterable[str]) -> bool:
    """Whether a word is a form of a first name, or sounds like a word before the surname."""
    word, latin = reading.folded[place], fold_to_latin(reading.folded[place])
    capital = reading.word(place)[0].isupper()
    latins = [fold_to_latin(name) for name in names]
    if capital and any(beginning(latin, n) >= max(_SHORTEST, len(n) - 1) for n in latins):
        return True
    own = (sound for name in names for sound in recorded(name))
    ways = list(asked(word, reading.lang))
    return any(_is_like(way, one, capital=capital) for one in own for way in ways)


def _is_like(one: Sound, other: Sound, *, capital: bool) -> bool:
    """Whether a word beside a name sounds like another of it: a first name only by consonants."""
    same = one.vowels[:-1] == other.vowels[:-1]
    return one.skeleton == other.skeleton != "" and (same or capital)


def _is_another(reading: Reading, place: int, beside: set[int], catalogue: Catalogue) -> bool:
    """Whether a name that was only heard is somebody else's: "Klods Monē" is no Anna Money.

    A name of few sounds is only known beside another: "Винсент ван Гог".
    """
    if not beside and len(spelling(reading.folded[place])) <= _SHORTEST:
        return True
    before = min(beside, default=place) - 1
    if before < 0 or not reading.word(before)[0].isupper() or before in reading.small():
        return False
    apart = reading.text[reading.spans[before][1] : reading.spans[before + 1][0]].strip()
    return not apart and not _is_known(reading, before, catalogue)


def _holding(reading: Reading, place: int, catalogue: Catalogue) -> _Hit:
    """What a word, or a form of it, may mean among the names of makers."""
    word = reading.folded[place]
    if not word.isalpha() or len(word) < _SHORTEST:
        return _Hit((), frozenset())
    names = catalogue.names["maker"]
    if found := names.holding(word):
        return _Hit((word,), frozenset(found))
    plain = not (reading.is_name(place) or place == 0 or reading.lang == "de")
    spelt = transcribing(word, reading.lang)
    known = bool(spelt) and _is_known(reading, place, catalogue)
    own = names.inflected(word) if not (plain if word.isascii() else known) else []
    heard = bool(spelt) and not own and not known
    if heard:
        own = names.sounding(word, reading.lang, name=reading.is_name(place))
    return _Hit(tuple(own), frozenset(v for one in own for v in names.holding(one)), heard)


def _is_known(reading: Reading, place: int, catalogue: Catalogue) -> bool:
    """Whether a word has a meaning of its own; what is written as a name, only a surer one."""
    if any(place in cue.at for cue in reading.cues):
        return True
    word, stemmed = reading.folded[place], reading.stems[place]
    if next(named([stemmed], reading.lang), None) or written(word, reading.lang):
        return True
    if country_called(word, reading.lang) or catalogue.names["place"].whole.get(word):
        return True
    if reading.is_name(place):
        return False
    told = pivots(stemmed, reading.lang) or pivots(word, reading.lang)
    return bool(told) or catalogue.frequency(word) > 0


def _meant(makers: Sequence[str], hit: _Hit) -> tuple[str, ...]:
    """Those of the makers that one word names: it is a surname, or "Rembrandt".

    What is only heard names those of one surname, or nobody.
    """
    own = tuple(
        maker
        for maker in makers
        if any(_alone(words(one), word) for one in maker.split("(") for word in hit.words)
    )
    ambiguous = hit.heard and len({words(v)[-1] for v in own}) > 1
    return () if ambiguous else own


def _alone(name: Sequence[str], word: str) -> bool:
    """Whether a maker is called by this word of the name alone: by the surname, or as known."""
    surname = word in (*name[-1:], "".join(name[-2:]))
    return surname or len(name) == 1 or any(of in name for of in mononyms().get(word, ()))


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
