"""Where training starts: each piece near the English words it stands beside.

Ridge regression (Hoerl and Kennard, 1970) from the pieces of both sides of a pair to random unit
vectors of the English side's pieces, by conjugate gradients with a Jacobi preconditioner.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.bags import Bags, Rows
from training.contrast import Corpus
from training.pairs import Pairs

Matrix = NDArray[np.float32]

_BLOCK = 150_000
_ENGLISH = 4  # one in so many English texts is also its own other side
_LONGEST = 4.0  # norm of a piece's vector


def piece_matrix(rows: Rows, texts: Bags, words: Bags, pieces: int) -> csr_matrix:
    """How often each piece stands in each of the texts `rows`: shape (len(rows), pieces)."""
    members, sizes = texts.of(rows)
    found, counts = words.of(members)
    bag = np.repeat(np.repeat(np.arange(len(rows), dtype=np.int32), sizes), counts)
    ones = np.ones(len(found), np.float32)
    return csr_matrix((ones, (bag, found)), shape=(len(rows), pieces))


def _sum(work: Callable[[int], Matrix], blocks: int) -> Matrix:
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(work, range(blocks))
        total = next(results)
        for part in results:
            total += part
    return total


def sample_pairs(pairs: Pairs, limit: int, smoothing: float, seed: int) -> Rows:
    """At most about `limit` rows of pairs, languages by their size to the power `smoothing`."""
    random = np.random.default_rng(seed)
    size = np.bincount(pairs.lang, minlength=len(pairs.langs)).astype(float)
    share = size**smoothing / (size**smoothing).sum()
    chance = np.minimum(1, limit * share / np.maximum(size, 1))
    return np.flatnonzero(random.random(len(pairs.lang)) < chance[pairs.lang]).astype(np.int32)


def regress(
    sides: list[tuple[csr_matrix, csr_matrix]], meaning: Matrix, penalty: float, rounds: int
) -> Matrix:
    """The vector of each piece, so that a text's sum comes near the sum of `meaning` of the
    other matrix's pieces; `sides` are (pieces of texts, pieces of their English), in blocks.
    """
    transposed = [a.T.tocsr() for a, _ in sides]
    target = _sum(lambda i: transposed[i] @ (sides[i][1] @ meaning), len(sides))
    weight = np.sum([np.asarray(a.multiply(a).sum(0)).ravel() for a, _ in sides], axis=0)
    scale = (1 / (weight + penalty)).astype(np.float32)[:, None]

    def normal(x: Matrix) -> Matrix:
        return _sum(lambda i: transposed[i] @ (sides[i][0] @ x), len(sides)) + penalty * x

    solution: Matrix = scale * target
    residual = target - normal(solution)
    z = scale * residual
    direction = z.copy()
    old = np.einsum("ij,ij->j", residual, z)
    for _ in range(rounds):
        image = normal(direction)
        step = old / np.maximum(np.einsum("ij,ij->j", direction, image), 1e-12)
        solution += step * direction
        residual -= step * image
        z = scale * residual
        new = np.einsum("ij,ij->j", residual, z)
        direction = z + (new / np.maximum(old, 1e-12)) * direction
        old = new
    return solution


def start(
    corpus: Corpus,
    pieces: int,
    *,
    dims: int,
    limit: int,
    smoothing: float = 0.85,
    penalty: float = 1.0,
    rounds: int = 12,
    identity: float = 0.1,
    seed: int = 5,
) -> Matrix:
    """The first table of piece vectors: shape (pieces, dims).

    `identity` is how much of its own random vector a piece keeps: names and numbers live by it.
    """
    random = np.random.default_rng(seed)
    rows = sample_pairs(corpus.pairs, limit, smoothing, seed)
    random.shuffle(rows)
    once = Bags(corpus.words.members, corpus.words.starts[: corpus.wholes + 1])

    def matrix(texts: Rows) -> csr_matrix:
        return piece_matrix(texts, corpus.texts, once, pieces)

    english, other = corpus.pairs.english[rows], corpus.pairs.other[rows]
    used = np.bincount(matrix(np.unique(english)).indices, minlength=pieces)
    rarity = np.log(len(rows) / (used + 5)).clip(1).astype(np.float32) / 5
    meaning = random.standard_normal((pieces, dims)).astype(np.float32)
    meaning *= (rarity / np.linalg.norm(meaning, axis=1))[:, None]
    sides = []
    for at in range(0, len(rows), _BLOCK):
        sides.append((matrix(other[at : at + _BLOCK]), matrix(english[at : at + _BLOCK])))
        some = matrix(english[at : at + _BLOCK : _ENGLISH])
        sides.append((some, some))
    table = regress(sides, meaning, penalty, rounds)
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    table *= np.minimum(1, _LONGEST / np.maximum(norms, 1e-6))
    return table + identity * meaning
