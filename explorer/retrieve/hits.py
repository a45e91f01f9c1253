"""Hits: the records of a ranking with what speaks for each, and those that belong to them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log

import numpy as np

from explorer.backends.protocols import Embedder, VectorIndex
from explorer.catalogue.generation import Generation
from explorer.retrieve.likeness import liked
from explorer.retrieve.ranking import Ranking, named_keys, rank, rows_at
from explorer.retrieve.support import detail, evidence, naming_forms, near, support, words_met
from explorer.retrieve.words import Ints, WordMatch
from explorer.types import Hit, Meeting, Passage, Plan, Record

_RELATED_FROM = 3  # so many of the first hits bring the records they belong to
_OBJECTS, _TEXTS = 2, 2  # so many of the first hits bring so many texts each
_CLOSE, _SEVERAL = 0.8, 3  # of the best score; objects so near from which on they are many


def retrieve(
    plan: Plan,
    generation: Generation,
    embedder: Embedder,
    index: VectorIndex | None = None,
    *,
    limit: int = 10,
) -> list[Hit]:
    """The `limit` best hits, each of another record, best first.

    A curatorial text brings the objects it is about, and the first objects their texts, where
    the filters allow them.
    """
    ranking = rank(plan, generation, embedder, index)
    family = _with_family(hits_of(ranking, generation, 0, limit), plan, generation)
    return [replace(hit, rank=place) for place, hit in enumerate(family[:limit], 1)]


def _with_family(hits: Sequence[Hit], plan: Plan, generation: Generation) -> list[Hit]:
    """The hits, the objects a text speaks for before it, the first objects' texts behind them.

    Texts about few objects come first. Where many objects answer alike, only the first has its
    texts beside it.
    """
    catalogue = generation.catalogue
    allowed = catalogue.matching(plan.given) if plan.given else None
    found = {hit.record.id: hit for hit in hits}
    placed: dict[str, Hit] = {}

    def related(hit: Hit, keys: Sequence[int]) -> list[Hit]:
        chosen = [key for key in keys if allowed is None or _hold(allowed, np.array([key]))]
        records = catalogue.records(chosen)
        return [found.get(record.id) or _beside(hit, record) for record in records]

    best = hits[0].score if hits else 0.0
    near = sum(hit.record.kind == "object" and hit.score >= _CLOSE * best for hit in hits)
    with_texts = _OBJECTS if near <= _SEVERAL else 1
    for i, hit in enumerate(hits):
        objects = catalogue.keys(hit.record.speaks_for) if i < _RELATED_FROM else []
        texts = catalogue.texts_about(hit.record.id) if i < with_texts and not objects else []
        about = sorted(related(hit, texts), key=lambda text: _order(text.record, plan))
        for one in (*related(hit, objects), hit, *about[:_TEXTS]):
            placed.setdefault(one.record.id, one)
    return list(placed.values())


def _order(text: Record, plan: Plan) -> tuple[bool, bool, int]:
    """Texts in the visitor's language before others, those of the level asked for, then those
    about few objects.
    """
    read = any(f.lang.partition("-")[0] == plan.lang for _, f in text.named("text"))
    return not read, plan.level not in ("general", text.level), len(text.about)


def _beside(hit: Hit, record: Record) -> Hit:
    """A record that belongs to a hit, and was not found itself."""
    return replace(hit, record=record, passage=Passage(record.id, ""), score=0.0, named=False)


def hits_of(ranking: Ranking, generation: Generation, start: int, stop: int) -> list[Hit]:
    """The hits from place `start` up to `stop` of a ranking, with their records."""
    catalogue = generation.catalogue
    keys = ranking.keys[start:stop].tolist()
    rows = [_best_row(place, ranking, generation) for place in ranking.places[start:stop].tolist()]
    records = catalogue.records(keys)
    passages = catalogue.passages(rows)
    named = set(named_keys(ranking.plan, generation))
    hits = []
    for i, (key, row, record, passage) in enumerate(
        zip(keys, rows, records, passages, strict=True), start + 1
    ):
        hit = Hit(
            record=record,
            passage=_with_text(passage, record),
            rank=i,
            score=float(ranking.scores[row]),
            cosine=float(ranking.cosines[row]),
            coverage=float(ranking.covered[row]),
            reach=float(ranking.reached[row]),
            named=key in named,
        )
        hits.append(_weighed(hit, key, ranking, generation))
    return hits


def _weighed(hit: Hit, key: int, ranking: Ranking, generation: Generation) -> Hit:
    """The hit with what of the question it and the records that belong to it hold."""
    catalogue = generation.catalogue
    related = [*catalogue.texts_about(hit.record.id), *catalogue.keys(hit.record.about)]
    rows = np.array([row for own in (key, *related) for row in generation.rows_of(own)], np.int64)
    naming = naming_forms([hit.record, *catalogue.records(related)])
    told = evidence(ranking.plan, ranking.matches)
    by_word = {match.word: match for match in ranking.matches}
    held = {
        e.word: not naming.isdisjoint(e.forms) for e in told if _hold(by_word[e.word].rows, rows)
    }
    alike = ranking.alike.get(key, {})
    met: dict[str, Meeting] = {}
    for word, match in by_word.items():
        if word in held:
            continue
        found = [*_met(match, rows)]
        if like := alike.get(word):
            found.append(Meeting(word, like.word, "likeness", like.share))
        if found:
            met[word] = max(found, key=lambda one: one.share)
    stands = near(told, met, naming)
    share, weight = support(told, held, stands)
    said = words_met(told, held, met, stands) + weight / log(generation.manifest.passages + 1)
    return replace(
        hit,
        likeness=liked(ranking.matches, alike),
        support=share,
        evidence=said,
        detail=detail(told, held, stands),
        naming=any(held.values()) or any(named for _, named in stands.values()),
        words=tuple(held),
        met=tuple(met.values()),
    )


def _met(match: WordMatch, rows: Ints) -> Iterator[Meeting]:
    """What stands for the word in any of these rows."""
    for one in match.met:
        if _hold(one.rows, rows):
            e = one.expansion
            yield Meeting(match.word, e.form, e.way, e.share)


def _hold(held: Ints, rows: Ints) -> bool:
    """Whether any of `rows` is among the sorted rows `held`."""
    at = np.searchsorted(held, rows)
    inside = at < len(held)
    return bool(np.any(held[at[inside]] == rows[inside]))


def _best_row(place: int, ranking: Ranking, generation: Generation) -> int:
    rows = rows_at(place, ranking, generation)
    return rows.start + int(ranking.scores[rows.start : rows.stop].argmax())


def _with_text(passage: Passage, record: Record) -> Passage:
    field = record.numbered(passage.field) if passage.field else None
    return replace(passage, text=field.text[passage.start : passage.end]) if field else passage
