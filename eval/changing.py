"""Supported statements changed in one place: what a model might get wrong, made on purpose."""

import csv
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eval.queries import FOLDER
from explorer.catalogue.wordforms import spelling
from explorer.errors import WrongUse
from explorer.gazetteer import named_places
from explorer.text import fold, words
from explorer.types import Record

KINDS = (
    "year", "number", "maker", "place", "object_number", "citation", "hedge", "echo", "invented",
    "negation",
)  # fmt: skip
DRAWS = ("at random", "same source", "neighbour", "left out")

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[IVX]{1,5}\b")
_CENTURIES = (
    "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX",
    "XX",
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1000, 2020
_CENTURY = 21
_ALIKE = 4  # first letters by which two names are one
_SOUNDS = str.maketrans({"w": "v", "c": "k", "q": "k", "z": "s", "x": "k", "j": "i", "y": "i"})
_CAPITAL = r"[A-ZÀ-ÝŁŚŻ][\w'’-]+"
_NAMED = re.compile(rf"(?<![.!?]\s)(?<!^)\b{_CAPITAL}(?:\s(?:\w{{2,3}}\s)?{_CAPITAL})*")


@dataclass(frozen=True, slots=True)
class Span:
    """A bit of a statement that can be checked."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A statement that the records it cites hold, the same in other words, and an echo."""

    id: str
    lang: str
    question: str
    text: str
    cites: Sequence[str]
    spans: Sequence[Span]
    paraphrase: str
    echo: tuple[str, str] | None
    """A question with a wrong premise about the same record, and its affirmation."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A statement changed in one place: what kind of place, and where the wrong value is from."""

    kind: str
    draw: str
    text: str
    cites: Sequence[str]
    question: str


@dataclass(frozen=True, slots=True)
class Around:
    """What wrong values are drawn from: the other statements, and the records of one statement."""

    others: Sequence[Written]
    cited: Sequence[Record]
    near: Record
    far: Record
    denial: str


def load(folder: Path = FOLDER) -> list[Written]:
    """The statements of the set `written`."""
    files = sorted((folder / "written").glob("*.jsonl"))
    if not files:
        raise WrongUse("There are no statements in the set 'written'.", "Restore eval/questions.")
    told = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [_written(line) for line in told]


def _written(line: Mapping[str, Any]) -> Written:
    echo = line.get("echo")
    return Written(
        line["_id"], line["lang"], line["question"], line["text"], line["cites"],
        [Span(one["kind"], one["text"]) for one in line["spans"]], line["paraphrase"],
        (echo["question"], echo["text"]) if echo else None,
    )  # fmt: skip


def denials(folder: Path = FOLDER) -> Mapping[str, str]:
    """How a statement is denied, by language."""
    with (folder / "written" / "denials.tsv").open(encoding="utf-8", newline="") as file:
        return {row["lang"]: row["pattern"] for row in csv.DictReader(file, delimiter="\t")}


def changes(one: Written, around: Around) -> Iterator[Changed]:
    """The statement with each of its spans changed in each way there is a wrong value for."""
    for place, span in enumerate(one.spans):
        dice = random.Random(f"{one.id} {place}")  # noqa: S311  (no secret)
        kind = "number" if span.kind == "measure" else span.kind
        if kind == "hedge":
            whole = rf"(?<!\w){re.escape(span.text)}(?!\w)"
            text = re.sub(r"\s+", " ", re.sub(whole, "", one.text, count=1)).strip()
            yield Changed(kind, "left out", text, one.cites, one.question)
            continue
        for draw in DRAWS[:3]:
            wrong = _wrong(one, span, draw, around, dice)
            if wrong and wrong != span.text:
                text = one.text.replace(span.text, wrong, 1)
                yield Changed(kind, draw, text, one.cites, one.question)
    yield Changed("citation", "at random", one.text, [around.far.id], one.question)
    yield Changed("citation", "neighbour", one.text, [around.near.id], one.question)
    if one.echo:
        yield Changed("echo", "at random", one.echo[1], one.cites, one.echo[0])
    yield from _other_facts(one, around)


def _other_facts(one: Written, around: Around) -> Iterator[Changed]:
    """With a fact of another record, and denied."""
    dice = random.Random(one.id)  # noqa: S311  (no secret)
    if others := _of_language(one, around):
        other = dice.choice(others)
        text = f"{one.text.rstrip('.')}; {other.text[:1].lower()}{other.text[1:]}"
        yield Changed("invented", "at random", text, one.cites, one.question)
    denied = around.denial.format(text=one.text[:1].lower() + one.text[1:])
    yield Changed("negation", "at random", denied, one.cites, one.question)


def _of_language(one: Written, around: Around) -> list[Written]:
    own = set(one.cites)
    return [w for w in around.others if w.lang == one.lang and own.isdisjoint(w.cites)]


def _wrong(one: Written, span: Span, draw: str, around: Around, dice: random.Random) -> str:
    """Another value for a span; "" where there is none to draw."""
    if span.kind in ("maker", "place"):
        return _name(one, span, draw, around, dice)
    if span.kind == "object_number":
        return _object_number(span, draw, around, dice)
    if _ROMAN.search(span.text) and not _DIGITS.search(span.text):
        own = _ROMAN.findall(span.text)
        other = dice.choice([c for c in _CENTURIES if c not in own])
        return _ROMAN.sub(other, span.text) if draw == "at random" else ""
    if not _DIGITS.search(span.text):
        return _worded(one, span, draw, around, dice)
    return _numbered(span, draw, around, dice)


def _worded(one: Written, span: Span, draw: str, around: Around, dice: random.Random) -> str:
    """Another number in words, of another statement in the language."""
    told = [
        s.text
        for w in _of_language(one, around)
        for s in w.spans
        if s.kind == span.kind
        and not _DIGITS.search(s.text)
        and fold(s.text)[:3] != fold(span.text)[:3]
        and not _ROMAN.search(s.text)
    ]
    return dice.choice(told) if told and draw == "at random" else ""


def _numbered(span: Span, draw: str, around: Around, dice: random.Random) -> str:
    """Another number for the first one of a span; a range moves as a whole."""
    first = _DIGITS.search(span.text)
    assert first is not None
    value = int(first.group())
    own = {int(n) for n in _DIGITS.findall(span.text)}
    century = span.kind == "year" and value <= _CENTURY
    if draw == "at random":
        low, high = (
            (1, 20)
            if century
            else (_FIRST_YEAR, _LAST_YEAR)
            if span.kind == "year"
            else (2, 3 * value + 20)
        )
        held = set(_numbers(around.cited)) | own
        other = dice.choice([n for n in range(low, high) if n not in held] or [value + 7])
    else:
        records = around.cited if draw == "same source" else [around.near]
        far = set(_numbers(around.cited)) if draw == "neighbour" else set()
        told = [
            n for n in _numbers(records)
            if n not in own | far and len(str(n)) == len(first.group()) and not century
            and not (span.kind == "year" and n > _LAST_YEAR)
        ]  # fmt: skip
        if not told:
            return ""
        other = dice.choice(told)
    step = other - value
    alone = span.kind != "year"
    moved = [False]

    def change(match: re.Match[str]) -> str:
        if alone and moved[0]:
            return match.group()
        moved[0] = True
        if len(match.group()) < len(first.group()):
            return (
                f"{(int(match.group()) + step) % 100:02}"
                if not alone and not century
                else match.group()
            )
        return str(max(1, int(match.group()) + step))

    return _DIGITS.sub(change, span.text)


def _numbers(records: Sequence[Record]) -> list[int]:
    """The numbers in the words of some records, in order."""
    told = [n for r in records for f in r.fields for n in _DIGITS.findall(f.text) if len(n) < 6]
    return list(dict.fromkeys(int(n) for n in told))


def _object_number(span: Span, draw: str, around: Around, dice: random.Random) -> str:
    if draw == "neighbour":
        return next((f.text for f in around.near.fields if f.name == "object_number"), "")
    if draw == "same source":
        own = [str(n) for n in _numbers(around.cited) if str(n) not in span.text]
        return _DIGITS.sub(lambda _: dice.choice(own), span.text, count=1) if own else ""
    return _DIGITS.sub(lambda m: str(int(m.group()) + dice.randrange(1, 90)), span.text, count=1)


def _name(one: Written, span: Span, draw: str, around: Around, dice: random.Random) -> str:
    """Another name: of a statement in the language, of the same records, of the neighbour."""
    own = _keys([span.text]) | (_keys(_words_of(around.cited)) if draw != "same source" else set())
    if draw == "same source":
        near = [w for w in around.others if set(w.cites) & set(one.cites) and w.lang == one.lang]
        told = [s.text for w in near for s in w.spans if s.kind == span.kind]
        told += [f.text for r in around.cited for f in r.fields if f.name in ("person", span.kind)]
        prose = [
            f.text for r in around.cited for f in r.fields if f.name in ("description", "text")
        ]
        if span.kind == "maker":
            told += [m.group() for t in prose for m in _NAMED.finditer(t) if " " in m.group()]
    elif draw == "neighbour":
        told = [m.name for m in around.near.makers]
        if span.kind == "place":
            told = [p.name for p in around.near.places if p.known not in ("", f"#{p.country}")]
    else:
        told = [s.text for w in _of_language(one, around) for s in w.spans if s.kind == span.kind]
    left = [t for t in told if t[:1].isupper() and own.isdisjoint(_keys([t]))]
    return dice.choice(left) if left else ""


def _words_of(records: Sequence[Record]) -> list[str]:
    return [f.text for r in records for f in r.fields]


def _keys(texts: Sequence[str]) -> set[str]:
    """How the names in some texts begin, by their consonants: Vorms is Worm, Блез is Blaise.

    A place has one key under all its names.
    """
    names = [w for t in texts for w in words(t) if len(w) >= _ALIKE and w[0].isupper()]
    return {_consonants(name)[:_ALIKE] for name in names} | {
        place for t in texts for place in _places().get(fold(t), ())
    }


def _consonants(name: str) -> str:
    sound = spelling(name).translate(_SOUNDS)
    return sound[:1] + "".join(letter for letter in sound[1:] if letter not in "aeiouyh")


@cache
def _places() -> Mapping[str, frozenset[str]]:
    """The folded names of places -> their own names."""
    found: dict[str, set[str]] = {}
    for row, _, name in named_places():
        found.setdefault(fold(name), set()).add(f"in {row.name or row.country}")
    return {name: frozenset(own) for name, own in found.items()}
