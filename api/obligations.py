"""Obligations: the list with its filters, as JSON or for download; follow-up and corrections by people."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from sqlalchemy import Connection

from api import bodies, errors, export, workbook
from api.deps import Reading, Serving, Writing
from api.errors import Bilingual, Problem
from api.paging import COUNTED, Listing, PageQuery, listing
from extractor import directory
from models import ledger, records, tables
from models.ledger import Encoding, Preset
from models.store import departments, followup, obligations
from models.store.filters import Filter
from models.store.followup import Correction, FollowUp
from models.store.obligations import ObligationView

router = APIRouter(prefix="/v1", tags=["obligations"])

Number = Annotated[int, Path(description="编号 number of the obligation", examples=[1])]
Ordering = Literal["id", "-id", "due", "-due", "text"]


def _instant(value: Any) -> Any:
    """A date, or a date with a time: `2022-06-30`, `2022-06-30T18:00`."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", value):
        try:
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            found = dt.datetime.min
        if 1900 <= found.year <= 2199:
            return found
    raise Bilingual(
        "须为1900至2199年的日期或时间，如 2022-06-30、2022-06-30T18:00",
        "must be a date from 1900 to 2199 such as 2022-06-30, or with a time such as 2022-06-30T18:00",
    )


Instant = Annotated[
    dt.datetime,
    BeforeValidator(_instant),
    Field(json_schema_extra={"format": "date", "examples": ["2022-06-30"]}),
]
Flag = Annotated[bool, BeforeValidator(lambda value: {"true": True, "false": False}.get(value, value))]


