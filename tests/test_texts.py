"""Curatorial texts: front matter as it is written, texts only while they hold, harm kept out."""

import json
import subprocess
import sys
import zlib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from explorer.ask import ask
from explorer.catalogue.reading import Catalogue
from explorer.config import Settings
from explorer.render.cards import card
from explorer.search import search
from explorer.types import Answer, Question, Record
from explorer.wiring import open_explorer
from ingest.sourcelist import read as read_source
from ingest.sourcespec import Rejection, SourceSpec
from tests.conftest import ROOT, ingest
from tests.deliveries.texts import paper


def read(folder: Path, text: str) -> Record | Rejection:
    (folder / "wave.md").write_text(text, "utf-8")
    (item,) = read_source(SourceSpec("s", "texts", folder))
    return item


def record(folder: Path, front: str) -> Record:
    item = read(folder, f"---\n{front}\n---\n\nA *wave*.\n")
    assert isinstance(item, Record), item
    return item


def reason(folder: Path, front: str) -> str:
    item = read(folder, f"---\n{front}\n---\n\nA *wave*.\n")
    assert isinstance(item, Rejection), item
    return item.reason


@pytest.mark.parametrize("key", ["valid_from", "valid_until"])
@pytest.mark.parametrize("day", ["2026-13-45", "01.06.2099", "2027-02-30", "next year", "2027"])
def test_a_day_that_is_in_no_calendar_is_one_rejection(tmp_path: Path, key: str, day: str) -> None:
    said = reason(tmp_path, f"{key}: {day}")
    assert f"'{day}' under {key}" in said
    assert "2027-01-31" in said


def test_days_are_stored_in_the_one_form_that_compares_as_words(tmp_path: Path) -> None:
    text = record(tmp_path, "valid_from: 20260131\nvalid_until: 2027-01-31   # not after")
    assert (text.valid_from, text.valid_until) == ("2026-01-31", "2027-01-31")


def test_numbers_and_words_stay_as_they_are_written(tmp_path: Path) -> None:
    text = record(tmp_path, "id: 007\nlang: no\nabout: 0012\ntitle: 1.10\nauthor: null")
    assert text.id == "s:007"
    assert text.about_numbers == ("0012",)
    assert [(f.name, f.text, f.lang) for f in text.fields] == [
        ("title", "1.10", "no"), ("text", "A wave.", "no"), ("author", "null", ""),
    ]  # fmt: skip
    assert record(tmp_path, "about: [0012, 12:30, yes]").about_numbers == ("0012", "12:30", "yes")


def test_only_an_address_of_the_web_is_stored(tmp_path: Path) -> None:
    good = record(tmp_path, "url: https://museum.example/wave")
    assert (good.url, good.warnings) == ("https://museum.example/wave", ())
    bad = record(tmp_path, "url: javascript:alert(1)")
    assert (bad.url, bad.warnings) == ("", ("web address is incomplete: javascript:alert(1)",))


@pytest.mark.parametrize(
    "text",
    [
        "---\n---\nA wave.\n",
        "--- \n---\t\nA wave.",
        "---  \r\ntitle:\r\n--- \r\n\r\nA wave.\r\n",
        "---\n# nothing yet\n---\nA wave.",
        "A wave.",
    ],
)
def test_front_matter_may_be_empty_and_its_lines_may_end_in_spaces(
    tmp_path: Path, text: str
) -> None:
    item = read(tmp_path, text)
    assert isinstance(item, Record), item
    assert [(f.name, f.text) for f in item.fields] == [("text", "A wave.")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A *wave*.", "A wave."),
        ("It rises over the boats, and  \nthe men bow low before the foam, for it is near.",
         "It rises over the boats, and the men bow low before the…"),
        ("海" * 80, "海" * 60 + "…"),
    ],
)  # fmt: skip
def test_a_text_without_a_title_is_called_by_its_first_words(
    tmp_path: Path, text: str, shown: str
) -> None:
    item = read(tmp_path, text)
    assert isinstance(item, Record)
    assert card(item, "en").title == shown


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("titel: x", "'titel' is not understood"),
        ("title: [a, b]", "'title' is not one value"),
        ("about: [[a]]", "'about' is not one value"),
        ("about: &a [*a]", "cannot be read"),
        ("level: hard", "'hard' is not a level"),
        ("title: a: b", "cannot be read"),
        ("about: " + "[" * 3000, "cannot be read"),
        ("- a", "not a list of keys"),
    ],
)
def test_front_matter_nobody_understands_is_one_rejection(
    tmp_path: Path, front: str, words: str
) -> None:
    assert words in reason(tmp_path, front)


# --- visit texts -----------------------------------------------------------------------------


