"""Measurements out of the words a museum gives dimensions in, in every official language.

Only what the words say: no kind is guessed from the order of numbers, no unit from their size.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from explorer.types import Measurement

LONGEST = 400  # characters: more is a text
LARGEST = 1_000_000

_POINT = frozenset(("en", "ga", "mt"))  # a decimal point; everybody else has a comma
_MASSES = frozenset(("mg", "g", "kg", "t", "oz", "lb"))
_PARTS_OF = {("ft", "in"): 12, ("lb", "oz"): 16, ("kg", "g"): 1000, ("m", "cm"): 100}
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[ \u00a0.,]\d{3})*(?:[.,]\d+)?(?!\d))"
    r"(?:[ -](?P<part>\d)/(?P<of>[1-9]\d?)(?!\d))?"  # 5 1/2
    r"|(?P<word>[^\W\d_]+)|(?P<sign>''|[^\s\w.]|_)"
)
_SINGLE = re.compile(r"[.,]")
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<kinds>K(?:XK)*)(?P<numbers>NU?(?:XNU?)*)",  # H x W: 30 x 20 cm
        r"(?P<numbers>NU?(?:XNU?)*)(?P<kinds>K(?:XK)*)",  # 30 x 20 cm (H x W)
        r"(?P<each>KNU?(?:X?KNU?)*)",  # H 30 x W 20 cm
        r"(?P<each>NU?K(?:X?NU?K)*)",  # 30 cm high x 20 cm wide
        r"(?P<numbers>NU?(?:XNU?)*)",  # 30 x 20 cm: which is which is not said
    )
)

_UNIT_FIRST = re.compile(r"(K?)UN(?:XN)*")  # cm 30 x 20


class _Item(NamedTuple):
    kind: str  # N number, U unit, K kind, X times, f filler, p a part or an unknown word, ; ( )
    word: str = ""
    value: float = 0.0


_MEANINGS = {"times": "X", "fill": "f", "part": "p", "unit": "U", "circa": "c"}


@lru_cache(maxsize=10_000)
def read_measures(text: str, lang: str = "") -> tuple[Measurement, ...]:
    """The measurements of a record's words, in their order; what is not understood is left out.

    `kind` is "" where the words name none: "72.5 x 60 cm" does not say which is the height. A
    frame, mount, base or anything else that is not the object itself is left out, and so is
    "10-12 cm", which a single value cannot hold; "about 12 cm" is said to be `about`. Old measures
    ("tum", "Zoll") keep their own unit, as no inch is meant; "5 ft 3 in" is 63 in. "1,250" is read
    as `lang` writes decimals. Without a language, words and letters count that all who have them
    mean alike.
    """
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return ()
    own = lang.lower().partition("-")[0]
    own = {"no": "nb", "nn": "nb"}.get(own, own)
    if own in _languages():
        return tuple(_measures(text, own))
    readings = {tuple(_measures(text, each)) for each in ("", *_languages())}
    longest = max(map(len, readings))
    best = [reading for reading in readings if len(reading) == longest]
    return best[0] if len(best) == 1 else ()


@lru_cache(maxsize=1_000)
def kind_of(words: str) -> str:
    """The kind that a source's own name for a dimension means ("Höjd": height), or ""."""
    kinds = {
        table[key].word
        for table in _tables().values()
        if len(key := _plain(words).casefold()) > 1 and key in table and table[key].kind == "K"
    }
    return kinds.pop() if len(kinds) == 1 else ""


def _measures(text: str, lang: str) -> Iterator[Measurement]:
    """The measurements of all clauses; a number without a unit has that of the clause after."""
    found = [list(_clause(clause)) for clause in _clauses(list(_items(text, lang)))]
    for clause, following in pairwise([*found, []]):
        unit = following[0].unit if following and following[0].kind else ""
        for measure in clause:
            if not measure.unit and measure.kind and unit:
                measure = replace(measure, unit=unit)
            if measure.unit and _sensible(measure):
                yield measure


def _sensible(measure: Measurement) -> bool:
    weighed = measure.unit in _MASSES
    fits = not measure.kind or (measure.kind == "weight") == weighed
    return fits and 0 < measure.value < LARGEST


def _clauses(items: list[_Item]) -> Iterator[list[_Item]]:
    """The clauses that speak of the object itself; a heading of a part spoils what follows it."""
    clause: list[_Item] = []
    spoilt = False
    inside = False
    for i, item in enumerate([*items, _Item("\n")]):
        following = "".join(each.kind for each in items[i + 1 :]).partition(")")[0]
        opens = item.kind == "(" and "N" in following
        closes = item.kind == ")" and inside
        if not (item.kind in ";\n" or opens or closes):
            clause += [item] if item.kind not in "()f" else []
            continue
        kinds = "".join(each.kind for each in clause)
        spoilt = spoilt or "p" in kinds.partition("N")[0]
        if "p" not in kinds and not spoilt and kinds:
            yield clause
        clause = []
        if item.kind == "\n" or closes:
            spoilt = False
        inside = opens or (inside and not closes)


