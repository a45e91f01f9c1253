"""Answers that are more than a label: numbers, groups, rooms, and what is shown after a click."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser

from explorer.ask import answer
from explorer.config import Settings
from explorer.render.html import answer_html
from explorer.render.plain import told as told_plainly
from explorer.types import Answer, Card, Citation, Question, Statement
from explorer.wiring import Explorer
from ingest.pipeline import build
from ingest.sourcelist import source_spec
from tests.conftest import SAMPLE, quiet
from tests.test_page import (
    NARROW,
    WIDE,
    ask,
    assert_accessible,
    chromium_or_skip,
    serving,
    tab_to,
    visiting,
)

MAPPING = """
[fields]
id = "id"
title = { field = "title", lang = "en" }
image = "image"
rights = "rights.image"
notice = "notice"
label = { field = "community_label", lang = "mi" }
"""


def sensitive(folder: Path) -> Path:
    """A data folder of a record with a notice, a community's label and a picture, and others."""
    (folder / "columns.toml").write_text(MAPPING)
    (folder / "bone.webp").write_bytes((SAMPLE.parent / "images" / "mask.webp").read_bytes())
    free = "http://creativecommons.org/publicdomain/zero/1.0/"
    rows = ["id,title,image,rights,notice,label"]
    rows.append(f"1,Carved skull,bone.webp,{free},human remains,He aha te mana")
    rows += [f"{i},Plain vase {i},,,," for i in range(2, 5)]
    path = folder / "objects.csv"
    path.write_text("\n".join(rows), "utf-8")
    spec = replace(source_spec(f"csv:{path}#{folder / 'columns.toml'}"), images="proxy")
    build([spec], Settings(data_dir=folder / "data"), quiet)
    return folder / "data"


@pytest.fixture(scope="module")
def address(sample_data: Path) -> Iterator[str]:
    with serving(sample_data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


@pytest.mark.browser
def test_groups_are_a_table_that_fits_the_page(browser: Browser, address: str) -> None:
    with visiting(browser, address, (320, 800)) as page:
        ask(page, "How many objects per material?")
        rows = page.locator(".groups tr")
        counts = [int(text) for text in rows.locator(".number").all_inner_texts()]
        widths = rows.locator(".bar span").evaluate_all("bars => bars.map(b => b.offsetWidth)")
        assert counts == sorted(counts, reverse=True)
        assert widths == sorted(widths, reverse=True)
        assert widths[0] > 2 * widths[-1] > 0
        assert page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        assert_accessible(page)


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_picture_of_a_sensitive_record_is_fetched_only_after_a_click(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    with serving(sensitive(tmp_path)) as address, visiting(browser, address, size) as page:
        pictures: list[str] = []
        page.on("request", lambda r: pictures.append(r.url) if "/images/" in r.url else None)
        ask(page, "What is known about the carved skull?")
        notice = "Please note: this record is about human remains."
        assert notice in page.locator(".answer").inner_text()
        page.locator(".card h3 button").first.click()
        sheet = page.locator(".sheet:popover-open")
        sheet.wait_for()
        told = [text for text in sheet.inner_text().splitlines() if text.strip()]
        assert told[told.index("Close") + 1] == notice
        assert "He aha te mana" in sheet.inner_text()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.wait_for_load_state("networkidle")
        assert pictures == []
        for covered in (".label .covered", ".card .covered"):
            summary = page.locator(f"{covered} summary")
            assert "Show the picture" in summary.inner_text()
            tab_to(page, summary)
            page.keyboard.press("Enter")
            page.locator(f"{covered} img").wait_for(state="visible")
            page.wait_for_function(f"document.querySelector('{covered} img').naturalWidth > 0")
        assert len(set(pictures)) == 1
        assert page.locator(".sheet:popover-open").count() == 0
        assert_accessible(page)


# --- as HTML and as plain text -------------------------------------------------------------------


def notice(text: str) -> Statement:
    return Statement(0, "notice", text, True)


def number(text: str, value: int, label: str = "") -> Statement:
    return Statement(0, "count", text, True, label=label, value=str(value))


GROUPS = (
    notice("Number of objects by: Century"),
    number("1601–1700: 1,200", 1200, "1601–1700"),
    number("<b>: 300", 300, "<b>"),
    number("Further groups: 2", 2),
    notice("Counted: all objects of the collection"),
)


def shown(statements: tuple[Statement, ...], cards: tuple[Card, ...] = ()) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(answer_html("Q", statements, cards, "en"))


def test_a_count_is_a_line_of_its_own_and_what_was_counted_small() -> None:
    page = shown((number("Number of objects: 44", 44), notice("Counted by: x"), number("of 9", 9)))
    assert [(p.get("class"), p.text) for p in page.findall(".//p")] == [
        ("count", "Number of objects: 44"), ("counted", "Counted by: x"), ("counted", "of 9"),
    ]  # fmt: skip


def test_groups_are_rows_under_their_sentence_with_bars_of_their_share() -> None:
    page = shown(GROUPS)
    (table,) = page.findall(".//table")
    assert table.find("caption").text == "Number of objects by: Century"
    rows = [(row.find("th").text, row.find("td").text) for row in table.findall(".//tr")]
    assert rows == [("1601–1700", "1,200"), ("<b>", "300")]
    bars = [span.get("style") for span in table.findall(".//td[@class='bar']/span")]
    assert bars == ["--share:1.000", "--share:0.250"]
    assert [p.text for p in table.itersiblings()] == [
        "Further groups: 2", "Counted: all objects of the collection",
    ]  # fmt: skip


def test_groups_in_plain_text_stand_in_columns() -> None:
    plain = told_plainly(Answer("", "en", "group", "answered", statements=GROUPS))
    assert plain.splitlines()[:3] == [
        "Number of objects by: Century", "  1601–1700  1,200", "  <b>          300",
    ]  # fmt: skip


def test_a_notice_between_two_records_stands_before_the_second() -> None:
    def titled(record: str) -> Statement:
        cited = (Citation(1, record, "title[0]", "en", record, 0, 3),)
        return Statement(0, "fact", record, True, cited, "Title", record)

    page = shown((notice("first"), titled("s:1"), notice("warned"), titled("s:2"), notice("last")))
    order = [e.get("class") if e.tag == "section" else e.text for e in page[1:]]
    assert order == ["first", "label", "warned", "label", "last"]


def test_a_route_is_one_list_of_rooms_without_pictures(explorer: Explorer) -> None:
    given = answer(Question("What can I see in an hour with children?", lang="en"), explorer)
    page = lxml_html.fromstring(answer_html("Q", given.statements, given.records, "en"))
    rooms = [dt.text for dt in page.findall(".//section//dt")]
    assert len(page.findall(".//section")) == 1
    assert len(rooms) == len(set(rooms)) > 3
    assert all(room.startswith("Room") for room in rooms)
    assert not page.findall(".//img")
