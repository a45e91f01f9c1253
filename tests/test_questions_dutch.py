"""The question set for the Dutch delivery: whole, made anew alike, and its records exist."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from eval.dutch import (
    FOLDER,
    MOST,
    Made,
    Thing,
    by_kind,
    by_person,
    by_place,
    by_year,
    remade,
    spoken,
    things,
)
from eval.queries import Query, load_queries
from tests.conftest import DELIVERIES

LANGS = ["de", "en", "es", "fr", "it", "pl", "pt", "sv"]


@pytest.fixture(scope="module")
def questions() -> list[Query]:
    return load_queries("dutch")


def _thing(number: str, title: str, **told: Any) -> Thing:
    empty: frozenset[str] = frozenset()
    return replace(Thing(number, [title], empty, [], [], empty, None), **told)


def test_eight_questions_in_each_of_eight_languages_are_written(questions: list[Query]) -> None:
    written = Counter(q.id[:2] for q in questions if q.origin == "written")
    made = Counter(q.id[4:6] for q in questions if q.origin == "generated")
    assert written == dict.fromkeys(LANGS, 8)
    assert made == dict.fromkeys(LANGS, 12)


def test_every_question_is_asked_once_and_answered_by_few_records(questions: list[Query]) -> None:
    assert len({q.id for q in questions}) == len({(q.lang, q.text) for q in questions})
    for question in questions:
        fitting = [grade for grade in question.relevant.values() if grade == 2]
        assert 1 <= len(fitting) <= 10, question.id
        assert question.origin == "written" or len(fitting) <= MOST, question.id
        assert question.lang == question.id.removeprefix("gen-")[:2]


def test_every_judgement_belongs_to_a_question_and_is_given_once(questions: list[Query]) -> None:
    with (FOLDER / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    pairs = [(row["query-id"], row["corpus-id"]) for row in rows]
    assert len(pairs) == len(set(pairs))
    assert {query for query, _ in pairs} == {q.id for q in questions}
    assert {row["score"] for row in rows} == {"1", "2"}


def test_both_halves_hold_questions_of_every_language_and_origin(questions: list[Query]) -> None:
    held = {(q.half, q.lang, q.origin) for q in questions}
    assert len(held) == 2 * len(LANGS) * 2


def _judged(made: Iterable[Made], **filling: str) -> Mapping[str, int]:
    return next(m.judged for m in made if m.filling == filling)


def test_a_name_is_turned_round_and_what_is_no_plain_name_is_left_out() -> None:
    assert spoken("Berg, Anna van den") == "Anna van den Berg"
    left_out = ("anoniem", "Berg & Zn., J.", "Berg, familie", "Berg, jonkheer Jan", "Berg, Jan (I)")
    assert [spoken(entry) for entry in left_out] == [""] * len(left_out)


def test_a_kind_is_told_by_the_name_of_the_object_and_a_near_kind_is_related() -> None:
    kinds = [frozenset({"tekening"}), frozenset({"aquarel"}), frozenset({"boek"})]
    told = {"makers": ["Anna Berg"], "places": frozenset({"Albina"})}
    objects = [_thing(str(i), "Rivier", kinds=k, **told) for i, k in enumerate(kinds)]
    expected = {"0": 2, "1": 1}
    assert _judged(by_kind(objects), maker="Anna Berg", kind="drawing") == expected
    assert _judged(by_place(objects), place="Albina", kind="drawing") == expected


def test_a_portrait_is_called_one_and_any_other_mention_is_only_related() -> None:
    made = by_person(
        [
            _thing("1", "Portret van Anna Berg (1850-1900)", persons=["Anna Berg"]),
            _thing("2", "Anna Berg"),
            _thing("3", "Anna Berg op de fiets"),
            _thing("4", "Feest", persons=["Anna Berg"]),
            _thing("5", "Portret van Anna Bergman"),
        ]
    )
    assert _judged(made, person="Anna Berg") == {"1": 2, "2": 2, "3": 1, "4": 1}


def test_a_year_is_answered_by_that_year_and_a_short_span_is_related() -> None:
    spans = [(1880, 1880), (1878, 1882), (1800, 1899), (1881, 1881)]
    made = by_year(
        [_thing(str(i), "Zee", makers=["Anna Berg"], years=s) for i, s in enumerate(spans)]
    )
    assert _judged(made, maker="Anna Berg", year="1880") == {"0": 2, "1": 1}


@pytest.mark.deliveries
def test_the_made_questions_come_out_of_the_delivery_as_they_are_kept() -> None:
    queries, qrels = remade(DELIVERIES.parent)
    assert queries == (FOLDER / "queries.jsonl").read_text("utf-8")
    assert qrels == (FOLDER / "qrels.tsv").read_text("utf-8")


@pytest.mark.deliveries
def test_every_judged_record_is_in_the_delivery(questions: list[Query]) -> None:
    there = {f"dutch:{thing.number}" for thing in things(DELIVERIES.parent)}
    assert {record for q in questions for record in q.relevant} <= there
