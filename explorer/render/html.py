"""The page's HTML: its frame, answers set as museum labels, and cards.

Everything from records and questions is escaped here, by Markup; links go out by http(s) only,
pictures come from our own server only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zlib import crc32

from markupsafe import Markup

from explorer.language import languages
from explorer.phrases import phrase
from explorer.render.counted import beside_html
from explorer.render.lines import in_language, page_label
from explorer.types import Card, Citation, Field, Message, Record, Statement

Records = Mapping[str, Record]
_LONG_WORD = 24  # characters; scripts without spaces have words as long as lines


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands at the head of the page, in one language."""

    lang: str
    heading: str
    introduction: str
    institution: str = ""
    notices: tuple[str, ...] = ()


# --- the page's frame ------------------------------------------------------------------------


def header_html(opening: Opening) -> Markup:
    """The heading, what may be asked here, and the notices that are always visible."""
    title = " – ".join(part for part in (opening.heading, opening.institution) if part)
    notices = join(Markup("<p>{}</p>").format(text) for text in opening.notices)
    return Markup(
        '<header class="opening" data-title="{}"{}><h1>{}</h1>'
        '<p class="introduction">{}</p><div class="notices">{}</div></header>'
    ).format(title, tongue(opening.lang), opening.heading, opening.introduction, notices)


def examples_html(questions: Iterable[tuple[str, str]], lang: str) -> Markup:
    """Buttons that ask a question each, from (language, question) pairs."""
    buttons = join(
        Markup('<li><button type="button" class="example"{}>{}</button></li>').format(
            tongue(code), question
        )
        for code, question in questions
    )
    if not buttons:
        return Markup("")
    return Markup('<section class="examples"{}><h2>{}</h2><ul>{}</ul></section>').format(
        tongue(lang), phrase("page.examples", lang), buttons
    )


def trouble_html(problem: str, remedy: str) -> Markup:
    """A problem and its remedy in a calm box that is read aloud at once."""
    return Markup('<div class="trouble" role="alert"><p>{}</p><p>{}</p></div>').format(
        problem, remedy
    )


def foot_html(lang: str) -> Markup:
    """The last lines of the page: what is done with questions."""
    return Markup('<footer class="foot"{}><p>{}</p></footer>').format(
        tongue(lang), phrase("page.privacy", lang)
    )


# --- the answer ------------------------------------------------------------------------------


def answer_html(
    question: str,
    statements: Sequence[Statement],
    cards: Sequence[Card],
    lang: str,
    notices: Sequence[Message] = (),
    *,
    busy: bool = False,
    place: int = 0,
) -> Markup:
    """The question as a heading, and under it what has been said so far.

    `cards` are the answer's sources; a marker's number is the place of its card, from 1. `place`
    is the one in the queue, 0 outside it.
    """
    said = join(_told(statements, cards, lang))
    if busy and (place or not said):
        queue = phrase("queue.place", lang, place=place)
        waiting = queue if place else phrase("page.searching", lang)
        said += Markup('<p class="searching">{}</p>').format(waiting)
    silent = all(statement.kind == "notice" for statement in statements)
    kept = join(
        Markup('<p class="kept">{}</p>').format(notice.text) for notice in notices if not silent
    )
    return Markup(
        '<article class="answer"{} aria-busy="{}"><h2 class="asked" dir="auto">{}</h2>'
        "{}{}</article>"
    ).format(tongue(lang), "true" if busy else "false", question, said, kept)


def _told(statements: Sequence[Statement], cards: Sequence[Card], lang: str) -> Iterator[Markup]:
    """Facts and quotations gathered under the record they are about, and what is said beside."""
    shown = {card.id: card for card in cards}
    gathered: list[Statement] = []
    beside: list[Statement] = []  # notices and counts, which open a label or stand in it
    about = ""
    for statement in statements:
        if statement.kind in ("notice", "count"):
            beside.append(statement)
            continue
        cited = statement.citations[0].record_id if statement.citations else about
        rooms = bool(gathered) and _of_room(statement) and _of_room(gathered[-1])
        if gathered and (statement.kind != "fact" or cited == about or rooms):
            gathered += [*beside, statement]
        else:
            if gathered:
                yield _label(gathered, shown.get(about), shown, lang)
            yield from beside_html(beside, lang)
            gathered, about = [statement], cited
        beside = []
    if gathered:
        yield _label(gathered, shown.get(about), shown, lang)
    yield from beside_html(beside, lang, after=bool(gathered))


