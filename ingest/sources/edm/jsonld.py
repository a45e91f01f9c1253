"""EDM as JSON-LD: a document made into a graph by PyLD. No context is ever fetched."""

from collections.abc import Iterator
from typing import Any

import orjson

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.sources.edm.graph import Graph, Value, prefixed, resource
from ingest.sources.language_tags import language_tag


def graphs_of(content: bytes, language: str) -> Iterator[Graph | str]:
    """A graph per document; a sentence instead of it says why it was not read.

    The documents of a list are graphs of their own where each brings its own context.
    """
    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        yield f"The file is not JSON (line {error.lineno}): {error.msg}."
        return
    apart = isinstance(data, list) and all(isinstance(d, dict) and "@context" in d for d in data)
    for document in data if apart else [data]:
        if context := elsewhere(document):
            yield (
                f"The file leans on a context that lies elsewhere ({context}), which is not "
                "fetched; it has to bring its context with it."
            )
        else:
            yield _graph(document, language)


def elsewhere(document: Any) -> str:
    """The first address that a JSON-LD processor would go to, "" where there is none."""
    if isinstance(document, str):
        return document
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            contexts = part.get("@context")
            for context in contexts if isinstance(contexts, list) else [contexts]:
                if isinstance(context, str):
                    return context
            if isinstance(imported := part.get("@import"), str):
                return imported
            waiting += part.values()
    return ""


def _graph(document: Any, language: str) -> Graph | str:
    try:
        from pyld import jsonld
    except ImportError as error:
        raise ExplorerError(
            "Reading EDM as JSON-LD needs the package PyLD.",
            'Install it with: pip install "collection-explorer[edm]"',
        ) from error
    # Without a base relative names stay as they are.
    options = {"documentLoader": _never, "expandContext": {"@base": None}}
    try:
        nodes = jsonld.flatten(document, options=options)
    except RecursionError:
        return "The file is not JSON-LD that can be read: it is nested too deeply."
    except (jsonld.JsonLdError, TypeError, AttributeError, ValueError) as error:
        return f"The file is not JSON-LD: {_told(error)}."
    graph: Graph = {}
    for node in nodes:
        nodes += node.get("@graph", ())  # of a graph with a name
        made = resource(graph, nfc(node["@id"]))
        for kind in node.get("@type", ()):
            made.types[prefixed(kind)] = None
        for element, values in node.items():
            if not element.startswith("@"):
                for value in _values(values, language):
                    made.add(prefixed(element), value)
    return graph


def _values(values: list[Any], language: str) -> Iterator[Value]:
    for value in values:
        if "@list" in value:
            yield from _values(value["@list"], language)
        elif "@id" in value:
            yield Value(resource=nfc(value["@id"]))
        else:
            said = value.get("@value")
            text = said if isinstance(said, str) else orjson.dumps(said).decode()
            tag = value.get("@language")
            yield Value(nfc(text), language if tag is None else language_tag(tag))


def _never(address: str, options: object) -> Any:
    from pyld.jsonld import JsonLdError

    raise JsonLdError(f"not fetched: {address}", "jsonld.LoadDocumentError")


def _told(error: BaseException) -> str:
    """The innermost of the reasons."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return str(error.args[0] if error.args else error).rstrip(".\n")
