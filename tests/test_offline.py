"""Nothing here reaches any network: ingest, ask and serve with every foreign socket refused."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

GUARD = """
import os, socket

def _loopback(address):
    if not isinstance(address, tuple):
        return True  # a Unix socket
    return str(address[0]) in ("127.0.0.1", "::1", "localhost", "0.0.0.0")

def _refuse(what):
    with open(os.environ["TOUCHED"], "a") as file:
        file.write(f"{what}\\n")
    raise OSError(f"the test refuses {what}")

class Guarded(socket.socket):
    def connect(self, address):
        return super().connect(address) if _loopback(address) else _refuse(address)
    def connect_ex(self, address):
        return super().connect_ex(address) if _loopback(address) else _refuse(address)
    def sendto(self, data, *rest):
        return super().sendto(data, *rest) if _loopback(rest[-1]) else _refuse(rest[-1])

_resolve = socket.getaddrinfo
def getaddrinfo(host, *rest, **named):
    if host in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0"):
        return _resolve(host, *rest, **named)
    _refuse(host)

socket.socket = Guarded
socket.getaddrinfo = getaddrinfo
"""

SERVE = """
import threading, time, urllib.request, json, sys
from pathlib import Path
import uvicorn
from explorer.api import build_app
from explorer.config import Settings
from explorer.pages.mounting import mount_pages
from explorer.wiring import open_explorer
explorer = open_explorer(Settings(data_dir=Path("data")))
server = uvicorn.Server(uvicorn.Config(mount_pages(build_app(explorer), explorer), port=0,
                                       log_level="error"))
thread = threading.Thread(target=server.run, daemon=True)
thread.start()
for _ in range(6000):
    if server.started:
        break
    thread.join(0.01)
port = server.servers[0].sockets[0].getsockname()[1]
base = f"http://127.0.0.1:{port}"
page = urllib.request.urlopen(base + "/").read()
assert b"gradio" in page
body = json.dumps({"text": "Wer malte den Mönch am Meer?"}).encode()
asked = urllib.request.Request(base + "/api/ask", body, {"Content-Type": "application/json"})
assert "Friedrich" in urllib.request.urlopen(asked).read().decode()
server.should_exit = True
thread.join(20)
print("served")
"""


def guarded(code: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The outcome of a Python command in which foreign sockets are refused and written down."""
    guard = folder / "guard"
    guard.mkdir(exist_ok=True)
    (guard / "sitecustomize.py").write_text(GUARD, "utf-8")
    path = os.pathsep.join([str(guard), str(ROOT)])
    environ = {**os.environ, "PYTHONPATH": path, "TOUCHED": str(folder / "touched.txt")}
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        environ.pop(proxy, None)
    return subprocess.run(
        [sys.executable, *code], cwd=folder, env=environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def touched(folder: Path) -> str:
    """The foreign addresses that were tried."""
    file = folder / "touched.txt"
    return file.read_text() if file.exists() else ""


def test_the_guard_refuses_a_foreign_address(tmp_path: Path) -> None:
    code = "import urllib.request; urllib.request.urlopen('http://museum.example/')"
    assert guarded(["-c", code], tmp_path).returncode != 0
    assert "museum.example" in touched(tmp_path)


def test_ingest_ask_and_serve_reach_no_network(tmp_path: Path) -> None:
    sources = str(ROOT / "ingest" / "sample" / "sources.toml")
    ingested = guarded(["-m", "ingest", "run", "--sources", sources], tmp_path)
    assert ingested.returncode == 0, ingested.stderr
    asked = guarded(["-m", "explorer", "ask", "Who painted the girl with the pearl?"], tmp_path)
    assert "Vermeer" in asked.stdout, asked.stderr
    served = guarded(["-c", SERVE], tmp_path)
    assert served.stdout.strip() == "served", served.stderr
    assert touched(tmp_path) == ""