def _of_room(statement: Statement) -> bool:
    """Whether a fact tells what is in a room, of however many records."""
    return any(
        citation.field.startswith("room[") and citation.quote == statement.label
        for citation in statement.citations
    )


def _label(
    statements: Sequence[Statement], card: Card | None, cards: Mapping[str, Card], lang: str
) -> Markup:
    facts = join(_fact(s, _markers(s, cards, lang)) for s in statements if s.kind == "fact")
    prose = join(_proses([s for s in statements if s.kind != "fact"], cards, lang))
    return Markup('<section class="label">{}<div class="words">{}{}</div></section>').format(
        picture_html(card, lang, described=False) if card and not _of_room(statements[0]) else "",
        Markup('<dl class="facts">{}</dl>').format(facts) if facts else "",
        prose,
    )


def _fact(statement: Statement, markers: Markup) -> Markup:
    citations = statement.citations
    field = citations[0].field.partition("[")[0] if citations else ""
    field = "room" if _of_room(statement) else field
    verbatim = all(citation.quote in statement.value for citation in citations)
    langs = {citation.lang for citation in citations}
    lang = tongue(langs.pop()) if verbatim and len(langs) == 1 else Markup("")
    return Markup(
        '<div class="fact" data-field="{}"><dt>{}</dt><dd><span{}>{}</span></dd></div>'
    ).format(field, statement.label, lang, _ended(statement.value, markers))


def _proses(
    statements: Sequence[Statement], cards: Mapping[str, Card], lang: str
) -> Iterator[Markup]:
    """Quotations and sentences; over each run of a model's sentences it says whose they are."""
    before = ""
    for statement in statements:
        if statement.kind == "written" and before != "written":
            label = Markup('<p class="writer"{}>{}</p>')
            yield label.format(tongue(lang), phrase("label.written", lang))
        before = statement.kind
        yield _prose(statement, _markers(statement, cards, lang))


def _prose(statement: Statement, markers: Markup) -> Markup:
    lang, words = tongue(statement.lang), _ended(statement.text, markers)
    if statement.kind == "quote":
        return Markup('<blockquote{}><p class="quote">{}</p></blockquote>').format(lang, words)
    return Markup('<p class="{}"{}>{}</p>').format(statement.kind, lang, words)


def _ended(text: str, markers: Markup) -> Markup:
    """The text with its markers, held to its last word so that none stands alone on a line."""
    head, space, tail = text.rpartition(" ")
    held = Markup(" held") if len(tail) < _LONG_WORD else Markup("")
    return Markup('{}{}<span class="ending{}"><span class="tail">{}</span>{}</span>').format(
        head, space, held, tail, markers
    )


def _markers(statement: Statement, cards: Mapping[str, Card], lang: str) -> Markup:
    """One button per record cited, which opens the sheet that `sheets_html` makes for it."""
    button = Markup(
        '<button type="button" class="marker" popovertarget="{}"{} aria-label="{}">[{}]</button>'
    )
    return join(
        button.format(
            sheet_id(statement, marker),
            tongue(lang),
            _with_pages(_opening(marker, card, lang), cited, lang),
            _with_pages(str(marker), cited, lang),
        )
        for marker, cited in by_marker(statement).items()
        if (card := cards.get(cited[0].record_id))
    )


def _opening(marker: int, card: Card, lang: str) -> str:
    return phrase("page.open_source", lang, marker=marker, title=card.title)


def _with_pages(words: str, cited: Sequence[Citation], lang: str) -> str:
    pages = dict.fromkeys(page_label(citation.page, lang) for citation in cited)
    return ", ".join([words, *filter(None, pages)])


def by_marker(statement: Statement) -> dict[int, list[Citation]]:
    """The statement's citations by marker: one marker is one record."""
    by_marker: dict[int, list[Citation]] = {}
    for citation in statement.citations:
        by_marker.setdefault(citation.marker, []).append(citation)
    return by_marker


def sheet_id(statement: Statement, marker: int) -> str:
    """The id of the sheet that a marker of the statement opens."""
    return f"cited-{statement.index}-{marker}"


# --- cards -----------------------------------------------------------------------------------


