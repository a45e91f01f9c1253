"""What the name of a text's file says: `12_MOS 1001_fr.srt` is the text in French on MOS 1001."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from explorer.language import languages
from explorer.text import nfc

_ORDER = re.compile(r"(?:\d{1,3}[\W_]+(?=[^\W\d_])|0\d{0,2}[\W_]+(?=\d))")
_LANGUAGE = re.compile(
    r"(?P<before>[\s._-]*\(|[\s._-]+)(?P<code>[A-Za-z]{2})(?P<region>-[A-Z]{2})?\)?$"
)


@dataclass(frozen=True, slots=True)
class Named:
    """`number` is "" where the name holds none: a number has a digit."""

    number: str
    lang: str


def named(name: str) -> Named:
    """The object number and the language in a file's name.

    The number that a file is put in order by is not the object's: it stands before letters, or
    begins with a zero.
    """
    stem = PurePosixPath(name).stem
    rest, lang = _language(stem)
    rest = _ORDER.sub("", rest, count=1) if _ORDER.match(rest) else rest
    number = nfc(rest.strip(" ._-"))
    return Named(number if any(c.isdigit() for c in number) else "", lang)


def _language(stem: str) -> tuple[str, str]:
    """The name without the language it ends in, and that language.

    After a dash or a space capitals are a part of the number: 1001-DE.
    """
    found = _LANGUAGE.search(stem)
    if found is None or not found.start():
        return stem, ""
    code, before = found["code"], found["before"]
    plain = code.islower() or bool(set(before) & set("(._"))
    if not plain or code.lower() not in languages():
        return stem, ""
    return stem[: found.start()], code.lower() + (found["region"] or "")
