"""The list of a sector: for each of its Beijing bodies the best partners abroad."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.deps import ONCE, Answering
from api.reference import problems
from api.schemas import LONGEST_NAME, ListOut, ListQuestion
from api.security import KEYED, KeyedRoute

from .matches import JSON

router = APIRouter(
    prefix="/v1", tags=["lists"], route_class=KeyedRoute, dependencies=[*KEYED, ONCE]
)


@router.get(
    "/lists/{sector}",
    operation_id="sector_list",
    summary="Suggested pairings of a sector 一个产业领域的推荐名单",
    response_model=ListOut,
    responses=problems(401, 404, 422, 503),
)
async def sector_list(
    sector: Annotated[str, Path(max_length=LONGEST_NAME, description="Code or name 代码或名称")],
    asked: Annotated[ListQuestion, Query()],
    service: Answering,
) -> Response:
    """For each Beijing body of the sector its best partners abroad, past partners apart."""
    return Response(await service.sector_list(sector, asked.k, asked.as_of), **JSON)
