"""LIDO 1.0 and 1.1: object records as museums exchange them, bare, wrapped or inside OAI-PMH.

Here: its files, and by what a record is known; what its elements say is in record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml import etree

from explorer.errors import ExplorerError
from explorer.text import nfc
from explorer.types import Identifier, Record, Source
from ingest.deliveries import Member, Rejection, members
from ingest.sources.lido.draft import LIDO, Element
from ingest.sources.lido.record import identifying, lido_record, local_id

SUFFIXES = (".xml", ".lido")

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_WANTED = (LIDO + "lido", _OAI + "record")
_SMALL = 2_000_000
_AHEAD = 50
_DOCTYPE = "The file brings a document type of its own (DOCTYPE), which is not opened, for safety."
_Identity = tuple[str, str, str, str]
"""What may identify a record, best first: OAI identifier, recordID, lidoRecID, workID."""


def read(path: Path, *, source: str, languages: Sequence[str] = ()) -> Iterator[Record | Rejection]:
    """The records of a file, folder or archive as they come, and what could not be read of it.

    Inside OAI-PMH the header's identifier is the local id, because a deleted record has no other.
    A single language in `languages` is that of words whose language the source does not declare.
    """
    language = languages[0] if len(languages) == 1 else ""
    found = _found(path, source, language)
    ahead = list(islice(found, _AHEAD))
    useless = _constant({item[1] for item in ahead if not isinstance(item, Rejection)})
    for item in chain(ahead, found):
        if isinstance(item, Rejection):
            yield item
            continue
        record, identity, where = item
        local = next((v for i, v in enumerate(identity) if v and i not in useless), "")
        if local:
            yield replace(record, id=f"{source}:{quote(local, safe='')}")
        else:
            reason = "The record has no recordID, lidoRecID or workID of its own."
            yield Rejection(source, where, "", "recordID", reason)


def _constant(identities: set[_Identity]) -> set[int]:
    """The places that hold one value in every record though the records are of several objects."""
    if len({identity[3] or identity for identity in identities}) < 2:
        return set()
    columns = [[value for value in column if value] for column in zip(*identities, strict=True)]
    return {i for i, column in enumerate(columns) if len(column) > 1 and len(set(column)) == 1}


def _found(
    path: Path, source: str, language: str
) -> Iterator[tuple[Record, _Identity, str] | Rejection]:
    for member in members(path, SUFFIXES):
        origin = Source(source, "lido", member.delivered)
        number = 0
        for found in _elements(member):
            number += 1
            if isinstance(found, str):
                yield Rejection(source, member.where, "", "", found)
                continue
            if found.tag == LIDO + "lido":
                record, identity = _live(found, language)
            else:
                record, identity = Record("", deleted=True), (_header(found), "", "", "")
            if identity[0]:
                known = (*record.identifiers, Identifier("oai_identifier", identity[0]))
                record = replace(record, identifiers=known)
            yield replace(record, source=origin), identity, f"{member.where}, record {number}"
        if not number:
            yield Rejection(source, member.where, "", "", "The file holds no LIDO record.")


def _live(lido: Element, language: str) -> tuple[Record, _Identity]:
    record, work_id = lido_record(lido, language)
    return record, (_header(lido), *local_id(lido), work_id)


# --- files -----------------------------------------------------------------------------------


def _elements(member: Member) -> Iterator[Element | str]:
    """Each lido element and each deleted OAI record, or a sentence on why no more are read."""
    try:
        if member.size > _SMALL:
            with member.open() as stream:
                yield from _streamed(stream)
            return
        content = member.read()
    except ExplorerError as error:
        yield str(error)
        return
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        yield from _streamed(BytesIO(content))  # the records before the break stand
        return
    if root.getroottree().docinfo.doctype:
        yield _DOCTYPE
        return
    for element in root.iter(*_WANTED):
        if element.tag == LIDO + "lido" or _is_deleted(element):
            yield element


def _streamed(stream: Any) -> Iterator[Element | str]:
    parsing = etree.iterparse(stream, ("end",), tag=_WANTED, **_SAFE)
    try:
        for _, element in parsing:
            if element.getroottree().docinfo.doctype:
                yield _DOCTYPE
                return
            if element.tag == LIDO + "lido" or _is_deleted(element):
                yield element
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


def _is_deleted(record: Element) -> bool:
    header = record.find(_OAI + "header")
    return header is not None and header.get("status") == "deleted"


def _header(element: Element) -> str:
    """The OAI identifier of a record element, or of the record that holds a lido element."""
    record = element if element.tag == _OAI + "record" else next(
        element.iterancestors(_OAI + "record"), None
    )  # fmt: skip
    if record is None:
        return ""
    return identifying([nfc(record.findtext(f"{_OAI}header/{_OAI}identifier") or "")])
