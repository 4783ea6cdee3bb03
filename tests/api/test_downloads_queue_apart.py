"""Downloads, however many, leave the database to those who ask for little."""

from __future__ import annotations

import threading
import time

import anyio
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from api.deps import BULK_READS
from tests.api.conftest import service_of


def test_short_questions_are_answered_while_many_downloads_wait(client: TestClient) -> None:
    serving = service_of(client)
    parts, most, lock, release = 0, 0, threading.Lock(), threading.Event()

    def part(_: Connection) -> None:
        nonlocal parts, most
        with lock:
            parts += 1
            most = max(most, parts)
        release.wait(10)
        with lock:
            parts -= 1

    async def ask() -> float:
        async with anyio.create_task_group() as downloads:
            for _ in range(50):
                downloads.start_soon(serving.read_bulk, part)
            while parts < BULK_READS:
                await anyio.sleep(0.01)
            start = time.monotonic()
            await serving.read(lambda _: None)
            seconds = time.monotonic() - start
            release.set()
        return seconds

    assert client.portal is not None
    # Without a queue of their own the downloads would hold every thread until they are released.
    assert client.portal.call(ask) < 5
    assert most == BULK_READS
