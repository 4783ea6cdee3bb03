"""What the programs that send hostile input share: JSON requests, and many jobs over a few connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from bench.hostile.client import Answer, Client

Job = TypeVar("Job")

CONNECTIONS = 4


async def send(client: Client, method: str, path: str, value: Any, **headers: str) -> Answer:
    """A request with a JSON body; half a surrogate pair in it is sent as an escape."""
    return await client.request(method, path, json.dumps(value).encode(), content_type="application/json", **headers)


async def find(client: Client, path: str, **query: Any) -> Answer:
    """A GET with a query; half a surrogate pair is sent as the bytes that it would be in UTF-8."""
    return await client.get(f"{path}?{urlencode(query, doseq=True, errors='surrogatepass')}")


def each(port: int, jobs: Iterable[Job], work: Callable[[Client, Job], Awaitable[None]]) -> None:
    """Does all jobs, over CONNECTIONS connections at once."""
    waiting = iter(jobs)

    async def worker() -> None:
        client = Client(port)
        for job in waiting:
            await work(client, job)
        client.close()

    async def all_workers() -> None:
        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))

    asyncio.run(all_workers())
