"""OpenStreetMap's tagging schema: what there is on a map, in many languages."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.sources.archive import entries
from training.sources.text import EUROPE, Row, joined, telling, without

_LANGUAGES = {language: language for language in EUROPE} | {"sr": "sr-Cyrl", "no": "nb"}
_FILE = re.compile(r"^package/dist/translations/(?!index)([\w-]+)\.json$")
_GAP = re.compile(r"\{[\w:./-]*\}|\s*(\.\.\.|…)$")


def presets(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Names, other names, search terms, and labels with their options."""
    trees = {}
    for file in packages.values():
        for name, content in entries(file, lambda name: bool(_FILE.match(name))):
            trees[Path(name).stem] = next(iter(json.loads(content).values())).get("presets", {})
    for language, tree in trees.items():
        if language in _LANGUAGES:
            for pair in alike(trees["en"], tree):
                yield Row(_LANGUAGES[language], *pair)


def alike(english: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of two trees of presets."""
    for group in ("categories", "presets", "fields"):
        for key, here in other.get(group, {}).items():
            there = english.get(group, {}).get(key, {})
            for pair in _of_entry(there, here):
                one, two = (without(_GAP, side) for side in pair)
                if telling(one, two):
                    yield one, two


def _of_entry(english: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("name", "label", "placeholder"):
        yield english.get(key, ""), other.get(key, "")
    for alias in other.get("aliases", "").splitlines():
        yield english.get("name", ""), alias
    if english.get("terms") and other.get("terms"):
        yield _with_terms(english), _with_terms(other)
    for group in ("options", "types"):
        there = english.get(group, {})
        for key, text in other.get(group, {}).items():
            yield from zip(_titles(there.get(key)), _titles(text), strict=True)


def _with_terms(entry: Mapping[str, Any]) -> str:
    return joined([entry.get("name", ""), *entry["terms"].split(",")])


def _titles(option: Any) -> list[str]:
    if isinstance(option, dict):
        return [option.get("title", ""), option.get("description", "")]
    return [option or "", ""]
