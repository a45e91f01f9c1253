"""Records of an XML file that is not well-formed, each read by itself: one bad record, or what is
not XML between two, costs no other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from lxml import etree

MAX_RECORD = 3_000_000
"""Bytes of one record: real ones stay well under a tenth."""

_CHUNK = 1_000_000
_HEAD = 200_000
_SEAM = 300  # more than any tag that may lie across two chunks
_NOTHING = re.compile(rb"(?:\s|<!--.*?-->)*", re.DOTALL)


class _Buffer:
    """What was read of a stream; `at` and `line` are where the untaken begins."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.at = 0
        self.line = 1

    @property
    def left(self) -> int:
        """How much is read and not taken."""
        return len(self.data) - self.at

    def more(self) -> bool:
        """Whether there was more to read; what was taken is forgotten."""
        chunk = self._stream.read(_CHUNK)
        self.data = self.data[self.at :] + chunk
        self.at = 0
        return bool(chunk)

    def take(self, end: int) -> bytes:
        """What is untaken before `end`, now taken."""
        taken = self.data[self.at : end]
        self.line += taken.count(b"\n")
        self.at += len(taken)
        return taken


def pieces(
    stream: BinaryIO, names: Sequence[str], parse: Callable[[bytes], Any], known: int
) -> Iterator[Any]:
    """The root over each record after the first `known`, and a sentence for each that is lost.

    `names` are the local names of elements that are records, the outermost first found counts.
    """
    buffer = _Buffer(stream)
    while buffer.left < _HEAD and buffer.more():
        pass
    first = re.search(_start(b"|".join(map(str.encode, names))), buffer.data)
    head = buffer.data[: first.start()] if first else b""
    closing = _closing(head)
    if first is None or closing is None:
        yield "The file is not well-formed XML, and no record in it can be told from the others."
        return
    name = first.group(1)
    begin = re.compile(rb"<%s(?=[\s>/])" % re.escape(name))
    end = re.compile(rb"</%s\s*>" % re.escape(name))
    buffer.take(first.start())
    number = 0
    while True:
        between = _until(buffer, begin)
        ended = not buffer.left
        stray = number >= max(known, 1) and not _NOTHING.fullmatch(between)
        if stray and not (ended and _is_whole(head + between, parse)):
            yield f"What follows record {number} (line {buffer.line}) could not be read."
        if ended:
            return
        number += 1
        line = buffer.line
        piece = _through(buffer, begin, end)
        if number > known:
            yield _read(head, piece, closing, parse, f"Record {number} (line {line})")


def _read(
    head: bytes, piece: bytes | str, closing: bytes, parse: Callable[[bytes], Any], which: str
) -> Any:
    if isinstance(piece, str):
        return f"{which} was left out: {piece}."
    try:
        return parse(head + piece + closing)
    except etree.XMLSyntaxError as error:
        return f"{which} was left out: {_why(error)}."


def _start(names: bytes) -> bytes:
    return rb"<((?:[\w.-]+:)?(?:%s))(?=[\s>/])" % names


def _closing(head: bytes) -> bytes | None:
    """The end tags of all that is open at the end of `head`; None where it is no XML."""
    parser = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True)
    try:
        parser.feed(head)
    except etree.XMLSyntaxError:
        return None
    opened = []
    for event, element in parser.read_events():
        if event == "start":
            prefix = f"{element.prefix}:" if element.prefix else ""
            opened.append(f"</{prefix}{etree.QName(element).localname}>".encode())
        else:
            opened.pop()
    return b"".join(reversed(opened))


def _until(buffer: _Buffer, begin: re.Pattern[bytes]) -> bytes:
    """What stands before the next record, taken; of much of it only the beginning."""
    between = b""
    while not (found := begin.search(buffer.data, buffer.at)):
        between = (between + buffer.take(max(buffer.at, len(buffer.data) - _SEAM)))[:_HEAD]
        if not buffer.more():
            return between + buffer.take(len(buffer.data))
    return between + buffer.take(found.start())


def _through(buffer: _Buffer, begin: re.Pattern[bytes], end: re.Pattern[bytes]) -> bytes | str:
    """The bytes of a record, taken, or why it is none."""
    size = looked = 0
    while True:
        start = buffer.at + max(looked - _SEAM, 0 if size else 1)
        found = end.search(buffer.data, start)
        again = begin.search(buffer.data, start, found.start() if found else len(buffer.data))
        if again:
            buffer.take(again.start())
            return "it has no end"
        if found:
            size += found.end() - buffer.at
            piece = buffer.take(found.end())
            return f"it is larger than {MAX_RECORD / 1e6:g} MB" if size > MAX_RECORD else piece
        looked = buffer.left
        if size + looked > MAX_RECORD and looked > _SEAM:
            size += len(buffer.take(len(buffer.data) - _SEAM))
            looked = buffer.left
        if not buffer.more():
            buffer.take(len(buffer.data))
            return "the file breaks off in it"


def _is_whole(content: bytes, parse: Callable[[bytes], Any]) -> bool:
    try:
        parse(content)
    except etree.XMLSyntaxError:
        return False
    return True


def _why(error: etree.XMLSyntaxError) -> str:
    said = str(error.msg or "").rpartition(", line")[0]
    if "encod" in said or "UTF-8" in said:
        return "it holds bytes that are not of the encoding the file says it is written in"
    if "Char value" in said:
        return "it holds a control character, which XML does not allow"
    return f"it is not well-formed XML ({said})" if said else "it is not well-formed XML"
