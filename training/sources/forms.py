"""Inflected forms of words, each with the English of its lemma, from lexicons of several kinds."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from training.sources import affixes
from training.sources.archive import entries
from training.sources.text import Row, shared_start
from training.sources.words import glosses, rows, use_of_words

# The tables of spaCy's lookups with a licence of their own that allows this use.
_TABLES = {
    "ca": ("ca_lemma_lookup",),
    "ga": ("ga_lemma_lookup_noun", "ga_lemma_lookup_adj", "ga_lemma_lookup_verb"),
    "hr": ("hr_lemma_lookup",),
    "it": ("it_lemma_lookup_noun", "it_lemma_lookup_adj", "it_lemma_lookup_verb"),
    "nb": ("nb_lemma_exc",),
}
_USE = {"hr": "sh"}  # wordfreq counts Serbo-Croatian as one
_STEMMED = {"fi": "finnish", "sv": "swedish"}
_SHORTEST_STEM = 4
# Finnish oblique stems that the stemmer keeps apart from the dictionary form.
_OBLIQUE = {"nen": "sen", "uus": "uuden", "yys": "yyden", "us": "uksen", "ys": "yksen"}
_WEAK = {
    "kk": "k", "pp": "p", "tt": "t", "nk": "ng", "nt": "nn", "mp": "mm", "lt": "ll", "rt": "rr",
    "k": "", "p": "v", "t": "d",
}  # fmt: skip
_STRONG = re.compile(r"(kk|pp|tt|nk|nt|mp|lt|rt|[kpt])([aeiouyäö]{0,2})$")

Stem = Callable[[str], str]


def polish(packages: Mapping[str, Path], given: Path) -> Iterator[Row]:
    """Forms that Morfeusz makes of the Polish words at hand."""
    import morfeusz2  # not a dependency of the project

    generator = morfeusz2.Morfeusz()
    meanings = glosses(given, "pl", use_of_words(packages, "en"))
    forms = (
        (form, word)
        for word in sorted(meanings)
        for form, lemma, *_ in generator.generate(word)
        if lemma.partition(":")[0] == word
    )
    yield from rows("pl", forms, meanings, use_of_words(packages, "pl"))


def lookups(packages: Mapping[str, Path], given: Path) -> Iterator[Row]:
    """Forms by the lemma tables of spaCy's lookups, for the languages with a clear licence."""
    english_use = use_of_words(packages, "en")
    for language, names in _TABLES.items():
        forms: list[tuple[str, str]] = []
        wanted = tuple(f"/{name}.json.gz" for name in names)
        for name, content in entries(packages["spacy-lookups-data"], _is_table):
            if name.endswith(wanted):
                forms.extend(forms_of_table(json.loads(gzip.decompress(content))))
        meanings = glosses(given, language, english_use)
        yield from rows(
            language, forms, meanings, use_of_words(packages, _USE.get(language, language))
        )


def hunspell(packages: Mapping[str, Path], given: Path) -> Iterator[Row]:
    """Forms by the dictionaries of spelling checkers."""
    english_use = use_of_words(packages, "en")
    for package, file in packages.items():
        if not package.startswith("dictionary-"):
            continue
        language = package.rpartition("-")[2]
        texts = {
            Path(name).suffix: content.decode("utf-8", "replace")
            for name, content in entries(file, lambda name: name.endswith((".aff", ".dic")))
        }
        use = use_of_words(packages, language)
        meanings = glosses(given, language, english_use)
        forms = affixes.forms(texts[".dic"], affixes.affixes(texts[".aff"]), meanings, use)
        yield from rows(language, forms, meanings, use)


def stems(packages: Mapping[str, Path], given: Path) -> Iterator[Row]:
    """Words in use with the stem of a known word: for languages whose lexicons are not free."""
    from Stemmer import Stemmer

    english_use = use_of_words(packages, "en")
    for language, name in _STEMMED.items():
        meanings = glosses(given, language, english_use)
        use = use_of_words(packages, language)
        stem = Stemmer(name).stemWord
        variants = finnish_stems if language == "fi" else _one_stem
        forms = same_stem(use, meanings, stem, variants)
        yield from rows(language, forms, meanings, use)


def same_stem(
    words: Iterable[str],
    lemmas: Iterable[str],
    stem: Stem,
    variants: Callable[[str, Stem], Iterable[str]],
) -> Iterator[tuple[str, str]]:
    """Word and the lemma of the same stem that shares most of its letters."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for lemma in sorted(lemmas):
        for variant in variants(lemma.lower(), stem):
            if len(variant) >= _SHORTEST_STEM:
                by_stem[variant].append(lemma)
    for word in words:
        candidates = by_stem.get(stem(word), ())
        if candidates and word.isalpha():
            yield (
                word,
                min(
                    candidates,
                    key=lambda lemma: (
                        -shared_start(lemma.lower(), word),
                        len(lemma),
                        lemma,
                    ),
                ),
            )


def finnish_stems(lemma: str, stem: Stem) -> set[str]:
    """The stem of a word, of its oblique form, and both with the weaker consonant."""
    found = {stem(lemma)}
    for ending, oblique in _OBLIQUE.items():
        if lemma.endswith(ending):
            found.add(stem(lemma.removesuffix(ending) + oblique))
            break
    return found | {_STRONG.sub(lambda match: _WEAK[match[1]] + match[2], one) for one in found}


def _one_stem(lemma: str, stem: Stem) -> set[str]:
    return {stem(lemma)}


def _is_table(name: str) -> bool:
    return any(
        name.endswith(f"/{table}.json.gz") for tables in _TABLES.values() for table in tables
    )


def forms_of_table(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Form and lemma of a table form -> lemma, or part of speech -> form -> lemmas."""
    for form, found in table.items():
        if isinstance(found, dict):
            yield from forms_of_table(found)
        else:
            for lemma in [found] if isinstance(found, str) else found:
                yield form, lemma
