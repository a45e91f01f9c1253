"""The suite `parity`: the same questions in every language, and how well each language fares."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.figures import Figure, Measured, Table, mean, ratio
from eval.finding import RIGHTLY, Judged, Values, asked, changed, judge, missing, settings
from eval.measures import LEAD, measures
from eval.queries import Query, in_half
from explorer.errors import WrongUse
from explorer.wiring import Explorer

ENOUGH = 0.85
"""The share of the best language's recall from which on a language is supported."""

SHARE = "of the best"
_NOTE = (
    f"{LEAD}: capped as in BEIR. Answered: whole or in part, rightly or not. Support: how far the"
    f" first record found holds what the question says, 0 to 1. {SHARE.capitalize()}: {LEAD} over"
    " that of the language where it is highest."
)
_COLUMN = "found"


def run(
    queries: Sequence[Query],
    explorer: Explorer,
    half: str = "all",
    before: Mapping[str, Values] | None = None,
) -> Measured:
    """The figures of each language, over the questions that are asked in all of them."""
    parallel, skipped = together(in_half(queries, half))
    judged = {lang: [judge(query, explorer) for query in some] for lang, some in parallel.items()}
    values = {
        lang: measures([j.query for j in some], [j.found for j in some])
        for lang, some in judged.items()
    }
    recalls = {lang: [each[LEAD] for each in some] for lang, some in values.items()}
    best = max(recalls.values(), key=sum)
    rows = {lang: _row(some, recalls[lang], best, before or {}) for lang, some in judged.items()}
    table = Table("The same questions, by language", _NOTE, rows, LEAD)
    all_judged = [j for some in judged.values() for j in some]
    each = [one for some in values.values() for one in some]
    return Measured(
        settings={"suite": "parity", **settings(explorer, all_judged, half),
                  "questions in each language": len(best)},
        tables=[table],
        skipped=[*skipped, *missing([j.query for j in all_judged], explorer)],
        notes=_told(labels(table)),
        asked=[asked(j, own) for j, own in zip(all_judged, each, strict=True)],
    )  # fmt: skip


def together(queries: Sequence[Query]) -> tuple[dict[str, list[Query]], list[str]]:
    """Language -> the answerable questions that every language has, in one order; what is left out.

    Such a question's id is its name, a dot and its language.
    """
    sets: dict[str, dict[str, Query]] = {}
    for query in queries:
        if query.relevant and query.id == f"{query.name}.{query.lang}":
            sets.setdefault(query.name, {})[query.lang] = query
    langs = sorted({lang for own in sets.values() for lang in own})
    whole = [own for own in sets.values() if len(own) == len(langs)]
    if len(langs) < 2 or not whole:
        raise WrongUse(
            "These questions hold none that is asked in every language.",
            "Choose a set with ids such as par-07.de and par-07.fr, or another half.",
        )
    left = [name for name, own in sets.items() if len(own) < len(langs)]
    told = f"Left out, for they are not asked in every language: {', '.join(left)}."
    return {lang: [own[lang] for own in whole] for lang in langs}, [told] if left else []


def labels(table: Table) -> dict[str, str]:
    """Language -> supported, where its recall is near enough to the best, or limited."""
    return {
        lang: "supported" if figure and figure.value >= ENOUGH else "limited"
        for lang, row in table.rows.items()
        for figure in [row[SHARE]]
    }


def write_labels(file: Path, found: Mapping[str, str]) -> None:
    """Nothing; the column of those languages says so, and all else stands as it stood."""
    lines = file.read_bytes().decode().splitlines(keepends=True)
    column = lines[0].rstrip("\r\n").split("\t").index(_COLUMN)
    for number, line in enumerate(lines):
        cells = line.split("\t")
        if number and cells[0] in found:
            cells[column] = found[cells[0]]
            lines[number] = "\t".join(cells)
    file.write_bytes("".join(lines).encode())


def _row(
    judged: Sequence[Judged],
    recalls: Sequence[float],
    best: Sequence[float],
    before: Mapping[str, Values],
) -> dict[str, Figure | None]:
    now = {j.query.id: value for j, value in zip(judged, recalls, strict=True)}
    return {
        LEAD: mean(recalls),
        SHARE: ratio(recalls, best),
        "answered": mean([j.answered for j in judged]),
        RIGHTLY: mean([j.answered and j.right for j in judged]),
        "support": mean([j.support for j in judged]),
        **changed(LEAD, now, before),
    }


def _told(found: Mapping[str, str]) -> list[str]:
    lines = []
    for label in ("supported", "limited"):
        langs = [lang for lang, own in found.items() if own == label]
        listed = f": {' '.join(langs)}" if langs else ""
        lines.append(f"{len(langs)} of {len(found)} languages are {label}{listed}.")
    return lines
