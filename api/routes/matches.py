"""Who should meet whom: by text, profile or organisation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.deps import ONCE, Answering
from api.reference import problems
from api.schemas import LONGEST_NAME, AnswerOut, MatchRequest, OrganisationQuestion
from api.security import KEYED, KeyedRoute
from matcher.service import Wish

router = APIRouter(
    prefix="/v1", tags=["matches"], route_class=KeyedRoute, dependencies=[*KEYED, ONCE]
)
JSON: dict[str, Any] = {"media_type": "application/json", "headers": {"Cache-Control": "no-store"}}


@router.post(
    "/matches",
    operation_id="matches",
    summary="Partners for a text, a profile or an organisation 按文字、信息或机构找合作方",
    response_model=AnswerOut,
    responses=problems(400, 401, 413, 415, 422, 503),
)
async def matches(asked: MatchRequest, service: Answering) -> Response:
    """The best pairings, explained; past partners of the asker apart."""
    wish = Wish(
        text=asked.text,
        profile=asked.profile,
        organisation=asked.organisation,
        asker=asked.asker,
        side=asked.side,
        sector=asked.sector,
        capability=asked.capability,
        countries=asked.countries,
        regions=asked.regions,
        natures=asked.natures,
        strike=asked.strike,
        literal=asked.literal,
        k=asked.k,
        as_of=asked.as_of,
    )
    return Response(await service.matches(wish, asked.reasons), **JSON)


@router.get(
    "/organisations/{id}/matches",
    operation_id="organisation_matches",
    summary="Partners for an organisation 为一家机构找合作方",
    response_model=AnswerOut,
    responses=problems(401, 404, 422, 503),
)
async def organisation_matches(
    id: Annotated[str, Path(max_length=LONGEST_NAME, description="Id or name 编号或名称")],  # noqa: A002
    asked: Annotated[OrganisationQuestion, Query()],
    service: Answering,
) -> Response:
    """The best pairings of an organisation, asked with its own profiles."""
    wish = Wish(
        organisation=id,
        sector=asked.sector,
        capability=asked.capability,
        countries=asked.countries,
        regions=asked.regions,
        natures=asked.natures,
        k=asked.k,
        as_of=asked.as_of,
    )
    return Response(await service.matches(wish, asked.reasons), **JSON)
