"""The pool of processes: bad documents cost no other, a full queue refuses, dead processes are replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.workers import Busy, DocumentFailed, Reader, Workers
from extractor import TextError
from tests.api.readers_for_tests import poisonable


def pooled(test: Callable[[Workers], Awaitable[None]], read: Reader = poisonable, **sizes: Any) -> None:
    """Runs a coroutine with a pool of two processes."""

    async def main() -> None:
        pool = Workers(**{"processes": 2, "queue": 4, "seconds": 1.0, "memory_mb": 2048, "read": read} | sizes)
        async with pool.running():
            await test(pool)

    asyncio.run(main())


def pid() -> int:
    """Which process answers."""
    time.sleep(0.02)
    return os.getpid()


def has_all() -> tuple[int, bool]:
    """Which process answers, and whether it has loaded what cuts words and what makes rows."""
    return pid(), {"spacy.lang.zh", "sqlalchemy"} <= sys.modules.keys()


async def failure(pool: Workers, text: str) -> str:
    with pytest.raises(DocumentFailed) as caught:
        await pool.read(text, None)
    return caught.value.reason


def test_poison_is_named_and_costs_no_other_document() -> None:
    async def test(pool: Workers) -> None:
        good = [asyncio.create_task(pool.read(f"{n}、各镇要加强巡查。", None)) for n in range(20)]
        reasons = await asyncio.gather(*(failure(pool, f"毒：{kind}") for kind in ("退出", "崩溃", "循环", "内存", "过多", "异常")))
        assert reasons == ["crashed", "crashed", "time", "memory", "size", "error"]
        assert all(b'"obligations":[{' in answer for answer in await asyncio.gather(*good))
        assert pool.failures == {"crashed": 2, "time": 1, "memory": 1, "size": 1, "error": 1}

    pooled(test)


def test_no_document_pays_for_the_start_of_a_process() -> None:
    async def test(pool: Workers) -> None:
        for _ in range(2):
            await asyncio.gather(failure(pool, "毒：退出"), failure(pool, "毒：退出"))
            # The time is far too short to start a process and to load its rules.
            await asyncio.gather(*(pool.read("各镇要加强巡查。", None) for _ in range(4)))

    pooled(test, seconds=0.5)


def test_idle_processes_that_die_are_replaced() -> None:
    async def test(pool: Workers) -> None:
        before = set(await asyncio.gather(*(pool.run(5.0, pid) for _ in range(8))))
        assert len(before) == 2
        for number in before:
            os.kill(number, signal.SIGKILL)
        await asyncio.sleep(0.2)
        after = set(await asyncio.gather(*(pool.run(5.0, pid) for _ in range(8))))
        assert len(after) == 2 and not before & after

    pooled(test, seconds=10.0)


def test_signals_to_the_whole_group_do_not_end_documents() -> None:
    async def test(pool: Workers) -> None:
        numbers = set(await asyncio.gather(*(pool.run(5.0, pid) for _ in range(8))))
        for number in numbers:
            os.kill(number, signal.SIGTERM)
            os.kill(number, signal.SIGINT)
        await asyncio.sleep(0.1)
        assert set(await asyncio.gather(*(pool.run(5.0, pid) for _ in range(8)))) == numbers

    pooled(test)


def test_what_takes_long_to_load_is_there_before_a_document_needs_it() -> None:
    async def test(pool: Workers) -> None:
        async def loaded() -> bool:
            found = await asyncio.gather(*(pool.run(5.0, has_all) for _ in range(8)))
            return len({process for process, _ in found}) == 2 and all(has for _, has in found)

        pool.load_rest("sqlite")
        async with asyncio.timeout(20):
            while not await loaded():
                await asyncio.sleep(0.05)

    pooled(test)


def test_a_full_queue_refuses_and_recovers() -> None:
    async def test(pool: Workers) -> None:
        async def one() -> bool:
            try:
                async with pool.admitted():
                    await pool.read("慢：各镇要加强巡查。", None)
            except Busy:
                return False
            return True

        served = await asyncio.gather(*(one() for _ in range(10)))
        assert served == [True] * 6 + [False] * 4
        assert await one()
        assert pool.waiting == 0

    pooled(test)


def test_a_text_that_is_refused_is_no_failure() -> None:
    async def test(pool: Workers) -> None:
        with pytest.raises(TextError):
            await pool.read("坏\ud800字", None)
        assert not any(pool.failures.values())

    pooled(test)
