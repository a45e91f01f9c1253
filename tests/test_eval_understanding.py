"""The suites understanding, conversation and abstention: what they make of answers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from eval import abstention, conversation, understanding
from eval.conversation import Followup, first, resolves
from eval.queries import Query
from eval.understanding import Told, same_filters
from explorer.errors import WrongUse
from explorer.types import Answer, Card, Citation, Outcome, Statement, Turn
from explorer.wiring import Explorer


def _answer(
    cited: str = "", shown: tuple[str, ...] = (), outcome: Outcome = "answered", **told: Any
) -> Answer:
    citation = Citation(1, cited, "title[0]", "en", "Sea", 0, 3)
    said = (Statement(0, "quote", "Sea", citations=(citation,)),) if cited else ()
    cards = tuple(Card(record, record) for record in shown)
    return Answer("", "en", "attribute", outcome, statements=said, records=cards, **told)


def _told(kind: str, **told: Any) -> Told:
    return Told(Query("u.en", "?", "en", {}, kind), **told)


def _heard(kind: str, **told: Any) -> Mapping[str, Any]:
    return {"kind": kind, "lang": "en", "filters": {}, **told}


def _followup(kind: str, *relevant: str, **told: Any) -> Followup:
    return Followup(Query("c.en", "?", "en", dict.fromkeys(relevant, 2), kind), "?", **told)


@pytest.mark.parametrize(
    ("gold", "shown"),
    [
        ({"type": ["painting"]}, {"type": "#painting", "kind": "object"}),
        ({"type": ["musical instrument"]}, {"type": ["#musical-instrument"]}),
        ({"place": ["JP"]}, {"place": "#jp"}),
        ({"place": ["Europe"]}, {"place": ["#europe"]}),
        ({"place": ["Nürnberg"]}, {"place": "nurnberg"}),
        ({"maker": ["Johannes Vermeer"]}, {"maker": ["vermeer"]}),
        ({"maker": ["Rembrandt"]}, {"maker": ["rembrandt harmensz van rijn"]}),
        ({"room": "3"}, {"room": "Room 3"}),
        ({"from": 1601, "to": 1700, "on_view": True}, {"from": 1601, "to": 1700, "on_view": True}),
        ({}, {"kind": "object"}),
    ],
)
def test_filters_that_leave_the_same_are_the_same(gold: Any, shown: Any) -> None:
    assert same_filters(gold, shown)


@pytest.mark.parametrize(
    ("gold", "shown"),
    [
        ({"type": ["painting"]}, {}),
        ({}, {"type": "#painting"}),
        ({"type": ["painting"]}, {"type": ["#painting", "#print"]}),
        ({"from": 1601, "to": 1700}, {"from": 1600, "to": 1700}),
        ({"maker": ["Johannes Vermeer"]}, {"maker": ["johannes kepler"]}),
        ({"place": ["JP"]}, {"place": "#cn"}),
        ({"has_image": True}, {"has_image": False}),
        ({}, {"kind": "text"}),
    ],
)
def test_filters_that_leave_something_else_are_not_the_same(gold: Any, shown: Any) -> None:
    assert not same_filters(gold, shown)


def test_all_fields_asked_for_must_be_heard_and_more_may_be() -> None:
    told = _told("attribute", fields=("maker", "date"))
    more = understanding.judged(told, _heard("attribute", fields=["date", "maker", "place"]))
    less = understanding.judged(told, _heard("attribute", fields=["date"]))
    none = understanding.judged(told, _heard("attribute"))
    assert (more.understood, less.understood, none.understood) == (True, False, False)
    assert less.kind and more.filters is None


def test_another_kind_or_topic_is_not_understood() -> None:
    told = _told("visit", topic="hours")
    assert understanding.judged(told, _heard("visit", topic="hours")).understood
    assert not understanding.judged(told, _heard("visit", topic="tickets")).understood
    assert not understanding.judged(told, _heard("explore", topic="hours")).understood


def test_a_number_under_other_filters_is_counted_else_and_no_number_is_not() -> None:
    told = _told("count", filters={"type": ["painting"]})
    heard = _heard("count", filters={"type": "#print"})
    wrong = _answer(total=3, filters={"type": "#print"})
    assert understanding.judged(told, heard, wrong).counted_else is True
    assert understanding.judged(told, heard, replace(wrong, total=None)).counted_else is False
    right = replace(wrong, filters={"type": "#painting"})
    assert understanding.judged(told, heard, right).counted_else is False
    assert understanding.judged(_told("explore"), heard, wrong).counted_else is None


def test_a_follow_up_resolves_to_the_record_cited_first() -> None:
    asked = _followup("attribute", "a:1")
    assert resolves(asked, _answer("a:1", ("a:2",)))
    assert not resolves(asked, _answer("a:2", ("a:1",)))
    assert first(_answer(shown=("a:2", "a:1"))) == "a:2"
    assert not resolves(asked, _answer())


def test_a_list_is_right_by_its_records_and_number_or_by_its_filters() -> None:
    asked = _followup("narrowing", "a:1", "a:2", filters={"place": ["JP"]})
    assert resolves(asked, _answer(shown=("a:1",), total=2))
    assert resolves(asked, _answer(shown=("a:3",), total=3, filters={"place": "#jp"}))
    assert not resolves(asked, _answer(shown=("a:1", "a:3"), total=2))
    assert not resolves(asked, _answer(shown=("a:1",), total=1))
    assert not resolves(asked, _answer("a:1", ("a:1",), filters={"place": "#jp"}))


def test_what_else_may_leave_out_what_was_shown() -> None:
    shown = [Turn("visitor", "?"), Turn("explorer", "", ["a:1"])]
    asked = _followup("same_maker", "a:1", "a:2", history=shown)
    assert resolves(asked, _answer(shown=("a:2",), total=1))
    assert resolves(asked, _answer(shown=("a:1", "a:2"), total=2))
    assert not resolves(asked, _answer(shown=("a:3",), total=1))


def test_a_follow_up_is_compared_with_the_question_in_full_where_that_is_answered() -> None:
    asked = _followup("language", "a:1", answer_lang="pl")
    told, full = replace(_answer("a:1"), lang="pl"), _answer("a:2")
    judged = conversation.judged(asked, told, full)
    assert (judged.resolved, judged.in_full, judged.same, judged.lang) == (True, False, False, True)
    assert conversation.judged(asked, told, _answer("a:1")).same is True
    refused = conversation.judged(asked, _answer(), _answer(outcome="not_found"))
    assert refused.same is None and not refused.lang


def _ended(relevant: tuple[str, ...], told: Answer) -> abstention.Judged:
    due = "answered" if relevant else "not_found"
    query = Query("a.en", "?", "en", dict.fromkeys(relevant, 2), "here", due)
    return abstention.Judged(query, told)


def test_refusals_answers_and_wrong_records_are_told_apart() -> None:
    judged = [
        _ended(("a:1",), _answer("a:1")),
        _ended(("a:1",), _answer("a:2", outcome="partly")),
        _ended(("a:1",), _answer("a:1", outcome="not_found")),
        _ended(("a:1",), _answer("a:1")),
        _ended((), _answer("a:1", outcome="partly")),
        _ended((), _answer(outcome="out_of_scope")),
        _ended((), _answer(outcome="not_found")),
        _ended((), _answer(total=0)),
    ]
    row = {name: figure.value for name, figure in abstention.row(judged).items() if figure}
    assert row["ended well"] == 5 / 8
    assert row["answered though unanswerable"] == 1 / 4
    assert row["refused though answerable"] == 1 / 4
    assert row["wrong record answered"] == 1 / 4
    assert row["outcome"] == 1 / 3


def test_the_suites_measure_the_sample_and_say_for_what(explorer: Explorer) -> None:
    told, followups, queries = understanding.load(), conversation.load(), abstention.load()
    reports = [
        understanding.run(told[:6], explorer),
        conversation.run(followups[:3], explorer),
        abstention.run(queries[:3], explorer),
    ]
    for report, n in zip(reports, (6, 3, 3), strict=True):
        assert report.settings["questions"] == len(report.asked) == n
        whole = report.tables[0].rows["all"][report.tables[0].lead]
        assert whole and whole.n == n
    of_half = understanding.run(told[:6], explorer, "test")
    assert len(of_half.asked) == sum(one.query.half == "test" for one in told[:6])


def test_a_set_that_is_not_there_is_told() -> None:
    with pytest.raises(WrongUse, match="nowhere"):
        next(understanding.read("nowhere"))
