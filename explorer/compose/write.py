"""A model's words become raw statements, each as soon as its end is certain.

Character by character, so that the pieces a stream happens to come in change nothing.
"""

import csv
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from explorer.backends.protocols import Done
from explorer.compose.markers import CELL, cleared, follows, is_plain, leads
from explorer.compose.visible import END, visible
from explorer.text import tongue

_HEADING, _BREAK = "\x02", "\x03"  # in-band: no control character comes in
_STOPS = ".!?…。！？‽"
_WIDE_STOPS = "。！？"
_LINE_LEAD = 80
_WRAPPED = 60  # characters of a line that may have been wrapped in mid-sentence
_ASIDE = 240  # characters within which brackets and quotation marks close
_AGAIN = 30  # more than is read beyond an end, as a rule
_LEADING = frozenset(" \t>#-*+•‣◦▪·–—|`~=_0123456789.)([]^:\\")
_FENCE = re.compile(r"[\s>]*(?:```|~~~)")
_FOOTNOTE = re.compile(r"\s*\\?\[\^?\d{1,3}\\?\]:")
_LEAD = re.compile(
    r"[\s>]*(?:(#{1,6})\s+|(\|))?((?:(?:[-*+•‣◦▪·]|[–—](?=\s))\s+)*)"
    r"(?:\(?(\d{1,3})\\?[.)]\s+)?"
)
_CLOSERS = re.compile(r"(?:[\"'”’“‘»«)\]*_`]|[\u00a0\u202f ]»)*")
_QUOTES = frozenset("\"'”’“‘»«")
_SPACE = re.compile(r"\s*")
_WORD_BEFORE = re.compile(r"[^\s(\"'“„«\[*_]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}[.-]{1,2}){0,5}[^\W\d_]")
_ROMAN = re.compile(r"[IVXLC]+")
_PAIRS = {"(": ")", "[": "]", "“": "”", "„": '“”"', "«": "»", "»": "«»"}
_PAIRED = re.compile(r"[()\[\]“”„«»\"]")
_SPEAKER = re.compile(r"(?:assistant|user|system)\s*(?::\s*|$)", re.IGNORECASE)
_TITLE = re.compile(r"(\*\*|__)(?!\s)[^*_]+\1:?")
_ENUMERATED = re.compile(r"\(\d{1,2}\)\s+(?=\w)")


