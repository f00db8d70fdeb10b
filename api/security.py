"""Who asks: the key of a request, before anything of the request is read.

A key comes as `Authorization: Bearer mk_...` or `X-API-Key: mk_...`, never in an address. The
tenant is the key's; nothing in a body can name one.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from matcher.errors import Bilingual, Unauthorised
from matcher.workflow.keys import Key, KeyStore

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="A key: mk_...")
HEADER = APIKeyHeader(
    name="X-API-Key", auto_error=False, scheme_name="header", description="A key: mk_..."
)
KEYED = [Security(BEARER), Security(HEADER)]
"""For the OpenAPI document: either of the two. The check itself is in `KeyedRoute`."""


def caller(request: Request) -> Key:
    """The key of a request; Unauthorised without a usable one."""
    kind, _, credential = request.headers.get("authorization", "").partition(" ")
    secret = credential.strip() if kind.lower() == "bearer" else ""
    secret = secret or request.headers.get("x-api-key", "").strip()
    if not secret:
        raise Unauthorised(
            Bilingual("请求没有带密钥。", "the request brings no key."),
            Bilingual(
                "加上 Authorization: Bearer mk_...；密钥由运营方发放。",
                "add Authorization: Bearer mk_...; the operator hands out keys.",
            ),
        )
    keys: KeyStore = request.app.state.keys
    return keys.check(secret)


class KeyedRoute(APIRoute):
    """A route behind a key: checked before the body is read, so that a stranger learns nothing
    from how a body is refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def keyed(request: Request) -> Response:
            request.state.caller = caller(request)
            if self.body_field is not None and not declares_json(request):
                raise HTTPException(415)
            return await handler(request)

        return keyed


def declares_json(request: Request) -> bool:
    """Whether the body is said to be JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    main, _, sub = kind.partition("/")
    return main == "application" and (sub == "json" or sub.endswith("+json"))
