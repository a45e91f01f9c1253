"""Pages of lines made into paragraphs: words joined at line ends, sentences over page breaks."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import ceil

from explorer.language import detect_language
from explorer.text import sentences
from ingest.sources.texts.written import tidied

_LONG_WORD = 80
_LONGEST_SENTENCE = 3_000
_CLOSING = 20  # characters: a full stop, quotation marks and brackets
_EDGE = 2  # lines at the top and the bottom of a page that may be running ones
_FULL = 0.75  # of the usual width of a page's lines
_LIGATURES = {
    ord(c): t for c, t in zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
}
_HYPHENS = "-\u2010\u00ad"
_BROKEN = re.compile(rf"(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)[{_HYPHENS}]$")
_FIRST = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DIGITS = re.compile(r"\d+")
_ENDED = re.compile(r"[.!?…。！？][\"'”’“»)\]]*$")

Lines = list[str]


@dataclass(frozen=True, slots=True)
class _Joiner:
    """How lines are joined: by the words the text holds, and what its language joins words with."""

    held: frozenset[str]
    conjunctions: frozenset[str]
    guessed: list[str]
    """Words joined though the text holds them nowhere else."""

    def between(self, before: str, after: str) -> tuple[int, str]:
        """How many characters go from the end of a line, and what parts it from the next one."""
        broken, first = _BROKEN.search(before[-_LONG_WORD:]), _FIRST.match(after)
        if not before or not after:
            return 0, ""
        if broken is None or first is None:
            return 0, "" if _CJK.match(before[-1]) and _CJK.match(after) else " "
        word, rest = broken["word"], first[0]
        if not rest[0].islower():
            return 0, ""  # Sainte-Anne
        if before[-1] == "\u00ad" or f"{word}{rest}".lower() in self.held:
            return 1, ""
        if rest.lower() in self.conjunctions:
            return 0, " "  # Ein- und Ausgang
        if f"{word}-{rest}".lower() in self.held:
            return 0, ""
        self.guessed.append(f"{word}{rest}")
        return 1, ""


def paged(pages: Sequence[Sequence[str]], lang: str = "") -> tuple[list[str], list[str]]:
    """The text of every page, and what was done to them in sentences for staff.

    A sentence that runs over a page break stands whole on the page where it begins.
    """
    lines = [[tidied_line(line) for line in page] for page in pages]
    running = _running(lines)
    kept = [
        [line for place, line in enumerate(page) if (number, place) not in running]
        for number, page in enumerate(lines)
    ]
    joiner = _joiner(kept, lang)
    paragraphs = [list(_paragraphs(page, joiner)) for page in kept]
    _carry(paragraphs, [_is_full_at_end(page) for page in kept], joiner, lang)
    warnings = []
    if running:
        number, place = min(running)
        warnings.append(
            f"running lines left out: {len(running)} on {len({n for n, _ in running})} pages,"
            f" such as '{lines[number][place]}'"
        )
    if joiner.guessed:
        warnings.append(
            f"words joined at a hyphen: {len(joiner.guessed)}, such as '{joiner.guessed[0]}'"
        )
    return ["\n\n".join(page) for page in paragraphs], warnings


def tidied_line(line: str) -> str:
    """A line with its ligatures as letters; a soft hyphen at its end stays."""
    soft = "\u00ad" * line.rstrip().endswith("\u00ad")
    return " ".join(tidied(line.translate(_LIGATURES)).split()) + soft


def _joiner(pages: Sequence[Lines], lang: str) -> _Joiner:
    text = " ".join(line for page in pages for line in page)
    whole = (w for page in pages for line in page for w in _COMPOUND.findall(_unbroken(line)))
    lang = lang.partition("-")[0] or detect_language(text).code
    return _Joiner(frozenset(w.lower() for w in whole), _conjunctions().get(lang, frozenset()), [])


@cache
def _conjunctions() -> dict[str, frozenset[str]]:
    table = files("ingest").joinpath("sources", "texts", "conjunctions.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {row["lang"]: frozenset(row["words"].split()) for row in rows}


def _unbroken(line: str) -> str:
    """The line without a word that is broken at its end."""
    return _BROKEN.sub("", line)


# --- running lines ---------------------------------------------------------------------------


def _running(pages: Sequence[Lines]) -> set[tuple[int, int]]:
    """(page, line) of headers, footers and page numbers."""
    filled = [number for number, page in enumerate(pages) if any(page)]
    if len(filled) < 2:
        return set()
    needed = len(filled) if len(filled) < 4 else max(3, ceil(0.4 * len(filled)))
    seen: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for number in filled:
        for side, place in _edges(pages[number]):
            seen[side, _DIGITS.sub("#", pages[number][place].casefold())].append((number, place))
    return {
        spot
        for (side, pattern), spots in seen.items()
        if len({number for number, _ in spots}) >= needed and _repeats(pages, side, pattern, spots)
        for spot in spots
    }


def _edges(page: Lines) -> Iterator[tuple[str, int]]:
    places = [place for place, line in enumerate(page) if line]
    half = (len(places) + 1) // 2
    yield from (("top", place) for place in places[:half][:_EDGE])
    yield from (("bottom", place) for place in places[half:][-_EDGE:])


def _repeats(
    pages: Sequence[Lines], side: str, pattern: str, spots: Sequence[tuple[int, int]]
) -> bool:
    """Whether these lines are the same, or differ in a number that counts the pages.

    "Stop 3" at the top of a page is the text's; so is "Cat. 12": one word and a number.
    """
    if len({pages[number][place] for number, place in spots}) == 1:
        return True
    offsets = [
        {int(found) - number for found in _DIGITS.findall(pages[number][place]) if len(found) < 6}
        for number, place in spots
    ]
    if not set.intersection(*offsets):
        return False
    return not _FIRST.search(pattern) or side == "bottom" or len(_FIRST.findall(pattern)) > 1


# --- paragraphs ------------------------------------------------------------------------------


def _width(page: Lines) -> int:
    """How long most of a page's full lines are."""
    lengths = sorted(len(line) for line in page if line)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _is_full_at_end(page: Lines) -> bool:
    last = next((line for line in reversed(page) if line), "")
    return len(last) >= _FULL * _width(page)


