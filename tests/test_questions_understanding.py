"""The sets understanding, conversation and abstention: whole, and about records that exist."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_args

import pytest

from eval import abstention, conversation, understanding
from eval.queries import Query
from eval.understanding import COUNTED, read
from explorer.types import FIELDS, FILTERS, Kind
from explorer.wiring import Explorer

UNION = frozenset(
    ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
     "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv")
)  # fmt: skip
SETS = ("understanding", "conversation", "abstention")
TOPICS = {
    "visit": {"hours", "tickets", "access", "way", "tours", "services", "route"},
    "smalltalk": {"greeting", "thanks", "goodbye", "who-are-you", "praise", "distress"},
    "out_of_scope": {
        "price", "opinion", "medical", "news", "other-museum", "computing",
    },
}  # fmt: skip
SHARES = {
    "attribute": 0.25, "ordinal": 0.1, "same_maker": 0.1, "same_place": 0.04, "same_time": 0.03,
    "more_like": 0.05, "language": 0.08, "narrowing": 0.1, "change": 0.08, "page": 0.11,
}  # fmt: skip


def _queries(name: str) -> list[Query]:
    if name == "understanding":
        return [one.query for one in understanding.load()]
    if name == "conversation":
        return [one.query for one in conversation.load()]
    return abstention.load()


def _absent(records: Iterable[str], explorer: Explorer) -> set[str]:
    catalogue = explorer.serving().generation.catalogue
    return {record for record in records if catalogue.record(record) is None}


@pytest.mark.parametrize("name", SETS)
def test_both_halves_hold_their_share_and_no_question_is_asked_twice(name: str) -> None:
    queries = _queries(name)
    halves = Counter(query.half for query in queries)
    # Of abstention all that was written later and read is of the development half.
    assert min(halves.values()) >= (0.25 if name == "abstention" else 0.4) * len(queries)
    assert len({query.id for query in queries}) == len(queries)
    assert {query.lang for query in queries} <= UNION
    assert all(query.id.endswith(f".{query.lang}") and query.text.strip() for query in queries)


@pytest.mark.parametrize("name", SETS)
def test_each_language_of_a_set_has_its_share(name: str) -> None:
    langs = Counter(query.lang for query in _queries(name))
    few = {"understanding": (24, 12), "conversation": (16, 4), "abstention": (22, 11)}[name]
    assert len(langs) >= few[0]
    assert min(langs.values()) >= few[1]


def test_every_kind_is_asked_in_every_language_and_has_what_belongs_to_it() -> None:
    told = understanding.load()
    assert {(one.query.kind, one.query.lang) for one in told} == {
        (kind, lang) for kind in get_args(Kind) for lang in UNION
    }
    for one in told:
        kind = one.query.kind
        assert bool(one.fields) == (kind == "attribute"), one.query.id
        assert set(one.fields) <= {*FIELDS, "rights"}, one.query.id
        assert one.topic in TOPICS.get(kind, {""}), one.query.id
        assert not one.filters or kind in COUNTED, one.query.id
        assert set(one.filters) <= set(FILTERS), one.query.id


def test_distress_is_told_once_in_every_language() -> None:
    langs = [one.query.lang for one in understanding.load() if one.topic == "distress"]
    assert sorted(langs) == sorted(UNION)


def test_follow_ups_are_of_all_kinds_and_have_something_to_follow() -> None:
    followups = conversation.load()
    kinds = Counter(one.query.kind for one in followups)
    assert kinds.keys() == SHARES.keys()
    assert all(kinds[kind] >= share * len(followups) for kind, share in SHARES.items())
    for one in followups:
        assert bool(one.page) == (one.query.kind == "page"), one.query.id
        assert one.page or one.seen, one.query.id
        assert one.query.relevant and one.standalone, one.query.id
        assert bool(one.answer_lang) == (one.query.kind == "language"), one.query.id
    paged = [one for one in followups if one.page]
    assert {bool(one.history) for one in paged} == {True, False}


def test_all_records_of_follow_ups_are_in_the_sample(explorer: Explorer) -> None:
    followups = conversation.load()
    told = {record for one in followups for record in (*one.query.relevant, *one.seen)}
    assert told and not _absent(told, explorer)


def test_more_than_half_must_not_be_answered_and_what_answers_is_there(explorer: Explorer) -> None:
    queries = abstention.load()
    here = [query for query in queries if query.relevant]
    assert 0.4 <= len(here) / len(queries) <= 0.5
    for query in queries:
        assert bool(query.relevant) == (query.kind == "here"), query.id
        assert bool(query.relevant) == (query.origin == "answered"), query.id
    assert not _absent({record for query in here for record in query.relevant}, explorer)


def test_famous_works_elsewhere_and_false_premises_are_asked_in_every_language() -> None:
    asked: dict[str, set[str]] = {}
    for query in abstention.load():
        asked.setdefault(query.lang, set()).add(query.kind)
    due = {"famous_elsewhere", "false_premise", "absent", "here"}
    assert {lang: due - kinds for lang, kinds in asked.items() if due - kinds} == {}
    refused = {"other_museum", "price", "live"}
    assert sum(refused <= kinds for kinds in asked.values()) >= 17


def test_history_is_what_a_client_sends_back() -> None:
    lines: list[Mapping[str, Any]] = list(read("conversation"))
    turns = [turn for line in lines for turn in line["history"]]
    assert {turn["role"] for turn in turns} == {"visitor", "explorer"}
    assert all(turn["text"] for turn in turns if turn["role"] == "visitor")
    assert any(len(line["history"]) > 2 for line in lines)
