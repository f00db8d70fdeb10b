"""Around every request: how large a body may be, and one line in the log without its content."""

from __future__ import annotations

import sys
import traceback
from time import perf_counter
from typing import Any

import structlog
from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import problem


def open_log() -> Any:
    """A log of JSON lines on standard error."""
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


class BodyLimit:
    """Refuse a body of more than `most` bytes, by what it declares and by what comes."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._most:
            await problem(request, 413, "too_large")(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


class RequestLog:
    """One line a request: what kind, by which key, how it ended, how long it took. Neither the
    question nor the address as typed (it may hold a name) nor a secret is in it.

    A failure of ours ends here too: the log says where it happened, the reader gets none of it,
    and its message, which may hold what was asked, goes nowhere.
    """

    def __init__(self, app: ASGIApp, log: Any) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            self._log.error("failed", kind=type(error).__name__, at=places)
            if not status:
                await problem(Request(scope), 500, "internal")(scope, receive, noted)
        finally:
            key = scope.get("state", {}).get("caller")
            self._log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", None),
                status=status,
                ms=round((perf_counter() - began) * 1000, 1),
                key=key.id if key else None,
                tenant=key.tenant if key else None,
            )
