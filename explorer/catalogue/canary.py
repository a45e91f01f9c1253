"""The canary: a generation is opened in a process of its own before one that serves opens it.

What is damaged may end the process that reads it, or never come back; then that one is lost.
"""

import hashlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
from numpy.typing import NDArray

from explorer.catalogue.generation import (
    BUILDING,
    INDEX,
    Generation,
    damaged,
    digest,
    fitting_manifest,
    open_generation,
)
from explorer.catalogue.writing import FILE
from explorer.errors import NotReady

CHECKED = "checked"
_REVISION = 1  # raised when more is checked, so that all is checked anew
_ROOT = Path(__file__).parents[2]
_INDEX_OPENED_BY = ("explorer.backends.chroma", "open_chroma")
_SAMPLES = 50
# Of the samples: a graph does not lead to every vector where many are nearly alike (of hash: a
# third were missed), and one that lost its vectors finds none.
_FOUND = 0.5
_NEAR = 1e-3
_AT_ONCE = 8_192
_MEMORY = 2**31
_BYTES_PER_SECOND = 20_000_000  # of a slow disk, that a large generation is read from


# --- in the process that serves, or builds


def canary(folder: Path, *, index: bool = True, timeout: float = 60) -> str:
    """The problem of the generation in `folder`, in a sentence; "" where it is sound.

    Without `index` only what the matrix serves with is looked at. A large generation is given more
    time than `timeout` seconds.
    """
    folder = folder.resolve()
    limit = timeout + sum(size for _, size, _ in _files(folder)) / _BYTES_PER_SECOND
    command = [sys.executable, "-m", "explorer.catalogue.canary", str(folder), str(int(limit) + 5)]
    try:
        done = subprocess.run(  # noqa: S603
            command if index else [*command, "matrix"],
            cwd=_ROOT, timeout=limit, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return damaged(folder, "looking at it came to no end").problem
    except OSError as error:
        return f"The generation {folder.name} could not be looked at: {error.strerror}."
    if done.returncode < 0:
        ended = signal.Signals(-done.returncode).name
        return damaged(folder, f"reading it ends a process with {ended}").problem
    try:
        told = orjson.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = done.stderr.decode("utf-8", "replace").splitlines()[-1:]
        return damaged(folder, f"it cannot be read ({''.join(last)})").problem
    return str(told["problem"])


def checked(folder: Path) -> str:
    """As `canary`, which looks only at a generation it has not seen as it is now."""
    if _mark(folder) == _state(folder):
        return ""
    problem = canary(folder)
    if not problem:
        remember(folder)
    return problem


def remember(folder: Path) -> None:
    """Nothing; the generation, as it is now, is known to be sound, where that can be written."""
    marks = _marks(folder)
    try:
        marks.mkdir(exist_ok=True)
        # Half a mark is none: what is read is compared with the whole.
        (marks / _name(folder)).write_text(_state(folder), "utf-8")
        for mark in marks.iterdir():
            if not any((folder.parent / f"{mark.name}{end}").is_dir() for end in ("", BUILDING)):
                mark.unlink(missing_ok=True)
    except OSError:
        return


def open_checked(folder: Path) -> Generation:
    """The generation in `folder`; NotReady where it is damaged, however badly."""
    return _opened(folder, checked(folder) if _fits(folder) else "")


def open_without_index(folder: Path) -> Generation:
    """As `open_checked`, of a generation whose index is not used."""
    return _opened(folder, canary(folder, index=False) if _fits(folder) else "")


def _fits(folder: Path) -> bool:
    """True; NotReady where not even the manifest can be used, which says more than a canary."""
    return bool(fitting_manifest(folder))


def _opened(folder: Path, problem: str) -> Generation:
    if problem:
        raise NotReady(problem, damaged(folder, "").remedy)
    return open_generation(folder)


def _marks(folder: Path) -> Path:
    return folder.parent.parent / CHECKED


def _name(folder: Path) -> str:
    return folder.name.removesuffix(BUILDING)


def _mark(folder: Path) -> str:
    try:
        return (_marks(folder) / _name(folder)).read_text("utf-8", "replace")
    except OSError:
        return ""


def _state(folder: Path) -> str:
    """What stands for all files of a generation, their sizes and when they were written."""
    return hashlib.sha256(repr((_REVISION, _files(folder))).encode()).hexdigest()


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """Path, size and time of writing of each file; those that go meanwhile are left out."""
    found = []
    for file in sorted(folder.rglob("*")):
        try:
            status = file.stat()
        except OSError:
            continue
        if not stat.S_ISDIR(status.st_mode):
            found.append((file.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return found


# --- in the process of its own


def look(folder: Path, *, index: bool = True) -> None:
    """Nothing; NotReady where anything of the generation in `folder` is not as it should be."""
    generation = open_generation(folder)
    reason = _changed(generation, index=index) or _catalogue(generation) or _vectors(generation)
    if reason := reason or (_index(generation) if index else ""):
        raise damaged(folder, reason)


def _changed(generation: Generation, *, index: bool) -> str:
    """That a file is not the one that was built."""
    for part, built in generation.manifest.parts.items():
        if not index and part.startswith(f"{INDEX}/"):
            continue
        try:
            if digest(generation.folder / part) != built:
                return f"its file {part} is not as it was built"
        except OSError as error:
            return f"its file {part} cannot be read: {error.strerror}"
    return ""


def _catalogue(generation: Generation) -> str:
    """That the catalogue's pages or rows do not fit together."""
    uri = f"file:{quote(str(generation.folder / FILE))}?mode=ro&immutable=1"
    db = sqlite3.connect(uri, uri=True)
    (told,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if told != "ok":
        return f"its catalogue does not fit together: {told}"
    (outside,) = db.execute(
        "SELECT count(*) FROM passage WHERE row NOT BETWEEN 0 AND ?"
        " OR record NOT IN (SELECT key FROM record)",
        [len(generation.vectors) - 1],
    ).fetchone()
    db.close()
    return f"{outside} of its passages have no vector or no record" if outside else ""


def _vectors(generation: Generation) -> str:
    """That a passage's vector is neither of length 1 nor, for want of words, of length 0."""
    rows = _rows(generation)
    for start in range(0, len(rows), _AT_ONCE):
        vectors = generation.vectors[rows[start : start + _AT_ONCE]]
        lengths = np.linalg.norm(vectors, axis=1)
        wrong = ~((np.abs(lengths - 1) < _NEAR) | (lengths == 0))
        if wrong.any():
            return (
                f"the vector of row {rows[start + int(np.argmax(wrong))]} is no vector of length 1"
            )
    return ""


def _index(generation: Generation) -> str:
    """That the index does not hold the vectors; where it cannot be opened it is not used either."""
    folder = generation.folder / INDEX
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return ""
    module, function = _INDEX_OPENED_BY
    opened = getattr(import_module(module), function)("", folder)
    if opened.count() != generation.manifest.passages:
        return "its index does not hold as many vectors as there are passages"
    rows = _rows(generation)
    rows = rows[:: max(1, len(rows) // _SAMPLES)]
    missed = sum(not _finds_itself(opened, generation.vectors, int(row)) for row in rows)
    opened.close()
    if missed > (1 - _FOUND) * len(rows):
        return f"its index does not find {missed} of {len(rows)} vectors"
    return ""


def _rows(generation: Generation) -> NDArray[np.int64]:
    """The rows of the matrix that are passages'."""
    return np.flatnonzero(generation.row_records)


def _finds_itself(index: Any, vectors: NDArray[np.float32], row: int) -> bool:
    """Whether the nearest is the row itself, or one with the same vector; no words, no nearest."""
    vector = vectors[row]
    found, _ = index.nearest(vector, 1)
    return bool(found) and (np.allclose(vectors[found[0]], vector, atol=_NEAR) or not vector.any())


def _limit(folder: Path, seconds: int) -> None:
    """Nothing; this process ends when it takes too long, and is refused too much memory."""
    import resource  # not everywhere

    signal.alarm(seconds)
    index = sum(f.stat().st_size for f in (folder / INDEX).rglob("*") if f.is_file())
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _MEMORY + 3 * index
    wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 for a sound generation; a line of JSON tells of it either way."""
    folder, seconds = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 60
    _limit(folder, seconds)
    began = time.perf_counter()
    told = {"generation": _name(folder), "problem": "", "remedy": ""}
    try:
        look(folder, index=len(arguments) < 3)
    except NotReady as error:
        told |= {"problem": error.problem, "remedy": error.remedy}
    except (OSError, ValueError, sqlite3.Error) as error:
        refused = damaged(folder, str(error))
        told |= {"problem": refused.problem, "remedy": refused.remedy}
    seconds_used = round(time.perf_counter() - began, 3)
    sys.stdout.write(orjson.dumps({**told, "seconds": seconds_used}).decode() + "\n")
    return 1 if told["problem"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
