"""Language tags as sources write them, made BCP 47: eng, fre, en-gb, zh_latn; def is none."""

import re
from functools import cache, lru_cache
from importlib.resources import files

_SUBTAG = re.compile(r"[A-Za-z0-9]{1,8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@lru_cache(maxsize=2_000)
def language_tag(declared: str) -> str:
    """The BCP 47 tag that `declared` stands for, script and variants kept.

    "" where it names no language: it says so (def, zxx, und, mul), or is no tag at all.
    """
    subtags = declared.strip().replace("_", "-").split("-")
    first = _ours().get(subtags[0].lower(), subtags[0].lower())
    if not first or not _LANGUAGE.fullmatch(first.partition("-")[0]):
        return ""
    if not all(_SUBTAG.fullmatch(subtag) for subtag in subtags):
        return ""
    return "-".join([first, *_cased(subtags[1:])])


def _cased(subtags: list[str]) -> list[str]:
    """As the standard recommends: Latn, GB, and small letters for the rest and after an x."""
    written: list[str] = []
    private = False
    for subtag in subtags:
        private = private or len(subtag) == 1
        if len(subtag) == 4 and subtag.isalpha() and not private:
            written.append(subtag.title())
        elif len(subtag) == 2 and not private:
            written.append(subtag.upper())
        else:
            written.append(subtag.lower())
    return written


@cache
def _ours() -> dict[str, str]:
    table = files("ingest").joinpath("sources", "language_tags.tsv").read_text("utf-8")
    rows = (line.split("\t", 1) for line in table.splitlines()[1:] if line)
    return dict(rows)
