"""Migrations: complete, reversible with data, one run whoever comes first, and whole whenever they are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import engine as engines
from models import migrate
from models.engine import create_database_engine, open_database
from models.errors import DatabaseUrlError, SchemaError, UnsupportedDatabase
from models.store import obligations, speeches
from models.store.filters import Filter
from models.tables import Base
from tests import databases

ROOT = Path(__file__).parent.parent

REVISIONS = [
    "2026_11_25_records", "2026_11_25_search", "2026_11_25_service", "2026_11_26_pairs", "2026_11_26_wider_indexes"
]  # fmt: skip


def migrate_in_process(url: str) -> subprocess.Popen[str]:
    code = (
        "import sys; from models import migrate; from models.engine import create_database_engine;"
        "e = create_database_engine(sys.argv[1]); migrate.upgrade(e); e.dispose()"
    )
    return subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_the_migrations_make_what_the_tables_say(dialect: str, tmp_path: Path) -> None:
    engine = create_database_engine(databases.new_url(dialect, tmp_path))
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []
    assert migrate.head() == REVISIONS[-1]
    engine.dispose()


def test_a_difference_would_be_noticed(dialect: str, tmp_path: Path) -> None:
    engine = create_database_engine(databases.new_url(dialect, tmp_path))
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE speeches ADD COLUMN forgotten TEXT")
    assert len(migrate.differences(engine)) == 1
    engine.dispose()


def test_up_down_and_up_again_with_data(dialect: str, tmp_path: Path) -> None:
    url = databases.new_url(dialect, tmp_path)
    engine = create_database_engine(url)
    migrate.upgrade(engine)
    with engine.connect().execution_options(duban_writes=True) as connection, connection.begin():
        speeches.save(connection, databases.SPEECH, databases.extraction())
    kept = contents(engine, without={"audit", "api_keys", "idempotency_keys"})
    for revision in reversed(REVISIONS[:-1]):
        migrate.downgrade(engine, "-1")
        with engine.connect() as connection:
            assert migrate.current(connection) == revision
        assert contents(engine, without={"audit", "api_keys", "idempotency_keys"}) == kept
    migrate.upgrade(engine)
    assert contents(engine, without={"audit", "api_keys", "idempotency_keys"}) == kept
    with engine.connect() as connection:  # the search index was filled anew
        assert [view.number for view in obligations.page(connection, Filter(q="集中隔离")).results] == [3]
    migrate.downgrade(engine, "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []
    engine.dispose()


def contents(engine: sa.Engine, without: set[str]) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }


def test_processes_that_start_together_migrate_once(dialect: str, tmp_path: Path) -> None:
    url = databases.new_url(dialect, tmp_path)
    running = [migrate_in_process(url) for _ in range(8)]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 8, errors
    engine = create_database_engine(url)
    migrate.require_current(engine)
    assert migrate.differences(engine) == []
    engine.dispose()


def test_a_killed_migration_leaves_the_old_schema_or_the_new(dialect: str, tmp_path: Path) -> None:
    url = databases.new_url(dialect, tmp_path)
    engine = create_database_engine(url)
    seen = set()
    for wait in (0.5, 0.7, 0.8, 0.9, 1.0, 1.2):
        process = migrate_in_process(url)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        with engine.connect() as connection:
            revision = migrate.current(connection)
        tables = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
        seen.add(revision)
        if revision is None:
            assert not tables
        else:
            assert revision == migrate.head() and migrate.differences(engine) == []
            migrate.downgrade(engine, "base")
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []
    engine.dispose()


def test_an_error_undoes_the_whole_migration(dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_database_engine(databases.new_url(dialect, tmp_path))
    migrate.upgrade(engine)
    with engine.connect().execution_options(duban_writes=True) as connection, connection.begin():
        speeches.save(connection, databases.SPEECH, databases.extraction())
    migrate.downgrade(engine, REVISIONS[0])
    before = sa.inspect(engine).get_table_names()

    def fail(_: str) -> str:
        raise RuntimeError("stopped in the middle")

    with monkeypatch.context() as patch:
        patch.setattr("migrations.search_index._wide_entries", fail)
        with pytest.raises(RuntimeError, match="stopped in the middle"):
            migrate.upgrade(engine)
    assert sa.inspect(engine).get_table_names() == before
    with engine.connect() as connection:
        assert migrate.current(connection) == REVISIONS[0]
    migrate.upgrade(engine)
    engine.dispose()


def test_a_revision_that_does_not_exist_is_refused(dialect: str, tmp_path: Path) -> None:
    engine = create_database_engine(databases.new_url(dialect, tmp_path))
    for move in (migrate.upgrade, migrate.downgrade):
        with pytest.raises(SchemaError, match="there is no revision 2999"):
            move(engine, "2999")
    engine.dispose()


def test_sqlite_is_brought_up_to_date_when_it_is_opened(tmp_path: Path) -> None:
    url = databases.new_url("sqlite", tmp_path)
    engine = create_database_engine(url)
    migrate.upgrade(engine, REVISIONS[0])
    engine.dispose()
    database = open_database(url)
    assert migrate.differences(database.engine) == []
    database.close()


def test_postgresql_that_is_behind_is_refused(tmp_path: Path) -> None:
    url = databases.new_url("postgresql", tmp_path)
    with pytest.raises(SchemaError, match=r"\(empty\) is behind .*run: duban db upgrade") as caught:
        open_database(url)
    assert "请先运行 duban db upgrade" in caught.value.chinese
    engine = create_database_engine(url)
    migrate.upgrade(engine, REVISIONS[0])
    with pytest.raises(SchemaError, match="2026_11_25_records.*is behind"):
        open_database(url)
    migrate.upgrade(engine)
    engine.dispose()
    open_database(url).close()


def test_a_schema_of_a_newer_program_is_refused(dialect: str, tmp_path: Path) -> None:
    url = databases.new_url(dialect, tmp_path)
    engine = create_database_engine(url)
    migrate.upgrade(engine)
    with engine.connect().execution_options(duban_writes=True) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2999_01_01_later'")
    engine.dispose()
    with pytest.raises(SchemaError, match="newer than this program"):
        open_database(url)


@pytest.mark.parametrize(
    "url",
    ["", "duban.db", "sqlite://", "sqlite:///:memory:", "mysql://a:secret@b/c", "postgresql+asyncpg://a:secret@b/c",
     "sqlite:////no/such/directory/duban.db", "postgresql://a:secret@localhost:1/c", "postgresql://a:secret@b:port/c"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        open_database(url)
    assert "secret" not in str(caught.value) + caught.value.chinese


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("敬启者：" * 500)
    with pytest.raises(DatabaseUrlError, match="not a database"):
        open_database(f"sqlite:///{path}")
    assert path.read_text() == "敬启者：" * 500


def test_an_old_sqlite_library_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines.sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(UnsupportedDatabase, match="3.35.0 or newer is needed"):
        open_database(f"sqlite:///{tmp_path}/duban.db")


def test_sqlite_connections_are_safe_ones(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/duban.db")
    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "wal_autocheckpoint": 0}
    database.close()


def test_the_log_is_written_back_when_it_has_grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(f"sqlite:///{tmp_path}/duban.db")
    log = tmp_path / "duban.db-wal"
    monkeypatch.setattr(engines, "CHECKPOINT_BYTES", 100_000)
    database._checkpoint_at = 100_000
    largest = 0
    for number in range(30):
        raw = f"{databases.SPEECH}第{number}稿"
        with database.writing() as connection:
            speeches.save(connection, raw, databases.extraction(raw))
        largest = max(largest, log.stat().st_size)
    assert largest < 1_000_000
    with database.reading() as reader:  # a long read keeps the log from being emptied, but stops nobody
        obligations.count(reader, Filter())
        for number in range(30, 60):
            raw = f"{databases.SPEECH}第{number}稿"
            with database.writing() as connection:
                speeches.save(connection, raw, databases.extraction(raw))
        assert obligations.count(reader, Filter()) == 150
    database.close()
    assert not log.exists() or log.stat().st_size == 0
    with sqlite3.connect(tmp_path / "duban.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_directory_of_migrations_holds_what_is_listed_here() -> None:
    files = sorted(name for name in os.listdir(ROOT / "migrations" / "versions") if name.endswith(".py"))
    assert files == [f"{revision}.py" for revision in REVISIONS]
