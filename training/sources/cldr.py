"""Unicode CLDR: names of languages, places, scripts, moneys, units, days, and of emoji."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.sources.archive import entries
from training.sources.text import EUROPE, Row, joined, telling, without

_FOLDERS = {language: language for language in EUROPE} | {"sr": "sr-Cyrl", "no": "nb"}
_ANNOTATIONS = re.compile(r"^package/annotations/([\w-]+)/annotations\.json$")
_NAMES = re.compile(
    r"^package/main/([\w-]+)/(languages|territories|scripts|variants|localeDisplayNames"
    r"|ca-gregorian|dateFields|timeZoneNames|currencies|units)\.json$"
)
_SHORT = re.compile(
    r"^(short|narrow|abbreviated|eraAbbr|eraNarrow|identity|symbol.*|.*(Format|Formats|Pattern)"
    r"|.*-(short|narrow)|.*-alt-(short|narrow)|dayPeriods|gender|[a-z]+Format.*|10p.*|1024p.*)$"
)
_GAP = re.compile(r"\{\d\}")
_COUNT = re.compile(r"-count-(?:zero|one|two|few|many|other)(?:-case-\w+)?$")


def annotations(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Emoji by name, and their keywords as one line."""
    english: dict[str, dict[str, list[str]]] = {}
    found = []
    for file in packages.values():
        for name, content in entries(file, lambda name: bool(_ANNOTATIONS.match(name))):
            folder = name.split("/")[2]
            table = json.loads(content)["annotations"].get("annotations", {})
            if folder == "en":
                english = table
            elif folder in _FOLDERS:
                found.append((_FOLDERS[folder], table))
    for language, table in found:
        for sign, here in table.items():
            there = english.get(sign, {})
            for line in ("tts", "default"):
                pair = joined(there.get(line, ())), joined(here.get(line, ()))
                if telling(*pair):
                    yield Row(language, *pair)


def names(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Texts with the same place in the English tree and in the other language's."""
    for file in packages.values():
        trees: dict[tuple[str, str], dict[str, str]] = {}
        for name, content in entries(file, _wanted):
            _, _, folder, kind = name.split("/")
            (tree,) = json.loads(content)["main"].values()
            trees[folder, kind] = dict(leaves(tree))
        for (folder, kind), tree in trees.items():
            if folder != "en":
                for pair in alike(trees["en", kind], tree):
                    yield Row(_FOLDERS[folder], *pair)


def leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Full texts of a tree by their path; short forms, signs and formats are left out."""
    for key, value in tree.items():
        if _SHORT.match(key) and not key.startswith("unitPattern-"):
            continue
        if isinstance(value, dict):
            yield from leaves(value, f"{path}/{key}")
        elif isinstance(value, str):
            yield f"{path}/{key}", without(_GAP, value)


def alike(english: Mapping[str, str], other: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs by path; a plural or case that English has not stands beside its plural."""
    for path, text in other.items():
        one = english.get(path) or english.get(_COUNT.sub("-count-other", path), "")
        if telling(one, text):
            yield one, text


def _wanted(name: str) -> bool:
    match = _NAMES.match(name)
    return match is not None and match[1] in {"en", *_FOLDERS} - {"no"}
