"""Whole answers with a model behind a real server: what leaves, what falls, and how it fails."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import replace
from time import monotonic
from typing import Any

import httpx
import pytest
import uvicorn

from explorer.api import build_app
from explorer.ask import answer, ask
from explorer.types import Answer, Question, Statement
from explorer.wiring import Explorer, open_chat
from explorer.writing import Writer
from tests.ollama_server import Script, Serving, closed_url, in_pieces, serving

PEARL = "Tell me about the Girl with a Pearl Earring"
GOOD = (
    "Johannes Vermeer painted the Girl with a Pearl Earring about 1665 [1]. It hangs in Room 2 [1]."
)
MIXED = (
    "Johannes Vermeer painted the Girl with a Pearl Earring about 1665 [1]. "
    "Rembrandt painted it in 1999 [1]. It was cut out of a larger canvas [1]. "
    "The Girl with a Pearl Earring hangs in Room 2 [1]."
)
GERMAN = "Johannes Vermeer malte das Mädchen mit dem Perlenohrring um 1665 in Delft [1]."
SCRIPTS: dict[str, Any] = {
    "fluent": Script(words=in_pieces(GOOD)),
    "mixed": Script(words=in_pieces(MIXED)),
    "liar": Script(words=in_pieces("It was made in 1999 by Pablo Picasso [1]. It is bronze [1].")),
    "german": Script(words=in_pieces(GERMAN)),
    "corrected": lambda body: Script(
        words=in_pieces(GOOD if len(body["messages"]) > 2 else GERMAN)
    ),
    "slow": Script(words=in_pieces(GOOD), pause=5.0),
    "cold": Script(words=in_pieces(GOOD), cold=20.0),
    "truncated-fluent": Script(words=in_pieces(GOOD), prompt_tokens=5),
    "half": Script(words=in_pieces(GOOD), failing="hang-in-the-middle", after=14),
    "flood": Script(words=in_pieces(GOOD * 20)),
}

Opened = Callable[..., Explorer]


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving(SCRIPTS) as server:
        yield server


@pytest.fixture
def opened(server: Serving, explorer: Explorer) -> Opened:
    """The explorer of the sample, but one that writes with a model of the server."""

    def made(model: str, url: str = "", **more: Any) -> Explorer:
        chat = f"ollama:{model}@{url or server.url}"
        given = {"chat": chat, "chat_wait": 1, "chat_whole": 3, **more}
        own = copy(explorer)
        own.settings = replace(explorer.settings, **given)
        own.chat = open_chat(own.settings)
        own.writer = Writer(own.chat, own.embedder, own.settings)
        return own

    return made


def written(told: Answer) -> list[str]:
    return [one.text for one in told.statements if one.kind == "written"]


def codes(told: Answer) -> set[str]:
    return {notice.code for notice in told.notices}


def test_a_quotation_comes_at_once_and_the_models_sentences_follow(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("fluent"))
    kinds = [one.kind for one in told.statements]
    assert kinds.index("quote") < kinds.index("written")
    assert kinds.count("written") == 2
    assert (told.outcome, told.generated) == ("answered", True)
    assert told.model.startswith("ollama:fluent@")
    assert {"notice.generated", "notice.quoted"} <= codes(told)
    assert [one.index for one in told.statements] == list(range(len(told.statements)))


def test_every_sentence_of_the_model_cites_fields_that_hold_it(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("fluent"))
    fields = [{c.field for c in one.citations} for one in told.statements if one.kind == "written"]
    assert {"maker[0]", "date[0]"} <= fields[0]
    assert "room[0]" in fields[1]


def test_what_the_records_do_not_hold_never_leaves(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("mixed"))
    assert not any("1999" in text or "Rembrandt" in text for text in written(told))
    assert not any("cut out" in text for text in written(told))
    assert any("Room 2" in text for text in written(told))


def test_where_nothing_of_the_model_stands_the_records_are_quoted(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("liar"))
    assert written(told) == []
    assert (told.outcome, told.generated, told.model) == ("partly", False, "")
    assert any(one.kind == "fact" for one in told.statements)
    assert "notice.model_unsupported" in codes(told)


def test_another_language_is_asked_for_once_more(opened: Opened, server: Serving) -> None:
    before = len(server.chats)
    told = answer(Question(PEARL), opened("corrected"))
    assert len(written(told)) == 2
    assert len(server.chats) == before + 2
    assert "English" in server.chats[-1].body["messages"][-1]["content"]


def test_a_model_that_keeps_to_another_language_is_not_heard(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("german"))
    assert written(told) == []
    assert told.lang == "en"
    assert "notice.model_unsupported" in codes(told)


def test_a_model_is_not_asked_where_it_is_not_wanted_or_could_only_be_wrong(
    opened: Opened, server: Serving
) -> None:
    explorer = opened("fluent")
    before = len(server.chats)
    for question in (
        Question(PEARL, generate=False),
        Question("How many paintings do you have?"),
        Question("When are you open?"),
        Question("Where is the Mona Lisa?"),
        Question("Thank you!"),
    ):
        assert written(answer(question, explorer)) == []
    assert len(server.chats) == before


FAILURES = [
    "hang", "hang-in-the-middle", "reset", "error-line", "busy", "broken", "refused", "empty",
    "endless", "garbage", "not-utf-8", "thinking-only", "slow", "cold", "truncated-fluent",
    "half", "nobody", "cut",
]  # fmt: skip


@pytest.mark.parametrize("model", FAILURES)
def test_however_a_model_fails_there_is_a_whole_answer_in_time(opened: Opened, model: str) -> None:
    explorer = opened(model)
    began = monotonic()
    told = answer(Question(PEARL), explorer)
    took = monotonic() - began
    assert took < 1 + 3 + 2
    assert any(one.kind == "quote" for one in told.statements)
    assert any(one.kind == "fact" for one in told.statements)
    assert {"notice.model_down", "notice.model_unsupported", "notice.generated"} & codes(told)
    assert all(text.endswith(".") for text in written(told))
    assert bool(told.model) == told.generated == bool(written(told))


def test_nothing_is_shown_of_a_model_that_did_not_read_the_whole_prompt(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("truncated-fluent"))
    assert written(told) == []
    assert "notice.model_down" in codes(told)


def test_a_server_that_is_not_there_costs_no_time_after_three_failures(
    server: Serving, opened: Opened
) -> None:
    explorer = opened("fluent", url=closed_url())
    for _ in range(3):
        assert "notice.model_down" in codes(answer(Question(PEARL), explorer))
    assert explorer.writer.breaker.opened()
    began = monotonic()
    assert "notice.model_down" in codes(answer(Question(PEARL), explorer))
    assert monotonic() - began < 0.5


def test_the_rules_and_every_source_reach_the_server(opened: Opened, server: Serving) -> None:
    explorer = opened("fluent")
    for question in (
        PEARL,
        "Compare the Great Wave and the Milkmaid",
        "Tell me about the Great Wave",
    ):
        told = answer(Question(question), explorer)
        assert told.outcome in ("answered", "partly")
        system, asked = (m["content"] for m in server.chats[-1].body["messages"])
        assert system.startswith("You write for a museum")
        sources = asked.partition("<sources>")[2].partition("</sources>")[0]
        assert all(f"[{n}]" in sources for n in range(1, len(told.records) + 1))
        assert server.chats[-1].body["options"]["num_ctx"] > len(asked.split())


def test_sources_that_do_not_fit_lose_their_last_lines_first(
    opened: Opened, server: Serving
) -> None:
    compared = Question("Compare the Great Wave and the Milkmaid")
    answer(compared, opened("fluent"))
    whole = server.chats[-1].body["messages"][-1]["content"]
    answer(compared, opened("fluent", chat_window=1400, chat_tokens=200))
    asked = server.chats[-1].body["messages"][-1]["content"]
    assert len(asked) < len(whole)
    assert "[1]\nTitle: " in asked
    assert "[2]\nTitle: " in asked
    assert asked.rstrip().endswith("English (English) only.")


def test_a_page_has_one_answer_of_the_model_at_a_time(opened: Opened) -> None:
    explorer = opened("fluent")
    with explorer.writer.admission.asking("page-1", lambda: False) as ticket:
        list(explorer.writer.admission.enter(ticket))
        told = answer(Question(PEARL, token="page-1"), explorer)
    assert written(told) == []
    assert "notice.model_full" in codes(told)
    assert written(answer(Question(PEARL, token="page-1"), explorer))


def test_who_waits_is_told_the_place(opened: Opened) -> None:
    explorer = opened("fluent")
    places: list[int] = []
    told: list[Any] = []
    waiting = threading.Event()

    def ask_for_one() -> None:
        for event in ask(Question(PEARL), explorer):
            if event.name == "queue":
                places.append(event.data["place"])
                waiting.set()
            told.append(event)

    with explorer.writer.admission.asking("", lambda: False) as ticket:
        list(explorer.writer.admission.enter(ticket))
        other = threading.Thread(target=ask_for_one)
        other.start()
        assert waiting.wait(5)
    other.join(10)
    assert places == [1, 0]
    assert written(told[-1].data)


def _soon(true: Callable[[], bool], within: float = 5.0) -> bool:
    """Whether something comes true in time; looked at again and again, for nothing tells of it."""
    due = monotonic() + within
    while not true() and monotonic() < due:
        threading.Event().wait(0.02)
    return true()


@pytest.fixture
def address(opened: Opened) -> Iterator[tuple[str, Explorer]]:
    """The HTTP interface of an explorer with a slow model, on a real server."""
    explorer = opened("slow", chat_wait=30, chat_whole=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(build_app(explorer), port=port, log_level="critical")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    assert _soon(lambda: running.started)
    yield f"http://127.0.0.1:{port}", explorer
    running.should_exit = True
    thread.join(5)


def test_a_visitor_who_leaves_frees_the_slot_and_the_model(
    address: tuple[str, Explorer], server: Serving
) -> None:
    url, explorer = address
    before = len(server.chats)
    with (
        httpx.Client(timeout=10) as client,
        client.stream(
            "POST", f"{url}/api/ask", json={"text": PEARL}, headers={"Accept": "text/event-stream"}
        ) as response,
    ):
        lines = response.iter_lines()
        while not next(lines).startswith("event: statement"):
            pass
        assert _soon(lambda: len(server.chats) > before)
    left = monotonic()
    assert server.chats[-1].gone.wait(3)
    assert monotonic() - left < 1.5
    with explorer.writer.admission.asking("", lambda: False) as ticket:
        assert list(explorer.writer.admission.enter(ticket)) == []


def test_who_waits_for_a_whole_answer_and_leaves_frees_the_slot_too(
    address: tuple[str, Explorer], server: Serving
) -> None:
    url, explorer = address
    before = len(server.chats)
    asked = threading.Thread(target=_ask_and_hang_up, args=(url,))
    asked.start()
    assert _soon(lambda: len(server.chats) > before)
    asked.join(5)
    left = monotonic()
    assert server.chats[-1].gone.wait(3)
    assert monotonic() - left < 1.5
    with explorer.writer.admission.asking("", lambda: False) as ticket:
        assert list(explorer.writer.admission.enter(ticket)) == []


def _ask_and_hang_up(url: str) -> None:
    with suppress(httpx.ReadTimeout):
        httpx.post(f"{url}/api/ask", json={"text": PEARL}, timeout=1)


def test_statements_of_the_model_are_marked_so_for_the_page(opened: Opened) -> None:
    told = answer(Question(PEARL), opened("fluent"))
    for one in told.statements:
        assert isinstance(one, Statement)
        assert one.supported
        assert (one.kind == "written") == (one.text in written(told))
