"""The question set for the Swedish deliveries: whole, made anew alike, and its records exist."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from eval.queries import Query, load_queries
from eval.swedish import FOLDER, Made, Work, by_kind, by_sitter, by_year, remade, spelt, works
from tests.conftest import DELIVERIES

LANGS = ["de", "en", "es", "fi", "fr", "it", "nl", "pl"]


@pytest.fixture(scope="module")
def questions() -> list[Query]:
    return load_queries("swedish")


def _work(number: str, title: str, **told: Any) -> Work:
    return replace(Work(number, {"sv": [title]}, [], {}, [], None), **told)


def test_twelve_questions_in_each_of_eight_languages_are_written(questions: list[Query]) -> None:
    written = Counter(q.id[:2] for q in questions if not q.id.startswith("gen-"))
    made = Counter(q.id[4:6] for q in questions if q.id.startswith("gen-"))
    assert written == dict.fromkeys(LANGS, 12)
    assert sorted(made) == LANGS
    assert min(made.values()) >= 12


def test_every_question_is_asked_once_and_answered_by_few_records(questions: list[Query]) -> None:
    assert len({q.id for q in questions}) == len({(q.lang, q.text) for q in questions})
    for question in questions:
        assert 1 <= len(question.answering) <= 15, question.id
        assert question.lang == question.id.removeprefix("gen-")[:2]


def test_every_judgement_belongs_to_a_question_and_is_given_once(questions: list[Query]) -> None:
    with (FOLDER / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    pairs = [(row["query-id"], row["corpus-id"]) for row in rows]
    assert len(pairs) == len(set(pairs))
    assert {query for query, _ in pairs} == {q.id for q in questions}
    assert {row["score"] for row in rows} == {"1", "2"}


def test_both_halves_hold_questions_of_every_language_and_origin(questions: list[Query]) -> None:
    held = {(q.half, q.lang, q.id.startswith("gen-")) for q in questions}
    assert len(held) == 2 * len(LANGS) * 2


def _judged(made: Iterable[Made], **filling: str) -> Mapping[str, int]:
    return next(m.judged for m in made if m.filling == filling)


def test_a_maker_only_supposed_is_related_and_a_title_tells_the_kind() -> None:
    own, supposed = {"Anna Berg": 2}, {"Anna Berg": 1}
    made = list(
        by_kind(
            [
                _work("1", "Självporträtt", makers=own),
                _work("2", "Självporträtt", makers=supposed),
                _work("3", "Huvud", makers=own, notes=["Kanske ett självporträtt."]),
                _work("4", "Huvud", makers=own),
            ]
        )
    )
    expected = {"1": 2, "2": 1, "3": 1}
    assert _judged(made, maker="Anna Berg", kind="self-portrait") == expected


def test_a_person_is_known_by_every_spelling_but_a_spouse_is_only_related() -> None:
    made = list(
        by_sitter(
            [
                _work("1", "Carl Gustaf Ek, 1700-1750", sitters=["Carl Gustaf Ek"]),
                _work("2", "Karl Gustav Ek"),
                _work("3", "Eva Lind, gift med Carl Gustaf Ek"),
                _work("4", "Carl Gustaf Ekman"),
            ]
        )
    )
    assert spelt("Carl Gustaf") == spelt("Karl Gustav")
    assert _judged(made, sitter="Carl Gustaf Ek") == {"1": 2, "2": 2, "3": 1}


def test_a_year_is_answered_by_that_year_and_a_short_span_is_related() -> None:
    own = {"Anna Berg": 2}
    spans = [(1880, 1880), (1878, 1882), (1800, 1899), (1881, 1881)]
    made = list(by_year([_work(str(i), "Hav", makers=own, years=s) for i, s in enumerate(spans)]))
    assert _judged(made, maker="Anna Berg", year="1880") == {"0": 2, "1": 1}


@pytest.mark.deliveries
def test_the_made_questions_come_out_of_the_deliveries_as_they_are_kept() -> None:
    queries, qrels = remade(DELIVERIES.parent)
    assert queries == (FOLDER / "queries.jsonl").read_text("utf-8")
    assert qrels == (FOLDER / "qrels.tsv").read_text("utf-8")


@pytest.mark.deliveries
def test_every_judged_record_is_in_the_deliveries(questions: list[Query]) -> None:
    there = {f"swedish:{number}" for number in works(DELIVERIES.parent)}
    assert {record for q in questions for record in q.relevant} <= there
