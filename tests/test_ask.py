"""Asking: every sentence supported, in the visitor's language, honest about what is not here."""

import unicodedata
from collections.abc import Iterator

import pytest

from eval.queries import load_queries
from explorer.ask import answer, ask
from explorer.errors import WrongUse
from explorer.phrases import phrase
from explorer.search import search
from explorer.types import Answer, Citation, Question, Record, Statement
from explorer.verify import holds, verify
from explorer.wiring import Explorer


def records_of(given: Answer, explorer: Explorer) -> dict[str, Record]:
    catalogue = explorer.serving().generation.catalogue
    return {c.id: r for c in given.records if (r := catalogue.record(c.id))}


def test_every_citation_of_the_question_set_is_exact_and_retrieved(explorer: Explorer) -> None:
    citations = 0
    for query in load_queries("sample"):
        given = answer(Question(query.text), explorer)
        records = records_of(given, explorer)
        for statement in given.statements:
            assert statement.supported
            assert statement.citations or statement.kind in ("notice", "count")
            for citation in statement.citations:
                citations += 1
                field = records[citation.record_id].numbered(citation.field)
                assert field is not None
                assert field.text[citation.start : citation.end] == citation.quote
                assert given.records[citation.marker - 1].id == citation.record_id
    assert citations > 300


@pytest.mark.parametrize(
    ("lang", "text", "title", "maker"),
    [
        ("en", "Who painted the girl with the pearl earring?", "Girl with a Pearl Earring",
         "Johannes Vermeer"),
        ("sv", "Vem målade Midsommardans?", "Midsommardans", "Anders Zorn"),
        ("pl", "Kto namalował Stańczyka?", "Stańczyk", "Jan Matejko"),
        ("it", "Chi ha dipinto la Nascita di Venere?", "Nascita di Venere", "Sandro Botticelli"),
        ("fr", "Qui a peint Le Berceau ?", "Le Berceau", "Berthe Morisot"),
        ("de", "Wer malte den Mönch am Meer?", "Der Mönch am Meer", "Caspar David Friedrich"),
    ],
)  # fmt: skip
def test_a_question_is_answered_in_its_language_from_the_record(
    explorer: Explorer, lang: str, text: str, title: str, maker: str
) -> None:
    given = answer(Question(text), explorer)
    assert (given.lang, given.outcome, given.generated) == (lang, "answered", False)
    facts = {s.label: s.value for s in given.statements if s.kind == "fact"}
    assert facts[phrase("field.title", lang)] == title
    assert facts[phrase("field.maker", lang)] == maker
    assert any(s.kind == "quote" for s in given.statements)


@pytest.mark.parametrize("spelling", ["MOS 1003", "mos.1003", "MOS1003", "what is MOS-1003?"])
def test_an_object_number_finds_its_record_in_any_spelling(
    explorer: Explorer, spelling: str
) -> None:
    given = answer(Question(spelling, lang="en"), explorer)
    assert given.kind == "known_item"
    assert given.records[0].object_number == "MOS 1003"


def test_a_former_attribution_is_never_given_as_the_maker(explorer: Explorer) -> None:
    name = "Rembrandt Harmensz. van Rijn"
    for lang in ("en", "de", "fr", "it", "sv", "pl", "es", "fi", "el", "mt"):
        given = answer(Question("MOS 1010", lang=lang), explorer)
        facts = {s.label: s.value for s in given.statements if s.kind == "fact"}
        assert facts[phrase("field.maker", lang)] == phrase("qualifier.circle-of", lang, name=name)
        assert facts[phrase("field.former_maker", lang)] == name
        assert given.records[0].maker_line == facts[phrase("field.maker", lang)]


@pytest.mark.parametrize(
    ("number", "code"),
    [("MOS 1012", "workshop-of"), ("MOS-K 212", "attributed-to"), ("MOS 1010", "circle-of")],
)
def test_a_qualifier_is_said_in_the_visitors_language(
    explorer: Explorer, number: str, code: str
) -> None:
    for lang in ("en", "de", "pl", "fi"):
        given = answer(Question(number, lang=lang), explorer)
        value = next(s.value for s in given.statements if s.label == phrase("field.maker", lang))
        before, _, after = phrase(f"qualifier.{code}", lang, name="\0").partition("\0")
        assert before in value
        assert after in value


