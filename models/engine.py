"""Opens a database: connections, transactions, and what SQLite needs to be trusted with the records.

    database = open_database("sqlite:///duban.db")
    with database.writing() as connection: ...
    with database.reading() as connection: ...

`writing` is one transaction, all or nothing. `reading` sees one state of the database from its first query to its
last. Both give a SQLAlchemy Connection, which the functions of `models.store` take.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from models import migrate
from models.errors import DatabaseUrlError, UnsupportedDatabase

if sys.platform != "win32":
    import fcntl

log = logging.getLogger("duban.store")

Result = TypeVar("Result")

LOCK_SECONDS = 30
CHECKPOINT_BYTES = 4 * 1024 * 1024
# Of each connection, so it is no more than queries use; what else is read is in the system's memory already.
CACHE_KIB = 16 * 1024

# RETURNING and STRICT-like checks of this schema need it; every Linux since 2021 has it.
OLDEST_SQLITE = (3, 35, 0)
# From here on a checkpoint can no longer meet a writer that starts the log anew and damage the file.
SQLITE_WITHOUT_WAL_RESET_RACE = (3, 51, 3)
OLDEST_POSTGRESQL = 14


class _HintingCompiler(SQLiteCompiler):
    """Writes the hints INDEXED BY and NOT INDEXED of `Select.with_hint` after the table, where SQLite wants them."""

    def get_from_hint_text(self, table: object, text: str | None) -> str | None:  # noqa: ARG002
        return text


Work = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a work: its result, or the exception that undid it."""

    result: Any = None
    error: Exception | None = None


