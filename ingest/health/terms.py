"""The museum's own list of contentious terms, and the records that hold one. Nothing is changed."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explorer.errors import ExplorerError, WrongUse
from explorer.text import fold, forms, nfc, words
from explorer.types import Field, Record
from ingest.health.cells import rows
from ingest.health.shapes import Example, Flagged
from ingest.health.tally import SHOWN, Found, shortened

_Phrase = tuple[frozenset[str], ...]
"""The forms of each of its words."""
_SEVERAL = re.compile(r"[;|]")
_CONTEXT = 60  # characters
_COLUMNS = ("term", "lang", "note", "alternative")
_FORMATS = {".rdf": "xml", ".xml": "xml", ".ttl": "turtle"}
_CORE = "http://www.w3.org/2004/02/skos/core#"
_LONGER = "http://www.w3.org/2008/05/skos-xl#"
_LABELS = ("prefLabel", "altLabel", "hiddenLabel")
_NOTES = ("scopeNote", "note", "definition", "editorialNote")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or words to be looked at again, why, and what may be said instead."""

    term: str
    lang: str = ""
    note: str = ""
    alternative: str = ""


def read_terms(file: Path) -> tuple[Term, ...]:
    """The terms of a list: SKOS as RDF/XML or Turtle, or a table of term, lang, note, alternative.

    In SKOS each label of a concept is a term, its note the note, and a related concept's label the
    alternative; a related concept without a note is only an alternative. A term without a language
    is looked for in every language.
    """
    try:
        body = file.read_bytes()
    except OSError as error:
        raise WrongUse(
            f"The list of terms {file} cannot be read: {error.strerror}.",
            "Check its name and that you may read it.",
        ) from error
    kind = _FORMATS.get(file.suffix.lower())
    terms = _concepts(file, body, kind) if kind else _table(file, body)
    if not terms:
        raise WrongUse(
            f"The list of terms {file} holds no term.",
            "Give a table with the columns term, lang, note, alternative, or SKOS concepts with"
            " labels.",
        )
    return terms


def _table(file: Path, body: bytes) -> tuple[Term, ...]:
    try:
        cells = [line for _, line in rows(body.decode("utf-8-sig"), ("term",), _COLUMNS)]
    except UnicodeDecodeError as error:
        raise WrongUse(
            f"The list of terms {file} is not written in UTF-8.", "Save it as CSV UTF-8."
        ) from error
    except (ValueError, csv.Error) as error:
        raise WrongUse(
            f"The list of terms {file} is not understood: {error}.",
            "Give a table with the columns term, lang, note, alternative.",
        ) from error
    return tuple(
        Term(**{name: nfc(cell) for name, cell in line.items()}) for line in cells if line["term"]
    )


def _concepts(file: Path, body: bytes, kind: str) -> tuple[Term, ...]:
    try:
        from rdflib import Graph, URIRef
        from rdflib.exceptions import ParserError
    except ImportError as error:
        raise ExplorerError(
            "Reading a list of terms in SKOS needs the package rdflib.",
            'Install it with: pip install "collection-explorer[edm]"',
        ) from error
    from xml.sax import SAXException

    from rdflib.term import Node

    graph = Graph()
    try:
        graph.parse(data=body, format=kind)
    except (ParserError, SAXException, SyntaxError, ValueError) as error:
        raise WrongUse(
            f"The list of terms {file} is not understood: {error}.",
            "Save it as SKOS in RDF/XML (.rdf) or Turtle (.ttl).",
        ) from error

    def said(concept: Node, names: Sequence[str]) -> list[tuple[str, str]]:
        """(words, language) of the concept's literals, in a fixed order."""
        found: set[tuple[str, str]] = set()
        for name in names:
            for value in graph.objects(concept, URIRef(_CORE + name)):
                found.add((nfc(str(value)), getattr(value, "language", None) or ""))
            for label in graph.objects(concept, URIRef(_LONGER + name)):
                for value in graph.objects(label, URIRef(_LONGER + "literalForm")):
                    found.add((nfc(str(value)), getattr(value, "language", None) or ""))
        return sorted(found)

    def in_language(texts: list[tuple[str, str]], lang: str) -> str:
        own = [text for text, of in texts if of in (lang, "")]
        return "; ".join(own or [text for text, _ in texts])

    labelled = {s for n in _LABELS for s in graph.subjects(URIRef(_CORE + n), None)}
    labelled |= {s for n in _LABELS for s in graph.subjects(URIRef(_LONGER + n), None)}
    instead_of = set(graph.objects(None, URIRef(_CORE + "related")))
    terms: list[Term] = []
    for concept in sorted(labelled, key=str):
        notes = said(concept, _NOTES)
        if not notes and concept in instead_of:
            continue
        instead = [
            label
            for other in graph.objects(concept, URIRef(_CORE + "related"))
            for label in said(other, _LABELS[:1])
        ]
        terms += [
            Term(text, lang, in_language(notes, lang), in_language(sorted(instead), lang))
            for text, lang in said(concept, _LABELS)
        ]
    return tuple(dict.fromkeys(terms))


