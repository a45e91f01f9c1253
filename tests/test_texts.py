"""Curatorial texts: front matter is read as it is written, and refused where it cannot be."""

from pathlib import Path

import pytest

from explorer.types import Record
from ingest.sourcelist import read as read_source
from ingest.sourcespec import Rejection, SourceSpec


def read(folder: Path, text: str) -> Record | Rejection:
    (folder / "wave.md").write_text(text, "utf-8")
    (item,) = read_source(SourceSpec("s", "texts", folder))
    return item


def record(folder: Path, front: str) -> Record:
    item = read(folder, f"---\n{front}\n---\n\nA *wave*.\n")
    assert isinstance(item, Record), item
    return item


def reason(folder: Path, front: str) -> str:
    item = read(folder, f"---\n{front}\n---\n\nA *wave*.\n")
    assert isinstance(item, Rejection), item
    return item.reason


@pytest.mark.parametrize("key", ["valid_from", "valid_until"])
@pytest.mark.parametrize("day", ["2026-13-45", "01.06.2099", "2027-02-30", "next year", "2027"])
def test_a_day_that_is_in_no_calendar_is_one_rejection(tmp_path: Path, key: str, day: str) -> None:
    said = reason(tmp_path, f"{key}: {day}")
    assert f"'{day}' under {key}" in said
    assert "2027-01-31" in said


def test_days_are_stored_in_the_one_form_that_compares_as_words(tmp_path: Path) -> None:
    text = record(tmp_path, "valid_from: 20260131\nvalid_until: 2027-01-31   # not after")
    assert (text.valid_from, text.valid_until) == ("2026-01-31", "2027-01-31")


def test_numbers_and_words_stay_as_they_are_written(tmp_path: Path) -> None:
    text = record(tmp_path, "id: 007\nlang: no\nabout: 0012\ntitle: 1.10\nauthor: null")
    assert text.id == "s:007"
    assert text.about_numbers == ("0012",)
    assert [(f.name, f.text, f.lang) for f in text.fields] == [
        ("title", "1.10", "no"), ("text", "A wave.", "no"), ("author", "null", ""),
    ]  # fmt: skip
    assert record(tmp_path, "about: [0012, 12:30, yes]").about_numbers == ("0012", "12:30", "yes")


def test_only_an_address_of_the_web_is_stored(tmp_path: Path) -> None:
    good = record(tmp_path, "url: https://museum.example/wave")
    assert (good.url, good.warnings) == ("https://museum.example/wave", ())
    bad = record(tmp_path, "url: javascript:alert(1)")
    assert (bad.url, bad.warnings) == ("", ("web address is incomplete: javascript:alert(1)",))


@pytest.mark.parametrize(
    "text",
    [
        "---\n---\nA wave.\n",
        "--- \n---\t\nA wave.",
        "---  \r\ntitle:\r\n--- \r\n\r\nA wave.\r\n",
        "---\n# nothing yet\n---\nA wave.",
        "A wave.",
    ],
)
def test_front_matter_may_be_empty_and_its_lines_may_end_in_spaces(
    tmp_path: Path, text: str
) -> None:
    item = read(tmp_path, text)
    assert isinstance(item, Record), item
    assert [(f.name, f.text) for f in item.fields] == [("text", "A wave.")]


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("titel: x", "'titel' is not understood"),
        ("title: [a, b]", "'title' is not one value"),
        ("about: [[a]]", "'about' is not one value"),
        ("about: &a [*a]", "cannot be read"),
        ("level: hard", "'hard' is not a level"),
        ("title: a: b", "cannot be read"),
        ("about: " + "[" * 3000, "cannot be read"),
        ("- a", "not a list of keys"),
    ],
)
def test_front_matter_nobody_understands_is_one_rejection(
    tmp_path: Path, front: str, words: str
) -> None:
    assert words in reason(tmp_path, front)
