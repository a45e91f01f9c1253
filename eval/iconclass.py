"""Subjects found: labels of Iconclass codes ask for the records that bear the codes, unseen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bitext import COLUMNS
from eval.figures import Figure, Table, mean
from eval.material import Coded, dutch, labels
from eval.systems import Pool, Systems, pool_of, question_vectors, recalls, scored
from eval.textsearch import Floats

DEPTH = 10


def subjects(shared: Path, systems: Systems) -> list[Table]:
    """recall@10 of the Dutch records, asked with the labels in nine languages."""
    records = dutch(shared)
    pool = pool_of([record.text for record in records], ["nl"] * len(records), systems)
    borne = sorted({code for record in records for code in record.codes})
    relevant = bearing(records, borne)
    rows: dict[str, dict[str, Figure | None]] = {}
    for lang, own in labels(shared).items():
        asked = [i for i, code in enumerate(borne) if code in own]
        if asked:
            queries = [own[borne[i]] for i in asked]
            found = _found(queries, lang, pool, relevant[asked], systems)
            rows[lang] = {name: mean(found[name]) if name in found else None for name in COLUMNS}
    note = (
        f"{len(records)} records by title and description; codes hidden. Query: the label of one"
        f" code; relevant: the records with that code or one below it; {len(borne)} codes, those"
        " without a label of their own in the language left out. nl: the Dutch keywords. Labels may"
        " have been trained on, the records not."
    )
    return [Table(f"Dutch records by Iconclass label, recall@{DEPTH}", note, rows)]


def bearing(records: Sequence[Coded], codes: Sequence[str]) -> NDArray[np.bool_]:
    """Per code and record whether it bears the code or one below it."""
    return np.array(
        [[any(is_below(own, code) for own in r.codes) for r in records] for code in codes]
    )


def is_below(code: str, upper: str) -> bool:
    """Whether `code` is `upper` or a narrower one.

    A letter doubled is no step down, but the other sex or the opposite: 61BB is not below 61B.
    """
    rest = code.removeprefix(upper)
    return code.startswith(upper) and not (rest and upper[-1].isalpha() and rest[0] == upper[-1])


def _found(
    queries: Sequence[str], lang: str, pool: Pool, relevant: NDArray[np.bool_], systems: Systems
) -> dict[str, Floats]:
    covered = pool.index.matrix(queries, lang)
    vectors = question_vectors(queries, lang, systems)
    found: dict[str, list[Floats]] = {}
    for rows, scores in scored(vectors, covered, pool, systems.weight):
        for name, own in scores.items():
            found.setdefault(name, []).append(recalls(own, relevant[rows], DEPTH))
    return {name: np.concatenate(blocks) for name, blocks in found.items()}
