"""Words of dates: text becomes tokens, tokens become items by the table words.tsv.

An item is a kind (a letter, for the shapes of `spans`) and a value.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

LANGUAGES = (
    "en", "sv", "de", "fr", "it", "pl", "nl", "es", "pt", "da", "nb", "fi", "bg", "cs", "el", "et",
    "ga", "hr", "hu", "lt", "lv", "mt", "ro", "sk", "sl",
)  # fmt: skip
SAME = {"no": "nb", "nn": "nb"}
_SCRIPTS = {"el": re.compile("[Ͱ-Ͽἀ-῿]"), "bg": re.compile("[Ѐ-ӿ]")}
_LATIN = re.compile("[a-z]")


class Token(NamedTuple):
    """A word, number or sign of a text."""

    kind: str  # n number, y dated year, K Italian '800, w word or sign, x what no date holds
    word: str = ""
    value: int = 0
    width: int = 0  # digits written
    glued: bool = False  # a word directly after a number
    upper: bool = False
    name: bool = False  # with a capital inside a text
    point: bool = False  # a number before a point, as ordinals are written


class Item(NamedTuple):
    """What a token means."""

    kind: str
    value: int = 0
    width: int = 0


class _Lexicon(NamedTuple):
    words: dict[str, Item]
    first: set[str]  # the words that begin phrases of several
    longest: int


# The meanings of words.tsv: a letter for the shapes of `spans`, and a value where the table gives
# none. "fill_words" stand before no number, "fill_or_to" is a range after one; "tens" is a decade
# after 80, but not after 1880, "decade_or_year" after both, "decade_or_age" after an ordinal only;
# "decade=1" is years before two of them, and after a number may count them (30 let), "decade=2"
# always does (venti anni); "years" count after "older" and "younger", which with "_of" stand
# before years only, for the oldest of a century is of it; "decade_named" (thirties) is
# a number and its word, "two_named" (Otto e Novecento) two centuries; "afterwards", "prior" and
# "betwixt" stand behind their years; "belonging", which stands before them, and "back" make no end
# of "until" (gehört bis ins); "age" is a block that makes no year of its number; "from" and
# "of_or_since" a century is of it.
_KINDS = {
    "fill": ("f", 0), "fill_or_to": ("r", 0), "fill_words": ("g", 0), "ordinal": ("f", 31),
    "block": ("x", 0), "age": ("x", 2), "circa": ("c", 0), "doubt": ("?", 0),
    "number": ("n", 0), "month": ("M", 0), "bce": ("E", -1), "ce": ("E", 1),
    "century": ("C", 100), "millennium": ("C", 1000), "named": ("K", 0),
    "decades_follow": ("a", 0),
    "years": ("f", -1), "decade_named": ("d", 0), "two_named": ("k", 0),
    "decade_or_year": ("D", 200), "decade_or_age": ("x", 3),
    "back": ("b", 0), "belonging": ("b", 1),
    "decade": ("D", 0), "tens": ("D", 100), "hundreds": ("H", 0), "part": ("p", 0),
    "half": ("h", 2), "third": ("F", 3), "quarter": ("F", 4), "tenth": ("F", 10),
    "early": ("P", 1), "middle": ("P", 2), "late": ("P", 3), "turn": ("T", 0),
    "before": ("B", 0), "after": ("A", 0), "older": ("B", 1), "younger": ("A", 1),
    "older_of": ("B", 2), "younger_of": ("A", 2),
    "until": ("U", 0), "since": ("S", 0),
    "between": ("W", 0), "betwixt": ("w", 0), "to": ("R", 0), "and": ("R", 1), "finished": ("V", 0),
    "from": ("W", 1), "of_or_since": ("S", 1),
    "or_later": ("Z", 0), "afterwards": ("N", 0), "or_earlier": ("Y", 0), "prior": ("O", 0),
}  # fmt: skip

_EXPANDED: dict[str, Callable[[int], tuple[Item, ...]]] = {
    "f": lambda _: (),
    "d": lambda ten: (Item("n", ten), Item("H")),
    "k": lambda first: (Item("K", first), Item("R", 1), Item("K", first + 100)),
}

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SPLIT = re.compile(
    rf"""(?P<iso>(?<!\d)\d{{4}}-(?:0[1-9]|1[0-2])(?:-{_DAY}(?:T[\d:.Z+]*)?)?(?![\d/-]))
      | (?P<reversed>(?<!\d)\d{{4}}\.\s?(?:0?[1-9]|1[0-2])\.\s?{_DAY}(?![\d.]\d)\.?)
      | (?P<dotted>{_DAY}(?P<sep>[./-])\s?{_DAY}(?P=sep)\s?\d{{4}}(?!\d))
      | (?P<thousands>\d{{2,3}}[., ]\d{{3}}(?!\d))
      | (?P<odd>\d+[.,:]\d+)
      | (?P<named>'\d00(?!\d))
      | (?P<number>\d+)
      | (?P<word>[^\W\d_]+)
      | (?P<sign>[^\s.'"])""",
    re.VERBOSE,
)
_LOOKALIKES = str.maketrans("хіιχм", "xiixm")  # Cyrillic and Greek letters in XIX
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ROMAN = re.compile(r"m{0,2}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_ORDINAL = re.compile(r"([ivx]{2,}|[ivx](?=\w))(?:e|eme|er|ere|o|a)?")


def plain(text: str) -> str:
    """The text without accents, with one kind of apostrophe, hyphen and dash."""
    if not text.isascii():
        text = re.sub("[’‘ʼ´`]", "'", re.sub(r"(?<=[\d.])[ªº°]", "", text))
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
        text = re.sub("[‒–—―−]", "–", re.sub("[‐‑]", "-", text))
    return re.sub(r"(?<=\d)(?:'(?=[a-z])|:(?=[ae]\b))", "", text)


def tokens_of(text: str, months: bool = False) -> Iterator[Token]:
    """The tokens of plain text; points are left out, `months` settles years such as 1901-02."""
    end = -1
    for match in _SPLIT.finditer(text):
        kind, raw = match.lastgroup, match.group()
        glued, end = match.start() == end, match.end() if kind == "number" else -1
        match kind:
            case "word":
                name = raw[0].isupper() and match.start() > 0
                yield Token("w", raw.casefold(), 0, 0, glued, raw.isupper(), name)
            case "sign":
                yield Token("w", "-" if raw == "–" else raw)
            case "number" | "thousands":
                value, point = int(re.sub(r"\D", "", raw)[:9]), text[match.end() :][:1] == "."
                yield Token("n", value=value, width=len(raw), point=point)
            case "named":
                yield Token("K", value=int(raw[1:]) + 1001)
            case "reversed":
                yield Token("y", value=int(raw[:4]))
            case "iso" if months or len(raw) > 7 or raw[5:] <= raw[2:4]:
                yield Token("y", value=int(raw[:4]))
            case _:
                yield Token("y", value=int(raw[-4:])) if kind == "dotted" else Token("x")


@cache
def _tables() -> dict[str, dict[str, Item]]:
    """Words to items by language: the months of CLDR, then the rows of words.tsv over them."""
    from babel import Locale

    tables: dict[str, dict[str, Item]] = {"mul": {}}
    for lang in LANGUAGES:
        months = Locale.parse(lang).months
        names = [months[form][width] for form in months for width in ("abbreviated", "wide")]
        tables[lang] = {_key(word): Item("M") for named in names for word in named.values()}
    rows = files("explorer.dates").joinpath("words.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows[1:]:
        lang, meaning, words = row.split("\t")
        name, _, value = meaning.partition("=")
        kind, fixed = _KINDS[name]
        which, _, of = value.partition("/")
        for key in map(_key, words.split("|")):
            letter = int(kind == "x" and len(key) == 1)
            tables[lang][key] = Item(kind, int(which or fixed or letter), int(of or 0))
    return tables


def _key(word: str) -> str:
    """The words of a table cell as the tokens of a text would spell them.

    A leading "~" means directly after a number ("1880s"), a leading "#" after a number ("XIX w.").
    """
    mark = word[0] if word[0] in "~#" and len(word) > 1 else ""
    return mark + " ".join(token.word for token in tokens_of(plain(word[len(mark) :])))


@cache
def _shared() -> tuple[dict[str, Item], dict[str, frozenset[str]]]:
    """The words of which no language thinks otherwise, and who has the first words of the rest."""
    meanings: dict[str, dict[str, Item]] = defaultdict(dict)
    for lang in LANGUAGES:
        for key, item in _tables()[lang].items():
            *before, last = key.split(" ")
            if not before or not _ROMAN_ORDINAL.fullmatch(last):  # Spanish only: "del XIX"
                meanings[key][lang] = item
    for key in [key for key in meanings if key[0] == "#"]:
        meanings[key] = meanings.get(key[1:], {}) | meanings[key]
    general = _tables()["mul"]
    agreed = {
        key: next(iter(meant.values()))
        for key, meant in meanings.items()
        if not _ROMAN_ORDINAL.fullmatch(key)  # Czech "ve" is a word, French "Ve" a century
        and len({*meant.values(), *filter(None, (general.get(key),))}) == 1
    }
    contested: dict[str, set[str]] = defaultdict(set)
    for key, meant in meanings.items():
        if key not in agreed:
            contested[key.lstrip("~#").partition(" ")[0]].update(meant)
    return agreed | general, {word: frozenset(langs) for word, langs in contested.items()}


@cache
def _lexicon(lang: str, other: str) -> _Lexicon:
    """The words of all languages that agree on them, of `other`, and before all of `lang`."""
    words = dict(_shared()[0])
    for own in (other, lang):
        table = _tables().get(own, {})
        words = {k: item for k, item in words.items() if k[0] != "#" or k[1:] not in table}
        words.update(table)
    phrases = [phrase.split(" ") for phrase in words if " " in phrase]
    return _Lexicon(words, {p[0].lstrip("~#") for p in phrases}, max(map(len, phrases)))


def senses(tokens: list[Token]) -> list[str]:
    """The languages that mean something of their own by one of the words."""
    contested = _shared()[1]
    langs = {lang for token in tokens for lang in contested.get(token.word, ())}
    return [lang for lang in LANGUAGES if lang in langs]


def _numeral(token: Token) -> int:
    """The number a Roman numeral means, a century ("XIXe") or a year, 0 where a word is none."""
    ordinal = _ROMAN_ORDINAL.fullmatch(token.word)
    word = token.word if token.upper else ordinal.group(1) if ordinal else ""
    if len(word) > 1 and not word.isascii():
        word = word.translate(_LOOKALIKES)
    if not word or not _ROMAN.fullmatch(word):
        return 0
    digits = [_ROMAN_DIGITS[letter] for letter in word]
    value = sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True))
    small = value <= 30 and not set(word) - set("ivx")
    return value if small or (token.upper and value >= 1000 and len(word) > 3) else 0


def _is_century(token: Token) -> bool:
    """Whether a Roman ordinal is French for a century by itself: "du XVIIe"."""
    ordinal = not token.upper and _ROMAN_ORDINAL.fullmatch(token.word)
    return bool(ordinal) and token.word.endswith("e") and 10 <= _numeral(token) <= 21


def items_of(tokens: list[Token], lang: str, other: str = "") -> list[Item]:
    """What the tokens mean in `lang`, fillers left out; u is an unknown word, | ends a clause.

    Words that `lang` does not have are taken as `other` means them.
    """
    lexicon = _lexicon(lang, other)
    items: list[Item] = []
    i, after_number = 0, False
    while i < len(tokens):
        token = tokens[i]
        item, used = Item(token.kind, token.value, token.width), 1
        if token.kind == "w":
            marks = ("~", "#", "") if token.glued else ("#", "") if after_number else ("",)
            item, used = _phrase(tokens[i : i + lexicon.longest], marks, lexicon)
            if lang == "fr" and item.width == 0 and _is_century(token):
                item = Item("n", item.value, -1)
        last = items[-1] if items else Item("")
        item = _counted(item, items, pointed=i > 0 and tokens[i - 1].point)
        if item.kind == "f" and 0 < item.value < last.value:
            item = Item("u")  # "1880er" is no ordinal
        elif (
            lang == "fr"
            and item.kind == "f"
            and token.glued
            and token.word == "e"
            and last.width == 2
        ):
            items[-1] = last._replace(width=-1 if 10 <= last.value <= 21 else 2)  # "du 16e"
        elif item.kind == "g":
            before_number = i + used < len(tokens) and tokens[i + used].kind == "n"
            item = Item("u" if before_number else "f")
        elif item.kind == "r":
            item = Item("R" if last.kind == "n" else "f")
        elif item.kind == "u" and not (token.name and _passable(token.word, lang)):
            item = Item("u")
        items += _EXPANDED[item.kind](item.value) if item.kind in _EXPANDED else (item,)
        after_number = item.kind == "n" or (item.kind == "f" and token.glued)
        i += used
    return items


def _counted(item: Item, items: list[Item], *, pointed: bool) -> Item:
    """What a word of years means behind these items: a decade, nothing, or how many years."""
    last = items[-1] if items else Item("")
    if last.kind != "n":
        return Item("f") if item.kind == "D" and item.value >= 100 else item
    if item == Item("x", 3):  # Latvian "gadiem", as in "20. gadsimta 50. gadiem"
        ordinal = last.width == 0 or (pointed and items[-2:-1] == [Item("C", 100)])
        return Item("D") if ordinal else Item("x", 2)
    older = any(other.kind in "AB" and other.value for other in items)
    if older and not pointed and (item.kind in "Dx" or item == Item("f", -1)):
        return Item("x", 2)  # "older than 2000 years"
    if item.kind != "D":
        return item
    if item.value >= 100 and last.value >= 100:
        limited = last.value % 10 or any(other.kind in "cBAUW" for other in items)
        return Item("f" if item.value == 100 or limited else "D")
    return Item("D", 0 if pointed else min(item.value, 1)) if item.value != 2 else item


def _passable(word: str, lang: str) -> bool:
    """Whether an unknown word may be a name in this language, as no other has it for dates."""
    script = _SCRIPTS.get(lang, _LATIN)
    return bool(script.search(word)) and word not in _shared()[1]


def _phrase(tokens: list[Token], marks: tuple[str, ...], lexicon: _Lexicon) -> tuple[Item, int]:
    """The item that the longest known phrase means, and how many tokens it takes."""
    token = tokens[0]
    longest = len(tokens) if token.word in lexicon.first else 1
    for size in range(longest, 0, -1):
        words = " ".join(t.word for t in tokens[:size])
        for mark in marks:
            if size == 1 and not mark and token.upper and (value := _numeral(token)):
                return Item("n", value), 1
            if item := lexicon.words.get(mark + words):
                return item, size
    if value := _numeral(token):
        return Item("n", value), 1
    if not token.word.isalpha():
        return Item("|" if token.word in ",;:()[]" else "x"), 1
    # An unknown run of capitals is more likely part of an object number than of a sentence.
    return Item("u", int(len(token.word) > 2 and not token.upper)), 1
