"""Collections whose every word says in which delivery it came, and what became of them."""

import json
import os
import re
import select
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from explorer.catalogue.generation import CURRENT, open_current
from explorer.types import Answer, Question
from explorer.wire import dump
from tests.conftest import ROOT

QUESTION = Question("vasen av glas", lang="sv")
EMBEDDER = "hash:"  # the quickest
_TURN = re.compile(r"utgåva (\d+)")
_LIST = """[[source]]
name = "vases"
spec = "csv:vases.csv#vases.toml"
complete = true
"""
_MAPPING = """[fields]
nr = "id"
nummer = "object_number"
titel = { field = "title", lang = "sv" }
material = { field = "material", lang = "sv" }
text = { field = "description", lang = "sv" }
"""


def deliver(folder: Path, turn: int, rows: int = 30, *, changing: int = 1) -> Path:
    """The list of sources of delivery `turn`: every seventh row is missing from it in turn.

    Of the rows every `changing`-th is another in each delivery, the others stay as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sources.toml").write_text(_LIST, "utf-8")
    (folder / "vases.toml").write_text(_MAPPING, "utf-8")
    lines = ["nr;nummer;titel;material;text"]
    for row in range(rows):
        if row % 7 != turn % 7:
            told = turn if row % changing == 0 else 0
            lines.append(
                f"{row};V {row};Vas {row}, utgåva {told};glas;"
                f"Vasen nummer {row} av glas står i utgåva {told}."
            )
    (folder / "vases.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder / "sources.toml"


class Command:
    """collection-ingest at work in a process of its own; `index` has Chroma built too."""

    def __init__(self, sources: Path, data: Path, *disturbed: str, index: bool = False) -> None:
        module = ["tests.disturbed", *disturbed] if disturbed else ["ingest"]
        run = ["run", "--sources", str(sources), "--data-dir", str(data)]
        self._mark = uuid4().hex
        own = {"EXPLORER_EMBEDDER": EMBEDDER, "STARTED_BY": self._mark}
        own |= {"EXPLORER_MATRIX_LIMIT": "10"} if index else {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module, *run],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, **own},
        )  # fmt: skip

    def end(self) -> tuple[int, list[str]]:
        """The exit status, and the lines on standard error that report no progress."""
        _, told = self.process.communicate()
        lines = told.decode().splitlines()
        return self.process.returncode, [line for line in lines if not line.endswith(" ...")]

    def kill_after(self, seconds: float) -> bool:
        """Whether it was still at work then, and was killed with no time to tidy up."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.communicate()
        return self.process.returncode < 0

    def orphans(self, within: float = 5) -> list[int]:
        """Processes it started, or they did, that are still there after that time."""
        return [pid for pid in self._started() if not _ends(pid, within)]

    def _started(self) -> list[int]:
        mark = f"STARTED_BY={self._mark}".encode()
        return [
            int(p.parent.name) for p in Path("/proc").glob("[0-9]*/environ") if mark in _read(p)
        ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _ends(pid: int, within: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within)[0])
    finally:
        os.close(descriptor)


def turns(given: Answer) -> set[int]:
    """The deliveries from which the words of an answer come."""
    return {int(turn) for turn in _TURN.findall(dump(given).decode())}


def content(data: Path) -> dict[str, Any]:
    """What serves, by record: its hash, body, facets, words, and passages with their vectors."""
    generation = open_current(data, older=False)
    db = sqlite3.connect(generation.folder / "catalogue.sqlite")
    db.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, word, instance)")
    told: dict[str, Any] = {}
    keys = {}
    for key, record_id, *rest, body in db.execute(
        "SELECT key, id, source, kind, title, earliest, begins, ends, hash, body FROM record"
    ):
        keys[key] = told[record_id] = {"row": rest, "body": json.loads(body), "passages": []}
    for table, columns in (
        ("identifier", "value, kind"), ("facet", "name, value, label"),
        ("span", "kind, earliest, latest"), ("about", "object"),
    ):  # fmt: skip
        for key, *row in db.execute(
            f"SELECT record, {columns} FROM {table} ORDER BY record, {columns}"
        ):
            keys[key].setdefault(table, []).append(row)
    words: dict[int, list[tuple[str, int]]] = {}
    for term, row, place in db.execute("SELECT term, doc, offset FROM held ORDER BY doc, offset"):
        words.setdefault(row, []).append((term, place))
    for key, row, *rest in db.execute(
        'SELECT record, row, field, start, "end", lang, text, hash FROM passage ORDER BY row'
    ):
        vector = generation.vectors[row].tobytes()
        keys[key]["passages"].append((rest, sorted(words.pop(row)), vector))
    db.close()
    assert not words, "the word index holds words of no passage"
    told["manifest"] = (generation.manifest.records, generation.manifest.passages)
    told["sources"] = sorted(generation.manifest.sources)
    return told


def leftovers(data: Path) -> list[str]:
    """What lies in a data folder that no undisturbed run leaves there."""
    expected = {CURRENT, "ingest.lock", "generations", "checked", "images", "health"}
    found = [p.name for p in data.iterdir() if p.name not in expected]
    serving = (data / CURRENT).read_text().strip()
    for folder in (data / "generations").iterdir():
        if folder.suffix or folder.name > serving:
            found.append(folder.name)
        found += [
            str(p.relative_to(folder)) for p in folder.rglob("*")
            if p.name.startswith("staging") or p.name.endswith(("-journal", "-wal", ".tmp"))
        ]  # fmt: skip
    return found
