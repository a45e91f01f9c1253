"""The questions that count: well formed, decided by the files, and counted by hand where few."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from eval.countinggold import CountingQuestion, gold, load_counting, meant, values
from eval.rawrecords import Maker, Raw, raw_records

LANGS = ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv",
         "nl", "pl", "pt", "ro", "sk", "sl", "sv"]  # fmt: skip
SHARES = {"count": 0.45, "list": 0.23, "group": 0.12, "superlative": 0.20}
BY = {"century", "decade", "maker", "country", "continent", "material", "type", "room", "source",
      "gender"}  # fmt: skip
ORDERS = {"oldest", "newest", "largest", "smallest", "heaviest", "lightest", "acquired-last",
          "acquired-first"}  # fmt: skip
VALUED = {"type", "material", "technique", "subject", "period", "place", "maker"}


@pytest.fixture(scope="module")
def questions() -> list[CountingQuestion]:
    return load_counting()


def found(by: str = "", order: str = "", **filters: Any) -> set[str]:
    """The numbers of the records, or of the winners, that are right."""
    asked = CountingQuestion("x", "", "en", "list", filters, by, order)
    right = gold(asked)
    return {i.partition(":")[2] for i in (right.winners if order else right.records)}


def counts(by: str, **filters: Any) -> dict[str, int]:
    """The groups that are right."""
    return dict(gold(CountingQuestion("x", "", "en", "group", filters, by)).groups)


def _raw(number: str, **told: Any) -> Raw:
    bare = Raw(number, [], [], None, None, [], [], [], [], [], [], "", None, False, "", None)
    return replace(bare, **told)


def test_every_question_has_its_own_name_and_words(questions: list[CountingQuestion]) -> None:
    assert len(questions) >= 360
    assert len({q.id.partition(".")[0] for q in questions}) == len(questions)
    assert len({(q.lang, q.text) for q in questions}) == len(questions)
    assert all(q.id.endswith(f".{q.lang}") and q.text.strip() == q.text for q in questions)


def test_every_language_asks_every_kind_in_its_share(questions: list[CountingQuestion]) -> None:
    assert sorted(Counter(q.lang for q in questions)) == LANGS
    assert min(Counter(q.lang for q in questions).values()) >= 10
    assert {(q.lang, q.kind) for q in questions} == {(lang, k) for lang in LANGS for k in SHARES}
    kinds = Counter(q.kind for q in questions)
    for kind, share in SHARES.items():
        assert kinds[kind] / len(questions) == pytest.approx(share, abs=0.05), kind
    for half in ("development", "test"):
        assert len({q.lang for q in questions if q.half == half}) >= 10


def test_one_in_eight_questions_cannot_be_counted(questions: list[CountingQuestion]) -> None:
    traps = [q for q in questions if not q.countable]
    assert 0.10 <= len(traps) / len(questions) <= 0.14
    assert all(q.kind in ("count", "list") and not q.filters for q in traps)
    assert all(gold(q).records == frozenset() for q in traps)


def test_groups_and_superlatives_say_what_they_go_by(questions: list[CountingQuestion]) -> None:
    assert {q.by for q in questions if q.kind == "group"} == BY
    assert {q.order for q in questions if q.kind == "superlative"} == ORDERS
    assert not any(q.by for q in questions if q.kind != "group")
    assert not any(q.order for q in questions if q.kind != "superlative")


def test_every_value_asked_by_stands_in_the_files(questions: list[CountingQuestion]) -> None:
    for question in questions:
        for name in VALUED & question.filters.keys():
            for value in question.filters[name]:
                assert meant(name, value), f"{question.id}: {name} {value}"


def test_every_raw_value_of_the_table_stands_in_the_files() -> None:
    held = raw_records()
    told = {"type": "types", "material": "materials", "technique": "techniques",
            "subject": "subjects", "period": "periods", "place": "places"}  # fmt: skip
    for name, column in told.items():
        known = {value for record in held for value in getattr(record, column)}
        listed = {raw for raws in values()[name].values() for raw in raws}
        assert listed <= known, name


def test_every_question_that_can_be_counted_has_an_answer(
    questions: list[CountingQuestion],
) -> None:
    for question in (q for q in questions if q.countable):
        right = gold(question)
        assert right.records, question.id
        assert bool(right.groups) == (question.kind == "group"), question.id
        assert bool(right.winners) == (question.kind == "superlative"), question.id


def test_groups_by_concept_have_no_value_that_the_table_lacks(
    questions: list[CountingQuestion],
) -> None:
    for question in questions:
        if question.by in ("type", "material"):
            assert gold(question).groups.keys() <= values()[question.by].keys(), question.id


def test_the_files_hold_all_objects_of_the_sample() -> None:
    assert Counter(record.source for record in raw_records()) == {
        "paintings": 44, "applied_arts": 37, "works_on_paper": 40,
        "nature_and_technology": 48, "arts": 44,
    }  # fmt: skip


def test_gold_counts_as_by_hand() -> None:
    assert found(material=["ivory"]) == {"5011", "8314"}
    assert found(place=["EG"]) == {"1012", "6402", "8403", "8406"}
    assert found(maker=["Mary Cassatt"]) == {"1007", "1019"}
    assert found(type=["fossil"]) == {"7314", "7405", "7505"}
    assert found(subject=["slavery"]) == {"1020", "6312", "6317", "7315"}
    assert found(type=["painting"], material=["silk"]) == {"1004", "1043"}
    assert found(place=["PE"], on_view=False) == {"5016", "6453"}
    assert len(found(room="Room 5")) == 9
    assert len(found(has_image=True)) == 20
    assert found(place=["Αθήνα"]) == {"5020", "8401", "8402"}, "not Athens, Georgia"


def test_a_former_or_copied_maker_made_nothing() -> None:
    assert found(maker=["Rembrandt Harmensz. van Rijn"]) == {"1035"}
    assert found(maker=["Hans Holbein the Younger"]) == set()
    assert found(maker=["Charles Edenshaw (Da.axiigang)"]) == {"5013"}, "attributed to"
    assert found(maker=["Andrea della Robbia"]) == {"5021"}, "workshop of"
    assert "1010" not in found(gender="male")


def test_years_overlap_and_no_year_counts_nowhere() -> None:
    assert found(**{"from": -599, "to": -500}) == {"5020", "8401"}
    assert {"1029", "8402"} == found(**{"from": -499, "to": -400}), "the she-wolf's date is open"
    assert not found(to=3000) & {"5005", "5012", "7314"}, "they have no year"
    assert "1006" in found(**{"from": 1501, "to": 1600})
    assert "1006" not in found(**{"from": 1601}), "only 1537 is recorded"


def test_groups_count_an_object_in_every_one_it_touches() -> None:
    whole = counts("century", type=["book"])
    assert whole == {"1401": 1, "1601": 3, "1801": 2, "1901": 3}
    assert counts("century", place=["EG"]) == {"-1399": 1, "-299": 1, "-199": 1, "1": 1, "101": 1,
                                              "401": 1, "501": 1, "601": 1}  # fmt: skip
    assert counts("decade", maker=["Antonio Stradivari"]) == {"1710": 1}
    assert counts("country", place=["africa"])["EG"] == 4
    assert counts("material", place=["CO"]) == {"gold": 1, "copper": 1}
    assert sum(counts("source").values()) == 213


def test_the_extremes_are_by_year_side_weight_and_acquisition() -> None:
    assert found(order="oldest") == {"5001"}
    assert found(order="newest") == {"7316"}, "1901 to 1950"
    assert found(order="newest", room="Room 8") == {"7454"}
    assert found(order="largest") == {"5017"}, "70 m"
    assert found(order="largest", type=["map"]) == {"6311"}, "220 cm, not 2,07 m"
    assert found(order="smallest") == {"7518"}
    assert (found(order="heaviest"), found(order="lightest")) == ({"7506"}, {"7521"})
    assert found(order="acquired-last") == {"5006", "5024"}, "of equals all"


def test_one_record_is_one_object_however_often_a_value_is_repeated() -> None:
    twice = Maker(["Ada"], "author", "", "female")
    records = [_raw("a", makers=[twice, twice], types=["book", "boek"], earliest=1843)]
    question = CountingQuestion("x", "", "en", "group", {"type": ["book"]}, "maker")
    right = gold(question, records)
    assert right.records == {"a"}
    assert right.groups == {"Ada": 1}


def test_the_gold_is_worked_out_without_the_explorer() -> None:
    code = (
        "import sys, eval.countinggold as gold; [gold.gold(q) for q in gold.load_counting()];"
        " print([m for m in sys.modules if m.partition('.')[0] in ('explorer', 'ingest')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
