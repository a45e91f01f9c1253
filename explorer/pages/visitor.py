"""The visitor's page: a question box, the answer as a museum label, the records it rests on.

It asks by `ask` and shows by `render`; it finds nothing, words nothing and keeps nothing: what was
asked before is remembered by the page in the browser.
"""

import csv
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from time import monotonic
from traceback import format_tb
from typing import Any, TypeVar

import gradio as gr
from babel.lists import format_list
from babel.numbers import format_decimal

from explorer.ask import ask
from explorer.catalogue.inventory import groups
from explorer.catalogue.reading import Catalogue
from explorer.errors import ExplorerError, NotReady
from explorer.language import languages
from explorer.pages.thread import carried_on, turns_of
from explorer.phrases import phrase
from explorer.render import html
from explorer.render.cards import title_of
from explorer.render.sheets import sheets_html
from explorer.text import fold
from explorer.types import Answer, Card, Message, Question, Record, Statement, Turn
from explorer.wiring import Explorer

log = logging.getLogger(__name__)
T = TypeVar("T")
Updates = tuple[Any, str, str, Any]
_UPDATES = 8  # a second, at most
_NAMED = 3  # institutions the introduction can name
_EXAMPLES = 5  # titles shown where a collection has no example questions of its own
_TRIED = 60  # records looked at for them
_LONGEST = 60  # characters of such a title
_MARKS = frozenset('"“”„«»‹›「」『』')

# Gradio gives no place for the page's own language and title: the header carries both.
_NAME_PAGE = """
const name = () => {
  const header = element.querySelector('header');
  document.documentElement.lang = header.lang;
  document.title = header.dataset.title;
};
name();
watch('value', name);
"""
_ASK_EXAMPLE = """
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button');
  if (chosen) trigger('click', {question: chosen.textContent, lang: chosen.lang});
});
"""
_SHOW_QUESTION = """
let shown = '';
watch('value', () => {
  const asked = element.querySelector('.asked');
  if (!asked || asked.textContent === shown) return;
  shown = asked.textContent;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  asked.scrollIntoView({block: 'start', behavior: still ? 'auto' : 'smooth'});
});
"""


# --- what is shown ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """An answer as far as it has come."""

    question: str
    lang: str
    statements: tuple[Statement, ...] = ()
    cards: tuple[Card, ...] = ()
    notices: tuple[Message, ...] = ()
    trouble: tuple[str, str] | None = None
    answer: Answer | None = None
    busy: bool = True
    place: int = 0
    """In the queue for the language model: 1 is next, 0 is not waiting."""


def views(question: Question, explorer: Explorer) -> Iterator[View]:
    """The answer's views as its events come; the last one is not busy."""
    view = View(question.text, question.lang)
    yield view
    try:
        for event in ask(question, explorer):
            view = _advanced(view, event.name, event.data)
            yield view
    except ExplorerError as error:
        yield replace(view, busy=False, trouble=_trouble(error, question.lang))
    except Exception as error:  # the boundary of this page
        # An error's own words may hold the question: only its kind and place are logged.
        log.error("An answer failed: %s\n%s", type(error).__name__, _where(error))
        yield replace(view, busy=False, trouble=_sentences("internal", question.lang))


def _advanced(view: View, name: str, data: Any) -> View:
    if name == "plan":
        return replace(view, lang=data["lang"])
    if name == "sources":
        return replace(view, cards=tuple(data["records"]))
    if name == "queue":
        return replace(view, place=data["place"])
    if name == "statement":
        return replace(view, statements=(*view.statements, data), place=0)
    if name == "answer":
        assert isinstance(data, Answer)
        return replace(view, notices=data.notices, answer=data, busy=False)
    if name == "error":
        return replace(view, busy=False, trouble=(data["problem"], data["remedy"]))
    return view


def coalesced(seen: Iterable[View], now: Any = monotonic) -> Iterator[View]:
    """The views, at most so many a second as a page can draw; the first and last always."""
    last, held = float("-inf"), None
    for view in seen:
        if now() - last >= 1 / _UPDATES:
            yield view
            last, held = now(), None
        else:
            held = view
    if held:
        yield held


def _trouble(error: ExplorerError, lang: str) -> tuple[str, str]:
    """A visitor's words: what only staff can mend is told without its particulars."""
    if isinstance(error, NotReady):
        return _sentences("not_ready", lang)
    return error.problem, error.remedy


def _sentences(error: str, lang: str) -> tuple[str, str]:
    return phrase(f"error.{error}.problem", lang), phrase(f"error.{error}.remedy", lang)


