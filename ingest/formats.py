"""The formats there are: what reads each, by which names its files go, and by what they are told.

A format's module has `read(member, spec) -> Iterator[Item]`, and is imported when it is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from explorer.errors import ExplorerError, WrongUse
from ingest.deliveries import Member, ignored, members, nothing_at, parcels, unpacked
from ingest.sourcespec import Item, Rejection, SourceSpec

_HEAD = 65_536
_GLANCE = 20  # files looked at to tell a format


@dataclass(frozen=True, slots=True)
class Format:
    """`signs`: one of them stands at the beginning of its files; none: their names are enough."""

    module: str
    suffixes: tuple[str, ...]
    signs: tuple[bytes, ...] = ()
    mapped: bool = False
    """Whether its columns mean nothing without a mapping file."""
    aside: tuple[str, ...] = ()
    """Names of files that say something of others and hold no records of their own."""


FORMATS = {
    "lido": Format("ingest.sources.lido.files", (".xml", ".lido"), (b"lido-schema.org",)),
    "europeana": Format(
        "ingest.sources.europeana",
        (".json", ".jsonl"),
        (b'LangAware"', b'"europeanaAggregation"', b'"europeanaCollectionName"', b'"edmPreview"'),
    ),
    "edm": Format(
        "ingest.sources.edm",
        (".xml", ".rdf", ".edm", ".jsonld", ".json"),
        (b"www.europeana.eu/schemas/edm/",),
    ),
    "dc": Format(
        "ingest.sources.dublincore",
        (".xml", ".rdf", ".dc"),
        (b"purl.org/dc/elements/1.1", b"purl.org/dc/terms"),
    ),
    "texts": Format(
        "ingest.sources.texts.files",
        (".md", ".markdown", ".html", ".htm", ".txt", ".docx", ".pdf", ".srt", ".vtt", ".yaml"),
        aside=(".yaml",),
    ),
    "csv": Format("ingest.sources.table.delimited", (".csv", ".txt"), mapped=True),
    "tsv": Format("ingest.sources.table.delimited", (".tsv", ".tab"), mapped=True),
    "xlsx": Format("ingest.sources.table.spreadsheet", (".xlsx", ".xlsm"), mapped=True),
    "json": Format("ingest.sources.table.jsonfile", (".json",), mapped=True),
    "jsonl": Format("ingest.sources.table.jsonfile", (".jsonl", ".ndjson"), mapped=True),
}
"""In the order in which they are tried where none is named."""


def files_of(spec: SourceSpec) -> Iterator[Member | Rejection]:
    """The files of a source's delivery that are of its format, in the order of their names.

    A parcel of a folder that cannot be opened is a Rejection; one named by itself is an error.
    """
    found = False
    for parcel in parcels(spec.path):
        try:
            for member in unpacked(parcel, FORMATS[spec.format].suffixes):
                found = True
                yield member
        except ExplorerError as error:
            if parcel.alone:
                raise
            found = True
            yield Rejection(spec.name, parcel.where, "", "", str(error))
    if not found:
        raise nothing_at(spec.path, FORMATS[spec.format].suffixes)


def passed_over(spec: SourceSpec) -> list[str]:
    """Where the files of a source's folder or archive lie that are not of its format."""
    return ignored(spec.path, FORMATS[spec.format].suffixes)


def read_file(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """What one file of a source delivers."""
    items: Iterator[Item] = import_module(FORMATS[spec.format].module).read(member, spec)
    return items


def recognise(path: Path) -> str:
    """The format of what lies at `path`, told by the beginnings and names of its first files."""
    endings = [suffix for known in FORMATS.values() for suffix in known.suffixes]
    for member in islice(members(path, endings), _GLANCE):
        head = _head(member)
        for name, known in FORMATS.items():
            named = member.name.lower().endswith(known.suffixes)
            if name == "texts" and not _is_prose(member.name, head):
                continue
            if named and (not known.signs or any(sign in head for sign in known.signs)):
                return name
    raise WrongUse(
        f"What {path.name} holds cannot be told.",
        f"Say it before the path: {', '.join(f'{name}:' for name in FORMATS)}",
    )


def _is_prose(name: str, head: bytes) -> bool:
    """Whether a file that may be a text is none of what also ends in .txt or .yaml."""
    if not name.lower().endswith((".txt", ".yaml")):
        return True
    lines = [line for line in head.splitlines() if line.strip()][:3]
    for sign, fewest in ((b"\t", 1), (b";", 1), (b"|", 1), (b",", 2)):
        counts = {line.count(sign) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and min(counts) >= fewest:
            return False
    return not name.lower().endswith(".yaml")


def _head(member: Member) -> bytes:
    """The first bytes, without what UTF-16 puts between letters; none of a file not opened."""
    try:
        with member.open() as stream:
            return stream.read(_HEAD).replace(b"\x00", b"")
    except ExplorerError:
        return b""
