"""What is turned away whatever format it came in, and what is only remarked on."""

import itertools
import time
from dataclasses import replace
from typing import Any

import pytest

from explorer.types import (
    Concept,
    DateSpan,
    Field,
    Identifier,
    Image,
    Maker,
    Measurement,
    Place,
    Record,
    Source,
)
from ingest.checks import LONGEST_FIELD, LONGEST_TEXT, MOST, checked, cycles, each_once
from ingest.sourcespec import Item, Rejection, Remark

JUG = Record(
    "things:OBJ%201",
    identifiers=(Identifier("object_number", "1902/7"),),
    fields=(
        Field("title", "Jug with a handle", "en", source="Title"),
        Field("maker", "Anna Boch", source="Maker"),
        Field("description", "Sie hält Wasser.\nOder Wein.\tImmer. 👩🏽‍🎨 שָׁלוֹם नमस्ते", "de"),
    ),
    makers=(Maker("Anna Boch", uri="http://vocab.example/500"),),
    dates=(DateSpan("creation", {"en": "c. 1900"}, 1890, 1910),),
    places=(Place("La Louvière", lat=50.48, lon=4.19),),
    concepts=(Concept("type", "http://vocab.example/jug", {"en": "jug", "de": "Krug"}),),
    measurements=(Measurement("height", 12.5, "cm"),),
    images=(Image("images/jug.jpg"),),
    url="https://museum.example/1",
    part_of="OBJ 2",
    source=Source("things", "csv"),
)


def _but(**other: Any) -> Record:
    return replace(JUG, **other)


def _saying(words: Any, name: str = "title", lang: str = "en") -> Record:
    return replace(JUG, fields=(Field(name, words, lang),))