def _where(error: Exception) -> str:
    return "".join(format_tb(error.__traceback__))


# --- the page's own words --------------------------------------------------------------------


def interface_language(chosen: str, accepted: str, default: str) -> str:
    """The language of the page: the one chosen, else the first of the browser's that we speak."""
    asked = [chosen, *(part.partition(";")[0].strip() for part in accepted.split(","))]
    for code in (tag.partition("-")[0].lower() for tag in asked):
        if code in languages() and languages()[code].interface:
            return code
    return default


def opening(explorer: Explorer, lang: str) -> html.Opening:
    """The words at the head of the page; without a collection only the heading and the notices."""
    settings = explorer.settings
    heading = settings.heading or phrase("page.heading", lang)
    notices = [phrase("notice.ai_writes" if explorer.chat.slots else "notice.ai", lang)]
    try:
        catalogue = explorer.serving().generation.catalogue
    except NotReady:
        closed = " ".join(_sentences("not_ready", lang))
        return html.Opening(lang, heading, closed, "", tuple(notices))
    institution, count = settings.institution, sum(catalogue.kinds().values())
    if not institution:
        institution, count = _holders(catalogue, lang)
    introduction = phrase(
        "page.introduction", lang, count=format_decimal(count, locale=lang), institution=institution
    )
    if _largest(catalogue) in _example_questions():
        notices.append(phrase("page.sample", lang))
    return html.Opening(
        lang, heading, introduction if institution else "", institution, tuple(notices)
    )


def examples(explorer: Explorer, lang: str) -> list[tuple[str, str]]:
    """(language, question) pairs to begin with: those written for this collection, else titles."""
    try:
        catalogue = explorer.serving().generation.catalogue
    except NotReady:
        return []
    written = _example_questions().get(_largest(catalogue))
    return written or [("", title) for title in _titles(catalogue, lang)]


def _titles(catalogue: Catalogue, lang: str) -> Iterable[str]:
    """Short titles of objects from all over the collection, those with a picture first."""
    told: dict[str, str] = {}
    for filters in ({"has_image": True}, {}):
        tried = catalogue.records(_spread(catalogue.matching(filters).tolist(), _TRIED))
        titles = (title_of(r, lang) for r in tried if r.kind == "object" and r.named("title"))
        good = {fold(t): t for t in titles if len(t) <= _LONGEST and any(map(str.isalpha, t))}
        new = [folded for folded in good if folded not in told]
        told |= {folded: good[folded] for folded in _spread(new, _EXAMPLES - len(told))}
        if len(told) == _EXAMPLES:
            break
    return [title if _MARKS & set(title) else f"“{title}”" for title in told.values()]