class Terms:
    """Looks for the terms of a list in records, whole words in any case and simple inflection."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._first: dict[str, list[tuple[Term, _Phrase]]] = defaultdict(list)
        self._instead: dict[Term, list[_Phrase]] = {}
        self._counts: Counter[Term] = Counter()
        self._examples: dict[Term, list[Example]] = defaultdict(list)
        for term in terms:
            phrase = _phrase(term.term, term.lang)
            for form in phrase[0] if phrase else ():
                self._first[form].append((term, phrase))
            others = (_phrase(other, term.lang) for other in _SEVERAL.split(term.alternative))
            self._instead[term] = [other for other in others if len(other) > 1]

    def add(self, record: Record, number: str) -> Iterator[Found]:
        """The terms the record holds, each with its Field and the list's note."""
        found: dict[Term, str] = {}
        for field in record.fields if self._first else ():
            for term, word in self._held(field):
                found.setdefault(term, f"{field.name}: {_around(field.text, word)}")
        for term, where in found.items():
            self._counts[term] += 1
            if len(few := self._examples[term]) < SHOWN:
                few.append(Example(record.id, number, where))
            said = (term.term, where, term.note, term.alternative)
            yield "term", " – ".join(filter(None, said))

    def _held(self, field: Field) -> Iterator[tuple[Term, int]]:
        """The terms that stand in a Field, and at which of its words.

        A word inside what the list itself gives instead is none: "tot slaaf gemaakte".
        """
        langs = {lang.partition("-")[0].lower() for lang in (field.lang, field.lang_detected)}
        langs.discard("")
        said = words(field.text)
        plain = [fold(word) for word in said]
        for lang in sorted(langs) or [""]:
            every = [_forms(word, lang) for word in said]
            for at, own in enumerate(every):
                met = [pair for form in own for pair in self._first.get(form, ())]
                held = {
                    term: at
                    for term, phrase in met
                    # A word of another language is a false friend.
                    if not (langs and term.lang) or term.lang.partition("-")[0].lower() in langs
                    if _stands(phrase, every, at) and not self._better(term, every, at)
                }
                exact = {t: at for t in held if fold(t.term) == " ".join(plain[at:][: _size(t)])}
                yield from (exact or held).items()

    def _better(self, term: Term, every: Sequence[tuple[str, ...]], at: int) -> bool:
        """Whether the word at this place is part of what the list gives instead of the term."""
        return any(
            _stands(phrase, every, begin)
            for phrase in self._instead[term]
            for begin in range(max(0, at - len(phrase) + 1), at + 1)
        )

    def flagged(self) -> tuple[Flagged, ...]:
        """The terms that were found, the most frequent first."""
        found = sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0].term))
        return tuple(
            Flagged(t.term, t.lang, t.note, t.alternative, count, tuple(self._examples[t]))
            for t, count in found
        )


def _phrase(text: str, lang: str) -> _Phrase:
    return tuple(frozenset(forms(word, lang)) for word in words(text))


def _stands(phrase: _Phrase, every: Sequence[tuple[str, ...]], at: int) -> bool:
    """Whether the words from this place on are those of the phrase, whatever their inflection."""
    if at + len(phrase) > len(every):
        return False
    return all(part.intersection(every[at + i]) for i, part in enumerate(phrase))


def _size(term: Term) -> int:
    return len(words(term.term))


def _around(text: str, word: int) -> str:
    """The words around one word of a text."""
    end = 0
    for said in words(text)[: word + 1]:
        found = text.find(said, end)
        end = found + 1 if found >= 0 else end
    begin = max(0, end - _CONTEXT)
    return ("…" if begin else "") + shortened(text[begin : end + _CONTEXT])


@lru_cache(maxsize=50_000)
def _forms(word: str, lang: str) -> tuple[str, ...]:
    return forms(word, lang)
