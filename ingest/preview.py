"""What would be understood of a source, beside what stood there; nothing is written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from explorer.text import nfc
from explorer.types import DateSpan, Maker, Measurement, Place, Record, Rights
from explorer.wire import dump
from ingest.clean import clean
from ingest.concepts.store import Vocabulary, first_concepts
from ingest.concepts.taking import FORMAT as CONCEPTS
from ingest.concepts.taking import apart
from ingest.deliveries import Member
from ingest.formats import FORMATS, files_of, passed_over
from ingest.harvest import harvested
from ingest.pictures import may_show
from ingest.sourcelist import read_member
from ingest.sources.xmlfile import xml_records
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_ELEMENTS = {
    "lido": ["{http://www.lido-schema.org}lido"],
    "edm": ["{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"],
    "dc": ["{*}dc", "{*}metadata", "{*}record"],
}
_SHORTEST = 4
"""Shorter words are held to be read only where they stand by themselves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a record: the element or column it stood in, its words, what they became."""

    stood_in: str
    words: str
    understood: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """One record: what it would be known by, its lines, and what is wrong with it."""

    id: str
    kind: str
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first records of a source, and what would not be taken in."""

    source: str
    format: str
    records: tuple[Previewed, ...] = ()
    not_read: Mapping[str, int] = field(default_factory=dict)
    """Elements or columns whose words became nothing, with how often they held some."""
    not_found: tuple[str, ...] = ()
    """Columns the mapping knows and the table does not have."""
    rejections: tuple[Rejection, ...] = ()
    remarks: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    whole: bool = True
    """Whether there is nothing after the records shown."""


def previews(specs: Sequence[SourceSpec], limit: int = 5) -> Iterator[Preview]:
    """A preview of each source; what is looked up in vocabularies is, where these are among them.

    Vocabularies come first.
    """
    with TemporaryDirectory() as folder:
        sources, vocabularies = apart(specs, Path(folder), lambda *_: None)
        yield from (_of_vocabulary(vocabulary, limit) for vocabulary in vocabularies)
        yield from (preview(source, limit) for source in sources)


def _of_vocabulary(vocabulary: Vocabulary, limit: int) -> Preview:
    """The first concepts, with what they are called."""
    shown = tuple(
        Previewed(known.uri or code, "concept", tuple(
            Line(lang or "?", label, f"label of {code}") for lang, label in known.labels.items()
        ), ())
        for code, known in first_concepts(vocabulary, limit)
    )  # fmt: skip
    whole = len(shown) == vocabulary.concepts
    return Preview(vocabulary.name, CONCEPTS, shown, whole=whole)


def preview(spec: SourceSpec, limit: int = 5) -> Preview:
    """The first `limit` records of a source as they would be taken in."""
    records: list[Record] = []
    rejections: list[Rejection] = []
    remarks: list[str] = []
    looked_at: list[Member] = []
    whole = True
    files: Iterator[Member | Rejection | Remark]
    files = iter(harvested(spec).members() if spec.address else files_of(spec))
    for one in files:
        items: Iterator[Item]
        if isinstance(one, Member):
            looked_at.append(one)
            items = read_member(one, spec)
        else:
            items = iter([one])
        for item in islice(items, 20 * limit):
            if isinstance(item, Rejection):
                rejections.append(item)
            elif isinstance(item, Remark):
                remarks.append(item.text)
            else:
                records.append(item)
            if len(records) >= limit:
                break
        whole = whole and next(items, None) is None
        if len(records) >= limit:
            whole = whole and next(files, None) is None
            break
    understood = [record if record.deleted else clean(record) for record in records]
    return Preview(
        spec.name,
        spec.format,
        tuple(map(_previewed, understood)),
        dict(_not_read(looked_at, spec, understood)),
        tuple(_not_found(looked_at, spec)),
        tuple(rejections),
        tuple(dict.fromkeys(remarks)),
        () if spec.address else tuple(passed_over(spec)),
        whole,
    )


# --- what was understood ---------------------------------------------------------------------


def _previewed(record: Record) -> Previewed:
    kind = "withdrawn" if record.deleted else record.kind
    lines = (*_of_fields(record), *_of_parts(record))
    return Previewed(record.id, kind, tuple(lines), record.warnings)


def _of_fields(record: Record) -> Iterator[Line]:
    makers = iter(record.makers)
    for one in record.fields:
        became = one.name + (f" ({one.lang or '?'})" if one.lang or one.lang_detected else "")
        if one.lang_detected and one.lang_detected != one.lang.partition("-")[0]:
            became += f", reads {one.lang_detected}"
        if one.name == "maker":
            became += _maker(next(makers, None))
        elif one.name == "date":
            became += "".join(_years(d) for d in record.dates if one.text in d.display.values())
        elif one.name == "place":
            became += "".join(_spot(p) for p in record.places if p.name == one.text)
        yield Line(one.source, one.text, became)


