"""The question set and the figures drawn from it."""

from eval import finding
from eval.queries import load_queries
from explorer.wiring import Explorer


def test_the_question_set_is_whole(explorer: Explorer) -> None:
    queries = load_queries("sample")
    catalogue = explorer.serving().generation.catalogue
    assert len({q.id for q in queries}) == len(queries) >= 60
    assert len({q.lang for q in queries}) >= 7
    assert sum(not q.relevant for q in queries) >= 15
    assert all(catalogue.record(i) for q in queries for i in q.relevant)
    assert all(q.answering for q in queries if q.relevant)
    assert {q.half for q in queries} == {"development", "test"}


def test_recall_and_success_are_what_the_literature_says() -> None:
    found = ["a", "b", "c", "d", "e", "f"]
    assert finding.recall(found, {"a", "f"}, 5) == 0.5
    assert finding.recall(found, {"a", "b", "c", "d", "e", "f", "x"}, 5) == 1.0
    assert finding.success(found, {"f"}, 5) == 0.0
    assert finding.success(found, {"c", "x"}, 5) == 1.0


def test_the_suite_holds_the_floor_it_was_released_with(explorer: Explorer) -> None:
    report = finding.run(load_queries("sample"), explorer, "development")
    same, cross = report.measures["same-language"], report.measures["cross-language"]
    everything = report.measures["all"]
    assert everything["broken_citations"] == 0
    assert same["success@5"] is not None
    assert same["success@5"] >= 0.9
    assert cross["success@5"] is not None
    assert cross["success@5"] >= 0.6
    assert everything["answered_though_absent"] is not None
    assert everything["answered_though_absent"] <= 0.1
    assert everything["cpu_ms_median"] is not None
    assert everything["cpu_ms_median"] <= 40
    assert report.settings["questions"] == sum(
        everything[part] or 0 for part in ("n", "n_unanswerable")
    )
