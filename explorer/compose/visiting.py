"""Answers for a visit: the museum's own text with the days it holds for; what is on view."""

from collections.abc import Iterator, Mapping, Sequence

from explorer.compose.statements import notice, notice_of, quotation, tongue
from explorer.compose.talk import contact
from explorer.phrases import language_name, phrase
from explorer.render.cards import title_of
from explorer.render.sensitive import notices_of
from explorer.render.years import day_told
from explorer.text import sentences
from explorer.types import Circumstances, Citation, Hit, Outcome, Plan, Record, Statement

_WHOLE = 14  # sentences of a visit text: half of what it says misleads


def visit(
    plan: Plan, hits: Sequence[Hit], outcome: Outcome, circumstances: Circumstances
) -> Iterator[Statement]:
    """The visit text that is in force, quoted whole; or that there is none."""
    if outcome == "not_found":
        yield notice("answer.no_visit", plan.lang)
        yield from contact(plan, circumstances)
        return
    record = hits[0].record
    yield notice("answer.visit", plan.lang)
    texts = record.named("text")
    lang = tongue(texts[0][1]) if texts else ""
    if lang and lang != plan.lang:
        name = language_name(lang, plan.lang)
        yield notice("notice.original_language", plan.lang, language=name)
    spans = [(r, f, s, e) for r, f in texts for s, e in sentences(f.text, tongue(f))]
    for reference, field, start, end in spans[:_WHOLE]:
        yield quotation(record, reference, field, start, end, 1)
    yield valid(record, plan.lang, circumstances.today)


def valid(record: Record, lang: str, today: str = "") -> Statement:
    """The days a text holds for; where it names none, the day it was asked."""
    start, end = (day and day_told(day, lang) for day in (record.valid_from, record.valid_until))
    if start and end:
        return notice("answer.valid_between", lang, start=start, end=end)
    if start:
        return notice("answer.valid_from", lang, start=start)
    if end:
        return notice("answer.valid_until", lang, end=end)
    return notice("answer.valid_today", lang, today=day_told(today, lang))


def route(plan: Plan, hits: Sequence[Hit]) -> Iterator[Statement]:
    """What is on view, room by room, from the records' own rooms."""
    if not hits:
        yield notice("answer.nothing_on_view", plan.lang)
        return
    yield notice("answer.route", plan.lang)
    rooms: dict[str, list[tuple[int, Record]]] = {}
    for marker, hit in enumerate(hits, 1):
        rooms.setdefault(hit.record.room, []).append((marker, hit.record))
    for room, records in rooms.items():
        told = [text for _, record in records for text in notices_of(record, plan.lang)]
        yield from (notice_of(text, plan.lang) for text in dict.fromkeys(told))
        yield _room(room, records, plan.lang)


def _room(room: str, records: Sequence[tuple[int, Record]], lang: str) -> Statement:
    titles = [title_of(record, lang) for _, record in records]
    value = "; ".join(titles)
    text = phrase("answer.fact", lang, label=room, value=value)
    cited = [
        citation
        for (marker, record), title in zip(records, titles, strict=True)
        for citation in _cited(record, marker, {"title": title, "room": room})
    ]
    return Statement(0, "fact", text, citations=tuple(cited), label=room, value=value, lang=lang)


def _cited(record: Record, marker: int, told: Mapping[str, str]) -> Iterator[Citation]:
    for name, text in told.items():
        for reference, field in record.named(name):
            if field.text == text:
                yield Citation(
                    marker, record.id, reference, tongue(field), text, 0, len(text)
                )  # fmt: skip
                break
