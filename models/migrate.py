"""Brings a database to the schema of this program, and tells when it is not there.

A migration is one transaction: a process that dies leaves the old schema or the new one. Processes that start at the
same moment queue, and all but the first find nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

import migrations
from models import search
from models.errors import SchemaError
from models.tables import Base

# Alembic is loaded where something is migrated: a program that finds its schema there starts without it.
if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

# Any number that no other program in the same PostgreSQL takes; this one spells "duban".
ADVISORY_LOCK = 0x647562616E


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs the migrations that are missing up to a revision; nothing happens when none is."""
    with engine.connect() as connection:
        found = current(connection)
    if found == (head() if revision == "head" else _target(revision)):
        return
    _require_known(found)
    from alembic import command

    with _alone(engine) as connection:
        # Another process may have been faster; then there is nothing left to do.
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undoes migrations down to a revision (`base`, `-1`). What only newer schemas hold is lost."""
    if not revision.startswith("-"):
        _target(revision)
    from alembic import command

    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision of a database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def head() -> str:
    """The revision that this program needs."""
    return migrations.HEAD


def require_current(engine: Engine) -> None:
    """Raises SchemaError unless the database has the schema of this program."""
    with engine.connect() as connection:
        found = current(connection)
    if found == head():
        return
    _require_known(found)
    raise SchemaError(
        f"数据库的版本（{found or '空'}）低于本程序（{head()}）；请先运行 duban db upgrade",
        f"the database's schema ({found or 'empty'}) is behind this program ({head()}); run: duban db upgrade",
    )


def _require_known(revision: str | None) -> None:
    if revision is not None and revision not in {known.revision for known in _script().walk_revisions()}:
        raise SchemaError(
            f"数据库的版本（{revision}）比本程序新；请升级本程序",
            f"the database's schema ({revision}) is newer than this program; upgrade the program",
        )


def _target(revision: str) -> str | None:
    from alembic.util import CommandError

    try:
        found = _script().get_revision(revision)
    except CommandError as error:
        raise SchemaError(f"没有版本 {revision}", f"there is no revision {revision}") from error
    return None if found is None else str(found.revision)


def differences(engine: Engine) -> list[object]:
    """What distinguishes a migrated database from `models.tables`; empty when the migrations are complete."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_described})
        return list(compare_metadata(context, Base.metadata))


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether `models.tables` should know a table: all but the search index, which is another one on each database."""
    return kind != "table" or not (name or "").startswith(search.array_index.name)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration runs beside."""
    connection = engine.connect().execution_options(duban_writes=True)
    with connection:
        if engine.dialect.name == "sqlite":
            # A table that is built anew would take its children along. The setting is void within a transaction,
            # and this connection does not go back to the pool with it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection
                if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SchemaError("迁移后外键不一致，已撤销", "the migration broke a foreign key and was undone")
        finally:
            connection.invalidate()


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())
