"""`duban ingest`: reads files and stores them with their records."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from api import output, readers
from api.commands import stored
from api.commands.inputs import Date, Quiet, line

if TYPE_CHECKING:
    from api.workers import Workers
    from models.engine import Database

ACTOR = "cli"


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("ingest", help="读入文件，保存原文和记录。 Reads files and stores them with their records.")(ingest)


def ingest(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE|DIR|-", help="文件、文件夹或标准输入 files, folders or stdin")
    ],
    date: Date = None,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="逐个文件报告结果 tell of each file, one a line")] = False,
    quiet: Quiet = False,
    database_url: stored.DatabaseUrl = None,
) -> None:
    """A text that is stored already is left as it is, so a run that was broken off is taken up by repeating it."""
    if files.count("-") > 1:
        raise typer.BadParameter("标准输入只能读一次。 Standard input can be read only once.")
    names = [name for given in files for name in _expand(given)]
    outcomes: Counter[str] = Counter()
    with stored.opened(database_url) as database:
        failed = stored.run(_Run(database, date, as_jsonl, quiet, outcomes).all(names))
    if not quiet:
        output.complain(
            f"新存 {outcomes['created']}，已有 {outcomes['known']}，失败 {len(failed)}。 "
            f"{outcomes['created']} stored, {outcomes['known']} known, {len(failed)} failed."
        )
    if failed:
        output.complain(f"失败的 failed: {' '.join(failed)}")
        raise typer.Exit(1 if len(failed) == len(names) else 3)
    if not names:
        raise output.Failure("没有可读的文件。 There are no files to read.")


def _expand(given: str) -> Iterator[str]:
    """The files of a folder and its folders in order, hidden ones left out; anything else is itself."""
    folder = Path(given)
    if given == "-" or not folder.is_dir():
        yield given
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield str(path)


class _Run:
    """One run over files: as many are read at once as there are processes; what fails is told, and the rest goes on."""

    def __init__(
        self, database: Database, date: dt.date | None, as_jsonl: bool, quiet: bool, outcomes: Counter[str]
    ) -> None:
        self._database = database
        self._date = date
        self._as_jsonl = as_jsonl
        self._quiet = quiet
        self._outcomes = outcomes
        self._failed: list[str] = []

    async def all(self, names: list[str]) -> list[str]:
        """Stores the files; the names of those that failed."""
        from api.departments import seed
        from api.workers import Workers, reader

        settings = stored.settings()
        pool = Workers(
            processes=min(settings.workers, max(1, len(names))),
            queue=1,
            seconds=settings.document_seconds,
            memory_mb=settings.worker_memory_mb,
            read=reader(settings),
        )
        self._database.write(seed)
        waiting = iter(names)
        bar = Progress(console=Console(stderr=True), transient=True, disable=self._quiet or not sys.stderr.isatty())
        with bar as progress:
            task = progress.add_task("保存 storing", total=len(names))

            async def work() -> None:
                for name in waiting:
                    await self._one(name, pool)
                    progress.advance(task)

            async with pool.running():
                await asyncio.gather(*[work() for _ in range(pool.processes + 1)])
        return self._failed

    async def _one(self, name: str, pool: Workers) -> None:
        import extractor
        from api.errors import FAILURES
        from api.workers import DocumentFailed
        from models.errors import UnstorableText

        try:
            document = await asyncio.to_thread(readers.read, name)
            number, created = await self._store(document, pool)
        except readers.InputError as error:
            self._fail(name, str(error))
        except extractor.TextError as error:
            self._fail(name, str(error))
        except UnstorableText as error:
            self._fail(name, f"{error.chinese}。 {error}")
        except DocumentFailed as error:
            self._fail(name, "。 ".join(FAILURES[error.reason]))
        else:
            outcome = "created" if created else "known"
            self._outcomes[outcome] += 1
            for note in () if self._quiet else document.notes:
                output.complain(f"{name}: {note}")
            self._tell(file=name, outcome=outcome, speech=number)

    async def _store(self, document: readers.Document, pool: Workers) -> tuple[int, bool]:
        from models.store import speeches

        def known() -> int | None:
            with self._database.reading() as connection:
                found = speeches.find(connection, document.text)
                return found.speech_id if found else None

        number = await asyncio.to_thread(known)
        if number is not None:
            return number, False
        ready = await pool.prepare(document.text, self._date, self._database.dialect)
        saved = await asyncio.to_thread(
            self._database.write,
            lambda connection: speeches.save_prepared(connection, document.text, ready, actor=ACTOR),
        )
        return saved.speech_id, saved.created

    def _fail(self, name: str, reason: str) -> None:
        self._failed.append(name)
        output.complain(f"{name}: {reason}")
        self._tell(file=name, outcome="failed", reason=reason)

    def _tell(self, **facts: object) -> None:
        if self._as_jsonl:
            output.write([line(facts)])
