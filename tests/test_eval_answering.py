"""The suite answering, over models whose words are known, and the sheet that people fill in."""

import csv
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import answering, judging
from eval.answering import ABSTAINED, FACTS, PRECISION, RECALL, STOOD, run
from eval.factskept import kept_facts
from eval.figures import Figure, Measured
from eval.judging import Row, agreement, kappa, read_sheet, write_sheet
from eval.queries import Query
from explorer.errors import WrongUse
from explorer.types import Citation, Statement
from explorer.wiring import Explorer, open_chat
from tests.ollama_server import Script, Serving, in_pieces, serving

TEXT = "Tell me about the Girl with a Pearl Earring"
WORDS = (
    "Johannes Vermeer painted the Girl with a Pearl Earring about 1665 [1]. "
    "Rembrandt painted it in 1999 [1]. He loved it [1]. "
    "The Girl with a Pearl Earring hangs in Room 2 [1]."
)
GERMAN = "Johannes Vermeer malte das Mädchen mit dem Perlenohrring um 1665 in Delft [1]."


def _judging(body: dict[str, Any]) -> Script:
    sentence = body["messages"][0]["content"].partition("</sentence>")[0]
    return Script(words=in_pieces("No, it is not." if "Room 2" in sentence else "Yes."))


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    scripts: dict[str, Any] = {
        "mixed": Script(words=in_pieces(WORDS)), "german": Script(words=in_pieces(GERMAN)),
        "judge": _judging,
    }  # fmt: skip
    with serving(scripts) as server:
        yield server


@pytest.fixture
def spec(server: Serving) -> str:
    return f"@{server.url}"


@pytest.fixture
def here(explorer: Explorer) -> Explorer:
    """The explorer of the sample, with little patience."""
    own = copy(explorer)
    own.settings = replace(explorer.settings, chat_wait=2, chat_whole=4)
    return own


@pytest.fixture(scope="session")
def pearl(explorer: Explorer) -> Query:
    records = explorer.serving().generation.catalogue.all_records()
    (found,) = (
        r.id for r in records if any(f.text == "Girl with a Pearl Earring" for f in r.fields)
    )
    return Query("one.en", TEXT, "en", {found: 2}, "attribute")


def table(measured: Measured, title: str, row: str = "all") -> dict[str, Figure]:
    (found,) = (t for t in measured.tables if t.title.startswith(title))
    return {name: figure for name, figure in found.rows[row].items() if figure}


def test_what_stood_and_what_it_cites_is_measured(here: Explorer, pearl: Query, spec: str) -> None:
    measured = run([pearl], here, chat=f"ollama:mixed{spec}")
    sentences = table(measured, "Sentences")
    assert sentences["asked"].value == 1
    assert sentences["sentences"].value == 4
    assert sentences[STOOD].value == 0.5
    assert sentences["in the language"].value == 1
    cited = table(measured, "Citations")
    assert (cited[PRECISION].value, cited[RECALL].value, cited[FACTS].value) == (1, 1, 1)
    (fell,) = (t.rows for t in measured.tables if t.title == "Why sentences fell")
    assert fell["leaning"]["share"] == Figure(0.5, 2, *_ends(fell["leaning"]["share"]))
    assert sum(row["share"].value for row in fell.values() if row["share"]) == 1
    assert table(measured, "How", "whole")["share"].value == 1
    times = {row: table(measured, "Time", row)["p50"].value for row in _rows(measured, "Time")}
    assert 0 < times["first sentence of the model"] < times["whole answer"]
    assert measured.settings["model"].startswith("ollama:mixed@")
    assert measured.asked[0].well


def _ends(figure: Figure | None) -> tuple[float | None, float | None]:
    assert figure
    return figure.low, figure.high


def _rows(measured: Measured, title: str) -> list[str]:
    return [row for t in measured.tables if t.title.startswith(title) for row in t.rows]


def test_a_citation_of_a_record_that_is_not_relevant_counts_against_the_model(
    here: Explorer, pearl: Query, spec: str
) -> None:
    other = replace(
        pearl, relevant={"elsewhere:1": 2, **dict.fromkeys(list(pearl.relevant)[1:], 2)}
    )
    both = run([pearl, other, replace(other, relevant={})], here, chat=f"ollama:mixed{spec}")
    assert table(both, "Citations")[PRECISION].value == 0.5
    assert table(both, "Citations")[RECALL].value == 0.5
    assert table(both, "Abstention")[ABSTAINED].value == 0
    assert [one.well for one in both.asked] == [True, False, False]


