"""Hundreds of pages that ask at once, with one slot or many, of a model that takes two seconds."""

import pytest

from explorer.api import build_app
from explorer.wiring import Explorer
from tests.crowd import GOOD, PEARL, Told, asked_at_once, at_work, writing_with
from tests.ollama_server import Script, in_pieces, serving

pytestmark = pytest.mark.long
WORDS = in_pieces(GOOD)
SLOW = Script(words=WORDS, pause=2.0 / (len(WORDS) - 1))
PROMPT = 5.0
"""Seconds within which a verbatim answer, or a refusal, is there."""


@pytest.mark.parametrize(("slots", "pages"), [(1, 200), (40, 200), (1, 400)])
def test_so_many_pages_at_once_are_answered_or_refused(
    explorer: Explorer, slots: int, pages: int
) -> None:
    with serving({"slow": SLOW}) as server:
        own = writing_with(explorer, server.url, "slow", chat_wait=30, chat_slots=slots)
        bodies = [{"text": PEARL, "lang": "en", "token": f"page-{n}"} for n in range(pages)]
        with at_work(build_app(own)) as port:
            asked_at_once(port, bodies[:1], 30)  # what is read once is read
            told = asked_at_once(port, bodies, 120)
    assert len(told) == pages
    assert server.most <= slots
    refused = [one for one in told if one.status != 200]
    written = [one for one in told if one.generated]
    others = [one for one in told if one.status == 200 and not one.generated]
    in_time = [one for one in others if one.took <= PROMPT]
    figures = (_figures("written", written), _figures("verbatim", others))
    print(f"\n{pages} pages, {slots} slots: {'; '.join(figures)}")  # noqa: T201
    print(f"{_figures('refused', refused)}; {server.most} chats at a time")  # noqa: T201
    assert all(one.status == 503 and "retry-after: " in one.headers for one in refused)
    assert all(one.took <= PROMPT for one in refused)
    assert all(one.answer for one in told if one.status == 200)
    assert all("notice.model_full" in _codes(one) for one in others)
    assert max(one.place for one in told) <= 8
    assert len(in_time) >= 0.9 * len(others)
    assert bool(refused) == (pages > 256)


def _codes(one: Told) -> set[str]:
    return {notice["code"] for notice in one.answer["notices"]}


def _figures(name: str, told: list[Told]) -> str:
    took = sorted(one.took for one in told)
    if not took:
        return f"no {name}"
    middle = took[len(took) // 2]
    return f"{len(took)} {name} in {took[0]:.2f} to {took[-1]:.2f} s, half in {middle:.2f} s"
