"""Training pairs: two texts that mean the same, read from every gathered source."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.text import fold_to_latin

Rows = NDArray[np.int32]

_NAME = re.compile(r"(?P<source>[\w-]+)\.en-(?P<lang>\w+)(-\w+)?\.tsv\.gz")
_LONGEST = 400  # characters of one side
_SENTENCE = 4  # words of the English side


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of `texts` that mean the same: English, the other language's, and which language."""

    texts: list[str]  # folded, each once
    english: Rows
    other: Rows
    lang: Rows  # row of langs
    sentence: NDArray[np.bool_]
    langs: tuple[str, ...]


def pair_files(folders: list[Path], leave_out: frozenset[str]) -> list[tuple[Path, str]]:
    """Every file of pairs with its language, by name, without those of `leave_out`."""
    found = []
    for path in sorted(
        (p for folder in folders for p in folder.glob("*.tsv.gz")), key=lambda p: p.name
    ):
        match = _NAME.fullmatch(path.name)
        if match and match["lang"] not in leave_out:
            found.append((path, match["lang"]))
    return found


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            english, tab, other = line.rstrip("\n").partition("\t")
            if tab and len(english) <= _LONGEST and len(other) <= _LONGEST:
                yield fold_to_latin(english), fold_to_latin(other)


def read_pairs(files: list[tuple[Path, str]]) -> Pairs:
    """All pairs of `files`, those that say the same twice once."""
    rows: dict[str, int] = {}
    langs = tuple(sorted({lang for _, lang in files}))
    seen: set[tuple[int, int, int]] = set()
    for path, lang in files:
        of_lang = langs.index(lang)
        for english, other in _lines(path):
            if english and other:
                left = rows.setdefault(english, len(rows))
                seen.add((left, rows.setdefault(other, len(rows)), of_lang))
    table = np.array(sorted(seen), np.int32).reshape(-1, 3)
    texts = list(rows)
    long = np.array([text.count(" ") + 1 >= _SENTENCE for text in texts], np.bool_)
    left_rows, right_rows, lang_rows = (np.ascontiguousarray(column) for column in table.T)
    return Pairs(texts, left_rows, right_rows, lang_rows, long[left_rows], langs)
