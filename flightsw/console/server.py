"""The console's server: the page, what it asks for, and one socket a browser."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from importlib import resources
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from flightsw.console.outbox import Outbox
from flightsw.console.session import LOOK_S, Session
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

POINTS: Final = range(2, 20_001)
ORDER_MAX: Final = 1000  # characters


def application(
    session: Session,
    *,
    run: dict[str, Any],
    plan: dict[str, Any],
    failed: Callable[[BaseException | None], None] | None = None,
) -> Starlette:
    """Return the server of a session; who may ask is for `Guard` to say.

    Parameters
    ----------
    session : Session
        What is watched.
    run, plan : dict
        What is known beforehand, as `facts` makes it.
    failed : callable, optional
        Is told when the session cannot go on: a fault of ours.
    """
    pages = resources.files("flightsw")

    async def index(_request: Request) -> FileResponse:
        return FileResponse(str(pages / "console" / "static" / "index.html"))

    async def dictionary(_request: Request) -> JSONResponse:
        return JSONResponse(session.parameters())

    async def planned(_request: Request) -> JSONResponse:
        return JSONResponse(plan)

    async def running(_request: Request) -> JSONResponse:
        told = {"session": session.id, "state": session.state(), "last": session.values()}
        return JSONResponse(run | told)

    async def history(request: Request) -> JSONResponse:
        query = request.query_params
        try:
            from_s, to_s = float(query.get("from", "-1e9")), float(query.get("to", "1e9"))
            points = int(query.get("points", "2000"))
        except ValueError as error:
            raise HTTPException(400, "from, to and points are numbers") from error
        if points not in POINTS or from_s != from_s or to_s != to_s:  # noqa: PLR0124  NaN
            raise HTTPException(400, f"points are {POINTS.start} to {POINTS.stop - 1}")
        names = [name for name in query.get("parameters", "").split(",") if name]
        try:
            return JSONResponse(session.thinned(names, from_s=from_s, to_s=to_s, points=points))
        except KeyError as error:
            raise HTTPException(400, f"no parameter {error}") from error

    async def values(request: Request) -> JSONResponse:
        query = request.query_params
        try:
            at_s, frames = float(query.get("at", "1e9")), int(query.get("frames", "0"))
        except ValueError as error:
            raise HTTPException(400, "at is a time, s after T-0; frames is a number") from error
        if not isfinite(at_s):
            raise HTTPException(400, "at is a time, s after T-0")
        return JSONResponse(session.values_beside(at_s, frames=frames))

    async def watch(socket: WebSocket) -> None:
        await _watch(session, socket)

    @asynccontextmanager
    async def looking(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_look(session))
        task.add_done_callback(ended)
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None and failed is not None:
            failed(task.exception())

    return Starlette(
        routes=[
            Route("/", index),
            Route("/api/dictionary", dictionary),
            Route("/api/plan", planned),
            Route("/api/run", running),
            Route("/api/history", history),
            Route("/api/values", values),
            WebSocketRoute("/ws", watch),
            Mount("/console", StaticFiles(directory=str(pages / "console" / "static"))),
            Mount("/report", StaticFiles(directory=str(pages / "report" / "static"))),
        ],
        lifespan=looking,
    )


async def _look(session: Session) -> None:
    """Look twenty times a second, whatever a look takes."""
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while True:
        session.look()
        due_s = max(due_s + LOOK_S, loop.time())
        await asyncio.sleep(due_s - loop.time())


async def _watch(session: Session, socket: WebSocket) -> None:
    """Send what is new and take orders, until the page is gone."""
    await socket.accept()
    outbox = Outbox()
    session.join(outbox)
    sending = asyncio.create_task(_send(socket, outbox))
    try:
        while True:
            _obey(session, await socket.receive_text())
    except (WebSocketDisconnect, KeyError, RuntimeError):
        pass  # gone, or it sent octets, which no page of ours does
    finally:
        session.leave(outbox)
        sending.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError):
            await sending


async def _send(socket: WebSocket, outbox: Outbox) -> None:
    while True:
        await socket.send_text(await outbox.get())


def _obey(session: Session, text: str) -> None:
    """Do what a page asks for; what cannot be read is not done."""
    if len(text) > ORDER_MAX:
        return
    try:
        order = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(order, dict):
        with suppress(FlightswError):
            session.order(order)
