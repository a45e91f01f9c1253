"""JSON read piece by piece: one record at a time is held, and every number stays as written."""

import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import Any, TextIO

from ingest.sources.table.rows import LONGEST_LINE

_CHUNK = 1 << 16
_SLACK = 16  # an error this near to the end may be no more than a piece that is still to come
_SPACE = re.compile(r"[ \t\r\n]*")
_SHOWN = 60  # characters of a name in a report
_BREAKS_OFF = "it breaks off"
_NO_COMMA = "it is not JSON: a comma is missing"
_SEVERAL = "it holds several objects, one after the other: name it with jsonl: instead of json:"
_DEEP = "it is nested too deeply to be a record"


class NotJson(ValueError):
    """What does not go on as JSON does; `where` is the record it was found after."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(reason)
        self.where = where or "its beginning"


class _Problems(list[str]):
    """What a value holds that JSON does not allow, though it can be read around."""

    def no_number(self, literal: str) -> None:
        self.append(f"it holds {literal}, which is no number")

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(name for name, times in Counter(n for n, _ in pairs).items() if times > 1)
            self.append(f"it names {twice[:_SHOWN]!r} twice")
        return found

    def decoder(self) -> json.JSONDecoder:
        return json.JSONDecoder(
            object_pairs_hook=self.pairs,
            parse_constant=self.no_number,
            parse_float=str,
            parse_int=str,
            strict=False,
        )


def line_reader() -> Callable[[str], tuple[Any, str]]:
    """What gives the value of one line, and why it cannot stand: "" if it can."""
    problems = _Problems()
    decoder = problems.decoder()

    def read(line: str) -> tuple[Any, str]:
        problems.clear()
        try:
            value = decoder.decode(line)
        except RecursionError:
            return None, _DEEP
        except json.JSONDecodeError as error:
            return None, f"it is not JSON: {error.msg} (character {error.pos + 1})"
        return value, next(iter(problems), "")

    return read


class Scanner:
    """A JSON text and how far it was read; its pieces are forgotten once they were taken."""

    def __init__(self, text: TextIO) -> None:
        self._stream = text
        self._problems = _Problems()
        self._decoder = self._problems.decoder()
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            if space := _SPACE.match(self._text, self._at):
                self._at = space.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_CHUNK):
                return ""

    def take(self, character: str) -> bool:
        """Whether that character comes next; it is passed then."""
        found = self.peek() == character
        self._at += found
        return found

    def value(self) -> tuple[Any, str]:
        """The next value whole, and why it cannot stand: "" if it can."""
        self.peek()
        while True:
            self._problems.clear()
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise NotJson(_DEEP) from None
            except json.JSONDecodeError as error:
                self._incomplete(error)
                continue
            if end + _SLACK > len(self._text) and self._more(_CHUNK):
                continue  # a number may go on
            self._at = end
            return value, next(iter(self._problems), "")

    def _incomplete(self, error: json.JSONDecodeError) -> None:
        """Nothing: more was read, for there the text broke off. NotJson where it did not."""
        open_string = error.msg.startswith("Unterminated")
        held = len(self._text) - self._at
        if held > LONGEST_LINE:
            raise NotJson(f"a record is longer than {LONGEST_LINE:,} characters") from None
        if open_string or error.pos + _SLACK > len(self._text):
            if self._more(max(_CHUNK, held)):
                return
            raise NotJson(f"it breaks off: {error.msg}") from None
        raise NotJson(f"it is not JSON: {error.msg}") from None

    def _more(self, size: int) -> bool:
        piece = "" if self._ended else self._stream.read(size)
        self._ended = not piece
        if piece:
            self._text = self._text[self._at :] + piece
            self._at = 0
        return bool(piece)


_Item = tuple[str, Any, str]
_Items = Iterator[_Item]


def items(scanner: Scanner, records: str) -> _Items:
    """Each record with its place and why it cannot stand, "" if it can.

    `records` is the path of their list, "." where the file is one record, "" for the list that is
    the file, or the first list of objects in it. NotJson where no more can be read.
    """
    if records == ".":
        yield ("", *scanner.value())
    elif not records and scanner.take("["):
        yield from _list(scanner)
    elif scanner.peek() == "{":
        steps = records.split(".") if records else []
        if not (yield from _object(scanner, steps)):
            if scanner.peek() == "{":
                raise NotJson(_SEVERAL, "its first object")
            raise NotJson(
                f"no list of records{f' called {records}' if records else ''} was found: name the"
                ' path to it in the mapping, such as [table] records = "data.items"'
            )
    else:
        raise NotJson("it holds neither a list of records nor an object that has one")
    if ahead := scanner.peek():
        raise NotJson(
            _SEVERAL if ahead == "{" else "more follows after the end of the JSON text", "its end"
        )


def _list(scanner: Scanner) -> _Items:
    """The records of a list, of which the opening bracket was taken."""
    count = 0
    if scanner.take("]"):
        return
    while True:
        count += 1
        try:
            yield (f"record {count}", *scanner.value())
        except NotJson as error:
            raise NotJson(f"{error}", f"record {count}") from None
        if scanner.take("]"):
            return
        if not scanner.take(","):
            reason = _NO_COMMA if scanner.peek() else _BREAKS_OFF
            raise NotJson(reason, f"record {count + 1}")


def _object(scanner: Scanner, steps: list[str]) -> Generator[_Item, None, bool]:
    """The records of the list at the end of the path; returns whether it was there."""
    scanner.take("{")
    found = False
    while not scanner.take("}"):
        key, _ = scanner.value()
        if not isinstance(key, str) or not scanner.take(":"):
            raise NotJson("it is not JSON: a name and a colon are missing")
        ahead = scanner.peek()
        wanted = not steps or (key == steps[0] and not found)
        if wanted and ahead == "{" and len(steps) > 1:
            found = yield from _object(scanner, steps[1:])
        elif wanted and scanner.take("["):
            found = (yield from _list_in(scanner, bool(steps), found)) or found
        else:
            scanner.value()
        if not scanner.take(",") and scanner.peek() != "}":
            raise NotJson(_NO_COMMA if scanner.peek() else _BREAKS_OFF, "its end")
    return found


def _list_in(scanner: Scanner, named: bool, found: bool) -> Generator[_Item, None, bool]:
    """The records of a list in an object; one of words or numbers is passed where none is named."""
    if named or scanner.peek() == "{":
        if found:
            raise NotJson(
                "it has more than one list of objects: name the one of the records in the mapping,"
                ' such as records = "objects"', "its end",
            )  # fmt: skip
        yield from _list(scanner)
        return True
    for _ in _list(scanner):
        pass
    return False
