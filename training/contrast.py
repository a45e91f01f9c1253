"""Training by contrast: in a batch of translations each text must find its own.

InfoNCE (van den Oord et al., 2018) by row-wise Adagrad (Duchi et al., 2011), gradients by hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.bags import Bags, Rows
from training.pairs import Pairs

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how hard."""

    steps: int = 40_000
    batch: int = 1536
    temperature: float = 0.05
    rate: float = 0.06
    dropout: float = 0.25  # share of the words of a sentence that are left out
    recut: float = 0.3  # share of words cut otherwise than the tokenizer does
    sentences: float = 0.65  # share of batches that hold sentences
    joined: float = 0.0  # share of batches of sentences that hold two to eight neighbours as one
    pivot: float = 0.15  # share of rows whose English becomes another language's text
    taught: float = 0.5  # weight of the teacher's vectors
    smoothing: float = 0.5  # languages are drawn by their size to this power
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Corpus:
    """All there is to learn from, as numbers."""

    pairs: Pairs
    texts: Bags  # of words
    words: Bags  # of pieces, once per way of cutting
    wholes: int  # different words
    taught: Rows  # row of `teacher` per text, -1 where there is none
    teacher: Matrix  # unit vectors


@dataclass(slots=True)
class State:
    """Where training stands; `table` and `squares` change in place."""

    table: Matrix  # (pieces, dims)
    squares: NDArray[np.float32]  # per piece, what Adagrad remembers
    step: int = 0
    hits: float = 0.0  # running share of texts that find their own in the batch


@dataclass(frozen=True, slots=True)
class _Batch:
    english: Rows  # rows of texts, also where the left side is another language's
    left: Rows  # (batch, texts joined)
    right: Rows
    whole: bool  # sentences, not terms


class _Draw:
    """Rows of pairs, each with its next neighbours of the language.

    Languages are drawn by their size to the power `smoothing`.
    """

    def __init__(self, rows: Rows, lang: Rows, smoothing: float) -> None:
        self._rows = rows[np.argsort(lang[rows], kind="stable")]
        _, self._first, self._size = np.unique(
            lang[self._rows], return_index=True, return_counts=True
        )
        share = self._size.astype(float) ** smoothing
        self._share = share / share.sum()

    def __call__(self, random: np.random.Generator, n: int, joined: int) -> Rows:
        """Shape (n, joined)."""
        which = random.choice(len(self._share), n, p=self._share)
        place = _below(random, self._size[which])[:, None] + np.arange(joined)
        last = self._size[which][:, None] - 1
        rows: Rows = self._rows[self._first[which][:, None] + np.minimum(place, last)]
        return rows


