"""The suite `latency`: CPU time of finding, searching and asking, warm, beside two peers.

Wall time says more about a machine and its neighbours than about the explorer; CPU time, and
ratios of what took turns in one run, hold elsewhere too.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from eval import peers as others
from eval.figures import Figure, Measured, Table, median
from eval.material import SHARED
from eval.queries import Query
from explorer.ask import answer
from explorer.catalogue.reading import Catalogue
from explorer.config import load_settings
from explorer.errors import ExplorerError, WrongUse
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.search import search
from explorer.types import Filters, Question
from explorer.wiring import Explorer, open_explorer

FOUND, FIRST, ASKED = "plan and retrieve", "search, first page", "ask, whole answer"
LATER = "search, page 50"
UNMET = "plan and retrieve, question new"
SHARES = (0.001, 0.01, 0.1, 0.5)
PEERS_UP_TO = 20_000
"""Records beyond which peers are built only when asked for: it takes minutes."""

MOST = 200
"""Questions that are asked, spread over their set."""
_PAGE, _LATE = 20, 50
_FAR = 2.0  # a filter that leaves more than twice the share, or less than half, is not it
_YEARS = range(1400, 2001, 20)
_RESTING = 0.0002  # CPU seconds in a millisecond
_ROOT = Path(__file__).parents[1]
_MADE = """
import sys
from pathlib import Path
from ingest.bench import ingest, material
delivery, count, folder = sys.argv[1:]
lies = material(Path(delivery) if delivery else None, int(count), Path(folder))
ingest(lies, Path(folder) / "data")
"""

Work = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter on a value the collection has, and how many records it leaves."""

    name: str
    label: str
    value: str
    records: int

    @property
    def filters(self) -> Filters:
        """As a question bears it."""
        return {self.name: self.value}


