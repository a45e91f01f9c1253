"""LIDO 1.0 and 1.1: object records as museums exchange them, bare, wrapped or inside OAI-PMH.

Here: its files, and by what a record is known; what its elements say is in record.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from explorer.types import Identifier, Record, Source
from ingest.deliveries import Member, glance
from ingest.formats import FORMATS
from ingest.sources.lido.draft import LIDO
from ingest.sources.lido.record import identifying, lido_record
from ingest.sources.xmlfile import xml_records
from ingest.sourcespec import Item, Rejection, SourceSpec

_AHEAD = 50
_Identity = tuple[str, str, str, str]
"""What may identify a record, best first: OAI identifier, recordID, lidoRecID, workID."""


def read(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """The records of a file as they come, and what could not be read of it.

    Inside OAI-PMH the header's identifier is the local id, because a deleted record has no other.
    """
    useless = _useless(spec.path) if spec.path != Path() else frozenset()
    number = 0
    for found in _found(member, spec.language):
        number += 1
        if isinstance(found, str):
            yield Rejection(spec.name, member.where, "", "", found)
            continue
        record, identity = found
        local = next((v for i, v in enumerate(identity) if v and i not in useless), "")
        if local:
            record_id = f"{spec.name}:{quote(local, safe='')}"
            yield replace(record, id=record_id, source=Source(spec.name, "lido", member.delivered))
        else:
            reason = "The record has no recordID, lidoRecID or workID of its own."
            where = f"{member.where}, record {number}"
            yield Rejection(spec.name, where, "", "recordID", reason)
    if not number:
        yield Rejection(spec.name, member.where, "", "", "The file holds no LIDO record.")


@lru_cache(maxsize=16)
def _useless(path: Path) -> frozenset[int]:
    """The places that hold one value in every record though the records are of several objects.

    Told from the first records of a delivery, in whatever order they lie in it.
    """
    found = (f for member in glance(path, FORMATS["lido"].suffixes) for f in _found(member, ""))
    identities = {f[1] for f in islice(found, _AHEAD) if not isinstance(f, str)}
    if len({identity[3] or identity for identity in identities}) < 2:
        return frozenset()
    columns = [[value for value in column if value] for column in zip(*identities, strict=True)]
    constant = (i for i, column in enumerate(columns) if len(column) > 1 == len(set(column)))
    return frozenset(constant)


def _found(member: Member, language: str) -> Iterator[tuple[Record, _Identity] | str]:
    for found in xml_records(member, [LIDO + "lido"]):
        if isinstance(found, str):
            yield found
            continue
        header = identifying([found.identifier])
        if found.element is None:
            record, identity = Record("", deleted=True), (header, "", "", "")
        else:
            record, own = lido_record(found.element, language)
            identity = (header, *own)
        if header:
            known = (*record.identifiers, Identifier("oai_identifier", header))
            record = replace(record, identifiers=known)
        yield record, identity
