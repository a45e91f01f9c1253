"""Curatorial texts: Markdown files with YAML front matter that says what each is about."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from explorer.errors import ExplorerError
from explorer.text import nfc
from explorer.types import Field, Record, Rights, Source
from ingest.deliveries import Member, Rejection, members

SUFFIXES = (".md", ".markdown")
_KEYS = frozenset(
    ("id", "title", "lang", "about", "author", "level", "licence", "kind", "valid_from",
     "valid_until", "url")
)  # fmt: skip
_KINDS = ("text", "visit")
_LEVELS = ("easy", "general", "expert")


def read(path: Path, *, source: str, languages: Sequence[str] = ()) -> Iterator[Record | Rejection]:
    """A record per text, named by its file; `about` holds object numbers until they are joined."""
    for member in members(path, SUFFIXES):
        try:
            yield _record(member, source, languages[0] if len(languages) == 1 else "")
        except ExplorerError as error:
            yield Rejection(source, member.where, "", "", f"{error.problem} {error.remedy}")


def _record(member: Member, source: str, lang: str) -> Record:
    front, body = _parted(member)
    local = str(front.get("id") or member.name.rsplit(".", 1)[0])
    lang = str(front.get("lang") or lang)
    text = plain_text(body)
    title = nfc(str(front.get("title") or ""))
    if not text:
        raise ExplorerError("The text is empty.", "Write something under its front matter.")
    author = nfc(str(front.get("author") or ""))
    fields = [Field("title", title, lang, source="title")] if title else []
    fields.append(Field("text", text, lang, source="body"))
    if author:
        fields.append(Field("author", author, "", source="author"))
    licence = str(front.get("licence") or "")
    return Record(
        id=f"{source}:{quote(local, safe='')}",
        kind=front.get("kind") or "text",
        fields=tuple(fields),
        about=_many(front.get("about")),
        rights=Rights(record=licence, text=licence),
        level=str(front.get("level") or ""),
        valid_from=str(front.get("valid_from") or ""),
        valid_until=str(front.get("valid_until") or ""),
        author=author,
        url=str(front.get("url") or ""),
        source=Source(source, "texts", member.delivered),
    )


def _parted(member: Member) -> tuple[Mapping[str, Any], str]:
    """Front matter and body; ExplorerError where either cannot be read."""
    import yaml

    try:
        text = member.read().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ExplorerError("The file is not written in UTF-8.", "Save it as UTF-8.") from error
    if not text.startswith("---\n"):
        return {}, text
    head, mark, body = text[4:].partition("\n---")
    if not mark:
        raise ExplorerError("The front matter has no end.", "Close it with a line of three dashes.")
    try:
        front = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", "") or "its lines do not fit together")
        raise ExplorerError(
            f"The front matter cannot be read: {problem}.", "Write it as lines of key: value."
        ) from error
    if not isinstance(front, dict):
        raise ExplorerError("The front matter is not a list of keys.", "Write lines of key: value.")
    _check(front)
    return front, body.partition("\n")[2]


def _check(front: Mapping[str, Any]) -> None:
    for key in front:
        if key not in _KEYS:
            names = ", ".join(sorted(_KEYS))
            raise ExplorerError(f"The key '{key}' is not understood.", f"Use only: {names}.")
    for key, known in (("kind", _KINDS), ("level", _LEVELS)):
        if str(front.get(key) or known[0]) not in known:
            names = ", ".join(known)
            raise ExplorerError(f"'{front[key]}' is not a {key}.", f"Use one of: {names}.")


def _many(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(nfc(str(item)) for item in (given if isinstance(given, list) else [given]))


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
