"""RDF as small as a record needs it: resources by their names, with types and values as written.

Elements go by the prefixes of the EDM documentation, whatever a file calls them: dc:title.
"""

from dataclasses import dataclass, field

_NAMESPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.europeana.eu/schemas/edm/": "edm",
    "http://www.openarchives.org/ore/terms/": "ore",
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "wgs84_pos",
    "http://www.w3.org/2003/01/geo/wgs84_pos": "wgs84_pos",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://rdvocab.info/ElementsGr2/": "rdaGr2",
    "http://rdvocab.info/ElementsGr2": "rdaGr2",
    "http://www.ebu.ch/metadata/ontologies/ebucore/ebucore#": "ebucore",
}


@dataclass(frozen=True, slots=True)
class Value:
    """What a property says: words in a language, or the name of a resource."""

    text: str = ""
    lang: str = ""
    resource: str = ""


@dataclass(slots=True)
class Resource:
    """A thing: `values` are in the source's order, once each."""

    name: str
    types: dict[str, None] = field(default_factory=dict)
    values: dict[str, dict[Value, None]] = field(default_factory=dict)

    def add(self, element: str, value: Value) -> None:
        """Nothing; the value stands with the others of the element, unless it is empty."""
        if element == "rdf:type":
            self.types[prefixed(value.resource or value.text)] = None
        elif value.text or value.resource:
            self.values.setdefault(element, {})[value] = None

    def all(self, element: str) -> list[Value]:
        """The element's values."""
        return list(self.values.get(element, ()))

    def references(self, element: str) -> list[str]:
        """The names of the resources it gives, also where they stand there as words."""
        return [value.resource or value.text for value in self.values.get(element, ())]


Graph = dict[str, Resource]
"""The resources by name: an address, "#..." of the same file, "_:..." where it has none."""


def resource(graph: Graph, name: str) -> Resource:
    """The resource of that name, made where it is new."""
    return graph.setdefault(name, Resource(name))


def prefixed(address: str) -> str:
    """An element's address with the usual prefix: dc:title; as it is where we have none."""
    for cut in (address.rfind("#") + 1, address.rfind("/") + 1):
        if cut and (prefix := _NAMESPACES.get(address[:cut])):
            return f"{prefix}:{address[cut:]}"
    return address


def of_namespace(namespace: str, name: str) -> str:
    """As `prefixed`, of an XML element's two halves."""
    prefix = _NAMESPACES.get(namespace)
    return f"{prefix}:{name}" if prefix else namespace + name
