"""Two model servers in one, on a free port of this machine: Ollama's protocol and OpenAI's.

What each model says, and how it fails, is a `Script`. Every request is kept, with when its client
went away. Used as `with serving() as server: server.url`.
"""

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from explorer.backends.hashed import HashedEmbedder
from tests.model_lines import OllamaLines, OpenAILines

Failing = Literal[
    "", "hang", "hang-in-the-middle", "reset", "error-line", "cut", "busy", "broken", "refused",
    "endless", "garbage", "not-utf-8", "cannot-think", "loaded-only",
]  # fmt: skip

FOREVER = 3_600.0
EMBEDDER = "embedder"
WINDOW = 4_096
SAID = ("The ", "great ", "wave ", "was ", "printed ", "about ", "1831 ", "[1].")


@dataclass(frozen=True)
class Script:
    """What a model says, a piece per token, and how it fails after `after` pieces."""

    words: tuple[str, ...] = SAID
    thinking: tuple[str, ...] = ()
    failing: Failing = ""
    after: int = 3
    pause: float = 0.0
    """Seconds before each piece but the first."""
    cold: float = 0.0
    """Seconds before the first."""
    prompt_tokens: int | None = None
    """What it says it has read; counted where it is None."""
    size: int = 2_000_000_000
    """Bytes of its weights."""


Face = OllamaLines | OpenAILines
Says = Script | Callable[[dict[str, Any]], Script]

SCRIPTS: Mapping[str, Says] = {
    "good": Script(),
    "empty": Script(words=()),
    "thinking-only": Script(words=(), thinking=("Well, ", "let me see. ")),
    "thinking-first": Script(thinking=("Well, ", "let me see. ")),
    "truncated": Script(prompt_tokens=5),
    **{name: Script(failing=name) for name in Failing.__args__ if name},
}  # one model per way to fail, by its name


def in_pieces(text: str) -> tuple[str, ...]:
    """A text as a model would stream it: a word with its space at a time."""
    words = text.split(" ")
    return (*(f"{word} " for word in words[:-1]), words[-1])


@dataclass
class Asked:
    """One request: its path, headers and body; `gone` is set when its client went away."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    """Pieces sent so far."""


@dataclass
class Serving:
    """Where the server is, what it was asked, and how many chats it had at most at a time."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    most: int = 0
    now: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, path: str) -> list[Asked]:
        """The requests for one path, in order."""
        return [asked for asked in self.asked if asked.path == path]

    @property
    def chats(self) -> list[Asked]:
        """The requests for words, of either protocol."""
        return [asked for asked in self.asked if asked.path.endswith(("/chat", "/completions"))]


