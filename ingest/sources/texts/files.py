"""A file of words as a record: what it says, whom it is about, and how long it is valid."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from explorer.errors import ExplorerError
from explorer.text import nfc
from explorer.types import DateSpan, Field, Identifier, Record, RecordKind, Rights, Source
from ingest.deliveries import Member
from ingest.sources.texts.front import SIDECAR, belongs, beside, day
from ingest.sources.texts.names import named
from ingest.sources.texts.written import Written, real_title
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_FORMS = {
    ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".txt": "plain",
    ".docx": "docx", ".pdf": "pdf", ".srt": "subtitles", ".vtt": "subtitles",
}  # fmt: skip
_WORDS_LOCK = "~$"  # what Word leaves beside a document that is open


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The text of a file, named by it; `about` holds object numbers until they are joined."""
    name = PurePosixPath(member.name)
    stray = name.suffix.lower() == SIDECAR and not belongs(member, spec, tuple(_FORMS))
    if stray or name.name.startswith(_WORDS_LOCK):
        yield Remark(spec.name, member.where, f"file passed over: {member.where}")
    elif name.suffix.lower() != SIDECAR:
        yield from _read(member, spec)


def _read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    form = _FORMS.get(PurePosixPath(member.name).suffix.lower(), "markdown")
    try:
        told = beside(member, spec)
        lang = nfc(told.get("lang", "")) or named(member.name).lang
        module = import_module(f"ingest.sources.texts.{form}")
        written: Written = module.written(member, (lang,) if lang else spec.languages)
        record = _record(member, written, {**told, **written.front}, spec)
    except ExplorerError as error:
        yield Rejection(spec.name, member.where, "", "", f"{error.problem} {error.remedy}")
        return
    if written.guessed:
        yield Remark(spec.name, member.where, f"encoding guessed: {written.guessed}")
    yield record


def _record(member: Member, written: Written, front: Mapping[str, Any], spec: SourceSpec) -> Record:
    if not any(part.text for part in written.parts):
        raise ExplorerError("The text is empty.", "Write something into it.")
    told = {key: nfc(value) for key, value in front.items() if isinstance(value, str)}
    name = named(member.name)
    kind: RecordKind = "visit" if told.get("kind") == "visit" else "text"
    lang = told.get("lang") or name.lang or written.lang or spec.language
    noted = real_title(written.title, PurePosixPath(member.name).name)
    title, author = told.get("title") or noted or written.heading, told.get("author", "")
    numbers = _many(front["about"]) if "about" in front else ()
    if "about" not in front and kind == "text" and name.number:
        numbers = (name.number,)
    url, licence = told.get("url", ""), told.get("licence", "")
    linked = url.startswith(("http://", "https://"))
    warnings = [
        *written.warnings,
        *([f"web address is incomplete: {url}"] if url and not linked else ()),
    ]
    begins, ends = day(told, "valid_from"), day(told, "valid_until")
    if kind == "visit" and not begins and not ends:
        warnings.append(f"visit text without validity: {title or member.name}")
    return Record(
        id=f"{spec.name}:{quote(told.get('id') or _local(member.name), safe='')}",
        kind=kind,
        identifiers=tuple(Identifier("stop_number", told[k]) for k in ("stop",) if told.get(k)),
        fields=(*_fields(written, title, author, lang), *_said(told, lang)),
        dates=(DateSpan("creation", {"zxx": told["written"]}),) if told.get("written") else (),
        about_numbers=numbers,
        rights=Rights(record=licence, text=licence),
        level=told.get("level", ""),
        valid_from=begins,
        valid_until=ends,
        author=author,
        url=url if linked else "",
        source=Source(spec.name, "texts", member.delivered),
        warnings=tuple(warnings),
    )


def _fields(written: Written, title: str, author: str, lang: str) -> Iterator[Field]:
    if title:
        yield Field("title", title, lang, source="title")
    for part in written.parts:
        yield Field("text", part.text, lang, source=part.source, page=part.page)
    if written.description:
        yield Field("description", written.description, lang, source="description")
    if author:
        yield Field("author", author, "", source="author")


def _said(told: Mapping[str, str], lang: str) -> Iterator[Field]:
    """What staff say of the text, to be told with it."""
    for key, name in (("written", "date"), ("notice", "notice"), ("community_label",) * 2):
        if told.get(key):
            yield Field(name, told[key], "" if key == "written" else lang, source=key)


def _local(name: str) -> str:
    """What the file is known by: a Markdown text by its name alone, others with their suffix."""
    return name.rsplit(".", 1)[0] if name.lower().endswith(".md") else name


def _many(given: str | list[str]) -> tuple[str, ...]:
    items = given if isinstance(given, list) else [given]
    return tuple(filter(None, map(nfc, items)))
