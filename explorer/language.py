"""Which languages there are, their small words, and which of them a text is written in.

Detection is a sum of evidence without chance: script, then what each run of letters says for each
language, and the visitor's own language, which decides what is too short to tell.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.errors import ExplorerError

Floats = npt.NDArray[np.float32]

PROFILES = Path(str(files("explorer"))) / "models" / "language" / "profiles.npz"
"""What n-grams say for each language, made by `python -m training.language`."""

# In natural-log units, chosen on the even lines of tests/short_questions.tsv and the development
# half of eval/questions/language.
_PRIOR = 3.0  # less than one telling word, more than the spelling of a name
_MEASURED = 1.5  # for languages that search was measured in, where a question fits others too
_NAME = 0.3  # share left to a word with a capital inside a sentence
_OPENING = 0.5  # to one that opens it
_JOINING = 0.4  # to what stands between two such words
_WITHIN = 3  # words that such words are apart at most
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
    rather than for).
    """
    return _word_lists().get((lang, kind), frozenset())


def detect_language(text: str, prior: str = "", among: Collection[str] = ()) -> Lang:
    """The language of a text, from its first 400 characters; the same text, the same answer.

    `prior`, the visitor's own language, decides names and one or two words. `among` narrows the
    languages that are understood. Code "" where the text has no letters, or only letters in which
    none of them is written: its caller keeps the language of the conversation.
    """
    tokens = spelt(text)
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


# Romanian is typed with cedillas too; a Turkish capital leaves a dot of its own behind.
_SPELLING = {ord("ș"): "ş", ord("ț"): "ţ", 0x307: None}


class Token(NamedTuple):
    """A word in lower case; `plain` unless its capital makes it a likely name."""

    word: str
    script: str
    plain: bool


def spelt(text: str) -> list[Token]:
    """The words of a text's first 400 characters, as they are spelt where languages are told."""
    text = unicodedata.normalize("NFC", text[:_READ])
    if text.isupper() and len(text.split()) > 2:
        text = text.lower()
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        plain = not word[0].isupper()
        word = word.lower()
        if not word.isascii():
            word = word.translate(_SPELLING)
        found.append(Token(word, match.lastgroup or "", plain))
    return found


def _weights(tokens: list[Token]) -> list[float]:
    """How much each word tells: less of what is a name, or joins two ("van")."""
    plain = [token.plain for token in tokens]
    if all(plain):
        return [1.0] * len(plain)
    weights = [1.0 if own else _NAME for own in plain]
    if not plain[0]:
        # A question begins with a capital, and so does a name.
        plain[0] = tokens[0].word in _listed()
        weights[0] = 1.0 if plain[0] else _OPENING
    names = [place for place, own in enumerate(plain) if not own]
    for before, after in pairwise(names):
        if after - before <= _WITHIN:
            weights[before + 1 : after] = [_JOINING] * (after - before - 1)
    return weights


def _script(tokens: list[Token]) -> str:
    """The script of the words that carry the sentence; names in another script weigh little."""
    weights = dict.fromkeys((token.script for token in tokens), 0.0)
    if len(weights) < 2:
        return next(iter(weights), "")
    listed = _listed()
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


@cache
def _listed() -> frozenset[str]:
    """The function words and words of asking of all languages."""
    lists = (words(code, kind) for code in languages() for kind in ("function", "asking"))
    return frozenset(word.translate(_SPELLING) for listed in lists for word in listed)


# --- evidence --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How far n-grams speak for each language, by row and column; row 0 says nothing.

    In the order of languages(); `start` is said before anything is read.
    Small words have a row of their own, the sum of their n-grams, for most of what is read is they.
    """

    grams: dict[str, int]
    words: dict[str, int]
    values: Floats
    start: Floats


@cache
def _evidence() -> _Evidence:
    order = list(languages())
    with np.load(PROFILES) as held:
        grams = {gram: row for row, gram in enumerate(str(held["grams"][()]).split("\n"), 1)}
        told = np.zeros((len(grams) + 1, len(order)), np.int8)
        told[1:, [order.index(code) for code in held["langs"]]] = held["values"]
        unit = float(held["unit"])
    listed = sorted(word for word in _listed() if f" {word[0]}" in grams)
    found = [[grams.get(gram, 0) for gram in ngrams(word)] for word in listed]
    starts = [0, *accumulate(map(len, found))][:-1]
    sums = np.add.reduceat(told[list(chain.from_iterable(found))], starts, dtype=np.int16)
    values = np.concatenate([told, sums]).astype(np.float32)
    values *= unit
    measured = [_MEASURED if languages()[code].found == "supported" else 0.0 for code in order]
    return _Evidence(
        grams,
        {word: row for row, word in enumerate(listed, len(told))},
        values,
        np.array(measured, np.float32),
    )


def _scores(tokens: list[Token]) -> Floats:
    """Log-likelihoods up to a constant, in the order of languages()."""
    evidence = _evidence()
    rows: list[int] = []
    shares: list[float] = []
    for token, weight in zip(tokens, _weights(tokens), strict=True):
        if row := evidence.words.get(token.word):
            rows.append(row)
            shares.append(weight)
        else:
            found = list(filter(None, map(evidence.grams.get, ngrams(token.word))))
            rows += found
            shares += [weight] * len(found)
    told = np.array(shares, np.float32) @ evidence.values.take(np.array(rows, np.intp), axis=0)
    return evidence.start + told


def ngrams(word: str) -> list[str]:
    """Two to four letters in a row, the ends of the word among them, and the whole of it."""
    padded = f" {word} "
    end = len(padded)
    return [
        *[padded[start : start + 2] for start in range(end - 1)],
        *[padded[start : start + 3] for start in range(end - 2)],
        *[padded[start : start + 4] for start in range(end - 3)],
        *([padded] if end > 4 else ()),
    ]


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
