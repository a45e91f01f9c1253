"""A model's sentence against the sources it cites: it stands with citations, or it falls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.backends.protocols import Embedder, Vectors
from explorer.catalogue.reading import Catalogue
from explorer.cues import cues_of
from explorer.text import forms, words
from explorer.types import Citation, Statement
from explorer.types.writing import Extract
from explorer.verify.claims import GIVEN, Claim, claims_of, unheld
from explorer.verify.holding import Holding, Line, holding_of, lines_of
from explorer.verify.making import mistaken
from explorer.verify.qualified import Supports, unqualified
from explorer.verify.reading import Reading, read, small
from explorer.verify.tied import mistied

Floats = NDArray[np.float64]
Vector = NDArray[np.float32]

_MOST = 3
"""Citations of a statement."""

_NEAR = 0.50  # content a statement shares with its lines at least, chosen with eval/mutants.py
_NEAR_SPOKEN = 0.76  # the same where there is prose in its own language
_COSINE = 0.5  # how much nearness counts beside shared words
_NUDGE = 0.1  # how much nearness decides between lines
_CLAIM = 1.5  # how much more a name or a number decides than a word
_GAIN = 0.4  # of a word, for which another line is cited
_SHORTEST = 3  # letters of a word that says something
_HOLDS = 0.5
_TRIED = 3  # sources for a statement without markers
_KEPT = 4096  # vectors of lines
_YES = 4  # letters of a yes
_ECHO = 0.25
_SAID = 0.8  # of the question's words, that a yes needs
_SURE = 0.6  # from which on a sentence without markers is given them


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that stands, or None and the reason it fell."""

    statement: Statement | None
    reason: str = ""
    nearness: float = 0.0
    """How far what it says is what its lines say."""


def _unknown(word: str) -> bool:
    return False


def names_known(catalogue: Catalogue) -> Callable[[str], bool]:
    """Whether a folded word is of a maker's or place's name in the collection, in any case."""
    names = tuple(catalogue.names.values())

    def known(word: str) -> bool:
        return any(own.holding(word) or own.inflected(word) for own in names)

    return known


def checked(
    text: str,
    lang: str,
    markers: Sequence[int],
    sources: Mapping[int, Extract],
    question: str,
    embedder: Embedder,
    known: Callable[[str], bool] = _unknown,
) -> Checked:
    """What becomes of a model's sentence, given without its markers.

    Without markers of sources that are there, the one that clearly holds it is cited. `known`
    says whether a folded word is of a name in the collection. What only the `question` says
    supports nothing.
    """
    told = read(text, lang)
    own = embedder.embed_query(text)
    cited = [sources[marker] for marker in dict.fromkeys(markers) if marker in sources]
    if cited:
        return _against(told, own, cited, embedder, known, question, _NEAR)
    near = _nearest(own, sources, embedder)
    tried = [_against(told, own, [one], embedder, known, question, _SURE) for one in near]
    stand = [one for one in tried if one.statement]
    if stand:
        return max(stand, key=lambda one: one.nearness)
    return max(tried, key=lambda one: one.nearness, default=Checked(None, "citation"))


def _against(
    told: Reading,
    vector: Vector,
    cited: Sequence[Extract],
    embedder: Embedder,
    known: Callable[[str], bool],
    question: str,
    least: float,
) -> Checked:
    lines = lines_of(cited)
    if not lines or not told.folded:
        return Checked(None, "citation")
    held = holding_of(lines)
    claims = claims_of(told, held, known)
    reason = unheld(told, claims, held)
    if reason:
        return Checked(None, reason)
    told_there = _vectors(embedder, [line.given.text for line in lines])
    nearness = np.asarray(told_there @ vector, np.float64)
    supports = _supports(told, held, claims)
    content, chosen = _chosen([own for _, own in supports], len(claims), nearness)
    near = content + _COSINE * float(max(nearness[i] for i in chosen) if chosen else 0.0)
    if mistaken(told, claims, held):
        return Checked(None, "maker", near)
    if mistied(told, claims, supports, held):
        return Checked(None, "number", near)
    if _echoes(told, question, supports, lines):
        return Checked(None, "echo", near)
    if any(_is_beside(claim, supports, lines) for claim in claims):
        return Checked(None, "number", near)
    if reason := unqualified(told, claims, supports, held, chosen):
        return Checked(None, reason, near)
    spoken = any(line.prose and line.given.lang == told.lang for line in lines)
    if near < max(least, _NEAR_SPOKEN if spoken else 0.0):
        return Checked(None, "content", near)
    return Checked(
        Statement(
            0, "written", told.text, supported=True, lang=told.lang,
            citations=_citations([lines[i] for i in chosen]),
        ),
        nearness=near,
    )  # fmt: skip


