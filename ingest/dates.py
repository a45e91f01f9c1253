"""Years out of the words a museum dates things with, in any of the languages of `dates.tsv`.

Text becomes tokens, tokens become items (a kind and a value) by the word table, and the string of
kinds is matched against a few shapes. What is not understood as a whole is not read at all.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

Certainty = Literal["certain", "circa", "uncertain"]

# In the order they are tried after the hint.
LANGUAGES = ("en", "sv", "de", "fr", "it", "pl", "nl", "es", "pt", "da", "nb", "fi")
SAME = {"no": "nb", "nn": "nb"}
FIRST_YEAR, LAST_YEAR = -99_999, 2100  # 100,000 BCE
LONGEST = 200  # characters: more is a text, not a date


@dataclass(frozen=True, slots=True)
class Span:
    """The years a date may mean, both included and astronomical; None where the end is open."""

    earliest: int | None
    latest: int | None
    certainty: Certainty = "certain"


class _Token(NamedTuple):
    kind: str  # n number, y dated year, K Italian '800, w word or sign, x what no date holds
    word: str = ""
    value: int = 0
    width: int = 0  # digits written
    glued: bool = False  # a word directly after a number
    upper: bool = False


class _Item(NamedTuple):
    kind: str
    value: int = 0
    width: int = 0


class _Lexicon(NamedTuple):
    words: dict[str, _Item]
    first: set[str]  # the words that begin phrases of several
    longest: int


_Items = list[_Item]
_Years = tuple[int, int]

# The meanings of dates.tsv: a letter for the shapes below, and a value where the table gives none.
_KINDS = {
    "fill": ("f", 0), "ordinal": ("f", 31), "block": ("x", 0), "circa": ("c", 0), "doubt": ("?", 0),
    "number": ("n", 0), "month": ("M", 0), "bce": ("E", -1), "ce": ("E", 1),
    "century": ("C", 100), "millennium": ("C", 1000), "named": ("K", 0),
    "decade": ("D", 0), "hundreds": ("H", 0),
    "half": ("h", 2), "third": ("F", 3), "quarter": ("F", 4), "tenth": ("F", 10),
    "early": ("P", 1), "middle": ("P", 2), "late": ("P", 3), "turn": ("T", 0),
    "before": ("B", 0), "after": ("A", 0), "until": ("U", 0), "since": ("S", 0),
    "between": ("W", 0), "to": ("R", 0), "finished": ("V", 0),
    "or_later": ("Z", 0), "afterwards": ("N", 0), "or_earlier": ("Y", 0),
}  # fmt: skip

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TOKEN = re.compile(
    rf"""(?P<iso>(?<!\d)\d{{4}}-(?:0[1-9]|1[0-2])(?:-{_DAY}(?:T[\d:.Z+]*)?)?(?![\d/-]))
      | (?P<dotted>{_DAY}(?P<sep>[./-])\s?{_DAY}(?P=sep)\s?\d{{4}}(?!\d))
      | (?P<thousands>\d{{2,3}}[., ]\d{{3}}(?!\d))
      | (?P<odd>\d+[.,:]\d+)
      | (?P<named>'\d00(?!\d))
      | (?P<number>\d+)
      | (?P<word>[^\W\d_]+)
      | (?P<sign>[^\s.'"])""",
    re.VERBOSE,
)
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ROMAN = re.compile(r"m{0,2}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_ORDINAL = re.compile(r"([ivx]{2,}|[ivx](?=\w))(?:e|eme|er|ere|o|a)?")
_BASE = "[nyMCDHKFhPE]+"
_SHAPE = re.compile(
    rf"(?P<lead>[BAUSW]?)(?P<left>{_BASE})(?:[RUV]+(?P<right>{_BASE}))?(?P<post>[ZYN]?)"
)


def read_date(text: str, lang: str = "") -> Span | None:
    """The years of a date as displayed, or None where it is not understood as a whole.

    `lang` is only tried first. Conventions: the 19th century is 1801-1900, but "1800-talet",
    "1800s" and "1800er Jahre" are 1800-1899 and "1880-talet" is 1880-1889; early, middle and late
    are thirds of a century and halves of a decade; the turn of a century is ten years either side;
    before 1650 ends in 1649 and after 1650 begins in 1651, until and from include the year; circa
    widens nothing. "1898-02" is a month, as it cannot be a range; "1901-02" may be either, and is
    only read, as a month, when `lang` is "zxx" (a data field, not a sentence). A bare number of
    three digits needs an era, a circa or a partner to be a year. Words no table knows may stand
    before a date only if `lang` is a language we know, and in clauses of their own.
    """
    if len(text) > LONGEST:
        return None
    hint = lang.lower().partition("-")[0]
    hint = SAME.get(hint, hint)
    known = hint in LANGUAGES
    tokens = list(_tokens(_plain(text), months=hint == "zxx"))
    tried: list[_Items] = []
    for language in dict.fromkeys((hint, *LANGUAGES) if known else LANGUAGES):
        items = _items(tokens, _lexicon(language))
        if any(item.kind == "x" for item in items):
            return None
        if items not in tried and (span := _understood(_clauses(items, known))):
            return span
        tried.append(items)
    return None


def _plain(text: str) -> str:
    """The text without accents, with one kind of apostrophe, hyphen and dash."""
    if not text.isascii():
        text = re.sub("[’‘ʼ´`]", "'", re.sub(r"(?<=[\d.])[ªº°]", "", text))
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
        text = re.sub("[‒–—―−]", "–", re.sub("[‐‑]", "-", text))
    return re.sub(r"(?<=\d)(?:'(?=[a-z])|:(?=[ae]\b))", "", text)


def _tokens(text: str, months: bool = False) -> Iterator[_Token]:
    """The tokens of plain text; points are left out, `months` settles years such as 1901-02."""
    end = -1
    for match in _TOKEN.finditer(text):
        kind, raw = match.lastgroup, match.group()
        glued, end = match.start() == end, match.end() if kind == "number" else -1
        match kind:
            case "word":
                yield _Token("w", raw.casefold(), glued=glued, upper=raw.isupper())
            case "sign":
                yield _Token("w", "-" if raw == "–" else raw)
            case "number" | "thousands":
                yield _Token("n", value=int(re.sub(r"\D", "", raw)[:9]), width=len(raw))
            case "named":
                yield _Token("K", value=int(raw[1:]) + 1001)
            case "iso" if months or len(raw) > 7 or raw[5:] <= raw[2:4]:
                yield _Token("y", value=int(raw[:4]))
            case _:
                yield _Token("y", value=int(raw[-4:])) if kind == "dotted" else _Token("x")


@cache
def _tables() -> dict[str, dict[str, _Item]]:
    """Words to items by language: the months of CLDR, then the rows of dates.tsv over them."""
    from babel import Locale

    tables: dict[str, dict[str, _Item]] = {"mul": {}}
    for lang in LANGUAGES:
        months = Locale.parse(lang).months
        names = [months[form][width] for form in months for width in ("abbreviated", "wide")]
        tables[lang] = {_key(word): _Item("M", i) for named in names for i, word in named.items()}
    rows = files("ingest").joinpath("dates.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows[1:]:
        lang, meaning, words = row.split("\t")
        name, _, value = meaning.partition("=")
        kind, fixed = _KINDS[name]
        item = _Item(kind, int(value) if value else fixed)
        tables[lang].update((_key(word), item) for word in words.split("|"))
    return tables


def _key(word: str) -> str:
    """The words of a table cell as the tokens of a text would spell them.

    A leading "~" means directly after a number ("1880s"), a leading "#" after a number ("XIX w.").
    """
    mark = word[0] if word[0] in "~#" and len(word) > 1 else ""
    return mark + " ".join(token.word for token in _tokens(_plain(word[len(mark) :])))


@cache
def _lexicon(lang: str) -> _Lexicon:
    """The words of all languages, `lang` deciding where they differ."""
    tables, words = _tables(), dict[str, _Item]()
    for name in reversed(tuple(dict.fromkeys((lang, "mul", *LANGUAGES)))):
        words.update(tables[name])
    phrases = [phrase.split(" ") for phrase in words if " " in phrase]
    return _Lexicon(words, {p[0].lstrip("~#") for p in phrases}, max(map(len, phrases)))


def _numeral(token: _Token) -> int:
    """The number a Roman numeral means, a century ("XIXe") or a year, 0 where a word is none."""
    ordinal = _ROMAN_ORDINAL.fullmatch(token.word)
    word = token.word if token.upper else ordinal.group(1) if ordinal else ""
    if not word or not _ROMAN.fullmatch(word):
        return 0
    digits = [_ROMAN_DIGITS[letter] for letter in word]
    value = sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True))
    small = value <= 30 and not set(word) - set("ivx")
    return value if small or (token.upper and value >= 1000 and len(word) > 3) else 0


def _items(tokens: list[_Token], lexicon: _Lexicon) -> _Items:
    """What the tokens mean, fillers left out; u is an unknown word, | the end of a clause."""
    items: _Items = []
    i, after_number = 0, False
    while i < len(tokens):
        token = tokens[i]
        item, used = _Item(token.kind, token.value, token.width), 1
        if token.kind == "w":
            marks = ("~", "#", "") if token.glued else ("#", "") if after_number else ("",)
            item, used = _phrase(tokens[i : i + lexicon.longest], marks, lexicon)
        if item.kind == "f" and 0 < item.value < items[-1].value:
            item = _Item("u")  # "1880er" is no ordinal
        if item.kind != "f":
            items.append(item)
        after_number = item.kind == "n" or (item.kind == "f" and token.glued)
        i += used
    return items


def _phrase(tokens: list[_Token], marks: tuple[str, ...], lexicon: _Lexicon) -> tuple[_Item, int]:
    """The item that the longest known phrase means, and how many tokens it takes."""
    token = tokens[0]
    longest = len(tokens) if token.word in lexicon.first else 1
    for size in range(longest, 0, -1):
        words = " ".join(t.word for t in tokens[:size])
        for mark in marks:
            if size == 1 and not mark and token.upper and (value := _numeral(token)):
                return _Item("n", value), 1
            if item := lexicon.words.get(mark + words):
                return item, size
    if value := _numeral(token):
        return _Item("n", value), 1
    if not token.word.isalpha():
        return _Item("|" if token.word in ",;:()[]" else "x"), 1
    # An unknown run of capitals is more likely part of an object number than of a sentence.
    return _Item("u", int(len(token.word) > 2 and not token.upper)), 1


def _clauses(items: _Items, tolerant: bool) -> list[_Items]:
    """The clauses that speak of time, without the unknown words that may be passed over."""
    clauses: list[_Items] = [[]]
    for item in items:
        if item.kind == "|":
            clauses.append([])
        elif not (tolerant and not clauses[-1] and item == _Item("u", 1)):
            clauses[-1].append(item)
    return [clause for clause in clauses if any(item.kind != "u" for item in clause)]


def _understood(clauses: list[_Items]) -> Span | None:
    """The span of all clauses as one sentence, or the narrowest of spans that hold each other."""
    items = [item for clause in clauses for item in clause]
    if whole := _span(items):
        return whole
    spans = [_span(clause) for clause in clauses if any(i.kind not in "c?" for i in clause)]
    closed = [s for s in spans if s and s.earliest is not None and s.latest is not None]
    if len(spans) < 2 or len(closed) < len(spans):
        return None
    widths = [range(s.earliest or 0, (s.latest or 0) + 1) for s in closed]
    narrow = min(widths, key=len)
    certainty = "uncertain" if _Item("?") in items else closed[widths.index(narrow)].certainty
    nested = all(narrow[0] in years and narrow[-1] in years for years in widths)
    return Span(narrow[0], narrow[-1], certainty) if nested else None


def _span(items: _Items) -> Span | None:
    """The span of one sentence: a date, a range, or a date with an open end."""
    kinds = {item.kind for item in items}
    certainty: Certainty = "uncertain" if "?" in kinds else "circa" if "c" in kinds else "certain"
    items = [item for item in items if item.kind not in "c?T"]
    items = items[1:] if items and items[0].kind == "V" else items
    match = _SHAPE.fullmatch("".join(item.kind for item in items))
    if not match or (certainty == "certain" and match[0] == "n" and items[0].value < 1000):
        return None
    left, right = (items[slice(*match.span(side))] for side in ("left", "right"))
    limit = match["lead"] + match["post"]
    years = _range(left, right) if right else _atom(left)
    if years and "T" in kinds:
        years = _turn(years, left, right)
    if not years or (right and limit not in ("", "S", "W")):
        return None
    start, end = years
    ends = {
        "": (start, end), "U": (None, end), "Y": (None, end), "S": (start, None),
        "Z": (start, None), "B": (None, start - 1), "A": (end + 1, None), "N": (end + 1, None),
    }.get("" if right else limit)  # fmt: skip
    if not ends or not all(FIRST_YEAR <= year <= LAST_YEAR for year in ends if year is not None):
        return None
    return Span(*ends, certainty)


def _turn(years: _Years, left: _Items, right: _Items) -> _Years | None:
    """Ten years either side of a turn of the century: of a year, or of two centuries."""
    start = (_atom(right) or years)[0] if right else years[0]
    # "The turn of the 19th century" is said of both its ends; from the 20th on it is its start.
    if start % 100 > 1 or (not right and left[-1].kind in "CK" and start < 1901):
        return None
    return start // 10 * 10 - 10, start // 10 * 10 + 10


def _range(left: _Items, right: _Items) -> _Years | None:
    """The years from one date to another, each borrowing what it leaves to the other to say."""
    left_kinds, right_kinds = ("".join(item.kind for item in side) for side in (left, right))
    if "E" in left_kinds and "E" not in right_kinds:  # AD 100-200, but not 100 BC - 200
        if _Item("E", -1) in left:
            return None
        right = [*right, _Item("E", 1)]
    first, second = left[0], right[0]
    step = 1 if "E" in left_kinds else 10**second.width
    if first.kind == second.kind == "n" and first.value >= 100 and step in (10, 100):  # 1650-60
        right = [_Item("n", first.value // step * step + second.value), *right[1:]]
    if re.fullmatch("[CD]n", left_kinds) and right_kinds == "n":  # siglos XV-XVI
        right = [first, *right]
    ways = [left]
    if right_kinds.startswith(left_kinds):  # 15th-16th century
        ways = [left + right[len(left) :], left]
    elif left[-1].kind not in "CE":  # 15th - mid 16th century
        ways = [left + [item for item in right if item.kind in "CE"], left]
    if right[-1] == _Item("E", -1) and left[-1].kind != "E":
        ways[-1] = left + right[-1:]
    end = _atom(right)
    for start in map(_atom, ways):
        if start and end and start[0] <= end[0] and start[1] <= end[1]:
            return start[0], end[1]
    return None


def _atom(items: _Items) -> _Years | None:
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


def _parts(items: _Items) -> tuple[_Items, list[tuple[int, int]]]:
    """The items without their parts, and the parts: (which, of how many), of 0 early to late."""
    rest: _Items = []
    parts: list[tuple[int, int]] = []
    for i, item in enumerate(items):
        following = items[i + 1].kind if i + 1 < len(items) else ""
        counted = bool(rest) and rest[-1].kind == "n" and -1 <= rest[-1].value <= item.value
        if item.kind == "P":
            parts.append((item.value, 0))
        elif item.kind in "hF" and counted:
            which = rest.pop().value
            parts.append((which if which > 0 else item.value, item.value))
        elif item.kind == "F" and following and following in "hFC":
            rest.append(_Item("n", item.value))  # the ordinal: "terzo quarto", "third quarter"
        elif item.kind == "h":
            parts.append((2, 0))  # "metà del Seicento": its middle
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


def _base(items: _Items, era: bool) -> _Years | None:
    """The years of a year, a full date, a decade or a century, counted forward from 1."""
    kinds, values = "".join(item.kind for item in items), [item.value for item in items]
    match kinds:
        case "y" | "n" if kinds == "y" or values[0] >= (1 if era else 100):
            return values[0], values[0]
        case "nMn" | "Mnn" | "Mn" | "nM" | "nnn":
            *days, year = sorted(i.value for i in items if i.kind == "n")
            roman = kinds != "nnn" or (items[1].width == 0 and values[1] <= 12 and items[0].width)
            return (year, year) if year >= 100 and roman and all(d <= 31 for d in days) else None
        case "nC" | "Cn":
            number, unit = values if kinds == "nC" else values[::-1]
            return (number * unit - unit + 1, number * unit) if 1 <= number <= 100 else None
        case "K":
            return values[0], values[0] + 99
        case "nH" | "nD" | "Dn" if (year := max(values)) >= 100 and year % 10 == 0:
            return year, year + (99 if kinds == "nH" and year % 100 == 0 else 9)
        case "nHnC" | "nHK" | "nDnC" | "DnnC" | "nDCn" | "DnCn" | "nDK" | "DnK":
            ten, century = (i.value for i in items if i.kind in "nK")
            year = ten + (century * 100 - 100 if century <= 30 else century // 100 * 100)
            return (year, year + 9) if 0 <= ten < 100 and ten % 10 == 0 else None
    return None
