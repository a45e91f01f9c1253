"""Word documents: the text as it stands with all changes accepted, without what was struck out.

Comments, deleted and hidden words are internal; nothing that a document points to is fetched.
"""

import io
import zipfile
import zlib
from collections.abc import Collection, Iterator
from typing import Any

from explorer.errors import ExplorerError
from ingest.deliveries import Member
from ingest.sources.texts.written import Part, Written, tidied

_MAX_BYTES = 100_000_000
_MAX_UNPACKED = 150_000_000
_MAX_XML = 20_000_000
_MAX_ELEMENTS = 300_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WORDS = {
    f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011",
    f"{_W}softHyphen": "",
}  # fmt: skip
_PASSED = frozenset(
    [*(_W + name for name in
       ("del", "moveFrom", "instrText", "delText", "delInstrText", "fldData", "rPr", "sectPr",
        "tblPr", "trPr", "tcPr", "sdtPr", "ruby", "footnoteRef", "endnoteRef")),
     _CHOICES + "Fallback"]
)  # fmt: skip
_CHANGES = (f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo")
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}


def written(member: Member, languages: Collection[str]) -> Written:
    """The words of a Word document in paragraphs, its footnotes after them."""
    try:
        import docx
        from docx.opc.exceptions import OpcError
        from lxml import etree
    except ImportError as error:
        raise ExplorerError(
            "Reading Word documents needs the package python-docx.",
            'Install it with: pip install "collection-explorer[texts]"',
        ) from error
    data = member.read(_MAX_BYTES)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExplorerError(
            "The file is locked by a password, or an old Word document.",
            "Save it from Word as DOCX, without a password.",
        )
    # A document whose parts do not fit together fails in as many ways as python-docx has lines.
    damage = (
        zipfile.BadZipFile, zlib.error, OpcError, etree.XMLSyntaxError, KeyError, ValueError,
        AttributeError, TypeError, NotImplementedError, RuntimeError, OSError, EOFError,
    )  # fmt: skip
    try:
        _check(data)
        return _told(docx.Document(io.BytesIO(data)))
    except damage as error:
        raise ExplorerError(
            "The file is not a Word document, or it is damaged.", "Save it anew from Word as DOCX."
        ) from error


def _told(document: Any) -> Written:
    if document.element.getroottree().docinfo.doctype:
        raise ExplorerError(
            "The document brings a document type of its own (DOCTYPE).", "Save it anew from Word."
        )
    paragraphs = [text for _, text in _paragraphs(document.element.body)]
    parts = [Part("\n\n".join(paragraphs))] if paragraphs else []
    properties = document.core_properties
    return Written(
        (*parts, *_notes(document)),
        title=tidied(properties.title or ""),
        heading=_heading(document),
        lang=tidied(properties.language or ""),
        warnings=tuple(_warnings(document)),
    )


def _check(data: bytes) -> None:
    """Nothing; ExplorerError where the document unpacks to more than a text holds."""
    unpacked = elements = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            unpacked += info.file_size
            xml = info.filename.lower().endswith((".xml", ".rels"))
            if unpacked > _MAX_UNPACKED or (xml and info.file_size > _MAX_XML):
                raise _too_large()
            if not xml:
                continue
            with archive.open(info) as stream:
                while block := stream.read(1 << 20):
                    elements += block.count(b"<")
            if elements > 2 * _MAX_ELEMENTS:
                raise _too_large()


def _too_large() -> ExplorerError:
    return ExplorerError(
        "The document unpacks to far more than a text holds.",
        "Save it anew from Word without its pictures, or in parts.",
    )


def _paragraphs(block: Any) -> Iterator[tuple[Any, str]]:
    """The paragraphs and rows of tables below an element, each with its words, as they stand."""
    for element in block:
        if element.tag in _PASSED:
            continue
        if element.tag == f"{_W}p":
            if words := tidied(_words(element)):
                yield element, words
            for box in element.iter(f"{_W}txbxContent"):
                if _is_of(box, element):
                    yield from _paragraphs(box)
        elif element.tag == f"{_W}tr":
            cells = (" ".join(text for _, text in _paragraphs(cell)) for cell in _cells(element))
            if row := " · ".join(filter(None, cells)):
                yield element, row
        else:
            yield from _paragraphs(element)


def _is_of(box: Any, paragraph: Any) -> bool:
    """Whether a text box hangs on the paragraph itself, in words that are read."""
    for element in box.iterancestors():
        if element is paragraph:
            return True
        if element.tag in _PASSED or element.tag == f"{_W}p":
            return False
    return False


def _cells(row: Any) -> Iterator[Any]:
    """The cells of a row, not those of tables within them."""
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is row:
            yield cell


def _words(element: Any) -> str:
    """The words of a paragraph but those in its text boxes."""
    pieces: list[str] = []
    for child in element:
        if child.tag in _PASSED or child.tag == f"{_W}txbxContent" or _is_hidden(child):
            continue
        pieces.append((child.text or "") if child.tag == f"{_W}t" else _WORDS.get(child.tag, ""))
        pieces.append(_words(child))
    return "".join(pieces)


def _is_hidden(run: Any) -> bool:
    """Whether a run's words are not shown."""
    mark = run.find(f"{_W}rPr/{_W}vanish") if run.tag == f"{_W}r" else None
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")


def _heading(document: Any) -> str:
    """The words of the first paragraph that is set as a title or a heading."""
    names = {style.style_id: style.name or "" for style in document.styles}
    for element, text in _paragraphs(document.element.body):
        style = element.find(f"{_W}pPr/{_W}pStyle")
        name = names.get(style.get(f"{_W}val"), "") if style is not None else ""
        if name.lower().startswith(("title", "heading")):
            return text
    return ""


def _notes(document: Any) -> Iterator[Part]:
    """Footnotes and endnotes, each a passage of its own."""
    for relation, kind in _NOTES.items():
        for root in _beside(document, relation):
            real = (note for note in root if note.get(f"{_W}type") in (None, "normal"))
            for place, note in enumerate(real, 1):
                if text := "\n\n".join(words for _, words in _paragraphs(note)):
                    yield Part(text, f"{kind} {place}")


def _beside(document: Any, kind: str) -> Iterator[Any]:
    """The document's other parts of a kind: footnotes, header."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for relation in document.part.rels.values():
        if not relation.is_external and str(relation.reltype).endswith(f"/{kind}"):
            yield etree.fromstring(relation.target_part.blob, parser)


def _warnings(document: Any) -> Iterator[str]:
    changes = sum(1 for _ in document.element.body.iter(*_CHANGES))
    if changes:
        yield f"tracked changes read as accepted: {changes}"
    roots = (root for kind in ("header", "footer") for root in _beside(document, kind))
    margins = {text for root in roots for _, text in _paragraphs(root)}
    if margins:
        yield f"headers and footers left out: {len(margins)}"
