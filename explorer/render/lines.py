"""The lines of a museum label: values of a record in a visitor's language, and their Fields."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.concepts import FACETS, of_value
from explorer.phrases import DEFAULT, phrase, phrases
from explorer.text import tongue
from explorer.types import Field, Maker, Record

LABEL_FIELDS = (
    "title", "maker", "date", "material", "technique", "measurement", "place", "room",
    "object_number",
)  # fmt: skip
"""The lines of a label."""

_TOLD_BY_LABEL = {"former": "formerly-attributed-to", "copy-after": "copy-after"}
"""The qualifier of makers that stand under a label of their own."""

# Three decimals may be thousands: their value is not known.
_BARE = re.compile(r"(\d+(?:[.,]\d{1,2})?)\s*(\D*)")


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a line that stand exactly so in a Field, from `start`."""

    reference: str
    field: Field
    start: int
    quote: str


@dataclass(frozen=True, slots=True)
class Line:
    """A value with its label's key, and the Parts it was made from."""

    key: str
    text: str
    parts: tuple[Part, ...]


def in_language(
    fields: Sequence[tuple[str, Field]], lang: str, otherwise: str = ""
) -> list[tuple[str, Field]]:
    """The fields in `lang`; else those without a language, in `otherwise`, or like the first."""
    for wanted in (lang, "", otherwise, fields[0][1].lang if fields else ""):
        chosen = [(ref, f) for ref, f in fields if (f.lang.partition("-")[0] or "") == wanted]
        if chosen:
            return chosen
    return list(fields)


def lines(record: Record, lang: str, names: Sequence[str] = LABEL_FIELDS) -> Iterator[Line]:
    """The lines of the record's label that it has words for, in the order of `names`."""
    titles = in_language(record.named("title"), lang)[:1]
    otherwise = titles[0][1].lang if titles else ""
    for name in names:
        if name == "maker":
            yield from maker_lines(record, lang)
            continue
        chosen = in_language(record.named(name), lang, otherwise)
        if name == "title":
            chosen = titles
        if chosen:
            parts = tuple(Part(ref, f, 0, f.text) for ref, f in chosen)
            kinds = measured_kinds(record, lang) if name == "measurement" else {}
            ends = open_ended(record, lang) if name == "date" else {}
            called = (ends.get(p.quote) or _called(p, name, lang) for p in parts)
            told = (
                f"{kinds.get(p.reference, '')} {c}".strip()
                for p, c in zip(parts, called, strict=True)
            )
            yield Line(f"field.{name}", ", ".join(told), parts)


def _called(part: Part, facet: str, lang: str) -> str:
    """The words of a part; where they name a concept, what that is called in `lang`."""
    own = (part.field.lang or part.field.lang_detected).partition("-")[0]
    if facet not in FACETS or own == lang.partition("-")[0]:
        return part.quote
    concept = of_value(part.quote, own, facet)
    return concept.label(lang) if concept and tongue(lang) in concept.labels else part.quote


def open_ended(record: Record, lang: str) -> dict[str, str]:
    """Dates of which only one end is known and no more is said: "1650" is told as "from 1650"."""
    return {
        text: phrase("years.until" if span.earliest is None else "years.from", lang, year=text)
        for span in record.dates
        if (span.earliest is None) != (span.latest is None)
        for text in span.display.values()
        if text.isdigit()
    }


def measured_kinds(record: Record, lang: str) -> dict[str, str]:
    """What is measured, "height", by the reference of each Field that gives a bare number of it.

    None where more Fields than measurements say the same: which is which cannot be told.
    """
    kinds: dict[tuple[float, str], list[str]] = {}
    for each in record.measurements:
        kinds.setdefault((each.value, each.unit), []).append(each.kind)
    bare: dict[tuple[float, str], list[str]] = {}
    for reference, field in record.named("measurement"):
        if match := _BARE.fullmatch(field.text):
            value = float(match.group(1).replace(",", "."))
            bare.setdefault((value, match.group(2)), []).append(reference)
    words = _measured_words()
    own = words.get(lang.partition("-")[0], words[DEFAULT])
    return {
        reference: own[kind]
        for measure, references in bare.items()
        if len(references) == len(kinds.get(measure, ()))
        for reference, kind in zip(references, kinds[measure], strict=True)
        if kind in own
    }


def measured_word(kind: str, lang: str) -> str:
    """What a dimension is called, as a label."""
    words = _measured_words()
    told = words.get(lang.partition("-")[0], words[DEFAULT])[kind]
    return told[:1].upper() + told[1:]


@cache
def _measured_words() -> dict[str, dict[str, str]]:
    table = files("explorer").joinpath("vocabulary", "measured.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {row.pop("language"): row for row in rows}


def maker_lines(record: Record, lang: str) -> Iterator[Line]:
    """Makers with their qualifiers: the current ones as one line, former and copied ones apart."""
    named = list(zip(record.makers, record.named("maker"), strict=False))
    for key, statuses in (
        ("field.maker", ("current", "unknown")),
        ("field.former_maker", ("former",)),
        ("field.copied_maker", ("copy-after",)),
    ):
        told = [_told(record, m, f, lang) for m, f in named if m.status in statuses]
        if told:
            parts = tuple(part for _, many in told for part in many)
            yield Line(key, "; ".join(dict.fromkeys(text for text, _ in told)), parts)


def _told(
    record: Record, maker: Maker, named: tuple[str, Field], lang: str
) -> tuple[str, list[Part]]:
    reference, field = named
    start = field.text.find(maker.name)
    whole = start < 0 or not maker.name
    parts = [Part(reference, field, 0 if whole else start, field.text if whole else maker.name)]
    called = parts[0].quote if maker.name else phrase("maker.unknown", lang)
    text = _qualified(called, maker, lang)
    making = [m for m in record.makers if m.status in ("current", "unknown")]
    told_apart = maker in making and len({m.role for m in making}) > 1
    for name, wanted in (("maker.role", told_apart), ("maker.qualifier", bool(maker.qualifier))):
        for ref, f in record.named(name):
            if f.source == reference and wanted:
                parts.append(Part(ref, f, 0, f.text))
                role = _called(parts[-1], "role", lang)
                text = f"{text} ({role})" if name == "maker.role" else text
    return text, parts


def _qualified(name: str, maker: Maker, lang: str) -> str:
    """The name with all its qualifiers; those of a status are told by the label."""
    codes = maker.qualifier.split()
    if not all(f"qualifier.{code}" in phrases(lang) for code in codes):
        return phrase("qualifier.other", lang, name=name, qualifier=maker.qualifier)
    for code in reversed(codes):
        if code != _TOLD_BY_LABEL.get(maker.status):
            name = phrase(f"qualifier.{code}", lang, name=name)
    return name


def page_label(page: int | None, lang: str) -> str:
    """How the page of a document is named, "p. 12"; "" where there is none."""
    return phrase("citation.page", lang, page=page) if page is not None else ""


@cache
def _rights_labels() -> dict[str, str]:
    table = files("explorer").joinpath("vocabulary", "rights.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {row["uri"]: row["label"] for row in rows}


def rights_label(uri: str) -> str:
    """The short name of a licence or rights statement; the words themselves where it has none."""
    bare = uri.partition("://")[2].removeprefix("www.").split("deed.")[0].rstrip("/")
    return _rights_labels().get(bare.replace("/page/", "/vocab/"), uri)
