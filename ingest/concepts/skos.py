"""Concepts written in SKOS, as RDF/XML, Turtle, N-Triples or JSON-LD. Nothing is ever fetched."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import orjson

from explorer.errors import ExplorerError, WrongUse
from explorer.text import nfc
from ingest.concepts.store import Name, Told
from ingest.sources.edm.jsonld import elsewhere
from ingest.sources.language_tags import language_tag

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

FORMATS = {
    ".rdf": "xml", ".xml": "xml", ".skos": "xml", ".ttl": "turtle", ".nt": "nt",
    ".jsonld": "json-ld", ".json": "json-ld",
}  # fmt: skip
CORE = "http://www.w3.org/2004/02/skos/core#"
LABELS = ("prefLabel", "altLabel", "hiddenLabel")
_LONGER = "http://www.w3.org/2008/05/skos-xl#"
_WEB = ("http://", "https://")
_LONGEST = 1_000  # characters of a label
_WRONG = (SyntaxError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


def graph_of(body: bytes, called: str) -> "Graph":
    """What a file says whose name is `called`; WrongUse where it is not what its name says."""
    try:
        from rdflib import Graph
        from rdflib.exceptions import ParserError
    except ImportError as error:
        raise ExplorerError(
            "Reading SKOS needs the package rdflib.",
            'Install it with: pip install "collection-explorer[edm]"',
        ) from error
    from xml.sax import SAXException

    kind = FORMATS[PurePath(called).suffix.lower()]
    body = body.removeprefix(b"\xef\xbb\xbf")
    graph = Graph()
    try:
        if kind == "json-ld" and (context := elsewhere(orjson.loads(body))):
            raise WrongUse(
                f"{called} leans on a context that lies elsewhere ({context}): it is not fetched.",
                "Save it with its context in it, or as RDF/XML (.rdf) or Turtle (.ttl).",
            )
        graph.parse(data=body, format=kind)
    except (ParserError, SAXException, *_WRONG) as error:
        raise WrongUse(
            f"{called} is not understood: {error}.",
            "Save it as SKOS in RDF/XML (.rdf) or Turtle (.ttl).",
        ) from error
    return graph


def said(graph: "Graph", concept: "Node", names: Sequence[str]) -> list[tuple[str, str]]:
    """(words, declared language) of a concept's literals, SKOS-XL's too, in a fixed order."""
    from rdflib import URIRef

    found: set[tuple[str, str]] = set()
    for name in names:
        literals = list(graph.objects(concept, URIRef(CORE + name)))
        for label in graph.objects(concept, URIRef(_LONGER + name)):
            literals += graph.objects(label, URIRef(_LONGER + "literalForm"))
        found |= {(nfc(str(v)), getattr(v, "language", None) or "") for v in literals}
    return sorted(found)


def labelled(graph: "Graph") -> "list[Node]":
    """All that has a label, in a fixed order."""
    from rdflib import URIRef

    found = {
        subject
        for namespace in (CORE, _LONGER)
        for name in LABELS
        for subject in graph.subjects(URIRef(namespace + name), None)
    }
    return sorted(found, key=str)


def concepts(graph: "Graph", language: str, wanted: Collection[str]) -> Iterator[Told]:
    """The concepts with their labels in the languages `wanted`, all where there are none.

    `language` is that of labels that do not say theirs.
    """
    from rdflib import URIRef
    from rdflib.namespace import RDF

    schemes = set(graph.subjects(RDF.type, URIRef(CORE + "ConceptScheme")))
    collections = set(graph.subjects(RDF.type, URIRef(CORE + "Collection")))
    for concept in labelled(graph):
        if concept not in schemes and concept not in collections:
            uri = nfc(str(concept)) if str(concept).startswith(_WEB) else ""
            codes = (nfc(str(code)) for code in graph.objects(concept, URIRef(CORE + "notation")))
            names = _names(graph, concept, language, wanted)
            yield Told(uri, tuple(sorted(codes)), tuple(names))


def _names(
    graph: "Graph", concept: "Node", language: str, wanted: Collection[str]
) -> Iterator[Name]:
    for kinds, other in ((LABELS[:1], False), (LABELS[1:], True)):
        for words, declared in said(graph, concept, kinds):
            lang, text = language_tag(declared) or language, " ".join(words.split())
            taken = not (wanted and lang) or lang.partition("-")[0] in wanted
            if taken and text.isprintable() and 0 < len(text) <= _LONGEST:
                yield Name(lang, text, other)
