"""Pages of a PDF, times of a transcript: words whole over their ends, pages in every citation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.ask import ask
from explorer.config import Settings
from explorer.render.html import answer_html
from explorer.render.plain import told
from explorer.render.sheets import sheets_html
from explorer.types import Answer, Citation, Field, Question, Record, Statement
from explorer.verify import verify
from explorer.wire import dump, load_record
from explorer.wiring import Explorer, open_explorer
from ingest.clean import clean
from ingest.sourcelist import read as read_source
from ingest.sources.texts.pages import paged
from ingest.sourcespec import Rejection, SourceSpec
from ingest.split import split_record
from tests.conftest import ingest
from tests.deliveries.texts import paper


def record(folder: Path, name: str, content: bytes) -> Record | Rejection:
    (folder / name).write_bytes(content)
    (found,) = read_source(SourceSpec("s", "texts", folder))
    assert isinstance(found, Record | Rejection)
    return found


def texts(pages: list[list[str]], lang: str = "en") -> list[str]:
    return paged(pages, lang)[0]


# --- lines and pages -------------------------------------------------------------------------

HARBOUR = [
    ["The harbour", "The boats came in from the sea at night and the sail-",
     "ors carried the fish to the market of the town, as", "they did every day of the year."],
    ["In winter the quay was empty and nobody saw the light", "of the tower, which stood"],
    ["behind the mole since 1874. Later it was taken down", "and sold. That was the end."],
]  # fmt: skip


def test_words_broken_at_a_line_end_are_whole_and_headings_stand_apart() -> None:
    first, *_ = texts(HARBOUR)
    assert first.split("\n\n") == [
        "The harbour",
        "The boats came in from the sea at night and the sailors carried the fish to the market"
        " of the town, as they did every day of the year.",
    ]


def test_a_sentence_over_a_page_break_belongs_to_the_page_where_it_begins() -> None:
    _, second, third = texts(HARBOUR)
    assert second.endswith("the tower, which stood behind the mole since 1874.")
    assert third == "Later it was taken down and sold. That was the end."


def test_a_sentence_may_run_over_a_whole_page_or_a_picture() -> None:
    pages = [["It was a long", "and winding road that led us"], [], ["over the hills and"],
             ["down to the sea. There we slept."]]  # fmt: skip
    assert texts(pages) == [
        "It was a long and winding road that led us over the hills and down to the sea.", "", "",
        "There we slept.",
    ]  # fmt: skip


def test_what_follows_a_page_that_ends_with_a_sentence_stays_where_it_is() -> None:
    pages = [["The boats came in at night."], ["the artist’s own words: sea."]]
    assert texts(pages) == ["The boats came in at night.", "the artist’s own words: sea."]


@pytest.mark.parametrize(
    ("before", "after", "joined", "lang"),
    [
        ("a self-", "portrait; the selfportrait", "a selfportrait; the selfportrait", "en"),
        ("a self-", "portrait, her first self-portrait", "a self-portrait, her first self-portrait",
         "en"),
        ("Vue de Sainte-", "Anne en mer", "Vue de Sainte-Anne en mer", "fr"),
        ("die Ein-", "und Ausgänge sind", "die Ein- und Ausgänge sind", "de"),
        ("im Muse-", "um am Hafen", "im Museum am Hafen", "de"),
        ("im Muse\u00ad", "um am Hafen", "im Museum am Hafen", "de"),
        ("w ła-", "downi statku", "w ładowni statku", "pl"),
        ("στο λι-", "μάνι της Χίου", "στο λιμάνι της Χίου", "el"),
        ("in 1914-", "1918 it was", "in 1914- 1918 it was", "en"),
        ("波は", "青い。", "波は青い。", "ja"),
    ],
)  # fmt: skip
def test_a_hyphen_at_a_line_end_is_kept_where_it_belongs_to_the_word(
    before: str, after: str, joined: str, lang: str
) -> None:
    assert texts([[before, after]], lang) == [joined]


def test_words_joined_without_another_witness_are_counted() -> None:
    _, warnings = paged([["the sail-", "ors of the har-", "bour; a harbour"]], "en")
    assert warnings == ["words joined at a hyphen: 1, such as 'sailors'"]


def test_ligatures_are_letters() -> None:
    assert texts([["The ﬁrst ﬂeet, diﬃcult aﬀairs of ﬅyle"]]) == [
        "The first fleet, difficult affairs of style"
    ]


def test_headers_footers_and_page_numbers_are_left_out_and_counted() -> None:
    pages = [
        ["Museum of the Sea", f"Body of page {'abcd'[i]}.", f"Labels | {i + 7}"] for i in range(4)
    ]
    kept, warnings = paged(pages, "en")
    assert kept == [f"Body of page {c}." for c in "abcd"]
    assert warnings == ["running lines left out: 8 on 4 pages, such as 'Museum of the Sea'"]


def test_left_and_right_pages_have_headers_of_their_own() -> None:
    pages = [[("Harbour", "The Sea")[i % 2], f"Body {'abcdefgh'[i]} is here.", str(i + 1)]
             for i in range(8)]  # fmt: skip
    assert texts(pages) == [f"Body {c} is here." for c in "abcdefgh"]


@pytest.mark.parametrize(
    "pages",
    [
        [[f"Stop {i + 1}", f"Look at light {'abcd'[i]}."] for i in range(4)],
        [[f"Cat. {n}", f"A view of sea {chr(90 + n)}."] for n in (3, 8, 20, 21)],
        [["Only page", "with lines."]],
        [["In 1874 it began.", "More."], ["In 1899 it ended.", "More still."]],
    ],
)
def test_what_only_looks_like_a_running_line_stays(pages: list[list[str]]) -> None:
    for told_page, page in zip(texts(pages), pages, strict=True):
        assert page[0] in told_page


# --- PDF files -------------------------------------------------------------------------------


def test_a_pdf_gives_a_field_for_every_page_with_words(tmp_path: Path) -> None:
    pages = [["Λιμάνι της Χίου.", "Τα πλοία."], [], ["Łódź i żagle."]]
    info, root = "/Title (\xfe\xff\x03\x9b\x03\xb9) /Author (E. Nikolaou)", "/Lang (el-GR)"
    found = record(tmp_path, "12_MOS 7.pdf", paper.pdf(pages, info=info, root=root))
    assert isinstance(found, Record)
    assert [(f.text, f.source, f.page, f.lang) for _, f in found.named("text")] == [
        ("Λιμάνι της Χίου. Τα πλοία.", "page 1", 1, "el-GR"),
        ("Łódź i żagle.", "page 3", 3, "el-GR"),
    ]
    assert [f.text for _, f in found.named("title")] == ["Λι"]
    assert (found.author, found.about_numbers) == ("", ("MOS 7",))
    assert found.warnings == ("pages without text: 2",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (paper.pdf([[], []]), "pictures of pages and no text. Let a program read the letters"),
        (paper.pdf([["\ue001\ue002\ue003 a"]]), "does not tell which letters"),
        (b"%PDF-1.7\nno pdf", "damaged, or is none"),
        (paper.pdf([["A wave."]])[:300], "damaged, or is none"),
    ],
)
def test_a_pdf_without_readable_words_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, words: str
) -> None:
    found = record(tmp_path, "a.pdf", content)
    assert isinstance(found, Rejection)
    assert words in found.reason


def test_a_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    (tmp_path / "open.bin").write_bytes(paper.pdf([["A wave."]]))
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "open.bin"))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    found = record(tmp_path, "a.pdf", (tmp_path / "a.pdf").read_bytes())
    assert isinstance(found, Rejection)
    assert found.reason == "The PDF is locked by a password. Save it without a password."


# --- audio guides ----------------------------------------------------------------------------

VTT = """WEBVTT - internal: draft 3

