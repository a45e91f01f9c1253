"""Europeana's own JSON: items of the Search API and objects of the Record API, as EDM graphs.

Of an item only the words in the languages of its museum are taken: Europeana adds translations,
concepts, places and periods of its own there, and does not mark them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from explorer.errors import ExplorerError
from explorer.text import nfc
from explorer.types import Identifier, Record
from ingest.deliveries import Member
from ingest.sources.dcelements import is_web, not_taken
from ingest.sources.edm.files import records_of
from ingest.sources.edm.graph import Graph, Resource, Value, resource
from ingest.sources.language_tags import language_tag
from ingest.sourcespec import Item, Rejection, SourceSpec

_Object = dict[str, Any]

_KEY = re.compile(r"(dcterms|dc|edm|ebucore)([A-Z]\w*?)(?:LangAware)?")
_KINDS = {
    "agents": "edm:Agent", "concepts": "skos:Concept", "places": "edm:Place",
    "timespans": "edm:TimeSpan", "organizations": "foaf:Organization", "proxies": "ore:Proxy",
    "providedCHOs": "edm:ProvidedCHO", "aggregations": "ore:Aggregation",
    "europeanaAggregation": "edm:EuropeanaAggregation", "webResources": "edm:WebResource",
}  # fmt: skip
_CALLED = {
    "prefLabel": "skos:prefLabel", "begin": "edm:begin", "end": "edm:end", "hasView": "edm:hasView",
    "latitude": "wgs84_pos:lat", "longitude": "wgs84_pos:long", "proxyFor": "ore:proxyFor",
    "proxyIn": "ore:proxyIn", "lineage": "ore:lineage", "europeanaProxy": "edm:europeanaProxy",
    "aggregatedCHO": "edm:aggregatedCHO", "rdaGr2Gender": "rdaGr2:gender",
    "webResourceEdmRights": "edm:rights", "webResourceDcRights": "dc:rights",
    "dataProvider": "edm:dataProvider", "rights": "edm:rights", "type": "edm:type", "year": "year",
}  # fmt: skip
"""What the APIs call otherwise than EDM does."""

_MOST = 50_000_000  # bytes of a file, which is held in memory whole
_ADDED = re.compile(r"edm(?:Agent|Concept|Place|Timespan)\w*Label\w*")

_OF_AGGREGATION = frozenset((
    "edm:isShownBy", "edm:isShownAt", "edm:object", "edm:hasView", "edm:dataProvider", "edm:rights",
))  # fmt: skip
_ITEM = _OF_AGGREGATION | {"edm:type", "edm:hasType", "year"}


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a response, of a list of its items, or of lines with an item each."""
    left: Counter[str] = Counter()
    number = 0
    try:
        for number, item in enumerate(_items(member.read(_MOST)), 1):
            place = replace(member, where=f"{member.where}, item {number}")
            if isinstance(item, str):
                yield Rejection(spec.name, place.where, "", "", item)
            else:
                yield from _records(item, place, spec, left)
    except ExplorerError as error:
        number += 1
        yield Rejection(spec.name, member.where, "", "", str(error))
    if not number:
        yield Rejection(spec.name, member.where, "", "", "The file holds no item of Europeana.")
    yield from not_taken(left, member, spec)


