"""One word written in several ways: by case, accents, signs, number, order of a name, a slip."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from explorer.language import words as listed
from explorer.text import fold, stem, words
from explorer.types import Record
from ingest.health.shapes import Spelling, Spread

FACETS = ("material", "technique", "type", "place", "maker")
_NAMES = ("place", "maker")
_LONG = 7  # letters; in shorter words one letter makes another word
_RARE, _OFTENER = 3, 8
_Key = tuple[str, ...]


class Spellings:
    """How often each word of the facets stands in records, as written."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def add(self, record: Record) -> None:
        """Nothing; the record's words are counted, each once."""
        seen: set[tuple[str, str, str]] = set()
        for field in record.fields:
            if field.name in FACETS and field.name != "maker":
                seen.add((field.name, field.lang.partition("-")[0].lower(), field.text))
        seen.update(("maker", "", maker.name) for maker in record.makers if maker.name)
        for facet, lang, text in seen:
            self.counts[facet, lang][text] += 1

    def groups(self) -> Iterator[Spread]:
        """Every word that is written in several ways, as far as its spelling can tell."""
        for (facet, lang), counts in sorted(self.counts.items()):
            for spellings in alike(counts, facet, lang):
                ways = tuple(Spelling(text, counts[text]) for text in spellings)
                yield Spread(facet, lang, ways)


def alike(counts: Counter[str], facet: str, lang: str) -> Iterator[list[str]]:
    """The ways one word is written, the most frequent first; only where there are several."""
    small = frozenset() if facet in _NAMES else listed(lang, "function")
    split = {text: _split(text, facet, small) for text in counts}
    one = {} if facet in _NAMES else _inflected(split, counts, facet, lang)
    by_key: dict[_Key, dict[_Key, list[str]]] = {}
    for text, (said, dropped) in split.items():
        key = tuple(one.get(word, word) for word in said)
        if key:
            by_key.setdefault(key, {}).setdefault(dropped, []).append(text)
    for ways in _without_slips(by_key, counts).values():
        for several in _joined(ways):
            if len(several) > 1:
                yield sorted(several, key=lambda text: (-counts[text], text))


def _split(text: str, facet: str, small: frozenset[str]) -> tuple[_Key, _Key]:
    """The words of a text, folded where it is a name, and the small words left out of it."""
    if facet in _NAMES:
        return tuple(words(fold(_in_order(text) if facet == "maker" else text))), ()
    said = [word.lower() for word in words(text)] + ["?"] * ("?" in text)
    kept = tuple(word for word in said if word not in small)
    return (kept, tuple(word for word in said if word in small)) if kept else (tuple(said), ())


def _inflected(
    split: dict[str, tuple[_Key, _Key]], counts: Counter[str], facet: str, lang: str
) -> dict[str, str]:
    """Word -> what stands for it and its inflections.

    Among materials a frequent word is taken for itself: Swedish papp is not the plural of papper,
    which is what a stemmer makes of it.
    """
    often: Counter[str] = Counter()
    for text, (said, _) in split.items():
        for word in said:
            often[word] += counts[text]
    first: dict[str, str] = {}
    one: dict[str, str] = {}
    for word in sorted(often, key=lambda word: (-often[word], word)):
        top = first.setdefault(stem(word, lang), word)
        own = facet == "material" and often[word] > max(_RARE, often[top] / _OFTENER)
        same = fold(word) == fold(top) or not own
        one[word] = fold(top) if same else fold(word)
    return one


def _in_order(name: str) -> str:
    """`Leyster, Judith` as `Judith Leyster`."""
    last, comma, first = name.partition(",")
    return name if not comma or "," in first else f"{first} {last}"


def _joined(ways: dict[_Key, list[str]]) -> Iterator[list[str]]:
    """Oil on canvas and "oil, canvas" together, but not glass with and glass without lead."""
    bare = ways.get((), [])
    worded = [several for dropped, several in ways.items() if dropped]
    if len(worded) == 1:
        yield bare + worded[0]
    else:
        yield from ([bare] if bare else [])
        yield from worded


def _without_slips(
    by_key: dict[_Key, dict[_Key, list[str]]], counts: Counter[str]
) -> dict[_Key, dict[_Key, list[str]]]:
    """The same with keys joined whose long words differ in one letter, to the more frequent."""
    often: Counter[str] = Counter()
    for key, ways in by_key.items():
        times = sum(counts[text] for several in ways.values() for text in several)
        for word in key:
            if len(word) >= _LONG and word.isalpha():
                often[word] += times
    better = _slips(often)
    joined: dict[_Key, dict[_Key, list[str]]] = {}
    for key, ways in by_key.items():
        mended = joined.setdefault(tuple(better.get(word, word) for word in key), {})
        for dropped, several in ways.items():
            mended.setdefault(dropped, []).extend(several)
    return joined


def _slips(often: Counter[str]) -> dict[str, str]:
    """Word -> the most frequent word one letter away: another, one more, one less or two swapped.

    Words meet through what is left of them without one letter, so none is compared with all.
    """
    near: dict[str, list[str]] = defaultdict(list)
    better: dict[str, str] = {}
    for word in sorted(often, key=lambda word: (-often[word], word)):
        shorter = {word[:i] + word[i + 1 :] for i in range(1, len(word))} | {word}
        met = dict.fromkeys(known for form in sorted(shorter) for known in near.get(form, ()))
        best = next((known for known in met if _one_apart(word, known)), None)
        if best is not None:
            better[word] = best
            continue
        for form in shorter:
            near[form].append(word)
    return better


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter was changed, added, left out, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    rest, longer = one[start:], other[start:]
    if len(one) < len(other):
        return rest == longer[1:]
    swapped = rest[1:2] + rest[:1] + rest[2:] == longer
    return rest[1:] == longer[1:] or swapped
