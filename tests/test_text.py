"""Words, stems, sentences and object numbers as they are compared."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.text import fold, forms, is_flooded, nfc, number_key, sentences, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Straße", "strasse"), ("Łódź", "lodz"), ("Ægir", "aegir"), ("ΑΘΉΝΑ", "αθηνα"),
     ("İstanbul", "istanbul"), ("Ørsted", "orsted"), ("Žižek", "zizek")],
)  # fmt: skip
def test_case_accents_and_ligatures_do_not_part_words(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize("spelling", ["NM 1234", "NM.1234", "nm1234", "NM-1234", " nm 1234 "])
def test_an_object_number_is_the_same_in_every_spelling(spelling: str) -> None:
    assert number_key(spelling) == "nm1234"


def test_separators_between_digits_keep_numbers_apart() -> None:
    assert number_key("2001/45") != number_key("20014/5")
    assert number_key("MOS-K 2001/0456/12") == number_key("mosk 2001.0456.12")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Painted c. 1650 by J. Leyster. It hung here.", 2),
        ("Im 19. Jahrhundert entstand es. Dann nicht.", 2),
        ("Powstał ok. 1500 r. w Krakowie. Jest z drewna.", 2),
        ("Är det sant? Ja! Mycket.", 3),
        ("One paragraph\n\nAnother one", 2),
        ("„So war es.“ Danach nichts.", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: int) -> None:
    assert len(list(sentences(text))) == expected


def test_an_abbreviation_of_another_language_ends_a_sentence() -> None:
    text = "Il campo è così piccolo che la Luna non ci sta. Con strumenti come questo vide altro."
    assert len(list(sentences(text, "it"))) == 2


@given(st.text(max_size=300))
def test_sentences_are_exact_cuts_in_order_without_overlap(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert end <= start < stop <= len(text)
        assert text[start:stop] == text[start:stop].strip()
        end = stop


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_stem_stands_beside_the_word_it_comes_from() -> None:
    assert forms("målningar", "sv") == ("malningar", "malning")
    assert forms("vase", "") == ("vase",)


def test_chinese_and_japanese_are_cut_into_pairs() -> None:
    assert words("葛飾北斎 Hokusai") == ["葛飾", "飾北", "北斎", "Hokusai"]


@pytest.mark.parametrize(
    "hostile",
    ["." * 1_000_000 + "a", '."' * 500_000, "a. " * 300_000, "\n" * 1_000_000 + "a",
     "x" * 3_000_000],
    ids=["dots", "quoted dots", "many sentences", "empty lines", "no end"],
)  # fmt: skip
def test_the_time_sentences_take_grows_with_the_text_only(hostile: str) -> None:
    began = time.process_time()
    end = 0
    for start, stop in sentences(hostile, "en"):
        assert end <= start < stop
        end = stop
    assert time.process_time() - began < 3


@pytest.mark.parametrize("unit", ["\u0315\u0300", "\u0e38\u0e48", "e\u0301\u0327", "å"])
def test_accents_without_end_cost_no_more_than_other_letters(unit: str) -> None:
    flood = unit * (1_000_000 // len(unit))
    began = time.process_time()
    nfc(flood)
    fold(flood)
    assert time.process_time() - began < 3


def test_every_mark_on_a_letter_is_known_and_taken_off() -> None:
    marks = [c for c in map(chr, range(0x110000)) if unicodedata.combining(c)]
    assert fold("a" + "".join(marks)) == "a"
    assert [mark for mark in marks if not is_flooded(mark * 64)] == []
    assert fold("Ά" + marks[-1]) == "α"


@given(st.text(max_size=600))
def test_what_is_stored_is_normalised(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text).strip()
