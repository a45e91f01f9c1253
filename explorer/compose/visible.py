"""What of a model's characters a person is meant to see: no tags, no tokens, no thinking aloud."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

END = "\x04"
"""Follows the last character of a stream."""

_ENTITY = 34
_TAG = 400
_SILENT = re.compile(r"[\[<]/?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)\b")
_NAME = re.compile(r"</?\s*([a-z]+\d?)", re.IGNORECASE)
_TOKEN = re.compile(r"<[|｜]|<(?:start|end)_of_turn|</?s>|<(?:bos|eos|pad|unk)>|<[a-z_▁]*[|｜]>")
_ROLE = re.compile(r"im_start|start_header|start_of_turn|<\|start\|>|channel")
_WITHIN = re.compile(r"message|end_header")
_UNSAID = {"analysis", "commentary", "user", "system", "tool"}
_BLOCKS = {"br", "p", "div", "ul", "ol", "table", "hr", "blockquote", "section", "pre", "tbody"}
_LINES = {"li": "\n- ", "tr": "\n| ", "td": " | ", "th": " | ", "sup": "^"} | {
    f"h{level}": "\n\n# " for level in range(1, 7)
}
_HIDDEN = {"script", "style", "iframe", "svg", "title", "template", "textarea"}


def visible(characters: Iterator[str]) -> Iterator[str]:
    """The characters that are meant, then END; tags of HTML as the lines and signs they make."""
    return _untagged(_seen(_decoded(characters)))


def _decoded(characters: Iterator[str]) -> Iterator[str]:
    """HTML entities as the characters they stand for."""
    held = ""
    for char in characters:
        if not held and char != "&":
            yield char
            continue
        if char == ";" and len(held) > 1:
            yield from unescape(held + char)
            held = ""
        elif char != "&" and len(held) < _ENTITY and (char.isalnum() or char == "#"):
            held += char
        elif char == "&":
            yield from held
            held = char
        else:
            yield from held
            yield char
            held = ""


def _seen(characters: Iterator[str]) -> Iterator[str]:
    """Characters that are seen: none that control, turn round or hide; every line end as one."""
    for char in characters:
        if " " <= char <= "~" or char in ("\n", END):
            yield char
        elif char in "\t\u2028\u2029\x85":
            yield " " if char == "\t" else "\n"
        elif unicodedata.category(char)[0] != "C" and not _varies(char):
            yield char


def _varies(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _untagged(characters: Iterator[str]) -> Iterator[str]:
    """The text without tags, tokens of chat templates, and what is thought aloud.

    What a stream breaks off within is left out.
    """
    held, hidden = "", ""
    role: str | None = None  # the name after a token that opens a turn, as far as it is read
    for char in characters:
        if char == END:
            break
        if role is not None and not held:
            if char.isalpha() and len(role) < _ENTITY:
                role += char
                continue
            hidden, role = (role if role.lower() in _UNSAID else ""), None
        if not held and char not in "<[":
            if not hidden:
                yield char
            continue
        if held and char in "<[" and not held.startswith("<!--"):
            if not hidden:
                yield from held
            held = char
            continue
        held += char
        if len(held) == 1 or _is_open(held):
            continue
        said, hidden, role = _tag(held, hidden)
        if not hidden:
            yield from said
        held = ""
    yield END


def _is_open(held: str) -> bool:
    """Whether what begins like a tag may still become one."""
    if held[0] == "[":
        return "think".startswith(held[1:].removeprefix("/").lower())
    if held.startswith("<!--"):
        return not held.endswith("-->") and len(held) < 10 * _TAG
    if held[1].isdigit():
        return held[1:].isdecimal() and len(held) < len("<1234")
    begins = held[1].isalpha() or held[1] in "/!|｜"
    return begins and held[-1] not in ">\n" and len(held) < _TAG


def _tag(held: str, hidden: str) -> tuple[str, str, str | None]:
    """What is written for a tag, what hides the text after it, and "" where a role follows.

    What is no tag stands as it is.
    """
    lower = held.lower()
    if not held.endswith(("]", ">")) or len(held) < len("<p>"):
        return held, hidden, None
    closes = lower[1] == "/"
    if _SILENT.match(lower):
        return "\n\n", "" if closes else "think", None
    if held[0] == "[" or hidden == "think":
        return held, hidden, None
    if held[1:-1].isdecimal():
        return f"[{held[1:-1]}]", hidden, None
    if _TOKEN.match(lower):
        goes_on = _WITHIN.search(lower) is not None
        return "\n\n", hidden if goes_on else "", "" if _ROLE.search(lower) else None
    named = _NAME.match(lower)
    name = named.group(1) if named else ""
    if name in _HIDDEN:
        return "", "" if closes else name, None
    if name in _BLOCKS or (closes and name in _LINES and name not in ("td", "th", "sup")):
        return "\n" if name in ("br", "li", "tr") else "\n\n", hidden, None
    return "" if closes else _LINES.get(name, ""), hidden, None
