"""A real HTTP server on this machine, for the tests of what is fetched."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Said:
    """What the server answers; `stream` writes the body by itself where it is given."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: Callable[[Any], None] | None = None


@dataclass
class Asked:
    """The server's address, and what it was asked for: paths with their queries, and headers."""

    address: str
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(
    answer: Callable[[str, dict[str, str]], Said], private: ssl.SSLContext | None = None
) -> Iterator[Asked]:
    """A server that answers each path with what `answer` says to it, over TLS with `private`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.paths.append(self.path)
            asked.headers.append(headers)
            said = answer(self.path, headers)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.stream is None:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            try:
                if said.stream is None:
                    self.wfile.write(said.body)
                else:
                    said.stream(self.wfile)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *told: Any) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *told: Any) -> None:
            """Nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        scheme = "https" if private else "http"
        if private:
            server.socket = private.wrap_socket(server.socket, server_side=True)
        asked = Asked(f"{scheme}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()
