"""Downloads of obligations: the ledger as CSV or XLSX, or lines of JSON, in constant memory.

Each part is read in a transaction of its own, and none is held while a reader is waited for: slow readers keep no
database connection. An error breaks the connection, so that no half of a file passes for a whole one.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import AsyncIterator, Callable
from typing import Literal

from anyio import to_thread
from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import Connection

from api import workbook
from api.deps import Service
from api.errors import Problem
from extractor import collector
from models import ledger
from models.ledger import Encoding, Preset
from models.store import export, obligations
from models.store.filters import Filter
from models.store.obligations import ObligationView
from models.store.paging import Position

Form = Literal["json", "csv", "jsonl", "xlsx"]

# So many lines at a time: large enough for the database, small enough that others get their turn between two.
BATCH = 500

_MEDIA: dict[str, Form] = {
    "application/json": "json",
    "application/*": "json",
    "*/*": "json",
    "text/csv": "csv",
    "text/*": "csv",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    workbook.MEDIA_TYPE: "xlsx",
}

_line = TypeAdapter(ObligationView)

Part = Callable[[Connection], bytes | None]
"""Reads the next part of a file; None after the last. It knows how far it has come."""


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
            f"可取的格式为 application/json、text/csv、application/jsonl、{workbook.MEDIA_TYPE}",
            f"there is application/json, text/csv, application/jsonl and {workbook.MEDIA_TYPE}",
        )
    return max(wishes, key=lambda wish: wish[0])[1]


def csv(
    serving: Service,
    wanted: Filter,
    ordering: str,
    preset: Preset = ledger.DEFAULT_PRESET,
    encoding: Encoding = "utf-8-sig",
) -> Response:
    """The ledger of all obligations that a filter lets pass."""
    head = b"".join(ledger.write_csv([ledger.header(preset)], encoding))
    table = _stream(serving, head, csv_parts(wanted, ordering, preset, encoding))
    charset = "gb18030" if encoding == "gb18030" else "utf-8"
    return StreamingResponse(table, 200, _saved_as(f"{preset}.csv"), f"text/csv; charset={charset}; header=present")


def jsonl(serving: Service, wanted: Filter, ordering: str) -> Response:
    """All obligations that a filter lets pass, one a line."""
    lines = _stream(serving, b"", json_parts(wanted, ordering))
    return StreamingResponse(lines, 200, _saved_as("任务.jsonl"), "application/jsonl")


async def xlsx(
    serving: Service, wanted: Filter, ordering: str, preset: Preset = ledger.DEFAULT_PRESET
) -> Response:
    """The ledger as a workbook, which is sent when it is complete: an error in between is answered as such."""
    mark = export.Mark()
    with workbook.new(preset) as book:

        @collector.resting()
        def part(connection: Connection) -> bool:
            tasks = export.following(connection, wanted, ordering, mark)
            book.add(tasks or [])
            return tasks is not None

        while await serving.read_bulk(part):
            pass
        file = await to_thread.run_sync(book.finish)
    return StreamingResponse(workbook.content(file), 200, _saved_as(f"{preset}.xlsx"), workbook.MEDIA_TYPE)


def _saved_as(name: str) -> dict[str, str]:
    plain = f"obligations.{name.rpartition('.')[2]}"
    disposition = f"attachment; filename={plain}; filename*=UTF-8''{urllib.parse.quote(name)}"
    return {"Content-Disposition": disposition}


async def _stream(serving: Service, head: bytes, part: Part) -> AsyncIterator[bytes]:
    """The head, then part after part, each made in the thread that reads it."""
    yield head
    while (data := await serving.read_bulk(part)) is not None:
        yield data


def csv_parts(wanted: Filter, ordering: str, preset: Preset, encoding: Encoding) -> Part:
    """The rows of the ledger, without a header; a task is a row, however many obligations it has."""
    plain: Encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    mark, rows = export.Mark(), 0

    @collector.resting()
    def part(connection: Connection) -> bytes | None:
        nonlocal rows
        tasks = export.following(connection, wanted, ordering, mark)
        if tasks is None:
            return None
        data = b"".join(ledger.write_csv(ledger.rows(tasks, preset, first=rows + 1), plain))
        rows += len(tasks)
        return data

    return part


def json_parts(wanted: Filter, ordering: str) -> Part:
    """Obligations as lines of JSON."""
    place: Position | None = None

    @collector.resting()
    def part(connection: Connection) -> bytes | None:
        nonlocal place
        places = obligations.keys(connection, wanted, ordering, place, BATCH)
        if not places:
            return None
        place = places[-1]
        views = obligations.load(connection, [one.key[-1] for one in places])
        return b"".join(_line.dump_json(view) + b"\n" for view in views)

    return part
