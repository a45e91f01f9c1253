"""The word bridge: from a question's words to the collection's own, in other languages and forms.

Ways over it: the concept vocabulary, learnt translations, parts of compounds, other spellings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from explorer.catalogue.reading import Catalogue
from explorer.catalogue.wordforms import pairs, spelling
from explorer.compounds import parts
from explorer.concepts import is_lookalike, labelled, named, token
from explorer.lexicon import kindred, pivots
from explorer.text import fold, forms, is_stemmed, stem
from explorer.types import Way

MOST = 24
"""Expansions of one question."""

_LEAST = 0.15  # share of the meaning from which a word is followed
_PART = 0.6  # what a part stands for of the compound asked for
_KINDRED = 0.8  # what a word that only begins alike stands for
_DICE = 0.6  # likeness of two inflected forms, from which they are one word
_FORM = 0.9  # what an inflected form stands for at best
_WRONG = 1.5  # how much a wrong letter counts more than the right ones
_TELLING = 5  # letters of a word that means the same in every language it is a word of
_NAME = 4  # letters of the shortest name that is looked for in other spellings
_LONG_NAME = 8  # letters from which on two may be wrong


@dataclass(frozen=True, slots=True)
class Expansion:
    """A form of the word index that stands for `share` of a question's word; `lang` "" for any."""

    form: str
    share: float
    way: Way
    lang: str = ""


def expansions(
    words: Sequence[str], lang: str, catalogue: Catalogue, most: int = MOST
) -> list[tuple[Expansion, ...]]:
    """Per word what stands for it in this collection, at most `most` together, surest first."""
    stems = [stem(word, lang) for word in words]
    by_concept = _concepts(words, stems, lang, catalogue)
    found = []
    for word, stemmed, concepts in zip(words, stems, by_concept, strict=True):
        own = set(forms(word, lang))
        every = (*concepts, *_of_word(word, stemmed, lang, catalogue))
        found.append(_surest(e for e in every if e.form not in own))
    ranked = [(place, -e.share, i) for i, own in enumerate(found) for place, e in enumerate(own)]
    kept = Counter(i for _, _, i in sorted(ranked)[:most])
    return [tuple(own[: kept[i]]) for i, own in enumerate(found)]


def _surest(found: Iterable[Expansion]) -> list[Expansion]:
    """Each form of a language once, by the way it is surest, the surest first."""
    best: dict[tuple[str, str], Expansion] = {}
    for one in found:
        key = one.form, one.lang
        if key not in best or one.share > best[key].share:
            best[key] = one
    return sorted(best.values(), key=lambda e: (-e.share, e.form, e.lang))


def _concepts(
    words: Sequence[str], stems: Sequence[str], lang: str, catalogue: Catalogue
) -> list[list[Expansion]]:
    """Per word the concepts it names, by itself or with those beside it, in `lang` or in any."""
    found: list[list[Expansion]] = [[] for _ in words]
    for one in named(stems, lang):
        if one.stop == one.start + 1 and is_lookalike(fold(words[one.start]), lang):
            continue
        for i in range(one.start, one.stop):
            found[i] += _tokens(one.ids, catalogue)
    for word, own in zip(words, found, strict=True):
        if not own and len(word) >= _TELLING:
            own += _tokens(labelled(word), catalogue)
    return found


def _tokens(ids: Sequence[str], catalogue: Catalogue) -> Iterator[Expansion]:
    tokens = (token(concept_id) for concept_id in ids)
    return (Expansion(t, 1.0, "concept") for t in tokens if catalogue.frequency(t))


def _of_word(word: str, stemmed: str, lang: str, catalogue: Catalogue) -> Iterator[Expansion]:
    if not word.isalpha():
        return
    yield from _translations(stemmed, lang, 1.0, catalogue)
    for part in parts(fold(word), lang):
        for form in {part, stem(part, lang)}:
            if catalogue.frequency(form):
                yield Expansion(form, _PART, "part")
        yield from _translations(stem(part, lang), lang, _PART, catalogue)
    if not catalogue.frequency(fold(word)) and not catalogue.frequency(stemmed):
        yield from _spelled(word, lang, catalogue)


def _translations(
    stemmed: str, lang: str, whole: float, catalogue: Catalogue
) -> Iterator[Expansion]:
    """Words that mean the same, by how much both meanings have in common (Bhattacharyya)."""
    asked = dict(pivots(stemmed, lang))
    if not asked:
        asked, whole = dict(kindred(stemmed, lang)), whole * _KINDRED
    common: dict[tuple[str, str], float] = {}
    for pivot, form, of, share in catalogue.meaning(list(asked)):
        common[form, of] = common.get((form, of), 0.0) + sqrt(asked[pivot] * share)
    for (form, of), share in common.items():
        if share >= _LEAST:
            yield Expansion(form, min(share, 1.0) * whole, "translation", of)


def _spelled(word: str, lang: str, catalogue: Catalogue) -> Iterator[Expansion]:
    """Inflected forms of a language without a stemmer, and names written otherwise."""
    asked = spelling(word)
    if not asked:  # letters without a sound, as a soft sign
        return
    allowed = 0 if len(asked) < _NAME else 1 if len(asked) < _LONG_NAME else 2
    allowed += not word.isascii() and not fold(word).isascii()  # another script fits loosely
    for form, of, name in catalogue.spelled_like(asked):
        other = spelling(form)
        if name:
            far = distance(asked, other, allowed)
            share = 1 - _WRONG * far / len(asked)
            if far <= allowed and share >= _LEAST:
                yield Expansion(form, share, "spelling")
        elif of == lang and not is_stemmed(lang):
            alike = dice(asked, other)
            if alike >= _DICE:
                yield Expansion(form, _FORM * alike, "form", of)


def dice(one: str, other: str) -> float:
    """The share of pairs of letters that two words have in common, ends marked: 0..1."""
    left, right = set(pairs(one)), set(pairs(other))
    return 2 * len(left & right) / (len(left) + len(right))


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap (Damerau 1964); `most` + 1 where it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