def _nearest(
    vector: Vector, sources: Mapping[int, Extract], embedder: Embedder
) -> Sequence[Extract]:
    """The few sources with a line nearest to a statement, nearest first."""
    nearness = {
        marker: float((_vectors(embedder, [g.text for g in source.given]) @ vector).max())
        for marker, source in sources.items()
        if source.given
    }
    order = sorted(nearness, key=lambda marker: -nearness[marker])
    return [sources[marker] for marker in order[:_TRIED]]


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """The vectors of lines of the collection; they are asked about again and again, and kept."""
    kept = _kept(embedder.fingerprint)
    if len(kept) > _KEPT:
        kept.clear()
    own = {text: kept.get(text) for text in texts}
    missing = [text for text, vector in own.items() if vector is None]
    if missing:
        own |= dict(zip(missing, embedder.embed_passages(missing), strict=True))
        kept |= own
    return np.array([own[text] for text in texts], np.float32)


@lru_cache(maxsize=2)
def _kept(fingerprint: str) -> dict[str, Vector | None]:
    return {}


def _echoes(told: Reading, question: str, supports: Supports, lines: Sequence[Line]) -> bool:
    """Whether a statement says yes to its question, and no line says what both say.

    Labels count together, and beside them one sentence at a time.
    """
    opening, comma, _ = told.text.partition(",")
    if not comma or len(opening.split()) > 1 or len(opening) > _YES:
        return False
    asked = {form for word in words(question) for form in forms(word, told.lang)}
    inside = [
        own
        for place, own in supports
        if place and not asked.isdisjoint((told.folded[place], told.stems[place]))
    ]
    labels = {i for i, line in enumerate(lines) if not line.prose}
    told_by = [labels, *(labels | {i} for i in range(len(lines)) if i not in labels)]
    most = max(
        sum(any(own.get(i, 0.0) >= _ECHO for i in those) for own in inside) for those in told_by
    )
    return len(inside) * 2 >= len(supports) and most < _SAID * len(inside)


def _is_beside(claim: Claim, supports: Supports, lines: Sequence[Line]) -> bool:
    """Whether a number only stands where the giving of the object is told, and not that is told."""
    if claim.kind != "number" or not all(lines[i].fields & GIVEN for i in claim.lines):
        return False
    others = (own for place, own in supports if place not in claim.places)
    return not any(own.get(i, 0.0) >= _HOLDS for own in others for i in claim.lines)


def _supports(
    told: Reading, held: Holding, claims: Sequence[Claim]
) -> list[tuple[int, Mapping[int, float]]]:
    """(place, lines and how far they hold it) of each word that says something, and each claim."""
    claimed = {place for claim in claims for place in claim.places}
    framing = {place for cue in cues_of(told.folded, told.lang) for place in cue.at}
    common = small(told.lang)
    found: list[tuple[int, Mapping[int, float]]] = [
        (claim.places.start, dict.fromkeys(claim.lines, 1.0)) for claim in claims
    ]
    for place, word in enumerate(told.folded):
        if place in claimed or word in common or len(word) < _SHORTEST or not word.isalpha():
            continue
        support = held.support(told, place)
        if place not in framing or support:
            found.append((place, support))
    return found


def _chosen(
    supports: Sequence[Mapping[int, float]], claims: int, nearness: Floats
) -> tuple[float, list[int]]:
    """The share of what is said that the lines hold, and the lines that hold most, best first.

    The first `claims` of the supports are of names and numbers, and choose more than words do.
    """
    covered = [0.0] * len(supports)
    chosen: list[int] = []
    for _ in range(_MOST):
        gains = _NUDGE * nearness
        for number, (own, already) in enumerate(zip(supports, covered, strict=True)):
            for line, share in own.items():
                gains[line] += max(0.0, share - already) * (_CLAIM if number < claims else 1.0)
        best = int(np.argmax(gains))
        if chosen and gains[best] < _GAIN:
            break
        chosen.append(best)
        covered = [max(c, own.get(best, 0.0)) for c, own in zip(covered, supports, strict=True)]
    share = sum(max(own.values(), default=0.0) for own in supports) / max(1, len(supports))
    return share, chosen


def _citations(lines: Sequence[Line]) -> tuple[Citation, ...]:
    """At most three citations, of each line one before a second of any."""
    found: list[Citation] = []
    for turn in range(_MOST):
        for line in lines:
            if turn < len(line.given.citations) and len(found) < _MOST:
                one = line.given.citations[turn]
                if one not in found:
                    found.append(one)
    return tuple(found)
