"""The envelope of lists: `{count, next, previous, results}`, with addresses instead of bare cursors."""

from __future__ import annotations

import urllib.parse
from typing import Annotated, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from models.store.paging import MAX_LIMIT, Page

View = TypeVar("View")

# Counting stops here, so that it takes a moment at most: it costs ten times what a page does.
COUNTED = 10_000


class PageQuery(BaseModel):
    """Which page; the cursor comes from `next` or `previous`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    cursor: Annotated[str | None, Field(max_length=500, description="取自 next、previous from next or previous")] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="每页条数 results in a page")] = 50


class Listing(BaseModel, Generic[View]):
    """One page of a list. `count` is how many there are on all pages, null where they are not counted: it is there
    where this page is the whole list, and on request."""

    count: Annotated[int | None, Field(description="总数，未计时为 null how many on all pages, null if not counted")]
    next: str | None = Field(examples=["/v1/obligations?department=卫健局&cursor=WyJpZCIsMCwwLFs1MF1d"])
    previous: str | None
    results: list[View]


def listing(request: Request, page: Page[View], count: int | None = None) -> Listing[View]:
    """A page of the store as an answer to a request."""
    given = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]

    def address(cursor: str | None) -> str | None:
        if cursor is None:
            return None
        return f"{request.scope['path']}?{urllib.parse.urlencode([*given, ('cursor', cursor)])}"

    if count is None and page.next is None and page.previous is None:
        count = len(page.results)
    return Listing[View](count=count, next=address(page.next), previous=address(page.previous), results=page.results)
