"""Who made it, and how surely: roles, qualifiers and decorated names, in all official languages.

A copy or a rejected attribution is never taken for the maker, and an unknown maker has no name.
"""

import re
from collections.abc import Collection
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from explorer.text import fold, words
from explorer.types import Maker, MakerStatus

FURTHEST_FIRST = (
    "formerly-attributed-to",
    "copy-after",
    "after-design-by",
    "manner-of",
    "follower-of",
    "school-of",
    "circle-of",
    "workshop-of",
    "possibly-by",
    "attributed-to",
)
"""Of two of a kind that a source says of one actor, the one further from their own hand holds."""

_KINDS = (
    ("formerly-attributed-to",),
    ("copy-after", "after-design-by"),
    ("possibly-by", "attributed-to"),
    ("manner-of", "follower-of", "school-of", "circle-of", "workshop-of"),
)
"""What is of different kinds stands in a row, as one reads it: attributed to the workshop of."""

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_TAIL = re.compile(r"\s*[,;:.]\s*([^,;:.]+)[.]?\s*$")
_MIDDLE = re.compile(r"[.,;:]\s*([^.,;:]+)[.,;:]\s*")
_DOUBT = re.compile(r"\s*(?:\(\s*\?\s*\)|\?)\s*$")
_PARTS = re.compile(r"[;:,/|()\[\]]")
_WORD = re.compile(r"[^\W_]+")
_Words = tuple[str, ...]


@lru_cache(maxsize=20_000)
def maker(
    name: str,
    role: str,
    qualifier: str,
    *,
    display: str = "",
    gender: str = "",
    uri: str = "",
    lang: str = "",
) -> Maker:
    """One actor of the making, its name without decorations and "" where the maker is unknown.

    `role` and `qualifier` are the source's words; a qualifier that no table knows stays as it is.
    Where they say several things the codes of all stand in a row: "copy-after attributed-to".
    `display` is the line a source shows for this actor: what it adds about the attribution counts.
    Words of every language count: `lang` only decides where one word means two things.
    """
    plain, codes = _undecorated(name, lang)
    codes += [*_codes(qualifier, lang), *_role_codes(role, lang)]
    codes += _display_codes(display, name, role, lang)
    status: MakerStatus = "current"
    if "formerly-attributed-to" in codes:
        status = "former"
    elif "copy-after" in codes:
        status = "copy-after"
    if not plain or is_unknown(plain):
        plain = ""
        status = "unknown" if status == "current" else status
    code = _in_a_row(codes) if codes else qualifier.strip()
    return Maker(plain, role.strip(), code, status, gender, uri)


def _in_a_row(codes: Collection[str]) -> str:
    """One code of each kind; a former attribution was an attribution, and needs not say so."""
    said = [min(c, key=FURTHEST_FIRST.index) for k in _KINDS if (c := set(k).intersection(codes))]
    former = "formerly-attributed-to" in said
    return " ".join(code for code in said if not (former and code in _KINDS[2]))


@lru_cache(maxsize=2_000)
def _codes(text: str, lang: str) -> tuple[str, ...]:
    """The codes of all that a qualifier or role says (workshop-of); none that no table knows."""
    folded = _folded(text)
    if not folded:
        return ("possibly-by",) if text.strip() in ("?", "(?)") else ()
    whole = _code(folded, lang)
    parts = [whole] if whole else [_code(_folded(part), lang) for part in _PARTS.split(text)]
    return tuple(code for code in parts if code) or tuple(_opened(text)[0])


@lru_cache(maxsize=2_000)
def is_unknown(name: str) -> bool:
    """Whether a name only says that nobody is known: Okänd, unbekannter deutscher Meister."""
    every, unknown = _unknown_patterns()
    folded = " ".join(words(fold(name)))
    return bool(every.fullmatch(folded) and unknown.search(folded))


@lru_cache(maxsize=2_000)
def is_maker_role(role: str) -> bool:
    """False for those who commissioned, owned, gave or are depicted; true for any other role."""
    return " ".join(words(fold(role))) not in _not_makers()


def _role_codes(role: str, lang: str) -> list[str]:
    """As _codes, but a pupil or a workshop by role is the maker, not somebody near them."""
    near = () if _folded(role) in _openings()[0] else _KINDS[-1]
    return [code for code in _codes(role, lang) if code not in near]


