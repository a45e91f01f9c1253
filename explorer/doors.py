"""What guards every request before it is read: size, content type, and the headers sent back."""

import json
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.phrases import error_words
from explorer.wire import dump

log = logging.getLogger("explorer")
MOST_BYTES = 64_000
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class PrivateHeaders:
    """Headers on every response that keep addresses and content to ourselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class Shield:
    """An answer in words for whatever went wrong; only the kind of error is logged.

    An error's own message may hold what a visitor typed, so neither it nor its traceback leaves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 where it fails before anything was sent."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # the HTTP boundary
            if scope["type"] != "http":
                raise
            log.error("A request ended in an error: %s", type(error).__name__)
            if not begun:
                await _refuse(send, 500, *error_words("internal", "en"))


class LimitedBodies:
    """Refusal of bodies of the API that are too large (413) or not JSON (415)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body, or refuse it."""
        guarded = scope["type"] == "http" and scope["method"] == "POST"
        if not guarded or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
            await _refuse(send, 415, "This call takes JSON only.",
                          "Send it with the content type application/json.")  # fmt: skip
            return
        body = b""
        more = True
        while more and len(body) <= MOST_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            await _refuse(send, 413, "What was sent is larger than 64 kB.", "Send less at once.")
            return
        if not _is_text(body):
            await _refuse(send, 422, "What was sent is not valid Unicode text.",
                          "Send it as UTF-8, without half characters.")  # fmt: skip
            return
        given = False

        async def receiving() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receiving, send)


def _is_text(body: bytes) -> bool:
    """Whether every string in a JSON body can be written down; JSON can escape half characters."""
    if b"\\u" not in body:
        return True
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    except (ValueError, RecursionError):
        return True  # not JSON at all: refused where it is read
    return True


async def _refuse(send: Send, status: int, problem: str, remedy: str) -> None:
    body = dump({"problem": problem, "remedy": remedy})
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
