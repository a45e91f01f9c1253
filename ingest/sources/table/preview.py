"""What a table holds that is not read: the names of its columns, and none of their content."""

from importlib import import_module

from ingest.deliveries import Member
from ingest.formats import FORMATS
from ingest.mapping import present, unfound
from ingest.sources.table.rows import mapping_of
from ingest.sourcespec import SourceSpec

_BY_PATH = ("json", "jsonl")


def unread_columns(member: Member, spec: SourceSpec) -> list[str]:
    """The names of a table's columns that its mapping does not name: nothing of them is read."""
    mapping = mapping_of(spec)
    names = _columns(member, spec)
    if spec.format in _BY_PATH:
        read = {_bare(n) for column in mapping.columns for n in (column.name, *column.others)}
        return [name for name in names if _bare(name) not in read]
    read = {column.name for column in present(mapping, names, member.where).columns}
    return [name for name in names if name and name not in read]


def unfound_columns(member: Member, spec: SourceSpec) -> list[str]:
    """The columns that a mapping knows and a table does not have, under none of their names."""
    mapping = mapping_of(spec)
    if spec.format not in _BY_PATH:
        return unfound(mapping, _columns(member, spec))
    names = {_bare(name) for name in _columns(member, spec)}
    return [
        column.name
        for column in mapping.columns
        if not any(_bare(name) in names for name in (column.name, *column.others))
    ]


def _columns(member: Member, spec: SourceSpec) -> list[str]:
    found: list[str] = import_module(FORMATS[spec.format].module).columns(member, spec)
    return found


def _bare(path: str) -> str:
    return path.replace("[]", "")
