"""Records understood: languages told from the words, years read from dates, numbers gathered.

Nothing a source said is changed: what is understood stands beside what was delivered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b

from explorer.dates import read_date
from explorer.language import detect_language
from explorer.types import DateSpan, Field, Measurement, Place, Record, Source
from explorer.wire import dump
from ingest.measures import kind_of, read_measures
from ingest.places import impossible, located

REVISION = "9"
"""Part of every hash: raised when records are understood differently from before."""

_DETECTED = frozenset(("title", "description", "text", "inscription", "provenance"))
_SHORTEST = 20
_YEAR = re.compile(r"(?<![\d./-])(?:1[5-9]|20)\d\d(?![\d/-])")  # that a museum may have bought in
_SURE = 0.9


def hashed(record: Record, pictures: str = "") -> tuple[str, bytes]:
    """A hash of the delivered content and its pictures, but not of the day of delivery; and the
    JSON of the record with this hash.
    """
    bare = Source(record.source.name, record.source.format)
    content = dump(replace(record, source=bare))
    told = f"{REVISION} {pictures} ".encode() + content
    digest = blake2b(told, digest_size=16).hexdigest()
    # Among words quotes are escaped, and after the source there are only words.
    before, _, after = content.rpartition(dump(bare))
    return digest, before + dump(replace(record.source, hash=digest)) + after


def clean(record: Record) -> Record:
    """The record with languages detected, years, measures and coordinates read from its words.

    Warnings say what looked wrong.
    """
    fields = tuple(_detected(field) for field in record.fields)
    warnings = [
        f"reads in another language than declared: {f.name} is {f.lang}, reads {f.lang_detected}"
        for f in fields
        if f.lang and f.lang_detected and f.lang.partition("-")[0] != f.lang_detected
    ]
    dates = (*(_dated(span) for span in record.dates), *_acquired(record))
    warnings += [f"date not understood: {_words(d.display)}" for d in dates if _unread(d)]
    warnings += [f"impossible coordinates of {p.name}" for p in record.places if impossible(p)]
    return replace(
        record,
        fields=fields,
        dates=dates,
        places=tuple(_placed(record)),
        measurements=_measured(record),
        warnings=tuple(dict.fromkeys((*record.warnings, *warnings))),
    )


def _detected(field: Field) -> Field:
    if field.name not in _DETECTED or len(field.text) < _SHORTEST:
        return field
    heard = detect_language(field.text, prior=field.lang)
    return replace(field, lang_detected=heard.code) if heard.share >= _SURE else field


def _dated(span: DateSpan) -> DateSpan:
    """The span with years read from its words; delivered years always stand."""
    if not span.display:
        return span
    for lang, text in sorted(span.display.items()):
        read = read_date(text, lang)
        if read is None:
            continue
        if span.earliest is None and span.latest is None:
            return replace(
                span, earliest=read.earliest, latest=read.latest, certainty=read.certainty
            )
        return replace(span, certainty=read.certainty)
    return span


def _acquired(record: Record) -> Iterator[DateSpan]:
    """When it was acquired, where its words name one year: "Bought in 1923"; none of two."""
    if any(span.kind == "acquisition" for span in record.dates):
        return
    for name in ("acquisition", "credit_line"):
        told = [field for _, field in record.named(name)]
        years = {int(year) for field in told for year in _YEAR.findall(field.text)}
        if len(years) == 1:
            year = years.pop()
            yield DateSpan("acquisition", {}, year, year)
            return


def _unread(span: DateSpan) -> bool:
    return bool(span.display) and span.earliest is None and span.latest is None


def _words(display: Mapping[str, str]) -> str:
    return next(iter(display.values()), "")


def _measured(record: Record) -> tuple[Measurement, ...]:
    """The delivered measurements, and those read from words of a kind that was not delivered."""
    if not any(field.name == "measurement" for field in record.fields):
        return record.measurements
    kinds = {kind_of(each.kind) for each in record.measurements}
    if "" in kinds:
        return record.measurements  # delivered without a kind we know: it may be any
    found = list(record.measurements)
    for field in record.fields:
        if field.name == "measurement":
            read = read_measures(field.text, field.lang)
            new = [each for each in read if each.kind not in kinds and (each.kind or not kinds)]
            found += new
            kinds |= {each.kind for each in new}
    return tuple(found)


def _placed(record: Record) -> Iterator[Place]:
    if not record.places:
        return
    langs = tuple(dict.fromkeys(f.lang for f in record.fields if f.name == "place" and f.lang))
    for place in record.places:
        yield located(place, langs)
