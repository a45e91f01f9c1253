"""Spans of dates: items of words become years, by a few shapes of the string of their kinds."""

import re
from dataclasses import dataclass
from typing import Literal

from explorer.dates.words import Item

Certainty = Literal["certain", "circa", "uncertain"]

FIRST_YEAR, LAST_YEAR = -99_999, 2100  # 100,000 BCE

_Years = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """The years a date may mean, both included and astronomical; None where the end is open."""

    earliest: int | None
    latest: int | None
    certainty: Certainty = "certain"


_BASE = "[anyMCDHKFhPpE]+"
_SHAPE = re.compile(
    rf"(?P<lead>[BAUSW]?)(?P<left>{_BASE})"
    rf"(?:(?:[RUV]+|(?P<onwards>Z))(?P<right>{_BASE}))?(?P<post>[ZYNOw]?)"
)


def _clauses(items: list[Item], tolerant: bool) -> list[list[Item]]:
    """The clauses that speak of time, without the unknown words that may be passed over."""
    clauses: list[list[Item]] = [[]]
    for item in items:
        if item.kind == "|":
            clauses.append([])
        elif not (tolerant and not clauses[-1] and item == Item("u", 1)):
            clauses[-1].append(item)
    return [clause for clause in clauses if any(item.kind != "u" for item in clause)]


def understood(items: list[Item], lang: str, *, joined: bool = False) -> Span | None:
    """The span of all clauses as one sentence, or the narrowest of spans that hold each other.

    Names may stand before a date where `lang` is declared. Where two times are said to be `joined`
    by "and", they are one span only if no year is between them.
    """
    clauses = _clauses(items, bool(lang))
    items = [item for clause in clauses for item in clause]
    if whole := _span(items, joined=joined):
        return whole
    said = [clause for clause in clauses if any(i.kind not in "c?" for i in clause)]
    spans = [_span(clause, joined=joined) for clause in said]
    closed = [s for s in spans if s and s.earliest is not None and s.latest is not None]
    if len(spans) < 2 or len(closed) < len(spans):
        return None
    widths = [range(s.earliest or 0, (s.latest or 0) + 1) for s in closed]
    narrow = min(widths, key=len)
    certainty = "uncertain" if Item("?") in items else closed[widths.index(narrow)].certainty
    nested = all(narrow[0] in years and narrow[-1] in years for years in widths)
    return Span(narrow[0], narrow[-1], certainty) if nested else None


def _span(items: list[Item], *, joined: bool) -> Span | None:
    """The span of one sentence: a date, a range, or a date with an open end."""
    kinds = {item.kind for item in items}
    certainty: Certainty = "uncertain" if "?" in kinds else "circa" if "c" in kinds else "certain"
    items = [item for item in items if item.kind not in "c?T"]
    items = items[1:] if items and items[0].kind == "V" else items
    if "b" in kinds:  # "zurück bis ins 17. Jahrhundert": of it
        behind = items[-1].kind == "U" or items[-1] == Item("b", 1)
        told = kinds & set("CKH") and not behind
        items = [item for item in items if item.kind not in "bU"] if told else []
    if items == [Item("E", -1)]:
        return Span(None, 0, certainty)  # "before Christ"
    match = _SHAPE.fullmatch("".join(item.kind for item in items))
    if not match:
        return None
    left, right = (items[slice(*match.span(side))] for side in ("left", "right"))
    if certainty == "certain" and match["left"] == "n" and not right and _is_small(left[0]):
        return None  # "before 300" is said of years that have passed
    limit = match["lead"] + (match["onwards"] or "") + match["post"]
    wide = any(item.kind in "CKDH" for item in left)
    if limit in ("A", "B") and items[0].value == 2 and wide:
        return None  # "più antico del Seicento"
    if limit in ("S", "W") and items[0].value and wide:
        limit = ""  # "from the 17th century"
    touching = joined and Item("R", 1) in items and not _is_between(items)
    years = _range(left, right, touching=touching) if right else _atom(left)
    if years and "T" in kinds:
        years = _turn(years, left, right)
    if not years or (right and limit not in ("", "S", "W", "w", "ZY")):
        return None
    start, end = years
    ends = {
        "": (start, end), "U": (None, end), "Y": (None, end), "UY": (None, end),
        "S": (start, None), "SZ": (start, None), "WZ": (start, None), "Z": (start, None),
        "B": (None, start - 1), "O": (None, start - 1),
        "A": (end + 1, None), "N": (end + 1, None),
    }.get("" if right else limit)  # fmt: skip
    if not ends or not all(FIRST_YEAR <= year <= LAST_YEAR for year in ends if year is not None):
        return None
    return Span(*ends, certainty)