def run(queries: Sequence[Query], explorer: Explorer, *, peers: bool | None = None) -> Measured:
    """The CPU times of up to 200 questions, spread over the set, and their ratios to the peers'.

    With `peers` None these are measured in collections of up to 20,000 records.
    """
    manifest = explorer.serving().generation.manifest
    texts = [query.text for query in queries[:: -(-len(queries) // MOST)]]
    new = timed({FOUND: ours(explorer)[FOUND]}, texts)[FOUND]
    if peers is None and manifest.records > PEERS_UP_TO:
        spent = warm(ours(explorer), texts)
        skipped = [f"Peers are measured beside more than {PEERS_UP_TO} records with --peers alone."]
    elif peers is False:
        spent, skipped = warm(ours(explorer), texts), ["Peers were not asked for."]
    else:
        with others.opened(explorer) as (found, missing):
            spent, skipped = warm({**ours(explorer), **found}, texts), list(missing)
    times = {FOUND: _row(spent[FOUND]), UNMET: _row(new[len(new) // 10 :])}
    times.update((name, _row(values)) for name, values in spent.items())
    if late := [text for text in texts if search(explorer, text).total > _PAGE * (_LATE - 1)]:
        times[LATER] = _row(warm({LATER: _page(explorer, {}, _LATE)}, late)[LATER])
    else:
        skipped.append(f"No question has a page {_LATE} of {_PAGE} records here.")
    tables = [Table("CPU milliseconds", _NOTE, times)]
    if compared := ratios(spent):
        tables.append(Table("Ours over the peer's", _RATIOS, compared))
    narrowed, unlike = _narrowed(explorer, texts)
    tables.append(Table("CPU milliseconds by what filters leave", _FILTERS, narrowed))
    return Measured(settings(explorer, len(texts)), tables, [*skipped, *unlike])


_NOTE = (
    "Each question in every way in turn, when all had been asked once; p50 with order statistics as"
    " its interval, p95 too. Question new: asked for the first time, the first tenth left out."
    f" Search: {_PAGE} records a page, with facets; page {_LATE} of the questions that have one."
    f" Peers: the {others.NEAREST} nearest passages"
    " with their words and metadata; same passages, same embedder."
)
_RATIOS = "Of each question, in the same run; the median of these. Under 1 ours takes less."
_FILTERS = "Plan and retrieve (found), and the first page of a search, with one filter."


def settings(explorer: Explorer, questions: int) -> dict[str, Any]:
    """What the figures hold for: questions, collection, embedder, index and machine."""
    serving = explorer.serving()
    manifest = serving.generation.manifest
    return {
        "suite": "latency", "questions": questions, "embedder": manifest.embedder,
        "fingerprint": manifest.fingerprint, "generation": manifest.generation,
        "records": manifest.records, "passages": manifest.passages,
        "calibration": asdict(manifest.calibration),
        "searched": explorer.settings.index if serving.index else "the whole matrix",
        "processors": os.cpu_count(),
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "not set"),
        "machine": platform.machine(),
        "python": platform.python_version(), "numpy": np.__version__,
    }  # fmt: skip


def ours(explorer: Explorer, filters: Filters | None = None) -> dict[str, Work]:
    """What is asked of the explorer, under the names its figures bear."""
    serving, held = explorer.serving(), dict(filters or {})
    generation, lang = serving.generation, explorer.settings.default_lang

    def found(text: str) -> object:
        planned = plan(Question(text, filters=held), generation.catalogue, default_lang=lang)
        return retrieve(planned, generation, explorer.embedder, serving.index)

    return {
        FOUND: found,
        FIRST: _page(explorer, held, 1),
        ASKED: lambda text: answer(Question(text, filters=held), explorer),
    }


def _page(explorer: Explorer, filters: Filters, number: int) -> Work:
    start = (number - 1) * _PAGE
    return lambda text: search(explorer, text, filters=filters, limit=_PAGE, offset=start)


def timed(works: Mapping[str, Work], texts: Sequence[str]) -> dict[str, list[float]]:
    """The CPU milliseconds of every text, by work; the works take turns, text by text.

    A work is charged with what it set going, such as threads of a matrix library that wait for
    more: its turn ends when the process rests.
    """
    spent: dict[str, list[float]] = {name: [] for name in works}
    for text in texts:
        for name, work in works.items():
            began = time.process_time()
            work(text)
            _rest()
            spent[name].append((time.process_time() - began) * 1000)
    return spent


def _rest() -> None:
    """Nothing; the process does nothing any more, or does not stop within a tenth of a second."""
    for _ in range(100):
        before = time.process_time()
        time.sleep(0.001)
        if time.process_time() - before < _RESTING:
            return


def warm(works: Mapping[str, Work], texts: Sequence[str]) -> dict[str, list[float]]:
    """As `timed`, of the second time round."""
    timed(works, texts)
    return timed(works, texts)


def ratios(spent: Mapping[str, Sequence[float]]) -> dict[str, dict[str, Figure | None]]:
    """Per way of asking us the median of its time over each peer's, question by question."""
    found = [name for name in others.PEERS if name in spent]
    return {
        work: {f"/ {peer}": median(np.divide(spent[work], spent[peer])) for peer in found}
        for work in (FOUND, FIRST, ASKED)
        if found
    }


def _row(values: Sequence[float]) -> dict[str, Figure | None]:
    return {"p50": median(values), "p95": p95(values)}


def p95(values: Sequence[float]) -> Figure:
    """The 95th percentile; its interval lies between two order statistics (Conover 1999, 3.2).

    There is none where so high a one is not among the values: with fewer than about eighty.
    """
    array, n = np.sort(np.asarray(values, np.float64)), len(values)
    middle, half = 0.95 * n, 1.959964 * sqrt(n * 0.95 * 0.05)
    low, high = ceil(middle - half), ceil(middle + half)
    ends = (float(array[low - 1]), float(array[high - 1])) if 0 < low < high <= n else ()
    return Figure(float(np.quantile(array, 0.95)), n, *ends)


def _narrowed(
    explorer: Explorer, texts: Sequence[str]
) -> tuple[dict[str, dict[str, Figure | None]], list[str]]:
    """The rows of the table by filters, and a sentence on each share that none leaves."""
    catalogue = explorer.serving().generation.catalogue
    rows, skipped = {"all": _beside(explorer, texts, {})}, []
    total = len(catalogue.matching({}))
    for share, narrowing in narrowings(catalogue).items():
        if narrowing is None:
            skipped.append(f"No filter leaves about {share:.1%} of the records.")
            continue
        left = f"{narrowing.records / total:.2%} ({narrowing.records} records)"
        told = f"{left}, {narrowing.name}: {narrowing.label[:30]}"
        rows[told] = _beside(explorer, texts, narrowing.filters)
    return rows, skipped


def _beside(explorer: Explorer, texts: Sequence[str], filters: Filters) -> dict[str, Figure | None]:
    works = ours(explorer, filters)
    spent = warm({"found": works[FOUND], "search": works[FIRST]}, texts)
    return {
        f"{name} {column}": figure
        for name, values in spent.items()
        for column, figure in _row(values).items()
    }


def narrowings(catalogue: Catalogue) -> dict[float, Narrowing | None]:
    """Share of the records -> the value, or the year, whose filter leaves nearest to it."""
    total = len(catalogue.matching({}))
    known = [
        Narrowing(name, one["label"], one["value"], one["count"])
        for name, values in catalogue.facets(None, total).items()
        for one in values
    ]
    years = [(name, str(year)) for name in ("from", "to") for year in _YEARS]
    known += [Narrowing(n, y, y, len(catalogue.matching({n: y}))) for n, y in years]
    chosen: dict[float, Narrowing | None] = {}
    for share in SHARES:
        away = {abs(log(n.records / (share * total))): n for n in reversed(known) if n.records}
        nearest = min(away, default=_FAR)
        chosen[share] = away[nearest] if nearest <= log(_FAR) else None
    return chosen


def swedish_delivery(shared: Path = SHARED) -> Path | None:
    """The first of the Swedish deliveries, which holds every object once; None where none is."""
    return min((shared / "data" / "nationalmuseum_se_lido").glob("*.tgz"), default=None)


@contextmanager
def opened(
    records: int, delivery: Path | None = None, data_dir: Path | None = None
) -> Iterator[Explorer]:
    """An explorer over `data_dir`; else over so many records: those delivered, with other words.

    Without a delivery the sample's are repeated. They are taken in by processes of their own, into
    a folder that goes again.
    """
    if data_dir:
        yield open_explorer(load_settings({"data_dir": data_dir}))
        return
    if records < 1:
        raise WrongUse("There is no collection of no records.", "Give --records from 1.")
    if delivery is not None and not delivery.exists():
        raise WrongUse(f"There is no delivery {delivery}.", "Name one of LIDO records.")
    chosen = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        lies = str(delivery.resolve()) if delivery else ""
        done = subprocess.run(  # noqa: S603  (our own code)
            [sys.executable, "-c", _MADE, lies, str(records), folder],
            cwd=_ROOT,
            env={
                **os.environ,
                "EXPLORER_EMBEDDER": chosen.embedder,
                "EXPLORER_INDEX": chosen.index,
                "EXPLORER_MATRIX_LIMIT": str(chosen.matrix_limit),
            },
            capture_output=True,
            text=True,
        )
        if done.returncode:
            told = done.stderr.strip().splitlines()[-2:]
            raise ExplorerError("The collection could not be made.", " ".join(told))
        yield open_explorer(load_settings({"data_dir": Path(folder) / "data"}))
