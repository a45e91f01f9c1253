"""The suite `mutants`: do supported statements stand, and changed ones fall, before they leave?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np

from eval.changing import DRAWS, KINDS, Around, Changed, Written, changes, denials
from eval.figures import Asked, Figure, Measured, Table, mean, median
from eval.finding import settings
from eval.queries import Query, in_half
from explorer.backends.protocols import Embedder, Vectors
from explorer.compose.extracts import extracts_of
from explorer.types import Hit, Passage, Plan, Record
from explorer.types.writing import Extract
from explorer.verify.written import checked, names_known
from explorer.wiring import Explorer

CAUGHT, FALLS = "caught", "falls"
_NOTE = (
    "Caught: of statements changed in one place, how many fell. The wrong value is drawn at random"
    " (of another statement, or any number), from the same source, or from the record nearest to"
    " the statement; of citations, another record is cited. An echo affirms a wrong premise of the"
    " question. Negation and invented facts are reported as they are."
)
_ALARMS = "Falls: of statements that their sources hold, how many fell all the same."
_FAR = 7  # records further on: another part of the collection


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one statement, as it was written or changed."""

    written: Written
    changed: Changed
    reason: str
    """Why it fell; "" where it stood."""
    cpu_ms: float

    @property
    def original(self) -> bool:
        """Whether its sources hold it."""
        return self.changed.kind in ("original", "paraphrase")

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return self.original != bool(self.reason)


def run(statements: Sequence[Written], explorer: Explorer, half: str = "all") -> Measured:
    """The figures over one half of the statements, or over all."""
    queries = [Query(w.id, w.text, w.lang, dict.fromkeys(w.cites, 2)) for w in statements]
    chosen = {query.id for query in in_half(queries, half)}
    judged = list(_judged([w for w in statements if w.id in chosen], explorer))
    return Measured(
        settings={
            **settings(explorer, (), half), "suite": "mutants", "questions": len(chosen),
            "statements": len(judged),
        },
        tables=list(_tables(judged)),
        asked=[_asked(one) for one in judged],
    )  # fmt: skip


def _judged(statements: Sequence[Written], explorer: Explorer) -> Iterator[Judged]:
    catalogue = explorer.serving().generation.catalogue
    records = {record.id: record for record in catalogue.all_records()}
    ids, vectors = _lines(records, explorer.embedder)
    denied, known = denials(), names_known(catalogue)
    for one in statements:
        cited = [records[i] for i in one.cites]
        near, far = _neighbours(one, ids, vectors, explorer.embedder, records)
        around = Around(statements, cited, records[near], records[far], denied[one.lang])
        told = [
            Changed("original", "", one.text, one.cites, one.question),
            Changed("paraphrase", "", one.paraphrase, one.cites, one.question),
            *changes(one, around),
        ]
        for changed in told:
            yield _judge(one, changed, records, explorer.embedder, known)


def _judge(
    one: Written,
    changed: Changed,
    records: Mapping[str, Record],
    embedder: Embedder,
    known: Callable[[str], bool],
) -> Judged:
    sources = sources_for(changed.cites, one.lang, records)
    began = process_time()
    told = checked(
        changed.text, one.lang, list(sources), sources, changed.question, embedder, known
    )
    return Judged(one, changed, told.reason, (process_time() - began) * 1000)


def sources_for(
    cites: Sequence[str], lang: str, records: Mapping[str, Record]
) -> dict[int, Extract]:
    """The records cited, as a model is given them."""
    hits = [Hit(records[i], Passage(i, ""), n, 1.0) for n, i in enumerate(cites, 1)]
    return {source.marker: source for source in extracts_of(Plan("", lang), hits)}


def _lines(records: Mapping[str, Record], embedder: Embedder) -> tuple[list[str], Vectors]:
    """The records' ids, and what each says first, embedded."""
    ids = [i for i, record in records.items() if record.kind != "visit"]
    told = [" ".join(f.text for f in records[i].fields)[:400] for i in ids]
    return ids, embedder.embed_passages(told)


def _neighbours(
    one: Written,
    ids: Sequence[str],
    vectors: Vectors,
    embedder: Embedder,
    records: Mapping[str, Record],
) -> tuple[str, str]:
    """The record nearest to a statement beside those it is about, and one that is far."""
    cited = [records[i] for i in one.cites]
    barred = {r.id for r in cited} | {i for r in cited for i in r.about}
    barred |= {i for i, record in records.items() if barred & set(record.about)}
    order = np.argsort(-(vectors @ embedder.embed_passages([one.text])[0]))
    others = [ids[i] for i in order if ids[i] not in barred]
    return others[0], others[len(others) // 2 + len(one.text) % _FAR]


def _asked(one: Judged) -> Asked:
    changed = one.changed
    name = " ".join(filter(None, (changed.kind, changed.draw)))
    return Asked(
        id=f"{one.written.id} {name}", lang=one.written.lang, text=changed.text,
        found=[one.reason, *changed.cites], well=one.well, values={CAUGHT: float(bool(one.reason))},
    )  # fmt: skip


def _tables(judged: Sequence[Judged]) -> Iterator[Table]:
    mutants = [one for one in judged if not one.original]
    rows = {
        kind: {
            CAUGHT: _fell([j for j in mutants if j.changed.kind == kind]),
            **{
                draw: _fell(
                    [j for j in mutants if (j.changed.kind, j.changed.draw) == (kind, draw)]
                )
                for draw in DRAWS
            },
        }
        for kind in KINDS
    }
    yield Table("Changed statements, by kind", _NOTE, rows, CAUGHT)
    yield Table("Supported statements, by language", _ALARMS, dict(_alarms(judged)), "")
    langs = sorted({j.written.lang for j in mutants})
    kinds = [kind for kind in KINDS if kind not in ("invented", "negation")]
    by_lang = {
        lang: {
            kind: _fell([j for j in mutants if (j.changed.kind, j.written.lang) == (kind, lang)])
            for kind in kinds
        }
        for lang in langs
    }
    yield Table("Caught, by language of the statement", "", by_lang)


def _alarms(judged: Sequence[Judged]) -> Iterator[tuple[str, dict[str, Figure | None]]]:
    own = [one for one in judged if one.original]
    for lang in [*sorted({j.written.lang for j in own}), "all"]:
        of = [j for j in own if lang in (j.written.lang, "all")]
        yield (
            lang,
            {
                "originals fall": _fell([j for j in of if j.changed.kind == "original"]),
                "paraphrases fall": _fell([j for j in of if j.changed.kind == "paraphrase"]),
                "CPU ms": median([j.cpu_ms for j in of]),
            },
        )


def _fell(judged: Sequence[Judged]) -> Figure | None:
    return mean([bool(one.reason) for one in judged])
