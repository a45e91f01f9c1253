"""The recommended models: open, for each size of machine, and as the guide tells them."""

import re
from pathlib import Path

import pytest

from explorer.backends.ollama import open_ollama
from explorer.language import languages
from explorer.recommended import Recommended, command, fitting, memory, recommended

GUIDE = (Path(__file__).parent.parent / "docs" / "answering.md").read_text("utf-8")
SIZES = (4, 8, 16, 24)


def _cells(name: str) -> list[str]:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith("|") and f"`{name}`" in line]
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("size", SIZES)
def test_each_size_of_machine_has_two_models_of_its_own(size: int) -> None:
    assert len([model for model in recommended() if model.memory == size]) >= 2


@pytest.mark.parametrize("model", recommended(), ids=lambda model: model.name)
def test_a_model_leaves_a_quarter_of_the_memory_to_what_it_reads(model: Recommended) -> None:
    assert model.memory in SIZES
    assert 0 < model.size <= 0.75 * model.memory
    assert model.window >= 4_096


@pytest.mark.parametrize("model", recommended(), ids=lambda model: model.name)
def test_a_model_is_freely_licensed_and_its_facts_have_a_source(model: Recommended) -> None:
    assert model.licence in {"Apache-2.0", "MIT"}
    assert set(model.languages) <= {lang for lang, known in languages().items() if known.answered}
    assert model.use and model.source
    assert model.languages or "which languages: not confirmed" in model.source
    assert "//" not in model.source


@pytest.mark.parametrize("model", recommended(), ids=lambda model: model.name)
def test_the_setting_takes_its_name(model: Recommended) -> None:
    assert open_ollama(model.name).name == f"ollama:{model.name}"


@pytest.mark.parametrize("model", recommended(), ids=lambda model: model.name)
def test_the_guide_tells_of_each_model_what_the_table_does(model: Recommended) -> None:
    machine, _, size, licence, known, window, use = _cells(model.name)
    assert machine == f"{model.memory} GB"
    assert size == f"{model.size:g} GB"
    assert licence == model.licence
    told = {24: "all 24", 0: "no list"}.get(len(model.languages), " ".join(model.languages))
    assert known == told
    assert window == f"{model.window // 1024}k"
    assert use == model.use


def test_the_guide_recommends_no_model_the_table_does_not_know() -> None:
    told = re.findall(r"^\| \d+ GB \| `([^`]+)` \|", GUIDE, re.MULTILINE)
    assert told == [model.name for model in recommended()]


def test_one_model_knows_every_official_language_of_the_union() -> None:
    assert any(len(model.languages) == 24 for model in recommended())


def test_a_machine_is_given_what_fits_it_the_largest_first() -> None:
    names = [model.name for model in fitting(8.2)]
    assert names[0] == "qwen3.5:4b"
    assert {"ministral-3:8b", "granite4:micro"} <= set(names)
    assert all(model.memory <= 8 for model in fitting(8.2))
    assert len(fitting(64)) == len(recommended())


def test_a_machine_too_small_for_any_is_given_none() -> None:
    assert fitting(2) == []
    assert command(2) == command(0) == ""


def test_what_to_type_needs_no_graphics_card() -> None:
    assert command(4.1) == "ollama pull granite4:micro"
    assert command(8.2) == command(64) == "ollama pull qwen3.5:4b"


def test_the_memory_of_this_machine_is_told_in_gigabytes() -> None:
    assert memory() == 0 or 0.2 < memory() < 100_000
