"""Firefox: the texts of its windows, by their message ids."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.sources.archive import entries
from training.sources.text import Row, telling, without

ENGLISH = "en-gb"
_LANGUAGES = {"es-es": "es", "ga-ie": "ga", "nb-no": "nb", "nn-no": "nn", "pt-pt": "pt",
              "sv-se": "sv", "sr": "sr-Cyrl"}  # fmt: skip
_PROPERTY = re.compile(r"^\s*([^#!\s=:][^=:]*?)\s*[=:]\s*(.+?)\s*$", re.M)
_GAP = re.compile(r"%(\d+\$)?[A-Z]|\{[^{}]*\}|<[^<>]*>|&\w+;|\\[nt]")
_MARK = re.compile(r"\s?\(&\w\)|&(?=\w)")
_OUTSIDE = re.compile(r"accesskey|shortcut|commandkey|\.key$|-style$|style$")


def messages(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Messages of every language beside those of English with the same file and id."""
    prefix = "firefox-esr-l10n-"
    english = texts(packages[prefix + ENGLISH])
    for package, file in packages.items():
        place = package.removeprefix(prefix)
        if place != ENGLISH:
            for key, other in texts(file).items():
                if key in english and telling(english[key], other):
                    yield Row(_LANGUAGES.get(place, place), english[key], other)


def texts(package: Path) -> dict[tuple[str, str], str]:
    """Texts of a language pack by file name and message id."""
    found: dict[tuple[str, str], str] = {}
    for _, pack in entries(package, lambda name: name.endswith(".xpi")):
        with zipfile.ZipFile(io.BytesIO(pack)) as zipped:
            for name in sorted(zipped.namelist()):
                read = _READERS.get(Path(name).suffix)
                if read:
                    content = zipped.read(name).decode("utf-8", "replace")
                    for key, text in read(content):
                        if not _OUTSIDE.search(key):
                            found[Path(name).name, key] = plain(text)
    return found


def plain(text: str) -> str:
    """`text` without accelerator marks, placeholders and tags."""
    return without(_GAP, _MARK.sub("", text)).removesuffix("…").rstrip(": ")


def properties(content: str) -> Iterator[tuple[str, str]]:
    """Keys and texts of a .properties file."""
    for match in _PROPERTY.finditer(content.replace("\\\n", "")):
        yield match[1], match[2]


def fluent(content: str) -> Iterator[tuple[str, str]]:
    """Ids, with their attributes, and texts of a .ftl file; a choice gives its default."""
    from fluent.syntax import FluentParser, ast  # not a dependency of the project

    for entry in FluentParser().parse(content).body:
        if isinstance(entry, ast.Message):
            if entry.value:
                yield entry.id.name, _text(entry.value)
            for attribute in entry.attributes:
                yield f"{entry.id.name}.{attribute.id.name}", _text(attribute.value)


def _text(pattern: object) -> str:
    from fluent.syntax import ast

    parts = []
    for element in getattr(pattern, "elements", ()):
        if isinstance(element, ast.TextElement):
            parts.append(element.value)
        elif isinstance(element.expression, ast.SelectExpression):
            chosen = next(one for one in element.expression.variants if one.default)
            parts.append(_text(chosen.value))
        elif "brand" in _reference(element.expression):
            parts.append("Firefox")
        else:
            parts.append(" ")
    return "".join(parts)


def _reference(expression: object) -> str:
    return str(getattr(getattr(expression, "id", None), "name", ""))


_READERS = {".ftl": fluent, ".properties": properties}
