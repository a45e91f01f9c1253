"""Generations: switched in one step, refused when damaged, never asked with another embedder."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.ask import answer
from explorer.catalogue.generation import current, generations_folder, open_current, published
from explorer.config import Settings
from explorer.errors import NotReady
from explorer.plan import plan
from explorer.retrieve import retrieve
from explorer.types import Question
from explorer.wiring import Explorer, open_explorer
from tests.conftest import ingest

QUESTION = Question("Vas", lang="sv")
MAPPING = '[fields]\nnr = "id"\ntitel = { field = "title", lang = "sv" }\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two generations; the later one knows one vase more."""
    (tmp_path / "map.toml").write_text(MAPPING)
    for rows in ("1;Vas\n", "1;Vas\n2;Blå vas\n"):
        (tmp_path / "t.csv").write_text("nr;titel\n" + rows, "utf-8")
        ingest(tmp_path / "data", f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    return tmp_path / "data"


def found(explorer: Explorer) -> int:
    return len(answer(QUESTION, explorer).records)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "empty manifest": lambda f: (f / "manifest.json").write_text(""),
    "cut catalogue": lambda f: (f / "catalogue.sqlite").write_bytes(
        (f / "catalogue.sqlite").read_bytes()[:5000]
    ),
    "emptied catalogue": lambda f: (f / "catalogue.sqlite").write_bytes(b""),
    "no matrix": lambda f: (f / "vectors.npy").unlink(),
    "cut matrix": lambda f: (f / "vectors.npy").write_bytes((f / "vectors.npy").read_bytes()[:200]),
    "matrix of another size": lambda f: np.save(f / "vectors.npy", np.zeros((1, 384), np.float32)),
    "no folder": lambda f: shutil.rmtree(f),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_generation_is_refused_and_the_one_before_serves(data: Path, damage: str) -> None:
    DAMAGE[damage](generations_folder(data) / current(data))
    explorer = open_explorer(Settings(data_dir=data))
    assert explorer.serving().generation.manifest.generation == published(data)[-1]
    assert found(explorer) == 1


def test_with_every_generation_damaged_the_error_says_what_to_do(data: Path) -> None:
    for name in published(data):
        (generations_folder(data) / name / "manifest.json").unlink()
    with pytest.raises(NotReady) as refused:
        open_current(data)
    assert "collection-ingest" in refused.value.remedy


def test_a_new_generation_serves_from_the_next_question_on(tmp_path: Path, data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    assert found(explorer) == 2
    (tmp_path / "t.csv").write_text("nr;titel\n1;Vas\n2;Blå vas\n3;Vit vas\n", "utf-8")
    ingest(data, f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    assert found(explorer) == 3


def test_a_generation_that_will_not_open_leaves_the_serving_one(data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    assert found(explorer) == 2
    (data / "current").write_text("nothing-of-that-name\n")
    assert found(explorer) == 2


def test_another_embedder_than_the_one_that_built_it_is_refused(data: Path) -> None:
    explorer = open_explorer(Settings(data_dir=data))
    other = replace_fingerprint(explorer)
    with pytest.raises(NotReady, match="was indexed with"):
        other.serving()


def replace_fingerprint(explorer: Explorer) -> Explorer:
    """A fresh explorer whose embedder says it is another one."""
    other = open_explorer(replace(explorer.settings))
    other.embedder.fingerprint = "another"
    return other


def test_beyond_the_limit_chroma_proposes_and_the_same_records_are_found(
    sample_data: Path,
) -> None:
    exact = open_explorer(Settings(data_dir=sample_data))
    indexed = open_explorer(Settings(data_dir=sample_data, matrix_limit=0))
    assert indexed.serving().index is not None
    for text in ("Who painted the girl with the pearl earring?", "astrolabe", "Kim był Stańczyk?"):
        rankings = []
        for explorer in (exact, indexed):
            serving = explorer.serving()
            planned = plan(Question(text), serving.generation.catalogue, default_lang="en")
            hits = retrieve(planned, serving.generation, explorer.embedder, serving.index)
            rankings.append([hit.record.id for hit in hits])
        assert rankings[0] == rankings[1]
    index = indexed.serving().index
    assert index is not None
    assert index.count() == indexed.serving().generation.manifest.passages
    index.close()
