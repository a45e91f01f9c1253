"""Visits: only what is in force today at the museum, in the visitor's language, with its days."""

from dataclasses import replace
from pathlib import Path

import pytest

from explorer.ask import answer
from explorer.config import Settings, load_settings, today
from explorer.errors import WrongUse
from explorer.types import Answer, Question
from explorer.wiring import Explorer, open_explorer
from tests.conftest import ingest


def at(data: Path, clock: str, **more: str) -> Explorer:
    return open_explorer(replace(Settings(data_dir=data, clock=clock), **more))


def ask(explorer: Explorer, text: str, lang: str = "en") -> Answer:
    return answer(Question(text, lang=lang), explorer)


def quoted(told: Answer) -> str:
    return " ".join(statement.text for statement in told.statements if statement.kind == "quote")


def test_hours_are_those_in_force_on_the_day_the_clock_says(sample_data: Path) -> None:
    before = ask(at(sample_data, "2025-06-01"), "When are you open?")
    now = ask(at(sample_data, "2026-06-01"), "When are you open?")
    assert "Wednesday to Sunday" in quoted(before)
    assert "Tuesday to Sunday" in quoted(now)
    assert "Wednesday to Sunday" not in quoted(now)
    assert "31 December 2027" in now.text
    assert "31 December 2025" in before.text


def test_when_no_text_is_in_force_nothing_is_said_but_whom_to_ask(sample_data: Path) -> None:
    told = ask(at(sample_data, "2031-01-01", contact="desk@museum.example"), "When are you open?")
    assert told.outcome == "not_found"
    assert quoted(told) == ""
    assert "desk@museum.example" in told.text


@pytest.mark.parametrize(
    ("text", "lang", "title"),
    [
        ("Wann ist das Museum geöffnet?", "de", "Öffnungszeiten"),
        ("quand ouvre le musée le jeudi ?", "fr", "Horaires d'ouverture"),
        ("Is the museum open on Christmas Day?", "en", "Opening hours"),
        ("Godziny otwarcia?", "pl", "Godziny otwarcia"),
        ("Was kostet der Eintritt?", "de", "Eintritt und Preise"),
        ("Is there a lift?", "en", "Access, lifts and toilets"),
    ],
)
def test_the_text_on_the_topic_is_quoted_whole_and_in_the_visitors_language(
    sample_data: Path, text: str, lang: str, title: str
) -> None:
    told = ask(at(sample_data, "2026-06-01"), text, lang)
    assert (told.kind, told.outcome, told.lang) == ("visit", "answered", lang)
    assert told.records[0].title == title
    assert not any("original" in statement.text for statement in told.statements)


def test_where_the_language_has_no_text_english_is_quoted_and_that_is_said(
    sample_data: Path,
) -> None:
    told = ask(at(sample_data, "2026-06-01"), "Milloin museo on auki?", "fi")
    assert told.lang == "fi"
    assert "Tuesday" in quoted(told)
    assert any("englan" in statement.text.lower() for statement in told.statements)


def test_a_route_names_what_is_on_view_room_by_room(sample_data: Path) -> None:
    told = ask(at(sample_data, "2026-06-01"), "What can we see in an hour with the children?")
    rooms = [statement for statement in told.statements if statement.kind == "fact"]
    assert len(rooms) >= 5
    assert all(card.on_view is not False for card in told.records)
    assert all(statement.label.startswith("Room") for statement in rooms)


@pytest.mark.parametrize(("country", "number"), [("", "112"), ("PT", "112"), ("GB", "999")])
def test_distress_is_met_with_a_number_of_the_country_and_no_objects(
    sample_data: Path, country: str, number: str
) -> None:
    told = ask(at(sample_data, "2026-06-01", country=country), "I don't want to live any more")
    assert number in told.text
    assert told.records == ()


def test_the_day_is_that_of_the_museums_time_zone() -> None:
    late = Settings(clock="2026-12-31T23:30:00+00:00", time_zone="Europe/Helsinki")
    assert today(late) == "2027-01-01"
    assert today(replace(late, time_zone="America/New_York")) == "2026-12-31"


@pytest.mark.parametrize("flags", [{"clock": "tomorrow"}, {"time_zone": "Europe/Atlantis"}])
def test_a_clock_nobody_can_read_is_refused_in_words(flags: dict[str, str]) -> None:
    with pytest.raises(WrongUse, match="clock or the time zone"):
        load_settings(flags, environ={})


def test_an_audio_guide_stop_says_what_this_is(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[fields]\nnr = "id"\ntitle = { field = "title", lang = "en" }\nmaker = "maker"\n'
        'stop = "stop_number"\n',
        "utf-8",
    )
    (tmp_path / "a.csv").write_text(
        "nr;title;maker;stop\n1;The Tall Ship;Ann Ash;17\n2;The Small Boat;Bob Birch;18\n", "utf-8"
    )
    data = tmp_path / "data"
    ingest(data, f"csv:{tmp_path / 'a.csv'}#{tmp_path / 'm.toml'}")
    explorer = open_explorer(Settings(data_dir=data))
    told = answer(Question("who made this?", page="18"), explorer)
    assert "Bob Birch" in told.text
    assert explorer.serving().generation.catalogue.numbered("17") == []


def test_staff_say_in_a_text_when_it_was_written_and_what_to_be_warned_of(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "rest.md").write_text(
        "---\ntitle: A burial\nlang: en\nwritten: '2019'\nstop: '4'\nnotice: human remains\n"
        "community_label: TK Attribution\n---\nA grave was found here.",
        "utf-8",
    )
    data = tmp_path / "data"
    ingest(data, f"texts:{tmp_path / 't'}")
    catalogue = open_explorer(Settings(data_dir=data)).serving().generation.catalogue
    (record,) = catalogue.all_records()
    told = {field.name: field.text for field in record.fields}
    assert (told["date"], told["notice"]) == ("2019", "human remains")
    assert told["community_label"] == "TK Attribution"
    assert catalogue.at_stop("4") != []
