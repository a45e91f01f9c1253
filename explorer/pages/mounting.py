"""Putting the pages under the museum's own server, with Gradio's doors to elsewhere shut."""

import os
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from explorer.wiring import Explorer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath fill='%2397301f' d='M1 1h14v14H1z'/%3E%3Cpath fill='%23fbfaf7' d='M4 4h8v8H4z'/%3E"
    "%3C/svg%3E"
)
_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")

# All that the page asks of Gradio; uploads, files, proxies and histories are not among it.
_NEEDED = {
    "/", "/theme.css", "/config", "/favicon.ico", "/manifest.json", "/robots.txt",
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/app_id",
    "/gradio_api/startup-events", "/gradio_api/reset", "/gradio_api/cancel",
}  # fmt: skip
_NEEDED_BELOW = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_MOST_BYTES = 64_000
# Gradio's own picture, name and address, for sites that show a link to the page.
_PREVIEW = re.compile(rb"""\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>""")


def mount_pages(app: "FastAPI", explorer: Explorer) -> "FastAPI":
    """The app with the visitor's page at "/".

    Call it after every other route is there: the page answers what no route before it does.
    """
    # Read by gradio while it is imported.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gradio as gr
    from gradio.routes import App
    from starlette.middleware.cors import CORSMiddleware
    from starlette.routing import Mount

    from explorer.pages.forgetting import forget_sessions
    from explorer.pages.visitor import build_visitor_page

    own: list[object] = [middleware.cls for middleware in app.user_middleware]
    if CORSMiddleware not in own:
        # Without one of the app's own Gradio lets every origin in, with credentials.
        app.add_middleware(CORSMiddleware, allow_origins=())
    style = files("explorer").joinpath("pages", "style.css").read_text("utf-8")
    gr.mount_gradio_app(
        app,
        build_visitor_page(explorer),
        path="/",
        theme=gr.themes.Base(font=_SANS, font_mono=("ui-monospace", "monospace")),
        head=f'<link rel="icon" href="{_ICON}"><style>{style}</style>',
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        allowed_paths=[],
        blocked_paths=["/"],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
    )
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount)
    assert isinstance(mounted.app, App)
    forget_sessions(mounted.app)
    mounted.app = _Door(mounted.app)
    return app


class _Door:
    """Only what the page needs of Gradio, and no body larger than a question."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "http" and (refusal := _refusal(scope)):
            from starlette.responses import JSONResponse

            status, problem, remedy = refusal
            response = JSONResponse({"problem": problem, "remedy": remedy}, status)
            await response(scope, receive, send)
        elif scope["type"] == "http" and _path(scope) == "/":
            # Uncompressed, to be read here.
            headers = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
            await self._app({**scope, "headers": headers}, receive, _without_previews(send))
        else:
            await self._app(scope, receive, send)


def _without_previews(send: "Send") -> "Send":
    """A `send` that holds a page until it is whole and sends it without its link previews."""
    start: Message = {}
    body = b""

    async def sending(message: "Message") -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        if message["type"] != "http.response.body":
            await send(message)
            return
        body += message.get("body", b"")
        if not message.get("more_body", False):
            body = _PREVIEW.sub(b"", body)
            headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            length = (b"content-length", str(len(body)).encode())
            await send({**start, "headers": [*headers, length]})
            await send({**message, "body": body})

    return sending


def _path(scope: "Scope") -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _refusal(scope: "Scope") -> tuple[int, str, str] | None:
    path = _path(scope)
    if path not in _NEEDED and not path.startswith(_NEEDED_BELOW):
        return 404, "There is nothing at this address.", "Begin at the page's own address."
    length = dict(scope["headers"]).get(b"content-length", b"")
    if scope["method"] == "POST" and not (length.isdigit() and int(length) <= _MOST_BYTES):
        return 413, "What was sent is larger than 64 kB.", "Send less at once."
    return None
