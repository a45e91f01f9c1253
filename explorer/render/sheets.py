"""Sheets: a whole record as a popover that the browser opens, with the cited words marked.

One sheet for every marker of an answer and one for every card; no script is needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from explorer.phrases import language_name, phrase, phrases
from explorer.render.cards import card as card_of
from explorer.render.html import (
    Records,
    by_marker,
    join,
    museum_link,
    picture_html,
    sheet_id,
    spoken,
    title_tongue,
    tongue,
    whereabouts,
)
from explorer.render.lines import measured_kinds, page_label
from explorer.types import FIELDS, Card, Citation, Field, Record, Statement

_BELONGING = ("maker.role", "maker.qualifier")  # told beside their maker, not as lines
_FIRST = ("community_label",)  # what a community says of its heritage stands before all else
_WORDED = (*_FIRST, "title", "description", "text", "inscription", "provenance")  # read as prose


def sheets_html(
    statements: Sequence[Statement], cards: Sequence[Card], records: Records, lang: str
) -> Markup:
    """A closed sheet for every marker and every card, opened by the browser without a script."""
    cited = (
        sheet_html(sheet_id(statement, marker), records[cited[0].record_id], lang, cited)
        for statement in statements
        for marker, cited in by_marker(statement).items()
        if cited[0].record_id in records
    )
    whole = (
        sheet_html(f"record-{place}", records[card.id], lang)
        for place, card in enumerate(cards, 1)
        if card.id in records
    )
    return Markup('<div class="sheets"{}>{}{}</div>').format(tongue(lang), join(cited), join(whole))


def sheet_html(name: str, record: Record, lang: str, citations: Sequence[Citation] = ()) -> Markup:
    """The whole record as a popover, with the cited words of `citations` in <mark>."""
    card = card_of(record, lang)
    spans: dict[str, list[tuple[int, int]]] = {}
    for citation in citations:
        field = record.numbered(citation.field)
        if field and field.text[citation.start : citation.end] == citation.quote:
            spans.setdefault(citation.field, []).append((citation.start, citation.end))
    rows = join(_rows(record, lang, spans))
    standing = join(
        Markup("<p>{}</p>").format(text)
        for text in (
            whereabouts(card, lang, told=bool(record.named("room"))),
            f"{phrase('page.rights', lang)}: {card.rights}" if card.rights else "",
        )
        if text
    )
    shown = picture_html(card, lang)  # a notice opens what covers its picture
    if card.notice and not shown:
        shown = Markup('<p class="warning">{}</p>').format(card.notice)
    return Markup(
        '<div popover id="{0}" class="sheet" role="dialog" aria-labelledby="{0}-title">'
        '<div class="bar"><p>{1}</p><button type="button" class="close" popovertarget="{0}"'
        ' popovertargetaction="hide"{2}>{3}</button></div>{4}'
        '<h2 id="{0}-title"{5}>{6}</h2><dl class="fields">{7}</dl>'
        '<div class="standing">{8}{9}</div></div>'
    ).format(
        name, phrase("page.record", lang), "" if spans else Markup(" autofocus"),
        phrase("page.close", lang), shown, title_tongue(record, lang),
        card.title, rows, standing, museum_link(record.url, lang),
    )  # fmt: skip


def _rows(
    record: Record, lang: str, spans: Mapping[str, Sequence[tuple[int, int]]]
) -> Iterator[Markup]:
    """Every field of the record under its label, in reading order."""
    makers = {reference for reference, _ in record.named("maker")}
    beside: dict[str, list[tuple[str, Field]]] = {}
    for pair in (pair for name in _BELONGING for pair in record.named(name)):
        beside.setdefault(pair[1].source, []).append(pair)
    kinds = measured_kinds(record, lang)
    lines: dict[str, list[Markup]] = {}
    for name in dict.fromkeys([*_FIRST, *FIELDS, *(field.name for field in record.fields)]):
        for i, (reference, field) in enumerate(record.named(name)):
            if name == "notice" or (name in _BELONGING and field.source in makers):
                continue
            words = _words(field, spans.get(reference, ()), lang)
            if kind := kinds.get(reference):
                words = Markup("{} {}").format(kind, words)
            for ref, further in beside.get(reference, ()):
                words += _words(further, spans.get(ref, ()), lang, aside=True)
            lines.setdefault(_label_key(record, name, i), []).append(words)
    for key, told in lines.items():
        label = phrases(lang).get(key, key.removeprefix("field."))
        values = join(Markup("<dd>{}</dd>").format(words) for words in told)
        yield Markup("<div><dt>{}</dt>{}</div>").format(label, values)


def _label_key(record: Record, name: str, index: int) -> str:
    """The phrase for a field; a former maker and one copied after have their own."""
    if name == "maker" and index < len(record.makers):
        statuses = {"former": "field.former_maker", "copy-after": "field.copied_maker"}
        return statuses.get(record.makers[index].status, "field.maker")
    return f"field.{name}"


def _words(
    field: Field, spans: Sequence[tuple[int, int]], lang: str, *, aside: bool = False
) -> Markup:
    """The field's words, its page, and the language of prose and titles where it is not `lang`."""
    code = spoken(field)
    foreign = code and code != lang.partition("-")[0] and field.name in _WORDED
    noted = (page_label(field.page, lang), language_name(code, lang) if foreign else "")
    notes = join(Markup(' <span class="tongue">{}</span>').format(note) for note in noted if note)
    return Markup('<span class="{}"{}>{}</span>{}').format(
        "aside" if aside else "words", tongue(code), marked(field.text, spans), notes
    )


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """The text with the words from start to end of each span in <mark>.

    The first mark takes the focus when its sheet opens, which scrolls it into view.
    """
    told, end = Markup(""), 0
    for start, stop in _merged(spans):
        focus = Markup("") if told else Markup(' tabindex="-1" autofocus')
        told += Markup("{}<mark{}>{}</mark>").format(text[end:start], focus, text[start:stop])
        end = stop
    return told + text[end:]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            start, stop = merged[-1][0], max(merged.pop()[1], stop)
        merged.append((start, stop))
    return merged
