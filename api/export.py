"""Downloads of obligations: the ledger as CSV, or lines of JSON, in constant memory.

Each batch is read in a transaction of its own, and none is held while a reader is waited for: slow readers keep no
database connection. An error breaks the connection, so that no half of a file passes for a whole one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Literal

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import Connection

from api.deps import Service
from api.errors import Problem
from models.store import obligations
from models.store.obligations import DeadlineView, Filter, ObligationView, PartyView

Preset = Literal["督办台账", "分解表"]
Encoding = Literal["utf-8-bom", "utf-8", "gb18030"]
Form = Literal["json", "csv", "jsonl"]

BATCH = 1000

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_REMARKS = {"require": "", "prohibit": "禁止性要求", "encourage": "倡导性要求"}
_MEDIA: dict[str, Form] = {
    "application/json": "json",
    "application/*": "json",
    "*/*": "json",
    "text/csv": "csv",
    "text/*": "csv",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
}

_line = TypeAdapter(ObligationView)

PRESETS: dict[Preset, dict[str, Callable[[int, ObligationView], str]]] = {
    "督办台账": {
        "序号": lambda number, _: str(number),
        "督办编号": lambda _, __: "",
        "任务来源": lambda _, o: o.speech_title or "",
        "任务类别": lambda _, o: o.section or "",
        "工作任务": lambda _, o: _task(o),
        "责任领导": lambda _, __: "",
        "牵头单位": lambda _, o: "、".join(units(o.parties)[0]),
        "配合单位": lambda _, o: "、".join(units(o.parties)[1]),
        "责任人": lambda _, o: "、".join(posts(o.parties)),
        "完成时限": lambda _, o: _limits(o),
        "时限日期": lambda _, o: last_day(o.due_at) if o.due_at else "",
        "反馈周期": lambda _, o: "；".join(_said(limit) for limit in o.deadlines if limit.kind == "recurring"),
        "进展情况": lambda _, o: o.progress or "",
        "存在问题": lambda _, o: o.problems or "",
        "下一步打算": lambda _, o: o.next_steps or "",
        "完成率": lambda _, o: "" if o.completion is None else f"{o.completion}%",
        "状态": lambda _, o: o.status,
        "办结时间": lambda _, o: o.closed_on.isoformat() if o.closed_on else "",
        "备注": lambda _, o: _REMARKS[o.modality],
        "原文依据": lambda _, o: o.text,
        "段落号": lambda _, o: o.label or "",
        "待确认项": lambda _, o: "、".join(doubts(o)),
        "记录ID": lambda _, o: str(o.id),
    },
    "分解表": {
        "序号": lambda number, _: str(number),
        "重点任务": lambda _, o: o.section or "",
        "工作任务": lambda _, o: _task(o),
        "责任领导": lambda _, __: "",
        "牵头单位": lambda _, o: "、".join(units(o.parties)[0]),
        "配合单位": lambda _, o: "、".join(units(o.parties)[1]),
        "完成时限": lambda _, o: _limits(o),
        "备注": lambda _, o: _REMARKS[o.modality],
    },
}


def negotiate(accept: str) -> Form:
    """The form that an Accept header prefers. Raises Problem `not-acceptable`.

    >>> negotiate("text/csv;q=0.9, application/json;q=0.5")
    'csv'
    """
    wishes: list[tuple[float, Form]] = []
    for wish in accept.split(",") if accept.strip() else ["*/*"]:
        media, _, parameters = wish.partition(";")
        form = _MEDIA.get(media.strip().lower())
        name, _, value = parameters.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        if form is not None and weight > 0:
            wishes.append((weight, form))
    if not wishes:
        raise Problem(
            "not-acceptable",
            "可取的格式为 application/json、text/csv、application/jsonl",
            "there is application/json, text/csv and application/jsonl",
        )
    return max(wishes, key=lambda wish: wish[0])[1]


def answer(
    serving: Service, wanted: Filter, form: Form, ordering: str, preset: Preset, encoding: Encoding
) -> Response:
    """The download of all obligations that a filter lets pass."""
    name = f"{preset if form == 'csv' else '任务'}.{form}"
    plain = f"obligations.{form}"
    headers = {"Content-Disposition": f"attachment; filename={plain}; filename*=UTF-8''{urllib.parse.quote(name)}"}
    if form == "jsonl":
        return StreamingResponse(_lines(serving, wanted, ordering), 200, headers, "application/jsonl")
    charset = "gb18030" if encoding == "gb18030" else "utf-8"
    media = f"text/csv; charset={charset}; header=present"
    return StreamingResponse(_table(serving, wanted, ordering, preset, encoding), 200, headers, media)


async def _lines(serving: Service, wanted: Filter, ordering: str) -> AsyncIterator[bytes]:
    async for batch in _batches(serving, wanted, ordering, lambda _, views: json_lines(views)):
        yield batch


async def _table(
    serving: Service, wanted: Filter, ordering: str, preset: Preset, encoding: Encoding
) -> AsyncIterator[bytes]:
    codec = "gb18030" if encoding == "gb18030" else "utf-8"
    header = csv_rows([list(PRESETS[preset])]).encode(codec)
    yield b"\xef\xbb\xbf" + header if encoding == "utf-8-bom" else header

    def rows(first: int, views: Sequence[ObligationView]) -> bytes:
        columns = PRESETS[preset].values()
        cells = ([cell(first + at, view) for cell in columns] for at, view in enumerate(views))
        return csv_rows(cells).encode(codec)

    async for batch in _batches(serving, wanted, ordering, rows):
        yield batch


async def _batches(
    serving: Service, wanted: Filter, ordering: str, write: Callable[[int, Sequence[ObligationView]], bytes]
) -> AsyncIterator[bytes]:
    """Batches of rows, numbered from 1, as bytes; they are made in the thread that reads them."""

    def batch(connection: Connection, cursor: str | None, first: int) -> tuple[bytes, str | None, int]:
        page = obligations.page(connection, wanted, ordering=ordering, cursor=cursor, limit=BATCH)
        return write(first, page.results), page.next, first + len(page.results)

    cursor: str | None = None
    first = 1
    while True:
        data, cursor, first = await serving.read(batch, cursor, first)
        yield data
        if cursor is None:
            return


def json_lines(views: Iterable[ObligationView]) -> bytes:
    """Obligations as lines of JSON."""
    return b"".join(_line.dump_json(view) + b"\n" for view in views)


def csv_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows of CSV after RFC 4180, with CRLF; a cell that a spreadsheet would take for a formula gets an apostrophe.

    >>> csv_rows([["=1+1", "先查，后报"]]).strip()
    "'=1+1,先查，后报"
    """
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows([list(map(guarded, row)) for row in rows])
    return target.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs; taking away the first apostrophe gives the cell back."""
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def units(parties: Iterable[PartyView]) -> tuple[list[str], list[str]]:
    """牵头单位 and 配合单位. Of units without a stated role the first leads, unless another one does."""
    lead: dict[str, None] = {}
    plain: dict[str, None] = {}
    support: dict[str, None] = {}
    for party in parties:
        if party.type != "post":
            {"lead": lead, "support": support}.get(party.role, plain)[_named(party)] = None
    if not lead:
        lead = dict.fromkeys(list(plain)[:1])
    return list(lead), [name for name in {**plain, **support} if name not in lead]


def posts(parties: Iterable[PartyView]) -> list[str]:
    """责任人: the persons among the parties, by their posts."""
    return list(dict.fromkeys(_named(party) for party in parties if party.type == "post"))


def doubts(obligation: ObligationView) -> list[str]:
    """What somebody should settle before the row is sent out."""
    found = []
    if not obligation.parties:
        found.append("责任单位未明确")
    elif all(party.inherited for party in obligation.parties):
        found.append("责任单位承前文")
    if not obligation.deadlines and not obligation.standing:
        found.append("完成时限未明确")
    if obligation.proposal:
        found.append("规则另有建议")
    return found


def last_day(due: dt.datetime) -> str:
    """The last day on which an act is in time: `due` is exclusive, so midnight belongs to the day before.

    >>> last_day(dt.datetime(2022, 7, 1)), last_day(dt.datetime(2022, 3, 25, 18))
    ('2022-06-30', '2022-03-25')
    """
    return (due - dt.timedelta(minutes=1)).date().isoformat()


def _named(party: PartyView) -> str:
    return _one_line(party.text or party.canonical)


def _task(obligation: ObligationView) -> str:
    return _one_line(obligation.clean or obligation.text)


def _limits(obligation: ObligationView) -> str:
    once = "；".join(_said(limit) for limit in obligation.deadlines if limit.kind != "recurring")
    return once or ("长期" if obligation.standing else "")


def _said(deadline: DeadlineView) -> str:
    before = deadline.trigger if deadline.trigger and deadline.trigger not in deadline.text else ""
    return _one_line(before + deadline.text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