class FilterQuery(BaseModel):
    """Which obligations; all conditions must hold."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    department: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]],
        Field(max_length=20, description="单位，用任一名称 any of its names", examples=[["卫健局"]]),
    ] = []  # noqa: RUF012
    role: records.Role | None = None
    modality: records.Modality | None = None
    due_before: Annotated[Instant | None, Field(description="最后一日早于此日 last day is before this one")] = None
    due_after: Annotated[Instant | None, Field(description="最后一日不早于此日 last day is this one or later")] = None
    has_deadline: Flag | None = None
    speech: Annotated[int | None, Field(description="讲话编号 number of the speech")] = None
    function: records.ItemFunction | None = None
    status: tables.Status | None = None
    q: Annotated[
        str | None, Field(max_length=200, description="任务中的词，空格分开，须全部出现 words, all must occur")
    ] = None

    def wanted(self, connection: Connection) -> Filter:
        """The filter of the store. A department that nobody calls so is looked for as the directory reads its name."""
        names = [_known(connection, name) for name in self.department]
        # A deadline ends at an instant that is no longer in time: the end of its last day is the midnight after it.
        past = dt.timedelta(seconds=1)
        return Filter(
            departments=tuple(names),
            role=self.role,
            modality=self.modality,
            due_before=self.due_before and self.due_before + past,
            due_after=self.due_after and self.due_after + past,
            has_deadline=self.has_deadline,
            speech=self.speech,
            function=self.function,
            status=self.status,
            q=self.q,
        )


def _known(connection: Connection, name: str) -> str:
    canonical = directory.look_up(name).canonical
    return name if canonical == name or departments.resolve(connection, [name]) else canonical


class ObligationQuery(FilterQuery, PageQuery):
    """Which obligations, in which order, on which page."""

    ordering: Annotated[Ordering, Field(description="text 为讲话和原文次序 text is by speech and place in it")] = "id"
    count: Annotated[Flag, Field(description="同时给出总数，超过一万时不计 count them as well, up to 10,000")] = False
    facets: Annotated[Flag, Field(description="同时给出分类计数 count by kind as well")] = False


class LinesQuery(FilterQuery):
    """Which obligations, in which order."""

    ordering: Ordering = "text"


class LedgerQuery(LinesQuery):
    """Which obligations, in which order, in which columns."""

    preset: Annotated[Preset, Field(description="列的编排 which columns")] = ledger.DEFAULT_PRESET


class ExportQuery(LedgerQuery):
    """Which obligations, in which order, in which form."""

    encoding: Annotated[Encoding, Field(description="CSV 的编码，utf-8-sig 带 BOM encoding of the CSV")] = "utf-8-sig"


class ObligationListing(Listing[ObligationView]):
    """One page of obligations; `facets` on request."""

    facets: dict[str, dict[str, int]] | None = Field(None, examples=[{"modality": {"require": 12}}])


_listing = TypeAdapter(ObligationListing)


def _page(connection: Connection, request: Request, query: ObligationQuery) -> bytes:
    """A page as JSON, written where it is read: so the event loop has nothing to do with it but to send it."""
    wanted = query.wanted(connection)
    page = obligations.page(connection, wanted, ordering=query.ordering, cursor=query.cursor, limit=query.limit)
    count = obligations.count(connection, wanted, at_most=COUNTED + 1) if query.count else None
    facets = obligations.facets(connection, wanted) if query.facets else None
    found = listing(request, page, None if count is not None and count > COUNTED else count)
    return _listing.dump_json(ObligationListing(**found.__dict__, facets=facets))


_FORMS: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/jsonl": {"schema": {"type": "string"}},
    workbook.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
}


@router.get(
    "/obligations",
    operation_id="list_obligations",
    summary="任务列表 Obligations, by department, role, deadline, words and more",
    response_model=ObligationListing,
    responses={
        200: {"content": _FORMS, "description": "一页；Accept 可取 CSV、XLSX、JSONL a page; other forms by Accept"},
        **errors.documented("unauthenticated", "not-acceptable", "invalid"),
    },
)
async def list_obligations(
    request: Request, serving: Serving, _: Reading, query: Annotated[ObligationQuery, Query()]
) -> Response:
    form = export.negotiate(request.headers.get("accept", ""))
    if form != "json":
        wanted = await serving.read(query.wanted)
        if form == "xlsx":
            return await export.xlsx(serving, wanted, query.ordering)
        answer = export.csv if form == "csv" else export.jsonl
        return answer(serving, wanted, query.ordering)
    return Response(await serving.read(_page, request, query), media_type="application/json")


def _download(form: Literal["csv", "jsonl", "xlsx"], media: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary"} if form == "xlsx" else {"type": "string"}
    return {
        "operation_id": f"export_obligations_{form}",
        "response_class": Response,
        "responses": {
            200: {"description": "文件 a file", "content": {media: {"schema": schema}}},
            **errors.documented("unauthenticated", "invalid"),
        },
    }


@router.get(
    "/obligations.csv",
    summary="台账，用 Excel 或 WPS 打开 The ledger, for Excel or WPS",
    **_download("csv", "text/csv"),
)
async def export_obligations_csv(serving: Serving, _: Reading, query: Annotated[ExportQuery, Query()]) -> Response:
    wanted = await serving.read(query.wanted)
    return export.csv(serving, wanted, query.ordering, query.preset, query.encoding)


@router.get(
    "/obligations.xlsx",
    summary="台账工作簿，可直接打印 The ledger as a workbook, ready to print",
    **_download("xlsx", workbook.MEDIA_TYPE),
)
async def export_obligations_xlsx(serving: Serving, _: Reading, query: Annotated[LedgerQuery, Query()]) -> Response:
    wanted = await serving.read(query.wanted)
    return await export.xlsx(serving, wanted, query.ordering, query.preset)


@router.get(
    "/obligations.jsonl",
    summary="全部任务，每行一个 All obligations, one a line",
    **_download("jsonl", "application/jsonl"),
)
async def export_obligations_jsonl(serving: Serving, _: Reading, query: Annotated[LinesQuery, Query()]) -> Response:
    wanted = await serving.read(query.wanted)
    return export.jsonl(serving, wanted, query.ordering)


_TAGGED: dict[str, Any] = {
    "headers": {"ETag": {"schema": {"type": "string"}, "description": "修改时放入 If-Match for If-Match"}}
}


@router.get(
    "/obligations/{obligation_id}",
    operation_id="get_obligation",
    summary="一项任务 One obligation",
    responses={200: _TAGGED, **errors.documented("unauthenticated", "not-found", "invalid")},
)
async def get_obligation(serving: Serving, _: Reading, response: Response, obligation_id: Number) -> ObligationView:
    view = await serving.read(obligations.get, obligation_id)
    response.headers["ETag"] = f'"{view.version}"'
    return view


class DeadlineChange(followup.DeadlineCorrection):
    """A deadline in a person's words. `due` is the first instant that is too late; without it, it follows from a date
    in `value`."""

    due: Annotated[Instant | None, Field(examples=["2022-07-01T00:00"])] = None


class Change(FollowUp, Correction):
    """What people enter: follow-up, or corrections of what the rules found. Fields that are left out stay as they are.

    A corrected field is locked: later runs of the rules propose, they do not overwrite it. Null gives it back.
    """

    closed_on: Annotated[bodies.Day | None, Field(description="办结时间")] = None
    deadlines: Annotated[tuple[DeadlineChange, ...] | None, Field(strict=False, max_length=20)] = None


def _apply(connection: Connection, number: int, change: Change, version: int | None, actor: str) -> ObligationView:
    given = {name: getattr(change, name) for name in change.model_fields_set}
    followed = {name: value for name, value in given.items() if name in FollowUp.model_fields}
    corrected = {name: value for name, value in given.items() if name in Correction.model_fields}
    view = followup.update_followup(connection, number, FollowUp(**followed), version=version, actor=actor)
    if corrected:
        view = followup.correct(connection, number, Correction(**corrected), version=view.version, actor=actor)
    return view


@router.patch(
    "/obligations/{obligation_id}",
    operation_id="update_obligation",
    summary="填报进展，或更正单位、时限 Enter the follow-up, or correct parties, deadlines, modality",
    response_model=ObligationView,
    responses={
        200: _TAGGED,
        **errors.documented(
            "unauthenticated", "forbidden", "not-found", "changed", "too-large", "media-type", "invalid",
            "precondition", "storage",
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Change"},
                    "example": {"status": "办理中", "progress": "已完成初查。", "completion": 40},
                }
            },
        }
    },
)  # fmt: skip
async def update_obligation(
    request: Request,
    response: Response,
    serving: Serving,
    caller: Writing,
    obligation_id: Number,
    if_match: Annotated[
        str | None, Header(description='取自 ETag，如 "3"；* 为不论版本 from ETag; * for any version', examples=['"3"'])
    ] = None,
) -> ObligationView:
    version = _version(if_match)
    media, _parameters = bodies.media_type(request.headers.get("content-type", ""))
    if media not in ("application/json", "application/merge-patch+json"):
        raise Problem("media-type", "内容类型须为 application/json", "the content type must be application/json")
    change = bodies.from_json(Change, await request.body())
    view = await serving.write(_apply, obligation_id, change, version, caller.name)
    response.headers["ETag"] = f'"{view.version}"'
    return view


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        raise Problem(
            "precondition",
            "请先读取记录，把 ETag 放入请求头 If-Match",
            "read the record first and send its ETag in the header If-Match",
        )
    if if_match.strip() == "*":
        return None
    found = re.fullmatch(r'"([0-9]{1,18})"', if_match.strip(), re.ASCII)
    if found is None:
        raise Problem("changed", "If-Match 不是本服务给出的 ETag", "If-Match is no ETag of this service")
    return int(found[1])