def _below(random: np.random.Generator, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return (random.random(len(sizes)) * sizes).astype(np.int64)


def _batches(pairs: Pairs, recipe: Recipe, step: int) -> Iterator[_Batch]:
    """Endless batches from `step` on; each is drawn by a seed of its own."""
    everyone = np.arange(len(pairs.english), dtype=np.int32)
    draw = {
        whole: _Draw(everyone[pairs.sentence == whole], pairs.lang, recipe.smoothing)
        for whole in (True, False)
        if (pairs.sentence == whole).any()
    }
    by_english = np.argsort(pairs.english, kind="stable").astype(np.int32)
    first = np.searchsorted(pairs.english[by_english], np.arange(len(pairs.texts) + 1))
    while True:
        random = np.random.default_rng((recipe.seed, step))
        whole = random.random() < recipe.sentences
        whole = whole if whole in draw else not whole
        paragraphs = recipe.joined and whole and random.random() < recipe.joined
        joined = int(random.integers(2, 9)) if paragraphs else 1
        rows = draw[whole](random, recipe.batch, joined)
        left = pairs.english[rows]
        english = left[:, 0].copy()
        if joined == 1:
            swapped = np.flatnonzero(random.random(len(rows)) < recipe.pivot)
            begin, end = first[english[swapped]], first[english[swapped] + 1]
            left[swapped, 0] = pairs.other[by_english[begin + _below(random, end - begin)]]
        yield _Batch(english, left, pairs.other[rows], whole)
        step += 1


def _pieces(
    batch: _Batch, corpus: Corpus, recipe: Recipe, random: np.random.Generator, width: int
) -> csr_matrix:
    """Which pieces stand in which text, the left side's texts first; columns are all pieces."""
    joined = batch.left.shape[1]
    members, counts = corpus.texts.of(np.concatenate([batch.left, batch.right]).ravel())
    text = np.repeat(np.arange(len(counts), dtype=np.int32) // joined, counts)
    if batch.whole:
        kept = random.random(len(members)) >= recipe.dropout
        members, text = members[kept], text[kept]
    ways = (len(corpus.words.starts) - 1) // corpus.wholes
    if ways > 1:
        way = random.integers(1, ways, len(members)) * (random.random(len(members)) < recipe.recut)
        members = members + (way * corpus.wholes).astype(np.int32)
    pieces, counts = corpus.words.of(members)
    shape = (2 * len(batch.left), width)
    return csr_matrix((np.ones(len(pieces), np.float32), (np.repeat(text, counts), pieces)), shape)


def twins(english: Rows) -> tuple[Rows, Rows]:
    """Rows and columns of different places that hold the same text."""
    order = np.argsort(english, kind="stable").astype(np.int32)
    texts = english[order]
    rows, columns, apart = [order[:0]], [order[:0]], 1
    while (equal := texts[apart:] == texts[:-apart]).any():
        first, second = order[:-apart][equal], order[apart:][equal]
        rows += [first, second]
        columns += [second, first]
        apart += 1
    return np.concatenate(rows), np.concatenate(columns)


def contrast(
    a: Matrix, b: Matrix, same: tuple[Rows, Rows], temperature: float
) -> tuple[Matrix, float]:
    """Twice the temperature times the derivative of the symmetric InfoNCE loss by the
    likenesses a @ b.T of unit vectors, and the share of rows whose own is nearest.

    `same` are the places that are no wrong answer.
    """
    found: Matrix = np.multiply(a, 1 / temperature) @ b.T
    np.exp(found, out=found)
    found[same] = 0
    own = np.arange(len(a))
    hits = float((found[own, own] >= found.max(1)).mean())
    found *= np.add.outer(1 / found.sum(1), 1 / found.sum(0))
    found[own, own] -= 2
    return found, hits


def _gradients(z: Matrix, batch: _Batch, corpus: Corpus, recipe: Recipe) -> tuple[Matrix, float]:
    """By the unit vectors `z`, left sides first; and the share of hits."""
    n = len(batch.left)
    left, right = z[:n], z[n:]
    slope, hits = contrast(right, left, twins(batch.english), recipe.temperature)
    gradient = np.concatenate([slope.T @ right, slope @ left])
    gradient *= 1 / (2 * recipe.temperature)
    known = np.flatnonzero(corpus.taught[batch.english] >= 0)
    if recipe.taught and len(known) > n // 8 and batch.left.shape[1] == 1:
        english = batch.english[known]
        teacher = corpus.teacher[corpus.taught[english]]
        slope, _ = contrast(right[known], teacher, twins(english), recipe.temperature)
        weight = recipe.taught / (2 * recipe.temperature)
        gradient[n + known] += weight * (slope @ teacher) - recipe.taught * teacher
        gradient[known] -= recipe.taught * teacher
    return gradient, hits


def _learn(
    state: State,
    pieces: csr_matrix,
    rate: float,
    gradients: Callable[[Matrix], tuple[Matrix, float]],
) -> None:
    used, at = np.unique(pieces.indices, return_inverse=True)
    narrow = csr_matrix((pieces.data, at, pieces.indptr), (pieces.shape[0], len(used)))
    vectors = narrow @ state.table[used]
    norms = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    z = vectors / norms
    gradient, hits = gradients(z)
    gradient -= z * np.einsum("ij,ij->i", gradient, z)[:, None]
    gradient /= norms
    by_piece = narrow.T @ gradient
    state.squares[used] += np.einsum("ij,ij->i", by_piece, by_piece) / by_piece.shape[1]
    state.table[used] -= (rate / np.sqrt(state.squares[used]))[:, None] * by_piece
    state.hits += 0.02 * (hits - state.hits)


def train(state: State, corpus: Corpus, recipe: Recipe) -> Iterator[State]:
    """`state` after every step, until the recipe's last."""
    for batch in _batches(corpus.pairs, recipe, state.step):
        if state.step >= recipe.steps:
            return
        random = np.random.default_rng((recipe.seed, state.step, 1))
        pieces = _pieces(batch, corpus, recipe, random, len(state.table))
        rate = recipe.rate * (1 - state.step / recipe.steps)
        _learn(state, pieces, rate, lambda z: _gradients(z, batch, corpus, recipe))  # noqa: B023
        state.step += 1
        yield state
