"""RDF/XML as it was written: an rdf:RDF element made into a graph, fetching and resolving nothing.

Relative names stay as they are: they mean the same thing on both sides of a reference.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any

from lxml import etree

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.deliveries import Member
from ingest.sources.edm.graph import Graph, Value, of_namespace, resource
from ingest.sources.language_tags import language_tag

Element = Any  # lxml has no types

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_LANG = _XML + "lang"
_ABOUT, _ID, _NODE, _RESOURCE, _PARSE = (
    RDF + name for name in ("about", "ID", "nodeID", "resource", "parseType")
)
_SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_SYNTAX = frozenset((_ABOUT, _ID, _NODE, _RESOURCE, _PARSE, RDF + "datatype"))


def graph_of(rdf: Element, language: str) -> Graph:
    """What the children of an rdf:RDF element say; `language` is that of words without one."""
    graph: Graph = {}
    unnamed = (f"_:unnamed{number}" for number in count())
    lang = next((_lang(e, "") for e in (rdf, *rdf.iterancestors()) if e.get(_LANG)), language)
    for element in rdf:
        _node(graph, element, _lang(element, lang), unnamed)
    return graph


def graph_of_file(member: Member, language: str) -> Graph | str | None:
    """What a file says that is one rdf:RDF, child by child; None where it is none.

    A sentence says why it was not read: broken off, nothing in it is known to be complete.
    """
    graph: Graph = {}
    unnamed = (f"_:unnamed{number}" for number in count())
    depth, lang = 0, language
    try:
        with member.open() as stream:
            for event, element in etree.iterparse(stream, ("start", "end"), **_SAFE):
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    if element.tag != RDF + "RDF" or element.getroottree().docinfo.doctype:
                        return None
                    lang = _lang(element, language)
                elif event == "end" and depth == 1:
                    _node(graph, element, _lang(element, lang), unnamed)
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        return f"The file breaks off or is not well-formed XML (line {error.lineno or 1})."
    except ExplorerError as error:
        return str(error)
    return graph


def _node(graph: Graph, element: Element, lang: str, unnamed: Iterator[str]) -> str:
    name = _name(element) or next(unnamed)
    node = resource(graph, name)
    if element.tag != RDF + "Description":
        node.types[_element(element.tag)] = None
    _attributes(graph, name, element, lang)
    for child in element:
        _property(graph, name, child, child.get(_LANG), lang, unnamed)
    return name


def _property(
    graph: Graph, name: str, element: Element, tag: str | None, lang: str, unnamed: Iterator[str]
) -> None:
    node, called = graph[name], _element(element.tag)
    lang = language_tag(tag) if tag is not None else lang
    parsed = element.get(_PARSE)
    if parsed == "Resource":
        inner = next(unnamed)
        resource(graph, inner)
        for child in element:
            _property(graph, inner, child, child.get(_LANG), lang, unnamed)
        node.add(called, Value(resource=inner))
        return
    if parsed == "Literal":
        node.add(called, Value(nfc("".join(element.itertext())), lang))
        return
    if reference := element.get(_RESOURCE) or _blank(element):
        node.add(called, Value(resource=nfc(reference)))
    for child in element:
        inner = _node(graph, child, _lang(child, lang), unnamed)
        node.add(called, Value(resource=inner))
    if text := nfc(element.text or ""):
        node.add(called, Value(text, lang))
    elif not len(element) and any(
        a not in _SYNTAX and not a.startswith(_XML) for a in element.attrib
    ):
        inner = reference or next(unnamed)
        resource(graph, inner)
        _attributes(graph, inner, element, lang)
        node.add(called, Value(resource=inner))


def _attributes(graph: Graph, name: str, element: Element, lang: str) -> None:
    """Nothing; properties written as attributes are those of the resource."""
    for attribute, text in element.items():
        if attribute not in _SYNTAX and not attribute.startswith(_XML) and "}" in attribute:
            graph[name].add(_element(attribute), Value(nfc(text), lang))


def _name(element: Element) -> str:
    if about := nfc(element.get(_ABOUT) or ""):
        return about
    if local := element.get(_ID):
        return f"#{nfc(local)}"
    return _blank(element)


def _blank(element: Element) -> str:
    named = element.get(_NODE)
    return f"_:{named}" if named else ""


def _lang(element: Element, otherwise: str) -> str:
    tag = element.get(_LANG)
    return otherwise if tag is None else language_tag(tag)


@lru_cache(maxsize=2_000)
def _element(tag: str) -> str:
    namespace, _, name = tag.rpartition("}")
    return of_namespace(namespace.removeprefix("{"), name)
