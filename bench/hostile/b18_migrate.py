"""B18: migrations at start-up. Eight processes open a database at once; others are killed while they migrate.

Each round begins with an empty database, or with one of the first revision that holds speeches. All eight must
succeed, and every revision must run once. A killed migration leaves the old schema or the new one, never one between,
and every row.
"""

from __future__ import annotations

import logging
import os
import random
import re
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory

import migrations
from bench.hostile import harness, readers
from models import migrate
from models.engine import create_database_engine, open_database
from models.store import speeches

PROCESSES = 8
ROUNDS = 50
KILLS = 100
SPEECHES = 100


class Databases:
    """Makes copies of an empty database and of one with the first revision and some speeches."""

    def __init__(self, made: harness.SqliteFile | harness.Postgres) -> None:
        self.made = made
        self._copies = 0
        self._old = self._new(None)
        harness.migrate_database(self._old)
        self._fill(self._old)
        engine = create_database_engine(self._old)
        self.revisions = [revision.revision for revision in _scripts().walk_revisions()][::-1]
        self.head = fingerprint(self._old)
        migrate.downgrade(engine, self.revisions[0])
        engine.dispose()
        self.old = fingerprint(self._old)
        if isinstance(made, harness.SqliteFile):
            _at_rest(self._old)

    def copy(self, *, empty: bool) -> str:
        return self._new(None if empty else self._old)

    def drop(self, url: str) -> None:
        if isinstance(self.made, harness.Postgres):
            self.made.execute(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")
        else:
            for file in self.made.file.parent.glob(f"{_file(url).name}*"):
                file.unlink()

    def _new(self, template: str | None) -> str:
        self._copies += 1
        name = f"copy_{self._copies}"
        if isinstance(self.made, harness.Postgres):
            return self.made.new_database(name, template=sa.make_url(template).database if template else None)
        file = self.made.file.with_name(f"{name}.db")
        if template:
            shutil.copy(_file(template), file)
        return f"sqlite:///{file}"

    def _fill(self, url: str) -> None:
        database = open_database(url)
        for number in range(SPEECHES):
            text = harness.speech(number)
            with database.writing() as connection:
                speeches.save(connection, text, readers.real(text, None))
        database.close()


def _file(url: str) -> Path:
    return Path(sa.make_url(url).database or "")


def _at_rest(url: str) -> None:
    """Brings all of a SQLite database into its one file, so that copying the file copies it."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    engine.dispose()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(migrations.__file__).parent))


def fingerprint(url: str) -> tuple[str | None, str, str]:
    """Revision, schema, and the rows of the first revision's tables that outlive a migration."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg") if "postgres" in url else url)
    with engine.connect() as connection:
        revision = migrate.current(connection)
        if engine.dialect.name == "sqlite":
            query = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1"
        else:
            query = (
                "SELECT table_name || ' ' || column_name || ' ' || data_type FROM information_schema.columns "
                "WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "UNION ALL SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1"
            )
        schema = "\n".join(re.sub(r"\s+", " ", str(row[0])) for row in connection.exec_driver_sql(query))
        rows = ""
        if revision is not None:
            query = "SELECT s.id, s.sha256, s.text, o.id, o.text, o.modality FROM speeches s " \
                    "LEFT JOIN obligations o ON o.speech_id = s.id ORDER BY s.id, o.id"  # fmt: skip
            rows = repr(connection.exec_driver_sql(query).all())
    engine.dispose()
    return revision, schema, rows


def fork(work: Callable[[], None], *, log: Path) -> int:
    """A child process that does some work, exits 0 when it went well, and writes what went wrong to the log."""
    if child := os.fork():
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        log.write_text(traceback.format_exc())
        os._exit(1)


def upgrade(url: str) -> None:
    """What the service does at its start: open a SQLite file, or bring PostgreSQL up to date and open it."""
    if url.startswith("sqlite"):
        open_database(url).close()
    else:
        harness.migrate_database(url)


def together(databases: Databases, empty: bool, home: Path) -> list[str]:
    """A round of eight at once; what went wrong."""
    url = databases.copy(empty=empty)
    ran, begin = home / "ran", time.monotonic() + 0.1
    ran.write_text("")

    def work() -> None:
        class Runs(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.msg.startswith("Running"):
                    with ran.open("a") as file:
                        file.write(record.getMessage() + "\n")

        logger = logging.getLogger("alembic.runtime.migration")
        logger.addHandler(Runs())
        logger.setLevel(logging.INFO)
        time.sleep(max(0.0, begin - time.monotonic()))
        upgrade(url)

    logs = [home / f"log-{number}" for number in range(PROCESSES)]
    children = [fork(work, log=log) for log in logs]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    faults = [f"exit {code}: {log.read_text()[-300:]}" for code, log in zip(codes, logs, strict=True) if code]
    ran_once = len(databases.revisions) - (not empty)
    lines = ran.read_text().splitlines()
    if len(lines) != ran_once or len(set(lines)) != ran_once:
        faults.append(f"ran {lines}")
    revision, schema, rows = fingerprint(url)
    if (revision, schema) != databases.head[:2] or (not empty and rows != databases.head[2]):
        faults.append(f"ended at {revision}, not at the new schema with all rows")
    databases.drop(url)
    return faults


def killed(databases: Databases, seconds: float, home: Path) -> tuple[str, list[str]]:
    """A migration that is killed after some time: what it left (`old` or `new`), and what went wrong."""
    url = databases.copy(empty=False)
    child = fork(lambda: upgrade(url), log=home / "log")
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if isinstance(databases.made, harness.Postgres):
        name, patience = sa.make_url(url).database, time.monotonic() + 10
        sessions = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'"
        while databases.made.execute(sessions) and time.monotonic() < patience:
            time.sleep(0.01)
    found = fingerprint(url)
    faults = [] if found in (databases.old, databases.head) else [f"between: {found[0]} after {seconds:.3f} s"]
    upgrade(url)
    if fingerprint(url) != databases.head:
        faults.append(f"not repaired by the next start, killed after {seconds:.3f} s")
    databases.drop(url)
    return ("new" if found == databases.head else "old"), faults


def main() -> int:
    given = harness.options(__doc__)
    rounds, kills = harness.scaled(ROUNDS, given), harness.scaled(KILLS, given)
    report = harness.Report("B18", given)
    chance = random.Random(given.seed)
    with harness.database(given.db, migrated=False) as made:
        home = made.home
        databases = Databases(made)
        for kind in ("empty", "old"):
            faults = [fault for _ in range(rounds) for fault in together(databases, kind == "empty", home)]
            report.fact(f"{PROCESSES} processes at once, {kind} database, {rounds} rounds", not faults, faults[:3])
        start = time.monotonic()
        url = databases.copy(empty=False)
        child = fork(lambda: upgrade(url), log=home / "log")
        os.waitpid(child, 0)
        whole = time.monotonic() - start
        outcomes = [killed(databases, chance.random() * whole * 1.2, home) for _ in range(kills)]
    left = [left for left, _ in outcomes]
    faults = [fault for _, some in outcomes for fault in some]
    report.figures["killed"] = {"left old": left.count("old"), "left new": left.count("new"),
                                "a migration takes ms": round(whole * 1000)}  # fmt: skip
    report.fact(f"killed at {kills} instants: old or new, and then repaired", not faults, faults[:3])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
