"""How far a record holds what a question says, and whether that is enough to answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.catalogue.generation import Calibration
from explorer.retrieve.words import WordMatch
from explorer.text import forms, words
from explorer.types import Hit, Plan, Record

NAMING = ("title", "maker", "person", "place")
"""The Fields whose words name a record: a question that uses them means it."""

# Chosen on the development half of the sample's questions; see docs/measured.md.
_NAMING_WEIGHT = 4.0
_ELSEWHERE = 0.3  # a word that other records hold: the question may only be worded differently
_UNKNOWN = 0.5  # a word no record holds: a common word of another language, as like as not
_UNKNOWN_NAME = 1.0  # a name no record holds: what is asked for is not here


@dataclass(frozen=True, slots=True)
class Evidence:
    """One word's part in a question: its weight where a record holds it, and where it does not."""

    word: str
    forms: frozenset[str]
    idf: float
    against: float


def evidence(plan: Plan, matches: Sequence[WordMatch]) -> list[Evidence]:
    """What each word of the plan weighs for and against a record."""
    opening = next(iter(words(plan.text)), "")
    return [
        Evidence(m.word, frozenset(forms(m.word, plan.lang)), m.idf, _against(m, opening, plan))
        for m in matches
    ]


def _against(match: WordMatch, opening: str, plan: Plan) -> float:
    if len(match.rows):
        return _ELSEWHERE * match.idf
    # German writes every noun like a name, and any sentence opens like one.
    name = match.word[0].isupper() and match.word != opening and plan.lang != "de"
    return (_UNKNOWN_NAME if name else _UNKNOWN) * match.idf


def naming_forms(records: Sequence[Record]) -> frozenset[str]:
    """The folded words, and their stems, that name these records."""
    return frozenset(
        form
        for record in records
        for name in NAMING
        for _, field in record.named(name)
        for word in words(field.text)
        for form in forms(word, field.lang)
    )


def support(told: Sequence[Evidence], held: Mapping[str, bool]) -> float:
    """Evidence for a record over all evidence, 0..1.

    `held` says of each word a record holds whether it is one of those that name the record.
    """
    for_it = sum(e.idf * (_NAMING_WEIGHT if held[e.word] else 1) for e in told if e.word in held)
    against = sum(e.against for e in told if e.word not in held)
    return for_it / (for_it + against) if for_it else 0.0


def worth_showing(hits: Sequence[Hit], share: float = 0.3) -> list[Hit]:
    """The hits that come near the best one, and those that belong to them."""
    kept: list[Hit] = []
    for hit in hits:
        ids = {k.record.id for k in kept}
        beside = hit.score == 0.0 and (
            not ids.isdisjoint(hit.record.about)
            or any(hit.record.id in k.record.about for k in kept)
        )
        if beside or hit.score >= share * hits[0].score:
            kept.append(hit)
    return kept


def answerable(plan: Plan, hits: Sequence[Hit], calibration: Calibration) -> bool:
    """Whether the best hits support an answer: named by number, or near enough in words or sense.

    The thresholds belong to the embedder and were chosen on development questions.
    """
    if plan.numbers:
        return bool(hits)
    return any(
        hit.support >= calibration.floor or hit.cosine >= calibration.near for hit in hits[:3]
    )