def _paragraphs(page: Lines, joiner: _Joiner) -> Iterator[str]:
    """The paragraphs of a page; one ends at an empty line, or a short one before a capital."""
    width = _width(page)
    pieces: list[str] = []
    for line, after in pairwise([*page, ""]):
        short = len(line) < _FULL * width and not _BROKEN.search(line[-_LONG_WORD:])
        if not after or (short and not after[0].islower()):
            if text := "".join([*pieces, line]):
                yield text
            pieces = []
        else:
            dropped, between = joiner.between(line, after)
            pieces += [line[: len(line) - dropped], between]


def _carry(pages: list[Lines], full: Sequence[bool], joiner: _Joiner, lang: str) -> None:
    """Nothing; `pages` have every sentence whole on the page where it begins."""
    filled = [number for number, page in enumerate(pages) if page]
    place = 0
    while place < len(filled) - 1:
        here, there = pages[filled[place]], pages[filled[place + 1]]
        goes_on = there[0][0].islower() or full[filled[place]] or here[-1][-1] in "," + _HYPHENS
        moved = _moved(here[-1], there[0], joiner, lang) if goes_on else None
        if moved is None:
            place += 1
            continue
        here[-1], rest = moved
        there[:1] = [rest] if rest else []
        if there:
            place += 1
        else:
            del filled[place + 1]


def _moved(tail: str, head: str, joiner: _Joiner, lang: str) -> tuple[str, str] | None:
    """The end of a page with its last sentence whole, and what is left of the next page's words.

    None where the page ends with a sentence, or what follows is too long to be one.
    """
    if _ENDED.search(tail[-_CLOSING:]):
        return None
    dropped, between = joiner.between(tail, head)
    last = tail[: len(tail) - dropped] + between
    begun = last[-_LONGEST_SENTENCE:]
    seen = begun + head[:_LONGEST_SENTENCE]
    end = next((stop for _, stop in sentences(seen, lang) if stop > len(begun)), len(seen))
    taken = end - len(begun)
    if taken == _LONGEST_SENTENCE:
        return None
    return last + head[:taken], head[taken:].strip()
