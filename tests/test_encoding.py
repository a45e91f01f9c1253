"""Bytes as text: never mojibake in silence, and nothing mended that was cut."""

from io import BytesIO
from pathlib import Path

import pytest

from explorer.errors import ExplorerError, WrongUse
from ingest.deliveries import Member
from ingest.encoding import decoded, opened

SWEDISH = "Skål, vas och fat från Gävle – målade på Öland"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy"


def member(data: bytes) -> Member:
    return Member("t", "t", "", len(data), lambda: BytesIO(data))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
        ("utf-32", "utf-32"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_text_of_several_bytes_a_letter_is_told(encoding: str, told: str) -> None:
    found = decoded(SWEDISH.encode(encoding), "t")
    assert (found.text, found.encoding) == (SWEDISH, told)
    assert found.guessed is encoding.startswith("utf-16-")


@pytest.mark.parametrize(
    ("text", "page", "lang"), [(SWEDISH, "cp1252", "sv"), (CZECH, "cp1250", "cs")]
)
def test_the_code_page_of_its_language_is_no_guess(text: str, page: str, lang: str) -> None:
    found = decoded(text.encode(page), "t", languages=[lang])
    assert (found.text, found.encoding, found.guessed) == (text, page, False)


def test_a_code_page_nobody_names_is_a_guess() -> None:
    found = decoded((SWEDISH * 20).encode("cp1252"), "t")
    assert found.guessed
    assert found.text == SWEDISH * 20


@pytest.mark.parametrize(
    "data",
    [
        "Skål och vas på bordet, blå".encode()[:-1],
        b"SK" + "å".encode()[:-1],
        "Ваза".encode()[:-1],
        "陶器".encode()[:-2],
        SWEDISH.encode("utf-16")[:-1],
    ],
    ids=["after others", "the only one", "Cyrillic", "three bytes", "UTF-16"],
)
@pytest.mark.parametrize("languages", [[], ["sv"]])
def test_what_is_cut_in_the_middle_of_a_character_is_said(
    data: bytes, languages: list[str]
) -> None:
    with pytest.raises(ExplorerError, match="middle of a character"):
        decoded(data, "t", languages=languages)


def test_a_last_letter_of_a_code_page_is_not_taken_for_a_cut() -> None:
    assert decoded("ett café".encode("cp1252"), "t", languages=["sv"]).text == "ett café"


def test_who_says_iso_8859_1_means_its_windows_form() -> None:
    assert decoded(b"1890\x961895", "t", encoding="ISO-8859-1").text == "1890–1895"


def test_what_is_not_written_as_declared_names_the_byte() -> None:
    with pytest.raises(ExplorerError, match="byte 2 does not fit"):
        decoded("Skål".encode("cp1252"), "t", encoding="utf-8")
    with pytest.raises(WrongUse, match="is not an encoding"):
        decoded(b"x", "t", encoding="utf-88")


def test_a_long_file_is_told_by_all_of_it_and_not_by_its_beginning() -> None:
    late = b"nr;titel\n" * 400_000 + SWEDISH.encode("cp1252") * 30
    with opened(member(late)).text as text:
        assert text.read().endswith(SWEDISH)
    assert opened(member(late + b"\n")).guessed
    assert opened(member(late), languages=["sv"]).encoding == "cp1252"
    assert opened(member(b"x" * 3_000_001 + "å".encode())).encoding == "utf-8"


def test_a_letter_on_the_seam_of_two_pieces_is_whole() -> None:
    for before in range(1 << 20, (1 << 20) - 4, -1):
        data = b"x" * before + "陶器".encode()
        found = opened(member(data))
        assert (found.encoding, found.cut) == ("utf-8", False)
        assert found.text.read().endswith("陶器")
    with pytest.raises(ExplorerError, match=f"byte {(1 << 20) + 1} does not fit"):
        opened(member(b"x" * ((1 << 20) - 2) + "陶".encode() + b"\xff"), encoding="utf-8")


def test_what_is_cut_is_read_line_by_line_up_to_there() -> None:
    found = opened(member("Skål\nVas\nBlå".encode()[:-1]))
    assert found.cut
    assert [found.text.readline(), found.text.readline()] == ["Skål\n", "Vas\n"]
    with pytest.raises(UnicodeDecodeError):
        found.text.readline()


def test_no_code_page_stands_twice(tmp_path: Path) -> None:
    from ingest.encoding import _codepages

    assert len(set(_codepages().values())) == 6
