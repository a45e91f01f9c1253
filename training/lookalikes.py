"""Words that only share their stem with a label: `python -m training.lookalikes`, from the pairs.

What a dictionary glosses far from the concept is none of its forms; what stands in the table
already, read by a person, stays.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from explorer.backends.embedded import StaticEmbedder
from explorer.concepts import concepts, inflected
from explorer.text import beginning, fold, is_stemmed, stem, words
from training.gather import SHARED
from training.lexicon import texts

TABLE = Path(__file__).parents[1] / "explorer" / "vocabulary" / "lookalikes.tsv"
LANGS = (
    "da", "de", "el", "es", "et", "fi", "fr", "ga", "hu", "it", "lt", "nl", "pl", "pt", "ro", "sv",
    "cs",
)  # fmt: skip
_FAR = 0.4  # cosine of gloss and label up to which they mean different things
_GLOSS = 2  # words of a gloss
_SHORTEST = 3  # letters


def labels(lang: str) -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Stem of each label of one word -> the concepts that bear it; and these labels, folded."""
    borne: dict[str, set[str]] = defaultdict(set)
    written: set[str] = set()
    for concept in concepts().values():
        for label in concept.labels.get(lang, ()):
            found = words(label)
            if len(found) == 1:
                borne[stem(found[0], lang)].add(concept.id)
                written.add(fold(found[0]))
    return {key: frozenset(ids) for key, ids in borne.items()}, frozenset(written)


def glosses(lang: str, folders: Sequence[Path]) -> Mapping[str, frozenset[str]]:
    """The English of each word, folded, that a dictionary gives by itself."""
    found: dict[str, set[str]] = defaultdict(set)
    for english, other in texts(lang, folders):
        own = words(other)
        if len(own) == 1 and 0 < len(words(english)) <= _GLOSS:
            found[fold(own[0])].add(fold(english))
    return {word: frozenset(told) for word, told in found.items()}


def lookalikes(lang: str, folders: Sequence[Path], embedder: StaticEmbedder) -> set[str]:
    """The folded words whose stem is a label's, and whose meaning is another.

    Where an ending mostly makes a form of the label (Swedish "våg", "vågen"), it may be one here.
    """
    borne, written = labels(lang)
    near: Counter[tuple[str, str]] = Counter()
    far: dict[str, tuple[str, str]] = {}
    for word, told in glosses(lang, folders).items():
        ids = borne.get(stem(word, lang), frozenset())
        if not ids or len(word) < _SHORTEST or not word.isalpha():
            continue
        if word in written or inflected(word, lang):
            continue
        meant = sorted({label for i in ids for label in concepts()[i].labels["en"]})
        likeness = embedder.embed_passages(sorted(told)) @ embedder.embed_passages(meant).T
        if float(likeness.max()) > _FAR:
            near[_change(word, ids, lang)] += 1
        else:
            far[word] = _change(word, ids, lang)
    strange = Counter(far.values())
    return {word for word, change in far.items() if near[change] < strange[change]}


def _change(word: str, ids: Collection[str], lang: str) -> tuple[str, str]:
    """The ending of the label that a word is most like, and that of the word."""
    told = [fold(label) for i in ids for label in concepts()[i].labels[lang]]
    like = max(told, key=lambda label: (beginning(word, label), -len(label), label))
    kept = beginning(word, like)
    return like[kept:], word[kept:]


def written_down(table: Path = TABLE) -> dict[str, set[str]]:
    """The words of the table as it is, by language."""
    rows = table.read_text("utf-8").splitlines()[1:] if table.exists() else []
    return {lang: set(told.split()) for lang, _, told in (row.partition("\t") for row in rows)}


def main() -> None:
    """Nothing; the table is written anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, nargs="*", default=[SHARED / "train"])
    folders = parser.parse_args().pairs
    embedder = StaticEmbedder(
        Path(__file__).parents[1] / "explorer" / "models" / "static-256", "static-256"
    )
    known = written_down()
    for lang in filter(is_stemmed, LANGS):
        known[lang] = known.get(lang, set()) | lookalikes(lang, folders, embedder)
    lines = [f"{lang}\t{' '.join(sorted(told))}" for lang, told in sorted(known.items())]
    TABLE.write_text("\n".join(["lang\twords", *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
