"""How a model's sentences are shown: marked as its own, beside the quotations; and the queue."""

from copy import copy
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from lxml import html as lxml_html

from explorer.api import build_app
from explorer.pages import visitor
from explorer.pages.visitor import opening, views
from explorer.phrases import phrase
from explorer.render.cards import card
from explorer.render.html import answer_html
from explorer.render.plain import told
from explorer.types import Answer, Event, Question, Statement
from explorer.wiring import Explorer, open_chat
from tests.ollama_server import Script, serving
from tests.test_render import cited, record


def mixed() -> list[Statement]:
    """A quotation, a run of two sentences of a model's, a quotation, and one sentence more."""
    kinds = {"written": "The wave is high.", "quote": "A boat."}
    of = cited(record(), "description[0]", "A boat.")
    return [
        Statement(i, kind, kinds[kind], True, (of,), lang="en")  # type: ignore[arg-type]
        for i, kind in enumerate(("quote", "written", "written", "quote", "written"))
    ]


def test_over_each_run_of_a_models_sentences_it_says_whose_they_are() -> None:
    shown = lxml_html.fromstring(answer_html("Q", mixed(), [card(record(), "de")], "de"))
    shown_as = [(e.get("class"), e.get("lang")) for e in shown.find(".//div[@class='words']")]
    quoted, by, said = (None, "en"), ("writer", "de"), ("written", "en")
    assert shown_as == [quoted, by, said, said, quoted, by, said]
    assert {e.text for e in shown.findall(".//p[@class='writer']")} == {
        "von einem Sprachmodell geschrieben"
    }
    markers = shown.xpath("//p[@class='written']//button[@popovertarget]")
    assert [m.get("popovertarget") for m in markers] == ["cited-1-1", "cited-2-1", "cited-4-1"]


def test_plain_text_says_whose_sentences_they_are() -> None:
    lines = told(Answer("Q", "en", "explore", "answered", statements=tuple(mixed())))
    quoted, by, said = "“A boat.” [1]", "(written by a language model)", "The wave is high. [1]"
    assert lines.splitlines() == [quoted, by, said, said, quoted, by, said]


def test_the_place_in_the_queue_is_shown_until_the_model_speaks(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoted, said, *_ = mixed()
    events = [
        Event("statement", quoted),
        Event("queue", {"place": 2}),
        Event("queue", {"place": 1}),
        Event("statement", said),
        Event("answer", Answer("Q", "en", "explore", "answered")),
    ]
    monkeypatch.setattr(visitor, "ask", lambda *_: iter(events))
    seen = list(views(Question("Q", lang="en"), explorer))
    assert [view.place for view in seen] == [0, 0, 2, 1, 0, 0]
    busy = answer_html("Q", [quoted], [], "en", busy=True, place=seen[2].place)
    assert "<blockquote" in busy
    assert '<p class="searching">Place 2 in the queue</p>' in busy
    assert "searching" not in answer_html("Q", [quoted], [], "en", busy=True)
    assert "searching" not in answer_html("Q", [quoted], [], "en", place=2)


def test_before_the_first_question_it_says_whether_a_model_writes(explorer: Explorer) -> None:
    def notices(told_by: Explorer) -> tuple[str, str]:
        about = TestClient(build_app(told_by)).get("/api/about").json()
        return opening(told_by, "de").notices[0], about["notice"]

    own = copy(explorer)
    with serving({"fluent": Script()}) as server:
        own.settings = replace(explorer.settings, chat=f"ollama:fluent@{server.url}")
        own.chat = open_chat(own.settings)
        assert notices(own) == (phrase("notice.ai_writes", "de"), phrase("notice.ai_writes", "en"))
    assert notices(explorer) == (phrase("notice.ai", "de"), phrase("notice.ai", "en"))
    assert "language model" in phrase("notice.ai_writes", "en")
