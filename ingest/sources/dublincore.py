"""Dublin Core: oai_dc and qualified dcterms, inside OAI-PMH or under a plain record element.

What it cannot tell stays as words: the date of what, a place in which role.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from explorer.text import nfc
from explorer.types import Identifier, Record, Source
from ingest.deliveries import Member
from ingest.sources.dcelements import Said, described, is_web, not_taken
from ingest.sources.language_tags import language_tag
from ingest.sources.xmlfile import xml_records
from ingest.sourcespec import Item, Rejection, SourceSpec

Element = Any  # lxml has no types

_ELEMENTS = {"http://purl.org/dc/elements/1.1/": "dc", "http://purl.org/dc/terms/": "dcterms"}
_IN_ELEMENTS = frozenset((
    "title", "creator", "contributor", "subject", "description", "publisher", "date", "type",
    "format", "identifier", "source", "language", "relation", "coverage", "rights",
))  # fmt: skip
_AROUND = ("dc", "qualifieddc", "record", "metadata", "Description")
"""What the elements of a record stand in, in any namespace."""

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a file as they come, and what could not be read of it.

    The local id is that of the OAI header, else the first identifier.
    """
    number = 0
    left: Counter[str] = Counter()
    for found in xml_records(member, ["{*}" + name for name in _AROUND]):
        if isinstance(found, str):
            number += 1
            yield Rejection(spec.name, member.where, "", "", found)
            continue
        facts = {} if found.element is None else _facts(found.element, spec.language)
        if found.element is not None and not facts:
            continue  # what only wraps a record
        number += 1
        left.update(facts.keys())
        record = described(facts, language=spec.language)
        local = found.identifier or _local(record, found.element)
        if not local:
            reason = "The record has neither an OAI identifier nor a dc:identifier."
            where = f"{member.where}, record {number}"
            yield Rejection(spec.name, where, "", "dc:identifier", reason)
            continue
        known = [*record.identifiers]
        known += [Identifier("oai_identifier", found.identifier)] if found.identifier else []
        yield replace(
            record,
            id=f"{spec.name}:{quote(local, safe='')}",
            identifiers=tuple(known),
            source=Source(spec.name, "dc", member.delivered),
            deleted=found.element is None,
        )
    if not number:
        yield Rejection(spec.name, member.where, "", "", "The file holds no Dublin Core record.")
    yield from not_taken(left, member, spec)


def _facts(around: Element, language: str) -> dict[str, list[Said]]:
    facts: dict[str, dict[Said, None]] = {}
    for element in around:
        namespace, _, name = element.tag.removeprefix("{").rpartition("}")
        prefix = _ELEMENTS.get(namespace)
        text = nfc("".join(element.itertext())) or nfc(element.get(_RDF + "resource") or "")
        if prefix and text:
            # The fifteen elements mean the same in both namespaces.
            known = "dc" if name in _IN_ELEMENTS else prefix
            said = Said(uri=text) if is_web(text) else Said(text, _lang(element, language))
            facts.setdefault(f"{known}:{name}", {})[said] = None
    return {element: list(told) for element, told in facts.items()}


def _lang(element: Element, otherwise: str) -> str:
    while element is not None:
        if (tag := element.get(_LANG)) is not None:
            return language_tag(tag)
        element = element.getparent()
    return otherwise


def _local(record: Record, around: Element) -> str:
    given = nfc(around.get(_RDF + "about") or "") if around is not None else ""
    return given or next((i.value for i in record.identifiers), "")
