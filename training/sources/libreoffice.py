"""LibreOffice: the messages of its windows and the paragraphs of its help."""

import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from training.sources.archive import entries
from training.sources.text import Row, telling, tidy, without

_PLACEHOLDER = re.compile(
    r"\$\(\w+\)|\$\{\w+\}|\$\[\w+\]|%[A-Z][A-Z_]{2,}%?|%\{?\w+\}?|\$\w+\$?|#\d+|<[^<>]*>"
)
_MARKS = re.compile(r"\s?\([~_]\w\)|[~_](?=\w)")
_ENDS = re.compile(r"^[\s.:;,\-–—*…]+(?=[^\W\d])|[\s:;,*…]+$|\.{2,}$")
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
_SCRIPTS = {"sr": "sr-Cyrl", "sr@latin": "sr-Latn"}


def messages(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """The texts of buttons, menus and notes in every language of the `libreoffice-l10n-` files."""
    for file in packages.values():
        for name, content in entries(file, lambda name: name.endswith(".mo")):
            language = name.rpartition("/LC_MESSAGES/")[0].rpartition("/")[2]
            if language != "ca@valencia":  # all but the same as ca
                for english, other in catalogue(content):
                    yield Row(_SCRIPTS.get(language, language), english, other)


def catalogue(content: bytes) -> Iterator[tuple[str, str]]:
    """Pairs of one compiled message catalogue, singulars and plurals apart."""
    for key, value in compiled(content):
        english, others = key.rpartition("\x04")[2].split("\0"), value.split("\0")
        for one, other in {english[0]: others[0], english[-1]: others[-1]}.items():
            pair = message(one), message(other)
            if telling(*pair):
                yield pair


def compiled(content: bytes) -> Iterator[tuple[str, str]]:
    """Keys and values of a .mo file as they stand, but for the head under the empty key."""
    order = "<" if content[:4] == b"\xde\x12\x04\x95" else ">"
    number, keys, values = struct.unpack_from(f"{order}3I", content, 8)
    for place in range(number):
        pair = []
        for table in (keys, values):
            length, start = struct.unpack_from(f"{order}2I", content, table + 8 * place)
            pair.append(content[start : start + length].decode("utf-8", "replace"))
        if pair[0]:
            yield pair[0], pair[1]


def message(text: str) -> str:
    """`text` without accelerator marks, placeholders and the dots of menus."""
    return tidy(_ENDS.sub("", without(_PLACEHOLDER, _MARKS.sub("", text))))


def help_pages(packages: Mapping[str, Path], _given: Path) -> Iterator[Row]:
    """Paragraphs of the help with the same page and id in English and the other language."""
    english = _paragraphs(packages["libreoffice-help-en-us"])
    for package, file in packages.items():
        language = package.rpartition("-")[2]
        if language == "us":
            continue
        for key, other in _paragraphs(file).items():
            if key in english and telling(english[key], other):
                yield Row(language, english[key], other)


def _paragraphs(file: Path) -> dict[tuple[str, str, int], str]:
    found = {}
    for name, content in entries(file, lambda name: name.endswith(".html")):
        page = name.partition("/text/")[2]
        for (mark, number), text in paragraphs(content.decode("utf-8", "replace")).items():
            found[page, mark, number] = text
    return found


def paragraphs(html: str) -> dict[tuple[str, int], str]:
    """Texts of the paragraphs that have an id, by that id and the how-manieth of that id."""
    reader = _Paragraphs()
    reader.feed(html)
    return reader.found


class _Paragraphs(HTMLParser):
    """Reads one page; what is meant for one operating system only is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, int], str] = {}
        self._times: Counter[str] = Counter()
        self._mark: str | None = None
        self._parts: list[str] = []
        self._open: list[bool] = []  # per open span: whether its text is hidden

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _BLOCKS:
            self._mark, self._parts, self._open = values.get("id"), [], []
        elif tag == "span" and self._mark:
            self._open.append(values.get("class") in {"MAC", "WIN", "UNIX"})
        elif tag == "br":
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._open:
            self._open.pop()
        elif tag in _BLOCKS and self._mark:
            text = tidy("".join(self._parts))
            if any(map(str.isalpha, text)):
                self.found[self._mark, self._times[self._mark]] = text
                self._times[self._mark] += 1
            self._mark = None

    def handle_data(self, data: str) -> None:
        if self._mark and not any(self._open):
            self._parts.append(data)
