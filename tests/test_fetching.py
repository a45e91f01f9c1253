"""What is fetched from other servers: from hosts staff named only, and with an end to it all."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import ExplorerError, WrongUse
from ingest import connecting
from ingest.fetching import LONGEST_WAIT, Fetcher, Limits, host_name, named_hosts, target_of
from ingest.sourcelist import load_sources
from tests.local_server import Said, serving

HERE = "127.0.0.1"
PRIVATE = ["10.1.2.3", "192.168.0.7", "172.16.0.1", "fd00::1", "::ffff:10.1.2.3"]
NEVER = [
    "127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "240.0.0.1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address",
]  # fmt: skip


def fetcher(*hosts: str, **named: Any) -> Fetcher:
    return Fetcher(hosts or (HERE,), wait=named.pop("wait", unwaited), **named)


def unwaited(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} seconds")


def moved(to: str) -> Said:
    return Said(status=302, headers={"Location": to})


def never_resolved(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} was resolved")


def test_what_a_named_host_has_is_fetched_with_nothing_told_about_us() -> None:
    with serving(lambda path, headers: Said(b"page", headers={"Set-Cookie": "a=b"})) as server:
        ours = fetcher()
        assert ours.get(f"{server.address}/a b?x=é").content == b"page"
        ours.get(server.address)
    assert server.paths == ["/a%20b?x=%C3%A9", "/"]
    assert server.headers[0].keys() == {"host", "user-agent", "accept", "accept-encoding"}
    assert server.headers[0]["user-agent"] == "collection-explorer"
    assert "cookie" not in server.headers[1]


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(lambda path, headers: Said(b"direct")) as server:
        assert fetcher().get(server.address).content == b"direct"


@pytest.mark.parametrize(
    "address",
    ["http://evil.example/x", "http://127.0.0.2/", "http://localhost/", "http://127.0.0.1.evil.example/"],
)  # fmt: skip
def test_a_host_that_nobody_named_is_not_even_resolved(address: str) -> None:
    with pytest.raises(ExplorerError, match="not among the hosts"):
        fetcher(resolve=never_resolved).get(address)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "//127.0.0.1/x", "127.0.0.1/x", "http://", "http:///x",
     "http://user@127.0.0.1/", "http://u:p@127.0.0.1/", "http://127.0.0.1:99999/",
     "http://127.0.0.1:x/", "http://[::1/", "http://127.0.0.1\\@evil.example/", "http://127.0.0.1/\n",
     "http://127.0.0.1\t/", "http://a..b/", "http://[fe80::1%25eth0]/", "http://ex ample/", ""],
)  # fmt: skip
def test_what_is_no_web_address_or_holds_a_password_is_refused(address: str) -> None:
    with pytest.raises(WrongUse):
        fetcher("127.0.0.1", "user", "evil.example", resolve=never_resolved).get(address)


def test_names_of_hosts_are_compared_however_they_are_written() -> None:
    assert host_name("MEDIA.Museum.example.") == "media.museum.example"
    assert host_name("müseum.example") == host_name("xn--mseum-kva.example")
    assert host_name("[::1]") == host_name("0:0::1") == "::1"
    assert str(target_of("HTTPS://MEDIA.example:443/a#part")) == "https://media.example/a"
    assert str(target_of("http://[::1]:81?a=b")) == "http://[::1]:81/?a=b"


@pytest.mark.parametrize("named", ["https://a.example", "a.example/x", "a b", "", 7, "*.example"])
def test_a_list_of_hosts_holds_names_only(named: object) -> None:
    with pytest.raises(WrongUse, match="not the name of a host"):
        named_hosts(["media.museum.example", named])


def test_a_list_of_sources_names_hosts(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    told = '[[source]]\nname = "s"\nspec = "lido:x.xml"\nhosts = '
    file.write_text(told + '["Media.museum.example", "10.0.0.7"]')
    assert load_sources(file)[0].hosts == ("media.museum.example", "10.0.0.7")
    file.write_text(told + '["https://media.museum.example/"]')
    with pytest.raises(WrongUse, match="not the name of a host") as refused:
        load_sources(file)
    assert 'hosts = ["media.museum.example"]' in refused.value.remedy
    file.write_text(told + '"media.museum.example"')
    with pytest.raises(WrongUse, match="must be a list"):
        load_sources(file)


def test_a_name_is_resolved_once_and_exactly_that_address_is_asked() -> None:
    resolved: list[str] = []
    with serving(lambda path, headers: Said(headers["host"].encode())) as server:
        port = server.address.rpartition(":")[2]

        def resolve(host: str, at: int) -> list[str]:
            resolved.append(host)
            return ["127.0.0.1"]

        address = f"http://localhost:{port}/"
        assert (
            fetcher("localhost", resolve=resolve).get(address).content
            == f"localhost:{port}".encode()
        )
    assert resolved == ["localhost"]


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("own", [True, False])
def test_a_name_that_leads_to_this_machine_or_nowhere_is_refused(address: str, own: bool) -> None:
    hosts: dict[str, Any] = (
        {"hosts": ["museum.example"]} if own else {"hosts": [], "also": "museum.example"}
    )
    ours = Fetcher(**hosts, resolve=lambda host, port: [address], wait=unwaited)
    with pytest.raises(ExplorerError, match="not a public address"):
        ours.get("http://museum.example/")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_must_stand_in_hosts(address: str) -> None:
    ours = Fetcher((), "museum.example", resolve=lambda host, port: [address], wait=unwaited)
    with pytest.raises(ExplorerError, match="not a public address"):
        ours.get("http://museum.example/")
    named = Fetcher(["museum.example"], resolve=lambda host, port: [address])
    assert named._addresses("museum.example", 80) == [address]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    ours = Fetcher((), "museum.example", resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(ExplorerError, match=r"10\.0\.0\.1"):
        ours.get("http://museum.example/")


def test_localhost_may_only_be_this_machine() -> None:
    ours = fetcher("localhost", resolve=lambda host, port: ["93.184.216.34"])
    with pytest.raises(ExplorerError, match="localhost leads to"):
        ours.get("http://localhost/")


@pytest.mark.parametrize(
    "onward",
    ["http://evil.example/", "//evil.example/", "file:///etc/passwd", "http://127.0.0.2/",
     "http://u:p@127.0.0.1/", "gopher://127.0.0.1/"],
)  # fmt: skip
def test_every_redirect_is_checked_like_the_first_address(onward: str) -> None:
    with serving(lambda path, headers: moved(onward)) as server, pytest.raises(ExplorerError):
        fetcher(resolve=never_resolved).get(server.address)
    assert server.paths == ["/"]


def test_a_redirect_to_a_named_host_is_followed_and_the_end_is_told() -> None:
    pages = {"/a": moved("/b?c"), "/b?c": Said(b"end")}
    with serving(lambda path, headers: pages[path]) as server:
        fetched = fetcher().get(f"{server.address}/a")
    assert (fetched.content, fetched.address) == (b"end", f"{server.address}/b?c")


def test_redirects_have_an_end() -> None:
    with serving(lambda path, headers: moved("/again")) as server:
        with pytest.raises(ExplorerError, match="without end"):
            fetcher(limits=Limits(hops=3)).get(server.address)
        assert len(server.paths) == 4


@pytest.mark.parametrize("announced", [True, False])
def test_more_bytes_than_allowed_are_not_taken(announced: bool) -> None:
    written: list[int] = []

    def pour(out: Any) -> None:
        for _ in range(1000):
            out.write(b"x" * 10_000)
            written.append(10_000)

    answer = Said(b"x" * 30_000) if announced else Said(stream=pour)
    with (
        serving(lambda path, headers: answer) as server,
        pytest.raises(ExplorerError, match="larger than 20 kB"),
    ):
        fetcher(limits=Limits(content=20_000)).get(server.address)
    assert sum(written) < 10_000_000


def test_packed_content_is_unpacked_and_a_bomb_of_it_refused() -> None:
    pages = {"/page": gzip.compress(b"page"), "/bomb": gzip.compress(b"0" * 50_000_000)}

    def answer(path: str, headers: dict[str, str]) -> Said:
        return Said(pages[path], headers={"Content-Encoding": "gzip"})

    with serving(answer) as server:
        ours = fetcher(limits=Limits(content=1_000_000))
        assert ours.get(f"{server.address}/page").content == b"page"
        tracemalloc.start()
        with pytest.raises(ExplorerError, match="larger than 1,000 kB"):
            ours.get(f"{server.address}/bomb")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 10_000_000


@pytest.mark.parametrize("packed", ["gzip, gzip", "br", "deflate"])
def test_a_way_of_packing_that_was_not_asked_for_is_refused(packed: str) -> None:
    with (
        serving(lambda path, headers: Said(b"x", headers={"Content-Encoding": packed})) as server,
        pytest.raises(ExplorerError, match="not asked for"),
    ):
        fetcher().get(server.address)


@pytest.mark.parametrize(
    "answer",
    [Said(gzip.compress(b"page" * 1000)[:-20], headers={"Content-Encoding": "gzip"}),
     Said(b"no gzip", headers={"Content-Encoding": "gzip"}),
     Said(headers={"Content-Length": "10"}, stream=lambda out: out.write(b"half"))],
)  # fmt: skip
def test_an_answer_that_breaks_off_is_asked_for_again_and_not_taken(answer: Said) -> None:
    waits: list[float] = []
    with serving(lambda path, headers: answer) as server:
        with pytest.raises(ExplorerError):
            fetcher(limits=Limits(tries=2), wait=waits.append).get(server.address)
        assert len(server.paths) == 2
    assert waits == [1]


@pytest.mark.parametrize("drip", [b"x", b""])
def test_a_server_that_drips_ends_at_the_deadline(drip: bytes) -> None:
    done = threading.Event()

    def slowly(out: Any) -> None:
        while not done.wait(0.05):
            out.write(drip)
            out.flush()

    began = time.monotonic()
    with serving(lambda path, headers: Said(stream=slowly)) as server:
        with pytest.raises(ExplorerError, match="took too long"):
            fetcher(limits=Limits(seconds=0.3)).get(server.address)
        done.set()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_drips_its_headers_or_says_nothing_ends_too(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(connecting, "_CONNECTING", 0.3)
    done = threading.Event()

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX: " if scheme == "http" else b"")
            while not done.wait(0.05):
                line.sendall(b"y" if scheme == "http" else b"")

    with socket.create_server((HERE, 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(ExplorerError, match=r"took too long|could not be asked"):
            fetcher(limits=Limits(seconds=0.3, tries=1)).get(
                f"{scheme}://{HERE}:{listening.getsockname()[1]}/"
            )
        assert time.monotonic() - began < 2
        done.set()
        thread.join()


def test_redirects_share_one_deadline() -> None:
    held = threading.Event()

    def answer(path: str, headers: dict[str, str]) -> Said:
        held.wait(0.1)
        return moved("/again")

    with serving(answer) as server:
        with pytest.raises(ExplorerError, match="took too long"):
            fetcher(limits=Limits(seconds=0.25, hops=1000)).get(server.address)
        assert len(server.paths) < 5
        held.set()


def busy(times: int, status: int, headers: dict[str, str]) -> Callable[[str, dict[str, str]], Said]:
    left = [times]

    def answer(path: str, asked: dict[str, str]) -> Said:
        left[0] -= 1
        return Said(b"at last") if left[0] < 0 else Said(b"busy", status, headers)

    return answer


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "waited"),
    [("7", 7), ("0", 0), ("99999999999", LONGEST_WAIT), ("-5", 1), ("soon", 1), ("", 1),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Fri, 21 Oct 2095 07:28:00 GMT", LONGEST_WAIT)],
)  # fmt: skip
def test_a_busy_server_is_given_the_time_it_asks_for(status: int, told: str, waited: float) -> None:
    waits: list[float] = []
    with serving(busy(1, status, {"Retry-After": told})) as server:
        assert fetcher(wait=waits.append).get(server.address).content == b"at last"
    assert waits == [waited]


def test_a_date_to_come_back_at_is_waited_for() -> None:
    waits: list[float] = []
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    with serving(busy(1, 503, {"Retry-After": at})) as server:
        fetcher(wait=waits.append).get(server.address)
    assert 95 < waits[0] <= 100


def test_a_server_that_stays_busy_is_left_alone_in_the_end() -> None:
    waits: list[float] = []
    with serving(busy(9, 503, {})) as server:
        with pytest.raises(ExplorerError, match="too busy"):
            fetcher(wait=waits.append).get(server.address)
        assert len(server.paths) == 4
    assert waits == [1, 2, 4]


def test_a_server_that_is_down_is_tried_again_with_growing_pauses() -> None:
    waits: list[float] = []
    with serving(lambda path, headers: Said()) as server:
        address = server.address
    with pytest.raises(ExplorerError, match="could not be asked"):
        fetcher(wait=waits.append).get(address)
    assert waits == [1, 2, 4]


def test_a_name_that_nobody_bears_is_said_so() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    with pytest.raises(ExplorerError, match=r"no host called museum\.example"):
        fetcher("museum.example", resolve=resolve, limits=Limits(tries=1)).get(
            "https://museum.example"
        )


def test_another_status_is_given_as_it_is() -> None:
    with serving(lambda path, headers: Said(b"gone", 404)) as server:
        assert fetcher().get(server.address).status == 404


def test_an_endless_header_is_refused() -> None:
    with (
        serving(lambda path, headers: Said(headers={"X": "y" * 300_000})) as server,
        pytest.raises(ExplorerError, match="could not be asked"),
    ):
        fetcher(limits=Limits(tries=1)).get(server.address)


def keys(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """What a server of this name proves itself with, and its certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-subj", "/CN=a", "-addext", f"subjectAltName={name}", "-keyout", key,
         "-out", certificate], check=True, capture_output=True,
    )  # fmt: skip
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)
    return ours, certificate


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes keys, is not here")
@pytest.mark.parametrize("name", ["localhost", "museum.example"])
def test_a_certificate_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ours, certificate = keys(tmp_path, f"DNS:{name}")
    monkeypatch.setattr(
        connecting, "_trusted", lambda: ssl.create_default_context(cafile=certificate)
    )
    asking = fetcher("localhost", resolve=lambda host, port: [HERE], limits=Limits(tries=1))
    with serving(lambda path, headers: Said(b"private"), ours) as server:
        address = server.address.replace(HERE, "localhost")
        if name == "localhost":
            assert asking.get(address).content == b"private"
        else:
            with pytest.raises(ExplorerError, match="could not be asked"):
                asking.get(address)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes keys, is not here")
def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    ours, _ = keys(tmp_path, "IP:127.0.0.1")
    with (
        serving(lambda path, headers: Said(b"private"), ours) as server,
        pytest.raises(ExplorerError, match="could not be asked"),
    ):
        fetcher(limits=Limits(tries=1)).get(server.address)
