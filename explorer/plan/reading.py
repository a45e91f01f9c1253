"""A question as it is read: its words, what they are folded, and the cues they give."""

from dataclasses import dataclass
from functools import cache

from explorer.concepts import named
from explorer.cues import Cued, cues_of
from explorer.language import words as listed_words
from explorer.text import fold, stem, word_spans

_NEVER_ASKED = 1  # letters of a word that says nothing by itself


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's words, one after another; all places below are places among them."""

    text: str
    lang: str
    spans: tuple[tuple[int, int], ...]
    folded: tuple[str, ...]
    stems: tuple[str, ...]
    cues: tuple[Cued, ...]

    def __len__(self) -> int:
        return len(self.folded)

    def word(self, place: int) -> str:
        """The word at a place, as written."""
        start, end = self.spans[place]
        return self.text[start:end]

    def between(self, first: int, stop: int) -> str:
        """The text from the word at `first` up to the end of the one before `stop`."""
        return self.text[self.spans[first][0] : self.spans[stop - 1][1]]

    def is_name(self, place: int) -> bool:
        """Whether the word is written as a name; German nouns and what comes first all are."""
        return place > 0 and self.lang != "de" and self.word(place)[0].isupper()

    def given(self, *cues: str) -> list[Cued]:
        """The cues of these names; one that ends in a point stands for all that begin so."""
        return [c for c in self.cues if any(_is(c.cue, name) for name in cues)]

    def gives(self, *cues: str) -> bool:
        """Whether any cue of these names is given."""
        return bool(self.given(*cues))

    def at(self, *cues: str) -> frozenset[int]:
        """The places of the words that give cues of these names."""
        return frozenset(place for one in self.given(*cues) for place in one.at)

    def small(self) -> frozenset[int]:
        """The places of words that carry no meaning: articles, question words, single letters."""
        plain = _small(self.lang)
        return frozenset(
            i
            for i, word in enumerate(self.folded)
            if word in plain or (len(word) <= _NEVER_ASKED and not word.isdigit())
        )


def _is(cue: str, name: str) -> bool:
    return cue.startswith(name) if name.endswith((".", "-")) else cue == name


def read(text: str, lang: str) -> Reading:
    """The reading of a text in a language."""
    spans = tuple(word_spans(text))
    written = [text[start:end] for start, end in spans]
    folded = tuple(fold(word) for word in written)
    stems = tuple(stem(word, lang) for word in written)
    return Reading(text, lang, spans, folded, stems, cues_of(folded, lang))


def knows(text: str, lang: str) -> bool:
    """Whether every word of a text is one that asks in a language, or that the vocabulary has."""
    reading = read(text, lang)
    told = {place for cue in reading.cues for place in cue.at} | reading.small()
    for one in named(reading.stems, lang):
        told |= set(range(one.start, one.stop))
    return set(range(len(reading))) <= told


@cache
def _small(lang: str) -> frozenset[str]:
    return listed(lang) | frozenset(map(fold, listed_words(lang, "asking")))


@cache
def listed(lang: str) -> frozenset[str]:
    """The folded function words of a language."""
    return frozenset(map(fold, listed_words(lang, "function")))
