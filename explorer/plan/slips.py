"""Slips of the typist: the words of our vocabulary that misspelt words were to be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from explorer.bridge import distance
from explorer.catalogue.reading import Catalogue
from explorer.concepts import label_words
from explorer.cues import cue_words, cues_of
from explorer.lexicon import is_term
from explorer.plan.reading import Reading, listed

_SHORTEST = 4  # letters of a word in which a slip is looked for
_LEAST = 5  # letters of the word it was to be
_MOST = 3  # slips in one question


def mended(reading: Reading, catalogue: Catalogue, *, things: bool) -> str:
    """The question without slips of one letter; "" where there are none, or too many to be sure.

    A slip is a word that neither the language, the vocabulary nor any record has, and that is one
    letter off a single word of the vocabulary; of what asks only, but for `things`: "algum monet"
    is no mountain. Names are left as they are.
    """
    slips = {
        place: word
        for place in range(len(reading))
        if (things or not _is_after_by(reading, place))
        and _is_slip(reading, place, catalogue)
        and (word := _meant(reading, place, things))
    }
    if not 0 < len(slips) <= _MOST:
        return ""
    text, end = "", 0
    for place, word in slips.items():
        start, stop = reading.spans[place]
        text, end = text + reading.text[end:start] + word, stop
    return text + reading.text[end:]


def _is_after_by(reading: Reading, place: int) -> bool:
    """Whether a name may stand there in small letters: "har i noget af krøyer"."""
    before = reading.folded[place - 1 : place] if place else ()
    return any(cue.cue == "made-by" for cue in cues_of(before, reading.lang))


def _is_slip(reading: Reading, place: int, catalogue: Catalogue) -> bool:
    word, lang = reading.folded[place], reading.lang
    if len(word) < _SHORTEST or not word.isalpha() or reading.is_name(place):
        return False
    if word in _known(lang) or is_term(reading.stems[place], lang) or is_term(word, lang):
        return False
    return not catalogue.frequency(word)


def _meant(reading: Reading, place: int, things: bool) -> str:
    """The one word that a slip is a letter away from; "" where there are several or none."""
    word = reading.folded[place]
    sizes = range(max(_LEAST, len(word) - 1), len(word) + 2)
    near = [
        own
        for size in sizes
        for own in _by_beginning(reading.lang).get((word[0], size), ())
        if distance(word, own, 1) <= 1
    ]
    sure = len(near) == 1 and (things or near[0] in cue_words(reading.lang))
    return near[0] if sure else ""


@cache
def _known(lang: str) -> frozenset[str]:
    return cue_words(lang) | label_words(lang) | listed(lang)


@cache
def _by_beginning(lang: str) -> Mapping[tuple[str, int], Sequence[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(_known(lang)):
        if word.isalpha():
            found[word[0], len(word)].append(word)
    return found
