"""What guards every request before it is read: size, content type, and the headers sent back."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.wire import dump

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
        given = False

        async def receiving() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receiving, send)


async def _refuse(send: Send, status: int, problem: str, remedy: str) -> None:
    body = dump({"problem": problem, "remedy": remedy})
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
