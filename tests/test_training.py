"""A model is remade from pairs to file, the same each time, killed or not, and it finds."""

import gzip
import pickle
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from explorer.backends import embedded
from explorer.backends.embedded import open_static
from explorer.catalogue.generation import open_current
from explorer.config import Settings
from explorer.wiring import open_explorer
from ingest.pipeline import build as ingest_sources
from ingest.sourcelist import source_spec
from tests.conftest import quiet
from training import __main__ as training
from training.__main__ import Build, make
from training.contrast import Recipe, contrast, twins
from training.export import quantise
from training.pairs import pair_files, read_pairs
from training.vocabulary import Quota


def words(text: str) -> list[str]:
    return text.split()


ENGLISH = words("red blue old new small large dark bright round broken")
THINGS = words("vase ship horse tower church lamp mirror clock garden window bridge spoon")
SWEDISH = words("röd blå gammal ny liten stor mörk ljus rund trasig")
SAKER = words("vas skepp häst torn kyrka lampa spegel klocka trädgård fönster bro sked")
GREEK = words("κόκκινο μπλε παλιό νέο μικρό μεγάλο σκοτεινό φωτεινό στρογγυλό σπασμένο")
PRAGMATA = words(
    "βάζο πλοίο άλογο πύργος εκκλησία λάμπα καθρέφτης ρολόι κήπος παράθυρο γέφυρα κουτάλι"
)
HELD_OUT = {(1, 2), (4, 7), (8, 0), (3, 11), (6, 5), (0, 9)}


def phrases(adjectives: list[str], things: list[str], *, held_out: bool) -> list[str]:
    pairs = product(range(len(adjectives)), range(len(things)))
    return [f"{adjectives[a]} {things[t]}" for a, t in pairs if ((a, t) in HELD_OUT) is held_out]


def write_pairs(file: Path, english: list[str], other: list[str]) -> None:
    lines = "".join(f"{a}\t{b}\n" for a, b in zip(english, other, strict=True))
    file.write_bytes(gzip.compress(lines.encode(), mtime=0))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pairs: sentences in Swedish, phrases in Greek, without the held-out ones."""
    folder = tmp_path_factory.mktemp("pairs")
    english = phrases(ENGLISH, THINGS, held_out=False)
    swedish = phrases(SWEDISH, SAKER, held_out=False)
    sentences = [f"this is a {phrase}" for phrase in english]
    write_pairs(folder / "made.en-sv.tsv.gz", sentences, [f"det är en {p}" for p in swedish])
    write_pairs(folder / "made.en-el.tsv.gz", english, phrases(GREEK, PRAGMATA, held_out=False))
    return folder


def tiny(pairs: Path, folder: Path) -> Build:
    quota = Quota(400, 60, 60, 60, 60, 60, 60)
    recipe = Recipe(steps=60, batch=64, recut=0.2)
    return Build(
        folder=folder, pairs=(pairs,), teacher=None, frequencies=lambda lang: {},
        quota=quota, recipe=recipe, finish=replace(recipe, steps=10, joined=0.5), dims=32, saved=25,
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model trained on them."""
    folder = tmp_path_factory.mktemp("made")
    make(tiny(pairs, folder / "build"), folder / "model")
    return folder / "model"


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_phrases_never_seen_find_their_translation_in_other_words_and_scripts(model: Path) -> None:
    embedder = open_static(str(model))
    targets = embedder.embed_passages(phrases(ENGLISH, THINGS, held_out=True))
    for adjectives, things in ((SWEDISH, SAKER), (GREEK, PRAGMATA)):
        asked = embedder.embed_passages(phrases(adjectives, things, held_out=True))
        assert (asked @ targets.T).argmax(axis=1).tolist() == list(range(len(HELD_OUT)))


def test_the_file_has_the_shipped_form(model: Path) -> None:
    assert sorted(contents(model)) == ["model.json", "pieces.npy", "tokenizer.json.gz"]
    pieces = np.load(model / embedded.PIECES, mmap_mode="r")
    assert pieces.dtype == [("scale", "<f2"), ("vector", "i1", (32,))]
    content = gzip.decompress((model / embedded.TOKENIZER).read_bytes())
    assert Tokenizer.from_buffer(content).get_vocab_size() == len(pieces)
    told = embedded.read_model(model)
    assert (told["dims"], told["pieces"], told["licence"]) == (32, len(pieces), "CC-BY-SA-4.0")
    assert told["fingerprint"] == f"static-32-{embedded.fingerprint_digits(model)}"


