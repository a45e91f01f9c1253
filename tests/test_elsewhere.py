"""The table of famous works: whole, unmistakable, and found by what visitors call them."""

import csv
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from explorer.concepts import concepts
from explorer.famous import famous
from explorer.text import fold, words

COLUMNS = ["id", "title", "maker", "museum", "names"]
LONGEST = 8  # words that a question is searched by


def _lines() -> list[str]:
    table = files("explorer").joinpath("vocabulary", "elsewhere.tsv").read_text("utf-8")
    return table.splitlines()


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(_lines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _called(row: dict[str, str]) -> set[tuple[str, ...]]:
    return {tuple(words(fold(name))) for name in (row["title"], *row["names"].split("|"))}


def test_every_line_has_every_column() -> None:
    assert _lines()[0].split("\t") == COLUMNS
    assert {line.count("\t") for line in _lines()} == {len(COLUMNS) - 1}


def test_there_are_at_least_220_works_with_an_id_each() -> None:
    ids = [row["id"] for row in _rows()]
    assert len(ids) >= 220
    assert [one for one, n in Counter(ids).items() if n > 1] == []
    assert all(one.isascii() and one.replace("-", "").isalnum() and one.islower() for one in ids)


def test_every_work_has_a_title_a_museum_and_at_least_eight_names() -> None:
    short = [row["id"] for row in _rows() if len(set(row["names"].split("|"))) < 8]
    assert short == []
    assert [row["id"] for row in _rows() if not (row["title"] and row["museum"])] == []


def test_all_cells_are_normalised_and_without_stray_blanks() -> None:
    for row in _rows():
        for cell in (row["id"], row["title"], row["maker"], row["museum"], row["names"]):
            assert unicodedata.is_normalized("NFC", cell), row["id"]
            for part in cell.split("|"):
                assert part == " ".join(part.split()), (row["id"], part)
        assert all(row["names"].split("|")), row["id"]


def test_no_name_is_borne_by_two_works() -> None:
    bearers = Counter(name for row in _rows() for name in _called(row))
    assert [name for name, n in bearers.items() if n > 1] == []


def test_names_of_a_single_word_are_long_and_none_is_too_long_to_be_found() -> None:
    for row in _rows():
        for name in _called(row):
            assert 1 <= len(name) <= LONGEST, (row["id"], name)
            assert len(name) > 1 or len(name[0]) >= 6, (row["id"], name)


def test_no_name_is_a_label_of_a_concept() -> None:
    labels = {
        tuple(words(fold(label)))
        for concept in concepts().values()
        for told in concept.labels.values()
        for label in told
    }
    assert [(row["id"], name) for row in _rows() for name in _called(row) & labels] == []


@pytest.mark.parametrize(
    ("work", "name"),
    [
        ("mona-lisa", "Monę Lizę"),
        ("mona-lisa", "Mona Lisaa"),
        ("guernica", "Guernicę"),
        ("night-watch", "Nachtwacht"),
        ("rosetta-stone", "Στήλη της Ροζέττας"),
        ("kiss-klimt", "Klimts Kuss"),
        ("book-of-kells", "Leabhar Cheanannais"),
        ("great-wave", "Голямата вълна на Хокусай"),
    ],
)
def test_a_work_is_known_by_what_visitors_call_it(work: str, name: str) -> None:
    assert tuple(words(fold(name))) in famous()[work].names


@pytest.mark.parametrize("name", ["The Kiss", "David", "Krik", "Slunečnice", "Taniec", "Primavera"])
def test_a_common_word_is_no_name(name: str) -> None:
    common = tuple(words(fold(name)))
    assert [one.id for one in famous().values() if common in one.names] == []
