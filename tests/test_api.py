"""The HTTP interface, as docs and the widget rely on it."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from explorer.api import build_app
from explorer.config import Settings
from explorer.wiring import Explorer, open_explorer
from tests.conftest import ingest

QUESTION = {"text": "Who painted the girl with the pearl earring?", "lang": "en"}


def events(text: str) -> list[tuple[str, object]]:
    blocks = (block.split("\n", 1) for block in text.strip().split("\n\n"))
    return [(n.removeprefix("event: "), json.loads(d.removeprefix("data: "))) for n, d in blocks]


def test_asking_for_json_gives_one_answer(client: TestClient) -> None:
    given = client.post("/api/ask", json=QUESTION).json()
    wanted = (
        "text lang kind outcome generated model statements records total groups filters notices"
    )
    assert {*wanted.split(), "generation", "took_ms"} <= given.keys()
    assert "Johannes Vermeer" in given["text"]
    citation = given["statements"][1]["citations"][0]
    assert {"marker", "record_id", "field", "lang", "quote", "start", "end",
            "support"} <= citation.keys()  # fmt: skip


def test_asking_for_events_streams_the_same_answer(client: TestClient) -> None:
    headers = {"accept": "text/event-stream"}
    response = client.post("/api/ask", json=QUESTION, headers=headers)
    told = events(response.text)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert [name for name, _ in told][:3] == ["plan", "sources", "statement"]
    last = told[-1]
    assert last[0] == "answer"
    assert isinstance(last[1], dict)
    statements = [data for name, data in told if name == "statement"]
    assert last[1]["statements"] == statements
    whole = client.post("/api/ask", json=QUESTION).json()
    assert whole["statements"] == statements


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": ""}, 422, "text"),
        ({"text": "x" * 5000}, 422, "text"),
        ({"txt": "Who?"}, 422, "text"),
        ({"text": "Who?", "colour": "red"}, 422, "colour"),
        ({"text": 5}, 422, "text"),
        ({"text": "Who?", "filters": {"colour": "red"}}, 422, "filters.colour"),
        ({"text": "Who?", "filters": {"from": "once"}}, 422, "filters.from"),
        ([], 422, None),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_bad_question_is_refused_with_problem_and_remedy(
    client: TestClient, body: object, status: int, field: str | None, accept: str
) -> None:
    response = client.post("/api/ask", json=body, headers={"accept": accept})
    if response.status_code == 200:
        name, told = events(response.text)[-1]
        assert name == "error"
    else:
        assert response.status_code == status
        told = response.json()
        assert told.get("field") == field or field is None
    assert isinstance(told, dict)
    assert told["problem"].strip().endswith((".", "!"))
    assert told["remedy"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/ask", '{"text": "Who? \\ud800"}'),
        ("/api/search", '{"q": "a \\ud800"}'),
        ("/api/search", '{"q": "a", "filters": {"maker": "\\udfff"}}'),
        ("/api/search", '{"q": "", "filters": {"to": 10000000000000000000}}'),
        ("/api/ask", '{"text": "Who?", "filters": {"from": 1e24}}'),
        ("/api/search", '{"q": "", "offset": 9223372036854775808}'),
        ("/api/search", '{"q": "", "limit": 0}'),
        ("/api/search", '{"q": "x", "sort": "colour"}'),
        ("/api/ask", '{"text": '),
        ("/api/ask", "[" * 5000),
    ],
)
def test_no_body_makes_the_server_stumble(client: TestClient, path: str, body: str) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert {"problem", "remedy"} <= response.json().keys()


def test_a_body_that_is_no_json_is_said_so_in_words(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    told = client.post("/api/ask", content='{"text": ', headers=headers).json()
    assert told["problem"] == "What was sent is not valid JSON."


def test_an_error_of_ours_says_nothing_of_what_was_typed(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("CANARY in the message")

    monkeypatch.setattr("explorer.api.answer", stumble)
    monkeypatch.setattr("explorer.api.ask", stumble)
    with TestClient(build_app(explorer)) as client:
        for accept in ("application/json", "text/event-stream"):
            headers = {"accept": accept}
            response = client.post("/api/ask", json={"text": "CANARY?"}, headers=headers)
            assert "problem" in response.text
            assert "CANARY" not in response.text
    told = capfd.readouterr()
    assert "CANARY" not in caplog.text + told.out + told.err
    assert "RuntimeError" in caplog.text


def test_an_id_with_a_slash_reaches_its_record(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('[fields]\nnr = "id"\ntitel = "title"\n')
    (tmp_path / "t.csv").write_text("nr;titel\n2001/45 a;Vas\n")
    ingest(tmp_path / "data", f"csv:{tmp_path}/t.csv#{tmp_path}/map.toml")
    app = build_app(open_explorer(Settings(data_dir=tmp_path / "data")))
    with TestClient(app) as client:
        record_id = client.post("/api/search", json={}).json()["hits"][0]["card"]["id"]
        assert record_id == "t:2001%2F45%20a"
        for path in (record_id, quote(record_id, safe="")):
            assert client.get(f"/api/records/{path}").json()["id"] == record_id


def test_a_question_of_5000_characters_is_refused_not_cut(client: TestClient) -> None:
    told = client.post("/api/ask", json={"text": "wave " * 1000, "lang": "de"}).json()
    assert "2000" in told["problem"] or "2.000" in told["problem"]
    assert "statements" not in told


def test_too_large_a_body_is_413_and_other_types_are_415(client: TestClient) -> None:
    large = client.post("/api/ask", json={"text": "x" * 70_000})
    other = client.post("/api/ask", content="text=Who", headers={"content-type": "text/plain"})
    assert (large.status_code, other.status_code) == (413, 415)
    for refused in (large, other):
        assert {"problem", "remedy"} <= refused.json().keys()


def test_a_search_gives_hits_facets_total_and_plan(client: TestClient) -> None:
    told = client.post("/api/search", json={"q": "pearl", "limit": 3}).json()
    assert told["hits"][0]["card"]["title"] == "Girl with a Pearl Earring"
    assert told["hits"][0]["passage"]["text"]
    assert told["hits"][0]["score"] > 0
    assert {"value", "label", "count"} == told["facets"]["maker"][0].keys()
    assert told["plan"]["words"] == ["pearl"]


def test_a_search_by_filters_alone_counts_exactly_and_pages_reach_everything(
    client: TestClient,
) -> None:
    filters = {"gender": "female"}
    first = client.post("/api/search", json={"filters": filters, "limit": 7}).json()
    seen = []
    for offset in range(0, first["total"], 7):
        body = {"filters": filters, "limit": 7, "offset": offset}
        seen += [h["card"]["id"] for h in client.post("/api/search", json=body).json()["hits"]]
    assert len(seen) == len(set(seen)) == first["total"] >= 15
    whole = client.post("/api/records", json={"filters": filters}).json()
    assert whole["total"] == first["total"] == len(whole["records"])
    assert {r["id"] for r in whole["records"]} == set(seen)


@pytest.mark.parametrize(
    ("filters", "inside"),
    [({"from": -4000, "to": 0}, "Bust of Nefertiti"),
     ({"maker": ["Mary Cassatt", "Judith Leyster"]}, "The Child's Bath"),
     ({"number": "mosk2001-0456-12"}, "Marine timekeeper H4"),
     ({"has_image": True}, "Under the Wave off Kanagawa (The Great Wave)")],
)  # fmt: skip
def test_filters_choose_records(
    client: TestClient, filters: dict[str, object], inside: str
) -> None:
    told = client.post("/api/search", json={"filters": filters, "limit": 100}).json()
    titles = {hit["card"]["title"] for hit in told["hits"]}
    assert inside in titles
    assert told["total"] < 40


def test_a_record_is_found_by_id_and_by_number(client: TestClient) -> None:
    by_id = client.get("/api/records/paintings:1003").json()
    by_number = client.get("/api/records", params={"number": "mos 1003"}).json()
    assert by_id == by_number
    assert by_id["makers"][0]["name"] == "Johannes Vermeer"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/records/nobody:1", 404), ("/api/records?number=none", 404),
     ("/api/records/paintings:1003?format=ris", 400), ("/images/paintings:1003x", 404),
     ("/api/phrases/xx", 404), ("/api/nothing", 404), ("/images/..%2f..%2fmanifest.json", 404)],
)  # fmt: skip
def test_what_is_not_there_is_said_so(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert {"problem", "remedy"} <= response.json().keys()


def test_a_picture_is_a_small_thumbnail_from_our_own_server(client: TestClient) -> None:
    body = {"filters": {"has_image": True}, "limit": 100}
    cards = [hit["card"] for hit in client.post("/api/search", json=body).json()["hits"]]
    shown = [card for card in cards if card["image"]]
    assert len(shown) >= 8
    for card in shown:
        response = client.get(card["image"], headers={"Accept": "image/webp"})
        assert response.headers["content-type"] == "image/webp"
        assert len(response.content) <= 40_000
        assert card["alt"]


def test_phrases_about_and_health(client: TestClient) -> None:
    assert client.get("/api/phrases/sv").json()["page.ask"]
    about = client.get("/api/about").json()
    assert about["generated"] is False
    assert sum(about["records"].values()) == 293
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json()["ready"] is True


def test_the_page_of_calls_and_its_document_ask_nothing_of_others(client: TestClient) -> None:
    page = client.get("/api").text
    assert "/api/ask" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    document = client.get("/api/openapi.json").json()
    assert {"/api/ask", "/api/search", "/api/records/{record_id}", "/api/about"} <= set(
        document["paths"]
    )


def test_without_a_collection_the_service_says_it_is_not_ready(tmp_path: Path) -> None:
    empty = open_explorer(Settings(data_dir=tmp_path))
    with TestClient(build_app(empty), raise_server_exceptions=False) as client:
        response = client.post("/api/ask", json=QUESTION)
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert {"problem", "remedy"} == response.json().keys()
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_every_response_keeps_its_content_type_and_address_to_itself(client: TestClient) -> None:
    for path in ("/api/about", "/api/nothing", "/api", "/images/x"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
