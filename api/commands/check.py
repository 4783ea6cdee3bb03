"""`duban check`: what has to be asked back before a ledger can be filled in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer
from rich import box
from rich.table import Column, Table
from rich.text import Text

import extractor
from api import output
from api.commands.inputs import (
    AsJson,
    AsJsonl,
    AsTable,
    CsvEncoding,
    Date,
    Files,
    OwnRules,
    Quiet,
    Target,
    Work,
    line,
    only_one,
    pretty,
)
from extractor.check import check as queries_of
from extractor.pack import NONE
from models.ledger import Cell, write_csv
from models.records import Extraction, Query, QueryCode, Span

KINDS: dict[QueryCode, str] = {
    "no-party": "责任单位",
    "no-deadline": "完成时限",
    "vague": "模糊表述",
    "open-deadline": "时限不明",
    "no-date": "讲话日期",
    "no-calendar": "放假安排",
    "numbering-gap": "序号缺漏",
}
COLUMNS = ("序号", "文件", "类别", "待明确", "原文", "要求", "要求编号", "起", "止", "规则")
Checked = tuple[str, Extraction, tuple[Query, ...]]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("check", help="列出要问清的事项：缺责任单位、缺时限、模糊表述、序号缺漏。 What to ask back.")(check)


def check(
    files: Files,
    as_json: AsJson = False,
    as_jsonl: AsJsonl = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="待明确清单 a list for Excel or WPS")] = False,
    as_table: AsTable = False,
    date: Date = None,
    target: Target = None,
    encoding: CsvEncoding = "utf-8-sig",
    own: OwnRules = None,
    quiet: Quiet = False,
) -> None:
    """Without a format: a table on a terminal, else JSONL, one question a line."""
    only_one(as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, as_table=as_table)
    if not (as_json or as_jsonl or as_csv):
        as_table = as_table or (sys.stdout.isatty() and target is None)
    work = Work(files, quiet, bar=not (as_table and target is None))

    def ask(name: str, raw: str) -> Checked:
        found = extractor.extract(raw, date, pack=own or NONE)
        return name, found, queries_of(found, raw)

    results = work.run(lambda document: ask(document.name, document.text))
    if as_csv:
        output.write(write_csv(_rows(results), encoding), target)
    elif as_table and target is None:
        for name, found, queries in results:
            _show(name, found, queries)
    elif as_json:
        every = [_document(name, queries) for name, _, queries in results]
        whole = every[0] if len(files) == 1 and every else every
        output.write([pretty(whole)], target)
    else:
        output.write(_lines(results), target)
    work.finish()


def _document(name: str, queries: Sequence[Query]) -> dict[str, object]:
    return {"file": name, "queries": [q.model_dump(mode="json") for q in queries]}


def _lines(results: Iterable[Checked]) -> Iterator[str]:
    for name, _, queries in results:
        for q in queries:
            yield line({"file": name} | q.model_dump(mode="json"))


def _rows(results: Iterable[Checked]) -> Iterator[Sequence[Cell]]:
    yield COLUMNS
    number = 0
    for name, found, queries in results:
        spans = {o.id: o.span for o in found.obligations}
        for q in queries:
            number += 1
            about = _words(spans[q.obligation]) if q.obligation else ""
            asked = (KINDS[q.code], q.question, _words(q.span))
            where = (q.obligation or "", q.span.start, q.span.end)
            yield (number, name, *asked, about, *where, q.rule)


def _words(span: Span) -> str:
    return " ".join((span.clean or span.text).split())


def _show(name: str, found: Extraction, queries: Sequence[Query]) -> None:
    """The questions of one speech, those about one obligation together."""
    spans = {o.id: o.span for o in found.obligations}
    rows: dict[tuple[int, str], list[Query]] = {}
    for q in queries:
        about = spans[q.obligation] if q.obligation else q.span
        rows.setdefault((about.start, _words(about)), []).append(q)
    wide = (Column("要求", overflow="fold", ratio=3), Column("待明确", overflow="fold", ratio=2))
    table = Table("序号", *wide, box=box.SIMPLE)
    for number, ((_, words), asked) in enumerate(sorted(rows.items()), 1):
        table.add_row(str(number), Text(words), Text("\n".join(q.question for q in asked)))
    console = output.terminal()
    console.print(Text(f"{name}  {found.source.title or ''}", style="bold"))
    console.print(table if rows else "没有需要问清的事项。")
    console.print(f"{len(found.obligations)} 项要求，{len(queries)} 处待明确。", "")
