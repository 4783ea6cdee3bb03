"""`duban reextract`: runs the present rules over stored speeches and tells what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from api import output
from api.commands import stored
from api.commands.inputs import Quiet, line

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.workers import Workers
    from models.engine import Database
    from models.store.rerun import Changes, FieldChange

ACTOR = "cli"


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(
        "reextract", help="用现行规则重读已存的讲话，人工更正保留。 Reads stored speeches anew; corrections stay."
    )(reextract)


def reextract(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[N...]", help="讲话编号，默认规则有变的 default: those of older rules"),
    ] = None,
    quiet: Quiet = False,
    database_url: stored.DatabaseUrl = None,
) -> None:
    """One line of JSON for each speech: what was added, removed, changed, and proposed beside corrections."""
    totals: Counter[str] = Counter()
    with stored.opened(database_url) as database:
        stored.run(_all(database, numbers, totals))
    if not quiet:
        output.complain(
            f"重读 {totals['speeches']} 篇：新增 {totals['added']}，消失 {totals['removed']}，"
            f"变化 {totals['changed']}，建议 {totals['proposed']}。 {totals['speeches']} speeches read: "
            f"{totals['added']} added, {totals['removed']} removed, {totals['changed']} changed, "
            f"{totals['proposed']} proposed."
        )
    if totals["failed"]:
        raise typer.Exit(3 if totals["speeches"] else 1)


async def _all(database: Database, numbers: list[int] | None, totals: Counter[str]) -> None:
    import extractor
    from api.workers import DocumentFailed, Workers
    from models.errors import NotFound

    settings = stored.settings()
    pool = Workers(processes=1, queue=1, seconds=settings.document_seconds, memory_mb=settings.worker_memory_mb)
    async with pool.running():
        for number in numbers or _outdated(database):
            try:
                changes = await _read_again(database, number, pool)
            except (NotFound, extractor.TextError, DocumentFailed) as error:
                totals["failed"] += 1
                output.complain(f"{number}: {error}")
                continue
            totals.update(
                speeches=1,
                added=len(changes.added),
                removed=len(changes.removed),
                changed=len(changes.changed),
                proposed=len(changes.proposed),
            )
            output.write([_line(number, changes)])


def _outdated(database: Database) -> Iterator[int]:
    from extractor import rules
    from models.store import speeches

    last = 0
    while True:
        with database.reading() as connection:
            found = speeches.outdated(connection, rules.fingerprint(), after=last)
        if not found:
            return
        yield from found
        last = found[-1]


async def _read_again(database: Database, number: int, pool: Workers) -> Changes:
    from models.records import Extraction
    from models.store import rerun, speeches

    with database.reading() as connection:
        view = speeches.get(connection, number)
        text = speeches.get_text(connection, number)
    found = Extraction.model_validate_json(await pool.read(text, view.date if view.date_source == "given" else None))

    def store(connection: Connection) -> Changes:
        return rerun.reextract(connection, number, found, actor=ACTOR)

    return database.write(store)


def _line(number: int, changes: Changes) -> str:
    return line(
        {
            "speech": number,
            "added": changes.added,
            "removed": changes.removed,
            "changed": [_told(change) for change in changes.changed],
            "proposed": [_told(change) for change in changes.proposed],
        }
    )


def _told(change: FieldChange) -> dict[str, object]:
    return {"obligation": change.obligation_id, "field": change.field, "before": change.before, "after": change.after}
