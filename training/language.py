"""What letters in a row say for a language: `python -m training.language`, from the gathered pairs.

Multinomial logistic regression over the n-grams of one to six words, sloppy typing included.
"""

import argparse
import gzip
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from babel.messages.pofile import read_po
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from explorer import phrases
from explorer.concepts import concepts
from explorer.language import PROFILES, languages, ngrams, spelt, words
from training.gather import BUILD, SHARED

GRAMS = {"Latn": 48_000, "Cyrl": 5_000}
"""How many n-grams are kept; any other script is one language's, or tells by itself."""

_NAMES = Path(__file__).parent / "names.txt"  # stand in questions of every language
_KIN = {"hr": ("bs", "hbs"), "sr": ("sr-Cyrl",)}  # pairs under another code
_LEFT_OUT = ("geonames", "cldr-names")
_PLACEHOLDER = re.compile(r"\{[^}]*\}|%\(\w+\)s")
_LINES = 40_000  # of one source in one language
_CHARACTERS = 200  # of one line
_COMMON = 60_000  # words of a language whose n-grams are looked at
_RUNNING = 20_000  # lines of words in use
_SEEN = 2e-6  # share of a language under which an n-gram is chance
_LENGTHS = (0.18, 0.2, 0.2, 0.17, 0.15, 0.1)  # of snippets, in words
_BARE = 0.15  # typed without accents
_NAMED, _ONLY_NAMED = 0.15, 0.03  # with a name; a name alone
_BAGS = 0.25  # of our own words in any order: no n-gram knows what stands beside it
_OF_A_BAG = (0.45, 0.15, 0.4)  # function words, words of asking, concepts
_BATCH, _RATE, _DECAY = 3_072, 0.12, 1e-6
_SEED = 6
# How much a source weighs beside the square root of its size: sentences of people more, lists of
# inflected forms and messages of programs less.
_WEIGHTS = {
    "tatoeba-challenge": 2, "running": 2, "concepts": 3, "phrases": 2, "hunspell-forms": 0.3,
    "lookups-forms": 0.3, "morfeusz-forms": 0.3, "wiktionary-forms": 0.3, "stem-forms": 0.5,
    "libreoffice-help": 0.6, "libreoffice-messages": 0.6, "firefox": 0.6, "django": 0.5,
}  # fmt: skip

Line = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Words:
    """Every word met, by its number; `plain` is the number of the same word without accents."""

    numbers: dict[str, int] = field(default_factory=dict)
    plain: list[int] = field(default_factory=list)

    def number(self, word: str) -> int:
        """The number of a word, a new one where it is new."""
        known = self.numbers.get(word)
        if known is None:
            known = self.numbers[word] = len(self.numbers)
            self.plain.append(known)
            bare = _bare(word)
            if bare != word:
                self.plain[known] = self.number(bare)
        return known

    def line(self, text: str, script: str) -> Line:
        """The words of a text in one script."""
        found = spelt(text[:_CHARACTERS])
        return np.array([self.number(t.word) for t in found if t.script == script], np.int32)


@dataclass(frozen=True, slots=True)
class Texts:
    """What there is to read in one language, by source, and how much each source counts."""

    sources: dict[str, list[Line]]
    shares: NDArray[np.float64]


def _bare(word: str) -> str:
    known = word.translate(str.maketrans("łđıħ", "ldih"))
    return "".join(c for c in unicodedata.normalize("NFD", known) if not unicodedata.combining(c))


def in_use(lang: str) -> Mapping[str, float]:
    """How often words stand in running text of a language; empty where that is not known."""
    import wordfreq

    code = {"hr": "sh", "sr": "sh"}.get(lang, lang)
    if code not in wordfreq.available_languages("best"):
        return {}
    return dict(islice(wordfreq.get_frequency_dict(code, "best").items(), _COMMON))


def _running(frequencies: Mapping[str, float]) -> list[str]:
    """Words as running text has them, in lines; their order is chance."""
    if not frequencies:
        return []
    rng = np.random.default_rng(_SEED)
    shares = np.array(list(frequencies.values()))
    drawn = rng.choice(len(shares), (_RUNNING, len(_LENGTHS)), p=shares / shares.sum())
    spelt_as = list(frequencies)
    return [" ".join(spelt_as[word] for word in line) for line in drawn.tolist()]