def _clause(items: list[_Item]) -> Iterator[Measurement]:
    """The measurements of one clause, none where it has no shape we know."""
    about = any(item.kind == "c" for item in items)
    items = _joined([item for item in items if item.kind != "c"])
    if match := _UNIT_FIRST.fullmatch("".join(item.kind for item in items)):
        items.append(items.pop(match.end(1)))
    string = "".join(item.kind for item in items)
    match = next(filter(None, (shape.fullmatch(string) for shape in _SHAPES)), None)
    if not match:
        return
    numbers = [item.value for item in items if item.kind == "N"]
    kinds = [item.word for item in items if item.kind == "K"] or [""] * len(numbers)
    if len(kinds) != len(numbers) or (kinds[0] and len(set(kinds)) < len(kinds)):
        return
    units, unit = list[str](), ""
    for item in reversed(items):  # "30 x 20 cm" is centimetres twice
        if item.kind == "U":
            unit = item.word
        elif item.kind == "N":
            units.append(unit)
    for kind, value, unit in zip(kinds, numbers, reversed(units), strict=True):
        yield Measurement(kind, value, unit, about)


def _joined(items: list[_Item]) -> list[_Item]:
    """The items, "5 ft 3 in" as one number of the smaller unit."""
    joined: list[_Item] = []
    for item in items:
        joined.append(item)
        if [each.kind for each in joined[-4:]] == ["N", "U", "N", "U"]:
            large, unit, small, part = joined[-4:]
            if times := _PARTS_OF.get((unit.word, part.word)):
                joined[-4:] = [_Item("N", "", large.value * times + small.value), part]
    return joined


# --- words -----------------------------------------------------------------------------------


def _items(text: str, lang: str) -> Iterator[_Item]:
    lexicon, longest = _lexicon(lang)
    matches = list(_TOKEN.finditer(_plain(text)))
    i, last = 0, ""
    while i < len(matches):
        match = matches[i]
        item, used = _Item("p"), 1
        if match["number"]:
            value = _number(match["number"], lang)
            share = int(match["part"]) / int(match["of"]) if match["part"] else 0
            item = _Item("N", "", value + share) if value is not None else _Item("p")
        elif match.group() in "();,\n":
            item = _Item(match.group().replace(",", ";"))
        else:
            for size in range(min(longest, len(matches) - i), 0, -1):
                words = " ".join(each.group().casefold() for each in matches[i : i + size])
                # A letter behind a number is a unit, before one it is a kind.
                keys = (f"#{words}", words) if last == "N" else (words,)
                if found := next(filter(None, map(lexicon.get, keys)), None):
                    item, used = found, size
                    break
        yield item
        last = item.kind
        i += used


def _number(written: str, lang: str) -> float | None:
    """The value of a number as `lang` writes it; None where it may be two."""
    plain = written.replace("\u00a0", "").replace(" ", "")
    marks = _SINGLE.findall(plain)
    if not marks:
        return float(plain)
    decimal = "." if lang in _POINT else ","
    if len(set(marks)) == 2:
        decimal = marks[-1]
    elif len(marks) > 1:
        decimal = "," if marks[0] == "." else "."
    elif len(plain.rpartition(marks[0])[2]) != 3 or plain[0] == "0":
        decimal = marks[0]
    elif not lang:
        return None
    thousands = "," if decimal == "." else "."
    plain = plain.replace(thousands, "").replace(decimal, ".")
    return float(plain) if plain.count(".") < 2 else None


def _plain(text: str) -> str:
    text = re.sub("[’‘`´]", "'", re.sub("[”“]", '"', text)).replace("\n", ";")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text))


@cache
def _languages() -> tuple[str, ...]:
    return tuple(lang for lang in _tables() if lang != "mul")


@cache
def _tables() -> dict[str, dict[str, _Item]]:
    """Words to items by language; a unit stands behind a number (#), or else is a kind's letter."""
    tables: dict[str, dict[str, _Item]] = defaultdict(dict)
    rows = files("ingest").joinpath("measures.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows[1:]:
        lang, meaning, words = row.split("\t")
        name, _, unit = meaning.partition("=")
        item = _Item(_MEANINGS.get(name, "K"), unit or name)
        for word in words.split("|"):
            key = " ".join(match.group() for match in _TOKEN.finditer(_plain(word).casefold()))
            tables[lang][f"#{key}" if item.kind == "U" else key] = item
            if lang == "mul" and item.kind == "U" and key in ("mm", "cm", "kg"):
                tables[lang][key] = item
    return dict(tables)


@cache
def _lexicon(lang: str) -> tuple[dict[str, _Item], int]:
    """The words of `lang`, and those of the others on which all agree, but no letters."""
    meanings: dict[str, set[_Item]] = defaultdict(set)
    for table in _tables().values():
        for key, item in table.items():
            meanings[key].add(item)
    agreed = {
        key: next(iter(items))
        for key, items in meanings.items()
        if len(items) == 1 and len(key.lstrip("#")) > 2
    }
    words = agreed | _tables()["mul"] | (_tables()[lang] if lang else {})
    return words, max(key.count(" ") + 1 for key in words)
