"""B14: slow senders are cut. Half heads, half bodies and single bytes now and then, while honest clients go on."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time

from bench.hostile import harness
from bench.hostile.client import Client

SENDERS = 500
HONEST = 4
CUT_SECONDS = 20.0
WATCH_SECONDS = 30.0
QUIET_SECONDS = 5.0

_HEAD = b"POST /v1/extract HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\n"
# What is sent at once, and whether single bytes follow.
KINDS: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "half head": (_HEAD, b""),
    "half body": (_HEAD + b"content-length: 1000\r\n\r\n" + b"x" * 500, b""),
    "half chunk": (_HEAD + b"transfer-encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 500, b""),
    "head byte by byte": (_HEAD + b"x-slow: ", b"x"),
    "body byte by byte": (_HEAD + b"content-length: 1000\r\n\r\n", b"x"),
}


async def send_slowly(port: int, kind: str) -> float:
    """Seconds until the service closes the connection; infinite when it does not."""
    first, more = KINDS[kind]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    start = time.monotonic()

    async def trickle() -> None:
        while more:
            await asyncio.sleep(0.25)
            writer.write(more)

    writer.write(first)
    drip = asyncio.create_task(trickle())
    try:
        async with asyncio.timeout(WATCH_SECONDS):
            while await reader.read(65536):
                pass
    except ConnectionError:
        pass
    except TimeoutError:
        return float("inf")
    finally:
        drip.cancel()
        writer.close()
    return time.monotonic() - start


async def honest(port: int, until: asyncio.Event) -> tuple[list[float], list[int]]:
    """Times and statuses of clients that post without pause."""
    times: list[float] = []
    statuses: list[int] = []
    numbers = itertools.count()

    async def some(_: int) -> None:
        client = Client(port)
        while not until.is_set():
            start = time.perf_counter()
            answer = await client.post("/v1/extract", harness.speech(next(numbers)))
            times.append(time.perf_counter() - start)
            statuses.append(answer.status)
            await asyncio.sleep(0.02)
        client.close()

    await harness.together(HONEST, some)
    return times, statuses


async def attack(port: int, senders: int) -> tuple[list[float], dict[str, list[float]], tuple[list[float], list[int]]]:
    enough = asyncio.Event()
    quiet = asyncio.create_task(honest(port, enough))
    await asyncio.sleep(QUIET_SECONDS)
    enough.set()
    quiet_times, _ = await quiet
    over = asyncio.Event()
    meanwhile = asyncio.create_task(honest(port, over))
    kinds = [kind for _, kind in zip(range(senders), itertools.cycle(KINDS), strict=False)]
    closed: dict[str, list[float]] = {kind: [] for kind in KINDS if kind in kinds}
    for kind, seconds in zip(kinds, await asyncio.gather(*(send_slowly(port, kind) for kind in kinds)), strict=True):
        closed[kind].append(seconds)
    over.set()
    return quiet_times, closed, await meanwhile


def main() -> int:
    given = harness.options(__doc__)
    senders = harness.scaled(SENDERS, given)
    report = harness.Report("B14", given)
    with harness.database(given.db) as database, harness.Service(database.url, "empty") as service:
        quiet, closed, (times, statuses) = asyncio.run(attack(service.port, senders))
        code, _ = service.terminate()
    slowest = {kind: round(max(seconds), 1) for kind, seconds in closed.items()}
    report.figures["senders"] = senders
    report.fact(f"all closed in {CUT_SECONDS:.0f} s", max(slowest.values()) <= CUT_SECONDS, slowest)
    report.fact("no error for honest clients", set(statuses) == {200}, f"{len(statuses)} {sorted(set(statuses))}")
    report.fact("orderly end", code == 0, code)
    before, during = harness.spread(quiet), harness.spread(times)
    report.speed("p99 of honest clients at most twice that of a quiet time", during["p99"] <= 2 * before["p99"],
                 {"quiet": before, "meanwhile": during})  # fmt: skip
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