class Database:
    """A database with its pool of connections. Safe to share between threads; not across a fork."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._file = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
        self._writer = threading.Lock()
        self._lock_file = open(f"{self._file}-lock", "ab") if self._file else None
        self._checkpointer: sqlite3.Connection | None = None
        self._checkpoint_at = CHECKPOINT_BYTES

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @property
    def is_sqlite(self) -> bool:
        return self._file is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: all its queries see the same state. It never waits for writers."""
        options: dict[str, Any] = {}
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction, committed at the end of the block and durable from then on; an exception undoes it all.

        On SQLite writers queue: within a process at a lock, between processes at a lock file, and any other program at
        SQLite's own lock for up to LOCK_SECONDS.
        """
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer, self._transaction() as connection:
            yield connection

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Does some work in a write transaction and returns its result once that is durable."""
        with self.writing() as connection:
            return work(connection)

    def write_together(self, works: Sequence[Work]) -> list[Outcome]:
        """Does several works in one write transaction, and so with one wait for the disk; durable when it returns.

        When one raises, all are undone and each is done again in a transaction of its own, so that it costs no other.
        """
        if len(works) > 1:
            # No savepoints: FTS5 writes its entries at each, instead of once for all.
            with suppress(Exception), self.writing() as connection:
                return [Outcome(work(connection)) for work in works]
        return [self._alone(work) for work in works]

    def _alone(self, work: Work) -> Outcome:
        try:
            return Outcome(self.write(work))
        except Exception as error:
            return Outcome(error=error)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A write transaction on SQLite; the caller holds the lock of this process."""
        with self._process_lock():
            with self.engine.connect().execution_options(duban_writes=True) as connection, connection.begin():
                yield connection
            self._checkpoint_if_due()

    @contextmanager
    def _process_lock(self) -> Iterator[None]:
        # Waiting at a lock file is fair and wakes at once, where SQLite's own lock is polled. It also keeps the one
        # checkpoint apart from the writers of other processes. A killed process gives it back.
        if sys.platform == "win32" or self._lock_file is None:
            yield
            return
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _checkpoint_if_due(self) -> None:
        # Connections never checkpoint by themselves (wal_autocheckpoint is 0); only here, with both locks held, so
        # two checkpoints, or a checkpoint and a writer, never meet.
        size = self._log_size()
        if size < CHECKPOINT_BYTES:
            self._checkpoint_at = CHECKPOINT_BYTES
        elif size >= self._checkpoint_at:
            self._checkpoint()
            # A long read keeps the log from being emptied: no use to try again before it has grown as much again.
            self._checkpoint_at = self._log_size() + CHECKPOINT_BYTES

    def _log_size(self) -> int:
        try:
            return Path(f"{self._file}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _checkpoint(self) -> None:
        if self._checkpointer is None:
            # It never waits for readers: what they still need stays in the log.
            self._checkpointer = sqlite3.connect(
                str(self._file), timeout=0, isolation_level=None, check_same_thread=False
            )
            self._checkpointer.execute("PRAGMA synchronous=FULL")
        # The commit before it is durable already: a checkpoint that fails (disk full) is tried again after the next.
        try:
            self._checkpointer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            log.warning("checkpoint failed: %s", error)

    def close(self) -> None:
        """Writes the log back into the file (SQLite) and closes all connections."""
        if self.is_sqlite and self._lock_file and not self._lock_file.closed:
            with self._writer, self._process_lock():
                self._checkpoint()
                if self._checkpointer:
                    self._checkpointer.close()
                    self._checkpointer = None
            self._lock_file.close()
        self.engine.dispose()


def open_database(url: str, *, pool_size: int = 10, migrate_sqlite: bool = True) -> Database:
    """Opens the database at a SQLAlchemy URL (`sqlite:///file.db`, `postgresql://user@host/name`).

    A SQLite file is created and brought up to date; a PostgreSQL database must be up to date already.
    Raises DatabaseUrlError, UnsupportedDatabase or SchemaError.
    """
    engine = create_database_engine(url, pool_size=pool_size)
    try:
        if engine.dialect.name == "sqlite" and migrate_sqlite:
            migrate.upgrade(engine)
        migrate.require_current(engine)
        return Database(engine)
    except BaseException:
        engine.dispose()
        raise


def create_database_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine with the settings of this program, its database checked for age; the schema is not looked at."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _check_sqlite()
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=0, connect_args={"timeout": LOCK_SECONDS})
        engine.dialect.statement_compiler = _HintingCompiler
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=0, pool_pre_ping=True)
        event.listen(engine, "connect", _configure_postgresql)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                _check_postgresql(connection)
    except DBAPIError as error:
        engine.dispose()
        raise DatabaseUrlError(
            f"无法连接数据库：{_reason(error)}", f"the database cannot be opened: {_reason(error)}"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is not None and parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed is not None and parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if parsed.database in (None, "", ":memory:") or (parsed.database or "").startswith("file:"):
            raise DatabaseUrlError(
                "SQLite 数据库须是文件，例如 sqlite:///duban.db", "SQLite needs a file, such as sqlite:///duban.db"
            )
        if not Path(parsed.database or "").absolute().parent.is_dir():
            raise DatabaseUrlError(
                "SQLite 文件所在的目录不存在，请先建立",
                "the directory of the SQLite file does not exist; create it first",
            )
        return parsed
    raise DatabaseUrlError(
        "数据库地址须是 sqlite:///文件 或 postgresql://用户@主机/库名",
        "the database address must be sqlite:///FILE or postgresql://USER@HOST/NAME",
    )


def _reason(error: DBAPIError) -> str:
    # The first line of the driver's message: server and cause, never the password.
    return str(error.orig).strip().split("\n", 1)[0]


def _check_sqlite() -> None:
    version = sqlite3.sqlite_version_info
    if version < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise UnsupportedDatabase(
            f"SQLite {sqlite3.sqlite_version} 版本过低，须 {oldest} 以上",
            f"SQLite {sqlite3.sqlite_version} is too old; {oldest} or newer is needed",
        )
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    if "ENABLE_FTS5" not in options:
        raise UnsupportedDatabase(
            "本机的 SQLite 未带 FTS5，无法检索", "this SQLite was built without FTS5, which search needs"
        )
    if version < SQLITE_WITHOUT_WAL_RESET_RACE:
        log.info("SQLite %s: checkpoints are kept apart from writers", sqlite3.sqlite_version)


def _check_postgresql(connection: Connection) -> None:
    version = int((connection.dialect.server_version_info or (0,))[0])
    if version < OLDEST_POSTGRESQL:
        raise UnsupportedDatabase(
            f"PostgreSQL {version} 版本过低，须 {OLDEST_POSTGRESQL} 以上",
            f"PostgreSQL {version} is too old; {OLDEST_POSTGRESQL} or newer is needed",
        )
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise UnsupportedDatabase(
            f"数据库编码是 {encoding}，须为 UTF8", f"the database's encoding is {encoding}; it must be UTF8"
        )


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: it would begin them without IMMEDIATE.
    connection.isolation_level = None
    _switch_to_wal(connection)
    for pragma in (
        "synchronous=FULL",  # durable at commit, also when power fails
        "foreign_keys=ON",
        "wal_autocheckpoint=0",  # see Database._checkpoint_if_due
        f"cache_size=-{CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _record: Any) -> None:
    # All statements are short: to start helpers or a compiler for one takes longer than to run it.
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    connection.commit()


def _switch_to_wal(connection: Any) -> None:
    # The mode stays in the file. SQLite's own waiting does not cover the switch when several processes try it at once.
    deadline = time.monotonic() + LOCK_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("duban_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
