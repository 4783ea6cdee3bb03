"""Processes that read speeches: the CPU work stays off the event loop, and no document can harm the service.

A document is read in a process of its own choosing for a limited time. One that ends its process (crash, memory) or
outlasts the time is answered with DocumentFailed; its process is replaced and no other document notices.

The processes are those of `anyio.to_process`: one document at a time each, so that a dead one costs no other. Pools
that share a queue between their processes lose all of it when one dies.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

import anyio
from anyio import BrokenWorkerProcess, to_process

import extractor
from api.settings import MEBIBYTE, Settings
from extractor import pack
from models.records import Extraction

if TYPE_CHECKING:
    from models.store.prepared import Prepared

log = logging.getLogger("duban.workers")

Args = TypeVarTuple("Args")
Result = TypeVar("Result")
Reader = Callable[[str, dt.date | None], Extraction]

# A process that nobody uses is ended by anyio after 300 s; asked for now and then, it stays and keeps its rules loaded.
WARM_SECONDS = 120.0
LOAD_SECONDS = 60.0

# Short names such as 教育 are found by asking the segmenter whether they are words here.
NEEDS_SEGMENTER = "卫生、教育要跟上，各镇配合。"

# A long document gets more time: reading is linear, and several times as fast as this.
CHARS_PER_SECOND = 50_000
# Records of so many bytes are those of a whole collection, not of a speech; nobody could hold them in memory.
MAX_RESULT_BYTES = 32 * MEBIBYTE

REASONS = ("crashed", "time", "memory", "size", "error")


class Busy(Exception):
    """So many documents are waiting that one more is refused."""


class DocumentFailed(Exception):
    """A document that cannot be read; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_speech(
    text: str, date: dt.date | None, rules: Path | None = None, segmenter: Path | None = None
) -> Extraction:
    """The extraction of a text with the office's own rules and segmenter. Raises extractor.TextError."""
    return extractor.extract(text, date, segmenter, _own_rules(rules) if rules else pack.NONE)


_own_rules = cache(pack.load)


def reader(settings: Settings) -> Reader:
    """What the processes do with a text under these settings."""
    return partial(read_speech, rules=settings.rules, segmenter=settings.segmenter)


