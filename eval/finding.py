"""The suite `finding`: are the right records found, answered from, and refused when not here?

Every figure comes with its n and interval; settings name what it holds for.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.figures import BEFORE, CHANGE, Asked, Figure, Measured, Table, difference, mean, median
from eval.measures import DEPTH, LEAD, NOTE, measures
from eval.queries import Query, in_half
from explorer.ask import answer
from explorer.catalogue.reading import Catalogue
from explorer.errors import WrongUse
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Question
from explorer.verify import holds
from explorer.wiring import Explorer

RIGHTLY = "answered rightly"
_PAIRS = "pair of languages"
_READ = ("title", "description", "text")  # Fields whose language a record is read in
_OUTCOMES = (
    "Answered rightly: the answer, whole or in part, speaks first of a relevant record; wrongly: of"
    " another. Though absent: of the questions that no record answers, how many were answered."
    " Broken citations: of all shown. CPU: milliseconds of the whole answer, median."
)

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """One question after it was asked."""

    query: Query
    found: Sequence[str]
    """Record ids by rank."""
    spoken: str
    """The language of the records that answer it: the question's own where they have it."""
    answered: bool
    right: bool
    """Whether the first record an answer speaks of is one of the relevant ones."""
    support: float
    """Of the first hit: how far it holds what the question says."""
    citations: int
    broken_citations: int
    cpu_ms: float

    @property
    def same_language(self) -> bool:
        """Whether the records that answer it can be read in the question's language."""
        return self.query.lang == self.spoken

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return self.answered and self.right if self.query.relevant else not self.answered


def run(
    queries: Sequence[Query],
    explorer: Explorer,
    half: str = "all",
    before: Mapping[str, Values] | None = None,
) -> Measured:
    """The figures over one half of the questions, or over all.

    `before` holds the values of an earlier run by question id: what changed stands beside.
    """
    chosen = in_half(queries, half)
    skipped = missing(chosen, explorer)
    judged = [judge(query, explorer) for query in chosen]
    here = [j for j in judged if j.query.relevant]
    values = dict(zip((j.query.id for j in here), _values(here), strict=True))
    return Measured(
        settings={"suite": "finding", **settings(explorer, judged, half)},
        tables=list(_tables(judged, values, before or {})),
        skipped=skipped,
        asked=[asked(j, values.get(j.query.id, {})) for j in judged],
    )


def judge(query: Query, explorer: Explorer) -> Judged:
    """What becomes of the question: what is found for it, and what is answered."""
    serving = explorer.serving()
    generation, index = serving.generation, serving.index
    question = Question(query.text)
    planned = plan(question, generation.catalogue, default_lang=explorer.settings.default_lang)
    hits = retrieve(planned, generation, explorer.embedder, index, limit=DEPTH)
    began = time.process_time()
    told = answer(question, explorer)
    spent = (time.process_time() - began) * 1000
    cited = [c for s in told.statements for c in s.citations]
    shown = {card.id for card in told.records}
    records = {i: r for i in shown if (r := generation.catalogue.record(i))}
    return Judged(
        query=query,
        found=[hit.record.id for hit in hits],
        spoken=_spoken(query, generation.catalogue),
        answered=told.outcome in ("answered", "partly") and told.total != 0,
        right=bool(cited) and cited[0].record_id in query.relevant,
        support=hits[0].support if hits else 0.0,
        citations=len(cited),
        broken_citations=sum(not holds(c, records) for c in cited),
        cpu_ms=spent,
    )


def settings(explorer: Explorer, judged: Sequence[Judged], half: str) -> dict[str, Any]:
    """What the figures hold for: questions, embedder, weights and generation."""
    serving = explorer.serving().generation.manifest
    return {
        "questions": len(judged), "half": half, "embedder": serving.embedder,
        "fingerprint": serving.fingerprint, "generation": serving.generation,
        "records": serving.records, "passages": serving.passages,
        "calibration": asdict(serving.calibration),
        "intervals": "95 %: Wilson's score for shares, bootstrap for other means,"
        " order statistics for medians",
    }  # fmt: skip


def missing(queries: Sequence[Query], explorer: Explorer) -> list[str]:
    """A sentence where records that the questions are about are not in this collection."""
    catalogue = explorer.serving().generation.catalogue
    wanted = {record_id for query in queries for record_id in query.answering}
    absent = sorted(record_id for record_id in wanted if catalogue.record(record_id) is None)
    if absent and len(absent) == len(wanted):
        raise WrongUse(
            "None of the records that these questions are about is in this collection.",
            "Leave --data-dir out, and the collection they are about is taken in.",
        )
    few = ", ".join(absent[:3])
    told = f"{len(absent)} of {len(wanted)} records that answer are not in this collection ({few})."
    return [told] if absent else []


