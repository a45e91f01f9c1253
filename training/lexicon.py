"""The table of words that mean the same: `python -m training.lexicon`, from the gathered pairs.

IBM's first model in both directions (Brown et al. 1993, Computational Linguistics 19:263), over
folded stems; English stands in the middle of every two languages.
"""

import argparse
import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.compounds import LINKS, SHORTEST
from explorer.language import words as listed
from explorer.lexicon import FOLDER, TERM
from explorer.text import fold, stem, words
from training.gather import BUILD, SHARED

LANGS = (
    "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it", "lt",
    "lv", "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "uk",
)  # fmt: skip
_LONGEST = 300  # characters of one side
_MOST_WORDS = 24
_ITERATIONS = 6
_LIKELY = 0.05  # chance of the English word, seen from the other, under which it is left out
_MUTUAL = 0.1  # geometric mean of both chances under which it is chance that they met
_RARE = 2  # texts in which a word stands that no dictionary has

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Links:
    """Terms of one language and the English stems they mean, each with its share of the meaning."""

    terms: list[str]
    english: list[str]
    term: Ints
    pivot: Ints
    share: Floats


def texts(lang: str, folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """(English, other) of every gathered pair of a language."""
    for path in sorted(path for folder in folders for path in folder.glob(f"*.en-{lang}.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                english, tab, other = line.rstrip("\n").partition("\t")
                if tab and len(english) <= _LONGEST and len(other) <= _LONGEST:
                    yield english, other


def _stems(text: str, lang: str, known: dict[str, str]) -> tuple[str, ...]:
    """The folded stems of the words that carry meaning, each once; `known` is filled."""
    if not known:
        known.update((fold(word), "") for word in listed(lang, "function"))
    for word in words(text):
        if word not in known:
            plain = fold(word)
            known[word] = stem(word, lang) if word.isalpha() and known.get(plain, "-") else ""
    return tuple(dict.fromkeys(known[word] for word in words(text) if known[word]))[:_MOST_WORDS]


def learnt(pairs: Iterator[tuple[str, str]], lang: str) -> Links:
    """What each term means, from texts that mean the same."""
    known_en: dict[str, str] = {}
    known: dict[str, str] = {}
    both = {(_stems(en, "en", known_en), _stems(other, lang, known)) for en, other in pairs}
    english: dict[str, int] = {}
    terms: dict[str, int] = {}
    left, right, left_slots, right_slots = [], [], [], []
    slots = (0, 0)
    for en, other in sorted(both):
        ours = [english.setdefault(word, len(english)) for word in en]
        theirs = [terms.setdefault(word, len(terms)) for word in other]
        for i, e in enumerate(ours):
            for j, t in enumerate(theirs):
                left.append(e)
                right.append(t)
                left_slots.append(slots[0] + i)
                right_slots.append(slots[1] + j)
        slots = (slots[0] + len(ours), slots[1] + len(theirs))
    size = max(len(english), 1)
    met = np.array(right, np.int64) * size + np.array(left, np.int64)
    cells, of_cell = np.unique(met, return_inverse=True)
    towards = _expected(cells // size, of_cell, np.array(left_slots, np.int64))
    back = _expected(cells % size, of_cell, np.array(right_slots, np.int64))
    mutual = np.sqrt(towards * back)
    kept = (towards >= _LIKELY) & (mutual >= _MUTUAL)
    term = cells[kept] // size
    share = mutual[kept] / np.bincount(term, mutual[kept], len(terms))[term]
    return Links(list(terms), list(english), term, cells[kept] % size, share)


def _expected(given: Ints, of_cell: Ints, slots: Ints) -> Floats:
    """Per cell the chance of the one word, `given` the other, by expectation and maximisation."""
    chance = np.ones(len(given))
    for _ in range(_ITERATIONS):
        drawn = chance[of_cell]
        count = np.bincount(of_cell, drawn / np.bincount(slots, drawn)[slots], len(given))
        chance = count / np.bincount(given, count)[given]
    return chance


def known_parts(lang: str, folders: Sequence[Path]) -> Counter[str]:
    """The words that compounds may be made of, with the number of texts they stand in."""
    counts: Counter[str] = Counter()
    alone: set[str] = set()
    for _, other in texts(lang, folders):
        found = {fold(word) for word in words(other) if word.isalpha()}
        counts.update(found)
        if len(words(other)) == 1:
            alone |= found
    dropped = {fold(word) for word in listed(lang, "function")}
    kept = {w: n for w, n in counts.items() if w in alone or n >= _RARE}
    return Counter({w: n for w, n in kept.items() if len(w) >= SHORTEST and w not in dropped})


def write(links: dict[str, Links], folder: Path) -> None:
    """Nothing; `folder` holds a file of each language, and one of the English stems."""
    folder.mkdir(parents=True, exist_ok=True)
    pivots = _encoded({own.english[pivot] for own in links.values() for pivot in own.pivot})
    np.savez_compressed(folder / "en.npz", terms=pivots)
    for lang, own in links.items():
        rows = [
            (own.terms[term].encode(), own.english[pivot].encode(), share)
            for term, pivot, share in zip(own.term, own.pivot, own.share, strict=True)
        ]
        rows = sorted(
            (r for r in rows if max(map(len, r[:2])) <= TERM), key=lambda r: (r[0], -r[2])
        )
        term = np.array([row[0] for row in rows], f"S{TERM}")
        terms, starts = np.unique(term, return_index=True)
        np.savez_compressed(
            folder / f"{lang}.npz",
            terms=terms,
            starts=np.append(starts, len(term)).astype(np.int32),
            pivots=np.searchsorted(pivots, [row[1] for row in rows]).astype(np.int32),
            shares=np.rint(np.array([row[2] for row in rows]) * 255).astype(np.uint8),
        )


def _encoded(found: set[str]) -> NDArray[np.bytes_]:
    """Those that fit a table, sorted as bytes."""
    return np.array(sorted(w for w in (f.encode() for f in found) if len(w) <= TERM), f"S{TERM}")


def main() -> None:
    """Write all tables anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pairs", type=Path, nargs="*", default=[SHARED / "train", BUILD / "pairs"]
    )
    parser.add_argument("--to", type=Path, default=FOLDER)
    asked = parser.parse_args()
    links = {lang: learnt(texts(lang, asked.pairs), lang) for lang in LANGS}
    write(links, asked.to)
    for lang in LINKS:
        parts = known_parts(lang, asked.pairs)
        lines = "\n".join(f"{word} {n.bit_length()}" for word, n in sorted(parts.items()))
        packed = gzip.compress(lines.encode(), mtime=0)
        (asked.to / f"parts.{lang}.txt.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