def read(lang: str, folders: Sequence[Path], known: Words, used: Mapping[str, float]) -> Texts:
    """The texts of a language: gathered pairs, words in use, and what this project itself has."""
    script = languages()[lang].script
    sources: dict[str, list[Line]] = {}
    running = ("running", _running(used))
    for name, texts in (*_gathered(lang, folders), running, *_own(lang)):
        lines = (known.line(text, script) for text in texts)
        sources.setdefault(name, []).extend(line for line in lines if len(line))
    sources = {name: lines for name, lines in sources.items() if lines}
    sizes = [len(lines) ** 0.5 * _WEIGHTS.get(name, 1) for name, lines in sources.items()]
    return Texts(sources, np.array(sizes) / sum(sizes))


def _gathered(lang: str, folders: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    codes = ("de",) if lang == "en" else (lang, *_KIN.get(lang, ()))
    for file in sorted(f for d in folders for c in codes for f in d.glob(f"*.en-{c}.tsv.gz")):
        name = file.name.partition(".")[0]
        if name in _LEFT_OUT:
            continue
        with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
            cells = (line.rstrip("\n").split("\t") for line in lines)
            found = list(dict.fromkeys(c[lang != "en"] for c in cells if len(c) == 2))
        yield name, found[:: max(1, len(found) // _LINES)]


def _own(lang: str) -> Iterator[tuple[str, list[str]]]:
    yield "function", sorted(words(lang, "function"))
    yield "asking", sorted(words(lang, "asking"))
    yield "concepts", [text for one in concepts().values() for text in one.labels.get(lang, ())]
    file = Path(phrases.__file__).parent / "locales" / f"{lang}.po"
    if file.is_file():
        with file.open("rb") as held:
            told = [message.string or "" for message in read_po(held) if message.id]
        spoken = [text for one in told for text in ([one] if isinstance(one, str) else one)]
        yield "phrases", [_PLACEHOLDER.sub("", text) for text in spoken]


def chosen(texts: Sequence[Texts], known: Words, most: int) -> list[str]:
    """The n-grams that tell most of one language from the others: their share of information."""
    written = list(known.numbers)
    shares: dict[str, dict[int, float]] = {}
    for column, own in enumerate(texts):
        counts: Counter[int] = Counter()
        for lines, share in zip(own.sources.values(), own.shares, strict=True):
            found, times = np.unique(np.concatenate(lines), return_counts=True)
            weights = times * (share / times.sum())
            for word, weight in zip(found.tolist(), weights.tolist(), strict=True):
                counts[word] += weight
        grams: Counter[str] = Counter()
        for word, weight in counts.most_common(_COMMON):
            for gram in ngrams(written[word]):
                grams[gram] += weight
        for gram, weight in grams.items():
            if weight > _SEEN:
                shares.setdefault(gram, {})[column] = weight
    gains = np.array([_gain(list(own.values()), len(texts)) for own in shares.values()])
    order = np.argsort(-gains, kind="stable")[:most]
    grams_met = list(shares)
    return [grams_met[place] for place in order]


def _gain(shares: Sequence[float], count: int) -> float:
    found = np.array(shares)
    return float((found * np.log((found + _SEEN) / (found.sum() / count + _SEEN))).sum())


def snippets(
    texts: Sequence[Texts], names: Sequence[Line], plain: Line, rng: np.random.Generator
) -> Iterator[tuple[int, Line]]:
    """(language, words as a visitor types them), without end."""
    bags = [
        [np.concatenate(own.sources.get(name) or own.sources["asking"])
         for name in ("function", "asking", "concepts")]
        for own in texts
    ]  # fmt: skip
    sources = [list(own.sources.values()) for own in texts]
    while True:
        langs = rng.integers(0, len(texts), _BATCH)
        lengths = rng.choice(len(_LENGTHS), _BATCH, p=_LENGTHS) + 1
        drawn = [rng.choice(len(own.shares), _BATCH, p=own.shares) for own in texts]
        kinds = rng.choice(len(_OF_A_BAG), (_BATCH, len(_LENGTHS)), p=_OF_A_BAG)
        chances = rng.random((_BATCH, 6 + len(_LENGTHS)))
        for i, (lang, length) in enumerate(zip(langs.tolist(), lengths.tolist(), strict=True)):
            bag, line, start, bare, named, name, *picks = chances[i].tolist()
            if bag < _BAGS:
                pools = [bags[lang][kind] for kind in kinds[i, :length]]
                asked = np.array(
                    [p[int(at * len(p))] for p, at in zip(pools, picks, strict=False)], np.int32
                )
            else:
                lines = sources[lang][drawn[lang][i]]
                whole = lines[int(line * len(lines))]
                first = int(start * max(1, len(whole) - length + 1))
                asked = whole[first : first + length]
            if bare < _BARE:
                asked = plain[asked]
            if named < _NAMED and names:
                added = names[int(name * len(names))]
                asked = added if named < _ONLY_NAMED else np.concatenate([asked, added])
            yield lang, asked


def fitted(
    texts: Sequence[Texts], names: Sequence[Line], known: Words, grams: Sequence[str], steps: int
) -> Floats:
    """How far each n-gram speaks for each language: rows and columns in the order given."""
    index = {gram: row for row, gram in enumerate(grams)}
    written = list(known.numbers)
    read_before: dict[int, Line] = {}

    def rows(word: int) -> Line:
        if word not in read_before:
            found = [index[gram] for gram in ngrams(written[word]) if gram in index]
            read_before[word] = np.array(found, np.int32)
        return read_before[word]

    asked = snippets(texts, names, np.array(known.plain, np.int32), np.random.default_rng(_SEED))
    weights = np.zeros((len(grams), len(texts)), np.float32)
    squares = np.full_like(weights, 1e-8)
    for step in range(steps):
        batch = [next(asked) for _ in range(_BATCH)]
        read = [np.concatenate([rows(w) for w in line.tolist()] or [line]) for _, line in batch]
        ends = np.cumsum([0, *map(len, read)])
        held = csr_matrix(
            (np.ones(ends[-1], np.float32), np.concatenate(read), ends),
            shape=(_BATCH, len(grams)),
        )
        scores = held @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(_BATCH), [lang for lang, _ in batch]] -= 1
        met = np.unique(held.indices)
        slope = (held.T @ chances)[met] / _BATCH + _DECAY * weights[met]
        squares[met] += slope**2
        weights[met] -= _RATE * (1 - step / steps) * slope / np.sqrt(squares[met])
    centred: Floats = weights - weights.mean(axis=1, keepdims=True)
    return centred


def make(
    folders: Sequence[Path],
    file: Path,
    steps: int,
    most: Mapping[str, int] = GRAMS,
    frequencies: Callable[[str], Mapping[str, float]] = in_use,
) -> None:
    """Nothing; `file` holds the n-grams of every script and what they say, in one byte each."""
    found: list[str] = []
    blocks: list[tuple[list[str], Floats]] = []
    for script, limit in most.items():
        langs = [c for c, row in languages().items() if row.understood and row.script == script]
        known = Words()
        texts = [read(lang, folders, known, frequencies(lang)) for lang in langs]
        told = _NAMES.read_text("utf-8").splitlines()
        names = [line for line in (known.line(text, script) for text in told) if len(line)]
        grams = chosen(texts, known, limit)
        blocks.append((langs, fitted(texts, names, known, grams, steps)))
        found += grams
    langs = [lang for own, _ in blocks for lang in own]
    values = np.zeros((len(found), len(langs)), np.float32)
    row = column = 0
    for own, block in blocks:
        values[row : row + len(block), column : column + len(own)] = block
        row, column = row + len(block), column + len(own)
    unit = float(np.abs(values).max()) / 127
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        file,
        grams=np.array("\n".join(found)),
        langs=np.array(langs),
        unit=np.array(unit),
        values=np.rint(values / unit).astype(np.int8),
    )


def main() -> None:
    """Make the file that ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=BUILD / "pairs", help="gathered pairs")
    parser.add_argument("--given", type=Path, default=SHARED, help="train/ of the pairs at hand")
    parser.add_argument("--to", type=Path, default=PROFILES, help="file of the profiles")
    parser.add_argument("--steps", type=int, default=2_800)
    asked = parser.parse_args()
    make((asked.given / "train", asked.pairs), asked.to, asked.steps)


if __name__ == "__main__":
    main()
