"""What the forms of words are made from: glosses of the pairs at hand and counts of use."""

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from training.sources.archive import entries
from training.sources.text import Row, fold, shared_start, telling

_GLOSSED = ("omw-terms", "wiktionary-terms")
_MOST_GLOSSES = 2
_LONGEST_GLOSS = 3  # words
_MOST_OTHERS = 16  # forms of a lemma that no list of used words has


def glosses(given: Path, language: str, english_use: Mapping[str, float]) -> dict[str, list[str]]:
    """One or two English words for each word of `language`, the commonest first."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in _GLOSSED:
        file = given / f"{name}.en-{language}.tsv.gz"
        if file.exists():
            with gzip.open(file, "rt", encoding="utf-8") as text:
                for line in text:
                    english, _, word = line.rstrip("\n").partition("\t")
                    if word and " " not in word and len(english.split()) <= _LONGEST_GLOSS:
                        found[word].add(english)
    return {
        word: sorted(meanings, key=lambda text: (-_use(text, english_use), text))[:_MOST_GLOSSES]
        for word, meanings in found.items()
    }


def rows(
    language: str,
    forms: Iterable[tuple[str, str]],
    meanings: Mapping[str, list[str]],
    use: Mapping[str, float],
) -> Iterator[Row]:
    """Forms with the meanings of their lemma: those in use by how common they are, then others.

    The others are a few for each lemma, by how common their endings are among those in use; all
    where nothing is known of use.
    """
    most = _MOST_OTHERS if use else None
    used: dict[tuple[str, str], float] = {}
    endings: Counter[str] = Counter()
    others: dict[str, set[str]] = defaultdict(set)
    for form, lemma in forms:
        if lemma not in meanings or fold(form) == fold(lemma):
            continue
        if common := use.get(form.lower()):
            endings[_ending(form, lemma)] += (form, lemma) not in used
            used[form, lemma] = common
        else:
            others[lemma].add(form)
    for form, lemma in sorted(used, key=lambda pair: (-used[pair], pair)):
        yield from _with_meanings(language, form, meanings[lemma])
    for lemma in sorted(others, key=lambda lemma: (-use.get(lemma.lower(), 0.0), lemma)):
        ranked = sorted(
            others[lemma], key=lambda form: (-endings[_ending(form, lemma)], len(form), form)
        )
        for form in ranked[:most]:
            yield from _with_meanings(language, form, meanings[lemma][: 1 if use else None])


def _with_meanings(language: str, form: str, meanings: list[str]) -> Iterator[Row]:
    for english in meanings:
        if telling(english, form):
            yield Row(language, english, form)


def _ending(form: str, lemma: str) -> str:
    common = shared_start(form, lemma)
    return f"{lemma[common:]}>{form[common:]}"


def use_of_words(packages: Mapping[str, Path], language: str) -> dict[str, float]:
    """How common words are, by the longest list of wordfreq; empty where it has none."""
    import msgpack  # the format of its lists; not a dependency of the project

    found: dict[str, bytes] = {}
    endings = tuple(f"/{size}_{language}.msgpack.gz" for size in ("small", "large"))
    for name, content in entries(packages["wordfreq"], lambda name: name.endswith(endings)):
        found[Path(name).name.partition("_")[0]] = content
    if not found:
        return {}
    longest = found.get("large") or found["small"]
    _, *levels = msgpack.unpackb(gzip.decompress(longest), raw=False)
    return {word: 10 ** (-level / 100) for level, words in enumerate(levels) for word in words}


def _use(text: str, use: Mapping[str, float]) -> float:
    return min((use.get(word, 0.0) for word in text.lower().split()), default=0.0)
