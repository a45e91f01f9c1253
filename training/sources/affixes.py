"""Words with their endings, by the suffix rules of a Hunspell dictionary."""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import NamedTuple


class Suffix(NamedTuple):
    """One rule: a word that ends so loses `strip`, gains `add`, and may take more endings."""

    strip: str
    add: str
    ends: re.Pattern[str]
    more: frozenset[str]


class Affixes(NamedTuple):
    """The rules of one .aff file by their flag."""

    suffixes: Mapping[str, list[Suffix]]
    flags: Callable[[str], frozenset[str]]
    incomplete: frozenset[str]  # flags of what is no word by itself


def affixes(text: str) -> Affixes:
    """The suffix rules of an .aff file; prefixes are left out."""
    way = next((line.split()[1] for line in text.splitlines() if line.startswith("FLAG ")), "")
    flags = _FLAGS.get(way, frozenset)
    suffixes: dict[str, list[Suffix]] = defaultdict(list)
    incomplete: set[str] = set()
    for line in text.splitlines():
        match line.split():
            case ["NEEDAFFIX" | "ONLYINCOMPOUND" | "FORBIDDENWORD" | "CIRCUMFIX", flag, *_]:
                incomplete |= flags(flag)
            case ["SFX", _, "Y" | "N", count, *rest] if count.isdigit() and _head(rest):
                continue
            case ["SFX", flag, strip, ending, *rest]:
                add, _, more = ending.partition("/")
                suffixes[flag].append(
                    Suffix(
                        "" if strip == "0" else strip,
                        "" if add == "0" else add,
                        _condition(rest[0] if rest else "."),
                        flags(more),
                    )
                )
    return Affixes(suffixes, flags, frozenset(incomplete))


def forms(
    dictionary: str, rules: Affixes, wanted: Container[str], use: Container[str] = ()
) -> Iterator[tuple[str, str]]:
    """Form and lemma for the wanted words of a .dic file.

    An ending goes on an ending only where the form between is in use: else there is no end to it.
    """
    for line in dictionary.splitlines()[1:]:
        word, _, flags = (line.split() or [""])[0].partition("/")
        if word in wanted:
            for form, more in _endings(word, rules.flags(flags), rules):
                if not more & rules.incomplete:
                    yield form, word
                if form in use:
                    for longer, last in _endings(form, more, rules):
                        if not last & rules.incomplete:
                            yield longer, word


def _endings(
    word: str, flags: Iterable[str], rules: Affixes
) -> Iterator[tuple[str, frozenset[str]]]:
    for flag in sorted(flags):
        for suffix in rules.suffixes.get(flag, ()):
            if word.endswith(suffix.strip) and suffix.ends.search(word):
                yield word.removesuffix(suffix.strip) + suffix.add, suffix.more


def _condition(text: str) -> re.Pattern[str]:
    # Hunspell knows letters, "." and [sets]; a hyphen in a set is a letter.
    return re.compile(re.sub(r"([^\w.\[\]^])", r"\\\1", text) + "$")


def _head(rest: list[str]) -> bool:
    return not rest or rest[0].startswith("#")


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(0, len(text), 2))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


_FLAGS: Mapping[str, Callable[[str], frozenset[str]]] = {"long": _pairs, "num": _numbers}
