"""Files made to harm: each is refused, or read rightly, within five seconds and 300 MB."""

import gzip
import io
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.formats import FORMATS

ROOT = Path(__file__).parent.parent
SECONDS, MEMORY = 5.0, 300_000_000
LIDO = "http://www.lido-schema.org"
MAPPING = '[fields]\nid = "id"\ntitle = "title"\n'

Read = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    """What comes of reading a source in a process of its own; it must keep the limits."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile_reader"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    told = child.stdin, child.stdout

    def ask(spec: str) -> dict[str, Any]:
        print(json.dumps(spec), file=told[0], flush=True)
        answer: dict[str, Any] = json.loads(told[1].readline())
        assert "broken" not in answer, answer
        assert answer["seconds"] < SECONDS, answer
        assert answer["memory"] < MEMORY, answer
        return answer

    yield ask
    child.stdin.close()
    child.wait(20)
    child.stdout.close()


def refused(answer: dict[str, Any], because: str) -> None:
    """Nothing was read, and a sentence says why."""
    assert not answer["records"], answer
    said = " ".join([answer["error"], *answer["told"]])
    assert because in said, said


def _lido(*titles: str) -> str:
    """A LIDO file of one record for each title."""
    records = (
        f"<lido:lido><lido:lidoRecID>{i}</lido:lidoRecID><lido:descriptiveMetadata>"
        "<lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet><lido:appellationValue>"
        f"{title}</lido:appellationValue></lido:titleSet></lido:titleWrap>"
        "</lido:objectIdentificationWrap></lido:descriptiveMetadata></lido:lido>"
        for i, title in enumerate(titles, 1)
    )
    return f'<lido:lidoWrap xmlns:lido="{LIDO}">{"".join(records)}</lido:lidoWrap>'


def _zip(path: Path, files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _tar(path: Path, *infos: tarfile.TarInfo, content: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for info in infos:
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return path


# --- archives -----------------------------------------------------------------------------------


def _zip_of_zeros(folder: Path) -> Path:
    return _zip(folder / "zeros.zip", {"a.xml": bytes(150_000_000)})


def _zip_of_many(folder: Path) -> Path:
    one = _zip(folder / "one.zip", {"a.xml": b""}, zipfile.ZIP_STORED).read_bytes()
    return _repeated(folder, one, 250_000)


def _repeated(folder: Path, one: bytes, times: int) -> Path:
    """A zip of one file, which its list names many times."""
    at = one.index(b"PK\x01\x02")
    entry = one[at : one.index(b"PK\x05\x06")]
    shown = min(times, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, shown, shown, len(entry) * times, at, 0)
    (folder / "many.zip").write_bytes(one[:at] + entry * times + end)
    return folder / "many.zip"


def _zip_that_overlaps(folder: Path) -> Path:
    """Ten thousand names for the same packed bytes."""
    return _repeated(
        folder, _zip(folder / "one.zip", {"a.xml": bytes(5_000_000)}).read_bytes(), 9_999
    )


def _zip_that_lies(folder: Path) -> Path:
    """Says it holds 9 bytes and holds 150 MB."""
    path = _zip_of_zeros(folder)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(struct.pack("<L", 150_000_000), struct.pack("<L", 9)))
    return path


def _tar_of_zeros(folder: Path) -> Path:
    return _tar(folder / "zeros.tgz", tarfile.TarInfo("a.xml"), content=bytes(150_000_000))


def _tar_of_many(folder: Path) -> Path:
    with gzip.open(folder / "many.tgz", "wb", compresslevel=1) as file:
        file.write(tarfile.TarInfo("a.xml").tobuf() * 100_001 + bytes(1024))
    return folder / "many.tgz"


def _tar_with_endless_header(folder: Path) -> Path:
    """What it says of its one file unpacks to 500 MB."""
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 500_000_000
    with gzip.open(folder / "header.tgz", "wb", compresslevel=1) as file:
        file.write(info.tobuf())
        for _ in range(50):
            file.write(b"\n" * 10_000_000)
    return folder / "header.tgz"


def _tar_of_headers(folder: Path) -> Path:
    """A header about a header about a header..."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 10
    (folder / "headers.tar").write_bytes((info.tobuf() + b"name.xml".ljust(512, b"\0")) * 5_000)
    return folder / "headers.tar"


def _tar_that_goes_back(folder: Path) -> Path:
    """The next file begins before this one."""
    info = tarfile.TarInfo("a.xml")
    block = bytearray(info.tobuf())
    block[124:136] = b"\xff" * 10 + b"\xfc\x00"  # -1024, as GNU writes large numbers
    block[148:156] = b"        "
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    (folder / "back.tar").write_bytes(bytes(block) + bytes(2048))
    return folder / "back.tar"