def asked(judged: Judged, values: Values) -> Asked:
    """The question as it stands in the report."""
    query = judged.query
    ended = {RIGHTLY: float(judged.answered and judged.right)} if query.relevant else {}
    return Asked(
        id=query.id, lang=query.lang, text=query.text, found=list(judged.found[:5]),
        well=judged.well, values={**values, **ended, "answered": float(judged.answered)},
    )  # fmt: skip


def readable_languages(query: Query, catalogue: Catalogue) -> Counter[str]:
    """The languages in which the relevant records can be read, and how much is written in each."""
    written: Counter[str] = Counter()
    for record_id in query.answering:
        record = catalogue.record(record_id)
        for field in record.fields if record else ():
            if field.name in _READ:
                written[field.lang.partition("-")[0]] += len(field.text)
    return written


def _spoken(query: Query, catalogue: Catalogue) -> str:
    """The question's language where the records have it, else the one they say most in."""
    written = readable_languages(query, catalogue)
    if query.lang in written or not written:
        return query.lang if written else ""
    return min(written, key=lambda lang: (-written[lang], lang))


def _values(here: Sequence[Judged]) -> list[dict[str, float]]:
    return measures([j.query for j in here], [j.found for j in here])


def _tables(
    judged: Sequence[Judged], values: Mapping[str, Values], before: Mapping[str, Values]
) -> Iterator[Table]:
    notes = {"Found": NOTE, "Answered": _OUTCOMES}
    for by, rows in _groupings(judged).items():
        found = {name: _found(group, values, before) for name, group in rows.items()}
        ended = {} if by == _PAIRS else rows
        answered = {name: _answered(group, before) for name, group in ended.items()}
        for title, lead, told in (("Found", LEAD, found), ("Answered", RIGHTLY, answered)):
            kept = {name: row for name, row in told.items() if row}
            if kept:
                yield Table(f"{title}, by {by}", notes.pop(title, ""), kept, lead)


def _groupings(judged: Sequence[Judged]) -> dict[str, dict[str, list[Judged]]]:
    """What rows are made by -> row -> its questions."""
    here = [j for j in judged if j.query.relevant]
    return {
        "direction": {
            "same language": [j for j in here if j.same_language],
            "across languages": [j for j in here if not j.same_language],
            "all": list(judged),
        },
        "language of the question": _grouped(judged, lambda j: j.query.lang),
        "kind": _grouped(judged, lambda j: j.query.kind),
        "origin": _grouped(judged, lambda j: j.query.origin),
        _PAIRS: _grouped(here, lambda j: f"{j.query.lang} -> {j.spoken or '?'}"),
    }


def _grouped(judged: Sequence[Judged], by: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        if name := by(one):
            groups.setdefault(name, []).append(one)
    return dict(sorted(groups.items()))


def _found(
    judged: Sequence[Judged], values: Mapping[str, Values], before: Mapping[str, Values]
) -> dict[str, Figure | None]:
    ids = [j.query.id for j in judged if j.query.relevant]
    if not ids:
        return {}
    row = {name: mean([values[i][name] for i in ids]) for name in values[ids[0]]}
    return row | changed(LEAD, {i: values[i][LEAD] for i in ids}, before)


def _answered(judged: Sequence[Judged], before: Mapping[str, Values]) -> dict[str, Figure | None]:
    here = [j for j in judged if j.query.relevant]
    absent = [j for j in judged if not j.query.relevant]
    if not judged:
        return {}
    rightly = {j.query.id: float(j.answered and j.right) for j in here}
    broken, cited = sum(j.broken_citations for j in judged), sum(j.citations for j in judged)
    return {
        RIGHTLY: mean(list(rightly.values())),
        "answered wrongly": mean([j.answered and not j.right for j in here]),
        "refused wrongly": mean([not j.answered for j in here]),
        "answered though absent": mean([j.answered for j in absent]),
        "broken citations": mean([1] * broken + [0] * (cited - broken)),
        "CPU ms": median([j.cpu_ms for j in judged]),
        **changed(RIGHTLY, rightly, before),
    }


def changed(name: str, now: Values, before: Mapping[str, Values]) -> dict[str, Figure | None]:
    """The measure as it was, and the change, over the questions that were asked both times."""
    both = [i for i in now if name in before.get(i, {})]
    if not before:
        return {}
    then, since = [before[i][name] for i in both], [now[i] for i in both]
    return {f"{name}{BEFORE}": mean(then), CHANGE: difference(since, then)}
