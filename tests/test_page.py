"""The visitor's page as a person meets it: by keyboard, in a browser, from our own server only."""

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from explorer.api import build_app
from explorer.config import Settings
from explorer.pages.mounting import mount_pages
from explorer.wiring import open_explorer

WIDE, NARROW = (1280, 900), (390, 844)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PEARL = "Who painted the Girl with a Pearl Earring?"
ANSWERED = ".answer[aria-busy=false]"


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """The address of the whole application over a data folder, as visitors reach it."""
    explorer = open_explorer(Settings(data_dir=data_dir))
    app = mount_pages(build_app(explorer), explorer)
    own = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([own],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{own.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def address(sample_data: Path) -> Iterator[str]:
    with serving(sample_data) as address:
        yield address


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium of this machine; FileNotFoundError where none is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if not found:
        raise FileNotFoundError(f"no Chromium is installed (looked for {', '.join(names)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


def chromium_or_skip() -> Iterator[Browser]:
    """A Chromium; the test is skipped aloud where none is installed."""
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(chromium())
        except FileNotFoundError as error:
            pytest.skip(str(error))
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


@contextmanager
def visiting(
    browser: Browser, address: str, size: tuple[int, int] = WIDE, *, locale: str = "en-GB",
    dark: bool = False,
) -> Iterator[Page]:  # fmt: skip
    """The page, ready to be asked; it may speak to no other host and report no error."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, locale=locale,
        color_scheme="dark" if dark else "light", reduced_motion="reduce",
    )  # fmt: skip
    foreign: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if _foreign(r.url, address) else None)
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    with page.expect_response("**/gradio_api/queue/data*"):  # the words in the browser's language
        page.goto(address)
    page.locator("#question textarea").wait_for()
    yield page
    assert foreign == []
    assert errors == []
    page.close()


def _foreign(url: str, address: str) -> bool:
    return not url.startswith((address + "/", "data:"))


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".asked", has_text=question.strip()).wait_for()
    page.locator(ANSWERED).wait_for()


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


# --- in a browser ----------------------------------------------------------------------------


@pytest.mark.browser
def test_a_visitor_asks_and_reads_the_cited_words_by_keyboard_alone(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        tab_to(page, page.locator("#question textarea"))
        page.keyboard.type(PEARL)
        page.keyboard.press("Enter")
        page.locator(ANSWERED).wait_for()
        assert page.locator(".asked").inner_text() == PEARL
        assert "Johannes Vermeer" in page.locator(".facts").inner_text()

        quote = page.locator(".quote").first
        marker = quote.locator(".marker")
        words = quote.text_content().removesuffix(marker.text_content())
        tab_to(page, marker)
        page.keyboard.press("Enter")
        sheet = page.locator(".sheet:popover-open")
        sheet.wait_for()
        assert sheet.locator("mark").all_text_contents() == [words]
        assert focused(page) == words
        place = sheet.locator("mark").bounding_box()
        assert place
        assert 0 < place["y"] < place["y"] + place["height"] < WIDE[1]

        page.keyboard.press("Escape")
        sheet.wait_for(state="detached")
        assert marker.evaluate("element => element === document.activeElement")


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_on_the_page_shuts_anybody_out(
    browser: Browser, address: str, size: tuple[int, int], dark: bool
) -> None:
    with visiting(browser, address, size, dark=dark) as page:
        assert_accessible(page)
        page.locator("#language input").click()
        page.get_by_role("option").first.wait_for()
        assert_accessible(page)
        page.keyboard.press("Escape")
        ask(page, PEARL)
        assert_accessible(page)
        page.locator(".marker").last.click()
        page.locator(".sheet:popover-open").wait_for()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.locator("#question textarea").fill("x" * 2_001)
        page.keyboard.press("Enter")
        page.locator(".trouble").wait_for()
        assert_accessible(page)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_runs_over_the_edge(browser: Browser, address: str, width: int) -> None:
    with visiting(browser, address, (width, 800)) as page:
        ask(page, "Que voit-on sur la tapisserie de Bayeux ?")
        page.locator(".marker").first.click()
        page.locator(".sheet:popover-open").wait_for()
        wider = "e => e.scrollWidth - e.clientWidth"
        assert page.locator("html").evaluate(wider) <= 0
        assert page.locator(".sheet:popover-open").evaluate(wider) <= 0


@pytest.mark.browser
def test_a_card_opens_the_whole_record_and_its_button_closes_it(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, NARROW) as page:
        ask(page, PEARL)
        page.locator(".card").first.click(position={"x": 20, "y": 20})
        sheet = page.locator(".sheet:popover-open")
        assert sheet.get_by_role("heading").inner_text() == "Girl with a Pearl Earring"
        assert sheet.locator("mark").count() == 0
        assert focused(page) == "Close"
        page.keyboard.press("Enter")
        sheet.wait_for(state="detached")


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_cards_of_a_row_begin_on_one_line_with_their_markers(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    with visiting(browser, address, size) as page:
        ask(page, "What is known about the Great Wave?")
        places = page.locator(".card").evaluate_all("""cards => cards.map(card => {
            const top = wanted => card.querySelector(wanted).getBoundingClientRect().top;
            const title = card.querySelector('h3');
            const lines = title.offsetHeight / parseFloat(getComputedStyle(title).lineHeight);
            return [top('.picture'), top('h3'), top('.place'), Math.round(lines)];
        })""")
        assert max(lines for *_, lines in places) > 1
        assert all(abs(title - place) < 3 for _, title, place, _ in places)
        assert len({round(title - picture) for picture, title, _, _ in places}) == 1


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["de-DE", "sv-SE", "fr-FR", "it-IT", "pl-PL"])
def test_no_arrow_lies_on_the_chosen_language(browser: Browser, address: str, locale: str) -> None:
    with visiting(browser, address, NARROW, locale=locale) as page:
        box = page.locator("#language input")
        page.wait_for_function("document.documentElement.lang !== 'en'")
        box.focus()
        room = box.evaluate("""(input) => {
            const style = getComputedStyle(input);
            const pen = document.createElement('canvas').getContext('2d');
            pen.font = style.font;
            const arrow = document.querySelector('#language .dropdown-arrow');
            return arrow.getBoundingClientRect().left - input.getBoundingClientRect().left
              - pen.measureText(input.value).width;
        }""")
        assert room > 0
        assert box.evaluate("input => getComputedStyle(input).outlineStyle") == "none"
        frame = page.locator("#language .wrap:focus-within").last
        assert frame.evaluate("box => getComputedStyle(box).outlineStyle") != "none"


@pytest.mark.browser
def test_the_page_speaks_the_browsers_language_until_another_is_chosen(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, locale="de-AT") as page:
        page.get_by_role("heading", name="Fragen Sie die Sammlung").wait_for()
        assert page.locator("html").get_attribute("lang") == "de"
        page.locator("#language input").click()
        page.get_by_role("option", name="svenska").click()
        page.get_by_role("heading", name="Fråga samlingen").wait_for()
        assert page.locator("html").get_attribute("lang") == "sv"
        assert page.title().startswith("Fråga samlingen – ")
        assert page.locator("#go").inner_text() == "Fråga"


@pytest.mark.browser
def test_an_example_asks_at_once_in_its_own_language(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.locator(".example[lang=sv]").click()
        page.locator(ANSWERED).wait_for()
        assert page.locator(".answer").get_attribute("lang") == "sv"
        assert "Anders Zorn" in page.locator(".facts").first.inner_text()


@pytest.mark.browser
def test_a_hostile_question_is_only_words(browser: Browser, address: str) -> None:
    hostile = "<img src=//evil.example/x onerror=alert(1)> ${1+1} {{value}} ![x](//evil.example/y)"
    with visiting(browser, address) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        ask(page, hostile)
        assert page.locator(".asked").inner_text() == hostile


@pytest.mark.browser
def test_a_question_that_cannot_be_asked_stays_in_the_box(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        question = "x" * 2_001
        page.locator("#question textarea").fill(question)
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        told = page.get_by_role("alert").locator("p").all_inner_texts()
        assert told == [
            "The question is longer than 2000 characters.",
            "Please ask in fewer words.",
        ]
        assert page.locator("#question textarea").input_value() == question


@pytest.mark.browser
def test_a_page_without_a_collection_says_so_calmly(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as address, visiting(browser, address) as page:
        assert "No collection is open here yet." in page.locator(".introduction").inner_text()
        page.locator("#question textarea").fill(PEARL)
        page.keyboard.press("Enter")
        assert "No collection is open here yet." in page.get_by_role("alert").inner_text()


# --- at the door -----------------------------------------------------------------------------


def status(address: str, path: str, **sent: object) -> int:
    try:
        with urlopen(Request(address + path, **sent)) as response:  # type: ignore[arg-type]
            return int(response.status)
    except HTTPError as error:
        return error.code


def test_the_interface_keeps_its_addresses_before_the_page(address: str) -> None:
    with urlopen(address + "/healthz") as response:
        assert json.load(response) == {"alive": True}
    assert status(address, "/images/nobody") == 404
    assert status(address, "/api/about") == 200


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/info",
     "/gradio_api/proxy=https://museum.example/", "/gradio_api/run-history/buckets", "/monitoring",
     "/gradio_api/call/answer", "/gradio_api/vibe-code"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_page_does_not_need_of_gradio_is_not_there(
    address: str, path: str, method: str
) -> None:
    data = b"x" if method == "POST" else None
    assert status(address, path, method=method, data=data) == 404


@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_the_page_names_no_foreign_host(address: str, encoding: str) -> None:
    with urlopen(Request(address + "/", headers={"Accept-Encoding": encoding})) as response:
        page = response.read()
        assert int(response.headers["Content-Length"]) == len(page)
    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"'<>]+", page.decode())}
    assert hosts <= {"127.0.0.1", "www.w3.org"}
    assert b"gradio-app" in page
    assert not re.search(rb"(?:og|twitter):", page)


def test_more_than_a_question_is_not_taken_in(address: str) -> None:
    sent = {"data": b"x" * 64_001, "headers": {"content-type": "application/json"}}
    assert status(address, "/gradio_api/queue/join", **sent) == 413


def test_no_other_site_may_read_the_page(address: str) -> None:
    request = Request(address + "/config", headers={"Origin": "https://evil.example"})
    with urlopen(request) as response:
        assert "access-control-allow-origin" not in response.headers
