"""A maker's name and role, where one line of a catalogue holds both: Jan Bus (Publisher)."""

import re
from functools import cache
from importlib.resources import files

from explorer.text import fold, words
from ingest import attribution

_BRACKETS = re.compile(r"(.*?\S)\s*[(\[]([^()\[\]]+)[)\]]\s*")
_BEFORE = re.compile(r"([^:;,.()\[\]]+?)\s*:\s+(\S.*)")
_AFTER = re.compile(r"(.*\S)\s*[.,;]\s*([^.,;:()\[\]]+?)\.?\s*")
_BOTH_GENDERS = re.compile(r"(?<=[a-zäöüß])(?:[_*:/·.](?:innen|in|e?r|e|n|s))+\b")
_AND = re.compile(r"[/,;&+]")


def name_and_role(text: str) -> tuple[str, str]:
    """(name, role), both as they stand in `text`; no role where none of our words for one does."""
    for pattern, name, role in ((_BRACKETS, 1, 2), (_BEFORE, 2, 1), (_AFTER, 1, 2)):
        match = pattern.fullmatch(text.strip())
        if not match or not _is_role(match.group(role), last_word=pattern is _BRACKETS):
            continue
        # "Müller, Weber" may be a name; "Hahn, Albert, draughtsman" and "Hahn, draughtsman" not.
        if pattern is not _AFTER or match.group(role)[0].islower() or " " in match.group(name):
            return match.group(name), match.group(role).strip()
    return text.strip(), ""


def is_maker_role(role: str) -> bool:
    """False for those who only owned, gave or received the work, or are depicted in it."""
    return attribution.is_maker_role(role) and _plain(role) not in _terms()["other"]


def _is_role(text: str, *, last_word: bool) -> bool:
    """Whether these words name a role; `last_word`: whether it is enough that the last does."""
    known = _terms()["maker"]
    parts = [_plain(part) for part in _AND.split(_BOTH_GENDERS.sub("", text))]
    if all(p and (p in known or (last_word and p.rpartition(" ")[2] in known)) for p in parts):
        return True
    return not is_maker_role(text)


def _plain(text: str) -> str:
    return " ".join(words(fold(text)))


@cache
def _terms() -> dict[str, frozenset[str]]:
    """Our words for roles, and those by which an unknown maker is called (unknown engraver)."""
    nouns = (term for kind, _, term in _rows("unknown_makers.tsv") if kind == "noun")
    ours = [(kind, _plain(term)) for kind, _, term in _rows("sources", "maker_roles.tsv")]
    makers = {*map(_plain, nouns), *(term for kind, term in ours if kind == "maker")}
    return {
        "maker": frozenset(makers - {term for kind, term in ours if kind == "no role"}),
        "other": frozenset(term for kind, term in ours if kind == "other"),
    }


def _rows(*path: str) -> list[list[str]]:
    lines = files("ingest").joinpath(*path).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines[1:] if line.strip()]