GOOD = {
    "all of it": JUG,
    "a tombstone": Record("things:1", deleted=True, source=Source("things")),
    "a fossil": _but(dates=(DateSpan("creation", {"": "Devon"}, -419_000_000, -359_000_000),)),
    "marks of direction": _saying("\u200fשלום\u200e \u2067a\u2069"),
    "a long essay": _saying("word " * (LONGEST_TEXT // 5 - 1), "text"),
    "a day": _but(valid_from="2027-01-31", valid_until="2027-01-31"),
    "a place at zero": _but(places=(Place("Null Island", lat=0, lon=0.0),)),
}
BAD = {
    "control": ("title", _saying("Jug\x1b[31m")),
    "NUL": ("title", _saying("Jug\0")),
    "another encoding": ("title", _saying("al-Dima\x9aqī")),
    "half": ("title", _saying("Jug \ud83d")),
    "override": ("title", _saying("Jug \u202egpj")),
    "tags": ("title", _saying("Jug\U000e0041")),
    "no character": ("title", _saying("Jug\uffff")),
    "in a name": ("maker", _but(makers=(Maker("Anna\x07"),))),
    "in a label": ("type", _but(concepts=(Concept("type", "", {"en": "j\x01g"}),))),
    "in an identifier": ("id", _but(id="things:a%00b")),
    "in half an identifier": ("", _but(id="things:%ED%A0%80")),
    "number": ("", _saying(7)),
    "nothing": ("", _saying(None)),
    "empty": ("title", _saying("")),
    "no field": ("secret", _saying("vault 7", "secret")),
    "long": ("title", _saying("x" * (LONGEST_FIELD + 1))),
    "long text": ("text", _saying("x" * (LONGEST_TEXT + 1), "text")),
    "long name": ("image", _but(images=(Image("a.jpg", alt="x" * 10_001),))),
    "too much": ("", _but(fields=(Field("text", "x" * 900_000),) * 3)),
    "too many": ("", _but(fields=JUG.fields * MOST)),
    "flood": ("title", _saying("Ju" + "\u0327\u0301" * 300 + "g")),
    "no identifier": ("id", _but(id="things:")),
    "another's": ("id", _but(id="OBJ 1")),
    "long identifier": ("id", _but(id="things:" + "1" * 501)),
    "year": ("date", _but(dates=(DateSpan("creation", {"": "?"}, 1890, 99_999),))),
    "older than the earth": ("date", _but(dates=(DateSpan(earliest=-6_000_000_000),))),
    "half a year": ("date", _but(dates=(DateSpan(earliest=1890.5),))),  # type: ignore[arg-type]
    "yes for a year": ("date", _but(dates=(DateSpan(earliest=True),))),
    "backwards": ("date", _but(dates=(DateSpan("creation", {}, 1910, 1890),))),
    "NaN": ("measurement", _but(measurements=(Measurement("height", float("nan"), "cm"),))),
    "infinity": ("measurement", _but(measurements=(Measurement("height", float("inf"), "cm"),))),
    "words for a measure": ("", _but(measurements=(Measurement("h", "12", "cm"),))),  # type: ignore[arg-type]
    "off the earth": ("place", _but(places=(Place("x", lat=91, lon=4),))),
    "nowhere": ("place", _but(places=(Place("x", lat=float("nan"), lon=4),))),
    "half a place": ("place", _but(places=(Place("x", lat=50.0),))),
    "no day": ("valid_from", _but(valid_from="2027-02-30")),
    "a week": ("valid_until", _but(valid_until="2027-W05")),
    "ends first": ("valid_until", _but(valid_from="2027-02-01", valid_until="2027-01-31")),
    "itself": ("part_of", _but(part_of="things:OBJ%201")),
    "itself, by its number": ("part_of", _but(part_of="OBJ 1")),
    "script": ("url", _but(url="javascript:alert(1)")),
    "hidden script": ("url", _but(images=(Image(" java\tScript:alert(1)"),))),
    "data": ("url", _but(makers=(Maker("x", uri="data:text/html,x"),))),
    "maybe": ("on_view", _but(on_view="perhaps")),
    "kind": ("kind", _but(kind="secret")),
}


@pytest.mark.parametrize("record", GOOD.values(), ids=GOOD)
def test_a_good_record_is_kept_as_it_is(record: Record) -> None:
    assert checked(record) is record


@pytest.mark.parametrize(("name", "record"), BAD.values(), ids=BAD)
def test_a_malformed_record_is_turned_away_with_field_and_reason(name: str, record: Record) -> None:
    refusal = checked(record, "a.csv")
    assert isinstance(refusal, Rejection)
    assert (refusal.source, refusal.where, refusal.field) == ("things", "a.csv", name)
    assert refusal.record_id == ("" if name == "id" else record.id)
    assert refusal.reason.endswith(".") and refusal.reason.isprintable()
    assert len(refusal.reason) < 200


def test_a_language_that_is_none_costs_the_tag_and_not_the_record() -> None:
    record = _but(
        fields=(Field("title", "Jug", "Englisch!"), Field("title", "Krug", "de-1901")),
        dates=(DateSpan("creation", {"??": "1900", "fr": "vers 1900"}, 1900, 1900),),
    )
    kept = checked(record)
    assert isinstance(kept, Record)
    assert [f.lang for f in kept.fields] == ["", "de-1901"]
    assert [f.text for f in kept.fields] == ["Jug", "Krug"]
    assert kept.dates[0].display == {"": "1900", "fr": "vers 1900"}
    assert kept.warnings == ("not a language: ??", "not a language: Englisch!")


@pytest.mark.parametrize("words", ["SkÃ¥ne", "Å“uvre dâ€™art", "KrÃ¼ge", "a â€“ b"])
def test_words_read_in_a_wrong_encoding_are_remarked_on(words: str) -> None:
    kept = checked(_saying(words))
    assert isinstance(kept, Record)
    assert kept.warnings == ("looks read in a wrong encoding: title",)


@pytest.mark.parametrize("words", ["Château", "São João", "Ângela", "“Â”", "Ã", "â“"])
def test_words_with_the_same_letters_are_not(words: str) -> None:
    assert checked(replace(_saying(words), warnings=())) == _saying(words)


def _told(*items: Item) -> list[Item]:
    return list(each_once(items, "a.csv"))


def test_a_second_record_of_the_same_identifier_is_turned_away() -> None:
    first, second, other = JUG, _but(author="Someone"), _but(id="things:2")
    kept = _told(first, second, other, first, second)
    assert kept[0] is first and kept[2] is other and kept[3] is first
    assert [type(item) for item in kept].count(Rejection) == 2
    assert isinstance(kept[1], Rejection) and kept[1].record_id == JUG.id


def test_what_is_deleted_and_what_is_restored_passes() -> None:
    gone = Record(JUG.id, deleted=True, source=JUG.source)
    items = (JUG, gone, _but(author="Someone"), Remark("things", "a", "b"))
    assert _told(*items) == list(items)


@pytest.mark.parametrize(
    ("parents", "turning"),
    [
        ({}, ""), ({"a": "b", "b": "c"}, ""), ({"a": "a"}, "a"), ({"a": "b", "b": "a"}, "ab"),
        ({"a": "b", "b": "c", "c": "d", "d": "b", "e": "a"}, "bcd"),
        ({"a": "z", "b": "c", "c": "b", "d": "e", "e": "d"}, "bcde"),
    ],
)  # fmt: skip
def test_records_that_are_a_part_of_themselves_are_found(
    parents: dict[str, str], turning: str
) -> None:
    for order in itertools.islice(itertools.permutations(parents.items()), 200):
        assert cycles(dict(order)) == set(turning)


def test_long_chains_and_rings_take_no_long_time() -> None:
    chain = {str(i): str(i + 1) for i in range(200_000)}
    began = time.process_time()
    assert cycles(chain) == set()
    assert len(cycles(chain | {"200000": "0"})) == 200_001
    assert time.process_time() - began < 3
