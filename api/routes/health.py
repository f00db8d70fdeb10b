"""Whether the process lives and can answer. No key: what starts and watches it has none.

HEAD is answered as GET is: load balancers ask by either.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import Answering
from api.reference import problems
from api.schemas import LiveOut, ReadyOut

from .matches import JSON

router = APIRouter(prefix="/v1/health", tags=["health"])


@router.head("/live", include_in_schema=False)
@router.get("/live", operation_id="live", summary="The process runs", response_model=LiveOut)
async def live() -> Response:
    """Answers as long as the process does."""
    return Response(b'{"status":"live"}', **JSON)


@router.head("/ready", include_in_schema=False)
@router.get(
    "/ready",
    operation_id="ready",
    summary="A snapshot serves",
    response_model=ReadyOut,
    responses=problems(503),
)
async def ready(service: Answering) -> Response:
    """Answers 200 with the snapshot that serves, 503 before there is one."""
    return Response(await service.ready(), **JSON)