def test_a_text_that_is_not_in_force_is_never_used(explorer: Explorer) -> None:
    given = answer(Question("Warum ruht die große Welle?"), explorer)
    assert "texts:welle-ruht" not in {card.id for card in given.records}
    searched = search(explorer, "Die Welle ruht", limit=100)
    assert "texts:welle-ruht" not in {found.card.id for found in searched.hits}
    assert explorer.serving().generation.catalogue.record("texts:welle-ruht") is None


def test_two_object_numbers_bring_both_records(explorer: Explorer) -> None:
    given = answer(Question("compare MOS 1038 and MOS 1044"), explorer)
    told = {c.record_id for s in given.statements for c in s.citations}
    assert {"paintings:1038", "paintings:1044"} <= told


def test_letters_and_accents_typed_apart_are_the_same_question(explorer: Explorer) -> None:
    composed = answer(Question("Kto namalował Stańczyka?"), explorer)
    apart = answer(Question(unicodedata.normalize("NFD", "Kto namalował Stańczyka?")), explorer)
    assert apart.statements == composed.statements


def test_a_number_outside_the_filters_is_not_an_answer(explorer: Explorer) -> None:
    question = Question("MOS 1003", lang="en", filters={"source": "texts"})
    given = answer(question, explorer)
    assert given.outcome == "not_found"
    assert all(card.id.startswith("texts:") for card in given.records)


@pytest.mark.parametrize("text", ['"', "NEAR(a b)", "a* OR b^", "{forms}: x", "🎨", "\0", "x", "؟"])
def test_no_sign_in_a_question_breaks_anything(explorer: Explorer, text: str) -> None:
    assert answer(Question(text, lang="en"), explorer).lang == "en"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_question_is_refused_in_the_visitors_language(
    explorer: Explorer, text: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        answer(Question(text, lang="sv"), explorer)
    assert refused.value.problem in {
        phrase("error.empty.problem", "sv"),
        phrase("error.too_long.problem", "sv", limit=2000),
    }


def test_the_sources_leave_before_any_statement(explorer: Explorer) -> None:
    names = [event.name for event in ask(Question("Wer malte den Mönch am Meer?"), explorer)]
    assert names[:2] == ["plan", "sources"]
    assert names[-1] == "answer"
    assert set(names[2:-1]) == {"statement"}


def test_the_same_question_has_the_same_answer(explorer: Explorer) -> None:
    first, second = (
        answer(Question("Vad är Silverbibeln skriven på?"), explorer) for _ in range(2)
    )
    assert first.statements == second.statements


# --- verify


def _altered(statement: Statement) -> Iterator[Statement]:
    from dataclasses import replace

    citation = statement.citations[0]
    for change in (
        {"quote": citation.quote + "x"}, {"start": citation.start + 1, "end": citation.end + 1},
        {"record_id": "nobody:1"}, {"field": "description[99]"}, {"quote": ""},
    ):  # fmt: skip
        yield replace(statement, citations=(replace(citation, **change),))
    yield replace(statement, citations=())
    yield replace(statement, text=statement.text + " 1999")


def test_a_statement_whose_source_does_not_hold_it_is_not_supported(explorer: Explorer) -> None:
    given = answer(Question("Who painted the girl with the pearl earring?"), explorer)
    records = records_of(given, explorer)
    told = [s for s in given.statements if s.kind != "notice" and len(s.citations) == 1]
    assert {s.kind for s in told} == {"fact", "quote"}
    for statement in told:
        assert [s.supported for s in verify([statement], records)] == [True]
        altered = list(_altered(statement))
        assert [s.supported for s in verify(altered, records)] == [False] * len(altered)


def test_a_citation_of_words_elsewhere_in_the_field_does_not_hold(explorer: Explorer) -> None:
    record = explorer.serving().generation.catalogue.record("paintings:1003")
    assert record is not None
    title = record.named("title")[0][1].text
    right = Citation(1, record.id, "title[0]", "en", title[:4], 0, 4)
    wrong = Citation(1, record.id, "title[0]", "en", title[:4], 1, 5)
    assert holds(right, {record.id: record})
    assert not holds(wrong, {record.id: record})
