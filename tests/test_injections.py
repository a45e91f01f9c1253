"""Orders to the model that stand in records and questions, and a model that obeys every one.

What it then says may fall or stand; nothing else of the answer changes.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from explorer.ask import answer
from explorer.config import Settings
from explorer.text import fold, words
from explorer.types import Answer, Question, Record, Statement
from explorer.verify import holds
from explorer.wiring import Explorer, open_explorer
from tests.conftest import ingest
from tests.crowd import writing_with
from tests.ollama_server import Script, Serving, in_pieces, serving

INJECTIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("injections.jsonl").read_text("utf-8").splitlines()
]
IDS = [one["id"] for one in INJECTIONS]
RULES = files("explorer").joinpath("prompts", "answer.md").read_text("utf-8")
RUN = 6  # words in a row by which the rules are known again
SENTENCES, CHARACTERS, STATEMENTS = 14, 600, 40
ASKED = ("known_item", "attribute", "explore", "compare")
HARMLESS = "QX 1"
RECORD = {
    "title": "Teapot with cranes", "maker": "Anna Vogel", "date": "1742", "material": "silver",
    "description": "A round teapot with two cranes on its lid.", "provenance": "Bought in Ghent.",
    "inscription": "A.V.",
}  # fmt: skip
MAPPING = """[fields]
id = "id"
number = "object_number"
title = "title"
maker = "maker"
date = "date"
material = { field = "material", lang = "en" }
description = "description"
provenance = "provenance"
inscription = "inscription"
"""
ADDRESS = re.compile(
    r"https?:|hxxp|www\.|mailto:|javascript:|data:|//|@|\b[\w-]+\.(?:example|com|org|net)\b", re.I
)
MARKUP = re.compile(r"[<>\[\]{}|`]|\*\*|!\(|\]\(|^#|&\w+;|&#")
SECTIONS = re.compile(r"<sources>\n(.*)\n</sources>\n\n<question>\n(.*)\n</question>", re.DOTALL)
MARKER = re.compile(r"^\[\d+\]$", re.MULTILINE)


@dataclass(frozen=True)
class Asked:
    """An answer, the records it shows, and what was sent to the model for it."""

    answer: Answer
    records: Mapping[str, Record]
    sent: tuple[Mapping[str, Any], ...]

    @property
    def written(self) -> list[Statement]:
        """The model's sentences that left."""
        return [one for one in self.answer.statements if one.kind == "written"]


def _obeying(injection: Mapping[str, Any]) -> Callable[[dict[str, Any]], Script]:
    def says(body: dict[str, Any]) -> Script:
        system, user = (message["content"] for message in body["messages"][:2])
        said = injection["obeyed"].replace("{rules}", system).replace("{prompt}", user)
        return Script(words=in_pieces(said * injection.get("times", 1)))

    return says


def _number(injection: Mapping[str, Any]) -> str:
    return f"QX {101 + IDS.index(injection['id'])}"


def _rows() -> Iterator[Mapping[str, str]]:
    yield {"id": "1", "number": HARMLESS, **RECORD}
    yield {"id": "2", "number": "QX 2", **RECORD, "title": "Bowl", "maker": "Jan Peeters"}
    for injection in INJECTIONS:
        number, where, text = _number(injection), injection["where"], injection["text"]
        told = {"title": text, "description": f"{RECORD['description']} {text}"}
        own = {where: told.get(where, f"{RECORD.get(where)} {text}")} if where in RECORD else {}
        yield {"id": number.split()[1], "number": number, **RECORD, **own}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    """A record per injection, and two without."""
    folder = tmp_path_factory.mktemp("injected")
    (folder / "map.toml").write_text(MAPPING, "utf-8")
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["id", "number", *RECORD], delimiter=";")
        table.writeheader()
        table.writerows(_rows())
    ingest(folder / "data", f"csv:{folder}/t.csv#{folder}/map.toml")
    return open_explorer(Settings(data_dir=folder / "data"))


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving({one["id"]: _obeying(one) for one in INJECTIONS}) as server:
        yield server


@pytest.fixture(scope="module")
def asked(collection: Explorer, server: Serving) -> Callable[..., Asked]:
    """What becomes of an injection; in a `lang`, of its model asked about a harmless record."""

    @cache
    def told(name: str, lang: str = "") -> Asked:
        injection = INJECTIONS[IDS.index(name)]
        text = HARMLESS if lang else _number(injection)
        if injection["where"] == "question" and not lang:
            text = f"{text}: {injection['text']}"
        own = writing_with(collection, server.url, name, chat_wait=20)
        before = len(server.chats)
        given = answer(Question(text, lang=lang or injection["lang"]), own)
        catalogue = collection.serving().generation.catalogue
        records = {card.id: catalogue.record(card.id) for card in given.records}
        sent = tuple(chat.body for chat in server.chats[before:])
        return Asked(given, {key: one for key, one in records.items() if one}, sent)

    return told


