"""The museum's own list of contentious terms, and the records that hold one. Nothing is changed."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explorer.errors import WrongUse
from explorer.text import fold, forms, nfc, words
from explorer.types import Field, Record
from ingest.concepts.skos import CORE, FORMATS, LABELS, graph_of, labelled, said
from ingest.health.cells import rows
from ingest.health.shapes import Example, Flagged
from ingest.health.tally import SHOWN, Found, shortened

_Phrase = tuple[frozenset[str], ...]
"""The forms of each of its words."""
_SEVERAL = re.compile(r"[;|]")
_CONTEXT = 60  # characters
_COLUMNS = ("term", "lang", "note", "alternative")
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
    terms = (_concepts if file.suffix.lower() in FORMATS else _table)(file, body)
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


def _concepts(file: Path, body: bytes) -> tuple[Term, ...]:
    from rdflib import URIRef

    graph = graph_of(body, file.name)

    def in_language(texts: list[tuple[str, str]], lang: str) -> str:
        own = [text for text, of in texts if of in (lang, "")]
        return "; ".join(own or [text for text, _ in texts])

    instead_of = set(graph.objects(None, URIRef(CORE + "related")))
    terms: list[Term] = []
    for concept in labelled(graph):
        notes = said(graph, concept, _NOTES)
        if not notes and concept in instead_of:
            continue
        instead = [
            label
            for other in graph.objects(concept, URIRef(CORE + "related"))
            for label in said(graph, other, LABELS[:1])
        ]
        terms += [
            Term(text, lang, in_language(notes, lang), in_language(sorted(instead), lang))
            for text, lang in said(graph, concept, LABELS)
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
    for one in words(text)[: word + 1]:
        found = text.find(one, end)
        end = found + 1 if found >= 0 else end
    begin = max(0, end - _CONTEXT)
    return ("…" if begin else "") + shortened(text[begin : end + _CONTEXT])


@lru_cache(maxsize=50_000)
def _forms(word: str, lang: str) -> tuple[str, ...]:
    return forms(word, lang)
