"""What routes need, named once: the parts of the service, and who calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Concatenate, ParamSpec, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy import Connection

from api.keys import Caller, Gate, is_loopback, look_up, require
from api.metrics import Metrics
from api.settings import Settings
from api.workers import Workers
from models.engine import Database

P = ParamSpec("P")
T = TypeVar("T")

SHARING_WRITERS = 32
# So many parts of downloads are read at once, however many downloads there are.
BULK_READS = 2


@dataclass(slots=True)
class Service:
    """The running service. Its database calls run in threads, so that the event loop never waits for a disk."""

    settings: Settings
    database: Database
    workers: Workers
    metrics: Metrics
    gate: Gate = field(init=False)
    _reads: anyio.CapacityLimiter = field(init=False)
    _writes: anyio.CapacityLimiter = field(init=False)
    _bulk: anyio.CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        # No thread ever waits for a connection. SQLite's writers share one: those that wait write together.
        writers = 1 if self.database.is_sqlite else max(1, self.settings.database_pool // 2)
        self._writes = anyio.CapacityLimiter(SHARING_WRITERS if self.database.is_sqlite else writers)
        self._reads = anyio.CapacityLimiter(self.settings.database_pool - writers)
        self._bulk = anyio.CapacityLimiter(BULK_READS)
        self.gate = Gate(lambda token: self.read(look_up, token), loopback=is_loopback(self.settings.host))

    async def read(self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of the store finds, in a transaction that only reads."""

        def work() -> T:
            with self.database.reading() as connection:
                return query(connection, *args, **kwargs)

        return await to_thread.run_sync(work, limiter=self._reads)

    async def read_bulk(
        self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for the parts of something long: they queue apart, so that short questions need not wait."""
        async with self._bulk:
            return await self.read(query, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of the store returns; its change is durable when this returns, or undone when it raises."""

        def work() -> T:
            return self.database.write(lambda connection: change(connection, *args, **kwargs))

        return await to_thread.run_sync(work, limiter=self._writes)


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


def at_least(role: str) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that gives the caller, or refuses one with less than this role."""

    async def check(found: Annotated[Caller, Depends(caller)]) -> Caller:
        require(found, role)
        return found

    return check


Reading = Annotated[Caller, Depends(at_least("reader"))]
Writing = Annotated[Caller, Depends(at_least("writer"))]
Administering = Annotated[Caller, Depends(at_least("admin"))]
