"""What the commands on stored records share: opening the database, and the filter of obligations as options."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from api.output import Failure
from api.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from api.obligations import FilterQuery
    from models.engine import Database

T = TypeVar("T")

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", metavar="URL", help="数据库，默认 default: sqlite:///duban.db"),
]
Departments = Annotated[
    list[str] | None, typer.Option("--department", "-d", metavar="名称", help="单位，可多次 by any of its names")
]
Role = Annotated[str | None, typer.Option("--role", help="lead、support、responsible、supervise")]
Modality = Annotated[str | None, typer.Option("--modality", help="require、prohibit、encourage")]
DueBefore = Annotated[str | None, typer.Option("--due-before", metavar="D", help="最后一日早于 last day before D")]
DueAfter = Annotated[str | None, typer.Option("--due-after", metavar="D", help="最后一日不早于 D or later")]
HasDeadline = Annotated[bool | None, typer.Option("--has-deadline/--no-deadline", help="有无时限 whether")]
Speech = Annotated[int | None, typer.Option("--speech", metavar="N", help="讲话编号 number of the speech")]
Status = Annotated[str | None, typer.Option("--status", help="状态，如 办理中 its status")]
Words = Annotated[str | None, typer.Option("--q", "-q", metavar="词", help="任务中的词 words, all must occur")]
Ordering = Annotated[Literal["text", "id", "-id", "due", "-due"], typer.Option("--ordering", help="次序 the order")]


def settings(**flags: Any) -> Settings:
    """The settings from flags and the environment. Raises Failure."""
    try:
        return load(**flags)
    except SettingsError as error:
        raise Failure(str(error)) from None


@contextmanager
def opened(url: str | None) -> Iterator[Database]:
    """The database for the time of a block. Raises Failure, also for an error of the store within the block."""
    from sqlalchemy.exc import DBAPIError

    from models.engine import open_database
    from models.errors import StoreError

    try:
        database = open_database(settings(database_url=url).database_url)
        try:
            yield database
        finally:
            database.close()
    except StoreError as error:
        raise Failure(f"{error.chinese}。 {error}") from None
    except DBAPIError as error:
        reason = str(error.orig).strip().split("\n", 1)[0]
        raise Failure(f"数据库读写失败：{reason}。 The database failed: {reason}") from None


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, on the event loop that the service uses too."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    return uvloop.run(work)


def filter_of(**given: Any) -> FilterQuery:
    """The filter that options ask for. Raises typer.BadParameter that names the wrong one."""
    from pydantic import ValidationError

    from api.errors import invalid
    from api.obligations import FilterQuery

    try:
        return FilterQuery.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problem = invalid(error.errors())
        field, chinese, english = problem.faults[0]
        raise typer.BadParameter(f"--{field.split('.')[0].replace('_', '-')}：{chinese}。 {english}") from None
