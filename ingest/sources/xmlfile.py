"""Records of an XML file, one element each, bare or inside OAI-PMH responses; opened safely.

A file that brings its own document type is not opened; one that is not well-formed XML is read up
to there, and record by record from there on.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from typing import Any, BinaryIO

from lxml import etree

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.deliveries import Member
from ingest.sources.xmlpieces import MAX_RECORD, pieces

Element = Any  # lxml has no types

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_SMALL = 2_000_000
_CHUNK = 65_536
_DOCTYPE = "The file brings a document type of its own (DOCTYPE), which is not opened, for safety."
_PROLOGUE = re.compile(rb"(?:[^<]++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_CODEPAGE = re.compile(
    rb"""\s*<\?xml[^>]*?encoding=["'](?:iso-?8859|windows-125|cp-?125|latin|us-ascii)""", re.I
)


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """One record's element; None where OAI-PMH says it is deleted.

    The element is valid until the next one is taken. `identifier` is that of the OAI header.
    """

    element: Element | None
    identifier: str = ""


def xml_records(member: Member, tags: Sequence[str]) -> Iterator[XmlRecord | str]:
    """Each element with one of `tags` (in Clark's notation) and each deleted OAI record.

    A sentence instead of a record says what could not be read, and why.
    """
    try:
        if member.size > _SMALL:
            yield from _streamed(member.open, tags)
            return
        content = member.read()
    except ExplorerError as error:
        yield str(error)
        return
    if _brings_doctype(content):
        yield _DOCTYPE
        return
    try:
        root = etree.fromstring(content, _parser(_encoding(content)))
    except etree.XMLSyntaxError:
        yield from _streamed(partial(BytesIO, content), tags)
        return
    yield from _records(root, tags)


def _records(root: Element, tags: Sequence[str]) -> Iterator[XmlRecord | str]:
    if root.getroottree().docinfo.doctype:
        yield _DOCTYPE
        return
    for element in root.iter(*tags, _OAI + "record"):
        if found := _record(element):
            yield found


def _streamed(opening: Callable[[], BinaryIO], tags: Sequence[str]) -> Iterator[XmlRecord | str]:
    """The records of a file as it is read; each by itself from where it stops being XML."""
    names = (*tags, _OAI + "record")
    known = waiting = 0
    with opening() as stream:
        chunk = stream.read(_CHUNK)
        if _brings_doctype(chunk):
            yield _DOCTYPE
            return
        encoding = _encoding(chunk)
        parser = etree.XMLPullParser(("end",), tag=names, encoding=encoding, **_SAFE)
        while (well := _fed(parser, chunk)) and chunk and waiting <= MAX_RECORD:
            for _, element in parser.read_events():
                if element.getroottree().docinfo.doctype:
                    yield _DOCTYPE
                    return
                if found := _record(element):
                    yield found
                known += next(element.iterancestors(*names), None) is None
                waiting = 0
                _forget(element)
            chunk = stream.read(_CHUNK)
            waiting += len(chunk)
        if well and not chunk:
            return
    with opening() as stream:
        local = [name.rpartition("}")[2] for name in names]
        for piece in pieces(
            stream, local, partial(etree.fromstring, parser=_parser(encoding)), known
        ):
            yield from [piece] if isinstance(piece, str) else _records(piece, tags)


def _fed(parser: Any, chunk: bytes) -> bool:
    """Whether what was read so far, or at the end all of it, is well-formed."""
    try:
        if chunk:
            parser.feed(chunk)
        else:
            parser.close()
    except etree.XMLSyntaxError:
        return False
    return True


def _forget(element: Element) -> None:
    parent = element.getparent()
    element.clear(keep_tail=True)
    while parent is not None and parent[0] is not element:
        del parent[0]


@cache
def _parser(encoding: str | None) -> Any:
    return etree.XMLParser(encoding=encoding, **_SAFE)


def _brings_doctype(head: bytes) -> bool:
    return _PROLOGUE.match(head[:_CHUNK].replace(b"\x00", b"")) is not None


def _encoding(content: bytes) -> str | None:
    """UTF-8 where a file says it is in a code page and is in UTF-8; else it says so itself."""
    if not _CODEPAGE.match(content) or content.isascii():
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _record(element: Element) -> XmlRecord | None:
    if element.tag != _OAI + "record":
        around = next(element.iterancestors(_OAI + "record"), None)
        return XmlRecord(element, _identifier(around) if around is not None else "")
    header = element.find(_OAI + "header")
    deleted = header is not None and header.get("status") == "deleted"
    return XmlRecord(None, _identifier(element)) if deleted else None


def _identifier(record: Element) -> str:
    return nfc(record.findtext(f"{_OAI}header/{_OAI}identifier") or "")
