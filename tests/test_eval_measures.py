"""What a ranking is worth, and the page that shows figures."""

import builtins
import re
from html import unescape
from math import log2
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from eval.figures import BEFORE, Asked, Figure, Measured, Table, mean, ratio
from eval.measures import measures, recall, success
from eval.queries import Query
from eval.report import page, plot
from explorer.errors import ExplorerError
from tests.test_page import chromium

FOUND = ["a", "b", "c", "d", "e", "f"]


def test_recall_and_success_are_what_the_literature_says() -> None:
    assert recall(FOUND, {"a", "f"}, 5) == 0.5
    assert recall(FOUND, {"a", "b", "c", "d", "e", "f", "x"}, 5) == 1.0
    assert success(FOUND, {"f"}, 5) == 0.0
    assert success(FOUND, {"c", "x"}, 5) == 1.0


def test_the_library_counts_as_by_hand() -> None:
    queries = [
        Query("one", "", "en", {"c": 2, "a": 1}),
        Query("none", "", "en", {"x": 2}),
        Query("empty", "", "en", {"a": 2}),
    ]
    one, none, empty = measures(queries, [FOUND, FOUND, []])
    gained, ideal = 1 + 2 / log2(4), 2 + 1 / log2(3)
    assert one["nDCG@10"] == pytest.approx(gained / ideal)
    assert one["RR"] == pytest.approx(1 / 3), "a record of grade 1 is not what was looked for"
    assert (one["recall@1"], one["recall@5"], one["success@5"]) == (0.0, 1.0, 1.0)
    assert set(none.values()) == set(empty.values()) == {0.0}


def test_recall_and_success_are_those_of_the_library_but_for_the_cap() -> None:
    import ir_measures

    relevant = {"b", "e", "x", "f", "y", "z"}
    run = {"q": {record: float(-place) for place, record in enumerate(FOUND)}}
    qrels = {"q": dict.fromkeys(relevant, 1)}
    for depth in (1, 5, 10):
        told = ir_measures.calc_aggregate(
            [ir_measures.R @ depth, ir_measures.Success @ depth], qrels, run
        )
        fitting = min(depth, len(relevant))
        whole = told[ir_measures.R @ depth] * len(relevant)
        assert recall(FOUND, relevant, depth) == pytest.approx(whole / fitting)
        assert success(FOUND, relevant, depth) == told[ir_measures.Success @ depth]


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "ir_measures":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExplorerError, match=r"collection-explorer\[eval\]"):
        measures([Query("q", "", "en", {"a": 2})], [["a"]])


def test_the_interval_of_a_ratio_draws_both_from_the_same_questions() -> None:
    own, best = [1, 0, 1, 0, 1, 0], [1, 0.5, 1, 1, 1, 0]
    found = ratio(own, best)
    assert found is not None and found.value == pytest.approx(3 / 4.5)
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    same = ratio(best, best)
    assert same == Figure(1.0, 6, 1.0, 1.0)
    assert ratio([0, 0], [0, 0]) is None


def test_of_very_few_values_no_interval_is_drawn() -> None:
    assert mean([0.25, 0.5]) == Figure(0.375, 2)
    five = mean([0.25, 0.5, 0.5, 0.5, 0.75])
    assert five is not None and five.low is not None


def _measured() -> Measured:
    row: dict[str, Figure | None] = {
        "recall@5": Figure(0.5, 40, 0.4, 0.6), "RR": Figure(0.25, 40),
        "answered": None, f"recall@5{BEFORE}": Figure(0.3, 38, 0.2, 0.4),
    }  # fmt: skip
    asked = [
        Asked("de-1", "de", "Wo ist <b>die</b> Vase?", ["x:1"], False, {"recall@5": 0.0}),
        Asked("de-2", "de", "Wo ist der Krug?", ["x:2"], True, {"recall@5": 1.0}),
    ]
    settings = {"suite": "finding", "embedder": "hash:", "calibration": {"floor": 0.8}}
    tables = [Table("Found, by kind", "What counts.", {"attribute": row}, "recall@5"),
              Table("Found, by origin", "", {"written": {"RR": Figure(1.5, 3)}})]  # fmt: skip
    return Measured(settings, tables, ["Left out."], ["Told."], asked)


def test_a_page_shows_every_figure_with_its_interval_and_n() -> None:
    shown = page(_measured())
    assert ".500 <small>[.400 .600]</small>" in shown
    assert ".300 <small>[.200 .400] n 38</small>" in shown
    assert '<td class="number">40</td>' in shown
    assert "floor 0.8" in shown and "hash:" in shown
    assert "Told." in shown and "Left out." in shown
    assert "1 of 2:" in shown and "Krug" not in shown
    assert '<td lang="de">Wo ist &lt;b&gt;die&lt;/b&gt; Vase?</td>' in shown


def test_a_page_is_whole_by_itself() -> None:
    shown = unescape(str(page(_measured())))
    assert shown.startswith("<!DOCTYPE html>") and '<html lang="en">' in shown
    assert "default-src 'none'" in shown
    assert not re.search(r"<script|<link|<img|https?://|url\(|@import", shown)
    assert shown.count("<caption>") == shown.count("<table>") == 4
    assert "prefers-color-scheme: dark" in shown


def test_a_dot_stands_where_its_figure_is_and_its_line_reaches_as_far_as_the_interval() -> None:
    drawn = plot(Figure(0.5, 9, 0.25, 1.2), Figure(0.0, 9))
    places = dict(re.findall(r'<circle class="(\w+)" cx="([\d.]+)"', drawn))
    assert places == {"now": "100.0", "before": "8.0"}
    assert '<line class="now" x1="54.0" x2="192.0"' in drawn
    assert "circle" not in plot(None)


def test_a_page_is_accessible_in_light_and_in_dark(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(_measured()), "utf-8")
    try:
        with chromium() as browser:
            for scheme in ("light", "dark"):
                context = browser.new_context(color_scheme=scheme, bypass_csp=True)
                shown = context.new_page()
                shown.goto(file.as_uri())
                shown.locator("summary").click()
                found = Axe().run(shown).response["violations"]
                assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], scheme
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
