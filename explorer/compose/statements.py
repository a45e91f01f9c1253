"""Statements of each kind: notices, facts of a label line, exact quotations, counts."""

from explorer.phrases import phrase
from explorer.render.lines import Line
from explorer.render.years import number_told
from explorer.types import Citation, Field, Record, Statement


def notice(code: str, lang: str, **names: object) -> Statement:
    """A phrase that states nothing of a record."""
    return Statement(0, "notice", phrase(code, lang, **names), lang=lang)


def notice_of(text: str, lang: str) -> Statement:
    """A notice in words that are made already."""
    return Statement(0, "notice", text, lang=lang)


def fact(record: Record, line: Line, lang: str, marker: int) -> Statement:
    """A label line with the Fields it was made from."""
    label = phrase(line.key, lang)
    citations = tuple(
        Citation(
            marker, record.id, p.reference, tongue(p.field), p.quote, p.start,
            p.start + len(p.quote), page=p.field.page,
        )
        for p in line.parts
    )  # fmt: skip
    text = phrase("answer.fact", lang, label=label, value=line.text)
    return Statement(0, "fact", text, citations=citations, label=label, value=line.text, lang=lang)


def quotation(
    record: Record, reference: str, field: Field, start: int, end: int, marker: int
) -> Statement:
    """The exact words of a Field."""
    lang, text = tongue(field), field.text[start:end]
    citation = Citation(marker, record.id, reference, lang, text, start, end, page=field.page)
    return Statement(0, "quote", text, citations=(citation,), lang=lang)


def count(code: str, lang: str, number: int, **names: object) -> Statement:
    """A sentence with a number that was counted; `value` is that number."""
    told = phrase(code, lang, count=number_told(number, lang), **names)
    return Statement(0, "count", told, value=str(number), lang=lang)


def tongue(field: Field) -> str:
    """The language of a Field's words; "" where it is not known."""
    return (field.lang or field.lang_detected).partition("-")[0]
