import io
import os
import random
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from ingest import archives
from ingest.deliveries import ignored, members


def _zip(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def _tar(path: Path, files: dict[str, bytes], mtime: int = 1_473_249_600) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), mtime
            archive.addfile(info, io.BytesIO(content))
    return path


def test_files_and_archives_of_a_folder_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    _tar(tmp_path / "delivery_10.tgz", {"b.xml": b"10b", "a.xml": b"10a"})
    (tmp_path / "delivery_9.xml").write_text("9")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.XML").write_text("c")
    _zip(tmp_path / "later.zip", **{"x.xml": "zipped"})
    found = list(members(tmp_path, (".xml",)))
    assert [m.where for m in found] == [
        "delivery_9.xml", "delivery_10.tgz/a.xml", "delivery_10.tgz/b.xml", "later.zip/x.xml",
        "sub/c.XML",
    ]  # fmt: skip
    assert [m.read() for m in found] == [b"9", b"10a", b"10b", b"zipped", b"c"]
    assert found[1].delivered == "2016-09-07"
    assert found[1].name == "a.xml"


def test_a_file_named_by_itself_counts_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "dump.lido-export"
    file.write_text("<x/>")
    assert [m.read() for m in members(file, (".xml",))] == [b"<x/>"]


def test_other_files_are_passed_over_and_named(tmp_path: Path) -> None:
    for name in ("a.xml", "notes.txt", ".DS_Store"):
        (tmp_path / name).write_text("x")
    _tar(tmp_path / "b.tar", {"c.xml": b"c", "readme.md": b"r", "._c.xml": b"junk"})
    assert [m.where for m in members(tmp_path, (".xml",))] == ["a.xml", "b.tar/c.xml"]
    assert ignored(tmp_path, (".xml",)) == ["b.tar/readme.md", "notes.txt"]


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "C:/evil.xml", "a\\..\\b.xml"])
def test_a_name_that_points_outside_is_never_opened(tmp_path: Path, name: str) -> None:
    packed = (_tar(tmp_path / "a.tgz", {name: b"evil"}), _zip(tmp_path / "a.zip", **{name: "evil"}))
    for archive in packed:
        (member,) = members(archive, (".xml",))
        with pytest.raises(ExplorerError, match="points outside"):
            member.read()
    assert not (tmp_path.parent / "evil.xml").exists()


def test_links_are_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "link.xml").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(tmp_path)
    with tarfile.open(folder / "packed.tar", "w") as archive:
        info = tarfile.TarInfo("hard.xml")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(info)
    found = list(members(folder, (".xml",)))
    assert [m.where for m in found] == ["link.xml", "packed.tar/hard.xml"]
    for member in found:
        with pytest.raises(ExplorerError, match="link"):
            member.read()
    assert ignored(folder, (".xml",)) == ["loop"]


def test_a_member_that_is_too_large_or_swells_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExplorerError, match="far more"):
        list(members(_zip(tmp_path / "a.zip", **{"a.xml": " " * 20_000_000}), (".xml",)))
    noise = os.urandom(200_000).hex()
    mixed = _zip(tmp_path / "b.zip", **{"a.xml": " " * 20_000_000, "b.xml": noise})
    swollen, good = members(mixed, (".xml",))
    assert good.read() == noise.encode()
    with pytest.raises(ExplorerError, match="far more"):
        swollen.read()
    with pytest.raises(ExplorerError, match="far more"):
        list(members(_tar(tmp_path / "a.tgz", {"a.xml": b" " * 20_000_000}), (".xml",)))
    monkeypatch.setattr(archives, "MAX_MEMBER", 10)
    (large,) = members(_tar(tmp_path / "b.tar", {"b.xml": os.urandom(11)}), (".xml",))
    with pytest.raises(ExplorerError, match="larger than"):
        large.read()


def _missing(folder: Path) -> Path:
    return folder / "nowhere"


def _empty(folder: Path) -> Path:
    return folder


def _cut(folder: Path) -> Path:
    whole = _tar(folder / "whole.tgz", {"a.xml": os.urandom(50_000)})
    (folder / "cut.tgz").write_bytes(whole.read_bytes()[:20_000])
    return folder / "cut.tgz"


