"""Indexes of real size: what is sound is told from what is damaged."""

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.catalogue.canary import canary
from explorer.catalogue.generation import open_current
from explorer.config import Settings
from ingest.pipeline import build
from ingest.sourcelist import load_sources
from tests.builds import Command, deliver
from tests.conftest import ROOT, quiet
from tests.test_canary import INDEX_DAMAGE, index_data, indexed, newest, signed_anew
from tests.test_full_disk import fill, small_disk

__all__ = ["index_data", "indexed", "small_disk"]

pytestmark = pytest.mark.long


@pytest.mark.parametrize("kinds", [1, 7, 5_000])
def test_identical_vectors_find_one_another(tmp_path: Path, kinds: int) -> None:
    list_of_sources = deliver(tmp_path, 1)
    rows = [f"{i};V {i};Vas {i % kinds};glas;" for i in range(5_000)]
    told = "\n".join(["nr;nummer;titel;material;text", *rows])
    (tmp_path / "vases.csv").write_text(told, "utf-8")
    settings = Settings(data_dir=tmp_path / "data", matrix_limit=10)
    build(load_sources(list_of_sources), settings, quiet)
    assert canary(open_current(tmp_path / "data").folder) == ""


def test_an_index_that_a_full_disk_keeps_from_opening_leaves_finding_to_the_matrix(
    tmp_path: Path, small_disk: Path
) -> None:
    data = small_disk / "data"
    assert Command(deliver(tmp_path, 1), data, index=True).end() == (0, [])
    code = (
        "import sys; from pathlib import Path\n"
        "from explorer.ask import answer; from explorer.config import Settings\n"
        "from explorer.wiring import open_explorer; from tests.builds import EMBEDDER, QUESTION\n"
        "settings = Settings(data_dir=Path(sys.argv[1]), embedder=EMBEDDER, matrix_limit=10)\n"
        "explorer = open_explorer(settings)\n"
        "print(answer(QUESTION, explorer).outcome, explorer.serving().index is not None)"
    )

    def answered() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(data)], cwd=ROOT,
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip

    assert answered() == "answered True"
    filler = fill(small_disk, 0)
    assert answered() == "answered False"
    filler.unlink()
    assert answered() == "answered True"


@pytest.mark.parametrize("damage", INDEX_DAMAGE)
def test_an_index_that_was_built_damaged_is_found_by_asking_it(indexed: Path, damage: str) -> None:
    INDEX_DAMAGE[damage](newest(indexed))
    signed_anew(newest(indexed))
    assert "damaged" in canary(newest(indexed))
