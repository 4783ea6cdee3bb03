"""The command `duban`: parses arguments, calls one function of the library, prints what it returns.

Data goes to standard output, messages to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of the
inputs failed and the rest is done.
"""

from __future__ import annotations

import io
import os
import sys

import typer

from api.commands import check, extract, rules, service
from api.output import Failure, complain

HELP = """\
督办：读讲话、通知、会议报道，列出谁、做什么、何时前完成。
Reads a Chinese speech, notice or meeting report and lists who has to do what by when.

例 Examples:
  duban extract 讲话.txt                          表格 a table to read
  duban extract --csv -o 台账.csv 讲话.txt 通知.txt    台账，用 Excel 或 WPS 打开 a ledger for Excel or WPS
  duban extract --json --date 2022-03-01 讲话.txt   全部结果 everything as JSON
  duban explain 讲话.txt                          逐句说明 the verdict on every sentence
  duban check 讲话.txt                            待明确清单 what to ask back
  duban rules                                   全部规则 the rules

各命令的用法 More: duban extract --help
"""

app = typer.Typer(
    name="duban",
    help="督办：从讲话、通知中列出谁、做什么、何时前完成。 Who has to do what by when, from Chinese speeches.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
extract.register(app)
check.register(app)
rules.register(app)
service.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from extractor.version import VERSION

        typer.echo(f"duban {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="版本 version"),  # noqa: ARG001
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(HELP, nl=False)


def main() -> None:
    """The entry point. A failure that the user can do something about ends with a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Results and messages are UTF-8 wherever they go; a terminal of another kind shows what it can.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        app()
    except Failure as failure:
        complain(str(failure))
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (duban … | head): nothing is left to do or to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