def _tar_that_is_torn(folder: Path) -> Path:
    path = _tar(folder / "torn.tar", tarfile.TarInfo("a.xml"), tarfile.TarInfo("b.xml"))
    content = bytearray(path.read_bytes())
    content[512:520] = b"garbage!"
    path.write_bytes(content)
    return path


def _cut_tar(folder: Path) -> Path:
    path = _tar(folder / "cut.tgz", tarfile.TarInfo("a.xml"), content=os.urandom(40_000))
    path.write_bytes(path.read_bytes()[:-5_000])
    return path


@pytest.mark.parametrize(
    ("make", "because"),
    [
        (_zip_of_zeros, "far more"), (_zip_of_many, "more than 100000 files"),
        (_zip_that_overlaps, "far more"), (_zip_that_lies, "damaged"),
        (_tar_of_zeros, "far more"), (_tar_of_many, "more than 100000 files"),
        (_tar_with_endless_header, "its list of them is damaged"), (_tar_of_headers, "damaged"),
        (_tar_that_goes_back, "damaged"), (_tar_that_is_torn, "damaged"), (_cut_tar, "damaged"),
    ],
)  # fmt: skip
def test_an_archive_made_to_harm_is_refused(
    tmp_path: Path, read: Read, make: Callable[[Path], Path], because: str
) -> None:
    refused(read(f"lido:{make(tmp_path)}"), because)


@pytest.mark.parametrize("inner", ["inner.zip", "inner.tgz", "inner.xml.gz", "inner.7z"])
def test_an_archive_inside_an_archive_is_named_and_not_opened(
    tmp_path: Path, read: Read, inner: str
) -> None:
    content = _zip(tmp_path / "one", {"a.xml": _lido("Jug").encode()}).read_bytes()
    packed = _zip(tmp_path / "outer.zip", {inner: content, "b.xml": _lido("Vase").encode()})
    info = tarfile.TarInfo(inner)
    for archive in (packed, _tar(tmp_path / "outer.tgz", info, content=content)):
        answer = read(f"lido:{archive}")
        assert any("unpack that one" in reason for reason in answer["told"])
        assert "Jug" not in str(answer["records"])


@pytest.mark.parametrize("kind", [
    tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
    tarfile.GNUTYPE_SPARSE,
])  # fmt: skip
def test_what_is_no_plain_file_in_an_archive_is_not_opened(
    tmp_path: Path, read: Read, kind: bytes
) -> None:
    (tmp_path / "secret.xml").write_text(_lido("Secret"))
    info = tarfile.TarInfo("a.xml")
    info.type, info.linkname = kind, str(tmp_path / "secret.xml")
    refused(read(f"lido:{_tar(tmp_path / 'a.tar', info)}"), "not opened")


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path, read: Read) -> None:
    info = zipfile.ZipInfo("a.xml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/hostname")
    refused(read(f"lido:{tmp_path / 'a.zip'}"), "not a plain file")


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/a.xml", "C:/a.xml", "C:a.xml", "..\\a.xml", "\\\\server\\a.xml"]
)
def test_a_name_that_leads_out_of_an_archive_is_not_opened(
    tmp_path: Path, read: Read, name: str
) -> None:
    content = _lido("Jug").encode()
    refused(read(f"lido:{_zip(tmp_path / 'a.zip', {name: content})}"), "points outside")
    packed = _tar(tmp_path / "a.tgz", tarfile.TarInfo(name), content=content)
    refused(read(f"lido:{packed}"), "points outside")


# --- folders ------------------------------------------------------------------------------------


def test_what_is_no_plain_file_in_a_folder_is_named_and_does_not_stop_the_reading(
    tmp_path: Path, read: Read
) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "good.xml").write_text(_lido("Jug"))
    (tmp_path / "secret.xml").write_text(_lido("Secret"))
    (folder / "link.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "hanging.xml").symlink_to(tmp_path / "nowhere.xml")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.xml")
    (folder / "folder.xml").mkdir()
    (folder / os.fsdecode(b"b\xe9\x1b[31m.xml")).write_text(_lido("Vase"))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket.xml"))
        answer = read(f"lido:{folder}")
    assert sorted(answer["records"]) == ["Jug", "Vase"]
    assert len([reason for reason in answer["told"] if "not a plain file" in reason]) == 4


def test_a_pipe_or_a_device_named_by_itself_is_refused(tmp_path: Path, read: Read) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    refused(read(f"lido:{tmp_path / 'pipe.xml'}"), "not a plain file")
    refused(read("lido:/dev/zero"), "not a plain file")