class Workers:
    """The pool. `read` runs in the processes, so it must be importable by name."""

    def __init__(
        self, *, processes: int, queue: int, seconds: float, memory_mb: int, read: Reader = read_speech
    ) -> None:
        self.processes = processes
        self.capacity = processes + queue
        self.waiting = 0
        self.failures: dict[str, int] = dict.fromkeys(REASONS, 0)
        self._seconds = seconds
        self._memory = memory_mb * MEBIBYTE
        self._read = read
        # Time counts from when a slot is free, so the slots are taken first; anyio wants a limiter of its own.
        self._slots = anyio.CapacityLimiter(processes)
        self._known: set[int] = set()
        self._missing = processes
        self._started = anyio.CapacityLimiter(processes)
        self._background: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Workers]:
        """Starts all processes; they are ready when the block begins and gone when it ends."""
        await self._load_all()
        keeper = asyncio.create_task(self._keep_warm())
        try:
            yield self
        finally:
            tasks = [keeper, *self._background]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*[self._end_one() for _ in range(self.processes)])

    def load_rest(self, dialect: str) -> None:
        """Begins to prepare, in each process, a text that needs the segmenter: to load what that takes lasts nearly a
        second, which no document of a service should pay, nor its start."""
        self._start(self._load_rest(dialect))

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """A place in the queue for one document, from before it is read until it is stored. Raises Busy."""
        if self.waiting >= self.capacity:
            raise Busy
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    async def read(self, text: str, date: dt.date | None) -> bytes:
        """The extraction of a text as JSON, from the next free process.

        Raises extractor.TextError for a text that cannot be stored, DocumentFailed for one that cannot be read.
        """
        return await self.run(self._seconds_for(text), written, self._read, text, date)

    async def prepare(self, text: str, date: dt.date | None, dialect: str) -> Prepared:
        """As `read`, but ready to be stored in a database of this dialect."""
        return await self.run(self._seconds_for(text), prepared, self._read, text, date, dialect)

    def _seconds_for(self, text: str) -> float:
        return self._seconds + len(text) / CHARS_PER_SECOND

    async def run(self, seconds: float, function: Callable[[*Args], Result], *args: *Args) -> Result:
        """Calls a function, importable by name, in the next free process. Raises TextError or DocumentFailed."""
        async with self._slots:
            await self._make_ready()
            try:
                with anyio.fail_after(seconds):
                    return await self._call(function, *args)
            except extractor.TextError:
                raise
            except TimeoutError:
                reason = "time"
            except BrokenWorkerProcess:
                reason = "crashed"
            except MemoryError:
                reason = "memory"
            except _TooMuch:
                reason = "size"
            except Exception as error:
                log.error("reading failed", exc_info=error)
                reason = "error"
        self.failures[reason] += 1
        log.warning("document set aside", extra={"facts": {"reason": reason}})
        if reason in ("crashed", "time"):
            self._missing += 1
            self._start(self._load_all())
        raise DocumentFailed(reason)

    async def _call(self, function: Callable[[*Args], Result], *args: *Args) -> Result:
        call = partial(_in_process, self._memory, function, args)
        return await to_process.run_sync(call, cancellable=True, limiter=self._started)

    async def _load_all(self) -> None:
        """Starts what is missing and loads the rules there."""
        await asyncio.gather(*[self._load_one() for _ in range(self.processes)])

    async def _load_rest(self, dialect: str) -> None:
        calls = (self._use_one(prepared, self._read, NEEDS_SEGMENTER, None, dialect) for _ in range(self.processes))
        await asyncio.gather(*calls)

    async def _load_one(self) -> None:
        async with self._slots:
            await self._make_ready()

    async def _make_ready(self) -> None:
        """Sees to it that the next call meets a process with its rules loaded: no document pays for that."""
        if self._missing:
            with anyio.fail_after(LOAD_SECONDS):
                number = await self._call(_load, self._read)
            if number not in self._known:
                self._known.add(number)
                self._missing -= 1

    async def _end_one(self) -> None:
        async with self._slots:
            with suppress(BrokenWorkerProcess), anyio.move_on_after(self._seconds):
                await self._call(os._exit, 0)

    async def _keep_warm(self) -> None:
        while True:
            await asyncio.sleep(WARM_SECONDS)
            # All at once and each for a moment, so that each meets a process of its own.
            await asyncio.gather(*[self._use_one(time.sleep, 0.05) for _ in range(self.processes)])

    async def _use_one(self, function: Callable[[*Args], object], *args: *Args) -> None:
        async with self._slots:
            with suppress(BrokenWorkerProcess):
                await self._call(function, *args)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a process did not start", exc_info=error)


# From here on: what runs in the processes.


def _in_process(memory: int, function: Callable[[*Args], Result], args: tuple[*Args]) -> Result:
    _prepare(memory)
    return function(*args)


class _TooMuch(Exception):
    """More records than MAX_RESULT_BYTES."""


def written(read: Reader, text: str, date: dt.date | None) -> bytes:
    """What `read` finds in a text, as JSON."""
    result = read(text, date).to_json()
    if len(result) > MAX_RESULT_BYTES:
        raise _TooMuch
    return result


def prepared(read: Reader, text: str, date: dt.date | None, dialect: str) -> Prepared:
    """What `read` finds in a text, ready to be stored."""
    from models.store.prepared import prepare  # takes a third of a second, and a process should start at once

    found = read(text, date)
    result = found.to_json()
    if len(result) > MAX_RESULT_BYTES:
        raise _TooMuch
    return prepare(found, dialect, result)


@cache
def _prepare(memory: int) -> None:
    """Once a process: the service ends it, not the signals that a terminal or a supervisor sends to the whole group."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(5)  # the event loop goes first


@cache
def _load(read: Reader) -> int:
    read("各单位要在6月底前完成排查。", None)
    return os.getpid()
