import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from ingest import deliveries
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
    (swollen,) = members(_zip(tmp_path / "a.zip", **{"a.xml": " " * 20_000_000}), (".xml",))
    with pytest.raises(ExplorerError, match="far more"):
        swollen.read()
    with pytest.raises(ExplorerError, match="far more"):
        list(members(_tar(tmp_path / "a.tgz", {"a.xml": b" " * 20_000_000}), (".xml",)))
    monkeypatch.setattr(deliveries, "MAX_MEMBER", 10)
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