def test_folders_in_folders_without_end_are_read(tmp_path: Path, read: Read) -> None:
    folders = [tmp_path / "d"]
    for _ in range(1_200):
        folders.append(folders[-1] / "d")
    for folder in folders:
        folder.mkdir()
    file = folders[-1] / "deep.xml"
    file.write_text(_lido("Jug"))
    answer = read(f"lido:{tmp_path}")
    file.unlink()
    for folder in reversed(folders):
        folder.rmdir()
    assert answer["records"] == ["Jug"]


def test_a_file_nobody_may_read_is_told_of(tmp_path: Path, read: Read) -> None:
    if os.geteuid() == 0:
        pytest.skip("the administrator may read everything")
    (tmp_path / "a.xml").write_text(_lido("Jug"))
    (tmp_path / "a.xml").chmod(0)
    refused(read(f"lido:{tmp_path / 'a.xml'}"), "locked")


# --- XML ----------------------------------------------------------------------------------------

_TEN = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
_DOCTYPES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{_TEN}]>',
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY l9 "{"lol" * 100_000}">]>',
    "a file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file://{secret}">]>',
    "an address": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:{port}/">]>',
    "an external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/"> %p;]>',
    "after a long comment": f'<!--{"-x" * 200_000}--><!DOCTYPE x [<!ENTITY l0 "lol">{_TEN}]>',
}
_WAYS_IN = ("element", "attribute", "include", "stylesheet")