def _items(content: bytes) -> Iterator[_Object | str]:
    """Each item, or why it is none."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        first, _, more = content.partition(b"\n")
        if not more.strip() or isinstance(_line(first), str):
            yield f"The file is not JSON (line {error.lineno}): {error.msg}."
            return
        yield from (_line(line) for line in content.splitlines() if line.strip())
        return
    if isinstance(data, dict):
        if data.get("success") is False:
            yield f"Europeana answered with an error: {data.get('error', 'no reason given')}."
            return
        data = data["items"] if isinstance(data.get("items"), list) else [data]
    for item in data if isinstance(data, list) else [data]:
        yield item if isinstance(item, dict) else "The item is not a JSON object."


def _line(line: bytes) -> _Object | str:
    try:
        item = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"The line is not JSON: {error.msg}."
    return item if isinstance(item, dict) else "The item is not a JSON object."


def _records(item: _Object, member: Member, spec: SourceSpec, left: Counter[str]) -> Iterator[Item]:
    whole = item.get("object", item)
    if not isinstance(whole, dict):
        yield Rejection(spec.name, member.where, "", "object", "The object is not a JSON object.")
        return
    of_record = "proxies" in whole
    name = whole.get("about" if of_record else "id")
    if not isinstance(name, str) or not nfc(name):
        yield Rejection(spec.name, member.where, "", "id", "The item has no id.")
        return
    graph = _of_object(whole) if of_record else _of_item(whole, nfc(name), spec.language)
    left.update(() if of_record else _added(whole))
    page = str(whole.get("guid", "")).partition("?")[0]
    known_as = Identifier("europeana_id", nfc(name))
    for found in records_of(graph, member, spec, left=left, known_as=known_as, form="europeana"):
        if isinstance(found, Record) and not found.url and is_web(page):
            yield replace(found, url=page)
        else:
            yield found


def _of_item(item: _Object, name: str, language: str) -> Graph:
    """An item of the Search API: in one object what museum and Europeana say."""
    graph: Graph = {}
    about, aggregation = resource(graph, name), resource(graph, "_:aggregation")
    about.types["edm:ProvidedCHO"] = aggregation.types["ore:Aggregation"] = None
    aggregation.add("edm:aggregatedCHO", Value(resource=about.name))
    own = {tag for code, _ in _flat(item.get("language")) if (tag := language_tag(code))}
    for key, value in item.items():
        element = _element(key)
        if f"{key}LangAware" in item or not (element in _ITEM or element.startswith("dc")):
            continue
        owner = aggregation if element in _OF_AGGREGATION else about
        for text, lang in _museums(value, own, language):
            # A reference such as #Jan_Bus is no name.
            local = element in ("dc:creator", "dc:contributor") and text.startswith("#")
            owner.add(element, Value(resource=text) if local else Value(text, lang))
    if "dc:title" not in about.values:
        # Europeana calls what has no title by its description.
        described = {text for text, _ in _flat(item.get("dcDescription"))}
        for text, _ in _flat(item.get("title")):
            about.add("dc:title", Value("" if text in described else text, language))
    if "edm:object" not in aggregation.values:
        for text, _ in _flat(item.get("edmPreview")):
            aggregation.add("edm:object", Value(text))
    return graph


def _museums(value: Any, own: set[str], language: str) -> list[tuple[str, str]]:
    """The words in the museum's own languages or in none; all where it gives none of these."""
    said = [(text, language_tag(tag) if tag else language) for text, tag in _flat(value)]
    taken = [one for one in said if not own or not one[1] or one[1].partition("-")[0] in own]
    tagged = {text for text, tag in taken if tag}
    return [(text, tag) for text, tag in taken or said if tag or text not in tagged]


def _added(item: _Object) -> Iterator[str]:
    """The keys of an item under which Europeana puts what it added."""
    yield from (key for key in item if _ADDED.fullmatch(key))
    own = {tag for code, _ in _flat(item.get("language")) if (tag := language_tag(code))}
    for key, value in item.items():
        if key.startswith("dc") and isinstance(value, dict):
            said = {language_tag(tag) for _, tag in _flat(value)}
            yield from (
                f"{key} in {tag}"
                for tag in said - {lang for _, lang in _museums(value, own, "")}
                if tag
            )


def _of_object(whole: _Object) -> Graph:
    """An object of the Record API: EDM's classes as lists, each thing with its address."""
    graph: Graph = {}
    pairs: list[tuple[Resource, str, Any]] = []
    waiting = [whole]
    for part in waiting:
        for key, kind in _KINDS.items():
            listed = part.get(key)
            for thing in listed if isinstance(listed, list) else [listed]:
                if isinstance(thing, dict) and isinstance(thing.get("about"), str):
                    made = resource(graph, nfc(thing["about"]))
                    made.types[kind] = None
                    pairs += [(made, key, value) for key, value in thing.items()]
                    waiting.append(thing)
    for made, key, value in pairs:
        if element := _element(key):
            for text, tag in _flat(value):
                named = text in graph and element != "dc:identifier"
                made.add(element, Value(resource=text) if named else Value(text, language_tag(tag)))
    return graph


def _flat(value: Any) -> Iterator[tuple[str, str]]:
    """(text, language as declared) of a text, a list of them, or lists by language."""
    waiting = [(value, "")]
    while waiting:
        part, tag = waiting.pop()
        if isinstance(part, dict):
            waiting += [(inner, key) for key, inner in reversed(part.items())]
        elif isinstance(part, list):
            waiting += [(inner, tag) for inner in reversed(part)]
        elif isinstance(part, str) and (text := nfc(part)):
            yield text, tag
        elif isinstance(part, bool | int | float):
            yield orjson.dumps(part).decode(), tag


@lru_cache(maxsize=2_000)
def _element(key: str) -> str:
    """The element that a key stands for, "" where it is none of EDM's: dcTitleLangAware."""
    if key in _CALLED:
        return _CALLED[key]
    match = _KEY.fullmatch(key)
    return f"{match.group(1)}:{match.group(2)[0].lower()}{match.group(2)[1:]}" if match else ""