def test_the_same_pairs_make_the_same_bytes(pairs: Path, model: Path, tmp_path: Path) -> None:
    make(tiny(pairs, tmp_path / "build"), tmp_path / "model")
    assert contents(tmp_path / "model") == contents(model)


def test_a_killed_training_goes_on_where_it_was(
    pairs: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tiny(pairs, tmp_path / "build")
    train = training.train

    def killed(*args: object) -> Iterator[object]:
        for state in train(*args):  # type: ignore[arg-type]
            yield state
            if state.step == 40:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "train", killed)
        make(made, tmp_path / "model")
    assert not (tmp_path / "model").exists()
    assert pickle.loads((tmp_path / "build" / "state.pickle").read_bytes()).step == 25
    make(made, tmp_path / "model")
    assert contents(tmp_path / "model") == contents(model)


def test_another_recipe_makes_another_fingerprint(pairs: Path, model: Path, tmp_path: Path) -> None:
    made = tiny(pairs, tmp_path / "build")
    other = make(replace(made, recipe=replace(made.recipe, steps=30)), tmp_path / "model")
    assert other != embedded.read_model(model)["fingerprint"]


def test_a_generation_stores_the_models_fingerprint(model: Path, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("nr;titel\n1;Röd vas\n2;Gammal kyrka\n", "utf-8")
    (tmp_path / "map.toml").write_text(
        '[table]\ndelimiter = ";"\n[fields]\nnr = "id"\ntitel = { field = "title", lang = "sv" }\n'
    )
    settings = Settings(data_dir=tmp_path / "data", embedder=f"embedded:{model}")
    ingest_sources([source_spec(f"csv:{tmp_path}/export.csv#{tmp_path}/map.toml")], settings, quiet)
    manifest = open_current(tmp_path / "data").manifest
    assert manifest.fingerprint == embedded.read_model(model)["fingerprint"]
    assert manifest.dims == 32
    assert open_explorer(settings).serving().generation.manifest == manifest


def test_pairs_are_read_once_folded_and_languages_left_out_stay_out(tmp_path: Path) -> None:
    write_pairs(tmp_path / "a.en-sv.tsv.gz", ["A Vase", "a vase", "Ship"], ["Vas", "VAS", "Skepp"])
    write_pairs(tmp_path / "b.en-sr-Cyrl.tsv.gz", ["a vase"], ["Ваза"])
    write_pairs(tmp_path / "c.en-zh.tsv.gz", ["a vase"], ["花瓶"])
    read = read_pairs(pair_files([tmp_path], frozenset({"zh"})))
    rows = zip(read.english, read.other, read.lang, strict=True)
    found = {(read.texts[a], read.texts[b], read.langs[lang]) for a, b, lang in rows}
    assert found == {("a vase", "vas", "sv"), ("ship", "skepp", "sv"), ("a vase", "vaza", "sr")}


def test_the_slope_of_the_contrast_is_the_slope_of_its_loss() -> None:
    random = np.random.default_rng(2)
    a, b = (random.standard_normal((5, 4)) for _ in range(2))
    a, b = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (a, b))
    same = twins(np.array([4, 7, 9, 7, 5], np.int32))
    assert sorted(zip(*same, strict=True)) == [(1, 3), (3, 1)]
    tau = 0.5

    def loss(likeness: np.ndarray) -> float:  # type: ignore[type-arg]
        logits = likeness / tau
        logits[same] = -np.inf
        logs = np.log(np.exp(logits).sum(1)) + np.log(np.exp(logits).sum(0))
        return float((logs - 2 * np.diag(logits)).sum() / 2)

    slope, hits = contrast(a, b, same, tau)
    likeness = a @ b.T
    for at in np.ndindex(5, 5):
        step = np.zeros((5, 5))
        step[at] = 1e-5
        expected = (loss(likeness + step) - loss(likeness - step)) / 2e-5
        assert slope[at] / (2 * tau) == pytest.approx(expected, abs=1e-6)
    likeness[same] = -2
    assert hits == (likeness.argmax(1) == np.arange(5)).mean()


def test_eight_bits_keep_every_number_within_half_a_step() -> None:
    table = np.random.default_rng(4).standard_normal((50, 16)).astype(np.float32)
    rows = quantise(table)
    again = rows["vector"] * rows["scale"].astype(np.float32)[:, None]
    largest = np.abs(table[1:]).max(axis=1, keepdims=True)
    assert (np.abs(again[1:] - table[1:]) <= largest / 127 * 0.57).all()
    assert not again[0].any()
