"""The question set and the figures drawn from it."""

from eval import finding
from eval.queries import load_queries
from eval.sample import open_sample
from eval.systems import Systems
from eval.thresholds import Trial, best, threshold_sweep
from explorer.catalogue.generation import Calibration
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
    assert cross["answered_wrongly"] is not None
    assert cross["answered_wrongly"] <= 0.1
    assert everything["answered_though_absent"] is not None
    assert everything["answered_though_absent"] <= 0.1
    assert everything["cpu_ms_median"] is not None
    assert everything["cpu_ms_median"] <= 40
    assert report.settings["questions"] == sum(
        everything[part] or 0 for part in ("n", "n_unanswerable")
    )


def test_thresholds_that_others_surpass_are_left_out() -> None:
    def trial(right: int, wrong: int, absent: int, floor: float) -> Trial:
        counts = (right, wrong, 9 - right - wrong)
        return Trial(Calibration(floor=floor), counts, (0, 0, 0), (0, absent, 5 - absent))

    strict, loose = trial(6, 0, 0, 0.8), trial(8, 1, 1, 0.6)
    worse, equal, careless = trial(5, 0, 0, 0.9), trial(6, 0, 0, 0.7), trial(9, 0, 3, 0.1)
    assert best([careless, loose, equal, strict, worse]) == [loose, strict]


def test_thresholds_are_tried_on_the_questions_of_one_half(explorer: Explorer) -> None:
    sample = open_sample(explorer.settings.data_dir)
    calibration = explorer.serving().generation.manifest.calibration
    weights, ends = threshold_sweep(
        sample, Systems(explorer.embedder, None, 1.0), calibration, "development"
    )
    assert {figure.n for row in weights.rows.values() for figure in row.values() if figure} == {
        18, 25,
    }  # fmt: skip
    for row in ends.rows.values():
        across = [f for name, f in row.items() if f and name.startswith("across")]
        assert sum(figure.value for figure in across) == 25
        absent = row["absent answered"]
        assert absent is not None
        assert absent.n == 16
        assert absent.value <= 2
