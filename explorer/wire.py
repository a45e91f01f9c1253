"""Nouns as the JSON that is stored and sent, and records back from it."""

from collections.abc import Mapping
from typing import Any

import orjson

from explorer.types import (
    Concept,
    DateSpan,
    Field,
    Identifier,
    Image,
    Maker,
    Measurement,
    Place,
    Record,
    Rights,
    Source,
)

_PARTS = {
    "identifiers": Identifier,
    "fields": Field,
    "makers": Maker,
    "dates": DateSpan,
    "places": Place,
    "concepts": Concept,
    "measurements": Measurement,
    "images": Image,
}


def dump(noun: Any) -> bytes:
    """The JSON of any noun of explorer.types, or of lists and mappings of them."""
    return orjson.dumps(noun)


def load_record(body: bytes) -> Record:
    """The Record that `dump` wrote."""
    data: dict[str, Any] = orjson.loads(body)
    return record_of(data)


def record_of(data: Mapping[str, Any]) -> Record:
    """The Record that a mapping of its JSON describes."""
    parts = dict(data)
    for name, noun in _PARTS.items():
        parts[name] = tuple(noun(**item) for item in data.get(name, ()))
    for name in ("about", "about_numbers"):
        parts[name] = tuple(data.get(name, ()))
    parts["warnings"] = tuple(data.get("warnings", ()))
    parts["rights"] = Rights(**data.get("rights", {}))
    parts["source"] = Source(**data.get("source", {"name": ""}))
    return Record(**parts)
