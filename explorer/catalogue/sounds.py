"""How names sound: what a name is written like in another script, or by a language of its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, product

_LATIN, _BALTIC = "latin", "baltic"
ODD = 0.25
"""What letters count that sound otherwise than they mostly do: a quarter of a wrong vowel."""

_MOST = 16  # ways one word may sound
_VOICED = str.maketrans("BDGV", "PTKF")
_RUNS = re.compile(r"[a-z]+|[A-Z]")
_TWICE = re.compile(r"([a-z])\1")
_DOUBLED = re.compile(r"([^\W\d_aeiou])\1")
_VOICE = (0.5, 0.25)  # for d where there is t, and at the end
_NEAR = {"ae": 0.5, "ao": 0.5, "ei": 0.5, "ou": 0.5, "eo": 0.25, "iu": 0.25}  # ö is e, ü is i
_UNSTRESSED = "ey"  # vowels that may be lost
_FEW = 2  # consonants of a name of which every sound has to be the same
_ALLOWED = (0.25, 0.25, 0.25, 0.25, 0.5, 0.75)  # by the number of consonants


@dataclass(frozen=True, slots=True)
class Sound:
    """The consonants of a word, the vowels before, between and after them; 0 is likeliest."""

    consonants: str
    vowels: tuple[str, ...]
    odds: float = 0.0

    @property
    def skeleton(self) -> str:
        """The consonants, voiced or not."""
        return self.consonants.translate(_VOICED)


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a language writes foreign names by their sound, and declines them."""

    script: str
    declined: bool
    endings: tuple[str, ...]


def transcribing(word: str, lang: str) -> str:
    """The script in which a folded word of a language is written by its sound; "" for none."""
    if not word.isascii():
        others = (script for script in _rows() if script not in (_LATIN, _BALTIC))
        return next((one for one in others if _letters(one).issuperset(word)), "")
    own = _writings().get(lang)
    baltic = own and own.script == _BALTIC and _letters(_BALTIC).issuperset(word)
    return _BALTIC if baltic and not _DOUBLED.search(word) else ""


def recorded(word: str) -> Iterator[Sound]:
    """The sounds that a folded word of a recorded name may have."""
    yield from _sounds(word, _LATIN if word.isascii() else transcribing(word, ""))


def asked(word: str, lang: str) -> Iterator[Sound]:
    """The sounds of a folded word by which a visitor may mean a name, with its ending and without.

    Of a short name the vowel at its end is never one.
    """
    script, own = transcribing(word, lang), _writings().get(lang)
    yield from _sounds(word, script)
    for ending in own.endings if own and own.script == script else ():
        if word.endswith(ending):
            for sound in _sounds(word.removesuffix(ending), script):
                if len(ending) == 1 or len(sound.consonants) > _FEW:
                    yield sound


def unlike(one: Sound, other: Sound, lang: str) -> float | None:
    """How much what is asked differs from a name of the same skeleton; None where it is another."""
    count = len(one.consonants)
    if count <= _FEW and (one.consonants, one.vowels) != (other.consonants, other.vowels):
        return None
    last = _end(one.vowels[-1], other.vowels[-1], lang)
    pairs = zip(one.vowels[:-1], other.vowels[:-1], strict=True)
    letters = enumerate(zip(one.consonants, other.consonants, strict=True), 1)
    far = one.odds + other.odds + last + sum(_differ(a, b) for a, b in pairs)
    far += sum(_VOICE[i == count] for i, (a, b) in letters if a != b)
    return far if far <= _ALLOWED[min(count, len(_ALLOWED) - 1)] else None


def _end(one: str, other: str, lang: str) -> float:
    """How much the vowels at the end differ; where names are declined they are of a case."""
    own = _writings().get(lang)
    if own and own.declined:
        return ODD if other and one and one[0] != other[0] else 0.0
    return _differ(one, other)


def _differ(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if not one or not other:
        return 0.5 if (one or other) in _UNSTRESSED else 1.0
    if "y" in (one, other) or one.replace("i", "") == other.replace("i", "") != "":
        return 0.25
    if len(one) == len(other) == 1:
        return _NEAR.get("".join(sorted(one + other)), 1.0)
    return 0.5 if {*one} & {*other} else 1.0


def _sounds(word: str, script: str) -> Iterator[Sound]:
    """The ways in which a folded word of a script may sound, the likeliest first, each once."""
    if not script:
        return
    ways, pattern = _table(script), _pattern(script)
    plain = _DOUBLED.sub(r"\1", word) if script == _LATIN else word
    graphemes = [ways[match.lastgroup or ""] for match in pattern.finditer(plain)]
    told: set[tuple[str, tuple[str, ...]]] = set()
    for way in islice(product(*graphemes), _MOST):
        consonants, vowels = _apart("".join(sound for sound, _ in way))
        if (consonants, vowels) not in told:
            told.add((consonants, vowels))
            yield Sound(consonants, vowels, sum(odds for _, odds in way))


def _apart(told: str) -> tuple[str, tuple[str, ...]]:
    """The consonants of a sound, and the vowels around them."""
    consonants, vowels = "", [""]
    for run in _RUNS.findall(told):
        if run.islower():
            vowels[-1] = _TWICE.sub(r"\1", run)
        elif vowels[-1] or not consonants.endswith(run):
            consonants += run
            vowels.append("")
    return consonants, tuple(vowels)


@cache
def _rows() -> Mapping[str, list[tuple[str, str, tuple[tuple[str, float], ...]]]]:
    """Per script its letters, those before which they sound so, and the sounds: longest first."""
    table = files("explorer").joinpath("vocabulary", "sounds.tsv").read_text("utf-8")
    found: dict[str, list[tuple[str, str, tuple[tuple[str, float], ...]]]] = {}
    for line in table.splitlines()[1:]:
        script, letters, before, told = line.split("\t")
        ways = ((way.replace("-", ""), ODD * (i > 0)) for i, way in enumerate(told.split()))
        found.setdefault(script, []).append((letters, before, tuple(ways)))
    for rows in found.values():
        rows.sort(key=lambda row: (-len(row[0]), -len(row[1])))
    return found


@cache
def _table(script: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    return {f"g{i}": ways for i, (_, _, ways) in enumerate(_rows()[script])}


@cache
def _pattern(script: str) -> re.Pattern[str]:
    told = (
        f"(?P<g{i}>{letters}{f'(?=[{before}])' if before else ''})"
        for i, (letters, before, _) in enumerate(_rows()[script])
    )
    return re.compile("|".join(told))


@cache
def _letters(script: str) -> frozenset[str]:
    return frozenset("".join(letters for letters, _, _ in _rows()[script])) - {"^", "$"}


@cache
def _writings() -> Mapping[str, _Writing]:
    """Per language that writes names by their sound how it does."""
    table = files("explorer").joinpath("vocabulary", "nameendings.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines()[1:])
    return {
        lang: _Writing(script, declined == "yes", tuple(endings.split()))
        for lang, script, declined, endings in rows
    }
