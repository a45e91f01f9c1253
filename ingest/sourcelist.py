"""Which sources to read: spec strings and sources.toml, made into Sources with a name each."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError, WrongUse
from explorer.types import Record, Rights
from ingest.checks import checked, each_once, is_tag
from ingest.concepts.labelling import labelled
from ingest.concepts.taking import FORMAT as CONCEPTS
from ingest.deliveries import Member
from ingest.fetching import host_of, named_hosts
from ingest.formats import FORMATS, files_of, read_file, recognise
from ingest.harvest import harvested, oai_address
from ingest.sourcespec import Item, Rejection, Remark, SourceSpec

_KEYS = {
    "name": str, "spec": str, "mapping": str, "complete": bool, "languages": list,
    "institution": str, "rights": dict, "images": str, "hosts": list,
}  # fmt: skip
HARVEST = "oai"
PICTURES = ("none", "proxy")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def source_spec(spec: str, *, folder: Path = Path()) -> SourceSpec:
    """The source that `format:path#mapping` names; its name is taken from the path.

    A path without a format is recognised by looking at it.
    """
    scheme, colon, rest = spec.partition(":")
    if scheme == HARVEST:
        form, address = oai_address(rest)
        return SourceSpec(_name_from(host_of(address)), form, address=address)
    formats = (*FORMATS, CONCEPTS)
    if not colon or (scheme not in formats and (folder / spec).exists()):
        scheme, rest = "", spec
    elif scheme not in formats:
        raise WrongUse(
            f"'{scheme}:' is not a format.",
            f"Use one of: {', '.join(f + ':' for f in (*formats, HARVEST))}",
        )
    written, _, mapping = rest.partition("#")
    path = folder / written
    return SourceSpec(
        name=_name_of(path),
        format=scheme or recognise(path),
        path=path,
        mapping=folder / mapping if mapping else None,
    )


def load_sources(file: Path) -> list[SourceSpec]:
    """The sources that sources.toml lists; paths in it start from its own folder."""
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(
            f"There is no list of sources at {file}.",
            "Write one, or name a source, for example: collection-ingest run lido:export.xml",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} is not valid TOML: {error}.", "Mend that line.") from error
    listed = data.get("source", [])
    if not isinstance(listed, list) or not all(isinstance(told, dict) for told in listed):
        raise WrongUse(
            f"The sources in {file} are not a list.", "Write [[source]] with two brackets."
        )
    specs = [_listed(told, file) for told in listed]
    if not specs:
        raise WrongUse(f"{file} lists no sources.", "Add a [[source]] with a name and a spec.")
    return _each_its_own_name(specs)


def _each_its_own_name(specs: list[SourceSpec]) -> list[SourceSpec]:
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise WrongUse(
                f"Two sources would both be called '{name}'.",
                "Give each its own name in a sources.toml, for it is part of every record's id.",
            )
    return specs


def _listed(told: Mapping[str, Any], file: Path) -> SourceSpec:
    for key in told:
        if key not in _KEYS:
            raise WrongUse(
                f"'{key}' of a source in {file} is not understood.",
                f"Use only: {', '.join(_KEYS)}.",
            )
        if not isinstance(told[key], _KEYS[key]):
            kind = {bool: "true or false", list: "a list", dict: "a table", str: "text"}
            raise WrongUse(
                f"'{key}' of a source in {file} must be {kind[_KEYS[key]]}.", "Mend that line."
            )
    if told.get("images", "none") not in PICTURES:
        raise WrongUse(
            f"'{told['images']}' in {file} is no way to treat pictures.",
            f"Use one of: {', '.join(PICTURES)}.",
        )
    if not isinstance(told.get("spec"), str):
        raise WrongUse(f"A source in {file} has no spec.", 'Add a line such as: spec = "lido:x"')
    spec = source_spec(told["spec"], folder=file.parent)
    name = str(told.get("name", spec.name))
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f"'{name}' in {file} cannot be a source's name.",
            "Use small letters, digits, _ and - only.",
        )
    try:
        rights = Rights(**told.get("rights", {}))
    except TypeError as error:
        raise WrongUse(
            f"The rights of '{name}' in {file} are not understood.",
            "Use only: rights.record, rights.object, rights.text, rights.image.",
        ) from error
    return replace(
        spec,
        name=name,
        mapping=file.parent / told["mapping"] if "mapping" in told else spec.mapping,
        complete=bool(told.get("complete", False)),
        languages=_languages(told.get("languages", []), file),
        institution=str(told.get("institution", "")),
        rights=rights,
        images=str(told.get("images", "none")),
        hosts=named_hosts(told.get("hosts", ())),
    )


def _languages(given: list[Any], file: Path) -> tuple[str, ...]:
    for lang in given:
        if not isinstance(lang, str) or not lang or not is_tag(lang):
            raise WrongUse(
                f"'{lang}' under languages in {file} is not a language.",
                'Use codes such as "nl" or "pt-BR".',
            )
    return tuple(given)


def _name_of(path: Path) -> str:
    return _name_from(path.resolve().name.split(".")[0])


def _name_from(word: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "_", word.lower()).strip("_-") or "source"


def read(spec: SourceSpec) -> Iterator[Item]:
    """All that a source delivers, with the rights and museum that hold for its records."""
    found: Iterator[Member | Rejection | Remark]
    found = harvested(spec).members() if spec.address else files_of(spec)
    for one in found:
        if isinstance(one, Member):
            yield from read_member(one, spec)
        else:
            yield one


def read_member(member: Member, spec: SourceSpec) -> Iterator[Item]:
    """What one file delivers, with the rights and museum that hold for its records."""
    yield from each_once(_kept(member, spec), member.where)


def _kept(member: Member, spec: SourceSpec) -> Iterator[Item]:
    nothing = True
    try:
        for item in read_file(member, spec):
            nothing = False
            if isinstance(item, Record):
                record = labelled(_with_defaults(item, spec), spec.vocabularies)
                yield checked(record, member.where)
            else:
                yield item
    except WrongUse:
        raise
    except ExplorerError as error:
        yield Rejection(spec.name, member.where, "", "", str(error))
    except (UnicodeError, RecursionError):  # half a character, or lists within lists without end
        reason = "The file holds what cannot be read, and was not read to its end."
        yield Rejection(spec.name, member.where, "", "", reason)
    else:
        aside = FORMATS[spec.format].aside
        if nothing and not member.name.lower().endswith(aside or ("\0",)):
            yield Remark(spec.name, member.where, f"file holds no records: {member.where}")


def _with_defaults(record: Record, spec: SourceSpec) -> Record:
    given, default = record.rights, spec.rights
    return replace(
        record,
        institution=spec.institution or record.institution,
        rights=Rights(
            record=given.record or default.record,
            object=given.object or default.object,
            text=given.text or default.text,
            image=given.image or default.image,
        ),
    )


def all_sources(
    specs: Sequence[str], listed: Path | None, name: str | None = None
) -> list[SourceSpec]:
    """The sources named on the command line, else those of the list.

    `name` is that of a single source: a new delivery of it may lie under another file name.
    """
    if name is not None:
        if len(specs) != 1 or not _NAME.fullmatch(name):
            raise WrongUse(
                "A name goes with one source, in small letters, digits, _ and - only.",
                "Name one SPEC, for example: collection-ingest run lido:new.xml --name paintings",
            )
        return [replace(source_spec(specs[0]), name=name)]
    if specs:
        return _each_its_own_name([source_spec(spec) for spec in specs])
    return load_sources(listed or Path("sources.toml"))
