"""Compounds: the words that a long word of German, Dutch or a Nordic language is made of."""

import gzip
from functools import cache
from math import sqrt

from explorer.lexicon import FOLDER
from explorer.text import tongue

LINKS = {
    "de": ("", "s", "es", "n", "en", "er", "e"), "nl": ("", "s", "en", "n", "e", "er"),
    "sv": ("", "s", "o", "e", "u"), "da": ("", "s", "e", "er"), "nb": ("", "s", "e", "er"),
    "fi": ("", "n"),
}  # fmt: skip
"""What may stand between two parts, by language."""

SHORTEST = 3
"""Letters of a part."""

_TOGETHER = 8  # letters of the shortest compound that is looked at
_SHORT = 0.2  # how much less a part of three letters weighs: most are chance


@cache
def _known(lang: str) -> dict[str, int]:
    """Words that compounds are made of -> in about how many texts they stand, a power of two."""
    held = gzip.decompress((FOLDER / f"parts.{lang}.txt.gz").read_bytes()).decode()
    return {word: 1 << int(bits) for word, _, bits in (w.partition(" ") for w in held.split("\n"))}


def parts(word: str, lang: str) -> tuple[str, ...]:
    """The two parts of a folded word; none where it is no compound, or known better as a whole.

    The split whose parts are most frequent, by their geometric mean, if that is more than the
    whole is (Koehn and Knight 2003, EACL, 187).
    """
    code = tongue(lang)
    if code not in LINKS or len(word) < _TOGETHER:
        return ()
    known = _known(code)
    found: tuple[str, ...] = ()
    best = float(known.get(word, 0))
    for at in range(SHORTEST, len(word) - SHORTEST + 1):
        last = known.get(word[at:], 0)
        for link in LINKS[code] if last else ():
            first = word[: at - len(link)] if word[:at].endswith(link) else ""
            if len(first) < SHORTEST or first not in known:
                continue
            weight = sqrt(known[first] * last)
            if min(len(first), len(word) - at) == SHORTEST:
                weight *= _SHORT
            if weight > best:
                best, found = weight, (first, word[at:])
    return found
