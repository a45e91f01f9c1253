"""The HTTP interface: JSON, server-sent events, thumbnails; it mounts the pages.

Refusals are always a problem and a remedy; nothing a person types is logged or kept.
"""

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Annotated, Any, ClassVar, Literal

from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import Body, FastAPI, Header, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from explorer.ask import answer, ask
from explorer.catalogue.inventory import groups
from explorer.doors import LimitedBodies, PrivateHeaders, Shield
from explorer.errors import ExplorerError, NotReady, WrongUse
from explorer.language import languages
from explorer.phrases import error_words, languages_spoken, phrase, phrases
from explorer.plan import check_question
from explorer.render.calls import calls_page
from explorer.search import search
from explorer.types import Answer, FilterValue, Question, Record
from explorer.wire import dump
from explorer.wiring import Explorer

log = logging.getLogger("explorer")
_MOST = 256  # questions on their way: the last of them is answered in some seconds
_THREADS = 40  # for all but those who wait for the language model
_WAITING = 8
_RETRY = "5"  # seconds
_LOOKED_AFTER = 0.25  # seconds between two looks at whether somebody still waits


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a search asks for."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    q: str = ""
    lang: str = ""
    filters: dict[str, FilterValue] = field(default_factory=dict)
    limit: Annotated[int, Query(ge=1, le=1000)] = 20
    offset: Annotated[int, Query(ge=0)] = 0
    sort: str = "score"


@dataclass(frozen=True, slots=True)
class RecordsRequest:
    """Which records to send whole."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    filters: dict[str, FilterValue] = field(default_factory=dict)
    format: Literal["json"] = "json"


def build_app(explorer: Explorer) -> FastAPI:
    """The application, without the pages."""
    app = FastAPI(
        title="Collection explorer",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_roomy(explorer.chat.slots),
    )
    _add_asking(app, explorer)
    _add_records(app, explorer)
    _add_about(app, explorer)
    _add_refusals(app)
    app.add_middleware(Crowd, most=_MOST)
    app.add_middleware(LimitedBodies)
    app.add_middleware(Shield)
    app.add_middleware(PrivateHeaders)
    return app


def _roomy(slots: int) -> Callable[[FastAPI], Any]:
    """A lifespan with threads enough: who waits for the language model takes nobody else's."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        more = slots + _WAITING if slots else 0
        current_default_thread_limiter().total_tokens = _THREADS + more
        yield

    return running