@pytest.fixture
def listener() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine, and who called there."""
    callers: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            try:
                while True:
                    connection, address = server.accept()
                    callers.append(address)
                    connection.close()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("form", ["lido", "edm", "dc"])
@pytest.mark.parametrize("kind", _DOCTYPES)
def test_no_document_type_is_opened_and_nothing_it_names(
    tmp_path: Path, read: Read, listener: tuple[int, list[Any]], kind: str, form: str
) -> None:
    port, callers = listener
    (tmp_path / "secret.txt").write_text("Secret")
    doctype = _DOCTYPES[kind].replace("{port}", str(port))
    doctype = doctype.replace("{secret}", str(tmp_path / "secret.txt"))
    for number, encoding in enumerate(("utf-8", "utf-16")):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>'
        for place, title in (("in", "&l9;" * 50), ("at", "Jug")):
            body = _lido(title)
            body = body.replace("<lido:titleSet>", '<lido:titleSet a="&l9;&l9;">', place == "at")
            file = tmp_path / f"{place}{number}.xml"
            file.write_bytes((declared + doctype + body).encode(encoding))
            answer = read(f"{form}:{file}")
            assert not answer["records"], answer
            assert answer["told"] or answer["error"]
    assert callers == []


def test_nothing_is_included_in_xml(
    tmp_path: Path, read: Read, listener: tuple[int, list[Any]]
) -> None:
    port, callers = listener
    (tmp_path / "secret.txt").write_text("Secret")
    includes = "".join(
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{where}"/>'
        for where in (tmp_path / "secret.txt", f"http://127.0.0.1:{port}/")
    )
    styled = f'<?xml-stylesheet href="http://127.0.0.1:{port}/x.xsl" type="text/xsl"?>'
    schema = f'xsi:schemaLocation="{LIDO} http://127.0.0.1:{port}/lido.xsd"'
    schema = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {schema}'
    body = _lido(f"Jug{includes}").replace("<lido:lidoWrap", f"<lido:lidoWrap {schema}")
    (tmp_path / "a.xml").write_text(styled + body)
    assert read(f"lido:{tmp_path / 'a.xml'}")["records"] == ["Jug"]
    assert callers == []


def _written(folder: Path, *parts: bytes, times: int = 1) -> Path:
    file = folder / "a.xml"
    with file.open("wb") as out:
        out.write(parts[0])
        for _ in range(times):
            out.write(parts[1])
        out.write(parts[2])
    return file


_BEFORE, _AFTER = (part.encode() for part in _lido("Vase", "|").split("|"))


@pytest.mark.parametrize(
    ("middle", "times", "because"),
    [
        (b"<a>" * 200_000, 1, "left out"),
        (b"x" * 1_000_000, 200, "larger than 3 MB"),
        (b'<a b="' + b"x" * 100_000_000 + b'"/>', 1, "larger than 3 MB"),
        (b"<a/>" * 250_000, 100, "larger than 3 MB"),
        (b'<a b="' + b"x" * 2_000_000 + b'"/>', 1, ""),
    ],
    ids=["deep", "long line", "long attribute", "many elements", "an attribute of 2 MB"],
)
def test_a_record_that_is_too_much_is_left_out_and_the_one_before_it_stands(
    tmp_path: Path, read: Read, middle: bytes, times: int, because: str
) -> None:
    answer = read(f"lido:{_written(tmp_path, _BEFORE, middle, _AFTER, times=times)}")
    assert answer["records"][0] == "Vase"
    assert because in " ".join(answer["told"])


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (_lido("Krüg Łódź €").encode(), "Krüg Łódź €"),
        (b"\xef\xbb\xbf" + _lido("Krüg").encode(), "Krüg"),
        (_lido("Krüg Łódź").encode("utf-16"), "Krüg Łódź"),
        (('<?xml version="1.0" encoding="UTF-32"?>' + _lido("Krüg")).encode("utf-32"), "Krüg"),
        (('<?xml version="1.0" encoding="windows-1252"?>' + _lido("Krüg €")).encode("cp1252"),
         "Krüg €"),
        (('<?xml version="1.0" encoding="iso-8859-1"?>' + _lido("Krüg €")).encode(), "Krüg €"),
        (('<?xml version="1.0" encoding="utf-8"?>' + _lido("Krüg")).encode("utf-16-le"), "Krüg"),
        (_lido("A\r\nB\rC\nD").encode(), "A\nB\nC\nD"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-32", "cp1252", "declared wrongly", "it says utf-8",
         "line ends"],
)  # fmt: skip
def test_xml_is_read_in_its_encoding(
    tmp_path: Path, read: Read, content: bytes, title: str
) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    assert read(f"lido:{tmp_path / 'a.xml'}")["records"] == [title]


@pytest.mark.parametrize(
    "content",
    [
        _lido("Krüg").encode("cp1252"),
        ('<?xml version="1.0" encoding="klingon"?>' + _lido("Krüg")).encode(),
        _lido("Krüg").encode().partition(b"\xbc")[0],
        _lido("Krüg").encode("utf-16")[:-301],
        _lido("Kr\0g").encode(),
        b"",
        bytes(1_000_000),
        os.urandom(1_000_000),
    ],
    ids=["undeclared", "unknown", "cut in a character", "cut utf-16", "a NUL", "empty",
         "NULs", "noise"],
)  # fmt: skip
def test_xml_that_is_not_in_its_encoding_is_refused(
    tmp_path: Path, read: Read, content: bytes
) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    refused(read(f"lido:{tmp_path / 'a.xml'}"), "")


def test_words_that_were_spoilt_before_are_never_taken_in_silently(
    tmp_path: Path, read: Read
) -> None:
    (tmp_path / "a.xml").write_text(_lido("SkÃ¥ne", "Sk\ufffdne", "A â€“ B", "Âme", "Château"))
    answer = read(f"lido:{tmp_path / 'a.xml'}")
    assert answer["told"] == [
        "looks read in a wrong encoding: title", "letters were lost before delivery: title",
        "looks read in a wrong encoding: title",
    ]  # fmt: skip


# --- every format -------------------------------------------------------------------------------

_LONG = 200_000_000
ANY_FORMAT: dict[str, Callable[[], bytes]] = {
    "nothing": bytes,
    "a mark and nothing": lambda: b"\xef\xbb\xbf",
    "NULs": lambda: bytes(3_000_000),
    "noise": lambda: os.urandom(3_000_000),
    "a line of 200 MB": lambda: b"x" * _LONG,
    "brackets without end": lambda: b"[" * 200_000,
    "braces without end": lambda: b'{"a":' * 200_000,
    "elements without end": lambda: b"<a>" * 200_000,
    "quotes without end": lambda: b'"' * 3_000_001,
    "half a character": lambda: "id;title\n1;Krü".encode()[:-1],
    "dots without end": lambda: b"." * 3_000_000 + b"x",
    "accents without end": lambda: "\u0315\u0300".encode() * 500_000,
    "lists in lists": lambda: b"> " * 100_000 + b"x",
    "emphasis without end": lambda: b"*a_ " * 100_000,
    "links without end": lambda: b"[a](" * 100_000,
    "YAML aliases": lambda: (
        b"---\ntitle: &a [x,x]\n"
        + b"".join(b"k%d: &%c [*%c,*%c]\n" % (i, 98 + i, 97 + i, 97 + i) for i in range(20))
        + b"---\nWords.\n"
    ),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ANY_FORMAT)
def test_a_file_of_no_sense_is_refused_or_read_in_every_format(
    tmp_path: Path, read: Read, form: str, kind: str
) -> None:
    known = FORMATS[form]
    for suffix in known.suffixes if form == "texts" else known.suffixes[:1]:
        if kind == "a line of 200 MB" and suffix not in (known.suffixes[0], ".html", ".txt"):
            continue
        file = tmp_path / f"a{suffix}"
        file.write_bytes(ANY_FORMAT[kind]())
        (tmp_path / "mapping.toml").write_text(MAPPING)
        answer = read(f"{form}:{file}" + ("#" + str(tmp_path / "mapping.toml")) * known.mapped)
        file.unlink()
        assert answer["records"] or answer["told"] or answer["error"]
        assert not any("\ufffd" in words for words in answer["records"])
