"""The table of words that mean the same is remade from pairs, the same each time."""

import gzip
from pathlib import Path

import pytest

from explorer import compounds, lexicon
from explorer.text import stem
from training.lexicon import known_parts, learnt, texts, write

PAIRS = [
    ("a red ship", "ein rotes Schiff"), ("a blue ship", "ein blaues Schiff"), ("ship", "Schiff"),
    ("a red tower", "ein roter Turm"), ("the blue tower", "der blaue Turm"), ("tower", "Turm"),
    ("gold", "Gold"), ("a helmet of gold", "ein Helm aus Gold"), ("helmet", "Helm"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pairs, English and German."""
    made = tmp_path_factory.mktemp("pairs")
    lines = "".join(f"{english}\t{other}\n" for english, other in PAIRS)
    (made / "hand.en-de.tsv.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    return made


def test_words_that_stand_together_in_translations_mean_the_same(folder: Path) -> None:
    links = learnt(texts("de", [folder]), "de")
    means = {
        links.terms[term]: links.english[pivot]
        for term, pivot, share in zip(links.term, links.pivot, links.share, strict=True)
        if share > 0.5
    }
    assert means[stem("Schiff", "de")] == "ship"
    assert means[stem("Turm", "de")] == "tower"
    assert means[stem("Gold", "de")] == "gold"
    assert stem("der", "de") not in means, "function words mean nothing"


def test_a_written_table_reads_as_it_was_learnt_and_is_the_same_each_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        write({"de": learnt(texts("de", [folder]), "de")}, tmp_path / name)
    made = [(tmp_path / name / "de.npz").read_bytes() for name in ("one", "other")]
    assert made[0] == made[1]
    for cached in (lexicon._english, lexicon._table):
        cached.cache_clear()
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path / "one")
    assert lexicon.pivots(stem("Schiff", "de"), "de")[0][0] == "ship"
    assert lexicon.pivots("schiffchen", "de") == []
    assert lexicon.kindred("turmen", "de")[0][0] == "tower"
    monkeypatch.undo()
    for cached in (lexicon._english, lexicon._table):
        cached.cache_clear()


def test_compounds_are_made_of_words_that_a_dictionary_or_two_texts_have(folder: Path) -> None:
    parts = known_parts("de", [folder])
    assert parts["gold"] == 2
    assert parts["helm"] == 2
    assert "ein" not in parts, "a function word is no part"
    assert "roter" not in parts, "it stands in one text, and never alone"


def test_the_table_that_ships_is_whole() -> None:
    languages = {file.stem for file in lexicon.FOLDER.glob("*.npz")}
    assert len(languages) >= 28
    for lang in compounds.LINKS:
        assert (lexicon.FOLDER / f"parts.{lang}.txt.gz").is_file()
    assert sum(file.stat().st_size for file in lexicon.FOLDER.iterdir()) < 14_000_000