def day(days: int) -> str:
    return (date.today() + timedelta(days)).isoformat()


def test_a_visit_text_without_validity_is_taken_in_with_a_warning(tmp_path: Path) -> None:
    text = record(tmp_path, "kind: visit\ntitle: Hours")
    assert text.warnings == ("visit text without validity: Hours",)
    for front in ("valid_from: 2026-01-01", "valid_until: 2026-01-01"):
        assert record(tmp_path, f"kind: visit\n{front}").warnings == ()
    assert record(tmp_path, "kind: text").warnings == ()


def test_a_visit_text_is_about_no_object_because_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "hours 2026_fr.md").write_text("---\nkind: visit\nvalid_from: 2026-01-01\n---\nX.")
    (item,) = read_source(SourceSpec("s", "texts", tmp_path))
    assert isinstance(item, Record)
    assert (item.kind, item.about_numbers, item.fields[0].lang) == ("visit", (), "fr")


def test_a_text_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    said = reason(tmp_path, "valid_from: 2027-02-01\nvalid_until: 2027-01-31")
    assert said.startswith("The text is valid until 2027-01-31, before it begins on 2027-02-01.")


HOURS = {"past": (-90, -2), "later": (2, 90), "now": (-2, 2)}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one object and visit texts about it, of which one holds today."""
    folder = tmp_path_factory.mktemp("visits")
    (folder / "texts").mkdir()
    (folder / "o.csv").write_text("nr;number;title\n1;MOS 1;The lighthouse lamp\n")
    (folder / "o.toml").write_text(
        '[fields]\nnr = "id"\nnumber = "object_number"\ntitle = { field = "title", lang = "en" }\n'
    )
    for name, (begins, ends) in HOURS.items():
        (folder / "texts" / f"{name}.md").write_text(
            f"---\ntitle: Opening hours of the lighthouse {name}\nlang: en\nkind: visit\n"
            f"about: [MOS 1]\nvalid_from: {day(begins)}\nvalid_until: {day(ends)}\n---\n"
            f"The lighthouse lamp can be visited in the {name} season. Tickets: {len(name)} EUR."
        )
    ingest(
        folder / "data", f"csv:{folder / 'o.csv'}#{folder / 'o.toml'}", f"texts:{folder / 'texts'}"
    )
    return folder / "data"


def test_search_and_answers_never_use_a_visit_text_outside_its_days(visits: Path) -> None:
    explorer = open_explorer(Settings(data_dir=visits))
    for question in (
        "When can the lighthouse lamp be visited?", "opening hours past", "tickets later season",
        "MOS 1",
    ):  # fmt: skip
        searched = search(explorer, question, limit=100)
        assert {f.card.id for f in searched.hits} <= {"o:1", "texts:now"}
        assert {f.passage.record_id for f in searched.hits if f.passage} <= {"o:1", "texts:now"}
        answered = list(ask(Question(question, lang="en"), explorer))[-1].data
        assert isinstance(answered, Answer)
        assert {card.id for card in answered.records} <= {"o:1", "texts:now"}
        said = answered.text + repr(answered.statements)
        assert "past" not in said and "later" not in said
    listed = search(explorer, "", filters={"source": "texts"}, limit=100)
    assert [f.card.id for f in listed.hits] == ["texts:now"]
    assert listed.total == 1


@pytest.mark.parametrize(
    ("on", "held"),
    [(-91, set()), (-90, {"past"}), (-2, {"past", "now"}), (-1, {"now"}), (2, {"now", "later"}),
     (3, {"later"}), (90, {"later"}), (91, set())],
)  # fmt: skip
def test_a_text_holds_from_its_first_to_its_last_day(visits: Path, on: int, held: set[str]) -> None:
    folder = open_explorer(Settings(data_dir=visits)).serving().generation.folder
    catalogue = Catalogue(folder, lambda: day(on))
    about = catalogue.records(catalogue.texts_about("o:1"))
    assert {r.id for r in about} == {f"texts:{name}" for name in held}
    for name in HOURS:
        assert (catalogue.record(f"texts:{name}") is not None) == (name in held)
    every = catalogue.records(catalogue.matching({}).tolist())
    assert {r.id for r in every} == {"o:1", *(f"texts:{name}" for name in held)}


# --- files made to harm ----------------------------------------------------------------------

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CUE = "1\n00:00:01,000 --> 00:00:02,000\nx"
PAGE = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >>"
    " /XObject << /X 6 0 R >> >> /Contents 4 0 R >>"
)
WAVE = b"BT /F1 12 Tf (A wave.) Tj ET\n"


def hostile_pdf(drawn: bytes, *, kids: str = "3 0 R", root: str = "", form: bytes = b"") -> bytes:
    packed = paper.stream(zlib.compress(drawn), "/Filter /FlateDecode")
    itself = (
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return paper.of_objects(
        [root or "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>",
         f"<< /Type /Pages /Kids [{kids}] /Count 1 >>", PAGE, packed,
         "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", paper.stream(form, itself)],
        trailer="",
    )  # fmt: skip


def hostile_docx(folder: Path, name: str, body: str, head: str = "", **more: bytes) -> None:
    paper.docx(folder / name, "x")
    document = f'{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    media = {part.replace("__", "/"): content for part, content in more.items()}
    paper.repacked(folder / name, {"word/document.xml": document, **media})


ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghijklm"))
REFUSED = {
    "brackets.md": "more markup than words", "big.txt": "larger than 2 MB",
    "deep.html": "depth", "many.html": "far more parts", "deep.docx": "damaged",
    "xml.docx": "unpacks to far more", "many.docx": "unpacks to far more",
    "media.docx": "unpacks to far more", "lol.docx": "damaged", "xxe.docx": "DOCTYPE",
    "bomb.pdf": "far more time or memory", "bombs.pdf": "far more time or memory",
    "loop.pdf": "damaged", "nested.pdf": "far more time or memory", "many.pdf": "more pages",
}  # fmt: skip
READ = {"script.pdf": "A wave.", "form.pdf": "A wave.", "cut.srt": "x", "spaces.txt": "a"}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float]]:
    """What became of each hostile file and in how many seconds, and the memory of all: "peak"."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = {
        "brackets.md": "![](" * 200_000, "deep.html": "<div>" * 200_000, "spaces.txt":
        "a" + "\n \n" * 500_000, "many.html": "<p>x" * 700_000, "cut.srt": CUE + "\n\n." * 100_000,
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text)
    with (folder / "big.txt").open("wb") as file:
        file.truncate(200_000_000)
    hostile_docx(folder, "deep.docx", "<w:p>" * 200_000 + "</w:p>" * 200_000)
    hostile_docx(folder, "xml.docx", "a" * 21_000_000)
    hostile_docx(folder, "many.docx", "<w:p/>" * 700_000)
    hostile_docx(folder, "media.docx", "", word__media__a=bytes(151_000_000))
    hostile_docx(folder, "lol.docx", "<w:p>&m;</w:p>", f'<!DOCTYPE x [<!ENTITY a "a">{ENTITIES}]>')
    secret = (folder / "secret").as_uri()
    hostile_docx(
        folder, "xxe.docx", "<w:p>&a;</w:p>", f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret}">]>'
    )
    pdfs = {
        "script.pdf": hostile_pdf(WAVE), "loop.pdf": hostile_pdf(WAVE, kids="2 0 R 3 0 R"),
        "form.pdf": hostile_pdf(b"/X Do " + WAVE, form=b"/X Do /X Do"),
        "many.pdf": hostile_pdf(WAVE, kids="3 0 R " * 600),
        "bomb.pdf": hostile_pdf(b" " * 40_000_000), "bombs.pdf": hostile_pdf(WAVE * 600_000),
        "nested.pdf": hostile_pdf(WAVE, root="[" * 1_000_000),
    }  # fmt: skip
    for name, content in pdfs.items():
        (folder / name).write_bytes(content)
    code = (
        "import json, resource, sys, time; from pathlib import Path\n"
        "from ingest.sourcelist import read; from ingest.sourcespec import SourceSpec\n"
        "told = {}\n"
        "for name in sys.argv[2:]:\n"
        "    began = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime\n"
        "    item = list(read(SourceSpec('s', 'texts', Path(sys.argv[1], name))))[-1]\n"
        "    ended = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime\n"
        "    said = getattr(item, 'reason', '') or item.named('text')[0][1].text\n"
        "    told[name] = said[:200], ended - began\n"
        # Not its own ru_maxrss, which begins with the memory of the process that started it.
        "own = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "peak = max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "told['peak'] = '', peak * 1024\n"
        "print(json.dumps(told))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), *REFUSED, *READ],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return {name: (said, cost) for name, (said, cost) in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", [*REFUSED, *READ])
def test_a_file_made_to_harm_is_refused_or_read_rightly_in_time(
    outcomes: dict[str, tuple[str, float]], name: str
) -> None:
    said, seconds = outcomes[name]
    assert (REFUSED[name] in said) if name in REFUSED else said.startswith(READ[name])
    assert seconds < 5


def test_all_files_made_to_harm_together_need_little_memory(
    outcomes: dict[str, tuple[str, float]],
) -> None:
    assert outcomes["peak"][1] < 300_000_000
