"""The suite `finding`: are the right records found, answered from, and refused when not here?

Every figure comes with its n; the report names the embedder, weights and generation it holds for.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from eval.queries import Half, Query
from explorer.ask import ask
from explorer.catalogue.reading import Catalogue
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Answer, Question
from explorer.verify import holds
from explorer.wiring import Explorer

DEPTHS = (1, 5)


@dataclass(frozen=True, slots=True)
class Judged:
    """One question after it was asked."""

    query: Query
    found: Sequence[str]
    """Record ids by rank."""
    same_language: bool
    answered: bool
    right: bool
    """Whether the first record an answer speaks of is one of the relevant ones."""
    citations: int
    broken_citations: int
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """The suite's figures with the settings they hold for."""

    settings: Mapping[str, Any]
    measures: Mapping[str, Mapping[str, float | int | None]]
    languages: Mapping[str, Mapping[str, float | int | None]]
    failures: Sequence[Mapping[str, Any]] = field(default_factory=list)


def success(found: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """Whether a relevant record stands among the first `depth`: 0 or 1."""
    return float(not set(found[:depth]).isdisjoint(relevant))


def recall(found: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """The share of relevant records among the first `depth`, capped at what fits there (BEIR)."""
    return len(set(found[:depth]) & set(relevant)) / min(depth, len(relevant))


def run(queries: Sequence[Query], explorer: Explorer, half: Half | None = None) -> Report:
    """The report over one half of the questions, or over all."""
    chosen = [q for q in queries if half is None or q.half == half]
    judged = [_judge(query, explorer) for query in chosen]
    serving = explorer.serving().generation.manifest
    settings = {
        "questions": len(judged), "half": half or "all", "embedder": serving.embedder,
        "fingerprint": serving.fingerprint, "generation": serving.generation,
        "records": serving.records, "passages": serving.passages,
        "calibration": asdict(serving.calibration),
    }  # fmt: skip
    languages = sorted({j.query.lang for j in judged})
    return Report(
        settings=settings,
        measures=_measures(judged),
        languages={lang: _row([j for j in judged if j.query.lang == lang]) for lang in languages},
        failures=[_failure(j) for j in judged if not _well(j)],
    )


def _judge(query: Query, explorer: Explorer) -> Judged:
    serving = explorer.serving()
    generation, index = serving.generation, serving.index
    question = Question(query.text)
    planned = plan(question, generation.catalogue, default_lang="en")
    hits = retrieve(planned, generation, explorer.embedder, index, limit=10)
    began = time.process_time()
    *_, last = ask(question, explorer)
    spent = (time.process_time() - began) * 1000
    answer: Answer = last.data
    cited = [c for s in answer.statements for c in s.citations]
    shown = {card.id for card in answer.records}
    records = {i: r for i in shown if (r := generation.catalogue.record(i))}
    answered = answer.outcome != "not_found"
    return Judged(
        query=query,
        found=[hit.record.id for hit in hits],
        same_language=query.lang in readable_languages(query, generation.catalogue),
        answered=answered,
        right=bool(cited) and cited[0].record_id in query.relevant,
        citations=len(cited),
        broken_citations=sum(not holds(c, records) for c in cited),
        cpu_ms=spent,
    )


def readable_languages(query: Query, catalogue: Catalogue) -> set[str]:
    """The languages in which the relevant records can be read."""
    records = (catalogue.record(record_id) for record_id in query.answering)
    return {
        field.lang.partition("-")[0]
        for record in records
        if record
        for field in record.fields
        if field.name in ("title", "description", "text")
    }


def _measures(judged: Sequence[Judged]) -> dict[str, dict[str, float | int | None]]:
    here = [j for j in judged if j.query.relevant]
    return {
        "same-language": _row([j for j in here if j.same_language]),
        "cross-language": _row([j for j in here if not j.same_language]),
        "all": _row(judged),
    }


def _row(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    here = [j for j in judged if j.query.relevant]
    absent = [j for j in judged if not j.query.relevant]
    row: dict[str, float | int | None] = {"n": len(here), "n_unanswerable": len(absent)}
    for depth in DEPTHS:
        row[f"success@{depth}"] = _mean([success(j.found, j.query.answering, depth) for j in here])
    row["recall@5"] = _mean([recall(j.found, j.query.answering, 5) for j in here])
    row["answered_rightly"] = _mean([j.answered and j.right for j in here])
    row["answered_wrongly"] = _mean([j.answered and not j.right for j in here])
    row["refused_wrongly"] = _mean([not j.answered for j in here])
    row["answered_though_absent"] = _mean([j.answered for j in absent])
    row["citations"] = sum(j.citations for j in judged)
    row["broken_citations"] = sum(j.broken_citations for j in judged)
    row["cpu_ms_median"] = round(median(j.cpu_ms for j in judged), 1) if judged else None
    return row


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def _well(judged: Judged) -> bool:
    return judged.answered and judged.right if judged.query.relevant else not judged.answered


def _failure(judged: Judged) -> dict[str, Any]:
    return {
        "id": judged.query.id, "lang": judged.query.lang, "text": judged.query.text,
        "relevant": list(judged.query.relevant), "found": list(judged.found[:5]),
        "answered": judged.answered,
    }  # fmt: skip