class Crowd:
    """Refusal (503) of questions beyond `most` on their way, before they wait for a thread."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._now = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] != "/api/ask":
            await self._app(scope, receive, send)
            return
        if self._now >= self._most:
            refusal = _refused(503, "Too many people are asking.", "Ask again in a moment.")
            refusal.headers["Retry-After"] = _RETRY
            await refusal(scope, receive, send)
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1


def _add_asking(app: FastAPI, explorer: Explorer) -> None:
    @app.post("/api/ask", tags=["ask"])
    async def asked(
        question: Annotated[Question, Body()],
        request: Request,
        accept: Annotated[str, Header()] = "",
    ) -> Any:
        """One Answer, or its events where text/event-stream is accepted."""
        if "text/event-stream" not in accept:
            return _json(await _whole(question, explorer, request))
        # Refused before the stream begins, so that the refusal has its own status.
        check_question(question, explorer.settings.question_limit)
        await run_sync(explorer.serving)
        return _Streamed(question, explorer)

    @app.post("/api/search", tags=["search"])
    def searched(wanted: Annotated[SearchRequest, Body()]) -> Any:
        """A page of records, with facets and the plan."""
        return _json(
            search(
                explorer, wanted.q, lang=wanted.lang, filters=wanted.filters,
                limit=wanted.limit, offset=wanted.offset, sort=wanted.sort,
            )
        )  # fmt: skip


async def _whole(question: Question, explorer: Explorer, request: Request) -> Answer:
    """The answer, made in a thread, which knows when nobody waits for it any more."""
    left = threading.Event()

    async def watch() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(_LOOKED_AFTER)
        left.set()

    watching = asyncio.create_task(watch())
    try:
        return await run_sync(answer, question, explorer, left.is_set)
    finally:
        watching.cancel()


class _Streamed(StreamingResponse):
    """The events of an answer, which end with the visitor's leaving."""

    def __init__(self, question: Question, explorer: Explorer) -> None:
        self._left = threading.Event()
        events = _events(question, explorer, self._left.is_set)
        super().__init__(events, media_type="text/event-stream")

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Nothing; the answer knows when nobody listens any more."""
        await super().listen_for_disconnect(receive)
        self._left.set()


def _events(question: Question, explorer: Explorer, left: Callable[[], bool]) -> Iterator[bytes]:
    try:
        for event in ask(question, explorer, left):
            yield _event(event.name, event.data)
    except ExplorerError as error:
        yield _event("error", {"problem": error.problem, "remedy": error.remedy})
    except Exception as error:  # the HTTP boundary: whatever it is, the visitor hears a sentence
        log.error("An answer ended in an error: %s", type(error).__name__)
        yield _event("error", _internal(question.lang))


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + dump(data) + b"\n\n"


def _add_records(app: FastAPI, explorer: Explorer) -> None:
    @app.get("/api/records", tags=["records"])
    def numbered(number: Annotated[str, Query(max_length=200)], format: str = "json") -> Any:
        """The record an object number names, in whatever spelling."""
        catalogue = explorer.serving().generation.catalogue
        found = catalogue.records(catalogue.numbered(number)[:1])
        return _record(found[0] if found else None, format)

    @app.get("/api/records/{record_id:path}", tags=["records"])
    def one(record_id: str, format: str = "json") -> Any:
        """The record with this id."""
        return _record(_find(record_id, explorer), format)

    @app.post("/api/records", tags=["records"])
    def many(wanted: Annotated[RecordsRequest, Body()]) -> Any:
        """Every record that meets the filters, whole and streamed."""
        generation = explorer.serving().generation
        keys = generation.catalogue.matching(wanted.filters).tolist()

        def stream() -> Iterator[bytes]:
            head = {"total": len(keys), "generation": generation.manifest.generation}
            yield dump(head)[:-1] + b',"records":['
            for i in range(0, len(keys), 200):
                page = generation.catalogue.records(keys[i : i + 200])
                yield (b"," if i else b"") + b",".join(dump(record) for record in page)
            yield b"]}"

        return StreamingResponse(stream(), media_type="application/json")

    @app.get("/images/{record_id:path}", tags=["records"])
    def thumbnail(record_id: str, accept: Annotated[str, Header()] = "") -> Response:
        """A thumbnail, where rights allow: WebP for those who accept it, else JPEG."""
        record = _find(record_id, explorer)
        names = [i.thumbnail for i in record.images if i.thumbnail] if record else []
        file = explorer.settings.data_dir / "images" / names[0] if names else None
        if file is None or not file.is_file():
            return _refused(404, "There is no picture of this record.", "Look at its card instead.")
        behind = file.with_suffix(".jpg")
        jpeg = "image/webp" not in accept.lower() and behind.is_file()
        kind = "image/jpeg" if jpeg else "image/webp"
        return FileResponse(behind if jpeg else file, media_type=kind, headers={"Vary": "Accept"})


def _find(record_id: str, explorer: Explorer) -> Record | None:
    """The record with this id, whether or not a server on the way decoded the address once."""
    from urllib.parse import quote

    catalogue = explorer.serving().generation.catalogue
    name, colon, local = record_id.partition(":")
    return catalogue.record(record_id) or catalogue.record(name + colon + quote(local, safe=""))


def _record(record: Record | None, form: str) -> Any:
    if form != "json":
        return _refused(400, f"Records are not given as '{form}'.", "Ask for json.", "format")
    if record is None:
        return _refused(404, "There is no such record.", "Check the id or the object number.")
    return _json(record)


def _add_about(app: FastAPI, explorer: Explorer) -> None:
    @app.get("/api/phrases/{lang}", tags=["about"])
    def words(lang: str) -> Any:
        """The words of the interface in one language."""
        if lang not in languages_spoken():
            spoken = ", ".join(languages_spoken())
            return _refused(404, f"There are no words in '{lang}' yet.", f"Use one of: {spoken}.")
        return _json(phrases(lang))

    @app.get("/api/about", tags=["about"])
    def about() -> Any:
        """What this service is, from what it answers, and what it keeps."""
        manifest = explorer.serving().generation.manifest
        catalogue = explorer.serving().generation.catalogue
        settings = explorer.settings
        notice = "notice.ai_writes" if explorer.chat.slots else "notice.ai"
        return _json({
            "notice": phrase(notice, settings.default_lang),
            "model": explorer.chat.name,
            "embedder": explorer.embedder.name,
            "generated": bool(explorer.chat.slots),
            "institution": [group.label for group in groups(catalogue, "institution")],
            "records": catalogue.kinds(),
            "data_date": manifest.created,
            "generation": manifest.generation,
            "retention": "nothing a visitor types is kept",
            "contact": settings.contact,
            "version": manifest.version,
            "licence": "EUPL-1.2",
            "languages": [asdict(language) for language in languages().values()],
        })  # fmt: skip

    @app.get("/api", include_in_schema=False)
    def calls() -> HTMLResponse:
        """The calls of this interface, as a page."""
        return HTMLResponse(calls_page(app.openapi()))

    @app.get("/healthz", tags=["health"])
    def alive() -> Any:
        """Whether the process is alive."""
        return _json({"alive": True})

    @app.get("/readyz", tags=["health"])
    def ready() -> Any:
        """Whether it can answer, and if not, why."""
        try:
            generation = explorer.serving().generation.manifest.generation
        except ExplorerError as error:
            log.error("%s", error)  # its words name folders, which are not the world's
            return _json({"ready": False, "reasons": [error_words("not_ready", "en")[0]]}, 503)
        return _json({"ready": True, "generation": generation, "reasons": []})


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(ExplorerError)
    def refused(request: Request, error: ExplorerError) -> Response:
        status = 503 if isinstance(error, NotReady) else 422 if isinstance(error, WrongUse) else 400
        if isinstance(error, NotReady):
            log.error("%s", error)
            told = error_words("not_ready", "en")
            response = _json({"problem": told[0], "remedy": told[1]}, status)
            response.headers["Retry-After"] = "10"
            return response
        return _refused(status, error.problem, error.remedy, error.field)

    @app.exception_handler(RequestValidationError)
    def misshapen(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _refused(422, "What was sent is not valid JSON.", "Send a JSON object.")
        where = ".".join(str(step) for step in first["loc"] if step != "body")
        problem = f"{where or 'The body'}: {first['msg']}."
        return _refused(422, problem, "See /api for what each call takes.", where)

    @app.exception_handler(HTTPException)
    def unknown(request: Request, error: HTTPException) -> Response:
        return _refused(error.status_code, f"{error.detail}.", "See /api for the calls there are.")


def _internal(lang: str) -> dict[str, str]:
    problem, remedy = error_words("internal", lang)
    return {"problem": problem, "remedy": remedy}


def _json(content: Any, status: int = 200) -> Response:
    return Response(dump(content), status, media_type="application/json")


def _refused(status: int, problem: str, remedy: str, where: str = "") -> Response:
    told = {"problem": problem, "remedy": remedy}
    return _json({**told, "field": where} if where else told, status)


def serve(explorer: Explorer, tell: Callable[[str], None]) -> None:
    """Nothing; answers on the settings' address until stopped, and tells where that is."""
    import uvicorn

    from explorer.backends.ollama import ollama_answers
    from explorer.pages.mounting import mount_pages

    settings = explorer.settings
    _check_free(settings.host, settings.port)
    explorer.serving()
    app = mount_pages(build_app(explorer), explorer)
    if settings.chat == "quote:":
        for line in ollama_answers():
            tell(line)
    threading.Thread(target=explorer.writer.warm, args=(monotonic,), daemon=True).start()
    tell(f"The explorer serves at http://{settings.host}:{settings.port} (Ctrl+C ends it).")
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)


def _check_free(host: str, port: int) -> None:
    """Nothing; an error in words where the address cannot be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ExplorerError(
                f"The address {host}, port {port} cannot be used: {error.strerror}.",
                "End what uses it, or choose another with --port.",
            ) from error
