"""The collections that question sets are about, taken in as anyone would, by their own process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eval.material import SHARED
from eval.queries import FOLDER
from explorer.config import Settings, load_settings
from explorer.errors import ExplorerError, WrongUse
from explorer.wiring import Explorer, open_explorer

_ROOT = Path(__file__).parents[1]


@contextmanager
def opened(
    questions: str, data_dir: Path | None = None, shared: Path = SHARED
) -> Iterator[Explorer]:
    """An explorer over `data_dir`, or the folder set; else over what the questions are about.

    That is taken in anew, into a folder that goes again.
    """
    settings = load_settings({"data_dir": data_dir})
    if data_dir or settings.data_dir != Settings().data_dir:
        yield open_explorer(settings)
        return
    with tempfile.TemporaryDirectory() as folder:
        ingested(questions, Path(folder), embedder=settings.embedder, shared=shared)
        yield open_explorer(load_settings({"data_dir": Path(folder)}))


def ingested(questions: str, folder: Path, *, embedder: str, shared: Path = SHARED) -> Path:
    """`folder`, with the collection taken in that a set of questions is about."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "ingest", "run", *_sources(questions, shared), "--data-dir", folder],
        cwd=_ROOT,
        env={**os.environ, "EXPLORER_EMBEDDER": embedder},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines()[-2:]
        raise ExplorerError(f"The {questions} collection could not be taken in.", " ".join(told))
    return folder


def _sources(questions: str, shared: Path) -> Sequence[str]:
    """What `collection-ingest run` is told to take in."""
    data = shared.resolve() / "data"
    if questions == "sample":
        return "--sources", str(Path("ingest") / "sample" / "sources.toml")
    if questions == "swedish":
        delivery, mapping = data / "nationalmuseum_se_lido", None
        spec = f"lido:{delivery}"
    elif questions == "dutch":
        delivery = data / "rijks_suriname_nl" / "data" / "Suriname_objecten_export.csv"
        mapping = FOLDER / "dutch" / "mapping.toml"
        spec = f"csv:{delivery}#{mapping}"
    else:
        raise WrongUse(
            f"What collection the questions '{questions}' are about is not known.",
            "Name the folder it was taken into with --data-dir.",
        )
    for needed in filter(None, (delivery, mapping)):
        if not needed.exists():
            raise ExplorerError(
                f"The {questions} delivery is not here: there is no {needed.name}.",
                "Name the folder of deliveries with --shared, or a collection with --data-dir.",
            )
    return spec, "--name", questions