def _is_between(items: list[Item]) -> bool:
    return any(item.kind == "w" or item == Item("W") for item in items)


def _is_small(number: Item) -> bool:
    return number.value < 1000 and number.width >= 0


def _turn(years: _Years, left: list[Item], right: list[Item]) -> _Years | None:
    """Ten years either side of a turn of the century: of a year, or of two centuries."""
    second = (_atom(right) or _atom([left[0], *right])) if right else years  # "wieków XIX i XX"
    start = second[0] if second else 0
    # "The turn of the 19th century" is said of both its ends; from the 20th on it is its start.
    if not second or start % 100 > 1 or (not right and left[-1].kind in "CK" and start < 1901):
        return None
    return start // 10 * 10 - 10, start // 10 * 10 + 10


def _range(left: list[Item], right: list[Item], *, touching: bool) -> _Years | None:
    """The years from one date to another, each borrowing what it leaves to the other to say.

    Where they must be `touching`, the years of one begin where those of the other end.
    """
    if left[0] == Item("D", 1) and right[0].kind == "n":  # Polish "lata 1880-1900"
        left = left[1:]
    left_kinds, right_kinds = ("".join(item.kind for item in side) for side in (left, right))
    if "E" in left_kinds and "E" not in right_kinds:  # AD 100-200, but not 100 BC - 200
        if Item("E", -1) in left:
            return None
        right = [*right, Item("E", 1)]
    first, second = left[0], right[0]
    step = 1 if "E" in left_kinds else 10**second.width
    if first.kind == second.kind == "n" and first.value >= 100 and step in (10, 100):  # 1650-60
        right = [Item("n", first.value // step * step + second.value), *right[1:]]
    if re.fullmatch("[CD]n", left_kinds) and right_kinds == "n":  # siglos XV-XVI
        right = [first, *right]
    ways = [left]
    if right_kinds.startswith(left_kinds):  # 15th-16th century
        ways = [left + right[len(left) :], left]
    elif left[-1].kind not in "CE":  # 15th - mid 16th century
        ways = [left + [item for item in right if item.kind in "CE"], left]
    if right[-1] == Item("E", -1) and left[-1].kind != "E":
        ways[-1] = left + right[-1:]
    end = _atom(right)
    for start in map(_atom, ways):
        if not (start and end and start[0] <= end[0] and start[1] <= end[1]):
            continue
        if not touching or end[0] <= start[1] + 1:
            return start[0], end[1]
    return None


def _atom(items: list[Item]) -> _Years | None:
    """The years of one date: a base, the part of it that is meant, and its era."""
    eras = [item.value for item in items if item.kind == "E"]
    rest, parts = _parts([item for item in items if item.kind != "E"])
    years = _base(rest, bool(eras))
    crowded = len(eras) > 1 or len(parts) > 2 or sum(of == 0 for _, of in parts) > 1
    if not years or crowded or (eras and "E" not in (items[0].kind, items[-1].kind)):
        return None
    if eras == [-1]:
        years = (1 - years[1], 1 - years[0])
    for part, of in reversed(parts):
        years = _part(years, part, of)
    return years if years[0] <= years[1] else None


def _parts(items: list[Item]) -> tuple[list[Item], list[tuple[int, int]]]:
    """The items without their parts, and the parts: (which, of how many), of 0 early to late."""
    rest: list[Item] = []
    parts: list[tuple[int, int]] = []
    for i, item in enumerate(items):
        following = items[i + 1].kind if i + 1 < len(items) else ""
        counted = bool(rest) and rest[-1].kind == "n" and -1 <= rest[-1].value <= item.value
        if item.kind in "Pp":
            parts.append((item.value, item.width))
        elif item.kind in "hF" and counted:
            which = rest.pop().value
            parts.append((which if which > 0 else item.value, item.value))
        elif item.kind == "F" and following and following in "hFC":
            rest.append(Item("n", item.value))  # the ordinal: "terzo quarto", "third quarter"
        elif item.kind == "h":
            parts.append((2, 0))  # "metà del Seicento": its middle
        elif following == "K" and item in (Item("n", 1), Item("n", 2)):
            parts.append((1, 0) if item.value == 1 else (2, 2))  # "primo", "secondo Ottocento"
        else:
            rest.append(item)
    return rest, parts


def _part(years: _Years, part: int, of: int) -> _Years:
    """The part of some years; years ending before they start where there is none."""
    start, end = years
    width = end - start + 1
    if width < 10:  # "early 1888" is 1888, but "early 1800" may mean the century
        return years if of == 0 and start % 100 else (1, 0)
    if of:
        return start + width * (part - 1) // of, start + width * part // of - 1
    size = width // (2 if width == 10 else 3)
    offset = (0, (width - size + 1) // 2, width - size)[part - 1]
    return start + offset, start + offset + size - 1


def _base(items: list[Item], era: bool) -> _Years | None:
    """The years of a year, a full date, a decade or a century, counted forward from 1."""
    if items and items[0].kind == "a" and items[-1].kind == "H":
        items = items[1:]
    kinds, values = "".join(item.kind for item in items), [item.value for item in items]
    match kinds:
        case "n" if items[0].width < 0:  # French "XVIIe"
            return values[0] * 100 - 99, values[0] * 100
        case "y" | "n" if kinds == "y" or values[0] >= (1 if era and items[0].width else 100):
            return values[0], values[0]
        case "nMn" | "Mnn" | "Mn" | "nM" | "nnn" | "nnM":
            *days, year = sorted(i.value for i in items if i.kind == "n")
            roman = kinds != "nnn" or (items[1].width == 0 and values[1] <= 12 and items[0].width)
            return (year, year) if year >= 100 and roman and all(d <= 31 for d in days) else None
        case "nC" | "Cn":
            number, unit = values if kinds == "nC" else values[::-1]
            return (number * unit - unit + 1, number * unit) if 1 <= number <= 100 else None
        case "K":
            return values[0], values[0] + 99
        case "nH" | "nD" | "Dn" if (year := max(values)) >= 100 and year % 10 == 0:
            if "D" in kinds and (year < 1000 or items[1] == Item("D", 2)):
                return None  # "300 years", "2000 anni"
            return year, year + (99 if kinds == "nH" and year % 100 == 0 else 9)
        case (
            "nHnC" | "nHK" | "nDnC" | "DnnC" | "nDCn" | "DnCn" | "nDK" | "DnK"
            | "nCnD" | "CnDn" | "CnnD" | "nCDn" | "KnD" | "KDn"
        ):  # fmt: skip
            two = [i.value for i in items if i.kind in "nK"]
            ten, century = two[::-1] if "CnD" in kinds or re.match("nCn|Cnn|CnD|K", kinds) else two
            year = ten + (century * 100 - 100 if century <= 30 else century // 100 * 100)
            return (year, year + 9) if 0 <= ten < 100 and ten % 10 == 0 else None
    return None
