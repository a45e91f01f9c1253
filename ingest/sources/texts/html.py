"""Web pages and pieces of them: their words, without what moves or guides the reader."""

import re
from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from itertools import islice
from typing import Any

from explorer.errors import ExplorerError
from ingest.deliveries import Member
from ingest.sources.texts.written import Part, Written, letters_of, tidied

_MAX_BYTES = 20_000_000  # pages may hold their pictures
_MAX_ELEMENTS = 300_000
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_NO_WORDS = frozenset(
    ("head", "script", "style", "template", "svg", "math", "iframe", "object", "canvas", "audio",
     "video", "map", "datalist")
)  # fmt: skip
_NOT_OURS = frozenset(("nav", "noscript", "form", "button", "select", "textarea", "dialog"))
"""Left out, and said so: they may hold words, but not the text's."""

_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
     "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
     "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img")
)  # fmt: skip
_CELLS = frozenset(("td", "th"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def written(member: Member, languages: Collection[str]) -> Written:
    """The words of a page in paragraphs, and what its head says: title, language."""
    data = member.read(_MAX_BYTES)
    if data.count(b"<") > 2 * _MAX_ELEMENTS:
        raise ExplorerError(
            "The page has far more parts than a text.", "Save the text of it alone."
        )
    declared = _CHARSET.search(data[:2_048])
    found = letters_of(data, languages, declared[1].decode("ascii") if declared else "")
    root = _parsed(found.text)
    paragraphs, left_out = _paragraphs(root)
    told = {
        str(meta.get("name") or "").lower(): str(meta.get("content") or "")
        for meta in root.iter("meta")
    }
    return Written(
        (Part("\n\n".join(paragraphs)),) if paragraphs else (),
        title=tidied(root.findtext(".//title", "")),
        heading=_heading(root),
        lang=str(root.get("lang") or root.get("xml:lang") or ""),
        description=tidied(" ".join(told.get("description", "").split())),
        guessed=found.encoding * found.guessed,
        warnings=tuple(f"parts of a page left out: {n} {tag}" for tag, n in left_out.items()),
    )


def _parsed(text: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise _unread(error) from error
    deep = [e for e in parser.error_log if e.level_name == "FATAL" or "depth" in e.message.lower()]
    if root is None or deep:
        raise _unread(deep[0] if deep else "it is empty")
    return root


def _unread(why: object) -> ExplorerError:
    told = getattr(why, "message", None) or why
    return ExplorerError(
        f"The page cannot be read: {str(told).strip().rstrip('.')}.",
        "Save it anew from its program.",
    )


def _paragraphs(root: Any) -> tuple[list[str], Counter[str]]:
    """The words of all blocks in their order, and how many elements of which kind were left out."""
    from lxml import etree

    told: list[str] = []
    line: list[str] = []
    left_out: Counter[str] = Counter()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        omitted = _omitted(element)
        if _is_block(element) and not omitted:
            told.append(_joined(line))
            line.clear()
        if event == "end":
            line.append(_spaced(element.tail))
        elif omitted:
            left_out.update([omitted] if omitted not in _NO_WORDS and _has_words(element) else [])
            walk.skip_subtree()
        else:
            line.append(_before(element, bool(line)) + _spaced(element.text))
    told.append(_joined(line))
    return [paragraph for paragraph in told if paragraph], left_out


def _joined(line: list[str]) -> str:
    lines = (" ".join(piece.split()) for piece in "".join(line).split("\n"))
    return tidied("\n".join(filter(None, lines))).strip("· \n")


def _spaced(text: str | None) -> str:
    return text.replace("\n", " ") if text else ""


def _before(element: Any, begun: bool) -> str:
    if element.tag == "br":
        return "\n"
    return " · " if begun and element.tag in _CELLS else ""


def _is_block(element: Any) -> bool:
    """Whether the element stands in lines of its own; the cells of a row share one."""
    tag = element.tag
    if tag in _INLINE or tag == "br":
        return False
    cell = element if tag in _CELLS else element.getparent()
    return not (cell is not None and cell.tag in _CELLS and _is_short(cell))


def _is_short(cell: Any) -> bool:
    """Whether a cell is one of a table's, not a frame that holds a part of the page."""
    blocks = (e for e in cell.iterdescendants() if e.tag not in _INLINE and e.tag != "br")
    return len(list(islice(blocks, 2))) < 2


def _omitted(element: Any) -> str:
    """Why an element's words are not the text's: its name, or that it is hidden; "" if they are."""
    tag = element.tag
    if not isinstance(tag, str):
        return "script"
    if tag in _NO_WORDS or tag in _NOT_OURS:
        return tag
    style = element.get("style")
    hidden = element.get("hidden") is not None or (style and _HIDDEN.search(style))
    return "hidden" if hidden else ""


def _has_words(element: Any) -> bool:
    return any(text.strip() for text in element.itertext())


def _heading(root: Any) -> str:
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        if any(_omitted(above) for above in element.iterancestors()):
            continue
        alone = deepcopy(element)
        alone.tail = None
        if words := " ".join(" ".join(_paragraphs(alone)[0]).split()):
            return words
    return ""
