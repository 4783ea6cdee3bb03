"""Looks into a database for what must never be there: damage, half a speech, one speech twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

TABLES = ("items", "obligations", "parties", "deadlines", "quarantine_rules", "noise", "warnings")
"""The lists of an extraction, and the tables that hold them."""


@dataclass(slots=True)
class Found:
    """The speeches of a database by the hash of their text, and what is wrong."""

    speeches: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def examine(url: str, *, after: int = 0) -> Found:
    """All of a database; the records of speeches numbered up to `after`, seen in an earlier look, are not compared."""
    found = Found()
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="sqlite" if url.startswith("sqlite") else "postgresql+psycopg"),
        poolclass=sa.NullPool,
    )
    if engine.dialect.name == "sqlite":
        found.faults += _damage(Path(engine.url.database or ""))
    # All queries must see the same state: the service may be storing speeches meanwhile.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        rows = connection.exec_driver_sql("SELECT id, sha256 FROM speeches").all()
        found.speeches = {digest: number for number, digest in rows}
        if len(found.speeches) != len(rows):
            found.faults.append(f"{len(rows) - len(found.speeches)} duplicates")
        for what, query in _ORPHANS.items():
            if count := connection.exec_driver_sql(query).scalar():
                found.faults.append(f"{count} {what}")
        if after == 0 and (unindexed := _obligations(connection) - _indexed(connection)):
            found.faults.append(f"{unindexed} obligations more than the search index has")
        found.faults += _compared(connection, after)
    return found


_ORPHANS = {
    "speeches without a run": "SELECT count(*) FROM speeches WHERE id NOT IN (SELECT speech_id FROM runs)",
    "speeches without their line in the audit": "SELECT count(*) FROM speeches WHERE id NOT IN "
    "(SELECT record_id FROM audit WHERE record = 'speech' AND action = 'create')",
    "lines in the audit without their speech": "SELECT count(*) FROM audit WHERE record = 'speech' AND "
    "action = 'create' AND record_id NOT IN (SELECT id FROM speeches) AND record_id NOT IN "
    "(SELECT record_id FROM audit WHERE record = 'speech' AND action = 'delete')",
}


def _damage(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        foreign = connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    return [f"integrity_check: {line}" for line in said if line != "ok"] + [f"foreign key: {row}" for row in foreign]


def _compared(connection: sa.Connection, after: int) -> list[str]:
    """Each speech against its run, which is stored in the same transaction: hash of the text, records of each kind."""
    counts: dict[str, dict[int, int]] = {}
    for table in TABLES:
        query = f"SELECT speech_id, count(*) FROM {table} WHERE speech_id > {after:d} GROUP BY speech_id"
        counts[table] = dict(connection.exec_driver_sql(query).tuples().all())
    faults = []
    query = (
        "SELECT s.id, s.sha256, s.text, r.records, r.extraction FROM speeches s JOIN runs r ON r.speech_id = s.id "
        f"WHERE s.id > {after:d}"
    )
    for number, digest, text, records, packed in connection.exec_driver_sql(query):
        extraction: dict[str, Any] = json.loads(zlib.decompress(packed))
        if not digest == extraction["source"]["sha256"] == hashlib.sha256(text.encode()).hexdigest():
            faults.append(f"speech {number}: wrong hash")
        stored = {kind: counts[kind].get(number, 0) for kind in TABLES}
        if stored != {kind: len(extraction[kind]) for kind in TABLES} or sum(stored.values()) != records:
            faults.append(f"speech {number}: not all of its records")
    return faults


def _obligations(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM obligations").scalar_one())


def _indexed(connection: sa.Connection) -> int:
    """How many obligations the search index knows: a slow look into its every entry on SQLite."""
    query = "SELECT count(*) FROM obligation_search"
    if connection.dialect.name == "sqlite":
        # The index keeps no rows to count, only which words stand in which.
        vocabulary = "CREATE VIRTUAL TABLE temp.entries USING fts5vocab('main', 'obligation_search', 'instance')"
        connection.exec_driver_sql(vocabulary)
        query = "SELECT count(DISTINCT doc) FROM temp.entries"
    return int(connection.exec_driver_sql(query).scalar_one())
