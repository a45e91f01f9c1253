"""The concept vocabulary: what visitors ask by, with its words in the languages of the Union."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.countries import country_name, country_of
from explorer.language import words as function_words
from explorer.text import beginning, fold, forms, is_stemmed, stem, tongue, words

FACETS = (
    "type", "material", "technique", "genre", "period", "subject", "role", "person", "colour",
    "attribution", "place",
)  # fmt: skip
_ABOUT = ("id", "facet", "broader", "aat", "wikidata")
_LONGEST = 6  # words of a label
_KEPT = 3  # letters of a word that no case changes
_ENDING = 3  # letters that a case may change
_MARKED = frozenset(("da", "et", "fi", "hu", "nb", "sv"))
"""Languages whose marked letters are letters of their own."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: `labels` gives per language the preferred words first, then others."""

    id: str
    facet: str
    broader: str
    aat: str
    wikidata: str
    labels: Mapping[str, tuple[str, ...]]

    def label(self, lang: str) -> str:
        """The preferred words in `lang`, else in English."""
        return (self.labels.get(_column(lang)) or self.labels["en"])[0]


@cache
def concepts() -> Mapping[str, Concept]:
    """Every concept by its id."""
    table = files("explorer").joinpath("vocabulary", "concepts.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["id"]: _concept(row) for row in rows}


def _concept(row: Mapping[str, str]) -> Concept:
    labels = {lang: tuple(told.split("|")) for lang, told in row.items() if lang not in _ABOUT}
    return Concept(row["id"], row["facet"], row["broader"], row["aat"], row["wikidata"], labels)


@cache
def _borne(lang: str) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The stems of each label of a language -> the ids of the concepts that bear it."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for concept in concepts().values():
        for label in concept.labels.get(lang, ()):
            found.setdefault(_key(words(label), lang), {})[concept.id] = None
    return {key: tuple(ids) for key, ids in found.items()}


@cache
def _told(lang: str) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Those that a sentence may name: without words as French "été", which mostly is "been".

    And as a question names them, without their small words: "gravure bois".
    """
    common = {form for word in function_words(lang, "function") for form in forms(word, lang)}
    borne = _borne(lang)
    told = {key: ids for key, ids in borne.items() if len(key) > 1 or key[0] not in common}
    for key, ids in borne.items():
        short = tuple(one for one in key if len(one) > 1 and one not in common)
        if len(short) > 1:
            told.setdefault(short, ids)
    return told


def _key(found: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(stem(word, lang) for word in found)


@dataclass(frozen=True, slots=True)
class Named:
    """Concepts that the words from `start` up to `stop` name."""

    start: int
    stop: int
    ids: tuple[str, ...]


def named(stems: Sequence[str], lang: str) -> Iterator[Named]:
    """The concepts that folded stems of `lang` name, longest label first, none inside another."""
    known = _told(_column(lang))
    at = 0
    while at < len(stems):
        for stop in range(min(len(stems), at + _LONGEST), at, -1):
            if ids := known.get(tuple(stems[at:stop])):
                yield Named(at, stop, ids)
                at = stop
                break
        else:
            at += 1


@cache
def lineage(concept_id: str) -> tuple[str, ...]:
    """The concept and all that are broader, nearest first."""
    broader = concepts()[concept_id].broader
    return (concept_id, *(lineage(broader) if broader else ()))


@cache
def continents() -> Mapping[str, str]:
    """The id of the continent of each country, by its ISO 3166 code."""
    table = files("explorer").joinpath("vocabulary", "continents.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {code: row["continent"] for row in rows for code in row["countries"].split()}


def inflected(word: str, lang: str) -> tuple[str, ...]:
    """The ids of the concepts that a folded word names in a case or number no label has."""
    return _inflections().get((_column(lang), word), ())


def inflected_phrases(folded: Sequence[str], lang: str) -> Iterator[Named]:
    """The concepts whose label of several words is named in a case, where stems are not known.

    Slovak "hudobných nástrojov": every word begins as the label's does.
    """
    known = _phrases(_column(lang))
    for start, word in enumerate(folded):
        for label, ids in known.get(word[:_KEPT], ()):
            said = folded[start : start + len(label)]
            if len(said) == len(label) and all(map(_is_form, said, label)):
                yield Named(start, start + len(label), ids)
                break


def _is_form(word: str, label: str) -> bool:
    """Whether a word may be a case of another, by its beginning."""
    kept = beginning(word, label)
    least = max(_KEPT, len(label) - _ENDING)
    return word == label or (kept >= least and len(word) - kept <= _ENDING + 1)


@cache
def _phrases(lang: str) -> Mapping[str, list[tuple[list[str], tuple[str, ...]]]]:
    """Labels of several words of a language without a stemmer, by their first letters."""
    found: dict[str, list[tuple[list[str], tuple[str, ...]]]] = {}
    for label, ids in {} if is_stemmed(lang) else _written(lang).items():
        own = label.split()
        if len(own) > 1:
            found.setdefault(own[0][:_KEPT], []).append((own, ids))
    return {first: sorted(own, key=lambda one: -len(one[0])) for first, own in found.items()}


@cache
def _forms() -> Mapping[tuple[str, str], list[str]]:
    """(language, concept) -> its forms as they are spelt."""
    table = files("explorer").joinpath("vocabulary", "inflections.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        (lang, row["id"]): told.split("|")
        for row in rows
        for lang, told in row.items()
        if lang != "id"
    }


@cache
def _inflections() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for (lang, concept_id), told in _forms().items():
        for form in filter(None, told):
            found.setdefault((lang, fold(form)), {})[concept_id] = None
    return {key: tuple(ids) for key, ids in found.items()}


def agrees(word: str, concept_id: str, lang: str) -> bool:
    """Whether the marks in a word as typed are those of a label: Swedish "säng" is no "sång".

    Marks may be left out; where they are letters of their own, none may stand for another.
    """
    marked = {i: letter for i, letter in enumerate(word.lower()) if fold(letter) != letter}
    if not marked or _column(lang) not in _MARKED:
        return True
    return any(_same_marks(marked, own, word) for own in _spelt(_column(lang), concept_id))


def _same_marks(marked: Mapping[int, str], label: str, word: str) -> bool:
    kept = beginning(fold(word), fold(label))
    return kept >= min(len(word), _KEPT) and all(
        i >= min(kept, len(label)) or label[i] == letter for i, letter in marked.items()
    )


@cache
def _spelt(lang: str, concept_id: str) -> tuple[str, ...]:
    """The words of a concept's labels and of their forms, in small letters, as they are spelt."""
    labels = (*concepts()[concept_id].labels.get(lang, ()), *_forms().get((lang, concept_id), ()))
    return tuple(dict.fromkeys(own.lower() for label in labels for own in words(label)))


@cache
def label_words(lang: str) -> frozenset[str]:
    """The folded words of all labels of a language, and of their forms."""
    told = (own for one in concepts() for own in _spelt(_column(lang), one))
    return frozenset(map(fold, told))


def is_lookalike(word: str, lang: str) -> bool:
    """Whether a folded word only shares its stem with a label: French "porte" is no "port"."""
    return word in _lookalikes().get(_column(lang), frozenset())


@cache
def _lookalikes() -> Mapping[str, frozenset[str]]:
    table = files("explorer").joinpath("vocabulary", "lookalikes.tsv").read_text("utf-8")
    rows = (line.partition("\t") for line in table.splitlines()[1:])
    return {lang: frozenset(told.split()) for lang, _, told in rows}


def of_value(value: str, lang: str, facet: str) -> Concept | None:
    """The concept of a facet that a whole value names; None where it names none, or two."""
    found = words(value)
    if not 0 < len(found) <= _LONGEST:
        return None
    # As written first: the stem of Swedish "papper" is that of "papp", which is cardboard.
    for ids in (
        written(fold(" ".join(found)), lang),
        _borne(_column(lang)).get(_key(found, lang), ()),
    ):
        own = [concepts()[i] for i in ids if concepts()[i].facet == facet]
        if own:
            return own[0] if len(own) == 1 else None
    return None


def written(word: str, lang: str) -> tuple[str, ...]:
    """The ids of the concepts with a label that is, folded, just this."""
    return _written(_column(lang)).get(word, ())


@cache
def _written(lang: str) -> Mapping[str, tuple[str, ...]]:
    """The folded labels of a language -> the ids of the concepts that bear it."""
    found: dict[str, dict[str, None]] = {}
    for concept in concepts().values():
        for label in concept.labels.get(lang, ()):
            found.setdefault(fold(" ".join(words(label))), {})[concept.id] = None
    return {label: tuple(ids) for label, ids in found.items()}


def token(concept_id: str) -> str:
    """How a concept stands in the word index."""
    return f"#{concept_id}"


def is_token(form: str) -> bool:
    """Whether a word of the index, or a value of a facet, is a concept."""
    return form.startswith("#")


def _column(lang: str) -> str:
    """The language whose words are read for `lang`: Danish ones for Norwegian, which has none."""
    code = tongue(lang)
    return "da" if code == "nb" else code


def of_token(form: str) -> Concept | None:
    """The concept that stands so in the index; None where this vocabulary has none such."""
    return concepts().get(form.removeprefix("#")) if is_token(form) else None


def labelled(label: str) -> tuple[str, ...]:
    """The ids of the concepts that bear a label in any language, for words of an unknown one."""
    return _anywhere().get(fold(label), ())


@cache
def _anywhere() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for concept in concepts().values():
        for several in concept.labels.values():
            for label in several:
                found.setdefault(fold(label), {})[concept.id] = None
    return {label: tuple(ids) for label, ids in found.items()}


def called(value: str, lang: str) -> str:
    """What a concept or a country is called in `lang`; "" for other values."""
    concept = of_token(value) if lang else None
    country = country_of(value)
    return (
        concept.label(lang) if concept else country_name(country, lang or "en") if country else ""
    )
