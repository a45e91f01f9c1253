"""Years out of the words a museum dates things with, in every official language of the EU.

What is not understood as a whole is not read at all: a wrong year is worse than none.
"""

from functools import lru_cache

from explorer.dates.spans import FIRST_YEAR, LAST_YEAR, Certainty, Span, understood
from explorer.dates.words import LANGUAGES, SAME, Item, items_of, plain, senses, tokens_of

__all__ = ["FIRST_YEAR", "LANGUAGES", "LAST_YEAR", "Certainty", "Span", "read_date"]

LONGEST = 200  # characters: more is a text, not a date


@lru_cache(maxsize=20_000)
def read_date(text: str, lang: str = "") -> Span | None:
    """The years of a date as displayed, or None where it is not understood as a whole.

    Words are understood in `lang` first, then as every language that has them means them; where
    languages disagree, or none is declared and two would read other years, nothing is read.

    Conventions: the 19th century is 1801-1900, but "1800-talet", "1800s" and "1800er Jahre" are
    1800-1899 and "1880-talet" is 1880-1889; early, middle and late are thirds of a century and
    halves of a decade; the turn of a century is ten years either side; before 1650 ends in 1649
    and after 1650 begins in 1651, until and from include the year; circa widens nothing. "1898-02"
    is a month, as it cannot be a range; "1901-02" may be either, and is only read, as a month,
    when `lang` is "zxx" (a data field, not a sentence). A bare number of three digits needs an
    era, a circa or a partner to be a year. Names no table knows may stand inside, before a date,
    only if `lang` is a language we know; other words only in clauses of their own.
    """
    if len(text) > LONGEST:
        return None
    hint = lang.lower().partition("-")[0]
    hint = SAME.get(hint, hint)
    own = hint if hint in LANGUAGES else ""
    tokens = list(tokens_of(plain(text), months=hint == "zxx"))
    others = [] if own else senses(tokens)
    if not others:
        items = items_of(tokens, own)
        span = understood(items, own)
        if span or not own or any(item.kind == "x" for item in items):
            return span
        others = senses(tokens)
    found: set[Span] = set()
    tried: list[list[Item]] = []
    for other in others:
        items = items_of(tokens, own, other)
        if Item("x") in items:
            return None
        if items not in tried and (span := understood(items, own)):
            found.add(span)
        tried.append(items)
    return found.pop() if len(found) == 1 else None
