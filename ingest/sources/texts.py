"""Curatorial texts: Markdown files with YAML front matter that says what each is about."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from explorer.errors import ExplorerError
from explorer.text import nfc
from explorer.types import Field, Record, Rights, Source
from ingest.deliveries import Member
from ingest.sourcespec import Item, Rejection, SourceSpec

_KEYS = frozenset(
    ("id", "title", "lang", "about", "author", "level", "licence", "kind", "valid_from",
     "valid_until", "url")
)  # fmt: skip
_MARK = re.compile(r"(?:\A|(?<=\n))---[ \t]*(?:\n|\Z)")
_KINDS = ("text", "visit")
_LEVELS = ("easy", "general", "expert")


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The text of a file, named by it; `about` holds object numbers until they are joined."""
    try:
        yield _record(member, spec.name, spec.language)
    except ExplorerError as error:
        yield Rejection(spec.name, member.where, "", "", f"{error.problem} {error.remedy}")


def _record(member: Member, source: str, lang: str) -> Record:
    front, body = _parted(member)
    told = {key: nfc(value) for key, value in front.items() if isinstance(value, str)}
    lang = told.get("lang") or lang
    title, author, url = (told.get(key, "") for key in ("title", "author", "url"))
    text = plain_text(body)
    if not text:
        raise ExplorerError("The text is empty.", "Write something under its front matter.")
    fields = [Field("title", title, lang, source="title")] if title else []
    fields.append(Field("text", text, lang, source="body"))
    if author:
        fields.append(Field("author", author, "", source="author"))
    linked = url.startswith(("http://", "https://"))
    local = told.get("id") or member.name.rsplit(".", 1)[0]
    licence = told.get("licence", "")
    return Record(
        id=f"{source}:{quote(local, safe='')}",
        kind="visit" if told.get("kind") == "visit" else "text",
        fields=tuple(fields),
        about_numbers=_many(front.get("about", "")),
        rights=Rights(record=licence, text=licence),
        level=told.get("level", ""),
        valid_from=_day(told, "valid_from"),
        valid_until=_day(told, "valid_until"),
        author=author,
        url=url if linked else "",
        source=Source(source, "texts", member.delivered),
        warnings=(f"web address is incomplete: {url}",) if url and not linked else (),
    )


def _parted(member: Member) -> tuple[Mapping[str, Any], str]:
    """Front matter and body; ExplorerError where either cannot be read."""
    import yaml

    try:
        text = member.read().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ExplorerError("The file is not written in UTF-8.", "Save it as UTF-8.") from error
    begin = _MARK.match(text)
    if begin is None:
        return {}, text
    end = _MARK.search(text, begin.end())
    if end is None:
        raise ExplorerError("The front matter has no end.", "Close it with a line of three dashes.")
    try:
        # BaseLoader makes strings, lists and dicts and nothing else: 0012, 007 and no stay as
        # they are written, and it builds no objects, which is what S506 is about.
        front = yaml.load(text[begin.end() : end.start()], yaml.BaseLoader) or {}  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        problem = str(getattr(error, "problem", "") or "its lines do not fit together")
        raise ExplorerError(
            f"The front matter cannot be read: {problem}.", "Write it as lines of key: value."
        ) from error
    if not isinstance(front, dict):
        raise ExplorerError("The front matter is not a list of keys.", "Write lines of key: value.")
    _check(front)
    return front, text[end.end() :]


def _check(front: Mapping[str, Any]) -> None:
    for key, value in front.items():
        if key not in _KEYS:
            names = ", ".join(sorted(_KEYS))
            raise ExplorerError(f"The key '{key}' is not understood.", f"Use only: {names}.")
        items = value if key == "about" and isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise ExplorerError(
                f"What stands under '{key}' is not one value.", f"Write it in one line: {key}: ..."
            )
    for key, known in (("kind", _KINDS), ("level", _LEVELS)):
        if (front.get(key) or known[0]) not in known:
            names = ", ".join(known)
            raise ExplorerError(f"'{front[key]}' is not a {key}.", f"Use one of: {names}.")


def _day(told: Mapping[str, str], key: str) -> str:
    """The day in the one form in which days can be compared as words; "" where none is given."""
    given = told.get(key, "")
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError as error:
        raise ExplorerError(
            f"'{given}' under {key} is not a day of the calendar.",
            "Write year, month and day: 2027-01-31.",
        ) from error


def _many(given: str | list[str]) -> tuple[str, ...]:
    items = given if isinstance(given, list) else [given]
    return tuple(filter(None, map(nfc, items)))


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, its paragraphs parted by an empty line, without markup."""
    from markdown_it import MarkdownIt

    paragraphs = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(markdown):
        if token.type == "inline":
            pieces = (
                " " if child.type in ("softbreak", "hardbreak") else child.content
                for child in token.children or ()
            )  # fmt: skip
            paragraphs.append(nfc("".join(pieces)))
        elif token.type in ("code_block", "fence"):
            paragraphs.append(nfc(token.content))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