class _Gone(Exception):
    """The client has gone away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    serving: Serving
    scripts: Mapping[str, Says]
    asked: Asked

    def log_message(self, *told: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        self._answer(json.loads(self.rfile.read(size) or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.path, headers, body)
        self.serving.asked.append(self.asked)
        answers = {
            "/api/tags": self._tags, "/api/ps": self._tags, "/api/version": self._version,
            "/api/show": self._show, "/api/embed": self._embed, "/api/chat": self._chat,
            "/v1/models": self._models, "/v1/embeddings": self._embeddings,
            "/v1/chat/completions": self._completions,
        }  # fmt: skip
        try:
            answers.get(self.path, self._nowhere)()
        except (_Gone, OSError):
            self.asked.gone.set()
            self.close_connection = True

    # What is not streamed.

    def _json(self, content: Any, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _nowhere(self) -> None:
        self._json({"error": "404 page not found"}, 404)

    def _version(self) -> None:
        self._json({"version": "0.0-tests"})

    def _names(self) -> list[str]:
        return [*self.scripts, EMBEDDER]

    def _tags(self) -> None:
        sizes = {name: getattr(self.scripts.get(name), "size", 0) for name in self._names()}
        models = [
            {"name": f"{name}:latest", "model": f"{name}:latest", "digest": digest_of(name),
             "size": sizes[name], "modified_at": "2026-11-20T10:00:00Z",
             "details": {"family": "llama", "parameter_size": "1B"}}
            for name in self._names()
        ]  # fmt: skip
        self._json({"models": models})

    def _known(self, *, error: Callable[[str], Any]) -> str:
        """The model that is asked for; empty, and the error told, where there is none."""
        name = str(self.asked.body.get("model", "")).removesuffix(":latest")
        if name in self._names():
            return name
        self._json(error(name), 404)
        return ""

    def _show(self) -> None:
        if name := self._known(error=_missing):
            can = ["embedding"] if name == EMBEDDER else ["completion"]
            info = {"general.architecture": "llama", "llama.context_length": WINDOW}
            self._json({"details": {"family": "llama"}, "model_info": info, "capabilities": can})

    def _vectors(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = (3 * HashedEmbedder().embed_passages(texts)).tolist()
        return vectors

    def _embed(self) -> None:
        if self._known(error=_missing):
            vectors = self._vectors(self.asked.body["input"])
            self._json({"model": EMBEDDER, "embeddings": vectors, "prompt_eval_count": 9})

    def _models(self) -> None:
        self._json({"object": "list", "data": [{"id": name} for name in self._names()]})

    def _embeddings(self) -> None:
        if self._known(error=_missing_openai):
            rows = enumerate(self._vectors(self.asked.body["input"]))
            data = [{"object": "embedding", "index": i, "embedding": row} for i, row in rows]
            self._json({"object": "list", "data": data[::-1]})  # clients go by the index

    # What is streamed.

    def _chat(self) -> None:
        body = self.asked.body
        if not (name := self._known(error=_missing)):
            return
        if not body.get("messages"):
            self._json({"model": name, "done": True, "done_reason": "load"})
            return
        options = body.get("options", {})
        script, read = self._script(name)
        window = options.get("num_ctx", WINDOW)
        if script.failing == "cannot-think" and "think" in body:
            self._json({"error": f'"{name}" does not support thinking'}, 400)
        elif read > window and body.get("truncate") is False:
            self._json({"error": "the input length exceeds the context length"}, 400)
        elif self._stands(script, lambda told: {"error": told}):
            self._stream(
                OllamaLines(name, min(read, window)), script, options.get("num_predict", -1)
            )

    def _completions(self) -> None:
        body = self.asked.body
        if not (name := self._known(error=_missing_openai)):
            return
        script, read = self._script(name)
        if script.failing == "cannot-think" and "chat_template_kwargs" in body:
            self._json({"error": {"message": "extra fields not permitted"}}, 400)
        elif self._stands(script, lambda told: {"error": {"message": told, "code": 0}}):
            usage = body.get("stream_options", {}).get("include_usage", False)
            self._stream(OpenAILines(name, read, usage), script, body.get("max_tokens", -1))

    def _script(self, name: str) -> tuple[Script, int]:
        says = self.scripts.get(name, Script())
        script = says if isinstance(says, Script) else says(self.asked.body)
        counted = sum(len(m["content"]) for m in self.asked.body["messages"]) // 4 + 1
        return script, counted if script.prompt_tokens is None else script.prompt_tokens

    def _stands(self, script: Script, error: Callable[[str], Any]) -> bool:
        """Whether an answer is begun; the error is told where it is not."""
        refusals = {
            "busy": (503, "server busy, please try again.  maximum pending requests exceeded"),
            "broken": (500, "llama runner process has terminated: exit status 2"),
            "refused": (400, "invalid options"),
        }
        status, told = refusals.get(script.failing, (200, ""))
        if told:
            self._json(error(told), status)
        return not told

    def _stream(self, face: Face, script: Script, most: int) -> None:
        with self.serving.lock:
            self.serving.now += 1
            self.serving.most = max(self.serving.most, self.serving.now)
        try:
            self._pieces(face, script, most)
        finally:
            with self.serving.lock:
                self.serving.now -= 1

    def _pieces(self, face: Face, script: Script, most: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", face.type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._wait(FOREVER if script.failing == "hang" else script.cold)
        pieces = [("thinking", word) for word in script.thinking]
        pieces += [("words", word) for word in self._until_stopped(script.words)]
        if script.failing == "loaded-only":
            pieces = []
        endless = script.failing == "endless"
        count = 0
        while count < len(pieces) or endless:
            fails = script.failing and not endless and count == script.after
            if fails and not self._failed(face, script.failing):
                return
            if 0 <= most <= count and not endless:
                break
            if count:
                self._wait(script.pause or (0.001 if endless else 0.0))
            part, word = pieces[count % len(pieces)]
            self._send(face.piece(word, thinking=part == "thinking"))
            count += 1
            self.asked.sent = count
        reason = "length" if count < len(pieces) else "stop"
        self._send(face.end("load" if script.failing == "loaded-only" else reason, count))
        self._chunk(b"")

    def _until_stopped(self, words: tuple[str, ...]) -> tuple[str, ...]:
        body = self.asked.body
        said = "".join(words)
        ends = [said.find(stop) for stop in body.get("options", body).get("stop") or ()]
        end = min((at for at in ends if at >= 0), default=-1)
        return words if end < 0 else in_pieces(said[:end])

    def _failed(self, face: Face, failing: Failing) -> bool:
        """Whether the stream goes on after it has failed in this way."""
        if failing == "hang-in-the-middle":
            self._wait(FOREVER)
        elif failing == "reset":
            linger = struct.pack("ii", 1, 0)  # closing sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.wfile.close()
            self.rfile.close()
            self.connection.close()
            self.close_connection = True
            return False
        elif failing == "error-line":
            self._send(face.error("an error was encountered while running the model"))
            self._chunk(b"")
            return False
        elif failing == "cut":
            self._chunk(b"")
            return False
        elif failing == "garbage":
            self._send(b"\x1f\x8b\x00 <html>no model here</html>\n")
        elif failing == "not-utf-8":
            self._send(face.piece("caf", thinking=False).replace(b"caf", b"caf\xe9"))
        return True

    def _send(self, line: bytes) -> None:
        self._wait(0.0)
        self._chunk(line)

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()

    def _wait(self, seconds: float) -> None:
        """Nothing, after so many seconds; at once where the client has gone."""
        until = time.monotonic() + seconds
        left = seconds
        while select.select([self.connection], [], [], left)[0]:
            if not self.connection.recv(1, socket.MSG_PEEK):
                raise _Gone
            left = max(0.0, until - time.monotonic())  # it asks for more: that has to wait
            if not left:
                return


def _missing(name: str) -> dict[str, Any]:
    return {"error": f"model '{name}' not found"}


def _missing_openai(name: str) -> dict[str, Any]:
    return {"error": {"message": f"The model `{name}` does not exist.", "code": 404}}


def digest_of(name: str) -> str:
    """The digest the server gives for a model of this name."""
    return name.encode().hex().ljust(64, "0")[:64]


def closed_url() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def serving(scripts: Mapping[str, Says] | None = None) -> Iterator[Serving]:
    """The server with a model per way to fail, and those of `scripts`; Ollama at its `url`,
    OpenAI's protocol below `url`/v1.
    """

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 256

        def handle_error(self, *told: Any) -> None:
            """Nothing."""

    held = Serving("")
    own = {"serving": held, "scripts": {**SCRIPTS, **(scripts or {})}}
    handler = type("Handler", (_Handler,), own)
    with Server(("127.0.0.1", 0), handler) as server:
        held.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()
