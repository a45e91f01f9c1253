"""The pieces a text is cut into: whole words by a quota per language, and parts of words."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from training.bags import Bags
from training.pairs import Pairs

_YEARS = [str(year) for year in range(1400, 2031)]
_UNKNOWN = "[UNK]"
_LONGEST_PART = 12
_LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Quota:
    """How many pieces there may be, and how many whole words of each language."""

    pieces: int = 120_000
    english: int = 15_000
    inflected: int = 5_500  # much to learn from, many forms
    large: int = 3_800  # much to learn from
    small: int = 3_600  # little to learn from, many forms
    other: int = 2_600  # the Union's other languages
    beyond: int = 1_000

    def of(self, lang: str) -> int:
        """The number of whole words of `lang`."""
        groups = {
            "en": self.english,
            "bg cs el fi hu pl": self.inflected,
            "da de es fr it nl pt sv": self.large,
            "et hr lt lv sk sl": self.small,
            "ga hbs mt ro": self.other,
        }
        return next((n for langs, n in groups.items() if lang in langs.split()), self.beyond)


def count_words(pairs: Pairs, words: list[str], texts: Bags) -> dict[str, dict[str, float]]:
    """How often each word stands in the texts of each language; a word of a term counts less."""
    counts = {}
    for number, lang in enumerate((*pairs.langs, "en")):
        of_lang = slice(None) if lang == "en" else pairs.lang == number
        rows, first = np.unique(
            pairs.english if lang == "en" else pairs.other[of_lang], return_index=True
        )
        members, sizes = texts.of(rows)
        weights = np.where(pairs.sentence[of_lang][first], 1.0, 0.3)
        found = np.bincount(members, np.repeat(weights, sizes), len(words))
        counts[lang] = {words[w]: float(found[w]) for w in np.flatnonzero(found).tolist()}
    return counts


def known_frequencies(lang: str) -> Mapping[str, float]:
    """How often words stand in running text of `lang`, folded as ours; empty where not known."""
    import wordfreq

    from explorer.text import fold_to_latin

    code = {"hbs": "sh", "hr": "sh", "bs": "sh", "sr": "sh"}.get(lang, lang)
    found: Counter[str] = Counter()
    if code in wordfreq.available_languages("best"):
        for word, share in wordfreq.get_frequency_dict(code, "best").items():
            found[fold_to_latin(word)] += share
    return found


def word_shares(
    counts: Mapping[str, Mapping[str, float]],
    frequencies: Callable[[str], Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    """The share of running text each word has, per language: the known one weighs thrice ours."""
    shares = {}
    for lang, counter in counts.items():
        total = sum(counter.values())
        known = frequencies(lang)
        if known:
            shares[lang] = {w: (n / total + 3 * known.get(w, 0)) / 4 for w, n in counter.items()}
        else:
            shares[lang] = {w: n / total for w, n in counter.items()}
    return shares


def choose_words(shares: Mapping[str, Mapping[str, float]], quota: Quota) -> dict[str, float]:
    """The whole words that become pieces, with the sum of their shares."""
    chosen: dict[str, float] = defaultdict(float)
    for lang in sorted(shares):
        best = sorted(shares[lang].items(), key=lambda item: (-item[1], item[0]))
        taken = 0
        for word, share in best:
            if taken >= quota.of(lang):
                break
            if len(word) <= _LONGEST_WORD:
                taken += 1
                chosen[word] += share
    for year in _YEARS:
        chosen[year] += 1e-6
    return dict(chosen)


def _parts(word: str) -> Iterable[str]:
    n = len(word)
    for size in range(2, min(n, _LONGEST_PART + 1)):
        yield word[:size]
        yield word[n - size :]
    for start in range(1, n - 4):
        yield word[start : start + 4]


def candidate_parts(rare: Mapping[str, float], limit: int) -> dict[str, float]:
    """Beginnings, ends and middles of the words that are no piece, most telling first."""
    found: Counter[str] = Counter()
    for word, weight in rare.items():
        for part in set(_parts(word)):
            found[part] += weight  # type: ignore[assignment]
    best = sorted(found.items(), key=lambda item: (-item[1] * (len(item[0]) - 1), item[0]))
    return dict(best[:limit])


def tokenizer_of(scores: Mapping[str, float]) -> Tokenizer:
    """A tokenizer whose pieces are those of `scores`, piece 0 the unknown one."""
    vocabulary = [(_UNKNOWN, 0.0), *scores.items()]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}\p{N}]+"), "removed"),
            pre_tokenizers.Digits(individual_digits=False),
        ]
    )
    return tokenizer


def _usage(tokenizer: Tokenizer, rare: Mapping[str, float]) -> Counter[str]:
    words = list(rare)
    used: Counter[str] = Counter()
    for start in range(0, len(words), 50_000):
        block = words[start : start + 50_000]
        for word, encoding in zip(block, tokenizer.encode_batch(block), strict=True):
            for piece in encoding.tokens:
                used[piece] += rare[word]  # type: ignore[assignment]
    return used


def _scores(
    words: Mapping[str, float], parts: Mapping[str, float], letters: Iterable[str]
) -> dict[str, float]:
    """Log shares: words as in running text, parts by use; every letter can be written."""
    all_words, all_parts = sum(words.values()), sum(parts.values()) or 1.0
    scores = {w: math.log(share / all_words) for w, share in words.items()}
    for part, weight in parts.items():
        score = math.log(0.2 * weight / all_parts)
        scores[part] = max(score, scores.get(part, -math.inf))
    lowest = min(scores.values()) - 2
    for letter in sorted(letters):
        scores.setdefault(letter, lowest)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def make_tokenizer(shares: Mapping[str, Mapping[str, float]], quota: Quota) -> Tokenizer:
    """The tokenizer: whole words by quota, and the parts that cut the other words best."""
    words = choose_words(shares, quota)
    rare: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for lang in sorted(shares):
        scale = math.sqrt(quota.of(lang))
        of_lang = {w: math.sqrt(s) for w, s in shares[lang].items() if len(w) <= _LONGEST_WORD}
        total = sum(of_lang.values())
        for word, root in of_lang.items():
            letters.update(word)
            if word not in words:
                rare[word] += scale * root / total  # type: ignore[assignment]
    alphabet = [letter for letter, n in letters.items() if n >= 20]
    room = quota.pieces - 1 - len(words.keys() | set(alphabet))
    parts = candidate_parts(rare, 4 * room)
    for keep in (2 * room, room, room):
        used = _usage(tokenizer_of(_scores(words, parts, alphabet)), rare)
        known = {part: used[part] for part in parts if used[part] > 0 and part not in words}
        best = sorted(known.items(), key=lambda item: (-item[1], item[0]))
        parts = dict(best[:keep])
    return tokenizer_of(_scores(words, parts, alphabet))


def thinned(tokenizer_json: str, seed: int, share: float) -> Tokenizer:
    """The tokenizer with a random `share` of its longer pieces all but forbidden.

    It cuts the same words otherwise, so that parts learn what wholes mean.
    """
    data = json.loads(tokenizer_json)
    random = np.random.default_rng(seed)
    for piece in data["model"]["vocab"]:
        if len(piece[0]) > 3 and random.random() < share:
            piece[1] -= 40.0
    return Tokenizer.from_str(json.dumps(data))
