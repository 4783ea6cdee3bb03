"""`duban extract`, `duban explain`, `duban times`: read texts, print what is in them."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

import extractor
from api import ledger, output, readers, show
from extractor import nlp
from models.records import Extraction, Record

T = TypeVar("T")


class Encoding(StrEnum):
    """What a CSV can be written in."""

    UTF_8_BOM = "utf-8-bom"
    UTF_8 = "utf-8"
    GB18030 = "gb18030"

    @property
    def codec(self) -> str:
        return "utf-8-sig" if self is Encoding.UTF_8_BOM else str(self)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，应写作 2022-03-01。 Not a date; write it as 2022-03-01.") from None


Files = Annotated[list[str], typer.Argument(metavar="FILE...|-", help="文本文件，- 为标准输入 text files, - is stdin")]
OneFile = Annotated[str, typer.Argument(metavar="FILE|-", help="文本文件，- 为标准输入 a text file, - is stdin")]
Date = Annotated[
    dt.date | None,
    typer.Option("--date", parser=_day, metavar="D", help="讲话日期，如 2022-03-01 the day of the speech"),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON（多个文件时每行一个）one document, one a line for several")]
AsJsonl = Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON one document a line")]
AsTable = Annotated[bool, typer.Option("--table", help="供人阅读的表格 a table to read")]
Target = Annotated[Path | None, typer.Option("--output", "-o", metavar="PATH", help="写入文件 write to a file")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度和提醒 no progress, no remarks")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("extract", help="从讲话中列出要求、责任单位和时限。 Who has to do what by when.")(extract)
    app.command("explain", help="逐句说明判定和所依规则。 The verdict on every sentence, and its rule.")(explain)
    app.command("times", help="列出文中全部时间表达。 Every time expression of a text, as JSONL.")(times)


def extract(
    files: Files,
    as_json: AsJson = False,
    as_jsonl: AsJsonl = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="督办台账 a ledger for Excel or WPS")] = False,
    as_table: AsTable = False,
    date: Date = None,
    target: Target = None,
    encoding: Annotated[
        Encoding, typer.Option("--csv-encoding", help="CSV 的编码 the encoding of the CSV")
    ] = Encoding.UTF_8_BOM,
    segmenter: Annotated[
        Path | None, typer.Option("--segmenter", metavar="DIR", help="另用分词模型 another segmenter model")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Without a format: a table on a terminal, else JSON for one file and JSONL for several."""
    chosen = [as_json, as_jsonl, as_csv, as_table]
    if sum(chosen) > 1:
        raise typer.BadParameter("--json、--jsonl、--csv、--table 只能选一个。 Choose one of these four.")
    if files.count("-") > 1:
        raise typer.BadParameter("标准输入只能读一次。 Standard input can be read only once.")
    if not any(chosen):
        as_table = sys.stdout.isatty() and target is None
    if segmenter is not None:
        _load(segmenter)
    work = _Work(files, quiet, bar=not (as_table and target is None))
    results = work.run(lambda document: (document, extractor.extract(document.text, date, segmenter)))
    if as_csv:
        output.write(ledger.csv_lines((d.name, x) for d, x in results), target, encoding.codec)
    elif as_table and target is None:
        for document, extraction in results:
            show.extraction(output.terminal(), document.name, extraction)
    elif as_table:
        output.write((show.as_text(document.name, extraction) for document, extraction in results), target)
    elif as_jsonl or len(files) > 1:
        output.write((_line({"file": d.name} | x.model_dump(mode="json")) for d, x in results), target)
    else:
        output.write((_pretty(x) for _, x in results), target)
    work.finish()


def explain(
    file: OneFile,
    as_jsonl: AsJsonl = False,
    as_table: AsTable = False,
    quiet: Quiet = False,
) -> None:
    """Without a format: a table on a terminal, else JSONL."""
    if as_jsonl and as_table:
        raise typer.BadParameter("--jsonl、--table 只能选一个。 Choose one of --jsonl, --table.")
    work = _Work([file], quiet, bar=False)
    for _, sentences in work.run(lambda document: (document, extractor.explain(document.text))):
        if as_table or (sys.stdout.isatty() and not as_jsonl):
            show.sentences(output.terminal(), sentences)
        else:
            output.write(_records(sentences))
    work.finish()


def times(file: OneFile = "-", date: Date = None, target: Target = None, quiet: Quiet = False) -> None:
    """One JSON document a line."""
    work = _Work([file], quiet, bar=False)
    for _, found in work.run(lambda document: (document, extractor.times(document.text, date))):
        output.write(_records(found), target)
    work.finish()


def _load(segmenter: Path) -> None:
    """Reads the model now, so that a wrong folder is told once and before any text is read."""
    try:
        nlp.load(segmenter)
    except nlp.SegmenterError as error:
        raise output.Failure(str(error)) from None


class _Work:
    """Reads files one after the other; what fails is told and remembered, and the rest goes on."""

    def __init__(self, files: list[str], quiet: bool, *, bar: bool) -> None:
        self._files = files
        self._quiet = quiet
        self._bar = bar and not quiet and len(files) > 1 and sys.stderr.isatty()
        self._failed: list[str] = []

    def run(self, act: Callable[[readers.Document], T]) -> Iterator[T]:
        """What `act` makes of each document that can be read."""
        with Progress(console=Console(stderr=True), transient=True, disable=not self._bar) as progress:
            for name in progress.track(self._files, description="读取 reading"):
                try:
                    document = readers.read(name)
                    result = act(document)
                except (readers.InputError, extractor.TextError) as error:
                    output.complain(f"{name}: {error}")
                    self._failed.append(name)
                    continue
                for note in () if self._quiet else document.notes:
                    output.complain(f"{name}: {note}")
                yield result

    def finish(self) -> None:
        """Leaves with exit code 1 when every input failed, 3 when some did."""
        if not self._failed:
            return
        if len(self._files) > 1:
            output.complain(
                f"{len(self._files)} 个文件中 {len(self._failed)} 个失败。 "
                f"{len(self._failed)} of {len(self._files)} files failed: {' '.join(self._failed)}"
            )
        raise typer.Exit(1 if len(self._failed) == len(self._files) else 3)


def _pretty(extraction: Extraction) -> str:
    return json.dumps(extraction.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _records(found: Sequence[Record]) -> Iterator[str]:
    return (_line(record.model_dump(mode="json")) for record in found)
