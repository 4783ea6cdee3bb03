"""Quarantine rules: who has to undergo what, and what was in force on a day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api import errors
from api.bodies import Day
from api.deps import Reading, Serving
from api.paging import Listing, PageQuery, listing
from models.records import Measure, RiskLevel
from models.store import quarantine
from models.store.quarantine import QuarantineView

router = APIRouter(prefix="/v1", tags=["quarantine"])


class QuarantineQuery(PageQuery):
    """Which rules; all conditions must hold."""

    population: Annotated[
        str | None, Field(max_length=200, description="人员，空格分开 words for the people", examples=["密切接触者"])
    ] = None
    measure: Measure | None = None
    origin: RiskLevel | None = None
    in_force: Annotated[Day | None, Field(description="该日有效的规定 those in force on this day")] = None
    speech: Annotated[int | None, Field(description="讲话编号 number of the speech")] = None


@router.get(
    "/quarantine-rules",
    operation_id="list_quarantine_rules",
    summary="隔离检测规定：对谁、做什么、何时有效 Who has to undergo what, and when it was in force",
    responses=errors.documented("unauthenticated", "invalid"),
)
async def list_quarantine_rules(
    request: Request, serving: Serving, _: Reading, query: Annotated[QuarantineQuery, Query()]
) -> Listing[QuarantineView]:
    page = await serving.read(
        quarantine.page,
        in_force=query.in_force,
        measure=query.measure,
        origin=query.origin,
        population=query.population,
        speech=query.speech,
        cursor=query.cursor,
        limit=query.limit,
    )
    return listing(request, page)