NOTE lang: el
about: [MOS 1]
level: easy

STYLE
::cue { color: red }

NOTE not for visitors

intro
00:01.000 --> 00:03.500 align:start
<v Ελένη>Το λιμάνι ήταν
<i>γεμάτο</i> πλοία

00:03.500 --> 00:06.000
από τη Χίο &amp; τη Σάμο.

01:02:03.250 --> 01:02:05.000
<v.loud Νίκος>Οι <c.red>ναύτες</c> <00:04.000>τραγουδούσαν, 3 < 5.
"""
SRT = """1
00:00:01,000 --> 00:00:02,000
{\\an8}<font color="red">Le phare</font>

2
00:00:02,000 --> 00:00:04,000
éclaire la rade.
3
00:00:04,100 --> 00:00:05,000
Il date

de 1874.

4
00:00:09,000 --> 00:00:10,000
La rade est large.
"""


def test_a_vtt_transcript_gives_sentences_and_the_time_of_each_passage(tmp_path: Path) -> None:
    found = record(tmp_path, "12_guide.vtt", VTT.encode())
    assert isinstance(found, Record)
    assert [(f.text, f.source, f.lang) for _, f in found.named("text")] == [
        ("Το λιμάνι ήταν γεμάτο πλοία από τη Χίο & τη Σάμο.", "00:00:01", "el"),
        ("Οι ναύτες τραγουδούσαν, 3 < 5.", "01:02:03", "el"),
    ]
    assert (found.about_numbers, found.level) == (("MOS 1",), "easy")
    for unsaid in ("internal", "visitors", "Ελένη", "cue", "intro"):
        assert unsaid not in repr(found)


def test_an_srt_transcript_in_an_older_encoding_with_lines_lost_is_read(tmp_path: Path) -> None:
    content = SRT.replace("\n", "\r\n").encode("cp1252")
    found = record(tmp_path, "12_MOS 1001_fr.srt", content)
    assert isinstance(found, Record)
    assert [(f.text, f.source) for _, f in found.named("text")] == [
        ("Le phare éclaire la rade. Il date de 1874.", "00:00:01"),
        ("La rade est large.", "00:00:09"),
    ]
    assert found.about_numbers == ("MOS 1001",)


def test_a_long_talk_is_passages_of_whole_sentences(tmp_path: Path) -> None:
    cues = [
        f"{i}\n00:{i // 60:02}:{i % 60:02},000 --> 00:{i // 60:02}:{i % 60:02},900\n"
        + ("The wave rises over the boats and" if i % 2 else "falls on the shore again.")
        for i in range(1, 101)
    ]
    found = record(tmp_path, "a.srt", "\n\n".join(cues).encode())
    assert isinstance(found, Record)
    parts = [f.text for _, f in found.named("text")]
    assert 5 < len(parts) < 12
    assert all(p.startswith("The wave") and p.endswith("again.") for p in parts)


def test_a_transcript_without_times_is_refused(tmp_path: Path) -> None:
    found = record(tmp_path, "a.srt", b"The wave rises.")
    assert isinstance(found, Rejection)
    assert "no lines with a time" in found.reason


# --- the page in a citation ------------------------------------------------------------------

PAGED = Record(
    "s:a", kind="text",
    fields=(Field("title", "The harbour", "en"), Field("text", "Boats came.", "en", page=3),
            Field("text", "Boats left. Boats came.", "en", source="page 4", page=4)),
)  # fmt: skip


def test_a_stored_record_keeps_its_pages_and_one_stored_before_is_read() -> None:
    assert load_record(dump(PAGED)) == PAGED
    before = dump(PAGED).replace(b',"page":3', b"").replace(b',"page":4', b"")
    old = load_record(before.replace(b',"page":null', b""))
    assert [f.page for f in old.fields] == [None, None, None]
    assert [f.text for f in old.fields] == [f.text for f in PAGED.fields]


def test_no_passage_spans_two_pages() -> None:
    cut = [p for p in split_record(clean(PAGED)) if p.field]
    assert [(p.field, p.text) for p in cut] == [
        ("text[0]", "Boats came."), ("text[1]", "Boats left. Boats came."),
    ]  # fmt: skip


def test_a_citation_of_another_page_does_not_hold() -> None:
    right = Citation(1, "s:a", "text[0]", "en", "Boats came.", 0, 11, page=3)
    wrong = Citation(1, "s:a", "text[0]", "en", "Boats came.", 0, 11, page=4)
    said = [Statement(0, "quote", "Boats came.", citations=(c,)) for c in (right, wrong)]
    assert [s.supported for s in verify(said, {"s:a": PAGED})] == [True, False]


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explorer]:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "texts").mkdir()
    pages = [
        ["The old harbour of Mollheim", "The harbour of Mollheim was begun by fishermen."],
        ["Its lighthouse was drawn by Odilia Verstraete and", "was lit with"],
        ["whale oil until 1874. The keeper lived alone."],
    ]
    (folder / "texts" / "guide_en.pdf").write_bytes(paper.pdf(pages, info="/Title (The harbour)"))
    ingest(folder / "data", f"texts:{folder / 'texts'}")
    yield open_explorer(Settings(data_dir=folder / "data"))


def answer(explorer: Explorer, text: str, lang: str) -> Answer:
    events = list(ask(Question(text, lang=lang), explorer))
    assert isinstance(events[-1].data, Answer)
    return events[-1].data


def test_an_answer_from_a_pdf_names_the_page_everywhere(harbour: Explorer) -> None:
    said = answer(harbour, "Who drew the lighthouse of Mollheim?", "en")
    (quoted,) = [s for s in said.statements if "Odilia" in s.text and s.kind == "quote"]
    assert quoted.text.endswith("was lit with whale oil until 1874.")
    assert [c.page for c in quoted.citations] == [2]
    assert quoted.supported
    assert "until 1874.” [1, p. 2]" in told(said)
    catalogue = harbour.serving().generation.catalogue
    records = {r.id: r for card in said.records if (r := catalogue.record(card.id))}
    assert "[1, p. 2]</button>" in answer_html("?", said.statements, said.records, "en")
    assert "[1, S. 2]</button>" in answer_html("?", said.statements, said.records, "de")
    sheets = sheets_html(said.statements, said.records, records, "en")
    assert '</mark></span> <span class="tongue">p. 2</span>' in sheets
    titles = [s for s in said.statements if s.kind == "fact"]
    assert all(c.page is None for s in titles for c in s.citations)
