"""Markers in every form that models write them, and Markdown: taken out of one statement."""

import csv
import re
from functools import cache
from importlib.resources import files

from explorer.text import nfc

CELL = "\x05"
"""Stands between the cells of a table's row."""

_MARK = "\x06"
_OPEN = r"[\[【［〔{]"
_CLOSE = r"[\]】］〕}]"
_INSIDE = r"[^\[\]【】［］〔〕{}\n]"
_HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOW = str.maketrans(_HIGH, "0123456789")
_UNIT = re.compile(r"(?:(?<![^\W\d_])(?:[kcdm]?m|ft|in)|(?<!\d)10)$")
_NUMBER = re.compile(r"(\d+)")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\](?:\([^)\n]{0,600}\)|\[[^\]\n]{0,80}\])")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,80}\]){0,300})\]"
    r"\(\s*(?=[^()\s]*[/#:.?])[^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\s*\)"
)
_BARE = r"[^\s<>\[\]()\"'”»]*[^\s<>\[\]()\"'”».,;:!?…*_]"
_URL = re.compile(
    rf"(?:(?:https?|ftp|data|javascript)://?|mailto:|www\.){_BARE}"
    rf"|\b(?:[a-z0-9-]{{1,63}}\.){{1,4}}[a-z]{{2,12}}/{_BARE}",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\[/?(?:INST|SYS|THINK)\]|<<|>>|\[[ xX]?\](?=\s|$)")
_EMPHASIS = re.compile(
    r"\*{2,}|(?<=[^\s\d])\*|\*(?=[^\s\d])|(?<=\d)\*(?!\d)|(?<!\d)\*(?=\d)|~~|`+|(?<![^\W_])(?<!\\)_+(?=\S)|(?<=[^\s\\])_+(?![^\W_])"
)
_ESCAPED = re.compile(r"\\([^\w\s])")
_RAISED = re.compile(r"\^(?=[^\W\d])")
_CELLS = re.compile(rf"\s*{CELL}[\s{CELL}]*")
_EMPTY = re.compile(r"\s*[(\[]\s*[,;:]?\s*[)\]]")
_DRESSED = re.compile(rf"\^?[*_]*{_MARK}[*_]*\^?")
_LABELLED = re.compile(rf"\[([^\[\]]+)\](?={_MARK})")
_TWICE = re.compile(rf"([.!?…][\"'”’“»)]*)\s*{_MARK}\s*\.(?=\s|{_MARK}|$)")
_HANGING = re.compile(rf"\s*[,;]?\s*{_MARK}\s*(?=[.,;:!?…)\"”»]|$)")
_BETWEEN = re.compile(rf"(\s*){_MARK}(\s*)")
_SPACED_STOP = re.compile(r"\s+([.,])(?=\s|$)")


@cache
def citing(kind: str) -> tuple[str, ...]:
    """The words of one kind in all languages, longest first: models mix their languages."""
    table = files("explorer").joinpath("vocabulary", "citing.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    found = {word.casefold() for row in rows for word in row[kind].split("|") if word}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _any(*kinds: str) -> str:
    words = [re.escape(word) for kind in kinds for word in citing(kind)]
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


@cache
def _beginnings() -> frozenset[str]:
    """Every beginning of a word that may stand before a marker."""
    words = (*citing("source"), *citing("see"))
    return frozenset(word[:size] for word in words for size in range(1, len(word) + 1))


@cache
def _form(name: str) -> re.Pattern[str]:
    """The pattern of one form of markers, compiled once."""
    source, see, by = _any("source"), _any("see"), _any("by")
    joined = rf"(?:\s*(?:[,;&/+–—-]|(?<!\w){_any('and')}(?!\w))\s*|\s+)"
    named = rf"(?:{_any('source', 'number', 'see')}[\s.:_#°-]*|s|#|№\s*)"
    numbers = rf"\d{{1,3}}(?!\d)(?:{joined}(?:{named})?[#^]?\d{{1,3}}(?!\d))*"
    start = rf"\\?{_OPEN}+\s*(?:{named})?[#^]?\s*"
    core = rf"{start}({numbers})\s*(?:[:†|,]{_INSIDE}{{0,80}})?\s*\\?{_CLOSE}+"
    unclosed = rf"{start}({numbers})?[\s,;-]*$"
    high = rf"[{_HIGH}]+(?:\s?[,⁻‚·]?\s?[{_HIGH}]+)*"
    caret = r"\^\{?\d{1,2}(?!\d)(?:,\d{1,2}(?!\d))*\}?\^?"
    pair = rf"\(\s*(?:{see}[\s.:]+)?{source}[\s.:#]*({numbers})\s*\)"
    lead = rf"(?:(?:{see}|{source}|{by})(?!\w)[\s.:]*)*"
    run = rf"{_MARK}(?:(?:{joined})?{_MARK})*"
    address = r"(?:\((?:https?:|www\.|[#/])[^)\s]*\))?"
    one = rf"(?:(?:{source}|{see})[\s.:]*)?(?:{core}|\^\[?\d[\d,\]]*\^?){address}"
    inner = rf"\(\s*{lead}{core}(?:{joined}?{core})*\s*\)"
    patterns = {
        "core": core,
        "unclosed": unclosed,
        "any": rf"{core}|{unclosed}|{pair}|(?P<raised>{high}|{caret})"
        rf"|(?P<plain>\(\s*{numbers}\s*\)(?=\s*(?:[.,;:!?…]|$)))",
        "inner": rf"\(\s*{lead}{run}\s*\)",
        "named": rf"(?<!\w){source}\s*:\s*{run}",
        "trailing": rf"(?:^|(?<=[.!?…]))\s*(?:(?:{see}|{source})(?!\w)[\s.:]*)+{run}\s*\.?\s*$",
        "opening": rf"^{by}\s+(?:{run}|(?:\w{{1,4}}\s+)?{source}\s+({numbers})),?\s*"
        rf"|^{run}\s+{by}(?!\w),?\s*",
        "closing": rf",?\s*(?<!\w){by}\s+{run}(?=\s*(?:[.,!?…]|$))",
        "run": run,
        "whole": rf"(?:{source}|{see})\s*(?::\s*(?:{numbers})?\s*\.?)?",
        "after": rf"[*_]*(?:{one}|{inner}|{pair}|{high})[*_]*",
        "bare": rf"\(\s*{numbers}\s*\)",
        "starts": rf"(?:{core}|{high})\s*",
        "worded": rf"(?:{source}|{see})[\s.:]*(?:\\?{_OPEN}{_INSIDE}{{0,100}}|\^\S{{0,8}})?$",
    }
    return re.compile(patterns[name], re.IGNORECASE)


_PART = re.compile(rf"[*_\\]*(?:{_OPEN}+{_INSIDE}{{0,100}}|\([^()]{{0,100}}|\^\[?[\d,]{{0,8}})?$")


def follows(text: str, place: int, *, closed: bool) -> int:
    """Where the marker ends that stands in `text` at `place`; `place` where there is none.

    -1 where it cannot be told before more of the text is there.
    """
    found = _form("after").match(text, place)
    if found:
        return found.end()
    bare = _form("bare").match(text, place)
    if bare and not text[bare.end() :].strip():
        return bare.end() if closed else -1
    if closed:
        cut = _form("unclosed").match(text, place)
        return cut.end() if cut else place
    if _PART.match(text, place):
        return -1
    rest = text[place:].casefold() if len(text) - place < 200 else ""
    return -1 if rest in _beginnings() or _form("worded").match(text, place) else place


def leads(text: str) -> bool:
    """Whether a text opens with a marker, as the lines of a list of sources do."""
    return _form("starts").match(text) is not None


_STRANGE = re.compile(
    r"[{}<>]|://|\S@\S|\bhxxps?\b|\b[\w-]{3,63}\.(?:[a-z]{2,12}\.)?[a-z]{2,12}\b", re.ASCII
)


def is_plain(text: str) -> bool:
    """Whether a statement is prose: no address, no code, nothing of a page's or program's."""
    return not _STRANGE.search(text)


def cleared(text: str, sources: int) -> tuple[str, tuple[int, ...]]:
    """A statement without markers and Markdown, and the sources that its markers name.

    Numbers for which there is no source fall. A text that only introduces sources is empty.
    """
    named: list[int] = []

    def read(found: re.Match[str]) -> str:
        numbers = _named(found, sources)
        named.extend(numbers or ())
        return found.group() if numbers is None else _MARK

    text = _URL.sub("", _LINK.sub(_unlinked, _IMAGE.sub("", text)))
    text = _form("any").sub(read, _TEMPLATE.sub("", text))
    text = _LABELLED.sub(r"\1", _DRESSED.sub(_MARK, text))
    text = _opened(text, named, sources)
    for form in ("inner", "named", "trailing", "closing"):
        text = _form(form).sub(_MARK, text)
    text = _tidy(_form("run").sub(_MARK, text))
    if _form("whole").fullmatch(text):
        text = ""
    return text, tuple(dict.fromkeys(named))


def _unlinked(found: re.Match[str]) -> str:
    """What a link says; where that is a marker's number, a marker."""
    said = found.group(1)
    return f"[{said}]" if _form("core").fullmatch(f"[{said}]") else said


def _named(found: re.Match[str], sources: int) -> list[int] | None:
    """The sources a marker names; none at all where it is something else, such as m²."""
    raised, plain = found["raised"], found["plain"]
    if raised:
        before = found.string[max(0, found.start() - 4) : found.start()]
        return None if _UNIT.search(before) else _raised(raised, sources)
    if plain:
        numbers = [int(number) for number in _NUMBER.findall(plain)]
        return _numbers(plain, sources) if all(0 < n <= sources for n in numbers) else None
    return _numbers(next((g for g in found.groups() if g), ""), sources)


def _opened(text: str, named: list[int], sources: int) -> str:
    """A text without an opening such as "According to [1],"."""
    found = _form("opening").match(text.lstrip())
    if not found:
        return text
    named.extend(_numbers(found.group(1) or "", sources))
    rest = text.lstrip()[found.end() :]
    return _MARK + rest[:1].upper() + rest[1:]


def _tidy(text: str) -> str:
    """The text without what its marks leave behind."""
    text = _EMPHASIS.sub("", text)
    text = _RAISED.sub("", _ESCAPED.sub(r"\1", text))
    text = _TWICE.sub(rf"\1{_MARK}", text)
    text = _HANGING.sub("", text)
    text = _BETWEEN.sub(lambda m: " " if m[1] or m[2] else "", text)
    text = _CELLS.sub(CELL, text).strip(CELL + " ").replace(CELL, ", ")
    text = _SPACED_STOP.sub(r"\1", _EMPTY.sub("", text))
    return nfc(" ".join(text.split()))


def _numbers(written: str, sources: int) -> list[int]:
    """The sources that a list such as "1, 3-5" names."""
    parts = _NUMBER.split(written)
    found: list[int] = []
    for joint, number in zip(parts[0::2], parts[1::2], strict=False):
        value = int(number)
        if found and joint.strip() in ("-", "–", "—", "⁻"):
            found.extend(range(found[-1] + 1, min(value, sources + 1)))
        found.append(value)
    return [value for value in found if 0 < value <= sources]


def _raised(written: str, sources: int) -> list[int]:
    """The sources that raised figures name; ¹² is 1 and 2 where there are no twelve."""
    digits = written.translate(_LOW)
    found: list[str] = []
    for number in _NUMBER.findall(digits):
        whole = int(number) <= sources or written[0] == "^"
        found.extend([number] if whole else number)
    return [int(number) for number in found if 0 < int(number) <= sources]
