"""What is compared: embedders, text search, and both together, scored over the same pool."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.textsearch import Floats, Ints, WordIndex
from explorer.backends.protocols import Embedder
from explorer.plan import content_words
from explorer.text import fold, words

EMBEDDER, TEXT, REFERENCE = "embedder", "text search", "reference"
FUSED, RECIPROCAL = "fused", "reciprocal rank"
RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

_BLOCK = 512
_SAME = 1e-6  # scores this near are one score: the order of a sum makes as much difference


@dataclass(frozen=True, slots=True)
class Systems:
    """The embedders measured, and the weight of coverage in the fused score."""

    embedder: Embedder
    reference: Embedder | None
    weight: float

    @property
    def embedders(self) -> dict[str, Embedder]:
        """Column -> embedder."""
        other = {REFERENCE: self.reference} if self.reference else {}
        return {EMBEDDER: self.embedder, **other}


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts to be found: their words, and their vectors by column."""

    index: WordIndex
    vectors: Mapping[str, Floats]
    copies: Ints
    """Texts of the same words bear the same number: finding one is as good as the other."""


def pool_of(texts: Sequence[str], langs: Sequence[str], systems: Systems) -> Pool:
    """The pool of these texts."""
    numbers: dict[str, int] = {}
    copies = [numbers.setdefault(" ".join(words(fold(t))), len(numbers)) for t in texts]
    vectors = {name: e.embed_passages(texts) for name, e in systems.embedders.items()}
    return Pool(WordIndex(texts, langs), vectors, np.array(copies))


def text_vectors(texts: Sequence[str], systems: Systems) -> dict[str, Floats]:
    """The texts as passages, by column: for sentences and whole texts as queries."""
    return {name: e.embed_passages(texts) for name, e in systems.embedders.items()}


def question_vectors(texts: Sequence[str], lang: str, systems: Systems) -> dict[str, Floats]:
    """The texts as questions, by column: of their words that carry meaning, as retrieve does."""
    asked = [" ".join(content_words(text, lang)) or text for text in texts]
    return {
        name: np.stack([e.embed_query(text) for text in asked])
        for name, e in systems.embedders.items()
    }


def scored(
    vectors: Mapping[str, Floats], covered: Floats, pool: Pool, weight: float
) -> Iterator[tuple[slice, dict[str, Floats]]]:
    """Block by block of the queries, per column the scores (queries x pool)."""
    for start in range(0, len(covered), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(covered)))
        scores = {name: own[rows] @ pool.vectors[name].T for name, own in vectors.items()}
        cosines, text = scores[EMBEDDER], covered[rows]
        scores[TEXT] = text
        scores[FUSED] = cosines + np.float32(weight) * text
        scores[RECIPROCAL] = reciprocal(cosines, text)
        yield rows, scores


def reciprocal(cosines: Floats, covered: Floats) -> Floats:
    """Reciprocal rank fusion of both lists; text search lists only what holds a word."""
    fused = np.zeros_like(cosines)
    by_cosine = np.argsort(-cosines, axis=1)
    shares = np.float32(1) / np.arange(RRF_K + 1, RRF_K + 1 + cosines.shape[1], dtype=np.float32)
    np.put_along_axis(fused, by_cosine, np.broadcast_to(shares, cosines.shape), axis=1)
    for row, own in enumerate(covered):
        listed = np.flatnonzero(own)
        listed = listed[np.argsort(-own[listed], kind="stable")]
        fused[row, listed] += shares[: len(listed)]
    return fused


def ranks(scores: Floats, targets: Ints, copies: Ints, barred: Ints | None = None) -> Ints:
    """Per query the rank of its target, from 1; ties count against it, copies of it do not.

    `barred` names per query one row of the pool that takes no part, -1 for none.
    """
    own = np.take_along_axis(scores, targets[:, None], axis=1)
    ahead: NDArray[np.bool_] = scores >= own - np.float32(_SAME)
    ahead &= copies[None, :] != copies[targets][:, None]
    if barred is not None:
        (some,) = np.nonzero(barred >= 0)
        ahead[some, barred[some]] = False
    return np.asarray(1 + ahead.sum(axis=1), np.int64)


def recalls(scores: Floats, relevant: NDArray[np.bool_], depth: int) -> Floats:
    """Per query the share of relevant rows among the first `depth`, capped at what fits there.

    Among equal scores the relevant ones come last.
    """
    order = np.lexsort((relevant, -scores), axis=1)[:, :depth]
    found = np.take_along_axis(relevant, order, axis=1).sum(axis=1)
    return np.asarray(found / np.minimum(depth, relevant.sum(axis=1)), np.float32)
