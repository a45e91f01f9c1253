"""Who made it: a name that a statement tells of the making is held where makers are told."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from explorer.language import words as listed_words
from explorer.text import fold, stem, tongue, words
from explorer.verify.claims import Claim
from explorer.verify.holding import Holding
from explorer.verify.reading import Reading

_CUES = ("who-made", "made-by")
_ELSEWHERE = frozenset(("title", "subject", "place", "person", "credit_line", "acquisition"))
_BESIDE = 4  # words between a word of making and a name


def mistaken(told: Reading, claims: Sequence[Claim], held: Holding) -> bool:
    """Whether a statement tells of the making, and of those it names none made it.

    The name beside the word of making then stands in the source for somebody else.
    """
    made = [place for place, one in enumerate(told.stems) if one in making(tongue(told.lang))]
    if not made:
        return False
    names = [c for c in claims if c.kind == "name"]
    near = [claim for claim in names if _near(claim, made) and _is_person(told, claim, held)]
    if not near or not _has_maker(held):
        return False
    return not any("maker" in held.lines[i].fields for claim in names for i in claim.lines)


def _near(claim: Claim, made: Sequence[int]) -> bool:
    return any(
        claim.places.start - _BESIDE <= place < claim.places.stop + _BESIDE for place in made
    )


def _has_maker(held: Holding) -> bool:
    return any(
        "maker" in line.fields and any(maker.name for maker in line.source.record.makers)
        for line in held.lines
    )


def _is_person(told: Reading, claim: Claim, held: Holding) -> bool:
    """Whether a name is of somebody, and not what the object shows or where it is from."""
    if any(told.places[place] for place in claim.places):
        return False
    return not any(held.lines[i].fields & _ELSEWHERE for i in claim.lines)


@cache
def making(lang: str) -> frozenset[str]:
    """The stems of the words by which visitors of a language ask who made something."""
    table = files("explorer").joinpath("vocabulary", "cues", f"{lang}.tsv")
    if not table.is_file():
        return frozenset()
    rows = dict(line.split("\t", 1) for line in table.read_text("utf-8").splitlines()[1:])
    told = {fold(word) for cue in _CUES for word in words(rows.get(cue, ""))}
    common = {fold(w) for kind in ("function", "asking") for w in listed_words(lang, kind)}
    return frozenset(stem(word, lang) for word in told - common)
