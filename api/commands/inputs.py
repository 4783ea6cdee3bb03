"""What the commands that read texts have in common: their options, and the way through a list of files."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

import extractor
from api import output, readers
from extractor import pack
from extractor.pack import Pack
from models.ledger import Encoding

T = TypeVar("T")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，应写作 2022-03-01。 Not a date; write it as 2022-03-01.") from None


def own_rules(path: str) -> Pack:
    """The office's own rules in a file or folder; a faulty one is a wrong use of the command."""
    try:
        return pack.load(Path(path))
    except pack.PackError as error:
        raise typer.BadParameter(str(error)) from None


Files = Annotated[list[str], typer.Argument(metavar="FILE...|-", help="文本文件，- 为标准输入 text files, - is stdin")]
OneFile = Annotated[str, typer.Argument(metavar="FILE|-", help="文本文件，- 为标准输入 a text file, - is stdin")]
Date = Annotated[
    dt.date | None,
    typer.Option("--date", parser=_day, metavar="D", help="讲话日期，如 2022-03-01 the day of the speech"),
]
OwnRules = Annotated[
    Pack | None,
    typer.Option("--rules", parser=own_rules, metavar="PATH", help="本单位的规则文件或文件夹 the office's own rules"),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON（多个文件时每行一个）one document, one a line for several")]
AsJsonl = Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON one document a line")]
AsTable = Annotated[bool, typer.Option("--table", help="供人阅读的表格 a table to read")]
CsvEncoding = Annotated[Encoding, typer.Option("--csv-encoding", help="CSV 的编码 the encoding of the CSV")]
Target = Annotated[Path | None, typer.Option("--output", "-o", metavar="PATH", help="写入文件 write to a file")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度和提醒 no progress, no remarks")]


def only_one(**formats: bool) -> None:
    """Refuses more than one format."""
    if sum(formats.values()) > 1:
        names = ["--" + name.removeprefix("as_") for name in formats]
        raise typer.BadParameter(f"{'、'.join(names)} 只能选一个。 Choose one of {', '.join(names)}.")


def line(value: object) -> str:
    """A JSON document in one line."""
    return json.dumps(value, ensure_ascii=False) + "\n"


def pretty(value: object) -> str:
    """A JSON document as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


class Work:
    """Reads files one after the other; what fails is told and remembered, and the rest goes on.

    ``bar`` shows progress, on a terminal and for several files only; a table on the terminal leaves no room for it.
    """

    def __init__(self, files: Sequence[str], quiet: bool, *, bar: bool) -> None:
        if list(files).count("-") > 1:
            raise typer.BadParameter("标准输入只能读一次。 Standard input can be read only once.")
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
