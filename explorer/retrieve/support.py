"""How far a record holds what a question says, and whether that is enough to answer it."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log1p

from explorer.catalogue.generation import Calibration
from explorer.catalogue.wordforms import NAMING
from explorer.compounds import parts
from explorer.concepts import named
from explorer.lexicon import pivots
from explorer.retrieve.words import WordMatch
from explorer.text import fold, forms, stem, words
from explorer.types import Hit, Meeting, Outcome, Plan, Record

# Chosen on the development half of the sample's questions; see docs/measured.md.
_NAMING_WEIGHT = 4.0
_ELSEWHERE = 0.3  # a word that other records hold: the question may only be worded differently
_UNKNOWN = 0.3  # a word no record holds: a common word of another language, as like as not
_UNKNOWN_NAME = 6.0  # a name no record holds: what is asked for is not here
_SAME = 0.9  # likeness from which a name is the other one
_LIKE_A_NAME = 0.5  # what is only like a name is as often another's
_DETAIL = 0.5  # of what is asked beyond the name: with less an answer is one in part (by eye)
_BARE, _HALF = 2, 0.5
_WORTH = 0.4  # of the best score: with less a record is not shown beside the best (by eye)


Near = Mapping[str, tuple[float, bool]]
"""A word a record does not hold -> how like it the nearest it has is, and whether that names it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One word's part in a question: its weight where a record holds it, and where it does not."""

    word: str
    forms: frozenset[str]
    idf: float
    against: float
    name: bool = False
    """Whether it is written as a name: what is only like it stands for it less."""
    surname: str = ""
    """The name right behind it: where that is another's, the first name says nothing."""


def evidence(plan: Plan, matches: Sequence[WordMatch]) -> list[Evidence]:
    """What each word of the plan weighs for and against a record."""
    opening = next(iter(words(plan.text)), "")
    told = []
    for m in matches:
        name = m.word[0].isupper() and m.word != opening and not _noun(m.word, plan.heard)
        known = len(m.rows) or any(met.expansion.share > _HALF for met in m.met)
        weight = _ELSEWHERE if known else _UNKNOWN_NAME if name else _UNKNOWN
        named = frozenset(forms(m.word, plan.heard))
        told.append(Evidence(m.word, named, m.idf, weight * m.idf, name))
    after = dict(pairwise(words(plan.text)))
    names = {e.word for e in told if e.name}
    return [
        replace(e, surname=after[e.word])
        if e.name and after.get(e.word) in names and e.word not in plan.named
        else e
        for e in told
    ]


def _noun(word: str, lang: str) -> bool:
    """Whether a word is written as a name only because German writes all nouns so."""
    if lang != "de":
        return False
    means = {pivot for pivot, _ in pivots(stem(word, lang), lang)} - {fold(word)}
    return bool(means or parts(fold(word), lang))


def near(told: Sequence[Evidence], met: Mapping[str, Meeting], naming: Set[str]) -> Near:
    """What stands in a record for the words it does not hold, as far as it may be trusted."""
    names = {e.word for e in told if e.name}

    def trusted(word: str, one: Meeting) -> float:
        doubtful = one.way == "likeness" and word in names and one.share < _SAME
        return one.share * (_LIKE_A_NAME if doubtful else 1.0)

    return {
        word: (trusted(word, one), one.way == "maker" or one.met in naming)
        for word, one in met.items()
    }


def naming_forms(records: Sequence[Record]) -> frozenset[str]:
    """The folded words, and their stems, that name these records.

    Of a person's name or a place's only what is written like one: not the "van" of van Rijn.
    """
    return frozenset(
        form
        for record in records
        for name in NAMING
        for _, field in record.named(name)
        for word in words(field.text)
        if name == "title" or not word.islower()
        for form in forms(word, field.lang)
    )


def support(told: Sequence[Evidence], held: Mapping[str, bool], near: Near) -> tuple[float, float]:
    """The share of all evidence that is for a record, 0..1, and its weight.

    `held` says of each word a record holds whether it is one of those that name the record.
    """
    for_it = against = 0.0
    for e in _own(told, held, near):
        share, naming = (1.0, held[e.word]) if e.word in held else near.get(e.word, (0.0, False))
        for_it += share * e.idf * (_NAMING_WEIGHT if naming else 1)
        against += (1 - share) * e.against
    return (for_it / (for_it + against) if for_it else 0.0), for_it


def _own(told: Sequence[Evidence], held: Mapping[str, bool], near: Near) -> Iterator[Evidence]:
    """The words but first names of somebody else: Harriet Backer is no Harriet Powers."""
    return (e for e in told if not e.surname or _known(e.surname, held, near))


