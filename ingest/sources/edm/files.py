"""EDM's files: RDF/XML bare, many in one file or inside OAI-PMH, and JSON-LD.

Inside OAI-PMH the header's identifier is the local id, because a deleted record has no other.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from explorer.errors import ExplorerError
from explorer.types import Identifier, Record, Source
from ingest.deliveries import Member
from ingest.sources.dcelements import not_taken
from ingest.sources.edm.graph import Graph
from ingest.sources.edm.jsonld import graphs_of
from ingest.sources.edm.rdfxml import RDF, graph_of, graph_of_file
from ingest.sources.edm.record import Refused, objects
from ingest.sources.xmlfile import xml_records
from ingest.sourcespec import Item, Rejection, SourceSpec

_JSON = (".json", ".jsonld")
_LARGE = 4_000_000  # more than one record has: the file is of many, in one rdf:RDF or in several
_MOST = 50_000_000  # bytes of a JSON-LD file, which is held in memory whole


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a file as they come, and what could not be read of it."""
    found = _json(member, spec) if member.name.lower().endswith(_JSON) else _xml(member, spec)
    left: Counter[str] = Counter()
    known = False
    for graph, header in found:
        if isinstance(graph, str):
            known = True
            yield Rejection(spec.name, member.where, "", "", graph)
        elif graph is None:
            known = True
            yield _deleted(member, spec, header)
        else:
            named = Identifier("oai_identifier", header)
            for item in records_of(graph, member, spec, left=left, known_as=named):
                known = True
                yield item
    if not known:
        yield Rejection(spec.name, member.where, "", "", "The file holds no EDM record.")
    yield from not_taken(left, member, spec)


def records_of(
    graph: Graph, member: Member, spec: SourceSpec, *, left: Counter[str],
    known_as: Identifier | None = None, form: str = "edm",
) -> Iterator[Item]:  # fmt: skip
    """The records a graph holds; `left` counts the elements of their facts.

    A single object goes by the identifier it is `known_as`, else by its rdf:about.
    """
    described = list(objects(graph, spec.language))
    outside = known_as if known_as and known_as.value and len(described) == 1 else None
    for one in described:
        local = outside.value if outside else one.local
        record_id = f"{spec.name}:{quote(local, safe='')}" if local else ""
        if isinstance(one, Refused) or not local:
            reason = one.reason if isinstance(one, Refused) else "The object has no rdf:about."
            yield Rejection(spec.name, member.where, record_id, "edm:ProvidedCHO", reason)
            continue
        left.update(one.elements)
        yield replace(
            one.record,
            id=record_id,
            identifiers=(*one.record.identifiers, outside) if outside else one.record.identifiers,
            source=Source(spec.name, form, member.delivered),
        )


def _xml(member: Member, spec: SourceSpec) -> Iterator[tuple[Graph | str | None, str]]:
    whole = graph_of_file(member, spec.language) if member.size > _LARGE else None
    if whole is not None:
        yield whole, ""
        return
    for found in xml_records(member, [RDF + "RDF"]):
        if isinstance(found, str):
            yield found, ""
        elif found.element is None:
            yield None, found.identifier
        else:
            yield graph_of(found.element, spec.language), found.identifier


def _json(member: Member, spec: SourceSpec) -> Iterator[tuple[Graph | str | None, str]]:
    try:
        content = member.read(_MOST)
    except ExplorerError as error:
        yield str(error), ""
        return
    for graph in graphs_of(content, spec.language):
        yield graph, ""


def _deleted(member: Member, spec: SourceSpec, header: str) -> Item:
    if not header:
        reason = "A deleted record does not say which one it is."
        return Rejection(spec.name, member.where, "", "identifier", reason)
    return Record(
        f"{spec.name}:{quote(header, safe='')}",
        identifiers=(Identifier("oai_identifier", header),),
        source=Source(spec.name, "edm", member.delivered),
        deleted=True,
    )
