"""The directory of departments, with how often each has to act."""

from __future__ import annotations

import urllib.parse
from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api import errors
from api.deps import Reading, Serving
from extractor import directory
from models.records import PartyType
from models.store import departments
from models.store.departments import DepartmentRow, DepartmentView

router = APIRouter(prefix="/v1", tags=["departments"])


class DepartmentQuery(BaseModel):
    """Which departments."""

    model_config = ConfigDict(extra="forbid")

    type: PartyType | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[
        str | None, Field(max_length=200, description="正式名称，从其后起 a canonical name to start after")
    ] = None


class DepartmentList(BaseModel):
    """One page; `next` is the address of the next one, null at the end."""

    results: list[DepartmentView]
    next: str | None = Field(examples=["/v1/departments?after=教育局&limit=100"])


def seed(connection: Connection) -> None:
    """Brings the stored directory to that of the extractor."""
    aliases: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for alias, entry in directory.entries().items():
        aliases[entry.canonical, entry.type].append(alias)
    departments.seed(
        connection,
        [
            DepartmentRow(canonical, tuple(alias for alias in names if alias != canonical), kind)
            for (canonical, kind), names in aliases.items()
        ],
    )


@router.get(
    "/departments",
    operation_id="list_departments",
    summary="部门名录及任务数 The directory, with the number of obligations in each role",
    responses=errors.documented("unauthenticated", "invalid"),
)
async def list_departments(serving: Serving, _: Reading, query: Annotated[DepartmentQuery, Query()]) -> DepartmentList:
    found = await serving.read(departments.page, type=query.type, after=query.after, limit=query.limit + 1)
    page = found[: query.limit]
    following = query.model_dump(exclude_none=True) | {"after": page[-1].canonical} if len(found) > len(page) else None
    return DepartmentList(results=page, next=following and f"/v1/departments?{urllib.parse.urlencode(following)}")