def _spread(items: Sequence[T], wanted: int) -> list[T]:
    """So many of the items, as far from one another as they lie."""
    wanted = min(wanted, len(items))
    return [items[i * len(items) // wanted] for i in range(wanted)]


def _holders(catalogue: Catalogue, lang: str) -> tuple[str, int]:
    """The institutions by name, as `lang` lists things, and the number of their records.

    Of many only two are named, and only theirs are counted, for the list seems whole.
    """
    held = groups(catalogue, "institution")
    named = held if len(held) <= _NAMED else held[:2]
    listed = format_list([group.label for group in named], locale=lang.replace("-", "_"))
    return listed, sum(group.count for group in named)


def _largest(catalogue: Catalogue) -> str:
    """The institution with most records."""
    named = groups(catalogue, "institution")
    return named[0].label if named else ""


@cache
def _example_questions() -> dict[str, list[tuple[str, str]]]:
    table = files("explorer").joinpath("vocabulary", "examples.tsv").read_text("utf-8")
    written: dict[str, list[tuple[str, str]]] = {}
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        written.setdefault(row["institution"], []).append((row["lang"], row["text"]))
    return written


# --- the page --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """All that the page itself says, in one language."""

    header: str
    language: str
    choices: list[tuple[str, str]]
    question: str
    placeholder: str
    ask: str
    examples: str
    foot: str


def words(explorer: Explorer, lang: str) -> Words:
    """The page's words in `lang`."""
    own = [(row.name, row.code) for row in languages().values() if row.interface]
    return Words(
        header=html.header_html(opening(explorer, lang)),
        language=phrase("page.language", lang),
        choices=[(phrase("page.language_auto", lang), ""), *own],
        question=phrase("page.question", lang),
        placeholder=phrase("page.placeholder", lang),
        ask=phrase("page.ask", lang),
        examples=html.examples_html(examples(explorer, lang), lang),
        foot=html.foot_html(lang),
    )


def build_visitor_page(explorer: Explorer) -> gr.Blocks:
    """The page, wired to `explorer`; nothing of it is reachable as an API."""
    default = explorer.settings.default_lang
    first = words(explorer, default)

    def spoken(chosen: str, request: gr.Request) -> str:
        return interface_language(chosen, request.headers.get("accept-language", ""), default)

    def dress(chosen: str, request: gr.Request) -> tuple[Any, ...]:
        return _dressed(words(explorer, spoken(chosen, request)), chosen)

    def asked(text: str, lang: str, before: list[Turn], request: gr.Request) -> Iterator[Updates]:
        token = request.session_hash or ""  # Gradio's own, of this loaded page
        yield from _shown(Question(text, lang=lang, history=before, token=token), explorer)

    def answer(text: str, chosen: str, said: Any, request: gr.Request) -> Iterator[Updates]:
        before = turns_of(said, explorer.settings.question_limit)
        yield from asked(text or "", spoken(chosen, request), before, request)

    def answer_example(chosen: str, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        lang = spoken(str(event.lang) or chosen, request)
        yield from asked(str(event.question), lang, [], request)

    with gr.Blocks(title=phrase("page.heading", default), analytics_enabled=False) as page:
        choice = gr.Dropdown(first.choices, value="", label=first.language, filterable=False,
                             elem_id="language")  # fmt: skip
        header = _html("opening", first.header, js=_NAME_PAGE)
        with gr.Row(elem_id="ask"):
            box = gr.Textbox(
                label=first.question, placeholder=first.placeholder, lines=1, max_lines=4,
                show_label=False, container=False, elem_id="question",
            )  # fmt: skip
            button = gr.Button(first.ask, variant="primary", elem_id="go", scale=0)
        told = _html("answer", '<div aria-live="polite"></div>', js=_SHOW_QUESTION)
        records = _html("records")
        begin = _html("examples", first.examples, js=_ASK_EXAMPLE)
        foot = _html("foot", first.foot)
        thread = gr.HTML([], html_template="", js_on_load=None, visible="hidden")

        quiet = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
        dressed, shown = [header, choice, box, button, begin, foot], [box, told, records, thread]
        page.load(dress, [choice], dressed, **quiet)
        choice.input(dress, [choice], dressed, **quiet)
        last = {"trigger_mode": "always_last", **quiet}
        gr.on([box.submit, button.click], answer, [box, choice, thread], shown, **last)
        begin.click(answer_example, [choice], shown, **last)
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def _html(name: str, value: str = "", *, js: str | None = None) -> Any:
    return gr.HTML(value, elem_id=name, js_on_load=js, apply_default_css=False, container=False)


def _dressed(said: Words, chosen: str) -> tuple[Any, ...]:
    """Updates of header, language choice, question box, button, examples and foot."""
    return (
        gr.update(value=said.header),
        gr.update(label=said.language, choices=said.choices, value=chosen),
        gr.update(label=said.question, placeholder=said.placeholder),
        gr.update(value=said.ask),
        gr.update(value=said.examples),
        gr.update(value=said.foot),
    )


def _shown(question: Question, explorer: Explorer) -> Iterator[Updates]:
    """Updates of the box, the answer, the records and the thread; the box keeps a question that
    failed, the thread one that was answered.
    """
    for view in coalesced(views(question, explorer)):
        box = gr.update(value=view.question if view.trouble else "")
        said = html.answer_html(
            view.question, view.statements, view.cards, view.lang, view.notices,
            busy=view.busy, place=view.place,
        )  # fmt: skip
        if view.trouble:
            said = html.trouble_html(*view.trouble)
        records = _records(view.cards, view.statements, explorer)
        listed = html.cards_html(view.cards, records, view.lang)
        sheets = sheets_html(view.statements, view.cards, records, view.lang)
        thread = gr.skip()
        if view.answer:
            thread = carried_on(question.history, question.text, view.answer)
        yield box, f'<div aria-live="polite">{said}</div>', str(listed + sheets), thread


def _records(
    cards: Iterable[Card], statements: Iterable[Statement], explorer: Explorer
) -> dict[str, Record]:
    wanted = {card.id for card in cards}
    wanted |= {citation.record_id for s in statements for citation in s.citations}
    if not wanted:
        return {}
    catalogue = explorer.serving().generation.catalogue
    found = ((record_id, catalogue.record(record_id)) for record_id in wanted)
    return {record_id: record for record_id, record in found if record}
