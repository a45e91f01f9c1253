"""What a record can be filtered and counted by, read off the record itself."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.catalogue.wordforms import parts_of_the_world
from explorer.compounds import parts
from explorer.concepts import called, concepts, is_token, lineage, named, of_token, of_value, token
from explorer.countries import country_token
from explorer.gazetteer import names_of
from explorer.language import words as listed_words
from explorer.text import fold, stem, tongue, words
from explorer.types import Record

_OF = {
    "type": ("type", "genre"), "material": ("material",), "technique": ("technique",),
    "place": ("place",), "period": ("period",), "subject": ("subject", "person", "genre"),
}  # fmt: skip
"""Per facet those of the concept vocabulary that may name its values."""

_FIELDS = tuple(_OF)
_HEADED = ("type", "material")
_MATERIALS = 8  # words of a value that names several
_HEAD = 3  # words of a value whose head is looked at
_LINKED = frozenset(("bg", "da", "de", "en", "et", "fi", "hu", "lv", "lt", "nb", "nl", "sv"))
"""Languages in which what is told of a noun stands before it."""
_BY = frozenset(("attributed-to", "possibly-by", "workshop-of", "after-design-by"))
TOLD_MAKER = "_maker"
"""Facet of records that name a maker, be it one that the work is not by; not for choosing."""

MAX_VALUE = 200
"""Longer words are no value to choose by."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that a record is counted by; `also` are words it may be asked by besides."""

    name: str
    value: str
    label: str
    also: tuple[str, ...] = ()


def facet_values(record: Record) -> Iterator[tuple[str, str]]:
    """(facet name, label) pairs; a maker counts only where the work may be called theirs.

    That is a current attribution, if an unsure one, to them, their workshop or their design. Those
    around them or after them (circle, school, follower, manner) are other hands; and what a
    qualifier says that we have no code for may be "not by", so it does not count either.
    """
    yield from _makers(record)
    if any(maker.name for maker in record.makers):
        yield TOLD_MAKER, "true"
    for place in record.places:  # what is depicted is a subject
        if place.role == "depicted" or not place.known:
            yield "subject" if place.role == "depicted" else "place", place.name
    if record.room:
        yield "room", record.room
    if record.on_view is not None:
        yield "on_view", "true" if record.on_view else "false"
    yield "has_image", "true" if record.images else "false"
    # Not those of the record's own words: all may be free of what is not.
    rights = (record.rights.object, record.rights.image)
    yield from (("rights", right) for right in rights if right)
    yield "source", record.source.name
    if record.institution:
        yield "institution", record.institution


def _concepts(record: Record) -> Iterator[Facet]:
    """What the vocabulary names counts once, whatever the language; so does a delivered concept."""
    told: set[tuple[str, str]] = set()
    for concept in record.concepts:
        if concept.facet not in _FIELDS or not concept.labels:
            continue
        labels = concept.labels
        lang = "en" if "en" in labels else next(iter(labels))
        facets = [_facet(concept.facet, label, of) for of, label in labels.items()]
        known = next((facet for facet in facets if is_token(facet.value)), None)
        own = known or _facet(concept.facet, labels[lang], lang)
        also = tuple(dict.fromkeys(facet_value(label) for label in labels.values()))
        told |= {(concept.facet, label) for label in labels.values()}
        yield replace(own, also=tuple(a for a in also if a != own.value and len(a) <= MAX_VALUE))
        if known is None:
            for of, label in labels.items():
                yield from _kinds(concept.facet, label, of)
    told |= {("place", p.name) for p in record.places if p.known}
    depicted = {p.name for p in record.places if p.role == "depicted"}
    told |= {
        ("place", name)
        for name in depicted - {p.name for p in record.places if p.role != "depicted"}
    }
    for name in _FIELDS:
        for _, field in record.named(name):
            if (name, field.text) not in told:
                lang = field.lang or field.lang_detected
                yield _facet(name, field.text, lang)
                yield from _kinds(name, field.text, lang)


def _facet(name: str, label: str, lang: str) -> Facet:
    concept = next((c for of in _OF[name] if (c := of_value(label, lang, of))), None)
    return Facet(name, token(concept.id) if concept else facet_value(label), label)


