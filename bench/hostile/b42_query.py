"""B42: queries over a million obligations, from 16 clients: each filter, each pair of filters, and deep pages.

Beside them, in the same run from the same clients, /healthz: what HTTP and the clients themselves take.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import random
import sys
import time
from typing import Any
from urllib.parse import urlencode

from bench import store
from bench.hostile import harness, million
from bench.hostile.client import Client
from models.engine import open_database

CLIENTS = 16
REQUESTS = 400
PAGES = 2000
P99_MS = 50.0
BUSY = "教育局"
"""A department with many obligations, which the service's own directory calls the same."""


def parameters(wanted: dict[str, Any]) -> str:
    """A filter of the store as the query of a request."""
    words = {"departments": "department"}
    pairs = [(words.get(name, name), value) for name, value in wanted.items()]
    return urlencode([(name, one) for name, value in pairs for one in (value if isinstance(value, tuple) else (value,))
                      for one in [_written(one)]])  # fmt: skip


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.date().isoformat() if isinstance(value, dt.datetime) else str(value)


async def timed(clients: list[Client], paths: list[str]) -> tuple[list[float], set[int]]:
    """Asks for all paths, from all clients at once; seconds of each and the statuses."""
    waiting = iter(paths)
    times: list[float] = []
    statuses: set[int] = set()

    async def some(client: Client) -> None:
        for path in waiting:
            start = time.perf_counter()
            answer = await client.get(path)
            times.append(time.perf_counter() - start)
            statuses.add(answer.status)

    await asyncio.gather(*map(some, clients))
    return times, statuses


async def deep(port: int, pages: int) -> tuple[float, float, int]:
    """Mean seconds of the first and of the last pages of one list, and how many there were."""
    times: list[float] = []
    client, path = Client(port), "/v1/obligations?" + urlencode({"department": BUSY})
    while path and len(times) < pages:
        start = time.perf_counter()
        answer = (await client.get(path)).json()
        times.append(time.perf_counter() - start)
        following = answer["next"]
        path = following and following[following.index("/v1/") :]
    client.close()
    part = max(1, len(times) // 10)
    return harness.percentile(times[:part], 0.5), harness.percentile(times[-part:], 0.5), len(times)


async def measure(port: int, requests: int, chance: random.Random) -> tuple[dict[str, list[float]], set[int]]:
    drawn = dict(store.filters(chance))
    cases = [(name,) for name in drawn] + list(itertools.combinations(drawn, 2))
    clients = [Client(port) for _ in range(CLIENTS)]
    found, statuses = {}, set()
    found["/healthz"], _ = await timed(clients, ["/healthz"] * requests)
    for names in cases:
        paths = ["/v1/obligations?" + parameters({key: value for name in names for key, value in drawn[name]().items()})
                 for _ in range(requests)]  # fmt: skip
        found[" + ".join(names)], seen = await timed(clients, paths)
        statuses |= seen
    for client in clients:
        client.close()
    return found, statuses


def main() -> int:
    given = harness.options(__doc__, million.keep)
    report = harness.Report("B42", given)
    chance = random.Random(given.seed)
    with million.filled(given) as url:
        opened = open_database(url)
        plans = store.plans(opened, chance)
        opened.close()
        with harness.Service(url) as service:
            asyncio.run(measure(service.port, CLIENTS, chance))
            cpu = service.cpu_seconds()
            found, statuses = asyncio.run(measure(service.port, harness.scaled(REQUESTS, given), chance))
            cpu = service.cpu_seconds() - cpu
            first, last, pages = asyncio.run(deep(service.port, harness.scaled(PAGES, given)))
    scans = [line for lines in plans.values() for line in lines if store.is_scan(line)]
    bare = found.pop("/healthz")
    times = {name: harness.spread(some) for name, some in found.items()}
    slow = {name: time["p99"] for name, time in times.items() if time["p99"] > P99_MS}
    report.figures |= {"cases": len(times), "/healthz ms": harness.spread(bare), "ms": times}
    report.figures["CPU ms a query"] = round(cpu / sum(map(len, found.values())) * 1000, 2)
    report.fact("every query answered", statuses == {200}, sorted(statuses))
    report.fact("no plan reads a whole table", not scans, scans[:5])
    slower = f"{len(slow)} of {len(times)} slower: {slow}"
    report.speed(f"p99 {P99_MS:.0f} ms for each filter and pair", not slow, slower)
    report.fact("the deep list has many pages", pages > 10, pages)
    report.speed("deep pages cost the same as the first", last <= 1.5 * first,
                 {"first ms": round(first * 1000, 2), "last ms": round(last * 1000, 2), "pages": pages})  # fmt: skip
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
