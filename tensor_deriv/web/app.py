"""The addresses of the server: the page, its files, and the JSON interface described in openapi.json."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from .. import shelf
from ..catalogue import Entry, load
from ..errors import DerivationError
from .answers import KINDS, error_record
from .guard import Guard, refusal
from .pool import Busy, Gone, Late, Limits, Pool
from .question import from_query

HERE = Path(__file__).parent
LARGEST = 1 << 18  # bytes of a question
BODY_SECONDS = 10.0  # until a question has to be here as a whole
NO_STORE = {"Cache-Control": "no-store"}
STATUS = "X-Answer-Status"  # of an answer to the page, where the status itself says 200
UNREADABLE, SLOW, LARGE, FOREIGN_TYPE, UNANSWERABLE, LEFT, FAULT, BUSY, LATE = 400, 408, 413, 415, 422, 499, 500, 503, 504
Handler = Callable[[Request], Awaitable[Response]]


def create_app(limits: Limits | None = None, names: frozenset[str] = frozenset()) -> Starlette:
    """The application; it starts its processes with its lifespan and ends them with it."""
    pool = Pool(limits or Limits())

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pool.start()
        try:
            yield
        finally:
            await pool.stop()

    asked = [Route(f"/api/{kind}", asking(pool, kind), methods=["GET", "POST"]) for kind in KINDS]
    asked += [Route(f"/page/{kind}", for_page(asking(pool, kind)), methods=["POST"]) for kind in KINDS]
    told = [
        Route("/", file("static/index.html"), methods=["GET"]),
        Route("/openapi.json", file("openapi.json"), methods=["GET"]),
        Route("/api/catalogue", catalogue, methods=["GET"]),
        Mount("/assets", StaticFiles(directory=HERE.parent / "output" / "assets")),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    handlers: dict[Any, Any] = {HTTPException: refused, Exception: fault}
    return Starlette(routes=asked + told, lifespan=lifespan, exception_handlers=handlers, middleware=[Middleware(Guard, names=names)])


def file(name: str) -> Handler:
    """A handler that answers with one file."""

    async def answer(_: Request) -> Response:
        return FileResponse(HERE / name)

    return answer


def asking(pool: Pool, kind: str) -> Handler:
    """A handler that puts one kind of question to the pool."""

    async def answer(request: Request) -> Response:
        try:
            status, record = await while_there(request, pool.ask(kind, await question(request)))
        except DerivationError as error:
            return JSONResponse(error_record(error), UNANSWERABLE, NO_STORE)
        except Late as error:
            return refusal(LATE, str(error), NO_STORE)
        except Busy as error:
            return refusal(BUSY, str(error), {**NO_STORE, "Retry-After": "5"})
        except Gone as error:
            return refusal(FAULT, f"no answer: {error}", NO_STORE)
        except ClientDisconnect:
            return Response(status_code=LEFT)  # nobody reads it
        return Response(record, status, NO_STORE, media_type="application/json")

    return answer


def for_page(handler: Handler) -> Handler:
    """A handler of the page's own: what is typed cannot always be answered, and a browser would log each such status as an error."""

    async def answer(request: Request) -> Response:
        response = await handler(request)
        if response.status_code in (UNANSWERABLE, LATE):
            response.headers[STATUS] = str(response.status_code)
            response.status_code = 200
        return response

    return answer


async def while_there(request: Request, asked: Awaitable[tuple[int, bytes]]) -> tuple[int, bytes]:
    """The answer, given up where the asker leaves before it is found."""
    asking, leaving = asyncio.ensure_future(asked), asyncio.ensure_future(left(request))
    try:
        await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise ClientDisconnect
        return asking.result()
    finally:
        for task in (asking, leaving):
            task.cancel()


async def left(request: Request) -> None:
    """Return when the asker has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def question(request: Request) -> object:
    """What a request asks: the query of a GET, the JSON of a POST; HTTPException says why there is nothing to read."""
    if request.method != "POST":
        return in_query(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(FOREIGN_TYPE, "a question is sent as JSON, with the header `Content-Type: application/json`")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return in_json(await body(request))
    except TimeoutError:
        raise HTTPException(SLOW, f"the question was not here as a whole within {BODY_SECONDS:g} s") from None


def in_query(request: Request) -> object:
    """The question of an address."""
    try:
        return from_query(request.scope["query_string"].decode("ascii"))
    except ValueError as error:
        raise HTTPException(UNREADABLE, f"the query cannot be read: {error}") from None


def in_json(data: bytes) -> object:
    """The question of a body."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise HTTPException(UNREADABLE, f"this is not JSON: {error}") from None


async def body(request: Request) -> bytes:
    """The body, as long as it is not too large."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise HTTPException(LARGE, f"a question may have at most {LARGEST} bytes")
    return bytes(data)


def catalogue(_: Request) -> Response:
    """Every entry as a question, with its name, title and source."""
    return JSONResponse({"entries": [entry_record(load(name)) for name in shelf.names()]})


def entry_record(entry: Entry) -> dict[str, Any]:
    """One entry of the catalogue; its `question` may be asked as it stands."""
    asked = {"expr": entry.result, "definitions": list(entry.define), "shapes": dict(entry.tensors), "assume": dict(entry.assume)}
    said = {"name": entry.name, "title": entry.title, "source": entry.source, "variables": list(entry.expect)}
    return {**said, "question": {**asked, "order": entry.order, "style": entry.style}}


async def refused(_: Request, error: Exception) -> Response:
    """A refusal as a record, with the headers that belong to its status."""
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing at this address; /openapi.json says what there is", 405: "this address does not take that method"}
    return refusal(error.status_code, words.get(error.status_code, error.detail), dict(error.headers or {}))


async def fault(_: Request, error: Exception) -> Response:
    """A fault of the program, told without its insides."""
    return refusal(FAULT, f"no answer, by a fault of tensor_deriv and not of the question: {type(error).__name__}")
