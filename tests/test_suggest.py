"""Proposals for staff: what is proposed, what is accepted, what that changes and what not."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from explorer.catalogue.facets import facet_values
from explorer.catalogue.generation import Generation, open_current
from explorer.errors import ExplorerError, WrongUse
from explorer.types import Concept, Field, Maker, Record
from ingest.__main__ import app
from ingest.accepted import (
    COLUMNS,
    FILE,
    Accepted,
    Proposal,
    accept,
    apply_accepted,
    load_accepted,
    write_proposals,
)
from ingest.suggest import suggest
from tests.conftest import ingest

HERE = Path(__file__).parent / "deliveries" / "health"
MAKER = Proposal("maker", "", "maker", "", "Leyster, Judith", "Judith Leyster")
CONCEPT = Proposal("concept", "", "material", "en", "Paper", "http://vocabulary.example/paper")
TRANSLATION = Proposal("translation", "", "material", "sv>en", "Papper", "Paper")
DUPLICATE = Proposal("duplicate", "s:1 | s:2")
EVERY = (MAKER, CONCEPT, TRANSLATION, DUPLICATE)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("muddle")
    ingest(folder, f"csv:{HERE / 'muddle.csv'}#{HERE / 'muddle.toml'}")
    return open_current(folder)


@pytest.fixture(scope="module")
def proposals(generation: Generation) -> list[Proposal]:
    return list(suggest(generation))


def _write(file: Path, *lines: tuple[str, Proposal]) -> Path:
    """A table of proposals with the answers that staff wrote."""
    write_proposals(file, [line for _, line in lines])
    answers = iter(answer for answer, _ in lines)
    with file.open(encoding="utf-8-sig", newline="") as told:
        header, *cells = list(csv.reader(told))
    with file.open("w", encoding="utf-8-sig", newline="") as told:
        csv.writer(told).writerows([header, *([next(answers), *row[1:]] for row in cells)])
    return file


# --- what is proposed


def test_the_most_frequent_way_to_write_a_name_is_proposed(proposals: list[Proposal]) -> None:
    (maker,) = (line for line in proposals if line.kind == "maker")
    assert (maker.found, maker.proposal, maker.count) == ("Leyster, Judith", "Judith Leyster", 1)


def test_a_translation_that_stands_elsewhere_twice_is_proposed(proposals: list[Proposal]) -> None:
    found = {(p.field, p.lang, p.found): p.proposal for p in proposals if p.kind == "translation"}
    assert found["title", "en>sv", "Landscape"] == "Landskap"
    assert found["material", "en>sv", "Paper"] == "Papper"
    assert ("title", "en>sv", "=Hyperlink(1)") not in found


def test_duplicates_are_proposed_with_their_numbers(proposals: list[Proposal]) -> None:
    found = {line.record_ids: line.found for line in proposals if line.kind == "duplicate"}
    assert found["muddle:1 | muddle:4"] == "A 1 | A 1"


def test_a_word_that_is_linked_elsewhere_is_proposed_for_its_address() -> None:
    from ingest.suggest import _Gathered

    gathered = _Gathered()
    linked = Concept("material", "http://vocabulary.example/paper", {"en": "paper"})
    field = Field("material", "Paper", "en")
    gathered.add(Record("s:1", fields=(field,), concepts=(linked,)))
    gathered.add(Record("s:2", fields=(field,)))
    gathered.add(Record("s:3", fields=(replace(field, lang="de"),)))
    (line,) = gathered.concepts()
    assert (line.lang, line.found, line.proposal, line.count) == ("en", "Paper", linked.uri, 1)


def test_suggest_applies_nothing_and_leaves_every_answer_open(
    generation: Generation, tmp_path: Path
) -> None:
    data_dir, output = generation.folder.parent.parent, tmp_path / "proposals.csv"
    told = ["suggest", "--data-dir", str(data_dir), "--output", str(output)]
    assert CliRunner().invoke(app, told).exit_code == 0
    with output.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines
    assert {line["accept"] for line in lines} == {""}
    assert not (data_dir / FILE).exists()
    assert accept(output, tmp_path)[2].proposals == ()


# --- what is accepted


def test_only_lines_answered_with_yes_are_kept(tmp_path: Path) -> None:
    file = _write(tmp_path / "p.csv", ("yes", MAKER), ("", CONCEPT), ("no", TRANSLATION))
    done = CliRunner().invoke(app, ["accept", str(file), "--data-dir", str(tmp_path)])
    assert done.exit_code == 0
    assert "Accepted: 1." in done.stdout
    assert load_accepted(tmp_path).proposals == (MAKER,)


def test_what_was_accepted_before_stays_until_it_is_taken_back(tmp_path: Path) -> None:
    accept(_write(tmp_path / "1.csv", ("YES", MAKER), ("yes ", CONCEPT)), tmp_path)
    accept(_write(tmp_path / "2.csv", ("yes", TRANSLATION)), tmp_path)
    assert len(load_accepted(tmp_path).proposals) == 3
    yes, no, _ = accept(_write(tmp_path / "3.csv", ("no", MAKER)), tmp_path)
    assert (yes, no) == (0, 1)
    assert set(load_accepted(tmp_path).proposals) == {CONCEPT, TRANSLATION}


def test_a_new_answer_about_the_same_replaces_the_one_before(tmp_path: Path) -> None:
    other = replace(MAKER, proposal="J. Leyster")
    accept(_write(tmp_path / "1.csv", ("yes", MAKER)), tmp_path)
    accept(_write(tmp_path / "2.csv", ("yes", other)), tmp_path)
    assert load_accepted(tmp_path).proposals == (other,)


def test_a_table_that_a_spreadsheet_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    cells = ["yes", *(str(getattr(MAKER, name)) for name in COLUMNS[1:])]
    lines = [";".join(COLUMNS), ";".join(cells), ";" * (len(COLUMNS) - 1)]
    (tmp_path / "p.csv").write_text("\r\n".join(lines), "utf-8-sig")
    assert accept(tmp_path / "p.csv", tmp_path)[2].proposals == (MAKER,)


def test_words_that_look_like_formulas_read_back_equal(tmp_path: Path) -> None:
    odd = replace(MAKER, found="=cmd|'x'!A1", proposal="@name", reason="-1")
    write_proposals(tmp_path / "p.csv", [odd])
    assert "\n,maker,,maker,,'=cmd" in (tmp_path / "p.csv").read_text("utf-8-sig")
    assert accept(_write(tmp_path / "p.csv", ("yes", odd)), tmp_path)[2].proposals == (odd,)
    assert load_accepted(tmp_path).proposals == (odd,)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("perhaps", MAKER),
        ("yes", replace(MAKER, kind="price")),
        ("yes", replace(MAKER, proposal="")),
        ("yes", replace(MAKER, field="title")),
        ("yes", replace(CONCEPT, proposal="paper")),
        ("yes", replace(CONCEPT, field="price")),
        ("yes", replace(TRANSLATION, lang="sv")),
        ("yes", replace(TRANSLATION, lang="sv>sv")),
        ("yes", replace(TRANSLATION, field="description")),
        ("yes", replace(DUPLICATE, record_ids="s:1")),
    ],
)
def test_a_malformed_line_is_refused_by_its_number_and_nothing_is_kept(
    tmp_path: Path, answer: str, line: Proposal
) -> None:
    file = _write(tmp_path / "p.csv", ("yes", CONCEPT), (answer, line))
    with pytest.raises(WrongUse, match=r"Line 3 of p\.csv cannot be accepted"):
        accept(file, tmp_path)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "lack the columns"),
        (b"accept,kind\nyes,maker\n", "lack the columns"),
        (b"accept,kind\nyes,m\xe9ker\n", "not written in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, body: bytes | None, problem: str) -> None:
    if body is not None:
        (tmp_path / "p.csv").write_bytes(body)
    with pytest.raises(WrongUse, match=problem):
        accept(tmp_path / "p.csv", tmp_path)


def test_what_was_accepted_survives_a_table_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(_write(tmp_path / "1.csv", ("yes", MAKER)), tmp_path)
    second = _write(tmp_path / "2.csv", ("yes", CONCEPT))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExplorerError, match="No space left"):
        accept(second, tmp_path)
    assert load_accepted(tmp_path).proposals == (MAKER,)
    assert not list(tmp_path.glob("*.new"))


# --- what it changes


RECORD = Record(
    "s:1",
    fields=(
        Field("title", "Boats", "en"),
        Field("maker", "Leyster, Judith"),
        Field("material", "Paper", "en"),
        Field("material", "Papper", "sv"),
    ),
    makers=(Maker("Leyster, Judith", role="painter"),),
)


@pytest.mark.parametrize("line", EVERY, ids=lambda line: line.kind)
def test_no_field_is_changed_or_added(line: Proposal) -> None:
    changed = apply_accepted(RECORD, Accepted((line,)))
    assert changed != RECORD
    assert changed.fields == RECORD.fields


def test_a_makers_name_counts_under_the_accepted_way_to_write_it() -> None:
    changed = apply_accepted(RECORD, Accepted((MAKER,)))
    assert changed.makers == (Maker("Judith Leyster", role="painter"),)
    assert ("maker", "Judith Leyster") in set(facet_values(changed))


def test_an_accepted_concept_stands_beside_the_word() -> None:
    changed = apply_accepted(RECORD, Accepted((CONCEPT,)))
    assert changed.concepts == (Concept("material", CONCEPT.proposal, {"en": "Paper"}),)
    assert apply_accepted(changed, Accepted((CONCEPT,))) == changed


def test_an_accepted_translation_is_a_label_and_replaces_none() -> None:
    known = Concept("material", "", {"sv": "Papper", "en": "Rag paper"})
    changed = apply_accepted(RECORD, Accepted((TRANSLATION,)))
    assert changed.concepts == (Concept("material", "", {"sv": "Papper", "en": "Paper"}),)
    told = replace(RECORD, concepts=(known,))
    assert apply_accepted(told, Accepted((TRANSLATION,))).concepts == (known,)


def test_a_duplicate_is_only_warned_of() -> None:
    changed = apply_accepted(RECORD, Accepted((DUPLICATE,)))
    assert changed == replace(RECORD, warnings=("the same object as: s:2",))


def test_a_word_of_another_language_is_left_alone() -> None:
    german = replace(RECORD, fields=(Field("material", "Paper", "de"),), makers=())
    assert apply_accepted(german, Accepted((CONCEPT, MAKER))) == german


def test_the_digest_holds_for_the_lines_whatever_their_order() -> None:
    assert Accepted(EVERY).digest == Accepted(EVERY[::-1]).digest
    assert Accepted(EVERY).digest != Accepted(EVERY[1:]).digest
    changed = (replace(MAKER, proposal="J. L."), *EVERY[1:])
    assert Accepted(EVERY).digest != Accepted(changed).digest
    noted = tuple(replace(line, reason="seen", count=7) for line in EVERY)
    assert Accepted(EVERY).digest == Accepted(noted).digest


def test_only_the_records_a_line_touches_have_another_digest() -> None:
    other = Record("s:9", fields=(Field("title", "Ship", "en"),))
    before, after = Accepted((MAKER,)), Accepted((MAKER, CONCEPT))
    assert before.digest_of(RECORD) != after.digest_of(RECORD)
    assert before.digest_of(other) == after.digest_of(other) == ""