@dataclass(frozen=True, slots=True)
class Raw:
    """What a model says in one statement, and the sources it names for it; nothing is checked."""

    text: str
    markers: tuple[int, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    """How full stops are used in a language."""

    stops: str
    runs: re.Pattern[str]  # of stops
    ordinal: str  # "yes" where 16. is the sixteenth; "noun" where a capital may follow it
    abbreviations: frozenset[str]  # no# is one before a figure only


@dataclass(frozen=True, slots=True)
class _Cut:
    """A statement as it was written, Markdown, markers and all."""

    text: str
    heading: bool
    first: bool  # it opens a line
    ended: bool  # by its own full stop
    last: bool  # the stream ended with it


@dataclass(slots=True)
class _Open:
    """The statement that is being written."""

    text: str = ""
    stop: int = 0  # after the mark that may be its end
    heading: bool = False
    first: bool = False
    aside: int = -1  # where a bracket or quotation opens within which an end was passed over
    loose: bool = False  # brackets and quotation marks are not heeded: they never close
    long: bool = False


def raw_statements(
    words: Iterator[str | Done], lang: str, sources: int, longest: int = 600, most: int = 12_000
) -> Iterator[Raw | Done]:
    """The statements of a model's stream as their ends become certain, then its Done.

    `sources` is how many there are: other numbers fall. A sentence of more than `longest`
    characters is left out. After `most` characters nothing more is read, which ends as a model
    does that has reached its limit.
    """
    ending: list[Done] = []
    rules = _rules(tongue(lang))
    characters = visible(_characters(words, most, ending))
    for cut in _cuts(_lines(characters, rules), rules, 4 * longest):
        done = ending[0] if ending else None
        if cut.last and not (done and (cut.ended or done.reason == "stop")):
            continue
        raw = _raw(cut, sources)
        if raw and len(raw.text) <= longest:
            yield raw
    yield from ending


@cache
def _rules(lang: str) -> _Rules:
    """Those of a language; where it has none, all abbreviations and the most careful reading."""
    table = files("explorer").joinpath("vocabulary", "full_stops.tsv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    own = [row for row in rows if row["lang"] == lang]
    stops = _STOPS + ";" if lang == "el" else _STOPS
    known = frozenset(a for row in own or rows for a in row["abbreviations"].split())
    runs = re.compile(f"[{re.escape(stops)}]+")
    return _Rules(stops, runs, own[0]["ordinal"] if own else "yes", known)


def _characters(words: Iterator[str | Done], most: int, ending: list[Done]) -> Iterator[str]:
    """The characters of the stream, then the end; its Done is put into `ending`."""
    read = 0
    try:
        for piece in words:
            if isinstance(piece, Done):
                ending.append(piece)
                break
            yield from piece[: most - read].replace(END, "")
            read += len(piece)
            if read > most:
                ending.append(Done("length"))
                break
    finally:
        if isinstance(words, Generator):  # the call upstream ends with it
            words.close()
    yield END


@dataclass(slots=True)
class _Line:
    """The line that is being read: what it is, how long, its last character, its number."""

    kind: str = ""
    length: int = 0
    last: str = ""
    number: int = 0


def _lines(characters: Iterator[str], rules: _Rules) -> Iterator[str]:
    """The text without the marks that lines open with; breaks where no statement goes on."""
    line, lead, begins = _Line(), "", True
    for char in characters:
        ends = char in ("\n", END)
        if begins and char in _LEADING and len(lead) < _LINE_LEAD:
            lead += char
            continue
        if begins:
            yield from _begun(line, lead, char, rules)
            lead, begins = "", False
        if char == END:
            break
        if ends:
            begins = True
            if line.kind not in ("prose", ""):
                yield _BREAK
        elif line.kind != "skipped":
            line.length += 1
            line.last = line.last if char.isspace() else char
            yield CELL if char == "|" and line.kind == "row" else char
    yield END


def _begun(line: _Line, lead: str, char: str, rules: _Rules) -> Iterator[str]:
    """What a line opens with, and how it hangs on to the one before."""
    only = char in ("\n", END)
    if _FENCE.match(lead) or _FOOTNOTE.match(lead):
        line.kind = "skipped"
    elif only and not any(c.isdigit() for c in lead):
        line.kind = ""
    else:
        yield from _opened(line, lead, char, rules)
        return
    if char != END:  # which ends more than a line
        yield _BREAK


def _opened(line: _Line, lead: str, char: str, rules: _Rules) -> Iterator[str]:
    """A line that says something, without its mark."""
    found = _LEAD.match(lead)
    heading, row, bullets, number = found.groups() if found else (None, None, None, None)
    text = lead[found.end() :] if found else lead
    counted = number is not None and _counts(int(number), line.number, char, rules)
    if number and not counted and found:
        text = lead[found.start(4) - (lead[found.start(4) - 1 : found.start(4)] == "(") :]
    kind = "heading" if heading else "row" if row else "item" if bullets or counted else "prose"
    if kind == "prose" and line.kind == "prose" and _goes_on(line, text.strip() or char, rules):
        yield "\n"
    else:
        yield _BREAK
    if kind == "heading":
        yield _HEADING
    if counted and number:
        line.number = int(number)
    elif kind == "heading":
        line.number = 0
    line.kind, line.length, line.last = kind, len(text), text.strip()[-1:]
    yield from (text.replace("|", CELL) if row else text)


def _counts(number: int, before: int, following: str, rules: _Rules) -> bool:
    """Whether a number that opens a line counts the lines, and is no date's (1. května 1665)."""
    if before and number in (before, before + 1):
        return True
    return number == 1 and not (rules.ordinal and following.islower())


def _goes_on(line: _Line, begins: str, rules: _Rules) -> bool:
    """Whether a sentence may go on from one line to the next, or its markers stand there."""
    if line.last and line.last in rules.stops:
        return True
    return line.last != ":" and (begins[0].islower() or line.length >= _WRAPPED)


def _cuts(characters: Iterator[str], rules: _Rules, bound: int) -> Iterator[_Cut]:
    """The statements as they end; what was read beyond an end is read again for the next."""
    now, queue = _Open(first=True), list[str]()
    for incoming in characters:
        queue.append(incoming)
        while queue:
            char = queue.pop()
            if char == _HEADING:
                now.heading = True
                continue
            if char in (_BREAK, END):
                end, ended = _finish(now, rules)
                rest = [char] if end < len(now.text) else []
            else:
                end, ended = _add(now, char, rules, bound)
                rest = []
            if end < 0:
                continue
            if not end and now.text and not now.loose:  # brackets that never close
                queue.extend((*rest, *reversed(now.text)))
                now = _Open(heading=now.heading, first=now.first, loose=True)
                continue
            last = char == END and not rest
            if not now.long:
                yield _Cut(now.text[:end], now.heading, now.first, ended, last)
            queue.extend((*rest, *reversed(now.text[end:])))
            broken = char in (_BREAK, END) and not rest
            loose = now.loose and len(queue) > _AGAIN
            now = _Open(first=broken or "\n" in now.text[end:], loose=loose)


def _finish(now: _Open, rules: _Rules) -> tuple[int, bool]:
    """Where the statement ends for which nothing more comes, and whether by its own full stop."""
    if now.aside >= 0 and not now.loose and _opening(now.text) >= 0:
        return 0, False
    if now.stop:
        end = _end(now, rules, closed=True)
        if end > 0:
            return (end if now.text[end:].strip() else len(now.text)), True
    return len(now.text), False


def _add(now: _Open, char: str, rules: _Rules, bound: int) -> tuple[int, bool]:
    """Where the statement is certain to end; -1 while it is not, 0 to read it again."""
    now.text += char
    if len(now.text) > bound:
        now.long, now.stop = True, max(0, now.stop - bound // 2)
        now.text = now.text[bound // 2 :]
        now.aside = -1
    if now.aside >= 0 and not now.loose and len(now.text) - now.aside > _ASIDE:
        now.aside = _opening(now.text)
        if now.aside >= 0 and len(now.text) - now.aside > _ASIDE:
            return 0, False
    if not now.stop or (now.stop == len(now.text) - 1 and char in rules.stops):
        now.stop = len(now.text) if char in rules.stops else 0
        return -1, False
    return _end(now, rules, closed=False), True


def _end(now: _Open, rules: _Rules, *, closed: bool) -> int:
    """The end of the statement with its markers; -1 where it has none, or none yet."""
    while now.stop:
        end = _tried(now, rules, closed=closed)
        if end:
            return end
        further = rules.runs.search(now.text, now.stop)
        now.stop = further.end() if further else 0
    return -1


def _tried(now: _Open, rules: _Rules, *, closed: bool) -> int:
    """The end after this full stop, its closing marks and markers; 0 if none, -1 if not yet."""
    text = now.text
    closing = _CLOSERS.match(text, now.stop)
    place = after = closing.end() if closing else now.stop
    lined = -1  # where a line ended before the markers
    marked = False
    while True:
        space = _SPACE.match(text, after)
        at = space.end() if space else after
        if at == len(text):
            if not closed:
                return -1
            break
        end = follows(text, at, closed=closed)
        if end < 0:
            return -1
        if end == at:
            break
        if "\n" in text[after:at] and lined < 0:
            lined = after
        marked, after = True, end + (text[end : end + 1] == ".")
    spaced = at > after or (at == len(text) and closed)
    if lined >= 0 and at < len(text) and "\n" not in text[after:at]:
        after, spaced, marked = lined, True, lined > place
    if not (spaced or marked or text[now.stop - 1] in _WIDE_STOPS):
        return 0
    following = "" if at == len(text) else text[at]
    if not _ends(text, now.stop, place, following, rules, marked=marked):
        return 0
    opening = -1 if now.loose else _opening(text[:place])
    if opening >= 0:
        now.aside = opening
        return 0
    return after


def _ends(text: str, stop: int, place: int, following: str, rules: _Rules, *, marked: bool) -> bool:
    """Whether a full stop before `following` is a sentence's."""
    if following and following in ",;:":
        return False
    mark = text[stop - 1]
    if mark not in ".…":
        return not (following.islower() and _QUOTES & set(text[stop:place]))
    if following.islower() and not marked:
        return False
    if mark == "…" or text[stop - 2 : stop] == "..":
        return True
    return not _is_within(text[max(0, stop - 24) : stop - 1], following, rules)


def _is_within(before: str, following: str, rules: _Rules) -> bool:
    """Whether the full stop after `before` belongs to an abbreviation, initial or ordinal."""
    found = _WORD_BEFORE.search(before)
    word = found.group() if found else ""
    if {word, word.rpartition("-")[2]} & rules.abbreviations:
        return True
    number = following.isdigit()
    if number and ({word.casefold(), f"{word.casefold()}#"} & rules.abbreviations):
        return True
    if number and _INITIALS.fullmatch(word):
        return True
    if _INITIALS.fullmatch(word):
        return word[-1].isupper()
    if not rules.ordinal:
        return False
    if word.isdecimal() and len(word) < len("100"):
        return number or rules.ordinal == "noun"
    return _ROMAN.fullmatch(word) is not None


def _opening(text: str) -> int:
    """Where the first bracket or quotation mark stands that is not closed; -1 if none."""
    awaited: list[tuple[str, int]] = []
    for found in _PAIRED.finditer(text):
        mark, place = found.group(), found.start()
        if awaited and mark in awaited[-1][0]:
            awaited.pop()
        elif mark in _PAIRS:
            awaited.append((_PAIRS[mark], place))
        elif mark == '"' and (place == 0 or text[place - 1] in " \n([*_"):
            awaited.append(('"', place))
    return awaited[0][1] if awaited else -1


def _raw(cut: _Cut, sources: int) -> Raw | None:
    """The statement in plain words; none of a line that only names a source."""
    written = cut.text.strip()
    if cut.first and not cut.ended and leads(written):
        return None
    text, markers = cleared(written, sources)
    if not is_plain(text):
        return None
    speaker = _SPEAKER.match(text)
    if speaker:
        text = text[speaker.end() :] if text[:1] in "aA" else ""
    text = _ENUMERATED.sub("", text, count=1) if _ENUMERATED.match(text) else text
    if not any(char.isalnum() for char in text):
        return None
    return Raw(text, markers, cut.heading or _TITLE.fullmatch(written) is not None)