def words_met(
    told: Sequence[Evidence], held: Mapping[str, bool], met: Mapping[str, Meeting], near: Near
) -> int:
    """How many of the words a record holds, or has what means them; what is like one is none."""
    same = {word for word, one in met.items() if one.way != "likeness" and one.share > _HALF}
    return sum(e.word in held or e.word in same for e in _own(told, held, near))


def _known(word: str, held: Mapping[str, bool], near: Near) -> bool:
    """Whether a record has a surname: what only means the same or is like it is another's."""
    share, naming = near.get(word, (0.0, False))
    return word in held or (naming and share > _HALF)


def detail(told: Sequence[Evidence], held: Mapping[str, bool], near: Near) -> float:
    """The share of the words beyond the record's name that it holds, by weight."""
    beyond = [e for e in told if not held.get(e.word)]
    weight = sum(e.idf for e in beyond)
    shares = (1.0 if e.word in held else near.get(e.word, (0.0, False))[0] for e in beyond)
    got = sum(e.idf * share for e, share in zip(beyond, shares, strict=True))
    return got / weight if weight else 1.0


def worth_showing(hits: Sequence[Hit], calibration: Calibration) -> list[Hit]:
    """The hits that come near the best one, and those that belong to them.

    A record that holds no word and is not near is not shown: it would stand for "not here".
    """
    floor = _WORTH * max((hit.score for hit in hits), default=0.0)
    near = [h.record for h in hits if h.score and h.score >= floor and _met(h, calibration)]
    ids = {record.id for record in near}
    belonging = {about for record in near for about in record.about}
    return [
        hit
        for hit in hits
        if hit.record.id in ids
        or (not hit.score and (hit.record.id in belonging or not ids.isdisjoint(hit.record.about)))
    ]


def _met(hit: Hit, calibration: Calibration) -> bool:
    held = bool(hit.words) or hit.named or bool(_meant(hit))
    return held or hit.cosine >= calibration.found or assured(hit, calibration)


def assured(hit: Hit, calibration: Calibration) -> bool:
    """Whether words and sense together say enough for a hit to be what is asked for.

    All of one word says less than most of five: evidence counts, too, by its logarithm.
    """
    said = hit.support + calibration.near * max(hit.cosine, 0.0)
    return said + calibration.evidence * log1p(hit.evidence) >= calibration.floor


def _keyword(plan: Plan, hit: Hit) -> bool:
    """Whether all that was typed is a word or two, and the record holds them or what means them.

    Or one word of the vocabulary beside those that only ask: "works with the sea".
    """
    held = set(plan.words) <= {*hit.words, *_meant(hit)}
    if len(plan.words) == 1 and any(named([stem(plan.words[0], plan.heard)], plan.heard)):
        return held
    return held and len(plan.words) == len(words(plan.text)) <= _BARE


def _meant(hit: Hit) -> set[str]:
    """The words of the question for which a record holds what means them."""
    same = (one for one in hit.met if one.way in ("concept", "maker", "place", "translation"))
    return {one.word for one in same if one.share > _HALF}


def outcome(plan: Plan, hits: Sequence[Hit], calibration: Calibration) -> Outcome:
    """Whether the best hit answers: named by number, or assured by words and sense.

    `partly` where they are what is asked about but hold little of what is asked of them. The
    thresholds belong to the embedder and were chosen on development questions.
    """
    match plan.kind:
        case "smalltalk":
            return "answered"
        case "out_of_scope":
            return "out_of_scope"
    if plan.unknown or plan.elsewhere:
        return "not_found"
    if plan.kind in ("count", "group"):
        return "answered"
    if plan.kind == "list" and plan.shown:
        return "answered"  # there may be no more of it
    if plan.kind in ("list", "superlative", "visit") or plan.topic == "similar":
        return "answered" if hits else "not_found"
    named = plan.numbers or plan.about or plan.works
    if named:
        good = [hit for hit in hits if hit.named]
    else:
        good = [hit for hit in hits[:1] if assured(hit, calibration) or _keyword(plan, hit)]
    if not good or not (plan.words or named):
        return "not_found"
    lacking = plan.fields and not any(hit.record.named(f) for hit in good for f in plan.fields)
    scant = not plan.about and max(hit.detail for hit in good) < _DETAIL
    # One common word says too little of what is wanted to call what holds it the answer.
    vague = not named and len(plan.words) == 1 and not any(hit.naming for hit in good)
    return "partly" if lacking or scant or vague else "answered"
