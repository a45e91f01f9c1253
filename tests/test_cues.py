"""Cues: what visitors ask by, the same in every language, and how it is found in a question."""

from importlib.resources import files

import pytest

from explorer.cues import cues_of
from explorer.phrases import languages_spoken
from explorer.text import fold, words

TABLES = files("explorer").joinpath("vocabulary", "cues")
EN = [line.split("\t")[0] for line in TABLES.joinpath("en.tsv").read_text("utf-8").splitlines()]


def cues(text: str, lang: str = "en") -> set[str]:
    return {one.cue for one in cues_of([fold(word) for word in words(text)], lang)}


@pytest.mark.parametrize("lang", languages_spoken())
def test_every_language_we_answer_in_has_every_cue_and_each_pattern_begins_with_a_word(
    lang: str,
) -> None:
    lines = TABLES.joinpath(f"{lang}.tsv").read_text("utf-8").splitlines()
    assert [line.split("\t")[0] for line in lines] == EN
    for line in lines[1:]:
        _, patterns = line.split("\t")
        told = patterns.split("|") if patterns else []
        assert all(pattern == pattern.strip() for pattern in told), line[:60]
        for pattern in told:
            first = pattern.split()[0]
            assert words(first), f"{line[:20]}: {pattern!r} begins with no word"


def test_a_longer_pattern_hides_those_inside_it() -> None:
    assert "acquired-last" in cues("What is your latest acquisition?")
    assert "newest" not in cues("What is your latest acquisition?")


def test_a_pattern_may_leave_a_gap_and_go_on_behind_a_beginning() -> None:
    assert "who-made" in cues("Who on earth painted this?")
    assert "what-of" in cues("What is the jug with the face made of?")
    assert "who-made" not in cues("Who lived here when all of the nine or ten of us had painted")


def test_case_and_accents_do_not_matter() -> None:
    assert "visit-services" in cues("WHERE IS THE CAFÉ")
    assert "visit-services" in cues("where is the cafe")


def test_a_language_without_a_table_gives_no_cue() -> None:
    assert cues("Who painted this?", "ja") == set()
