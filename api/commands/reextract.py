"""`duban reextract`: runs the present rules over stored speeches and tells what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import output
from api.commands import stored
from api.commands.inputs import Quiet, line
from extractor import pack

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.settings import Settings
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
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="PATH", help="本单位的规则 the office's own rules")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只显示会有哪些变化，不保存 only show what would change")
    ] = False,
    quiet: Quiet = False,
    database_url: stored.DatabaseUrl = None,
) -> None:
    """One line of JSON for each speech: what was added, removed, changed, and proposed beside corrections."""
    totals: Counter[str] = Counter()
    settings = stored.settings(rules=rules)
    with stored.opened(database_url) as database:
        stored.run(_all(database, numbers, totals, settings, dry_run))
    if not quiet:
        output.complain(
            f"重读 {totals['speeches']} 篇：新增 {totals['added']}，消失 {totals['removed']}，"
            f"变化 {totals['changed']}，建议 {totals['proposed']}。 {totals['speeches']} speeches read: "
            f"{totals['added']} added, {totals['removed']} removed, {totals['changed']} changed, "
            f"{totals['proposed']} proposed."
        )
    if totals["failed"]:
        raise typer.Exit(3 if totals["speeches"] else 1)


async def _all(
    database: Database, numbers: list[int] | None, totals: Counter[str], settings: Settings, dry_run: bool
) -> None:
    import extractor
    from api.workers import DocumentFailed, Workers, reader
    from models.errors import NotFound

    own = pack.load(settings.rules).fingerprint if settings.rules else ""
    pool = Workers(
        processes=1,
        queue=1,
        seconds=settings.document_seconds,
        memory_mb=settings.worker_memory_mb,
        read=reader(settings),
    )
    async with pool.running():
        for number in numbers or _outdated(database, own):
            try:
                changes = await _read_again(database, number, pool, dry_run)
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


def _outdated(database: Database, own: str) -> Iterator[int]:
    from extractor import rules
    from models.store import speeches

    last = 0
    while True:
        with database.reading() as connection:
            found = speeches.outdated(connection, rules.fingerprint(own), after=last)
        if not found:
            return
        yield from found
        last = found[-1]


class _Preview(Exception):
    """Carries the changes out of a transaction that is undone."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes


async def _read_again(database: Database, number: int, pool: Workers, dry_run: bool) -> Changes:
    from models.records import Extraction
    from models.store import rerun, speeches

    with database.reading() as connection:
        view = speeches.get(connection, number)
        text = speeches.get_text(connection, number)
    found = Extraction.model_validate_json(await pool.read(text, view.date if view.date_source == "given" else None))

    def store(connection: Connection) -> Changes:
        changes = rerun.reextract(connection, number, found, actor=ACTOR)
        if dry_run:
            raise _Preview(changes)
        return changes

    try:
        return database.write(store)
    except _Preview as preview:
        return preview.changes


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