def test_a_model_in_another_language_or_out_of_order_is_told_by_reason(
    here: Explorer, pearl: Query, spec: str
) -> None:
    german = run([pearl], here, chat=f"ollama:german{spec}")
    assert _rows(german, "Why") == ["language"]
    assert _rows(german, "How") == ["language"]
    assert table(german, "Sentences")["sentences"].value == 0
    broken = run([pearl], here, chat=f"ollama:broken{spec}")
    assert _rows(broken, "How") != ["whole"]
    assert table(broken, "Citations")[RECALL].value == 0
    assert not broken.asked[0].well


def test_nothing_is_measured_without_a_model(
    here: Explorer, pearl: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WrongUse, match="No chat model is set"):
        run([pearl], here)
    monkeypatch.setenv("EXPLORER_CHAT", "ollama:any")
    assert answering.model_set() == "ollama:any"
    with pytest.raises(WrongUse, match="No chat model is set"):
        answering.model_set("quote:")


def test_the_questions_are_those_a_model_phrases_and_those_nothing_answers() -> None:
    queries = answering.load()
    absent = [query for query in queries if not query.relevant]
    assert len(absent) == 336
    assert {q.kind for q in queries if q.relevant} == {"attribute", "explore", "known_item"}
    assert len(queries) - len(absent) == 942


def _said(text: str, record_id: str, *fields: str) -> Statement:
    cited = tuple(Citation(1, record_id, field, "en", "", 0, 0) for field in fields)
    return Statement(0, "written", text, citations=cited, lang="en")


def test_a_date_or_a_maker_without_its_qualifier_is_not_kept(
    explorer: Explorer, pearl: Query
) -> None:
    (pearl_id,) = pearl.relevant
    catalogue = explorer.serving().generation.catalogue
    told = {
        "Vermeer painted it about 1665.": [True, True],
        "Vermeer painted it in 1665.": [True, False],
        "It was made about 1670.": [False], "It hangs here.": [],
    }  # fmt: skip
    for text, kept in told.items():
        said = _said(text, pearl_id, "maker[0]", "date[0]")
        assert list(kept_facts([said], "en", catalogue)) == kept, text


def test_a_sheet_takes_what_the_judge_says_and_gives_its_agreement_with_people(
    here: Explorer, pearl: Query, spec: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    judge = f"ollama:judge{spec}"
    measured = run([pearl], here, chat=f"ollama:mixed{spec}", judge=judge, sheet=sheet)
    (said,) = (f for name, f in table(measured, "Citations").items() if "judge" in name)
    assert said.value == 0.5
    assert "not validated by people" in str(measured.settings["judge"])
    rows = read_sheet(sheet)
    assert [row.judge for row in rows] == [True, False]
    assert "maker: Johannes Vermeer" in rows[0].quotes
    with pytest.raises(WrongUse, match="Nothing is filled in"):
        agreement(rows)
    with pytest.raises(WrongUse, match="already"):
        run([pearl], here, chat=f"ollama:mixed{spec}", sheet=sheet)
    (told,) = agreement([replace(row, supported=True) for row in rows]).tables
    assert told.rows["all"]["agreed"] == told.rows["en"]["agreed"]
    assert (told.rows["all"]["agreed"] or said).value == 0.5


def test_a_sheet_comes_back_from_a_spreadsheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    write_sheet(sheet, [Row("a/1", "de", "Wer?", "=1+1", "maker: A;\nB", judge=True)])
    (line,) = csv.reader(sheet.read_text("utf-8-sig").splitlines()[1:2])
    assert line[3] == "'=1+1"
    filled = 'id;lang;question;statement;quotes;judge;supported\na/1;de;Wer?;x;"A;\nB";yes; No\n'
    sheet.write_text(filled, "utf-8")
    (row,) = read_sheet(sheet)
    assert (row.judge, row.supported, row.quotes) == (True, False, "A;\nB")
    sheet.write_text("nothing", "utf-8")
    with pytest.raises(WrongUse, match="columns"):
        read_sheet(sheet)


def test_kappa_is_that_of_a_textbook() -> None:
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    figure = kappa([a for a, _ in pairs], [b for _, b in pairs])
    assert figure
    assert figure.value == pytest.approx(0.4)
    assert figure.low == pytest.approx(0.4 - 1.959964 * (0.7 * 0.3 / 50) ** 0.5 / 0.5)
    assert kappa([True, True], [True, True]) is None
    assert kappa([], []) is None


def test_a_judge_that_says_nothing_is_refused(here: Explorer) -> None:
    with pytest.raises(WrongUse, match="no judge"):
        judging.judge("quote:", here.settings)
    assert not open_chat(here.settings).slots
