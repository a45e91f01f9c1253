"""What every record must be before it is taken in, whatever format it came in: words that can be
read, numbers that mean something, one record per identifier.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import isfinite
from operator import itemgetter
from typing import get_args
from unicodedata import is_normalized
from urllib.parse import unquote

from explorer.dates import LAST_YEAR
from explorer.text import LONG
from explorer.types import FIELDS, Labels, Record, RecordKind
from explorer.wire import dump
from ingest.archives import spoken
from ingest.sourcespec import Item, Rejection

LONGEST_FIELD = 200_000
LONGEST_TEXT = 1_000_000
LONGEST_RECORD = 2_000_000
LONGEST_ID = 500
MOST = 10_000
FIRST_YEAR = -5_000_000_000
"""The earth is younger: a fossil's years are in."""

_LONGEST_VALUE = 10_000
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
_WEB = ("http://", "https://")
_NO_LINK = ("javascript:", "vbscript:", "data:", "file:", "blob:")
_KINDS = frozenset(get_args(RecordKind))
_LEVELS = frozenset(("", "easy", "general", "expert"))
_NAMES = frozenset(FIELDS)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|[xXiI](?:-[A-Za-z0-9]{1,8})+")
_MISREAD = re.compile("[ÂÃâ][\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_MEND = "Mend it where it was entered and deliver the record again."

_VALUE = itemgetter(1)

Fault = tuple[str, str]
"""The field and the reason."""


def checked(record: Record, where: str = "") -> Record | Rejection:
    """The record as it is kept, or why it is turned away; `where` it was delivered."""
    whole = ""
    try:
        said = _said(record)
        whole = " ".join(map(_VALUE, said))
        forbidden = None if whole.isprintable() else _FORBIDDEN.search(whole)
        fault = _fault(record, said, len(whole), forbidden)
    except (TypeError, AttributeError, ValueError):
        fault = ("", f"A value is not of its kind, such as a number where words belong. {_MEND}")
    if fault is None:
        return _warned(record, whole)
    name, reason = fault
    known = name != "id" and isinstance(record.id, str)
    return Rejection(record.source.name, where, record.id if known else "", name, reason)


def each_once(items: Iterable[Item], where: str = "") -> Iterator[Item]:
    """The items of one file; a second record of the same identifier but other content is refused.

    What is repeated word for word passes, to be counted, and so does what is deleted or restored.
    """
    first: Record | None = None
    seen: dict[int, int] | None = None
    for item in items:
        if not isinstance(item, Record):
            pass
        elif first is None:
            first = item  # compared once another comes: many files hold a single record
        else:
            if seen is None:
                seen = {}
                _contradicts(first, seen)
            if _contradicts(item, seen):
                reason = (
                    "The same identifier stands twice in this file, with different content; the"
                    " first was kept. Give each record its own."
                )
                yield Rejection(item.source.name, where, item.id, "id", reason)
                continue
        yield item


def _contradicts(record: Record, seen: dict[int, int]) -> bool:
    """Whether a record of this identifier but other content was seen; this one is seen now."""
    key = hash(record.id)
    if record.deleted:
        seen.pop(key, None)
        return False
    content = hash(dump(record))
    return seen.setdefault(key, content) != content


def cycles(parents: Mapping[str, str]) -> set[str]:
    """The ids of records that are, over others, a part of themselves; `parents`: id -> part_of."""
    settled: set[str] = set()
    turning: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        step = start
        while step in parents and step not in settled and step not in way:
            way[step] = None
            step = parents[step]
        if step in way:
            steps = list(way)
            turning.update(steps[steps.index(step) :])
        settled.update(way)
    return turning


def _fault(
    record: Record, said: list[tuple[str, str]], length: int, forbidden: re.Match[str] | None
) -> Fault | None:
    if len(said) > MOST:
        return "", f"The record has more than {MOST:,} values. Divide it."
    if forbidden:
        return _unreadable(said)
    if length > _LONGEST_VALUE and (fault := _too_long(said, length)):
        return fault
    for field in record.fields:
        if len(field.text) > LONG and not is_normalized("NFC", field.text):  # see explorer.text.nfc
            return field.name, f"A letter bears more accents than any script has. {_MEND}"
    return _wrong_id(record) or _wrong_number(record) or _wrong_link(record) or _wrong_kind(record)


def _said(record: Record) -> list[tuple[str, str]]:
    """All words of a record, each with the name of what it stands in."""
    rights = record.rights
    said = [
        ("id", unquote(record.id, errors="strict") if "%" in record.id else record.id),
        ("institution", record.institution),
        ("part_of", record.part_of),
        ("room", record.room),
        ("author", record.author),
        ("url", record.url),
        ("rights", rights.record),
        ("rights", rights.object),
        ("rights", rights.text),
        ("rights", rights.image),
    ]
    said += [(f.name, f.text) for f in record.fields]
    said.append(("source", " ".join({f.source for f in record.fields})))
    said += [(i.kind, i.value) for i in record.identifiers]
    for maker in record.makers:
        said += [("maker", maker.name), ("maker", maker.role), ("maker", maker.qualifier),
                 ("maker", maker.gender), ("maker", maker.uri)]  # fmt: skip
    said += [("date", text) for span in record.dates for text in span.display.values()]
    for place in record.places:
        said += [("place", place.name), ("place", place.uri)]
    for concept in record.concepts:
        said += [(concept.facet, text) for text in concept.labels.values()]
        said.append((concept.facet, concept.uri))
    for measured in record.measurements:
        said += [("measurement", measured.kind), ("measurement", measured.unit)]
    for image in record.images:
        said += [("image", image.url), ("image", image.rights), ("image", image.alt)]
    said += [("about", value) for value in (*record.about, *record.about_numbers)]
    said += [("warnings", value) for value in record.warnings]
    return said


def _unreadable(said: Iterable[tuple[str, str]]) -> Fault | None:
    for name, value in said:
        if found := _FORBIDDEN.search(value):
            sign = ord(found.group())
            if 0xD800 <= sign <= 0xDFFF:
                what = "half a character"
            elif sign in (0x202D, 0x202E):
                what = "a sign that turns the direction of reading"
            elif sign >= 0xFFFE:
                what = "a character nobody can see"
            elif sign >= 0x80:
                what = "a letter of another encoding"
            else:
                what = "a control character"
            return name, f"There is {what} (U+{sign:04X}) among the words. {_MEND}"
    return None


def _too_long(said: Iterable[tuple[str, str]], total: int) -> Fault | None:
    if total > LONGEST_RECORD:
        return "", f"The record holds more than {LONGEST_RECORD:,} characters. Divide it."
    for name, value in said:
        most = LONGEST_FIELD if name in _NAMES else _LONGEST_VALUE
        most = LONGEST_TEXT if name == "text" else most
        if len(value) > most:
            return name, f"It holds more than {most:,} characters. Shorten or divide it."
    return None


def _wrong_id(record: Record) -> Fault | None:
    local = record.id.removeprefix(f"{record.source.name}:")
    if not local or local == record.id:
        return "id", "The record has no identifier. Give it one."
    if len(local) > LONGEST_ID:
        return "id", f"The identifier is longer than {LONGEST_ID} characters. Shorten it."
    if record.part_of and record.part_of in (record.id, local, unquote(local)):
        return "part_of", f"The record is said to be a part of itself. {_MEND}"
    return None


def _wrong_number(record: Record) -> Fault | None:
    for span in record.dates:
        ends = (span.earliest, span.latest)
        for year in ends:
            if year is not None and (type(year) is not int or not FIRST_YEAR <= year <= LAST_YEAR):
                return "date", f"{str(year)[:20]} is no year anything was made in. {_MEND}"
        if None not in ends and ends[0] > ends[1]:  # type: ignore[operator]
            return "date", f"It ends before it begins: {ends[0]}, {ends[1]}. {_MEND}"
    for measured in record.measurements:
        if isinstance(measured.value, bool) or not isfinite(measured.value):
            return "measurement", f"{measured.value} is not a measure. {_MEND}"
    for place in record.places:
        if (place.lat, place.lon) != (None, None) and not _on_earth(place.lat, place.lon):
            return "place", f"{place.lat}, {place.lon} is nowhere on earth. {_MEND}"
    return None


def _on_earth(lat: float | None, lon: float | None) -> bool:
    if lat is None or lon is None or isinstance(lat, bool) or isinstance(lon, bool):
        return False
    return abs(lat) <= 90 and abs(lon) <= 180  # and not NaN, which is in no range


def _wrong_link(record: Record) -> Fault | None:
    links = [
        record.url,
        *[image.url for image in record.images],
        *[maker.uri for maker in record.makers],
        *[place.uri for place in record.places],
        *[concept.uri for concept in record.concepts],
    ]
    for link in links:
        # Browsers look past white space in such a word.
        if not link.startswith(_WEB) and "".join(link[:80].split()).lower().startswith(_NO_LINK):
            return "url", f"'{spoken(link[:40])}' is not a web address. {_MEND}"
    return None


def _wrong_kind(record: Record) -> Fault | None:
    for field in record.fields:
        if not (field.text and field.name in _NAMES):
            return spoken(field.name)[:40], "There are no words, or no such field. Leave it out."
    if record.kind not in _KINDS or record.level not in _LEVELS:
        return "kind", f"'{spoken(record.kind)[:20]}, {record.level[:20]}' is not known."
    if record.on_view not in (True, False, None):
        return "on_view", f"It is neither yes nor no. {_MEND}"
    return _wrong_days(record) if record.valid_from or record.valid_until else None


def _wrong_days(record: Record) -> Fault | None:
    for name, day in (("valid_from", record.valid_from), ("valid_until", record.valid_until)):
        if day and not _is_day(day):
            return name, f"'{spoken(day)[:20]}' is not a day. Write it like 2027-01-31."
    if record.valid_from and record.valid_until and record.valid_until < record.valid_from:
        return "valid_until", f"It ends before it begins. {_MEND}"
    return None


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _warned(record: Record, whole: str) -> Record:
    """The record with languages that are languages, and a warning of what was lost before."""
    langs = {f.lang for f in record.fields}
    langs.update(*[s.display for s in record.dates], *[c.labels for c in record.concepts])
    odd = {lang for lang in langs if not is_tag(lang)}
    warnings = [f"not a language: {spoken(lang)[:40]}" for lang in sorted(odd)]
    if "\ufffd" in whole:
        lost = (f.name for f in record.fields if "\ufffd" in f.text)
        warnings += [f"letters were lost before delivery: {name}" for name in lost]
    if "Ã" in whole or "Â" in whole or "â" in whole:
        misread = (f.name for f in record.fields if _looks_misread(f.text))
        warnings += [f"looks read in a wrong encoding: {name}" for name in misread]
    if not warnings:
        return record
    warnings = list(dict.fromkeys(warnings))
    if not odd:
        return replace(record, warnings=(*record.warnings, *warnings))
    return replace(
        record,
        fields=tuple(replace(f, lang="") if f.lang in odd else f for f in record.fields),
        dates=tuple(replace(s, display=_undeclared(s.display, odd)) for s in record.dates),
        concepts=tuple(replace(c, labels=_undeclared(c.labels, odd)) for c in record.concepts),
        warnings=(*record.warnings, *warnings),
    )


@lru_cache(maxsize=1_000)
def is_tag(lang: str) -> bool:
    """Whether this is a code such as nl or pt-BR, or none is given."""
    return not lang or bool(_TAG.fullmatch(lang))


def _undeclared(labels: Labels, odd: set[str]) -> Labels:
    """The labels with those of no language under "", or under what they are called where taken."""
    kept = {lang: text for lang, text in labels.items() if lang not in odd}
    for lang in labels.keys() & odd:
        kept.setdefault("", labels[lang])
    return kept


def _looks_misread(text: str) -> bool:
    """Whether UTF-8 was read as if it were a Western code page: SkÃ¥ne."""
    found = _MISREAD.search(text)
    if not found:
        return False
    around = text[found.start() : found.start() + 3]
    for page in ("cp1252", "latin-1"):
        for length in (2, 3):
            try:
                meant = around[:length].encode(page).decode("utf-8")
            except UnicodeError:
                continue
            return len(meant) == 1 and meant > "\x9f"
    return False
