"""What the word index holds of a text: its words folded, their stems, their parts, its concepts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from zlib import crc32

from explorer.compounds import parts
from explorer.concepts import continents, lineage, named, token
from explorer.gazetteer import countries_of
from explorer.lexicon import FOLDER
from explorer.text import fold, fold_to_latin, stem, words
from explorer.types import Passage, Record

NAMING = ("title", "maker", "person", "place")
"""The Fields whose words name a record."""

_REVISION = b"3"  # raised when other words are indexed of the same text
_SOUNDS = {"γκ": "g", "γγ": "g", "μπ": "b", "ντ": "d", "κσ": "x"}  # Greek for one foreign letter
_KNOWN = 50_000  # words of the collection that are remembered while it is taken in
_SHORTEST = 3  # letters of a name that is looked for in other spellings


@cache
def edition() -> str:
    """What stands for how words are indexed: a delete has to repeat what was inserted."""
    vocabulary = files("explorer").joinpath("vocabulary")
    tables = [vocabulary.joinpath(f"{name}.tsv") for name in ("concepts", "continents", "words")]
    told = crc32(_REVISION)
    for part in (*tables, *sorted(FOLDER.iterdir())):
        told = crc32(part.read_bytes(), told)
    return f"{told:08x}"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the collection as it is indexed: folded, its stem, and both of its parts."""

    plain: str
    stem: str
    parts: tuple[tuple[str, str], ...]

    @property
    def forms(self) -> Iterator[str]:
        """Each form once beside its stem."""
        for plain, stemmed in ((self.plain, self.stem), *self.parts):
            yield plain
            if stemmed != plain:
                yield stemmed


@lru_cache(maxsize=_KNOWN)
def _word(word: str, lang: str) -> _Word:
    """Only of what is taken in: a visitor's words do not come here."""
    plain = fold(word)
    own = tuple((part, stem(part, lang)) for part in parts(plain, lang))
    return _Word(plain, stem(word, lang), own)


def index_forms(text: str, lang: str) -> Iterator[str]:
    """Each word of `text` folded, its stem and its parts where they differ; then the concepts."""
    found = [_word(word, lang) for word in words(text)]
    for word in found:
        yield from word.forms
    for one in named([word.stem for word in found], lang):
        for concept_id in one.ids:
            yield from (token(broader) for broader in lineage(concept_id))


def meaningful(text: str, lang: str) -> Iterator[str]:
    """The stems of the words of `text`, and of their parts: what translations are looked up by."""
    for word in words(text):
        if word.isalpha():
            known = _word(word, lang)
            yield known.stem
            yield from (stemmed for _, stemmed in known.parts)


def passage_forms(record: Record, passages: Sequence[Passage]) -> list[str]:
    """Per passage what the word index holds of it; what concepts are called stands in the first.

    That is in every language their vocabulary names them in: a record coded 71H71 is found so.
    Only stems that are not there yet: a longer passage counts its own words for less.
    """
    told = [list(index_forms(passage.text, passage.lang)) for passage in passages]
    if told:
        told[0] += (token(one) for one in parts_of_the_world(record))
    if told and record.concepts:
        labels = [pair for concept in record.concepts for pair in concept.labels.items()]
        stems = (stem(word, lang) for lang, label in labels for word in words(label))
        held = set(told[0])
        told[0] += dict.fromkeys(form for form in stems if form not in held)
    return [" ".join(forms) for forms in told]


def parts_of_the_world(record: Record) -> list[str]:
    """The ids of the continents that a record comes from, and what is broader."""
    places = [place for place in record.places if place.role != "depicted"]
    countries = {code for p in places for code in (p.country, *countries_of(p.known))}
    told = countries & continents().keys()
    return sorted({one for code in told for one in lineage(continents()[code])})


def name_words(record: Record) -> Iterator[tuple[str, str]]:
    """(folded word, language) of the names that a record is known by."""
    for name in NAMING:
        for _, field in record.named(name):
            lang = field.lang or field.lang_detected
            for word in words(field.text):
                if len(word) >= _SHORTEST and word.isalpha() and not word.islower():
                    yield fold(word), lang


def spelling(word: str) -> str:
    """A word in Latin letters, as near to its sound as letters tell."""
    folded = fold(word)
    if not folded.isascii():
        for written, sound in _SOUNDS.items():
            folded = folded.replace(written, sound)
    return fold_to_latin(folded)


def pairs(word: str) -> list[str]:
    """The pairs of letters of a word, its ends marked."""
    marked = f"^{word}$"
    return [marked[i : i + 2] for i in range(len(marked) - 1)]
