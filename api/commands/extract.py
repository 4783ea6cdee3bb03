"""`duban extract`, `duban explain`, `duban times`: read texts, print what is in them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import extractor
from api import ledger, output, show
from api.commands.inputs import (
    AsJson,
    AsJsonl,
    AsTable,
    CsvEncoding,
    Date,
    Files,
    OneFile,
    OwnRules,
    Quiet,
    Target,
    Work,
    line,
    only_one,
    pretty,
)
from extractor import nlp
from extractor.pack import NONE
from models.ledger import DEFAULT_PRESET, Preset


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("extract", help="从讲话中列出要求、责任单位和时限。 Who has to do what by when.")(extract)
    app.command("explain", help="逐句说明判定和所依规则。 The verdict on every sentence, and its rule.")(explain)
    app.command("times", help="列出文中全部时间表达。 Every time expression of a text, as JSONL.")(times)


def extract(
    files: Files,
    as_json: AsJson = False,
    as_jsonl: AsJsonl = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="台账 a ledger for Excel or WPS")] = False,
    as_xlsx: Annotated[bool, typer.Option("--xlsx", help="台账工作簿，须有 -o a workbook, needs -o")] = False,
    as_table: AsTable = False,
    date: Date = None,
    target: Target = None,
    preset: Annotated[Preset, typer.Option("--preset", help="台账样式 the columns of the ledger")] = DEFAULT_PRESET,
    encoding: CsvEncoding = "utf-8-sig",
    segmenter: Annotated[
        Path | None, typer.Option("--segmenter", metavar="DIR", help="另用分词模型 another segmenter model")
    ] = None,
    own: OwnRules = None,
    quiet: Quiet = False,
) -> None:
    """Without a format: a table on a terminal, else JSON for one file and JSONL for several."""
    only_one(as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, as_xlsx=as_xlsx, as_table=as_table)
    if as_xlsx and target is None:
        raise typer.BadParameter("--xlsx 须用 -o 指明文件。 --xlsx needs a file: -o 台账.xlsx")
    if not (as_json or as_jsonl or as_csv or as_xlsx):
        as_table = as_table or (sys.stdout.isatty() and target is None)
    if segmenter is not None:
        _load(segmenter)
    work = Work(files, quiet, bar=not (as_table and target is None))
    results = work.run(lambda d: (d.name, extractor.extract(d.text, date, segmenter, own or NONE)))
    if as_csv:
        output.write(ledger.csv_file(results, preset, encoding), target)
    elif as_xlsx:
        output.write(ledger.xlsx_file(results, preset), target)
    elif as_table and target is None:
        for name, found in results:
            show.extraction(output.terminal(), name, found)
    elif as_table:
        output.write((show.as_text(name, found) for name, found in results), target)
    elif as_jsonl or len(files) > 1:
        output.write((line({"file": name} | found.model_dump(mode="json")) for name, found in results), target)
    else:
        output.write((pretty(found.model_dump(mode="json")) for _, found in results), target)
    work.finish()


def explain(
    file: OneFile, as_jsonl: AsJsonl = False, as_table: AsTable = False, own: OwnRules = None, quiet: Quiet = False
) -> None:
    """Without a format: a table on a terminal, else JSONL."""
    only_one(as_jsonl=as_jsonl, as_table=as_table)
    work = Work([file], quiet, bar=False)
    for sentences in work.run(lambda document: extractor.explain(document.text, own or NONE)):
        if as_table or (sys.stdout.isatty() and not as_jsonl):
            show.sentences(output.terminal(), sentences)
        else:
            output.write(line(sentence.model_dump(mode="json")) for sentence in sentences)
    work.finish()


def times(file: OneFile = "-", date: Date = None, target: Target = None, quiet: Quiet = False) -> None:
    """One JSON document a line."""
    work = Work([file], quiet, bar=False)
    for found in work.run(lambda document: extractor.times(document.text, date)):
        output.write((line(time.model_dump(mode="json")) for time in found), target)
    work.finish()


def _load(segmenter: Path) -> None:
    """Reads the model now, so that a wrong folder is told once and before any text is read."""
    try:
        nlp.load(segmenter)
    except nlp.SegmenterError as error:
        raise output.Failure(str(error)) from None
