"""What routes need, named once: the parts of the service, and who calls it."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy import Connection

from api.errors import Problem
from api.keys import Caller, Gate, is_loopback, look_up, require
from api.metrics import Metrics
from api.settings import Settings
from api.workers import Workers
from models.engine import Database, Work

P = ParamSpec("P")
T = TypeVar("T")

# So many changes share a transaction at most: none waits long for the others.
SHARING_WRITERS = 32
# So many parts of downloads are read at once, however many downloads there are.
BULK_READS = 2


class SharedWriter:
    """Writes in one thread; the changes that wait at the same moment share a transaction, and a wait for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "writer")
        self._waiting: deque[tuple[Work, asyncio.Future[Any]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, work: Work) -> Any:
        """Its result, once that is durable."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((work, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(len(self._waiting), SHARING_WRITERS))]
            together = partial(self._database.write_together, [work for work, _ in some])
            outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, together)
            for (_, answer), outcome in zip(some, outcomes, strict=True):
                if answer.cancelled():
                    continue
                if outcome.error is None:
                    answer.set_result(outcome.result)
                else:
                    answer.set_exception(outcome.error)
        self._writing = None

    def close(self) -> None:
        self._thread.shutdown()


class ThreadWriter:
    """Writes in some threads, each change in a transaction of its own: on PostgreSQL writers do not wait in line."""

    def __init__(self, database: Database, threads: int) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(threads, "writer")

    async def write(self, work: Work) -> Any:
        """Its result, once that is durable."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._database.write, work)

    def close(self) -> None:
        self._threads.shutdown()


@dataclass(slots=True)
class Service:
    """The running service. Its database calls run in threads, so that the event loop never waits for a disk."""

    settings: Settings
    database: Database
    workers: Workers
    metrics: Metrics
    gate: Gate = field(init=False)
    _writer: SharedWriter | ThreadWriter = field(init=False)
    _readers: ThreadPoolExecutor = field(init=False)
    _bulk: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        # No thread ever waits for a connection.
        writers = 1 if self.database.is_sqlite else max(1, self.settings.database_pool // 2)
        sharing = self.database.is_sqlite
        self._writer = SharedWriter(self.database) if sharing else ThreadWriter(self.database, writers)
        self._readers = ThreadPoolExecutor(self.settings.database_pool - writers, "reader")
        self._bulk = asyncio.Semaphore(BULK_READS)
        self.gate = Gate(lambda token: self.read(look_up, token), loopback=is_loopback(self.settings.host))

    def close(self) -> None:
        """Ends the threads, once what they do is done."""
        self._writer.close()
        self._readers.shutdown()
        self.database.close()

    async def read(self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of the store finds, in a transaction that only reads."""

        def work() -> T:
            with self.database.reading() as connection:
                return query(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def read_bulk(
        self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for the parts of something long: they queue apart, so that short questions need not wait."""
        async with self._bulk:
            return await self.read(query, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of the store returns; its change is durable when this returns, or undone when it raises."""
        found: T = await self._writer.write(lambda connection: change(connection, *args, **kwargs))
        return found


# The query parameters that may be given several times.
REPEATABLE = frozenset({"department"})


def require_once(request: Request) -> None:
    """Raises Problem for another parameter that is given twice: the last would win, and nobody would know."""
    query = request.query_params
    if len(query) < len(query.multi_items()) and request.scope["route"].dependant.query_params:
        given = Counter(name for name, _ in query.multi_items() if name not in REPEATABLE)
        if twice := [name[:100] for name, count in given.items() if count > 1]:
            raise Problem("invalid", faults=[(name, "不得重复", "must be given once") for name in twice])


async def service(request: Request) -> Service:
    found = request.app.state.service
    assert isinstance(found, Service)
    return found


Serving = Annotated[Service, Depends(service)]

# Only describes the scheme in OpenAPI: `Gate.check` reads the header, so that its errors are problems.
_bearer = HTTPBearer(auto_error=False, description="duban keys add NAME --role reader|writer|admin")


async def caller(request: Request, serving: Serving, _: Annotated[object, Security(_bearer)]) -> Caller:
    found = await serving.gate.check(request.headers)
    request.state.caller = found.name
    return found


def at_least(role: str) -> Callable[[Request, Caller], Awaitable[Caller]]:
    """A dependency that gives the caller, or refuses one with less than this role, or a question that is ambiguous."""

    async def check(request: Request, found: Annotated[Caller, Depends(caller)]) -> Caller:
        require(found, role)
        require_once(request)
        return found

    return check


Reading = Annotated[Caller, Depends(at_least("reader"))]
Writing = Annotated[Caller, Depends(at_least("writer"))]
Administering = Annotated[Caller, Depends(at_least("admin"))]
