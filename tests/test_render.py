"""What the page shows of records: escaped, marked, in the right language, from our own server."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from explorer.ask import answer
from explorer.config import Settings
from explorer.pages.visitor import examples, opening
from explorer.render.cards import card
from explorer.render.html import (
    Opening,
    answer_html,
    cards_html,
    examples_html,
    header_html,
    trouble_html,
)
from explorer.render.sheets import marked, sheet_html, sheets_html
from explorer.types import (
    Citation,
    Field,
    Identifier,
    Image,
    Maker,
    Message,
    Question,
    Record,
    Rights,
    Source,
    Statement,
)
from explorer.wiring import Explorer, open_explorer
from ingest.pipeline import build
from ingest.sourcelist import source_spec
from tests.conftest import quiet

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</mark></dd></dl></div><iframe src=//evil.example></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "{0} {question} ${alert(1)} {{this}}",
    "![x](https://evil.example/x.png)",
)


def record(**changes: object) -> Record:
    plain = Record(
        id="paintings:1",
        fields=(
            Field("title", "Wave", "en"),
            Field("title", "Welle", "de"),
            Field("object_number", "MOS 1"),
            Field("maker", "Hokusai"),
            Field("description", "A boat. A wave rears up.\nMount Fuji is small.", "en"),
        ),
        makers=(Maker("Hokusai"),),
        rights=Rights(object="http://creativecommons.org/publicdomain/mark/1.0/"),
        source=Source("paintings"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def cited(of: Record, reference: str, quote: str, marker: int = 1) -> Citation:
    field = of.numbered(reference)
    assert field
    start = field.text.index(quote)
    return Citation(marker, of.id, reference, field.lang, quote, start, start + len(quote))


def quotation(of: Record, reference: str, quote: str, index: int = 0) -> Statement:
    citation = cited(of, reference, quote)
    return Statement(index, "quote", quote, True, (citation,), lang=citation.lang)


def whole_page(of: Record, statements: list[Statement], lang: str = "en") -> str:
    cards = [card(of, lang)]
    return (
        answer_html("Q", statements, cards, lang)
        + cards_html(cards, {of.id: of}, lang)
        + sheets_html(statements, cards, {of.id: of}, lang)
    )


def assert_harmless(markup: str) -> None:
    for element in lxml_html.fromstring(f"<div>{markup}</div>").iter():
        assert element.tag not in {"script", "iframe", "svg", "style", "link", "object"}
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("src", "/images/").startswith("/images/")
        assert element.get("href", "https:").startswith(("http:", "https:"))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_record_never_become_markup(words: str) -> None:
    names = ("title", "type", "object_number", "maker", "date", "description", "room", words)
    hostile = Record(
        id=words,
        fields=tuple(Field(name, words, "en") for name in names),
        makers=(Maker(words),),
        images=(Image(words, words, words, words),),
        rights=Rights(words, words, words, words),
        room=words,
        url=words,
        source=Source(words),
    )
    fact = Statement(1, "fact", words, True, (cited(hostile, "title[0]", words),), words, words)
    page = whole_page(hostile, [quotation(hostile, "description[0]", words), fact])
    assert_harmless(page)
    assert lxml_html.fromstring(page).text_content().count(words) > 10


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_question_or_a_setting_never_become_markup(words: str) -> None:
    opening = Opening("en", words, words, words, (words,))
    shown = [
        answer_html(words, [], [], "en", [Message("x", words)]),
        header_html(opening),
        trouble_html(words, words),
        examples_html([("", words)], "en"),
    ]
    for markup in shown:
        assert_harmless(markup)
        assert words in lxml_html.fromstring(markup).text_content()


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "file:///etc/passwd", "https:",
     "https://[", "https://museum.example/\n1", " javascript:alert(1)", "", "museum.example/1"],
)  # fmt: skip
def test_only_web_addresses_are_linked(url: str) -> None:
    assert "href" not in whole_page(record(url=url), [])


def test_a_link_to_the_museum_opens_elsewhere_and_tells_it_nothing() -> None:
    page = lxml_html.fromstring(whole_page(record(url="https://museum.example/1?a=1&b=2"), []))
    links = page.findall(".//a")
    assert {a.get("href") for a in links} == {"https://museum.example/1?a=1&b=2"}
    assert {(a.get("rel"), a.get("target")) for a in links} == {("noopener noreferrer", "_blank")}


@pytest.mark.parametrize("image", ["https://evil.example/x.png", "//evil.example/x.png", "x.png"])
def test_a_picture_comes_from_our_own_server_or_not_at_all(image: str) -> None:
    shown = cards_html([replace(card(record(), "en"), image=image)], {}, "en")
    assert "<img" not in shown
    assert "tile" in shown


def test_a_card_without_a_picture_shows_a_tile_of_a_hue_of_its_own() -> None:
    first, second = (
        lxml_html.fromstring(cards_html([card(r, "en")], {}, "en")).find(".//div[@role='img']")
        for r in (record(), record(id="paintings:2"))
    )
    assert first.get("aria-label") == "No picture; a coloured tile stands in."
    assert first.text_content() == "W"
    assert first.get("style") != second.get("style")
    again = cards_html([card(record(), "en")], {}, "en")
    assert first.get("style") in again


def test_a_picture_is_shown_with_its_description() -> None:
    pictured = record(images=(Image("a.webp", "", "A tall wave", "a.webp"),))
    shown = lxml_html.fromstring(cards_html([card(pictured, "en")], {}, "en"))
    image = shown.find(".//img")
    assert (image.get("src"), image.get("alt")) == ("/images/paintings%3A1", "A tall wave")


def test_the_mark_surrounds_exactly_the_cited_words() -> None:
    wave = record()
    citations = [cited(wave, "description[0]", "A wave rears up.")]
    sheet = lxml_html.fromstring(sheet_html("s", wave, "en", citations))
    (mark,) = sheet.findall(".//mark")
    assert mark.text_content() == "A wave rears up."
    assert mark.getparent().text_content() == wave.named("description")[0][1].text


@given(st.text("<>&\"'a ", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9))))
def test_marking_changes_no_letter(text: str, drawn: list[tuple[int, int]]) -> None:
    spans = [(a, a + n) for a, n in drawn if n and a + n <= len(text)]
    told = marked(text, spans)
    assert unescape(re.sub("</?mark[^>]*>", "", told)) == text
    inside = "".join(unescape(m) for m in re.findall("<mark[^>]*>(.*?)</mark>", told))
    assert len(inside) == len({i for a, b in spans for i in range(a, b)})
    assert told.count("autofocus") == bool(spans)


def test_words_that_have_changed_since_are_not_marked() -> None:
    stale = replace(cited(record(), "description[0]", "A boat."), start=3, end=10)
    assert "<mark" not in sheet_html("s", record(), "en", [stale])


def test_every_marker_and_card_opens_a_sheet_of_its_own(explorer: Explorer) -> None:
    given_ = answer(Question("Was ist über das Nashorn von Dürer bekannt?"), explorer)
    catalogue = explorer.serving().generation.catalogue
    records = {c.id: found for c in given_.records if (found := catalogue.record(c.id))}
    page = lxml_html.fromstring(
        "<div>"
        + answer_html("Q", given_.statements, given_.records, "de")
        + cards_html(given_.records, records, "de")
        + sheets_html(given_.statements, given_.records, records, "de")
        + "</div>"
    )
    sheets = [sheet.get("id") for sheet in page.findall(".//div[@popover]")]
    opened = {b.get("popovertarget") for b in page.findall(".//button[@popovertarget]")}
    assert len(sheets) == len(set(sheets)) > len(given_.records)
    assert set(sheets) == opened
    for statement in (s for s in given_.statements if s.kind == "quote"):
        sheet = page.find(f".//div[@id='cited-{statement.index}-{statement.citations[0].marker}']")
        assert [m.text_content() for m in sheet.findall(".//mark")] == [statement.text]


def test_words_say_which_language_they_are_in_and_which_way_they_run() -> None:
    arabic = record(
        fields=(Field("title", "البحر", "ar"), Field("description", "هذا كتاب.", "", "ar"))
    )
    statement = replace(quotation(arabic, "description[0]", "هذا كتاب."), lang="ar")
    page = lxml_html.fromstring(whole_page(arabic, [statement]))
    block = page.find(".//blockquote")
    assert (block.get("lang"), block.get("dir")) == ("ar", "rtl")
    told = [e for e in page.findall(".//dd/span") if e.text_content() == "هذا كتاب."]
    assert {(e.get("lang"), e.get("dir")) for e in told} == {("ar", "rtl")}
    assert page.find(".//h2[@class='asked']").get("dir") == "auto"


def test_only_titles_and_prose_in_another_language_are_followed_by_its_name() -> None:
    french = tuple(
        Field(name, words, "fr")
        for name, words in (
            ("title", "La Vague"), ("type", "photographie"), ("object_number", "MOS-K 218"),
            ("maker", "Gustave Le Gray"), ("date", "1857"), ("measurement", "30 × 40 cm"),
            ("description", "Une vague."), ("inscription", "Sète"), ("provenance", "Don, 1860."),
        )
    )  # fmt: skip
    sheet = lxml_html.fromstring(sheet_html("s", record(fields=french, makers=()), "en"))
    named = {
        row.find("dt").text: [e.text_content() for e in row.findall(".//span[@class='tongue']")]
        for row in sheet.findall(".//dl/div")
    }
    assert {label for label, told in named.items() if told == ["French"]} == {
        "Title", "Description", "Inscription", "Provenance",
    }  # fmt: skip
    assert sum(map(len, named.values())) == 4
    assert {e.get("lang") for e in sheet.findall(".//dd/span[@class='words']")} == {"fr"}
    assert "tongue" not in sheet_html("s", record(fields=french, makers=()), "fr-CA")


@pytest.mark.parametrize(
    ("fields", "identifiers", "title", "number"),
    [
        (("title", "object_number"), ("object_number",), "the title", "the object_number"),
        (("object_number",), ("record_id", "object_number"), "the object_number",
         "the object_number"),
        ((), ("record_id", "object_number"), "1:object_number", "1:object_number"),
        ((), ("record_id",), "ZM 3", ""),
    ],
)  # fmt: skip
def test_an_object_without_a_title_is_called_by_its_number(
    fields: tuple[str, ...], identifiers: tuple[str, ...], title: str, number: str
) -> None:
    known = Record(
        id="excel:ZM%203",
        fields=tuple(Field(name, f"the {name}", "en") for name in fields),
        identifiers=tuple(Identifier(kind, f"{i}:{kind}") for i, kind in enumerate(identifiers)),
    )
    shown = card(known, "en")
    assert (shown.title, shown.object_number) == (title, number)


def test_a_former_maker_is_not_under_the_makers_label() -> None:
    attributed = record(
        fields=(
            Field("maker", "Circle of Rembrandt"),
            Field("maker", "Rembrandt"),
            Field("maker.role", "painter", "en", "", "maker[0]"),
        ),
        makers=(Maker("Circle of Rembrandt"), Maker("Rembrandt", status="former")),
    )
    sheet = lxml_html.fromstring(sheet_html("s", attributed, "en"))
    rows = {
        row.find("dt").text: row.find("dd").text_content() for row in sheet.findall(".//dl/div")
    }
    assert rows == {
        "Maker": "Circle of Rembrandtpainter",
        "Formerly attributed to": "Rembrandt",
    }


def test_an_answer_that_quotes_nothing_does_not_say_it_does() -> None:
    notice = Message("notice.quoted", "Quoted from the museum's records.")
    silence = Statement(0, "notice", "The museum's records do not answer this question.", True)
    said = quotation(record(), "description[0]", "A boat.", index=1)
    cards = [card(record(), "en")]
    assert notice.text not in unescape(answer_html("Q", [silence], cards, "en", [notice]))
    assert notice.text in unescape(answer_html("Q", [silence, said], cards, "en", [notice]))


MAPPING = """
[table]
delimiter = ";"
[fields]
id = "id"
number = "object_number"
title = { field = "title", lang = "en" }
image = "image"
"""


def collection(folder: Path, held: dict[str, list[tuple[str, str]]]) -> Explorer:
    """An explorer over (title, image) pairs of several institutions."""
    (folder / "columns.toml").write_text(MAPPING)
    sources = []
    for i, (institution, objects) in enumerate(held.items()):
        rows = [
            f'{j};N {i}.{j};"{title.replace(chr(34), chr(34) * 2)}";{image}'
            for j, (title, image) in enumerate(objects)
        ]
        path = folder / f"part{i}.csv"
        path.write_text("\n".join(["id;number;title;image", *rows]), "utf-8")
        spec = source_spec(f"csv:{path}#{folder / 'columns.toml'}")
        sources.append(replace(spec, institution=institution))
    settings = Settings(data_dir=folder / "data")
    build(sources, settings, quiet)
    return open_explorer(settings)


@pytest.mark.parametrize(
    ("held", "lang", "told"),
    [
        ({"A": 3}, "en", "3 records of A."),
        ({"A": 1, "B": 3}, "en", "4 records of B and A."),
        ({"A": 1, "B": 3, "C": 2}, "de", "B, C und A – Datensätze: 6."),
        ({"A": 1, "B": 4, "C": 2, "D": 3}, "en", "7 records of B and D."),
        ({"A": 2, "": 5}, "en", "2 records of A."),
        ({"": 5}, "en", ""),
    ],
)
def test_the_introduction_credits_every_institution_with_its_own_records(
    tmp_path: Path, held: dict[str, int], lang: str, told: str
) -> None:
    objects = {name: [(f"Vase {i}", "") for i in range(count)] for name, count in held.items()}
    introduction = opening(collection(tmp_path, objects), lang).introduction
    assert introduction[: len(told)] == told
    assert bool(introduction) == bool(told)


def test_examples_are_five_short_titles_from_all_over_the_collection(tmp_path: Path) -> None:
    picture = "https://museum.example/1.jpg"
    pictured = [('"Domine, quo vadis?"', picture), ("Same wave", picture), ("Same Wave", picture)]
    plain = [(f"Plate {chr(97 + i)}", "") for i in range(20)]
    odd = [("Long " * 20, picture), ("123", picture), ("", picture)]
    told = [text for _, text in examples(collection(tmp_path, {"": pictured + plain + odd}), "en")]
    assert len(set(told)) == 5
    assert told[0] == '"Domine, quo vadis?"'
    assert told[1].casefold() == "“same wave”"
    assert all(title.startswith("“Plate") for title in told[2:])
    assert told[2:] != ["“Plate a”", "“Plate b”", "“Plate c”"]


def test_what_is_said_of_a_quotation_stands_beside_it(explorer: Explorer) -> None:
    given_ = answer(Question("self-portraits", lang="en"), explorer)
    page = lxml_html.fromstring(answer_html("Q", given_.statements, given_.records, "en"))
    told = [s.text for s in given_.statements if "quotation is in" in s.text]
    beside = page.xpath("//section//p[@class='notice'][following-sibling::*[1][self::blockquote]]")
    assert told
    assert [p.text_content() for p in beside] == told
