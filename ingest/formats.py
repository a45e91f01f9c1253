"""The formats there are: what reads each, by which names its files go, and by what they are told.

A format's module has `read(member, spec) -> Iterator[Item]`, and is imported when it is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from explorer.errors import ExplorerError, WrongUse
from ingest.deliveries import Member, ignored, members
from ingest.sourcespec import Item, SourceSpec

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


FORMATS = {
    "lido": Format("ingest.sources.lido.files", (".xml", ".lido"), (b"lido-schema.org",)),
    "texts": Format("ingest.sources.texts", (".md", ".markdown")),
    "csv": Format("ingest.sources.table", (".csv", ".tsv", ".txt"), mapped=True),
}
"""In the order in which they are tried where none is named."""


def files_of(spec: SourceSpec) -> Iterator[Member]:
    """The files of a source's delivery that are of its format, in the order of their names."""
    return members(spec.path, FORMATS[spec.format].suffixes)


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
            if named and (not known.signs or any(sign in head for sign in known.signs)):
                return name
    raise WrongUse(f"What {path.name} holds cannot be told.", "Say it before the path: lido:, csv:")


def _head(member: Member) -> bytes:
    """The first bytes, without what UTF-16 puts between letters; none of a file not opened."""
    try:
        with member.open() as stream:
            return stream.read(_HEAD).replace(b"\x00", b"")
    except ExplorerError:
        return b""
