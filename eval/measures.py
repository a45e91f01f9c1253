"""What one ranking is worth: recall and success counted here, nDCG and RR by ir-measures.

Grades decide: a record of grade 2 and up is to be found; nDCG also gains from those of grade 1.
"""

from collections.abc import Collection, Mapping, Sequence

from eval.queries import Query
from explorer.errors import ExplorerError

DEPTH = 10
"""How far down rankings are looked at."""

LEAD = "recall@5"
"""The measure that stands for the others where there is room for one."""

NOTE = (
    "Recall is capped as in BEIR: the share of the records that answer among the first k, of as"
    " many as fit there; recall@1 is success@1. success@k: one of them stands among the first k."
    " nDCG: trec_eval's, of the grades. RR: 1 over the place of the first of them, among"
    f" {DEPTH}."
)


def success(found: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """Whether a relevant record stands among the first `depth`: 0 or 1."""
    return float(not set(found[:depth]).isdisjoint(relevant))


def recall(found: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """The share of relevant records among the first `depth`, capped at what fits there (BEIR)."""
    return len(set(found[:depth]) & set(relevant)) / min(depth, len(relevant))


def measures(queries: Sequence[Query], rankings: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Per question, which has relevant records, the name of each measure with its value."""
    graded = {q.id: dict(q.relevant) for q in queries}
    answering = {q.id: dict.fromkeys(q.answering, 1) for q in queries}
    gain, rank = _by_library("nDCG@10", graded, rankings), _by_library("RR", answering, rankings)
    return [
        {
            **{f"recall@{k}": recall(found, query.answering, k) for k in (1, 5, DEPTH)},
            "nDCG@10": gain[query.id],
            "RR": rank[query.id],
            **{f"success@{k}": success(found, query.answering, k) for k in (5, DEPTH)},
        }
        for query, found in zip(queries, rankings, strict=True)
    ]


def _by_library(
    name: str, qrels: Mapping[str, Mapping[str, int]], rankings: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Question id -> value of one measure, by its name there; 0 where nothing was found."""
    try:
        import ir_measures
    except ImportError as error:
        raise ExplorerError(
            "Finding is measured with the library ir-measures, which is not installed.",
            "Install the extra 'eval': pip install 'collection-explorer[eval]'",
        ) from error
    run = {
        query_id: {record_id: float(DEPTH - place) for place, record_id in enumerate(found[:DEPTH])}
        for query_id, found in zip(qrels, rankings, strict=True)
    }
    counted = ir_measures.iter_calc([ir_measures.parse_measure(name)], qrels, run)
    return {metric.query_id: float(metric.value) for metric in counted}
