"""What a language model is given of the records that were found: numbered, line by line."""

from collections.abc import Iterator, Sequence

from explorer.compose.statements import fact, quotation, tongue
from explorer.phrases import phrases
from explorer.render.lines import LABEL_FIELDS, lines
from explorer.text import sentences
from explorer.types import Hit, Plan, Record
from explorer.types.writing import Extract, Given

LABEL = (*LABEL_FIELDS, "period", "subject", "credit_line", "acquisition", "community_label")
PROSE = ("description", "text", "provenance", "inscription")


def extracts_of(plan: Plan, hits: Sequence[Hit]) -> tuple[Extract, ...]:
    """The hits as sources; markers are their places, from 1, as in every answer."""
    return tuple(
        Extract(marker, hit.record, tuple(_given(hit.record, plan.lang, marker)))
        for marker, hit in enumerate(hits, 1)
    )


def _given(record: Record, lang: str, marker: int) -> Iterator[Given]:
    known = phrases(lang)
    names = [name for name in LABEL if f"field.{name}" in known]
    for line in lines(record, lang, names):
        told = fact(record, line, lang, marker)
        yield Given(told.text, lang, told.citations)
    for name in PROSE:
        for reference, field in record.named(name):
            for start, end in sentences(field.text, tongue(field)):
                told = quotation(record, reference, field, start, end, marker)
                yield Given(told.text, told.lang, told.citations)
