"""Downloads of obligations: the ledger as CSV, or lines of JSON, in constant memory.

Each batch is read in a transaction of its own, and none is held while a reader is waited for: slow readers keep no
database connection. An error breaks the connection, so that no half of a file passes for a whole one.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Literal

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter
from sqlalchemy import Connection

from api.deps import Service
from api.errors import Problem
from models import ledger
from models.ledger import Encoding, Preset
from models.store import obligations
from models.store.obligations import Filter, ObligationView

Form = Literal["json", "csv", "jsonl"]

# Large enough for the database, small enough that others get their turn between two.
BATCH = 250

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

Write = Callable[[int, Sequence[ObligationView]], bytes]
"""Makes bytes of a batch, given how many rows came before it."""


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


def csv(
    serving: Service,
    wanted: Filter,
    ordering: str,
    preset: Preset = ledger.DEFAULT_PRESET,
    encoding: Encoding = "utf-8-sig",
) -> Response:
    """The ledger of all obligations that a filter lets pass."""
    head = b"".join(ledger.write_csv([ledger.header(preset)], encoding))
    table = _batches(serving, wanted, ordering, head, csv_writer(preset, encoding))
    charset = "gb18030" if encoding == "gb18030" else "utf-8"
    return StreamingResponse(table, 200, _saved_as(f"{preset}.csv"), f"text/csv; charset={charset}; header=present")


def jsonl(serving: Service, wanted: Filter, ordering: str) -> Response:
    """All obligations that a filter lets pass, one a line."""
    lines = _batches(serving, wanted, ordering, b"", lambda _, views: json_lines(views))
    return StreamingResponse(lines, 200, _saved_as("任务.jsonl"), "application/jsonl")


def _saved_as(name: str) -> dict[str, str]:
    plain = f"obligations.{name.rpartition('.')[2]}"
    disposition = f"attachment; filename={plain}; filename*=UTF-8''{urllib.parse.quote(name)}"
    return {"Content-Disposition": disposition}


async def _batches(
    serving: Service, wanted: Filter, ordering: str, head: bytes, write: Write
) -> AsyncIterator[bytes]:
    """The head, then the rows in batches, which are turned into bytes in the thread that reads them."""

    def batch(connection: Connection, cursor: str | None, before: int) -> tuple[bytes, str | None, int]:
        page = obligations.page(connection, wanted, ordering=ordering, cursor=cursor, limit=BATCH)
        return write(before, page.results), page.next, before + len(page.results)

    yield head
    cursor: str | None = None
    before = 0
    while True:
        data, cursor, before = await serving.read_bulk(batch, cursor, before)
        yield data
        if cursor is None:
            return


def json_lines(views: Iterable[ObligationView]) -> bytes:
    """Obligations as lines of JSON."""
    return b"".join(_line.dump_json(view) + b"\n" for view in views)


def csv_writer(preset: Preset, encoding: Encoding) -> Write:
    """Writes batches of a ledger; the rows are numbered through."""
    plain: Encoding = "utf-8" if encoding == "utf-8-sig" else encoding

    def write(before: int, views: Sequence[ObligationView]) -> bytes:
        rows = ledger.rows(map(ledger.stored_entry, views), preset)
        return b"".join(ledger.write_csv(([before + at, *row[1:]] for at, row in enumerate(rows, 1)), plain))

    return write
