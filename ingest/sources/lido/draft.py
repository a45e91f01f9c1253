"""What all of LIDO's elements have in common: texts, languages, terms, places, and the draft.

A path is written without its namespace: `event/eventType`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from explorer.text import fold, nfc, words
from explorer.types import Concept, DateSpan, Field, Identifier, Image, Maker, Measurement, Place

Element = Any  # lxml has no types
LIDO = "{http://www.lido-schema.org}"
SKOS = "{http://www.w3.org/2004/02/skos/core#}"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TECHNIQUE = ("technique", "lido00131")


@dataclass(slots=True)
class Draft:
    """A record while it is read; dicts are sets that keep their order."""

    language: str
    children: dict[Element, dict[str, list[Element]]] = field(default_factory=dict)
    """Of each element that was looked into, by their tags: every element is asked many times."""
    fields: dict[tuple[str, str, str, str], Field] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    makers: list[Maker] = field(default_factory=list)
    actors: set[tuple[str, ...]] = field(default_factory=set)
    dates: list[DateSpan] = field(default_factory=list)
    places: dict[Place, None] = field(default_factory=dict)
    concepts: list[Concept] = field(default_factory=list)
    measurements: dict[Measurement, None] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    institution: str = ""
    work_id: str = ""
    room: str = ""

    def at(self, element: Element, path: str) -> list[Element]:
        """All elements at `path`."""
        found = [element]
        for tag in _tags(path):
            parents, found = found, []
            for parent in parents:
                children = self.children.get(parent)
                if children is None:
                    children = self.children[parent] = _by_tag(parent)
                if tag in children:
                    found += children[tag]
        return found

    def add(self, name: str, element: Element, source: str = "") -> str:
        """The element's text, "" where there is none, after making it a Field, once per text."""
        text = text_of(element)
        if text:
            lang, source = self.lang(element), source or element.tag.rpartition("}")[2]
            # Makers may share a name or a role: each has Fields of its own.
            own = f"{source}{len(self.makers)}" if name.startswith("maker") else ""
            key = (name, text, lang, own)
            self.fields.setdefault(key, Field(name, text, lang, source=source))
        return text

    def add_all(self, name: str, parent: Element, *paths: str) -> list[str]:
        """The texts at all `paths`, after making them Fields."""
        return [t for path in paths for e in self.at(parent, path) if (t := self.add(name, e))]

    def lang(self, element: Element) -> str:
        """The nearest declared language, "" where none or none in particular is."""
        while element is not None:
            if lang := element.get(_LANG):
                return "" if lang in ("und", "zxx", "mul", "mis") else lang.replace("_", "-")
            element = element.getparent()
        return self.language


def add_place(draft: Draft, parent: Element, name: str, role: str) -> None:
    """Nothing; the place's names are Fields `name`, and a Place in `role`."""
    shown = draft.add_all(name, parent, "displayPlace")
    elements = draft.at(parent, "place")
    for place in elements:
        uri = next(filter(is_url, map(text_of, draft.at(place, "placeID"))), "")
        named = draft.add_all(name, place, "namePlaceSet/appellationValue")
        if named:
            draft.places[Place(named[0], role, uri)] = None
            shown = []
    for text in shown[:1]:
        draft.places[Place(text, role)] = None


def add_materials(draft: Draft, parent: Element) -> None:
    """Nothing; materials and techniques, shown or as terms, are Fields and Concepts."""
    draft.add_all("material", parent, "displayMaterialsTech")
    for element in draft.at(parent, "materialsTech/termMaterialsTech"):
        add_concept(draft, "technique" if kind_of(element) in _TECHNIQUE else "material", element)


def add_concept(draft: Draft, facet: str, parent: Element) -> bool:
    """Whether the concept has words, after making them Fields, and a Concept where it has a URI."""
    labels: dict[str, str] = {}
    for element in terms(parent):
        labels.setdefault(draft.lang(element), draft.add(facet, element))
    ids = [text_of(e) for e in preferred(draft.at(parent, "conceptID"))]
    ids += [e.get(ABOUT, "") for e in parent.iter(SKOS + "Concept")]
    uri = next(filter(is_url, ids), "")
    if uri:
        draft.concepts.append(Concept(facet, uri, labels))
    return bool(labels)


def terms(parent: Element) -> list[Element]:
    """The terms that name the concept, without alternatives and terms added for searching."""
    found = [
        e
        for e in parent.iter(LIDO + "term", SKOS + "prefLabel")
        if attribute(e, "addedSearchTerm") != "yes"
    ]
    return preferred(found)


def preferred(elements: list[Element]) -> list[Element]:
    """Those with a text; without the alternatives where there are others."""
    said = [e for e in elements if text_of(e)]
    return [e for e in said if attribute(e, "pref") != "alternate"] or said


def first(elements: Iterable[Element]) -> str:
    """The first text that is not empty, or ""."""
    return next((text for e in elements if (text := text_of(e))), "")


def text_of(element: Element) -> str:
    """The element's own text as stored; line breaks inside it are kept."""
    return nfc(element.text or "")


def is_url(text: str) -> bool:
    """Whether it is a complete web address."""
    return text.startswith(("http://", "https://"))


def kind_of(element: Element) -> str:
    """The element's type, of a URI the last step."""
    return attribute(element, "type").rpartition("/")[2].lower()


def attribute(element: Element, name: str) -> str:
    """An attribute's value with or without LIDO's namespace, or ""."""
    return element.get(LIDO + name) or element.get(name) or ""


def _by_tag(element: Element) -> dict[str, list[Element]]:
    children: dict[str, list[Element]] = {}
    for child in element:
        children.setdefault(child.tag, []).append(child)
    return children


@cache
def _tags(path: str) -> tuple[str, ...]:
    return tuple(LIDO + step for step in path.split("/"))


@lru_cache(maxsize=1_000)
def means(text: str, kind: Literal["creation", "acquisition", "provenance", "former"]) -> bool:
    """Whether the words, in any language, or LIDO's own number stand for `kind` (events.tsv)."""
    return (kind, " ".join(words(fold(text)))) in _vocabulary()


@cache
def _vocabulary() -> frozenset[tuple[str, str]]:
    table = files("ingest").joinpath("sources", "lido", "events.tsv").read_text("utf-8")
    cells = (row.split("\t") for row in table.splitlines()[1:] if row.strip())
    return frozenset((kind, " ".join(words(fold(term)))) for kind, _, term in cells)
