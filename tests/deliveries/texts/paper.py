"""PDF and Word files as tests need them: small, whole, and written from what a test says."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Told def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{chars}
endcmap CMapName currentdict /CMap defineresource pop end end"""


def pdf(
    pages: Sequence[Sequence[str]], *, root: str = "", info: str = "", told: bool = True
) -> bytes:
    """A PDF whose pages hold these lines; `root` and `info` are added as they are.

    Where not `told` the font does not say which letters its signs stand for.
    """
    letters = sorted({c for page in pages for line in page for c in line})
    chars = [f"<{ord(c):04X}> <{ord(c):04X}>" for c in letters]
    groups = [chars[i : i + 100] for i in range(0, len(chars), 100)]
    table = "\n".join(f"{len(g)} beginbfchar\n" + "\n".join(g) + "\nendbfchar" for g in groups)
    cmap = _CMAP.format(chars=table) if told else ""
    kids = " ".join(f"{8 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Told /Encoding /Identity-H"
        " /DescendantFonts [4 0 R]" + (" /ToUnicode 5 0 R" if told else "") + " >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Told /DW 500 /FontDescriptor 7 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        stream(cmap),
        f"<< {info} >>",
        "<< /Type /FontDescriptor /FontName /Told /Flags 4 /FontBBox [0 0 1000 1000]"
        " /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    for number, page in enumerate(pages):
        drawn = "".join(
            f"BT /F1 10 Tf 50 {780 - 14 * i} Td <{''.join(f'{ord(c):04X}' for c in line)}> Tj ET\n"
            for i, line in enumerate(page)
        )
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {9 + 2 * number} 0 R >>",
            stream(drawn),
        ]
    return of_objects(objects)


def stream(content: str | bytes, more: str = "") -> bytes:
    """A stream object."""
    data = content.encode("latin-1") if isinstance(content, str) else content
    return f"<< /Length {len(data)} {more} >>\nstream\n".encode() + data + b"\nendstream"


def of_objects(objects: Sequence[str | bytes], trailer: str = "/Info 6 0 R") -> bytes:
    """The PDF of these objects, the first of which is the root."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, told in enumerate(objects, 1):
        places.append(len(written))
        body = told.encode("latin-1") if isinstance(told, str) else told
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    written += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n".encode()
    return bytes(written) + f"startxref\n{table}\n%%EOF\n".encode()


def docx(path: Path, *paragraphs: str, **properties: str) -> Any:
    """A Word document with these paragraphs and core properties, saved at `path`."""
    from docx import Document

    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    document.save(str(path))
    return document


def repacked(path: Path, parts: dict[str, str | bytes]) -> Path:
    """The Word document with these parts put in the place of its own, or beside them."""
    kept = {}
    with ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name not in parts}
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in {**kept, **parts}.items():
            archive.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    return path