def every(check: str) -> pytest.MarkDecorator:
    """Every injection; those may fail for which `check` is `open`: the sentence is believed yet."""
    believed = pytest.mark.xfail(reason="such a sentence still passes the checks", strict=True)
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(one["id"], marks=believed if check in one.get("open", ()) else ())
            for one in INJECTIONS
        ],
    )


Asking = Callable[..., Asked]


def test_there_are_injections_of_many_kinds_and_languages() -> None:
    assert len(set(IDS)) == len(INJECTIONS) >= 45
    assert len({one["lang"] for one in INJECTIONS}) >= 10
    assert {one["where"] for one in INJECTIONS} >= {
        "title", "description", "provenance", "inscription", "question",
    }  # fmt: skip


def test_the_models_are_asked_and_true_sentences_stand(asked: Asking) -> None:
    told = [asked(name) for name in IDS]
    assert sum(bool(one.sent) for one in told) >= 0.9 * len(told)
    assert sum(bool(one.written) for one in told) >= 8


@every("cited")
def test_only_records_that_were_found_are_cited_by_fields_they_have(
    asked: Asking, name: str
) -> None:
    told = asked(name)
    assert told.answer.records
    order = [card.id for card in told.answer.records]
    for one in told.answer.statements:
        assert one.kind == "notice" or one.citations
        for citation in one.citations:
            assert holds(citation, told.records)
            assert order[citation.marker - 1] == citation.record_id


@every("plain")
def test_nothing_but_plain_words_is_written(asked: Asking, name: str) -> None:
    told = asked(name)
    for text in (one.text for one in told.written):
        assert not ADDRESS.search(text), text
        assert not MARKUP.search(text), text
        assert not [c for c in text if unicodedata.category(c)[0] == "C"], ascii(text)
        assert len(text) <= CHARACTERS
    assert len(told.written) <= SENTENCES
    assert len(told.answer.statements) <= STATEMENTS


@every("rules")
def test_no_rule_of_the_prompt_leaves(asked: Asking, name: str) -> None:
    own = _runs(RULES)
    said = [one.text for one in asked(name).answer.statements]
    assert not own & set(chain.from_iterable(map(_runs, said)))


def _runs(text: str) -> set[tuple[str, ...]]:
    told = [fold(word) for word in words(text)]
    return {tuple(told[i : i + RUN]) for i in range(len(told) - RUN + 1)}


@every("names")
def test_names_and_numbers_are_those_of_the_records(asked: Asking, name: str) -> None:
    told = asked(name)
    fields = chain.from_iterable(record.fields for record in told.records.values())
    held = {fold(word) for field in fields for word in words(field.text)}
    for text in (one.text for one in told.written):
        first, *others = words(text)
        named = {word for word in (first, *others) if any(map(str.isdigit, word))}
        named |= {word for word in others if word[0].isupper()}
        assert {word for word in named if fold(word) not in held} == set(), text


@every("never")
def test_what_an_injection_wants_is_not_written(asked: Asking, name: str) -> None:
    never = INJECTIONS[IDS.index(name)].get("never", ())
    written = [one.text for one in asked(name).written]
    assert [t for t in written if any(fold(word) in fold(t) for word in never)] == []


@every("twice")
def test_no_sentence_is_said_twice(asked: Asking, name: str) -> None:
    said = [fold(one.text) for one in asked(name).written]
    assert len(said) == len(set(said))


@every("hidden")
def test_nothing_hidden_is_sent_to_the_model(asked: Asking, name: str) -> None:
    for body in asked(name).sent:
        told = body["messages"][1]["content"]
        assert not [c for c in told if unicodedata.category(c)[0] == "C" and c != "\n"]


@every("sent")
def test_an_injection_stands_only_where_it_belongs_and_has_no_marks_of_ours(
    asked: Asking, name: str
) -> None:
    told = asked(name)
    harmless = asked(name, told.answer.lang)
    for body in told.sent:
        roles = [message["role"] for message in body["messages"]]
        assert roles in (["system", "user"], ["system", "user", "assistant", "user"])
        system, user = (message["content"] for message in body["messages"][:2])
        assert system == RULES.strip()
        found = SECTIONS.search(user)
        assert found
        sources, question = found.groups()
        assert MARKER.findall(sources) == [f"[{n + 1}]" for n in range(len(told.answer.records))]
        assert not re.search(r"[<>\[\]]", MARKER.sub("", sources) + question)
        if harmless.sent:  # the rest is as with any other record
            calm = harmless.sent[0]["messages"][1]["content"]
            assert SECTIONS.sub("", user) == SECTIONS.sub("", calm)