def cards_html(cards: Sequence[Card], records: Records, lang: str) -> Markup:
    """The records an answer rests on, numbered as its markers are; choosing one opens its sheet."""
    if not cards:
        return Markup("")
    listed = join(
        _card(place, card, records.get(card.id), lang) for place, card in enumerate(cards, 1)
    )
    return Markup(
        '<section class="records"{}><h2>{}</h2><ol class="cards">{}</ol></section>'
    ).format(tongue(lang), phrase("page.sources", lang), listed)


def _card(place: int, card: Card, record: Record | None, lang: str) -> Markup:
    title = Markup("<span{}>{}</span>").format(title_tongue(record, lang), card.title)
    if record:
        title = Markup('<button type="button" popovertarget="record-{}">{}</button>').format(
            place, title
        )
    told = join(
        Markup('<p class="{}" dir="auto">{}</p>').format(name, text)
        for name, text in (
            ("warning", "" if card.image else card.notice),
            ("maker", card.maker_line),
            ("date", card.date_line),
            ("number", card.object_number),
            ("room", whereabouts(card, lang)),
            ("rights", card.rights),
        )
        if text
    )
    return Markup(
        '<li class="card">{}<div class="words"><p class="place" aria-hidden="true">[{}]</p>'
        "<h3>{}</h3>{}{}</div></li>"
    ).format(
        picture_html(card, lang) or tile_html(card, lang),
        place,
        title,
        told,
        museum_link(card.url, lang),
    )


def picture_html(card: Card, lang: str, *, described: bool = True) -> Markup:
    """The record's picture from our own server; nothing where there is none.

    Not `described` is a picture that stands a second time beside its own words. That of a record
    with a notice is asked for and shown only after a click.
    """
    if not card.image.startswith("/images/"):
        return Markup("")
    # `loading` stands before `src`: Gradio sets attributes one by one, and then it comes too late.
    alt = (card.alt or card.title) if described or card.notice else ""
    picture = Markup(
        '<div class="picture"><img loading="lazy" decoding="async" alt="{}" src="{}"></div>'
    ).format(alt, card.image)
    if not card.notice:
        return picture
    return Markup(
        '<details class="covered"><summary><span>{}</span> <span class="show">{}</span></summary>'
        "{}</details>"
    ).format(card.notice, phrase("page.show_picture", lang), picture)


def tile_html(card: Card, lang: str) -> Markup:
    """What stands where a picture would: a quiet tile in a hue of the record's own."""
    letter = next((c.upper() for c in card.title if c.isalnum()), "")
    return Markup(
        '<div class="picture tile" style="--hue:{}" role="img" aria-label="{}">'
        '<span aria-hidden="true">{}</span></div>'
    ).format(crc32(card.id.encode()) % 360, phrase("page.picture_generated", lang), letter)


def whereabouts(card: Card, lang: str, *, told: bool = False) -> str:
    """Room, unless it is `told` elsewhere, and whether the record is on view."""
    room = "" if told else card.room
    view = {True: "page.on_view", False: "page.not_on_view", None: ""}[card.on_view]
    return " · ".join(part for part in (room, phrase(view, lang) if view else "") if part)


def title_tongue(record: Record | None, lang: str) -> Markup:
    """The language attributes of the title that a card in `lang` shows."""
    titles = in_language(record.named("title"), lang) if record else []
    return tongue(spoken(titles[0][1])) if titles else tongue("")


# --- attributes and links --------------------------------------------------------------------


def tongue(lang: str) -> Markup:
    """The attributes that say which language words are in, and which way they run."""
    known = languages().get(lang.partition("-")[0])
    if not lang:
        return Markup(' dir="auto"')
    return Markup(' lang="{}" dir="{}"').format(lang, known.direction if known else "auto")


def spoken(field: Field) -> str:
    """The language of a field's words, as given or else as detected; "" where not known."""
    return (field.lang or field.lang_detected).partition("-")[0]


def museum_link(url: str, lang: str) -> Markup:
    """A link to the record's page at the museum; nothing where the address is no web address."""
    if not _outward(url):
        return Markup("")
    return Markup(
        '<a class="away" href="{}" rel="noopener noreferrer" target="_blank">{}</a>'
    ).format(url, phrase("page.museum_page", lang))


def _outward(url: str) -> bool:
    """Whether the address is a plain web address that may be linked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable()


def join(parts: Iterable[Markup]) -> Markup:
    """The parts one after another."""
    return Markup("").join(parts)
