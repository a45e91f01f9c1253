"""Records of an XML file, one element each, bare or inside OAI-PMH responses; opened safely.

A file that brings its own document type is not opened; one that breaks off is read up to there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from lxml import etree

from explorer.errors import ExplorerError
from explorer.text import nfc
from ingest.deliveries import Member

Element = Any  # lxml has no types

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_SMALL = 2_000_000
_DOCTYPE = "The file brings a document type of its own (DOCTYPE), which is not opened, for safety."


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """One record's element; None where OAI-PMH says it is deleted.

    The element is valid until the next one is taken. `identifier` is that of the OAI header.
    """

    element: Element | None
    identifier: str = ""


def xml_records(member: Member, tags: Sequence[str]) -> Iterator[XmlRecord | str]:
    """Each element with one of `tags` (in Clark's notation) and each deleted OAI record.

    A sentence instead of a record says why no more of the file are read.
    """
    try:
        if member.size > _SMALL:
            with member.open() as stream:
                yield from _streamed(stream, tags)
            return
        content = member.read()
    except ExplorerError as error:
        yield str(error)
        return
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        yield from _streamed(BytesIO(content), tags)  # the records before the break stand
        return
    if root.getroottree().docinfo.doctype:
        yield _DOCTYPE
        return
    for element in root.iter(*tags, _OAI + "record"):
        if found := _record(element):
            yield found


def _streamed(stream: Any, tags: Sequence[str]) -> Iterator[XmlRecord | str]:
    parsing = etree.iterparse(stream, ("end",), tag=(*tags, _OAI + "record"), **_SAFE)
    try:
        for _, element in parsing:
            if element.getroottree().docinfo.doctype:
                yield _DOCTYPE
                return
            if found := _record(element):
                yield found
            parent = element.getparent()
            element.clear(keep_tail=True)
            while parent is not None and parent[0] is not element:
                del parent[0]
    except etree.XMLSyntaxError as error:
        reason = f"The file breaks off or is not well-formed XML (line {error.lineno or 1}); "
        yield reason + "the records before that line were read."


@cache
def _parser() -> Any:
    return etree.XMLParser(**_SAFE)


def _record(element: Element) -> XmlRecord | None:
    if element.tag != _OAI + "record":
        around = next(element.iterancestors(_OAI + "record"), None)
        return XmlRecord(element, _identifier(around) if around is not None else "")
    header = element.find(_OAI + "header")
    deleted = header is not None and header.get("status") == "deleted"
    return XmlRecord(None, _identifier(element)) if deleted else None


def _identifier(record: Element) -> str:
    return nfc(record.findtext(f"{_OAI}header/{_OAI}identifier") or "")
