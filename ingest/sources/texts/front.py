"""What staff say of a text: above it as front matter, or in a YAML file of the same name."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from explorer.errors import ExplorerError
from ingest.deliveries import Member, ignored, members
from ingest.sources.texts.written import letters_of
from ingest.sourcespec import SourceSpec

SIDECAR = ".yaml"
KEYS = frozenset(
    ("id", "title", "lang", "about", "author", "level", "licence", "kind", "valid_from",
     "valid_until", "url", "written", "stop", "notice", "community_label")
)  # fmt: skip
_KINDS = ("text", "visit")
_LEVELS = ("easy", "general", "expert")
_LONGEST = 64_000
_MARK = re.compile(r"(?:\A|(?<=\n))---[ \t]*(?:\n|\Z)")


def parted(text: str) -> tuple[Mapping[str, Any], str]:
    """Front matter and body; ExplorerError where the front matter cannot be read."""
    begin = _MARK.match(text)
    if begin is None:
        return {}, text
    end = _MARK.search(text, begin.end())
    if end is None:
        raise ExplorerError("The front matter has no end.", "Close it with a line of three dashes.")
    return front_matter(text[begin.end() : end.start()]), text[end.end() :]


def front_matter(text: str) -> Mapping[str, Any]:
    """The keys of a front matter and their values as written; ExplorerError where it is none."""
    import yaml

    if len(text) > _LONGEST:
        raise ExplorerError("The front matter is too long.", "Write lines of key: value.")
    try:
        # BaseLoader makes strings, lists and dicts and nothing else: 0012, 007 and no stay as
        # they are written, and it builds no objects, which is what S506 is about.
        front = yaml.load(text, yaml.BaseLoader) or {}  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        problem = str(getattr(error, "problem", "") or "its lines do not fit together")
        raise ExplorerError(
            f"The front matter cannot be read: {problem}.", "Write it as lines of key: value."
        ) from error
    if not isinstance(front, dict):
        raise ExplorerError("The front matter is not a list of keys.", "Write lines of key: value.")
    _check(front)
    return front


def _check(front: Mapping[str, Any]) -> None:
    for key, value in front.items():
        if key not in KEYS:
            names = ", ".join(sorted(KEYS))
            raise ExplorerError(f"The key '{key}' is not understood.", f"Use only: {names}.")
        items = value if key == "about" and isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise ExplorerError(
                f"What stands under '{key}' is not one value.", f"Write it in one line: {key}: ..."
            )
    for key, known in (("kind", _KINDS), ("level", _LEVELS)):
        if (front.get(key) or known[0]) not in known:
            names = ", ".join(known)
            raise ExplorerError(f"'{front[key]}' is not a {key}.", f"Use one of: {names}.")
    begins, ends = day(front, "valid_from"), day(front, "valid_until")
    if begins and ends and ends < begins:
        raise ExplorerError(
            f"The text is valid until {ends}, before it begins on {begins}.",
            "Mend valid_from or valid_until.",
        )


def day(front: Mapping[str, Any], key: str) -> str:
    """The day in the one form in which days can be compared as words; "" where none is given."""
    given = front.get(key, "")
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError as error:
        raise ExplorerError(
            f"'{given}' under {key} is not a day of the calendar.",
            "Write year, month and day: 2027-01-31.",
        ) from error


# --- the file beside -------------------------------------------------------------------------


def beside(member: Member, spec: SourceSpec) -> Mapping[str, Any]:
    """What the YAML file of the same name says of a text; nothing where there is none."""
    found = _sidecar(member, spec)
    if found is None:
        return {}
    try:
        return front_matter(letters_of(found.read(_LONGEST), spec.languages).text)
    except ExplorerError as error:
        raise ExplorerError(f"In {found.where}: {error.problem}", error.remedy) from error


def belongs(sidecar: Member, spec: SourceSpec, suffixes: Collection[str]) -> bool:
    """Whether the YAML file lies beside a text of its name."""
    if archive := _archive(sidecar, spec):
        names = _packed(*archive)[1]
        return any(_renamed(sidecar.name, suffix) in names for suffix in suffixes)
    file = _file(sidecar, spec)
    return any(file.with_suffix(suffix).is_file() for suffix in suffixes)


def _sidecar(member: Member, spec: SourceSpec) -> Member | None:
    if archive := _archive(member, spec):
        return _packed(*archive)[0].get(_renamed(member.name, SIDECAR))
    file = _file(member, spec).with_suffix(SIDECAR)
    if file.is_symlink() or not file.is_file():
        return None
    return Member(file.name, file.name, "", file.stat().st_size, partial(_opened, file))


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise ExplorerError("It cannot be opened.", "Check its access rights.") from error


def _renamed(name: str, suffix: str) -> str:
    return str(PurePosixPath(name).with_suffix(suffix))


def _file(member: Member, spec: SourceSpec) -> Path:
    """Where a member that lies in no archive lies on disk."""
    return spec.path / member.where if spec.path.is_dir() else spec.path


def _archive(member: Member, spec: SourceSpec) -> tuple[Path, int, int] | None:
    """The archive a member came in, with what changes when it does; None where it came in none."""
    if member.where == member.name:
        return None
    inside = member.where.removesuffix("/" + member.name)
    archive = spec.path / inside if spec.path.is_dir() else spec.path
    if not archive.is_file():
        return None
    status = archive.stat()
    return archive, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=1)
def _packed(
    archive: Path, _changed: int, _size: int
) -> tuple[Mapping[str, Member], frozenset[str]]:
    """The YAML files of an archive by name, and the names of all its files."""
    try:
        told = {member.name: member for member in members(archive, (SIDECAR,))}
    except ExplorerError:
        return {}, frozenset()
    start = len(archive.name) + 1
    return told, frozenset(where[start:] for where in ignored(archive, ()))
