"""Which languages there are, their small words, and which of them a text is written in.

Detection is a sum of evidence without chance: script, n-grams, small words, letters, and the
visitor's own language, which decides what is too short to tell.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import accumulate, chain, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from explorer.errors import ExplorerError

Floats = npt.NDArray[np.float32]

# Weights in natural-log units, chosen on the even lines of tests/short_questions.tsv and on
# 2,000 beginnings of news sentences (NTREX-128, lines 1,000 to 1,050 of each language).
_NGRAM = (0.3, 0.14, 0.12)  # of one, two, three letters: they overlap, so each counts little
_FUNCTION = 3.5
_ASKING = 4.5
_LETTER = 4.5  # against a language whose alphabet lacks the letter
_PRIOR = 3.2  # less than one function word, more than the spelling of a name
_NAME = 0.2  # share left to a word with a capital inside a sentence
_FLOOR = 2e-5  # share of an n-gram never seen
_LEARNT = 0.6  # weight of a language's own words against the common spelling of its script
_READ = 400  # characters


@dataclass(frozen=True, slots=True)
class Language:
    """A row of vocabulary/languages.tsv.

    `understood`: detected in a question; `found`: how well search measures, "" while unmeasured;
    `answered` and `interface`: phrases exist for answers and for pages.
    """

    code: str
    name: str
    script: str
    direction: str
    understood: bool
    found: str
    answered: bool
    interface: bool


@dataclass(frozen=True, slots=True)
class Lang:
    """A language code and how sure it is, 0..1; code "" where nothing can be said."""

    code: str
    share: float


@cache
def languages() -> dict[str, Language]:
    """All languages by code, in the file's order."""
    return {
        code: Language(
            code, name, script, direction, understood == "yes", found, *(c == "yes" for c in cells)
        )
        for code, name, script, direction, understood, found, *cells in _rows("languages.tsv")
    }


@cache
def words(lang: str, kind: str) -> frozenset[str]:
    """The words of a kind in a language, lower case; empty where there is no such list.

    Kinds: `function` (articles, prepositions, question words), `asking` (what visitors ask with
    rather than for), `letters` (of the alphabet; in Latin script those beyond a to z).
    """
    return _word_lists().get((lang, kind), frozenset())


def detect_language(text: str, prior: str = "", among: Collection[str] = ()) -> Lang:
    """The language of a text, from its first 400 characters; the same text, the same answer.

    `prior`, the visitor's own language, decides names and one or two words. `among` narrows the
    languages that are understood. Code "" where the text has no letters, or only letters in which
    none of them is written: its caller keeps the language of the conversation.
    """
    tokens = _tokens(text)
    own = prior.partition("-")[0].lower()
    script = _script(tokens)
    fitting, columns = _fitting(script, tuple(among))
    if not fitting:
        return Lang("", 0.0)
    if (
        script == "Latn"
        and own not in fitting
        and own in _understood(tuple(among))
        and not any(t.plain for t in tokens)
    ):
        # A name in Latin letters stands in texts of every script.
        return Lang(own, 0.5)
    if len(fitting) == 1:
        return Lang(fitting[0], 1.0)
    scores = _scores([t for t in tokens if t.script == script])[columns]
    if script == "Hans" and "zh" in fitting:
        # A Japanese sentence would hold kana.
        scores[fitting.index("zh")] += sum(len(t.word) for t in tokens if t.script == script) / 3
    if own in fitting:
        scores[fitting.index(own)] += _PRIOR
    best = int(scores.argmax())
    return Lang(fitting[best], round(float(1 / np.exp(scores - scores[best]).sum()), 4))


# --- scripts and words -----------------------------------------------------------------------

_TOKEN = re.compile(
    "(?P<Latn>[A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ]+)|(?P<Grek>[Ͱ-Ͽἀ-῿]+)|(?P<Cyrl>[Ѐ-ԯ]+)"
    "|(?P<Hebr>[֐-׿]+)|(?P<Arab>[؀-ۿݐ-ݿﭐ-﷿ﹰ-ﻼ]+)|(?P<Kore>[가-힣ᄀ-ᇿㄱ-ㆎ]+)"
    "|(?P<Jpan>[ぁ-ヿ]+)|(?P<Hans>[㐀-鿿]+)"
)


# The profiles write Romanian with cedillas; a Turkish capital leaves a dot of its own behind.
_SPELLING = {ord("ș"): "ş", ord("ț"): "ţ", 0x307: None}


class _Token(NamedTuple):
    """A word in lower case; `plain` unless its capital makes it a likely name."""

    word: str
    script: str
    plain: bool
    weight: float


