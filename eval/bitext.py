"""Translations found: a sentence, text or title asks for its own among all of the other language.

The texts of the query's language are not in the pool.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.figures import Figure, Table, mean
from eval.material import Bilingual, parallel, parallel_languages, swedish
from eval.systems import (
    EMBEDDER,
    FUSED,
    RECIPROCAL,
    REFERENCE,
    TEXT,
    Pool,
    Systems,
    pool_of,
    ranks,
    scored,
    text_vectors,
)
from eval.textsearch import Ints

COLUMNS = (EMBEDDER, TEXT, REFERENCE, FUSED, RECIPROCAL)
DEPTHS = (1, 10)
LARGE = ("bg", "cs", "da", "de", "el", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "sv")
"""The languages of the European Union with 8,000 or more sentence pairs to learn from."""
OTHER_EU = ("et", "ga", "hr", "lt", "lv", "mt", "ro", "sk", "sl")

Ranks = Mapping[str, Ints]
"""Column -> rank of every query's target."""


def ntrex(shared: Path, systems: Systems) -> list[Table]:
    """R@1 and R@10 of news sentences, every language into English."""
    found: dict[str, Ranks] = {}
    pools: dict[tuple[str, ...], Pool] = {}
    known = parallel_languages(shared)
    first = [lang for lang in (*LARGE, *OTHER_EU) if lang in known]
    for lang in (*first, *(lang for lang in known if lang not in first)):
        pairs = parallel(shared, lang)
        english = tuple(pair[0] for pair in pairs)
        if english not in pools:
            pools[english] = pool_of(english, ["en"] * len(english), systems)
        targets = np.arange(len(pairs))
        found[lang] = ranked([other for _, other in pairs], lang, pools[english], targets, systems)
    groups = {f"mean of {len(LARGE)}": LARGE, f"mean of {len(OTHER_EU)} others": OTHER_EU}
    means = {
        title: [found[lang] for lang in langs]
        for title, langs in groups.items()
        if all(lang in found for lang in langs)
    }
    rows = {**{title: _averaged(several) for title, several in means.items()},
            **{lang: _each(own) for lang, own in found.items()}}  # fmt: skip
    note = (
        "Development. Query: the sentence; pool: the English sentences."
        f" First the means of {' '.join(LARGE)} and of {' '.join(OTHER_EU)} (intervals over"
        " sentences), then every language: these two groups, then the rest."
    )
    return _tables("NTREX, X -> English", note, rows)


def deliveries(shared: Path, systems: Systems) -> list[Table]:
    """R@1 and R@10 of the Swedish curatorial texts and titles, both ways."""
    objects = swedish(shared)
    rows: dict[str, dict[int, dict[str, Figure | None]]] = {}
    for kind, pairs in {"texts": text_pairs(objects), "titles": title_pairs(objects)}.items():
        targets = np.arange(len(pairs))
        for asking, held in (("sv", "en"), ("en", "sv")):
            sides = {"sv": [sv for sv, _ in pairs], "en": [en for _, en in pairs]}
            pool = pool_of(sides[held], [held] * len(pairs), systems)
            own = ranked(sides[asking], asking, pool, targets, systems)
            rows[f"{kind} {asking} -> {held}"] = _each(own)
    note = (
        "Never trained on. Query: the whole text or title; pool: those of the other language only."
        " Titles: of the objects whose titles differ. A text of the same words as the target counts"
        " neither for nor against."
    )
    return _tables("Swedish deliveries", note, rows)


def text_pairs(objects: Sequence[Bilingual]) -> list[tuple[str, str]]:
    """(Swedish, English) of the objects with a curatorial text in both languages."""
    return [(o.texts["sv"], o.texts["en"]) for o in objects if {"sv", "en"} <= o.texts.keys()]


def title_pairs(objects: Sequence[Bilingual]) -> list[tuple[str, str]]:
    """(Swedish, English) of the objects with titles in both languages that differ."""
    both = (o.titles for o in objects if {"sv", "en"} <= o.titles.keys())
    return [(t["sv"], t["en"]) for t in both if t["sv"] != t["en"]]


def ranked(queries: Sequence[str], lang: str, pool: Pool, targets: Ints, systems: Systems) -> Ranks:
    """Per column the rank of each query's target row in the pool."""
    covered = pool.index.matrix(queries, lang)
    found: dict[str, list[Ints]] = {}
    for rows, scores in scored(text_vectors(queries, systems), covered, pool, systems.weight):
        for name, own in scores.items():
            found.setdefault(name, []).append(ranks(own, targets[rows], pool.copies))
    return {name: np.concatenate(blocks) for name, blocks in found.items()}


def _each(own: Ranks) -> dict[int, dict[str, Figure | None]]:
    return {k: {name: mean(found <= k) for name, found in own.items()} for k in DEPTHS}


def _averaged(several: Sequence[Ranks]) -> dict[int, dict[str, Figure | None]]:
    """Over languages; the sentences are the same in each, so they are what is drawn again."""
    return {
        k: {name: mean(np.mean([own[name] <= k for own in several], axis=0)) for name in several[0]}
        for k in DEPTHS
    }


def _tables(
    title: str, note: str, rows: Mapping[str, Mapping[int, Mapping[str, Figure | None]]]
) -> list[Table]:
    return [
        Table(
            f"{title}, R@{k}",
            note if k == DEPTHS[0] else "",
            {
                row: {name: figures[k].get(name) for name in COLUMNS}
                for row, figures in rows.items()
            },
        )
        for k in DEPTHS
    ]