def _maker(maker: Maker | None) -> str:
    if maker is None:
        return ""
    told = [maker.name or "unknown", maker.role, maker.qualifier]
    told.append(maker.status if maker.status != "current" else "")
    return ": " + ", ".join(dict.fromkeys(filter(None, told)))


def _years(span: DateSpan) -> str:
    if span.earliest is None and span.latest is None:
        return ": not understood, shown as it is"
    years = "–".join(dict.fromkeys(str(y) for y in (span.earliest, span.latest) if y is not None))
    return f": {years}" + (f", {span.certainty}" if span.certainty != "certain" else "")


def _spot(place: Place) -> str:
    return f": {place.role}" + (f", {place.lat} {place.lon}" if place.lat is not None else "")


def _of_parts(record: Record) -> Iterator[Line]:
    for identifier in record.identifiers:
        yield Line("", identifier.value, identifier.kind)
    for measured in record.measurements:
        yield Line("", _measured(measured), f"measurement: {measured.kind or 'unnamed'}")
    for concept in record.concepts:
        yield Line("", concept.uri, f"{concept.facet}: {' | '.join(concept.labels.values())}")
    for image in record.images:
        rights = image.rights or record.rights.image
        shown = "may be shown" if may_show(rights) else "its rights let nothing be shown"
        yield Line("", image.url, f"picture, {shown}: {rights or 'no rights given'}")
    for part in fields(Rights):
        if given := getattr(record.rights, part.name):
            yield Line("", given, f"rights of the {part.name}")
    for name in ("url", "part_of", "institution", "level", "valid_from", "valid_until"):
        if given := getattr(record, name):
            yield Line("", given, name)
    for number in record.about_numbers:
        yield Line("", number, "about")


def _measured(measured: Measurement) -> str:
    return f"{measured.value:g} {measured.unit}".strip()


# --- what was not read -----------------------------------------------------------------------


def _not_read(looked_at: list[Member], spec: SourceSpec, read: list[Record]) -> Iterator[Any]:
    if FORMATS[spec.format].mapped:
        from ingest.sources.table.preview import unread_columns

        for member in looked_at[:1]:
            yield from ((column, 1) for column in unread_columns(member, spec))
        return
    known = _Known(read)
    counts: Counter[str] = Counter()
    left = len(read)
    for member in looked_at if spec.format in _ELEMENTS else ():
        for found in islice(xml_records(member, _ELEMENTS[spec.format]), left):
            if not isinstance(found, str) and found.element is not None:
                counts.update(path for path, text in _leaves(found.element) if text not in known)
            left -= 1
    yield from sorted(counts.items())


def _not_found(looked_at: list[Member], spec: SourceSpec) -> Iterator[str]:
    if FORMATS[spec.format].mapped:
        from ingest.sources.table.preview import unfound_columns

        for member in looked_at[:1]:
            yield from unfound_columns(member, spec)


class _Known:
    """All words that records hold in any way."""

    def __init__(self, records: list[Record]) -> None:
        self._words = set(_strings([orjson.loads(dump(record)) for record in records]))
        self._all = "\n".join(self._words)

    def __contains__(self, text: str) -> bool:
        if text in self._words or (len(text) >= _SHORTEST and text in self._all):
            return True
        return any(len(word) >= _SHORTEST and word in text for word in self._words)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name != "source":
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif value not in (None, ""):
        yield f"{value:g}" if isinstance(value, float) else str(value)


def _leaves(element: Any) -> Iterator[tuple[str, str]]:
    """The path, in local names, and the words of each element below that holds some."""
    for below in element.iter("{*}*"):
        text = nfc(below.text or "")
        if text:
            above = [e.tag.rpartition("}")[2] for e in below.iterancestors()]
            inside = above[: above.index(element.tag.rpartition("}")[2])] if above else []
            yield "/".join([*reversed(inside), below.tag.rpartition("}")[2]]), text


# --- for a person ----------------------------------------------------------------------------


def told(found: Preview) -> Iterator[str]:
    """The preview in lines."""
    yield f"Source {found.source}, {found.format}. Nothing is written."
    if not found.whole:
        shown = len(found.records)
        first = (
            "record; what comes after it"
            if shown == 1
            else (f"{shown} records; what comes after them")
        )
        yield f"The first {first} was not looked at."
    for record in found.records:
        yield ""
        yield f"{record.id} ({record.kind})"
        for line in record.lines:
            stood = f"{line.stood_in or '-':24.24}  {_shortened(line.words):50}"
            yield f"  {stood}  -> {line.understood}"
        yield from (f"  ! {warning}" for warning in record.warnings)
    yield ""
    for name, count in found.not_read.items():
        yield f"Not read: {name}" + (f" ({count} times)" if count > 1 else "")
    yield from (f"Not found: {name}" for name in found.not_found)
    for rejection in found.rejections:
        where = " ".join(filter(None, (rejection.where, rejection.record_id, rejection.field)))
        yield f"Rejected: {where}: {rejection.reason}"
    yield from (f"Noticed: {remark}" for remark in found.remarks)
    yield from (f"Passed over: {name}" for name in found.passed_over)


def _shortened(words: str, most: int = 50) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
