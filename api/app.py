"""The web face on one page: settings, lifespan, error table, `create_app`.

`matcher serve` starts it by the import string `api.app:create_app`, the one door between the two.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from matcher.errors import BadInput, MatcherError, NotReady, Unauthorised
from matcher.settings import Settings
from matcher.workflow.keys import KeyStore

from .problems import BY_STATUS, TITLES, fault, for_web, problem
from .reference import openapi, reference_page
from .routes import health, lists, matches
from .security import caller
from .service import Busy, Service
from .wire import BodyLimit, RequestLog, open_log

VERSION = "1.0.0"
MOST_BYTES = 64 * 1024
RETRY_SECONDS = "1"
PARTS = (matches, lists, health)
"""What answers under /v1."""

STATUS: tuple[tuple[type[MatcherError], int], ...] = (
    (Unauthorised, 401),
    (BadInput, 422),
    (NotReady, 503),
    (Busy, 503),
    (MatcherError, 500),
)
"""The first class that an error is of gives its status; see `in_address` for 404."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API over the home of the settings (None: as the environment says)."""
    settings = settings or Settings()
    log = open_log()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(settings.home, settings.model, settings.rerank, log.info)
        app.state.service = service
        try:
            service.matcher()
        except MatcherError as error:  # it answers 503 until a snapshot can be opened
            log.warning("not_ready", code=error.code)
        yield
        service.close()

    app = FastAPI(
        title="Technology-transfer matcher",
        version=VERSION,
        description="Ranked and explained cooperation pairings, in Chinese and English.",
        lifespan=lifespan,
        openapi_url=None,  # both served below: FastAPI's own pages load from other hosts
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.keys = KeyStore(settings.home)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    for part in PARTS:
        app.include_router(part.router)
    app.add_api_route("/v1/openapi.json", contract, include_in_schema=False)
    app.add_api_route("/v1/docs", reference, include_in_schema=False)
    app.add_middleware(BodyLimit, most=MOST_BYTES)
    app.add_middleware(RequestLog, log=log)
    app.add_exception_handler(MatcherError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    return app


async def contract(request: Request) -> Response:
    """The OpenAPI document, for those who hold a key."""
    caller(request)
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")


async def reference(request: Request) -> Response:
    """The contract to read."""
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(reference_page(request.app), headers=policy)


async def on_domain_error(request: Request, error: Any) -> Response:
    """What a user can cause or mend, by the table."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    if status == 422 and in_address(request, error):
        status = 404
    headers = {"WWW-Authenticate": 'Bearer realm="matcher"'} if status == 401 else {}
    if status == 503:
        headers["Retry-After"] = RETRY_SECONDS
    code = next(c for k in type(error).__mro__ if (c := vars(k).get("code")) in TITLES)
    where, cure = for_web(error)
    return problem(request, status, code, error.what, cure, where=where, headers=headers)


def in_address(request: Request, error: MatcherError) -> bool:
    """Whether the name that nobody goes by stands in the path: then the resource is not there."""
    return error.where in {*request.path_params, *request.path_params.values()}


async def on_invalid(request: Request, error: Any) -> Response:
    """A body that is no JSON, or fields that do not fit."""
    faults = error.errors()
    if any(one["type"] == "json_invalid" for one in faults):
        return problem(request, 400, "malformed")
    return problem(request, 422, "invalid", errors=[fault(one) for one in faults])


async def on_http_error(request: Request, error: Any) -> Response:
    """What HTTP itself refuses: no such address, method, media type; too large."""
    code = BY_STATUS.get(error.status_code, "bad_input")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(allowed(request)) or headers.get("Allow", "GET")
    return problem(request, error.status_code, code, headers=headers)


def allowed(request: Request) -> list[str]:
    """Every method of the address, whichever route has it."""
    methods: set[str] = set()
    parts = [route for part in PARTS for route in part.router.routes]
    for route in (*parts, *request.app.routes):
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)
