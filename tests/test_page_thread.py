"""A conversation on the visitor's page: it goes on from what was shown, and nothing stores it."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from explorer.pages.thread import carried_on, turns_of
from explorer.types import Answer, Card, Citation, Statement, Turn
from tests.test_page import ANSWERED, PEARL, ask, chromium_or_skip, serving, visiting


@pytest.fixture(scope="module")
def address(sample_data: Path) -> Iterator[str]:
    with serving(sample_data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


@pytest.mark.browser
def test_a_follow_up_is_about_what_was_shown_until_the_page_is_loaded_again(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        ask(page, PEARL)
        ask(page, "and when was it made?")
        shown = page.locator(".facts").inner_text()
        assert "Girl with a Pearl Earring" in shown
        assert "about 1665" in shown
        ask(page, "auf Deutsch bitte")
        assert page.locator(".answer").get_attribute("lang") == "de"
        assert "Johannes Vermeer" in page.locator(".facts").inner_text()
        page.reload()
        page.locator("#question textarea").wait_for()
        assert page.locator(".asked").count() == 0
        ask(page, "and when was it made?")
        assert "about 1665" not in page.locator(".answer").inner_text()


@pytest.mark.browser
def test_a_question_to_begin_with_begins_a_thread_of_its_own(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        ask(page, PEARL)
        page.locator(".example[lang=sv]").click()
        page.locator(".asked", has_text="Vem målade").wait_for()
        page.locator(ANSWERED).wait_for()
        with page.expect_request("**/queue/join*") as sent:
            ask(page, "när?")
        _, _, thread = json.loads(sent.value.post_data or "")["data"]
        assert [turn["role"] for turn in thread] == ["visitor", "explorer"]
        assert PEARL not in str(thread)


@pytest.mark.browser
def test_the_page_remembers_three_questions_and_stores_nothing(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        for question in (PEARL, "and when was it made?", "thank you", "who painted it?"):
            ask(page, question)
        with page.expect_request("**/queue/join*") as sent:
            ask(page, "and where is it?")
        _, _, thread = json.loads(sent.value.post_data or "")["data"]
        assert [turn["text"] for turn in thread if turn["role"] == "visitor"] == [
            "and when was it made?", "thank you", "who painted it?",
        ]  # fmt: skip
        assert len(thread) == 6
        assert thread[-1]["records"][0] == "paintings:1003"
        assert page.context.cookies() == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert page.evaluate("indexedDB.databases()") == []


@pytest.mark.browser
def test_the_server_keeps_no_word_of_a_visitor(browser: Browser, address: str) -> None:
    from gradio.state_holder import SessionState

    with visiting(browser, address) as page:
        ask(page, "Canary of the last visitor")
        gc.collect()
        held = [one for one in gc.get_objects() if isinstance(one, SessionState)]
        assert not any("Canary" in str(one.config_values) for one in held)


def test_what_was_cited_is_shown_before_what_was_only_found() -> None:
    cited = Statement(0, "quote", "x", True, (Citation(2, "s:2", "title[0]", "en", "x", 0, 1),))
    answer = Answer("", "en", "explore", "answered", statements=(cited,),
                    records=(Card("s:1", "a"), Card("s:2", "b")))  # fmt: skip
    (asked, shown) = carried_on([], "What is it?", answer)
    assert asked == {"role": "visitor", "text": "What is it?", "records": []}
    assert shown == {"role": "explorer", "text": "", "records": ["s:2", "s:1"]}
    assert turns_of([asked, shown], 100) == [
        Turn("visitor", "What is it?"),
        Turn("explorer", "", ["s:2", "s:1"]),
    ]


@pytest.mark.parametrize(
    "sent",
    [None, "x", {"role": "visitor"}, [None], [{"role": "system", "text": "x"}],
     [{"role": "visitor", "text": ["x"]}], [{"role": "explorer", "records": "s:1"}]],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_no_thread(sent: object) -> None:
    assert turns_of(sent, 100) == []


def test_a_thread_is_never_longer_than_six_turns() -> None:
    sent = [{"role": "visitor", "text": "x" * 300}] * 50
    assert turns_of(sent, 100) == [Turn("visitor", "x" * 100)] * 6
    shown = [{"role": "explorer", "records": ["s:1", 7, *["s:2"] * 90]}]
    (turn,) = turns_of(shown, 100)
    assert turn.records[:2] == ["s:1", "s:2"]
    assert len(turn.records) <= 20
