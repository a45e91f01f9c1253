"""How fast and how heavy an embedder is: each run in a process of its own, on one core."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.figures import Figure, Table, mean, median
from eval.reference import SPEC, TOKENIZER, VECTORS, open_embedder
from explorer.backends.protocols import Embedder
from explorer.text import sentences

QUERIES = 2_000
PROCESSES = 6  # the fewest whose median has a 95 % interval
_LENGTH = 800  # characters of a passage: sentences are put together up to here
_BATCH = 64
_MEGA = 1e6


def speed(
    specs: Mapping[str, str], queries: Sequence[str], passages: Sequence[str], models: Path
) -> list[Table]:
    """Loading, memory, one query, and passages per second of the embedder in every column."""
    rows: dict[str, dict[str, Figure | None]] = {}
    for column, spec in specs.items():
        runs = [_run(spec, queries, passages, models, whole=not i) for i in range(PROCESSES)]
        batches = mean(runs[0]["batches"]) if runs[0]["batches"] else None
        figures = {
            "seconds to load, wall": median([run["load_wall"] for run in runs]),
            "seconds to load, CPU": median([run["load_cpu"] for run in runs]),
            "MB of memory after loading": median([run["loaded"] / _MEGA for run in runs]),
            "MB after all passages": Figure(runs[0]["used"] / _MEGA, 1) if batches else None,
            "microseconds a query, CPU": median(runs[0]["queries"]),
            "passages/s, CPU": _per_second(batches) if batches else None,
            "MB on disk": Figure(size / _MEGA, 1) if (size := runs[0]["disk"]) else None,
        }
        for name, figure in figures.items():
            rows.setdefault(name, {})[column] = figure
    letters = sum(map(len, passages)) / max(1, len(passages))
    note = (
        f"Loading: the backend opened and one query embedded, median of {PROCESSES} new processes;"
        f" memory: growth of the resident set. Query: median of {QUERIES} questions of the sample."
        f" Passages: {len(passages)} cuts of the Swedish texts, {letters:.0f} characters on"
        f" average, embedded once in batches of {_BATCH}, n batches. Pinned to one core where that"
        " can be done. Without files of its own: nothing on disk."
    )
    return [Table("Speed and memory", note, rows)]


def cut(texts: Sequence[str]) -> list[str]:
    """The texts in passages of whole sentences, up to 800 characters where sentences allow."""
    passages = []
    for text in texts:
        begin = end = 0
        for start, stop in sentences(text):
            if stop - begin > _LENGTH and end > begin:
                passages.append(text[begin:end])
                begin = start
            end = stop
        if end > begin:
            passages.append(text[begin:end])
    return passages


def _per_second(seconds: Figure) -> Figure:
    assert seconds.low is not None and seconds.high is not None
    low, high = _BATCH / seconds.high, _BATCH / seconds.low
    return Figure(_BATCH / seconds.value, seconds.n, low, high)


def _run(
    spec: str, queries: Sequence[str], passages: Sequence[str], models: Path, *, whole: bool
) -> dict[str, Any]:
    asked = {"queries": list(queries), "passages": list(passages) if whole else []}
    done = subprocess.run(  # noqa: S603  (this very module)
        [sys.executable, "-m", "eval.speed", spec, models],
        cwd=Path(__file__).parents[1],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def timed(spec: str, queries: Sequence[str], passages: Sequence[str], models: Path) -> Any:
    """What this process measures of one embedder: seconds, bytes, microseconds."""
    before, wall, cpu = resident(), time.perf_counter(), time.process_time()
    embedder = open_embedder(spec, models)
    embedder.embed_query(queries[0])
    told: dict[str, Any] = {
        "load_wall": time.perf_counter() - wall,
        "load_cpu": time.process_time() - cpu,
        "loaded": resident() - before,
        "disk": on_disk(embedder, models),
        "queries": [],
        "batches": [],
    }
    if passages:
        for i in range(QUERIES):
            began = time.process_time_ns()
            embedder.embed_query(queries[i % len(queries)])
            told["queries"].append((time.process_time_ns() - began) / 1000)
        for start in range(0, len(passages) - _BATCH + 1, _BATCH):
            seconds = time.process_time()
            embedder.embed_passages(passages[start : start + _BATCH])
            told["batches"].append(time.process_time() - seconds)
    return {**told, "used": resident() - before}


def resident() -> int:
    """Bytes of memory this process holds; their peak where the system tells no more."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def on_disk(embedder: Embedder, models: Path) -> int:
    """Bytes of the embedder's own files; 0 where it has none."""
    if embedder.name == SPEC:
        return sum((models / name).stat().st_size for name in (VECTORS, TOKENIZER))
    folder = getattr(embedder, "folder", None)
    if not isinstance(folder, Path):
        return 0
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    """Print as JSON what the embedder named takes; queries and passages come on standard input."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    asked = json.load(sys.stdin)
    found = timed(sys.argv[1], asked["queries"], asked["passages"], Path(sys.argv[2]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