def _tokens(text: str) -> list[_Token]:
    text = unicodedata.normalize("NFC", text[:_READ])
    if text.isupper() and len(text.split()) > 2:
        text = text.lower()
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        word, script = match.group(), match.lastgroup or ""
        plain = not word[0].isupper()
        weight = 1.0 if plain else _NAME if found else (1 + _NAME) / 2
        word = word.lower()
        if not word.isascii():
            word = word.translate(_SPELLING)
        found.append(_Token(word, script, plain, weight))
    return found


def _script(tokens: list[_Token]) -> str:
    """The script of the words that carry the sentence; names in another script weigh little."""
    weights = dict.fromkeys((token.script for token in tokens), 0.0)
    if len(weights) < 2:
        return next(iter(weights), "")
    listed = _evidence().words
    for token in tokens:
        known = token.word in listed
        weight = 2 if known else max(1, len(token.word) // 3) if token.plain else 0.25
        weights[token.script] += weight
    script = max(weights, key=lambda name: weights[name])
    if script in {"Hans", "Jpan", "Kore"}:
        return next((s for s in ("Jpan", "Kore") if s in weights), script)
    return script


@cache
def _understood(among: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        c for c, row in languages().items() if row.understood and (not among or c in among)
    )


@cache
def _fitting(script: str, among: tuple[str, ...]) -> tuple[list[str], list[int]]:
    """The understood languages written in a script, and their columns in all evidence."""
    # Japanese is also written in Chinese characters alone.
    fitting = [
        (code, column)
        for column, (code, row) in enumerate(languages().items())
        if code in _understood(among)
        and (row.script == script or (script == "Hans" and code == "ja"))
    ]
    return [code for code, _ in fitting], [column for _, column in fitting]


# --- evidence --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """Evidence per key (row of `index`) and language (column, in the order of languages())."""

    index: dict[str, int]
    values: Floats


@dataclass(frozen=True, slots=True)
class _Evidence:
    """All tables as one, weighted; row 0 says nothing.

    The rows of a listed word are its spelling (the sum of its n-grams), and the word as a function
    word and as one of asking.
    """

    grams: dict[str, int]
    letters: dict[str, int]
    words: dict[str, tuple[int, int, int]]
    values: Floats


@cache
def _evidence() -> _Evidence:
    profiles, alphabets = _profiles(), _alphabets()
    function, asking = _small_words("function"), _small_words("asking")
    listed = sorted({*function.index, *asking.index})
    spelling = [
        profiles.values[[profiles.index[g] for g in _ngrams(word) if g in profiles.index]].sum(0)
        for word in listed
    ]
    blocks = (
        np.zeros((1, len(languages())), np.float32),
        profiles.values,
        -_LETTER * alphabets.values,
        _FUNCTION * function.values,
        _ASKING * asking.values,
        np.array(spelling, np.float32),
    )
    at = list(accumulate(map(len, blocks), initial=0))

    def rows(index: dict[str, int], block: int) -> dict[str, int]:
        return {key: at[block] + row for key, row in index.items()}

    functions, askings = rows(function.index, 3), rows(asking.index, 4)
    return _Evidence(
        rows(profiles.index, 1),
        rows(alphabets.index, 2),
        {w: (at[5] + i, functions.get(w, 0), askings.get(w, 0)) for i, w in enumerate(listed)},
        np.concatenate(blocks),
    )


def _scores(tokens: list[_Token]) -> Floats:
    """Log-likelihoods up to a constant, in the order of languages()."""
    evidence = _evidence()
    weights = list(_small_weights(tokens))
    read = sum(w if t.plain else w / 2 for t, w in zip(tokens, weights, strict=True))
    # Below three words that are no names, spelling tells little.
    sentence = min(1.0, read / 3) ** 2
    rows: list[int] = []
    shares: list[float] = []
    for (word, _, _, weight), small in zip(tokens, weights, strict=True):
        if listed := evidence.words.get(word):
            rows += listed
            shares += (sentence * weight, small, sentence * small)
        else:
            before = len(rows)
            rows += map(evidence.grams.get, _ngrams(word), repeat(0))
            shares += repeat(sentence * weight, len(rows) - before)
        if not word.isascii():
            letters = [row for c in set(word) if (row := evidence.letters.get(c))]
            rows += sorted(letters)
            shares += repeat(weight, len(letters))
    scores: Floats = np.array(shares, np.float32) @ evidence.values.take(rows, axis=0)
    return scores


def _small_weights(tokens: list[_Token]) -> Iterator[float]:
    """Whole for small words, less for letters and for what may belong to a name ("van ...")."""
    for position, token in enumerate(tokens):
        own = 1.0 if token.plain or position == 0 else _NAME
        own *= 0.5 if len(token.word) == 1 else 1.0
        yield own * (0.5 if position + 1 < len(tokens) and not tokens[position + 1].plain else 1.0)


def _ngrams(word: str) -> list[str]:
    """One, two and three letters in a row, the ends of the word among them."""
    padded = f" {word} "
    ends = range(len(word) + 1)
    return [
        *word,
        *[padded[start : start + 2] for start in ends],
        *[padded[start : start + 3] for start in ends[:-1]],
    ]


@cache
def _small_words(kind: str) -> _Table:
    """1 where a word is on a language's list of that kind, and not also on its function list."""
    order = list(languages())
    listed = {code: words(code, kind) for code in order}
    if kind == "asking":
        listed = {code: listed[code] - words(code, "function") for code in order}
    listed = {c: frozenset(w.translate(_SPELLING) for w in listed[c]) for c in order}
    index = {word: i for i, word in enumerate(sorted(set().union(*listed.values())))}
    values = np.zeros((len(index), len(order)), np.float32)
    for column, code in enumerate(order):
        values[[index[word] for word in listed[code]], column] = 1
    return _Table(index, values)


@cache
def _alphabets() -> _Table:
    """1 where a letter is not of a language's alphabet."""
    order = list(languages())
    letters = {code: words(code, "letters") for code in order}
    index = {c: i for i, c in enumerate(sorted(frozenset().union(*letters.values())))}
    values = np.ones((len(index), len(order)), np.float32)
    for column, code in enumerate(order):
        values[[index[c] for c in letters[code]], column] = 0
    return _Table(index, values)


@cache
def _profiles() -> _Table:
    """Weighted log-probabilities of n-grams; languages without a profile learn from their words."""
    order = list(languages())
    counts = {code: _counts(code) for code in order if languages()[code].script in ("Latn", "Cyrl")}
    index = {gram: i for i, gram in enumerate(dict.fromkeys(chain.from_iterable(counts.values())))}
    shares = np.zeros((len(index), len(order)), np.float32)
    sizes = np.fromiter(map(len, index), np.intp, len(index))
    for code, counted in counts.items():
        rows = np.fromiter(map(index.__getitem__, counted), np.intp, len(counted))
        shares[rows, order.index(code)] = np.fromiter(counted.values(), np.float32, len(counted))
    groups = [_with_and_without_profile(script) for script in ("Latn", "Cyrl")]
    for size, weight in zip((1, 2, 3), _NGRAM, strict=True):
        block = shares[sizes == size]
        block /= np.maximum(block.sum(axis=0), 1)
        for real, poor in groups:
            common = block[:, real].mean(axis=1, keepdims=True)
            block[:, poor] = _LEARNT * block[:, poor] + (1 - _LEARNT) * common
        np.log(block + _FLOOR, out=block)
        shares[sizes == size] = weight * block
    return _Table(index, shares)


def _with_and_without_profile(script: str) -> tuple[list[int], list[int]]:
    """Columns of the languages of a script that langdetect knows, and of the others."""
    split: tuple[list[int], list[int]] = ([], [])
    for column, (code, row) in enumerate(languages().items()):
        if row.script == script:
            split[not _profile(code).is_file()].append(column)
    return split


def _profile(code: str) -> Path:
    return _brought() / "profiles" / {"nb": "no"}.get(code, code)


@cache
def _brought() -> Path:
    spec = find_spec("langdetect")  # found, not imported: only its files are wanted
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _counts(code: str) -> dict[str, int]:
    """How often each n-gram occurs in a language, in lower case and its own script."""
    path = _profile(code)
    if not path.is_file():
        listed = sorted(words(code, "function") | words(code, "asking"))
        return Counter(chain.from_iterable(map(_ngrams, listed)))
    freq: dict[str, int] = orjson.loads(path.read_bytes())["freq"]
    matches = map(_TOKEN.fullmatch, set("".join(freq).lower()))
    letters = {m.group() for m in matches if m and m.lastgroup == languages()[code].script}
    counted: dict[str, int] = {}
    for gram, count in freq.items():
        low = gram.lower()
        if (bare := low.strip()) and letters.issuperset(bare):
            counted[low] = counted.get(low, 0) + count
    return counted


# --- files -----------------------------------------------------------------------------------


@cache
def _word_lists() -> dict[tuple[str, str], frozenset[str]]:
    return {(lang, kind): frozenset(listed.split()) for lang, kind, listed in _rows("words.tsv")}


def _rows(name: str) -> list[list[str]]:
    """The cells of each line below the header of a vocabulary file."""
    text = (files("explorer.vocabulary") / name).read_text(encoding="utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines())
    for number, line in enumerate(lines, 2):
        if len(line) != len(header):
            raise ExplorerError(
                f"Line {number} of {name} has {len(line)} columns, not {len(header)}.",
                "Put one tab between the columns of that line.",
            )
    return lines
