"""Makes the embedder that ships, from public pairs to the file: `python -m training`.

Every stage leaves a file in the build folder, and is not done again while that is there.
"""

import argparse
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from training import gather
from training.bags import Bags, Rows, cut_words, words_of
from training.contrast import Corpus, Matrix, Recipe, State, train
from training.export import export
from training.pairs import Pairs, pair_files, read_pairs
from training.start import start
from training.teacher import most_translated, principal, teach
from training.vocabulary import (
    Quota,
    count_words,
    known_frequencies,
    make_tokenizer,
    thinned,
    word_shares,
)

DIMS = 256
FINISH = Recipe(steps=4_000, rate=0.03, joined=0.8, seed=8)
"""Neighbouring sentences as one text: what is searched are paragraphs."""
STATE, FINISHED = "state.pickle", "finished.pickle"
LEFT_OUT = frozenset(["ar", "he", "ja", "ko", "zh"])  # scripts the pieces are not made for
SHIPPED = gather.HERE.parent / "explorer" / "models" / f"static-{DIMS}"
_THINNINGS = (1, 2, 3)  # seeds of the other ways to cut words
_THINNED = 0.3  # share of the longer pieces that each of them does without


@dataclass(frozen=True, slots=True)
class Build:
    """One making of a model: where, how large, how long."""

    folder: Path
    pairs: tuple[Path, ...]  # folders of *.tsv.gz
    teacher: Path | None  # folder of the teacher's model; None: without
    frequencies: Callable[[str], Mapping[str, float]] = known_frequencies
    quota: Quota = field(default_factory=Quota)
    recipe: Recipe = field(default_factory=Recipe)
    finish: Recipe = FINISH
    dims: int = DIMS
    start_pairs: int = 6_000_000
    lessons: int = 300_000  # texts the teacher reads
    saved: int = 2_000  # steps between two saved states

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, from the file `name` where an earlier run left it."""
        file = self.folder / name
        if file.exists():
            return pickle.loads(file.read_bytes())  # noqa: S301 - our own file
        began = time.monotonic()
        made = make()
        _write(file, made)
        say(f"{name}: {time.monotonic() - began:.0f} s")
        return made


def say(text: str) -> None:
    """Nothing; a line for who watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _write(file: Path, value: object) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    part.replace(file)


def make(build: Build, to: Path) -> str:
    """The fingerprint of the model made and written to `to`."""
    build.folder.mkdir(parents=True, exist_ok=True)
    pairs, words, texts = build.kept("texts.pickle", lambda: _read(build))
    tokenizer_json = build.kept("tokenizer.pickle", lambda: _tokenizer(build, pairs, words, texts))
    tokenizer = Tokenizer.from_str(tokenizer_json)
    cuts = build.kept("cuts.pickle", lambda: _cuts(tokenizer_json, words))
    taught, teacher = build.kept("teacher.pickle", lambda: _lessons(build, pairs))
    corpus = Corpus(pairs, texts, cuts, len(words), taught, teacher)
    state = build.kept(STATE, lambda: _first_state(build, corpus, tokenizer.get_vocab_size()))
    _train(build, STATE, state, corpus, build.recipe)
    finished = build.kept(FINISHED, lambda: State(state.table, state.squares))
    _train(build, FINISHED, finished, corpus, build.finish)
    return export(finished.table, tokenizer_json, to)


def _read(build: Build) -> tuple[Pairs, list[str], Bags]:
    pairs = read_pairs(pair_files(list(build.pairs), LEFT_OUT))
    words, texts = words_of(pairs.texts)
    say(f"{len(pairs.english)} pairs, {pairs.sentence.sum()} of them sentences; {len(words)} words")
    return pairs, words, texts


def _tokenizer(build: Build, pairs: Pairs, words: list[str], texts: Bags) -> str:
    shares = word_shares(count_words(pairs, words, texts), build.frequencies)
    return make_tokenizer(shares, build.quota).to_str()


def _cuts(tokenizer_json: str, words: list[str]) -> Bags:
    others = [thinned(tokenizer_json, seed, _THINNED) for seed in _THINNINGS]
    return cut_words([Tokenizer.from_str(tokenizer_json), *others], words)


def _lessons(build: Build, pairs: Pairs) -> tuple[Rows, Matrix]:
    taught = np.full(len(pairs.texts), -1, np.int32)
    if build.teacher is None:
        return taught, np.zeros((0, build.dims), np.float32)
    rows = most_translated(pairs, build.lessons)
    taught[rows] = np.arange(len(rows))
    vectors = teach(build.teacher, [pairs.texts[row] for row in rows])
    return taught, principal(vectors, build.dims)


def _first_state(build: Build, corpus: Corpus, pieces: int) -> State:
    table = start(corpus, pieces, dims=build.dims, limit=build.start_pairs)
    return State(table, np.full(pieces, 1e-6, np.float32))


def _train(build: Build, file: str, state: State, corpus: Corpus, recipe: Recipe) -> None:
    began, first = time.monotonic(), state.step
    for _ in train(state, corpus, recipe):
        if state.step % build.saved == 0:
            _write(build.folder / file, state)
            pace = (state.step - first) / (time.monotonic() - began)
            left = (recipe.steps - state.step) / pace / 60
            say(f"step {state.step}: {state.hits:.3f} find their own; {left:.0f} min left")
    _write(build.folder / file, state)


def main(arguments: list[str] | None = None) -> int:
    """0 when the model is made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=gather.BUILD, help="folder of the stages")
    parser.add_argument("--given", type=Path, default=gather.SHARED, help="train/ and dev/ at hand")
    parser.add_argument("--to", type=Path, default=SHIPPED, help="folder of the model")
    parser.add_argument("--steps", type=int, default=Recipe().steps)
    asked = parser.parse_args(arguments)
    packages, pairs = asked.build / "packages", asked.build / "pairs"
    where = ["--to", str(pairs), "--packages", str(packages), "--given", str(asked.given)]
    if gather.main(where):
        return 1
    build = Build(
        folder=asked.build,
        pairs=(asked.given / "train", pairs),
        teacher=gather.unpacked_teacher(packages, asked.build / "teacher"),
        recipe=replace(Recipe(), steps=asked.steps),
    )
    say(f"The model is {make(build, asked.to)}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
