"""The suite `counting`, judged on answers made by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from eval import counting
from eval.counting import EXACT, REFUSED, UNDERSTOOD, WRONG, Judged, judge, same_filters
from eval.countinggold import CountingQuestion, Gold, load_counting
from explorer.errors import WrongUse
from explorer.types import Answer, Card, Group
from explorer.wiring import Explorer

TWO = Gold(frozenset({"a:1", "a:2"}), {"1601": 2, "-499": 1}, frozenset({"a:2"}))
SILK: Mapping[str, Any] = {"kind": "object", "material": ["#silk"]}


def question(kind: str = "count", *, countable: bool = True) -> CountingQuestion:
    """A question after things of silk."""
    return CountingQuestion(
        "cnt-1.en", "silk?", "en", kind, {"material": ["silk"]} if countable else {},
        by="century" if kind == "group" else "", countable=countable,
    )  # fmt: skip


def told(total: int | None, **more: Any) -> Answer:
    """An answer with a number, or none."""
    more.setdefault("filters", SILK)
    return Answer(text="", lang="en", kind="count", outcome="answered", total=total, **more)


def judged(answer: Answer, kind: str = "count", shown: frozenset[str] = TWO.records) -> Judged:
    """What becomes of the question after things of silk."""
    return judge(question(kind), TWO, answer, shown)


def test_the_right_number_of_the_right_records_is_exact() -> None:
    one = judged(told(2))
    assert (one.counted, one.exact, one.wrong_filter, one.well) == (True, True, False, True)
    assert one.told == ""
    assert not judged(told(3)).exact
    assert not judged(told(2), "list", frozenset({"a:1", "a:3"})).exact, "as many, but others"
    assert judged(told(3)).told == "3 by material=#silk, not 2 by material=silk"
    other = judged(told(2), "list", frozenset({"a:1", "a:3"}))
    assert other.told.endswith("material=silk; without a:2; with a:3")


def test_no_number_is_not_understood_and_not_wrong() -> None:
    one = judged(told(None, filters={}))
    assert (one.counted, one.exact, one.wrong_filter, one.well) == (False, False, False, False)


def test_a_number_under_another_filter_is_wrong_even_if_it_is_right() -> None:
    assert judged(told(2, filters={"kind": "object"})).wrong_filter
    assert judged(told(2, filters={**SILK, "to": 1500})).wrong_filter
    assert judged(told(2, filters={"kind": "object", "material": ["#wool"]})).wrong_filter
    assert not judged(told(2, filters={"kind": "object", "material": ["#wool"]})).well


def test_what_cannot_be_counted_is_refused() -> None:
    trap = question(countable=False)
    refused = judge(trap, Gold(), told(None, filters={}), frozenset())
    counted = judge(trap, Gold(), told(5, filters={"kind": "object"}), frozenset({"a:1"}))
    assert (refused.well, refused.wrong_filter) == (True, False)
    assert (counted.well, counted.wrong_filter) == (False, True)


def test_groups_are_compared_by_value_and_count() -> None:
    right = (Group("5th century BC", 1, "-499"), Group("17th century", 2, "1601"))
    assert judged(told(2, groups=right), "group").exact
    assert not judged(told(2, groups=right[:1]), "group").exact
    assert not judged(told(2, groups=(*right, right[0])), "group").exact, "one told twice"
    assert not judged(told(2, groups=(Group("", 1, "1601"), right[0])), "group").exact
    assert not judged(told(2), "group").counted, "a number is no group"


def test_a_superlative_is_exact_if_a_winner_comes_first() -> None:
    cards = Card("a:2", "Two"), Card("a:1", "One")
    assert judged(told(2, records=cards), "superlative").exact
    assert not judged(told(2, records=cards[::-1]), "superlative").exact
    assert not judged(told(2), "superlative").exact


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"place": ["JP"]}, {"place": ["#jp"]}),
        ({"place": ["south-america"]}, {"place": "#south-america"}),
        ({"place": ["Paris"]}, {"place": ["paryz"]}),
        ({"place": ["Nürnberg"]}, {"place": ["nurnberg"]}),
        ({"technique": ["woodcut"]}, {"technique": ["#woodcut-technique"]}),
        ({"type": ["chess-piece"]}, {"type": ["chess piece"]}),
        ({"maker": ["Michelangelo Merisi da Caravaggio"]}, {"maker": ["caravaggio"]}),
        ({"period": ["safavid"]}, {"period": ["safavidisk tid"]}),
        ({"from": 1601, "to": 1700}, {"from": 1601, "to": [1700]}),
        ({"on_view": False, "room": "Room 5"}, {"on_view": [False], "room": ["room 5"]}),
        ({"rights": "free"}, {"rights": ["http://creativecommons.org/publicdomain/mark/1.0/"]}),
    ],
)
def test_filters_that_mean_the_same_are_the_same(
    asked: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert same_filters(asked, {"kind": "object", **shown})
    assert not same_filters(asked, {"kind": "object"})
    assert not same_filters({}, shown)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"place": ["NL"]}, {"place": ["amsterdam"]}),
        ({"to": 1499}, {"to": 1500}),
        ({"to": 1499}, {"from": 1499}),
        ({"type": ["painting"]}, {"type": ["#painting", "#print"]}),
        ({"type": ["painting", "print"]}, {"type": ["#painting"]}),
        ({"type": ["woodcut"]}, {"technique": ["#woodcut"]}),
        ({"on_view": True}, {"on_view": False}),
        ({"rights": "free"}, {"rights": []}),
    ],
)
def test_filters_that_mean_another_thing_are_not_the_same(
    asked: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert not same_filters(asked, shown)


def test_the_suite_tells_figures_by_kind_language_and_half(explorer: Explorer) -> None:
    few = load_counting()[::20]
    report = counting.run(few, explorer)
    assert [table.title for table in report.tables] == [
        "Counted, by kind", "Counted, by language", "Counted, by half",
    ]  # fmt: skip
    whole = report.tables[0].rows["all"]
    countable = [q for q in few if q.countable]
    understood, refused = whole[UNDERSTOOD], whole[REFUSED]
    assert understood is not None
    assert refused is not None
    assert (understood.n, refused.n) == (len(countable), len(few) - len(countable))
    assert {EXACT, WRONG} <= whole.keys()
    assert [asked.id for asked in report.asked] == [q.id for q in few]
    assert not report.skipped, "every record that is right is in the collection"
    for asked in report.asked:
        assert asked.well <= (asked.values[WRONG] == 0)


def test_a_half_is_asked_alone_and_another_word_is_refused(explorer: Explorer) -> None:
    few = load_counting()[::40]
    halves = [counting.run(few, explorer, half).asked for half in ("development", "test")]
    assert sorted(a.id for own in halves for a in own) == sorted(q.id for q in few)
    with pytest.raises(WrongUse, match="not a half"):
        counting.run(few, explorer, "third")
