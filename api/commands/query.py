"""`duban query` and `duban export`: stored obligations, to read or as a ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from api import output
from api.commands import stored
from api.commands.inputs import AsJsonl, CsvEncoding, Target
from models import ledger
from models.ledger import Preset

if TYPE_CHECKING:
    from api.export import Part
    from models.engine import Database
    from models.store.obligations import ObligationView

SHOWN = 50


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("query", help="查已存的任务，如某单位的。 Finds stored obligations.")(query)
    app.command("export", help="把已存的任务导出为台账。 Writes stored obligations as a ledger.")(export)


def query(
    department: stored.Departments = None,
    role: stored.Role = None,
    modality: stored.Modality = None,
    due_before: stored.DueBefore = None,
    due_after: stored.DueAfter = None,
    has_deadline: stored.HasDeadline = None,
    speech: stored.Speech = None,
    status: stored.Status = None,
    q: stored.Words = None,
    ordering: stored.Ordering = "due",
    as_jsonl: AsJsonl = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="表格最多几条 rows of the table")] = SHOWN,
    database_url: stored.DatabaseUrl = None,
) -> None:
    """Without --jsonl: a table on a terminal, else JSONL."""
    given = stored.filter_of(
        department=department, role=role, modality=modality, due_before=due_before, due_after=due_after,
        has_deadline=has_deadline, speech=speech, status=status, q=q,
    )  # fmt: skip
    from api.export import json_parts
    from models.store import obligations

    with stored.opened(database_url) as database:
        with database.reading() as connection:
            wanted = given.wanted(connection)
        if as_jsonl or not sys.stdout.isatty():
            output.write(_parts(database, json_parts(wanted, ordering)))
            return
        with database.reading() as connection:
            page = obligations.page(connection, wanted, ordering=ordering, limit=limit)
            count = obligations.count(connection, wanted, at_most=100_001)
    _show(page.results)
    more = f"，先列 {len(page.results)} 条；全部用 --jsonl 或 duban export" if page.next else ""
    output.terminal().print(f"共 {count} 条{more}。")


def export(
    preset: Annotated[
        Preset, typer.Option("--preset", help="台账样式 the columns of the ledger")
    ] = ledger.DEFAULT_PRESET,
    target: Target = None,
    encoding: CsvEncoding = "utf-8-sig",
    department: stored.Departments = None,
    role: stored.Role = None,
    modality: stored.Modality = None,
    due_before: stored.DueBefore = None,
    due_after: stored.DueAfter = None,
    has_deadline: stored.HasDeadline = None,
    speech: stored.Speech = None,
    status: stored.Status = None,
    q: stored.Words = None,
    ordering: stored.Ordering = "text",
    database_url: stored.DatabaseUrl = None,
) -> None:
    """CSV to standard output or a file, a workbook to a file named .xlsx; a file appears only when it is complete."""
    given = stored.filter_of(
        department=department, role=role, modality=modality, due_before=due_before, due_after=due_after,
        has_deadline=has_deadline, speech=speech, status=status, q=q,
    )  # fmt: skip
    from api import workbook
    from api.export import csv_parts
    from models.store.export import tasks

    suffix = target.suffix.lower() if target else ""
    if suffix == ".xls":
        raise typer.BadParameter("请用 .xlsx 或 .csv 结尾的文件名。 Name the file .xlsx or .csv.")
    with stored.opened(database_url) as database:
        with database.reading() as connection:
            wanted = given.wanted(connection)
        if suffix == ".xlsx":
            with database.reading() as connection:
                output.write(workbook.written(tasks(connection, wanted, ordering), preset), target)
            return
        head = ledger.write_csv([ledger.header(preset)], encoding)
        rows = _parts(database, csv_parts(wanted, ordering, preset, encoding))
        output.write(chain(head, rows), target)


def _parts(database: Database, part: Part) -> Iterator[bytes]:
    """The parts of a file, all of one state of the database."""
    with database.reading() as connection:
        yield from iter(partial(part, connection), None)


def _show(found: list[ObligationView]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("编号", "牵头", "配合", "任务", "时限", "状态", "讲话", box=None, pad_edge=False, header_style="bold")
    for view in found:
        entry = ledger.stored_entry(view)
        who = ledger.roles(entry.parties)
        last = ledger.due_date(entry)
        said = "；".join(dict.fromkeys(limit.text for limit in view.deadlines))
        cells = [
            str(view.id),
            "、".join(who.leads),
            "、".join(who.others),
            " ".join(entry.text.split()),
            f"{said}（{last.isoformat()}）" if last else said,
            view.status,
            f"{view.speech_id} {view.speech_title or ''}".strip(),
        ]
        table.add_row(*(Text(_plain(cell)) for cell in cells))
    output.terminal().print(table)


def _plain(cell: str) -> str:
    # What is stored verbatim must not steer the terminal.
    return "".join(character if character.isprintable() else "�" for character in cell)
