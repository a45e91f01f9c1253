"""Django: the messages of its own pages and forms."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.sources.archive import entries
from training.sources.libreoffice import compiled
from training.sources.text import EUROPE, Row, telling, without

_LANGUAGES = {language: language for language in EUROPE} | {"sr": "sr-Cyrl", "sr_Latn": "sr-Latn"}
_GAP = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^<>]*>")


def messages(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Messages of the compiled catalogues."""
    for file in packages.values():
        for name, content in entries(file, lambda name: name.endswith(".mo")):
            language = name.rpartition("/LC_MESSAGES/")[0].rpartition("/")[2]
            if language not in _LANGUAGES:
                continue
            for key, value in compiled(content):
                english = without(_GAP, key.rpartition("\x04")[2].split("\0")[0])
                other = without(_GAP, value.split("\0")[0])
                if telling(english, other):
                    yield Row(_LANGUAGES[language], english, other)
