"""Thumbnails: short names for any id, new names for new pictures, and nothing that ends the run."""

import os
from pathlib import Path

import pytest
from PIL import Image as Picture

from explorer.types import Image, Record
from ingest.pictures import picture_state, take_in_pictures

FREE = "http://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """A delivered table with one picture beside it."""
    painted(tmp_path / "a.png", "red")
    (tmp_path / "data").mkdir()
    return tmp_path / "table.csv"


def painted(file: Path, colour: str) -> None:
    Picture.new("RGB", (900, 600), colour).save(file)


def shown(record: Record, delivery: Path) -> Record:
    return take_in_pictures(record, delivery, delivery.parent / "data")


def thumbnails(delivery: Path) -> list[str]:
    return sorted(file.name for file in (delivery.parent / "data" / "images").iterdir())


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
    assert picture_state(record, delivery) == "" or name in (".", "t.txt")


def test_a_circle_of_links_is_a_warning(delivery: Path) -> None:
    (delivery.parent / "x.png").symlink_to(delivery.parent / "y.png")
    (delivery.parent / "y.png").symlink_to(delivery.parent / "x.png")
    assert shown(Record("s:1", images=(Image("x.png", FREE),)), delivery).warnings


def test_the_state_of_the_pictures_changes_when_one_changes_or_comes_late(delivery: Path) -> None:
    record = Record("s:1", images=(Image("a.png", FREE), Image("b.png", FREE)))
    states = [picture_state(record, delivery), picture_state(record, delivery)]
    assert states[0] == states[1] != ""
    painted(delivery.parent / "b.png", "blue")
    states.append(picture_state(record, delivery))
    os.utime(delivery.parent / "b.png", (1, 1))
    states.append(picture_state(record, delivery))
    assert len(set(states)) == 3


def test_pictures_elsewhere_or_not_to_be_shown_have_no_state(delivery: Path) -> None:
    for image in (Image("https://m.example/a.png", FREE), Image("a.png", ""), Image("c.png", FREE)):
        assert picture_state(Record("s:1", images=(image,)), delivery) == ""
