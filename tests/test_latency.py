"""The suite `latency`: its figures are CPU time of real questions, and its peers really answer."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from eval import latency, peers
from eval.__main__ import app
from eval.figures import Measured
from eval.latency import ASKED, FIRST, FOUND
from eval.queries import Query, load_queries
from explorer.errors import ExplorerError, WrongUse
from explorer.wiring import Explorer

BARE, USUAL = peers.PEERS


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    """A few of the sample's questions, of all parts of the file."""
    return load_queries("sample")[::111]


@pytest.fixture(scope="module")
def found(explorer: Explorer) -> Iterator[Mapping[str, peers.Peer]]:
    """The peers over the sample collection."""
    with peers.opened(explorer) as (found, skipped):
        assert not skipped
        yield found


@pytest.fixture(scope="module")
def report(explorer: Explorer, queries: list[Query]) -> Measured:
    """The suite over a few questions, beside its peers."""
    return latency.run(queries, explorer)


def test_every_figure_says_of_how_many_questions_it_is(
    report: Measured, queries: list[Query]
) -> None:
    times, ratios, narrowed = (table.rows for table in report.tables)
    asked = {name: row["p50"] for name, row in times.items() if row["p50"]}
    assert asked.pop(latency.UNMET).n == len(queries) - len(queries) // 10
    assert {figure.n for figure in asked.values()} == {len(queries)}
    assert {f.n for row in (*ratios.values(), *narrowed.values()) for f in row.values() if f} == {
        len(queries)
    }
    assert {FOUND, FIRST, BARE, USUAL} <= set(asked)
    assert all(0.1 < figure.value < 1_000 for figure in asked.values())
    assert report.settings["generation"] and report.settings["records"] > 200


def test_a_median_is_never_above_its_95th_percentile(report: Measured) -> None:
    for row in report.tables[0].rows.values():
        assert row["p50"] and row["p95"]
        assert row["p50"].value <= row["p95"].value


def test_a_ratio_is_over_one_where_ours_takes_longer() -> None:
    spent = {FOUND: [2.0, 4.0], FIRST: [3.0, 4.0], ASKED: [1.0, 1.0], BARE: [1.0, 4.0]}
    ratios = latency.ratios(spent)
    figure = ratios[FOUND][f"/ {BARE}"]
    assert figure and (figure.value, figure.n) == (1.5, 2)
    assert f"/ {USUAL}" not in ratios[FOUND]


def test_only_processor_time_is_counted() -> None:
    def work(text: str) -> object:
        return sum(range(2_000_000)) if text == "busy" else None

    (busy, idle) = latency.timed({"work": work}, ["busy", "idle"])["work"]
    began = time.process_time()
    work("busy")
    assert busy > 5 * idle
    assert busy == pytest.approx((time.process_time() - began) * 1000, rel=0.9)


def test_a_95th_percentile_has_an_interval_where_values_lie_above_it() -> None:
    few, many = latency.p95(range(20)), latency.p95(range(1, 201))
    assert (few.n, few.low, few.high) == (20, None, None)
    assert many.value == pytest.approx(190.05)
    assert (many.low, many.high) == (184, 197), "ranks by Conover's normal approximation"


def test_both_peers_find_the_nearest_passages_of_the_very_same_vectors(
    found: Mapping[str, peers.Peer], explorer: Explorer, queries: list[Query]
) -> None:
    generation = explorer.serving().generation
    (passages,) = peers.batches(generation)
    for query in queries[:4]:
        cosines = passages.vectors @ explorer.embedder.embed_query(query.text)
        nearest = [passages.records[i] for i in np.argsort(-cosines)[: peers.NEAREST]]
        for name, peer in found.items():
            assert peer(query.text)[:3] == nearest[:3], name
            missed = set(nearest) - set(peer(query.text))
            assert len(missed) <= 1, name  # a graph may miss one


def test_peers_hold_the_words_that_visitors_would_read(explorer: Explorer) -> None:
    generation = explorer.serving().generation
    (passages,) = peers.batches(generation)
    hidden = [row for key in generation.catalogue.hidden() for row in generation.rows_of(key)]
    assert len(passages.rows) == generation.manifest.passages - len(hidden)
    assert all(passages.texts)
    cuts = [p for p in generation.catalogue.passages(passages.rows) if p.field]
    assert cuts and not any(p.text for p in cuts), "their words stand in the record alone"


def test_a_peer_that_is_not_installed_is_skipped_aloud(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> peers.Peer:
        raise ModuleNotFoundError("No module named 'llama_index'")

    monkeypatch.setattr(peers, "PEERS", {USUAL: lacking})
    with peers.opened(explorer) as (found, skipped):
        assert not found
        assert skipped == [f"{USUAL} was not measured: No module named 'llama_index'."]


def test_beside_many_records_peers_are_built_only_when_asked_for(
    explorer: Explorer, queries: list[Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latency, "PEERS_UP_TO", 10)
    measured = latency.run(queries[:2], explorer)
    assert BARE not in measured.tables[0].rows
    assert any("--peers" in sentence for sentence in measured.skipped)
    assert BARE in latency.run(queries[:2], explorer, peers=True).tables[0].rows


def test_filters_leave_about_the_share_of_the_records_they_stand_for(explorer: Explorer) -> None:
    catalogue = explorer.serving().generation.catalogue
    total = len(catalogue.matching({}))
    chosen = latency.narrowings(catalogue)
    assert list(chosen) == list(latency.SHARES)
    assert chosen[0.001] is None, "one record of the sample is more than twice as much"
    for share in (0.1, 0.5):
        narrowing = chosen[share]
        assert narrowing
        assert len(catalogue.matching(narrowing.filters)) == narrowing.records
        assert share / 2 <= narrowing.records / total <= share * 2


def test_a_page_that_a_question_does_not_have_is_not_timed(
    report: Measured, explorer: Explorer
) -> None:
    assert explorer.serving().generation.manifest.records < 980
    assert latency.LATER not in report.tables[0].rows
    assert any("page 50" in sentence for sentence in report.skipped)


def test_the_command_measures_a_collection_made_of_repeated_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latency, "MOST", 12)
    page = tmp_path / "report.html"
    done = CliRunner().invoke(
        app,
        ["run", "latency", "--records", "60", "--shared", str(tmp_path), "--no-peers", "--json",
         "--report", str(page)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["settings"]["records"], told["settings"]["question set"]) == (60, "sample")
    assert told["tables"][0]["rows"][FOUND]["p50"]["n"] == told["settings"]["questions"] == 12
    assert "Peers were not asked for." in told["skipped"]
    assert "CPU milliseconds" in page.read_text("utf-8")


def test_the_command_measures_the_collection_it_is_given(sample_data: Path) -> None:
    with latency.opened(5, None, sample_data) as explorer:
        assert explorer.serving().generation.manifest.records > 200


def test_what_cannot_be_measured_is_told_in_two_sentences(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no records"), latency.opened(0):
        pass
    with pytest.raises(WrongUse, match="no delivery"), latency.opened(5, tmp_path / "none.tgz"):
        pass
    (tmp_path / "empty").mkdir()
    empty = latency.opened(5, tmp_path / "empty")
    with pytest.raises(ExplorerError, match="could not be made"), empty:
        pass
