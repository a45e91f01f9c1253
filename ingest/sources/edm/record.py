"""An EDM graph -> Records: what the provider says of each object, with its pictures and rights.

What Europeana or an aggregator added stands in proxies of their own, and is not taken.
"""

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from explorer.types import Image, Record
from ingest.sources.dcelements import Said, described, is_web, name_of, rights_of
from ingest.sources.edm.graph import Graph, Resource, Value

_NAMES = ("skos:prefLabel", "foaf:name", "rdfs:label")
_STRUCTURE = frozenset((
    "edm:type", "edm:europeanaProxy", "ore:proxyFor", "ore:proxyIn", "ore:lineage",
    "edm:isNextInSequence", "edm:currentLocation", "edm:ugc", "owl:sameAs",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Described:
    """A Record without id and source; `local` identifies it, `elements` are those of its facts."""

    record: Record
    local: str
    elements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refused:
    """An object that is no record, and why."""

    local: str
    reason: str


def objects(graph: Graph, language: str) -> Iterator[Described | Refused]:
    """What the graph tells of each object, in its order."""
    typed = [r.name for r in graph.values() if "edm:ProvidedCHO" in r.types]
    parts = _parts(graph)
    aggregations: dict[str, list[Resource]] = {}
    for found in graph.values():
        if "ore:Aggregation" in found.types and "edm:EuropeanaAggregation" not in found.types:
            for name in found.references("edm:aggregatedCHO")[:1] or [""]:
                aggregations.setdefault(name, []).append(found)
    alone = [name for name in typed if name not in aggregations]
    astray = [name for name in aggregations if name not in parts]
    if len(alone) == len(astray) == 1:  # the aggregation misspells the name of its object
        aggregations = {alone[0] if n in astray else n: a for n, a in aggregations.items()}
        alone = []
    for name in dict.fromkeys([*aggregations, *alone]):
        yield _object(graph, name, parts.get(name, []), aggregations.get(name, []), language)


def _object(
    graph: Graph, name: str, parts: list[Resource], aggregations: list[Resource], language: str
) -> Described | Refused:
    if not any(set(part.values) - _STRUCTURE for part in parts):
        local = name or next((a.name for a in aggregations), "")
        return Refused(local, "No edm:ProvidedCHO or proxy of the provider describes the object.")
    if name.startswith("_:"):
        return Refused("", "The edm:ProvidedCHO has no rdf:about, and so nothing it is known by.")
    facts: dict[str, dict[Said, None]] = {}
    for part in parts:
        for element in part.values:
            told = facts.setdefault(element, {})
            told.update((_said(graph, value), None) for value in part.all(element))
    record = described(
        {e: list(told) for e, told in facts.items()}, language=language, date="creation"
    )
    meant = {n for part in parts for n in part.references("ore:proxyIn")}
    chosen = [a for a in aggregations if a.name in meant] or aggregations
    if chosen:
        record = _aggregated(graph, record, chosen[0], parts, language)
    return Described(
        replace(record, warnings=(*record.warnings, *_oddities(graph, name, chosen))),
        name,
        frozenset(facts) - _STRUCTURE,
    )


def _oddities(graph: Graph, name: str, aggregations: list[Resource]) -> Iterator[str]:
    about = graph.get(name)
    if about is not None and about.values and "edm:ProvidedCHO" not in about.types:
        yield f"object is not called ProvidedCHO: {' '.join(about.types) or name}"
    if not aggregations:
        yield f"object without an aggregation: {name}"
    elif name not in (meant := aggregations[0].references("edm:aggregatedCHO")):
        yield f"aggregation names another object: {' '.join(meant)}"


def _parts(graph: Graph) -> dict[str, list[Resource]]:
    """Object -> its own resource and its provider's proxies.

    Europeana's proxies do not count, nor those that were made from another one.
    """
    named = {n for r in graph.values() for n in r.references("edm:aggregatedCHO")}
    named |= {r.name for r in graph.values() if "edm:ProvidedCHO" in r.types}
    parts = {name: [graph[name]] for name in graph if name in named}
    for proxy in graph.values():
        if "ore:Proxy" in proxy.types and not _added(graph, proxy):
            for name in proxy.references("ore:proxyFor"):
                parts.setdefault(name, []).append(proxy)
    return parts


def _added(graph: Graph, proxy: Resource) -> bool:
    told = {text.lower() for text in proxy.references("edm:europeanaProxy")}
    inside = [graph[n] for n in proxy.references("ore:proxyIn") if n in graph]
    return (
        bool(told & {"true", "1"})
        or any("edm:EuropeanaAggregation" in r.types for r in inside)
        or any(n in graph and n != proxy.name for n in proxy.references("ore:lineage"))
    )


def _said(graph: Graph, value: Value) -> Said:
    """The value with the names and facts of the thing it refers to."""
    if not value.resource:
        return Said(uri=value.text) if is_web(value.text) else Said(value.text, value.lang)
    thing = graph.get(value.resource)
    if thing is None:
        return Said(uri=value.resource)
    names: dict[str, str] = {}
    for element in _NAMES:
        for name in thing.all(element):
            if name.text:
                names.setdefault(name.lang, name.text)
    texts = {e: thing.all(e)[0].text for e in thing.values}
    lat, lon = (_degrees(texts.get(f"wgs84_pos:{axis}", "")) for axis in ("lat", "long"))
    return Said(
        uri=value.resource if is_web(value.resource) or not names else "",
        names=tuple(names.items()),
        lat=lat if lon is not None else None,
        lon=lon if lat is not None else None,
        begin=texts.get("edm:begin", ""),
        end=texts.get("edm:end", ""),
        gender=texts.get("rdaGr2:gender", ""),
    )


def _degrees(text: str) -> float | None:
    try:
        degrees = float(text)
    except ValueError:
        return None
    return degrees if -180 <= degrees <= 180 else None


def _aggregated(
    graph: Graph, record: Record, aggregation: Resource, parts: list[Resource], language: str
) -> Record:
    warnings = dict.fromkeys(record.warnings)
    rights = rights_of(_said(graph, v) for v in aggregation.all("edm:rights")) or rights_of(
        _said(graph, v) for v in aggregation.all("dc:rights")
    )
    images: dict[str, Image] = {}
    for link in _pictures(graph, aggregation, parts):
        if is_web(link):
            images[link] = _image(graph.get(link), link, rights)
        else:
            warnings[f"image is not a link: {link}"] = None
    pages = aggregation.references("edm:isShownAt")
    for page in pages:
        if not is_web(page):
            warnings[f"web address is incomplete: {page}"] = None
    own = [f.lang for f in record.fields if f.name == "title"]
    keeper = next((_said(graph, v) for v in aggregation.all("edm:dataProvider")), Said())
    institution = name_of(keeper, [*own, language, "", "en"])
    if keeper.uri and not institution:
        warnings[f"an address without a name: edm:dataProvider {keeper.uri}"] = None
    first = next(iter(images.values()), None)
    return replace(
        record,
        institution=institution,
        images=tuple(images.values()),
        rights=replace(record.rights, image=first.rights if first else rights),
        url=next(filter(is_web, pages), record.url),
        warnings=tuple(warnings),
    )


def _pictures(graph: Graph, aggregation: Resource, parts: list[Resource]) -> list[str]:
    """What shows the object, where it is a picture; else the picture that stands for it.

    Of an edm:type other than IMAGE only what says that it is one counts: the rest is text or film.
    """
    image = any("IMAGE" in part.references("edm:type") for part in parts)
    shown = aggregation.references("edm:isShownBy") + aggregation.references("edm:hasView")
    pictures = [link for link in dict.fromkeys(shown) if _is_picture(graph.get(link), link, image)]
    return pictures or aggregation.references("edm:object")[:1]


def _is_picture(web_resource: Resource | None, link: str, otherwise: bool) -> bool:
    told = web_resource.references("ebucore:hasMimeType") if web_resource else []
    kind = next(iter(told), "") or mimetypes.guess_type(urlsplit(link).path)[0] or ""
    return kind.startswith("image/") if kind else otherwise


def _image(web_resource: Resource | None, link: str, rights: str) -> Image:
    if web_resource is None:
        return Image(link, rights)
    told: Mapping[str, str] = {
        element: rights_of(
            Said(uri=v.resource or v.text) if is_web(v.resource or v.text) else Said(v.text)
            for v in web_resource.all(element)
        )
        for element in ("edm:rights", "dc:rights")
    }
    alt = next(
        (v.text for v in web_resource.all("dc:description") if any(map(str.isalpha, v.text))), ""
    )
    return Image(link, told["edm:rights"] or rights or told["dc:rights"], alt)
