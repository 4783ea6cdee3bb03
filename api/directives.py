"""Directives: the points of a speech that ask somebody to act, with what stands under them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import Connection

from api import errors
from api.deps import Reading, Serving
from api.obligations import FilterQuery
from api.paging import Listing, PageQuery, listing
from models.store import directives
from models.store.directives import DirectiveView
from models.store.paging import Page

router = APIRouter(prefix="/v1", tags=["directives"])


class DirectiveQuery(FilterQuery, PageQuery):
    """Which directives: those under which an obligation fulfils all conditions."""

    ordering: Literal["text", "-text"] = "text"


def _page(connection: Connection, query: DirectiveQuery) -> Page[DirectiveView]:
    return directives.page(
        connection, query.wanted(connection), ordering=query.ordering, cursor=query.cursor, limit=query.limit
    )


@router.get(
    "/directives",
    operation_id="list_directives",
    summary="要求列表，含其下任务 Directives with path, heading, parties, deadlines and obligations",
    responses=errors.documented("unauthenticated", "invalid"),
)
async def list_directives(
    request: Request, serving: Serving, _: Reading, query: Annotated[DirectiveQuery, Query()]
) -> Listing[DirectiveView]:
    return listing(request, await serving.read(_page, query))


@router.get(
    "/directives/{directive_id}",
    operation_id="get_directive",
    summary="一条要求 One directive",
    responses=errors.documented("unauthenticated", "not-found", "invalid"),
)
async def get_directive(
    serving: Serving, _: Reading, directive_id: Annotated[int, Path(description="编号 its number", examples=[1])]
) -> DirectiveView:
    return await serving.read(directives.get, directive_id)