def _kinds(name: str, label: str, lang: str) -> Iterator[Facet]:
    """What a value is a kind of, where its head says so: "illuminated manuscript", "Silberdose".

    The head of several words stands first where adjectives follow, else last; of a compound last.
    """
    if name not in _HEADED or of_value(label, lang, name):
        return
    if name == "material":
        yield from _materials(label, lang)
        return
    bare = label.partition("(")[0].strip()
    if bare != label and (
        own := next(filter(None, (of_value(bare, lang, of) for of in _OF[name])), None)
    ):
        yield Facet(name, token(own.id), own.label("en"))  # "Målningar (Måleri)"
        return
    if len(found := words(label)) > _HEAD:
        return
    small = listed_words(lang, "function")
    if any(fold(word) in small for word in found):
        return
    heads = [found[0], found[-1]] if tongue(lang) not in _LINKED else found[-1:]
    told = {c.id for head in heads for of in _OF[name] if (c := of_value(head, lang, of))}
    if not told and len(found) == 1:
        told = {
            c.id
            for part in parts(fold(label), lang)[-1:]
            for of in _OF[name]
            if (c := of_value(part, lang, of))
        }
    for one in told if len(told) == 1 else ():
        yield Facet(name, token(one), concepts()[one].label("en"))


def _materials(label: str, lang: str) -> Iterator[Facet]:
    """All that a value of several materials names: "oil on canvas"; not of two sentences."""
    if "." in label or len(found := words(label)) > _MATERIALS:
        return
    stems = [stem(word, lang) for word in found]
    for one in named(stems, lang):
        told = [i for i in one.ids if concepts()[i].facet == "material"]
        if not told:  # "oil on canvas" is a technique, of two materials
            each = (named([word], lang) for word in stems[one.start : one.stop])
            told = [i for own in each for single in own for i in single.ids]
        for concept in (concepts()[i] for i in told):
            if concept.facet == "material":
                yield Facet("material", token(concept.id), concept.label("en"))


def _makers(record: Record) -> Iterator[tuple[str, str]]:
    for maker in record.makers:
        if maker.status == "current" and maker.name and set(maker.qualifier.split()) <= _BY:
            yield "maker", maker.name
            if maker.gender:
                yield "gender", maker.gender


def facet_value(value: object) -> str:
    """A value as compared: folded, its spaces single; `true` and `false` for what is either."""
    if isinstance(value, bool):
        return "true" if value else "false"
    told = " ".join(str(value).split()).encode("utf-8", "replace").decode()
    return fold(told)


def facets_of(record: Record) -> list[Facet]:
    """What the record is counted by; each value once, however often the record repeats it.

    What it is counts as what that is a kind of, too: an etching is a print.
    """
    plain = (Facet(name, facet_value(label), label) for name, label in facet_values(record))
    found: dict[tuple[str, str], Facet] = {}
    for facet in (*_concepts(record), *plain):
        if facet.value and len(facet.value) <= MAX_VALUE:
            found.setdefault((facet.name, facet.value), facet)
    for one in parts_of_the_world(record):
        found.setdefault(
            ("place", token(one)), Facet("place", token(one), concepts()[one].label("en"))
        )
    for place in record.places:
        if place.known and place.role != "depicted":
            value = facet_value(place.known)
            names = (*names_of(place.known), place.name)
            also = dict.fromkeys(facet_value(name) for name in names)
            found[("place", value)] = Facet("place", value, place.known, tuple(also))
        if place.country and place.role != "depicted":
            value = country_token(place.country)
            found.setdefault(("place", value), Facet("place", value, place.country))
    for facet in list(found.values()):
        own = of_token(facet.value) if facet.name in _FIELDS else None
        for wider in lineage(own.id)[1:] if own else ():
            above = Facet(facet.name, token(wider), concepts()[wider].label("en"))
            found.setdefault((above.name, above.value), above)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Counted:
    """The values of one facet, and the records that have them: records[i] has values[codes[i]]."""

    values: tuple[str, ...]
    labels: tuple[str, ...]
    records: NDArray[np.int64]
    codes: NDArray[np.int64]

    def of(self, wanted: Set[str]) -> NDArray[np.int64]:
        """The sorted keys of the records that have any of these values."""
        places = [i for i, value in enumerate(self.values) if value in wanted]
        ends = np.searchsorted(self.codes, [(i, i + 1) for i in places])
        held = [self.records[start:stop] for start, stop in ends.reshape(-1, 2)]
        return np.unique(np.concatenate(held)) if held else np.empty(0, np.int64)

    def told(self, at: int, count: int, lang: str) -> dict[str, Any]:
        """One value with its count, called as in `lang` or as some record does."""
        label = called(self.values[at], lang) or self.labels[at]
        return {"value": self.values[at], "label": label, "count": count}
