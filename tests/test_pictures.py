"""Thumbnails: short names for any id, new names for new pictures, and nothing that ends the run."""

import os
import sqlite3
import threading
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image as Picture
from PIL import ImageDraw

from explorer.types import DateSpan, Field, Image, Maker, Record, Rights
from ingest import gallery as galleries
from ingest.fetching import Fetcher, Limits
from ingest.gallery import Gallery
from ingest.pictures import (
    MOST_BYTES,
    picture_state,
    several_at_once,
    take_in_pictures,
    thumbnail,
)
from ingest.sourcespec import SourceSpec
from tests.local_server import Asked, Said, serving

FREE = "http://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """A delivered table with one picture beside it."""
    painted(tmp_path / "a.png", "red")
    (tmp_path / "data").mkdir()
    return tmp_path / "table.csv"


def painted(file: Path, colour: str) -> None:
    Picture.new("RGB", (900, 600), colour).save(file)


def source(delivery: Path) -> SourceSpec:
    return SourceSpec("s", "csv", delivery, images="proxy")


def shown(record: Record, delivery: Path) -> Record:
    return take_in_pictures(record, source(delivery), delivery.parent / "data")


def thumbnails(delivery: Path) -> list[str]:
    return sorted(file.name for file in (delivery.parent / "data" / "images").glob("*.webp"))


@pytest.mark.parametrize(
    "local", ["a" * 260, "%E5%AF%8C" * 24, "富嶽三十六景" * 40, "../../etc", "x"]
)
def test_any_id_makes_a_name_a_file_can_have(delivery: Path, local: str) -> None:
    (image,) = shown(Record(f"s:{local}", images=(Image("a.png", FREE),)), delivery).images
    assert thumbnails(delivery) == [image.thumbnail]
    assert len(image.thumbnail) < 80


def test_the_same_picture_is_stored_once_and_a_changed_one_beside_it(delivery: Path) -> None:
    record = Record("s:1", images=(Image("a.png", FREE),))
    (first,) = shown(record, delivery).images
    (again,) = shown(record, delivery).images
    assert first == again and thumbnails(delivery) == [first.thumbnail]
    before = (delivery.parent / "data" / "images" / first.thumbnail).read_bytes()
    painted(delivery.parent / "a.png", "blue")
    (changed,) = shown(record, delivery).images
    assert thumbnails(delivery) == sorted([first.thumbnail, changed.thumbnail])
    assert (delivery.parent / "data" / "images" / first.thumbnail).read_bytes() == before


def test_a_half_written_thumbnail_of_an_interrupted_run_is_not_taken_for_one(
    delivery: Path,
) -> None:
    record = Record("s:1", images=(Image("a.png", FREE),))
    (made,) = shown(record, delivery).images
    file = delivery.parent / "data" / "images" / made.thumbnail
    file.rename(f"{file}.part").write_bytes(b"half")
    shown(record, delivery)
    with Picture.open(file) as picture:
        assert picture.size == (480, 320)


@pytest.mark.parametrize(
    "name", ["a\0b.png", "b" * 5000, "../a.png", "/etc/passwd", "missing.png", ".", "t.txt"]
)
def test_what_is_no_picture_beside_the_delivery_is_a_warning(delivery: Path, name: str) -> None:
    (delivery.parent / "t.txt").write_text("no picture")
    record = Record("s:1", images=(Image(name, FREE),))
    assert shown(record, delivery).warnings == (f"picture cannot be opened: {name}",)
    assert picture_state(record, source(delivery)) == "" or name in (".", "t.txt")


def test_a_circle_of_links_is_a_warning(delivery: Path) -> None:
    (delivery.parent / "x.png").symlink_to(delivery.parent / "y.png")
    (delivery.parent / "y.png").symlink_to(delivery.parent / "x.png")
    assert shown(Record("s:1", images=(Image("x.png", FREE),)), delivery).warnings


def test_the_state_of_the_pictures_changes_when_one_changes_or_comes_late(delivery: Path) -> None:
    record = Record("s:1", images=(Image("a.png", FREE), Image("b.png", FREE)))
    states = [picture_state(record, source(delivery)), picture_state(record, source(delivery))]
    assert states[0] == states[1] != ""
    painted(delivery.parent / "b.png", "blue")
    states.append(picture_state(record, source(delivery)))
    os.utime(delivery.parent / "b.png", (1, 1))
    states.append(picture_state(record, source(delivery)))
    assert len(set(states)) == 3


def test_pictures_elsewhere_or_not_to_be_shown_have_no_state(delivery: Path) -> None:
    for image in (Image("https://m.example/a.png", FREE), Image("a.png", ""), Image("c.png", FREE)):
        assert picture_state(Record("s:1", images=(image,)), source(delivery)) == ""


def drawn(
    form: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (900, 600), **kept: Any
) -> bytes:
    """A picture file whose upper left corner is red."""
    picture = Picture.new("RGB", size, "blue")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1] // 2), "red")
    buffer = BytesIO()
    picture.convert(mode).save(buffer, form, **kept)
    return buffer.getvalue()


def opened(content: bytes) -> Any:
    return Picture.open(BytesIO(content))


def made(content: bytes) -> Any:
    small = thumbnail(BytesIO(content))
    assert small is not None
    return small


def test_a_jpeg_stands_behind_every_webp(delivery: Path) -> None:
    (image,) = shown(Record("s:1", images=(Image("a.png", FREE),)), delivery).images
    folder = delivery.parent / "data" / "images"
    names = {file.name for file in folder.iterdir()}
    assert names == {image.thumbnail, image.thumbnail.replace(".webp", ".jpg")}
    assert {opened((folder / name).read_bytes()).format for name in names} == {"WEBP", "JPEG"}


@pytest.mark.parametrize("size", [(1200, 800), (480, 480), (1, 5000), (7, 7)])
def test_a_thumbnail_is_small_however_busy_the_picture(size: tuple[int, int]) -> None:
    noise = Random(7).randbytes(size[0] * size[1] * 3)
    buffer = BytesIO()
    Picture.frombytes("RGB", size, noise).save(buffer, "PNG")
    small = made(buffer.getvalue())
    assert max(len(small.webp), len(small.jpeg)) <= MOST_BYTES
    assert max(opened(small.webp).size) <= 480


def test_a_picture_is_turned_as_its_camera_says_and_nothing_else_of_it_is_kept() -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x010F] = "A camera of our photographer"
    exif.get_ifd(0x8825)[1] = "N"
    told = {"exif": exif, "icc_profile": b"a profile", "comment": b"do not show", "xmp": b"<x/>"}
    small = made(drawn(**told))
    for content in (small.webp, small.jpeg):
        picture = opened(content)
        assert picture.size == (320, 480)
        assert not picture.getexif() and not {"icc_profile", "comment", "xmp"} & picture.info.keys()
        red, _, blue = picture.convert("RGB").getpixel((310, 10))
        assert red > 150 > blue
        assert b"photographer" not in content


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [("PNG", "P", {}), ("PNG", "RGBA", {}), ("PNG", "LA", {}), ("PNG", "1", {}), ("GIF", "P", {}),
     ("TIFF", "CMYK", {}), ("JPEG", "CMYK", {}), ("JPEG", "L", {}), ("BMP", "RGB", {}),
     ("WEBP", "RGBA", {"lossless": True}), ("TIFF", "RGB", {"compression": "tiff_lzw"}),
     ("JPEG", "RGB", {"progressive": True}), ("AVIF", "RGB", {}), ("JPEG2000", "RGB", {})],
)  # fmt: skip
def test_pictures_of_many_kinds_are_opened(form: str, mode: str, kept: dict[str, Any]) -> None:
    small = made(drawn(form, mode, **kept))
    assert opened(small.webp).size == opened(small.jpeg).size == (480, 320)


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    picture = Picture.new("I;16", (900, 600), 0x4000)
    buffer = BytesIO()
    picture.save(buffer, "TIFF")
    assert abs(opened(made(buffer.getvalue()).jpeg).convert("L").getpixel((9, 9)) - 0x40) < 4


def test_of_a_moving_picture_the_first_frame_is_shown_and_what_is_clear_is_white() -> None:
    frames = [Picture.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    red, _, blue = opened(made(buffer.getvalue()).jpeg).getpixel((5, 5))
    assert red > 200 > blue
    buffer = BytesIO()
    Picture.new("RGBA", (300, 300), (0, 0, 0, 0)).save(buffer, "PNG")
    assert min(opened(made(buffer.getvalue()).jpeg).getpixel((5, 5))) > 250


def huge() -> bytes:
    buffer = BytesIO()
    Picture.new("1", (9500, 9000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', drawn()[:2000],
     drawn("PNG")[:300], b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"<html>",
     drawn("PDF"), b"II*\0" + b"\xff" * 60, drawn("PPM")],
)  # fmt: skip
def test_what_is_no_picture_a_museum_shows_is_not_opened(content: bytes) -> None:
    assert thumbnail(BytesIO(content)) is None


def test_a_picture_of_more_pixels_than_one_opens_is_refused_before_it_is_unpacked() -> None:
    content = huge()
    assert len(content) < 100_000 and thumbnail(BytesIO(content)) is None


def near(server: Asked, **named: Any) -> tuple[SourceSpec, Fetcher]:
    spec = SourceSpec("s", "edm", Path("nowhere"), images="proxy", hosts=("127.0.0.1",), **named)
    return spec, Fetcher(spec.hosts, limits=Limits(tries=1, content=1_000_000))


def pictured(server: Asked, data: Path, *paths: str, **named: Any) -> Record:
    """A record whose pictures lie on the server, after a run that may fetch them."""
    spec, fetcher = near(server)
    gallery = Gallery(spec, data, fetcher, **named)
    images = tuple(Image(server.address + path, FREE) for path in paths)
    try:
        return take_in_pictures(Record("s:1", images=images), spec, data, gallery)
    finally:
        gallery.close()


def files(data: Path) -> set[str]:
    return {file.name for file in (data / "images").iterdir()}


def test_a_picture_on_a_named_host_is_fetched_once_and_shown_from_here(tmp_path: Path) -> None:
    with serving(lambda path, headers: Said(drawn())) as server:
        first = pictured(server, tmp_path, "/a.jpg")
        again = pictured(server, tmp_path, "/a.jpg")
        assert server.paths == ["/a.jpg"]
    assert first == again and not first.warnings
    name = first.images[0].thumbnail
    assert files(tmp_path) == {name, name.replace(".webp", ".jpg"), "fetched.sqlite"}
    assert first.images[0].url.startswith("http://127.0.0.1")


def test_a_picture_fetched_days_ago_is_asked_for_on_condition(tmp_path: Path) -> None:
    told = {"ETag": '"7"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}

    def answer(path: str, headers: dict[str, str]) -> Said:
        known = headers.get("if-none-match") == told["ETag"]
        return Said(status=304) if known else Said(drawn(), headers=told)

    with serving(answer) as server:
        first = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9)
        second = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9 + 90_000)
        third = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9 + 180_000)
        assert server.headers[2]["if-modified-since"] == told["Last-Modified"]
        assert server.headers[2]["if-none-match"] == told["ETag"]
        assert len(server.paths) == 3
    assert first == second == third and not third.warnings


def test_a_changed_picture_gets_a_new_name_and_the_old_one_stays(tmp_path: Path) -> None:
    contents = [drawn(), drawn(size=(600, 900))]
    with serving(lambda path, headers: Said(contents.pop(0))) as server:
        first = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9)
        second = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9 + 90_000)
    names = {first.images[0].thumbnail, second.images[0].thumbnail}
    assert len(names) == 2 and names <= files(tmp_path)


def test_a_thumbnail_that_is_gone_is_fetched_again_without_condition(tmp_path: Path) -> None:
    with serving(lambda path, headers: Said(drawn(), headers={"ETag": '"7"'})) as server:
        (image,) = pictured(server, tmp_path, "/a.jpg").images
        (tmp_path / "images" / image.thumbnail).unlink()
        assert pictured(server, tmp_path, "/a.jpg").images == (image,)
        assert "if-none-match" not in server.headers[1]
    assert image.thumbnail in files(tmp_path)


@pytest.mark.parametrize(
    "answer",
    [Said(b"gone", 404), Said(b"<svg/>", headers={"Content-Type": "image/svg+xml"}), Said(huge()),
     Said(b"x" * 2_000_000), Said(status=302, headers={"Location": "http://evil.example/"}),
     Said(status=302, headers={"Location": "file:///etc/passwd"}), Said(status=503),
     Said(status=304), Said(b"", 204)],
)  # fmt: skip
def test_a_picture_that_is_not_to_be_had_is_a_warning(tmp_path: Path, answer: Said) -> None:
    with serving(lambda path, headers: answer) as server:
        record = pictured(server, tmp_path, "/a.jpg")
    (warning,) = record.warnings
    assert warning.startswith(f"picture cannot be fetched: {server.address}/a.jpg (")
    assert record.images[0].thumbnail == "" and files(tmp_path) == {"fetched.sqlite"}


def test_a_server_that_fails_later_leaves_the_picture_as_it_was(tmp_path: Path) -> None:
    answers = [Said(drawn()), Said(status=500)]
    with serving(lambda path, headers: answers.pop(0)) as server:
        first = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9)
        assert pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9 + 90_000) == first


def test_a_picture_asked_for_in_vain_three_times_is_given_up_for_a_while(tmp_path: Path) -> None:
    with serving(lambda path, headers: Said(status=404)) as server:
        for _ in range(4):
            record = pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9)
        assert len(server.paths) == 3 and "given up" in record.warnings[0]
        pictured(server, tmp_path, "/a.jpg", now=lambda: 1e9 + 31 * 86_400)
        assert len(server.paths) == 4


@pytest.mark.parametrize(
    ("url", "rights"),
    [("http://media.example/a.jpg", FREE), ("http://127.0.0.1/a.jpg", ""),
     ("http://127.0.0.1/a.jpg", "http://rightsstatements.org/vocab/InC/1.0/"),
     ("file:///etc/passwd", FREE), ("http://127.0.0.1@media.example/a.jpg", FREE),
     ("http://user@127.0.0.1/a.jpg", FREE), ("data:image/png;base64,AAAA", FREE)],
)  # fmt: skip
def test_other_hosts_and_pictures_not_to_be_shown_are_not_asked_for(
    tmp_path: Path, url: str, rights: str
) -> None:
    class Never(Gallery):
        def thumbnail(self, url: str) -> str:
            raise AssertionError(f"{url} was asked for")

    spec = SourceSpec("s", "edm", tmp_path, images="proxy", hosts=("127.0.0.1",))
    record = Record("s:1", images=(Image(url, rights),))
    (image,) = take_in_pictures(record, spec, tmp_path, Never(spec, tmp_path)).images
    assert (image.thumbnail, image.url) == ("", url)


def test_a_host_that_the_source_does_not_name_is_noticed(tmp_path: Path) -> None:
    spec = SourceSpec("s", "edm", tmp_path, images="proxy")
    images = tuple(Image(f"https://media.example/{n}", FREE) for n in range(3))
    record = take_in_pictures(Record("s:1", images=images), spec, tmp_path)
    assert record.warnings == ("picture on a host that the source does not name: media.example",)


def test_a_run_fetches_so_many_pictures_and_leaves_the_others_for_the_next(tmp_path: Path) -> None:
    with serving(lambda path, headers: Said(drawn())) as server:
        record = pictured(server, tmp_path, "/a", "/b", "/c", most=2)
        assert [bool(i.thumbnail) for i in record.images] == [True, True, False]
        assert record.warnings == (f"picture left for the next run: {server.address}/c",)
        bare = replace(record, images=tuple(replace(i, thumbnail="") for i in record.images))
        spec, _ = near(server)
        owed = picture_state(bare, spec, tmp_path)
        assert picture_state(bare, spec) == ""
        assert all(i.thumbnail for i in pictured(server, tmp_path, "/a", "/b", "/c", most=2).images)
        assert picture_state(bare, spec, tmp_path) not in ("", owed)
        assert pictured(server, tmp_path, "/d", seconds=0).warnings[0].startswith("picture left")


def test_a_server_that_stays_silent_is_left_alone(tmp_path: Path) -> None:
    with serving(lambda path, headers: Said()) as server:
        pass
    record = pictured(server, tmp_path, *(f"/{n}" for n in range(9)))
    kinds = [warning.partition(":")[0] for warning in record.warnings]
    assert kinds == ["picture cannot be fetched"] * 5 + ["picture left for the next run"] * 4


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + b"\7" * 5000])
def test_a_damaged_memory_of_what_was_fetched_costs_nothing_but_asking_again(
    tmp_path: Path, damage: bytes
) -> None:
    with serving(lambda path, headers: Said(drawn())) as server:
        first = pictured(server, tmp_path, "/a")
        spec, _ = near(server)
        fetched = picture_state(first, spec, tmp_path)
        (tmp_path / "images" / "fetched.sqlite").write_bytes(damage)
        assert picture_state(first, spec, tmp_path) == fetched
        assert pictured(server, tmp_path, "/a") == first
        assert len(server.paths) == 2


def test_a_memory_that_cannot_be_written_does_not_cost_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(galleries, "_connected", full)
    with serving(lambda path, headers: Said(drawn())) as server:
        assert pictured(server, tmp_path, "/a").images[0].thumbnail


def test_several_pictures_are_fetched_at_once_and_stay_in_order(tmp_path: Path) -> None:
    together = threading.Barrier(4, timeout=20)

    def answer(path: str, headers: dict[str, str]) -> Said:
        together.wait()
        return Said(drawn())

    with serving(answer) as server:
        spec, fetcher = near(server)
        gallery = Gallery(spec, tmp_path, fetcher)
        records = [
            Record(f"s:{n}", images=(Image(f"{server.address}/{n}", FREE),)) for n in range(8)
        ]
        done = list(
            several_at_once(lambda r: take_in_pictures(r, spec, tmp_path, gallery), records)
        )
        gallery.close()
    assert [record.id for record in done] == [record.id for record in records]
    assert all(record.images[0].thumbnail for record in done)


def test_nothing_beside_the_working_folder_belongs_to_what_is_harvested(tmp_path: Path) -> None:
    painted(Path("a.png"), "red")  # tests run in a folder of their own
    spec = SourceSpec("s", "lido", address="https://museum.example/oai", images="proxy")
    record = Record("s:1", images=(Image("a.png", FREE),))
    assert take_in_pictures(record, spec, tmp_path).images[0].thumbnail == ""
    assert picture_state(record, spec) == ""


def described(delivery: Path, **record: Any) -> str:
    (image,) = shown(Record("s:1", images=(Image("a.png", FREE),), **record), delivery).images
    return image.alt


def test_a_picture_without_words_is_described_in_those_of_its_record(delivery: Path) -> None:
    fields = (
        Field("title", "Stormy sea", "en"), Field("maker", "Ada Berg", "en"),
        Field("maker", "Bo Falk", "en"), Field("maker", "Cy Dahl", "en"),
        Field("date", "um 1890", "de"), Field("date", "about 1890", "en"),
    )  # fmt: skip
    makers = (
        Maker("Ada Berg"),
        Maker("Bo Falk", status="former"),
        Maker("Cy Dahl", "", "circle-of"),
    )
    dates = (DateSpan(display={"en": "about 1890"}),)
    told = described(delivery, fields=fields, makers=makers, dates=dates)
    assert told == "Stormy sea, Ada Berg, about 1890"


def test_words_of_the_source_and_titles_in_several_languages_are_left_to_speak(
    delivery: Path,
) -> None:
    titles = (Field("title", "Stormy sea", "en"), Field("title", "Stormigt hav", "sv"))
    assert described(delivery, fields=titles) == described(delivery) == ""
    record = Record("s:1", fields=titles[:1], images=(Image("a.png", FREE, "A wave"),))
    assert shown(record, delivery).images[0].alt == "A wave"
    unshown = Record("s:1", fields=titles[:1], images=(Image("a.png", ""),), rights=Rights())
    assert shown(unshown, delivery).images[0].alt == ""


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("image/avif,image/webp,*/*", "image/webp"), ("image/png,image/*;q=0.8,*/*", "image/jpeg"),
     ("*/*", "image/jpeg"), ("", "image/jpeg"), ("IMAGE/WEBP", "image/webp")],
)  # fmt: skip
def test_who_does_not_know_webp_gets_the_jpeg(client: TestClient, accept: str, kind: str) -> None:
    found = client.post("/api/search", json={"filters": {"has_image": True}, "limit": 1}).json()
    response = client.get(found["hits"][0]["card"]["image"], headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, kind)
    assert response.headers["vary"] == "Accept"
    assert opened(response.content).format == kind.removeprefix("image/").upper()
    assert len(response.content) <= MOST_BYTES


def test_a_picture_that_may_be_shown_now_changes_what_stands_for_its_record(tmp_path: Path) -> None:
    record = Record("s:1", images=(Image("https://media.example/1", FREE),))
    unnamed = SourceSpec("s", "edm", tmp_path, images="proxy")
    named = replace(unnamed, hosts=("media.example",))
    assert picture_state(record, unnamed, tmp_path) != picture_state(record, named, tmp_path)
