"""Which languages there are, their small words, and which of them a text is written in.

Detection is a sum of evidence without chance: script, n-grams, small words, letters, and the
visitor's own language, which decides what is too short to tell.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt

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
    known = [c for c, row in languages().items() if row.understood and (not among or c in among)]
    tokens = _tokens(text)
    own = prior.partition("-")[0].lower()
    script = _script(tokens)
    fitting = [c for c in known if c in _written_in(script)]
    if not fitting:
        return Lang("", 0.0)
    if (
        script == "Latn"
        and own in known
        and own not in fitting
        and not any(t.plain for t in tokens)
    ):
        # A name in Latin letters stands in texts of every script.
        return Lang(own, 0.5)
    if len(fitting) == 1:
        return Lang(fitting[0], 1.0)
    scores = _scores([t for t in tokens if t.script == script], fitting)
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


@dataclass(frozen=True, slots=True)
class _Token:
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
        found.append(_Token(word.lower().translate(_SPELLING), script, plain, weight))
    return found


def _script(tokens: list[_Token]) -> str:
    """The script of the words that carry the sentence; names in another script weigh little."""
    weights: dict[str, float] = {}
    for token in tokens:
        known = any(token.word in _small_words(kind).index for kind in ("function", "asking"))
        weight = 2 if known else max(1, len(token.word) // 3) if token.plain else 0.25
        weights[token.script] = weights.get(token.script, 0) + weight
    if not weights:
        return ""
    script = max(weights, key=lambda name: weights[name])
    if script in {"Hans", "Jpan", "Kore"}:
        return next((s for s in ("Jpan", "Kore") if s in weights), script)
    return script


@cache
def _written_in(script: str) -> frozenset[str]:
    # Japanese is also written in Chinese characters alone.
    return frozenset(
        code
        for code, row in languages().items()
        if row.script == script or (script == "Hans" and code == "ja")
    )


# --- evidence --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """Evidence per key (row of `index`) and language (column, in the order of languages())."""

    index: dict[str, int]
    values: Floats


def _scores(tokens: list[_Token], codes: list[str]) -> Floats:
    """Log-likelihoods up to a constant, in the order of `codes`."""
    weights = list(_small_weights(tokens))
    read = sum(w if t.plain else w / 2 for t, w in zip(tokens, weights, strict=True))
    # Below three words that are no names, spelling tells little.
    sentence = min(1.0, read / 3) ** 2
    small = list(zip((t.word for t in tokens), weights, strict=True))
    evidence = (
        (_profiles(), sentence, [(g, t.weight) for t in tokens for g in _ngrams(t.word)]),
        (_small_words("function"), _FUNCTION, small),
        (_small_words("asking"), _ASKING * sentence, small),
        (_alphabets(), -_LETTER, [(c, t.weight) for t in tokens for c in sorted(set(t.word))]),
    )
    order = list(languages())
    total = np.zeros(len(order), np.float32)
    for table, factor, keys in evidence:
        known = [(table.index[key], weight) for key, weight in keys if key in table.index]
        if known:
            rows, shares = zip(*known, strict=True)
            total += factor * (np.array(shares, np.float32) @ table.values[list(rows)])
    scores: Floats = total[[order.index(code) for code in codes]]
    return scores


def _small_weights(tokens: list[_Token]) -> Iterator[float]:
    """Whole for small words, less for letters and for what may belong to a name ("van ...")."""
    for position, token in enumerate(tokens):
        own = 1.0 if token.plain or position == 0 else _NAME
        own *= 0.5 if len(token.word) == 1 else 1.0
        yield own * (0.5 if position + 1 < len(tokens) and not tokens[position + 1].plain else 1.0)


def _ngrams(word: str) -> Iterator[str]:
    padded = f" {word} "
    for size in (1, 2, 3):
        for start in range(len(padded) - size + 1):
            gram = padded[start : start + size]
            if gram != " ":
                yield gram


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
    index: dict[str, int] = {}
    for counted in counts.values():
        for gram in counted:
            index.setdefault(gram, len(index))
    shares = np.zeros((len(index), len(order)), np.float32)
    sizes = np.fromiter(map(len, index), np.intp, len(index))
    for code, counted in counts.items():
        rows = np.fromiter((index[g] for g in counted), np.intp, len(counted))
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


def _profile(code: str) -> Traversable:
    return files("langdetect") / "profiles" / {"nb": "no"}.get(code, code)


def _counts(code: str) -> Counter[str]:
    """How often each n-gram occurs in a language, in lower case and its own script."""
    script = languages()[code].script
    path = _profile(code)
    counted: Counter[str] = Counter()
    if not path.is_file():
        for word in sorted(words(code, "function") | words(code, "asking")):
            counted.update(_ngrams(word))
        return counted
    for gram, count in json.loads(path.read_text(encoding="utf-8"))["freq"].items():
        low = gram.lower()
        match = _TOKEN.fullmatch(low.strip())
        if match and match.lastgroup == script:
            counted[low] += count
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