def _display_codes(display: str, name: str, role: str, lang: str) -> list[str]:
    """The codes of what a displayed line adds to the name and role of its actor.

    "Jan Lievens, pupil of Rembrandt" says nothing of this kind: Rembrandt is not the actor.
    """
    named, known = set(_folded(name)), {*_folded(name), *_folded(role)}
    codes = ["possibly-by"] if display and _DOUBT.search(display) else []
    for part in _PARTS.split(display):
        added = tuple(word for word in _folded(part) if word not in known and not word.isdigit())
        opened = _opening(part)
        if len(" ".join(added)) > 3 and (code := _code(added, lang)):
            codes.append(code)
        elif opened and named.intersection(_folded(opened[1])):
            codes.append(opened[0])
    return codes


def _undecorated(name: str, lang: str) -> tuple[str, list[str]]:
    plain, codes = name.strip(), list[str]()
    while match := _BRACKETS.search(plain) or _TAIL.search(plain):
        said = _folded(match.group(1))
        code = _code(said, lang)
        if match.re is _TAIL and len(" ".join(said)) < 4:
            code = ""  # "Ponte, da" is a name
        about_another = match.re is _BRACKETS and _opening(match.group(1))
        if not (code or about_another):
            break
        codes += [code] if code else []
        plain = plain[: match.start()].rstrip()
    for match in _MIDDLE.finditer(plain):
        if len(match.group(1)) > 3 and (code := _code(_folded(match.group(1)), lang)):
            plain = f"{plain[: match.start()]} {plain[match.end() :]}"
            codes.append(code)
            break
    if plain and (match := _DOUBT.search(plain)):
        plain = plain[: match.start()]
        codes.append("possibly-by")
    opened, plain = _opened(plain)
    return plain.strip(" ,;:"), codes + opened


def _opened(text: str) -> tuple[list[str], str]:
    """The codes of all that `text` begins with: "attributed to the workshop of", and the rest."""
    codes = []
    while opening := _opening(text):
        code, text = opening
        codes.append(code)
    return codes, text


def _opening(text: str) -> tuple[str, str] | None:
    """(code, what follows) where `text` begins with words such as "workshop of", longest first."""
    openings, longest = _openings()
    spans = [match.span() for match in _WORD.finditer(text)]
    folded = [fold(text[start:end]) for start, end in spans[: longest + 1]]
    for length in range(min(longest, len(spans) - 1), 0, -1):
        code = openings.get(tuple(folded[:length]))
        if code and "," not in text[spans[length - 1][1] : spans[length][0]]:
            return code, text[spans[length][0] :]
    return None


def _folded(text: str) -> _Words:
    return tuple(words(fold(text)))


def _code(said: _Words, lang: str) -> str:
    """The code of these words, a word such as "formerly" standing anywhere among them."""
    meanings = _terms().get(said, {})
    if meanings:
        return meanings.get(lang[:2]) or next(iter(meanings.values()))
    former = FURTHEST_FIRST[0]
    rest = tuple(word for word in said if former not in _terms().get((word,), {}).values())
    return former if rest != said and rest in _terms() else ""


@cache
def _terms() -> dict[_Words, dict[str, str]]:
    """Folded words -> language -> code; a term of the table with or without its name (~)."""
    terms: dict[_Words, dict[str, str]] = {}
    for code, lang, term in _table("qualifiers.tsv"):
        terms.setdefault(_folded(term), {}).setdefault(lang, code)
    return terms


@cache
def _openings() -> tuple[dict[_Words, str], int]:
    rows = _table("qualifiers.tsv")
    openings = {_folded(term): code for code, _, term in rows if term.endswith("~")}
    return openings, max(map(len, openings))


@cache
def _unknown_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    def either(*kinds: Literal["unknown", "noun", "adjective"]) -> str:
        terms = {term for kind, _, term in _table("unknown_makers.tsv") if kind in kinds}
        folded = {" ".join(_folded(t)) + (r"[^\W\d_]*" if t.endswith("*") else "") for t in terms}
        return "|".join(sorted(folded, key=len, reverse=True))

    known = f"{either('unknown', 'noun', 'adjective')}|[0-9]+[a-z]{{0,2}}"
    return re.compile(f"(?:(?:{known})(?: |$))+"), re.compile(rf"\b(?:{either('unknown')})\b")


@cache
def _not_makers() -> frozenset[str]:
    rows = _table("unknown_makers.tsv")
    return frozenset(" ".join(_folded(term)) for kind, _, term in rows if kind == "other role")


@cache
def _table(name: str) -> tuple[tuple[str, str, str], ...]:
    lines = files("ingest").joinpath(name).read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines if line.strip())
    return tuple((first, lang, term) for first, lang, term in rows)