def _not_a_zip(folder: Path) -> Path:
    (folder / "a.zip").write_text("no archive")
    return folder / "a.zip"


@pytest.mark.parametrize("delivery", [_missing, _empty, _cut, _not_a_zip])
def test_what_cannot_be_opened_is_said_in_a_problem_and_a_remedy(
    tmp_path: Path, delivery: Callable[[Path], Path]
) -> None:
    with pytest.raises(ExplorerError) as raised:
        list(members(delivery(tmp_path), (".xml",)))
    assert raised.value.problem.endswith(".") and raised.value.remedy.endswith(".")


def test_a_damaged_file_inside_a_zip_is_said_when_it_is_read(tmp_path: Path) -> None:
    packed = _zip(tmp_path / "a.zip", **{"a.xml": "harbour " * 100})
    content = bytearray(packed.read_bytes())
    content[40] ^= 0xFF
    packed.write_bytes(content)
    (member,) = members(packed, (".xml",))
    with pytest.raises(ExplorerError, match="damaged"):
        member.read()


def test_what_does_not_fit_in_memory_is_kept_on_disk_and_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {f"{i}.xml": os.urandom(3_000) for i in range(20)}
    packed = (_tar(tmp_path / "a.tgz", contents), tmp_path / "a.zip")
    with zipfile.ZipFile(packed[1], "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    monkeypatch.setattr(archives, "_IN_MEMORY", 2_000)
    for path in packed:
        found = list(members(path, (".xml",)))
        with found[3].open() as first, found[4].open() as second:
            assert first.read(1_000) + second.read(10) == (
                contents["3.xml"][:1_000] + contents["4.xml"][:10]
            )
            assert first.read() == contents["3.xml"][1_000:]
        assert [m.read() for m in found] == list(contents.values())


def test_a_disk_that_is_full_is_said_to_be_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = _tar(tmp_path / "a.tgz", {"a.xml": os.urandom(3_000)})
    monkeypatch.setattr(archives, "_IN_MEMORY", 2_000)
    with Path("/dev/full").open("r+b", 0) as full:
        monkeypatch.setattr(archives, "TemporaryFile", lambda: full)
        with pytest.raises(ExplorerError, match="no room on the disk"):
            list(members(packed, (".xml",)))


def test_what_is_read_at_once_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"x" * 101)
    (member,) = members(tmp_path, (".json",))
    assert len(member.read(101)) == 101
    with pytest.raises(ExplorerError, match="too large to be read at once"):
        member.read(100)


def test_an_archive_inside_an_archive_is_named_and_says_what_to_do(tmp_path: Path) -> None:
    packed = _tar(tmp_path / "a.tgz", {"b.zip": b"PK", "c.xml": b"c", "d.txt": b"d"})
    nested, plain = members(packed, (".xml",))
    assert plain.read() == b"c"
    assert ignored(packed, (".xml",)) == ["a.tgz/d.txt"]
    with pytest.raises(ExplorerError, match="unpack that one"):
        nested.read()


def test_names_that_cannot_be_written_down_are_told_apart(tmp_path: Path) -> None:
    for name in (b"a\xe9.xml", b"a\xe8.xml", b"a\x1b[31m.xml"):
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    found = list(members(tmp_path, (".xml",)))
    assert sorted(m.name for m in found) == ["a\\x1b[31m.xml", "a\\xe8.xml", "a\\xe9.xml"]
    assert sorted(m.read() for m in found) == [b"a\x1b[31m.xml", b"a\xe8.xml", b"a\xe9.xml"]


@pytest.mark.parametrize("kind", ["a.zip", "a.tgz", "a.tar"])
def test_a_damaged_archive_is_an_error_in_words_or_reads_as_it_was(
    tmp_path: Path, kind: str
) -> None:
    contents = {f"{i}.xml": random.Random(i).randbytes(700) for i in range(3)}
    path = tmp_path / kind
    if kind == "a.zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
    else:
        _tar(path, contents)
    whole, chance = path.read_bytes(), random.Random(kind)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged))))])
        with suppress(ExplorerError):
            for member in members(path, (".xml",)):
                with suppress(ExplorerError):
                    member.read()
