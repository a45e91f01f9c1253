"""The weight of coverage chosen: `a` of cosine + a * coverage swept over questions of one half.

Questions meet texts of both languages in one pool, as in an index of several languages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np

from eval.bitext import DEPTHS
from eval.figures import Table, mean
from eval.material import Bilingual, swedish
from eval.measures import recall
from eval.queries import Half, Query
from eval.sample import DEPTH, Sample, finder, groups
from eval.systems import (
    EMBEDDER,
    RECIPROCAL,
    TEXT,
    Pool,
    Systems,
    pool_of,
    question_vectors,
    ranks,
    reciprocal,
)
from eval.textsearch import Ints, WordIndex
from explorer.catalogue.generation import Calibration
from explorer.plan import content_words
from explorer.text import fold

WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
_RARE = 4  # words of a known-item question
_LETTERS = 4  # at least, of such a word


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the pool: the row it should find, and one that takes no part (or -1)."""

    text: str
    target: int
    barred: int


def sample_sweep(
    sample: Sample,
    systems: Systems,
    calibration: Calibration,
    queries: Sequence[Query],
    half: Half,
) -> Table:
    """recall@5 of the sample's questions for every weight."""
    vectors = systems.embedder.embed_passages(sample.passages)
    found = {
        f"a = {a:g}": finder(sample, systems.embedder, vectors, replace(calibration, coverage=a))
        for a in WEIGHTS
    }
    rows = {
        f"{group}, {half}": {
            name: mean([recall(one(query), query.answering, DEPTH) for query in asked])
            for name, one in found.items()
        }
        for group, asked in groups(queries, sample.generation.catalogue, half).items()
    }
    note = f"Weight of likeness as in the calibration in force: {calibration.likeness:g}."
    return Table(f"Weight of coverage, sample questions, recall@{DEPTH}", note, rows)


def swedish_sweep(shared: Path, systems: Systems, half: Half) -> list[Table]:
    """R@1 and R@10 of questions to the Swedish deliveries' texts for every weight."""
    objects = swedish(shared)
    held = [(o, lang) for o in objects for lang in ("sv", "en") if lang in o.texts]
    pool = pool_of([o.texts[lang] for o, lang in held], [lang for _, lang in held], systems)
    places = {(o.id, lang): row for row, (o, lang) in enumerate(held)}
    copied = np.bincount(pool.copies)[pool.copies] > 1
    repeated = {o.id for row, (o, _) in enumerate(held) if copied[row]}
    found: dict[str, dict[str, Ints]] = {}
    for lang in ("sv", "en"):
        kinds: dict[str, list[Asked]] = {}
        for item in objects:
            if in_half(item.id, half) and item.id not in repeated:
                for kind, asked in _questions(item, lang, places, pool.index):
                    kinds.setdefault(kind, []).append(asked)
        for kind, questions in sorted(kinds.items()):
            found[f"{kind}, {half}"] = _swept(questions, lang, pool, systems)
    note = (
        f"Pool: the {len(held)} curatorial texts, Swedish and English together. Questions: the"
        f" object's title, its whole text, or the {_RARE} rarest words of its text that another"
        " text holds too, in the order of the text; texts that others repeat word for word, or with"
        " fewer such words, are not asked for. sv -> sv: its Swedish text is to be found, and its"
        " English one is out of the pool; sv -> en: the other way round. Text search and reciprocal"
        " ranks beside."
    )
    return [
        Table(
            f"Weight of coverage, Swedish texts, R@{k}",
            note if k == DEPTHS[0] else "",
            {kind: {c: mean(own <= k) for c, own in row.items()} for kind, row in found.items()},
        )
        for k in DEPTHS
    ]


def in_half(object_id: str, half: Half) -> bool:
    """Whether an object's questions belong to this half."""
    return (crc32(object_id.encode()) % 2 == 1) == (half == "development")


def _questions(
    item: Bilingual, lang: str, places: Mapping[tuple[str, str], int], index: WordIndex
) -> Iterator[tuple[str, Asked]]:
    other = "en" if lang == "sv" else "sv"
    own, foreign = places.get((item.id, lang), -1), places.get((item.id, other), -1)
    whole = item.texts.get(lang, "")
    rare = " ".join(rare_words(whole, lang, index))
    for kind, text in (("title", item.titles.get(lang, "")), ("words", rare), ("text", whole)):
        if text and own >= 0 and text != whole:
            yield f"{kind} {lang} -> {lang}", Asked(text, own, foreign)
        if text and foreign >= 0:
            yield f"{kind} {lang} -> {other}", Asked(text, foreign, own)


def rare_words(text: str, lang: str, index: WordIndex) -> list[str]:
    """The rarest words of a text that another text of the index holds too, in its order.

    None where there are fewer than a question takes.
    """
    found = [word for word in content_words(text, lang) if len(word) >= _LETTERS]
    known = {word: n for word in found if (n := index.frequency(fold(word))) > 1}
    rarest = sorted(known, key=lambda word: known[word])[:_RARE]
    return [word for word in found if word in rarest] if len(rarest) == _RARE else []


def _swept(questions: Sequence[Asked], lang: str, pool: Pool, systems: Systems) -> dict[str, Ints]:
    """Per column the rank of each question's text."""
    texts = [asked.text for asked in questions]
    targets = np.array([asked.target for asked in questions])
    barred = np.array([asked.barred for asked in questions])
    covered = pool.index.matrix(texts, lang)
    cosines = question_vectors(texts, lang, systems)[EMBEDDER] @ pool.vectors[EMBEDDER].T
    scores = {f"a = {a:g}": cosines + np.float32(a) * covered for a in WEIGHTS}
    scores |= {TEXT: covered, RECIPROCAL: reciprocal(cosines, covered)}
    return {name: ranks(own, targets, pool.copies, barred) for name, own in scores.items()}
