"""Writes rows in bulk: what is inserted, under which numbers, and rows that were made ready in another process.

Statements are made once: making one takes longer than running it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    Column,
    Connection,
    Function,
    Insert,
    Integer,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    column,
    func,
    insert,
    make_url,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine.default import DefaultDialect

from models import tables

Row = dict[str, Any]


def insert_rows(connection: Connection, table: type[tables.Base], rows: Sequence[Row]) -> None:
    """Inserts rows; each must have the same columns."""
    if rows:
        statement = _insert(connection.dialect.name, table, frozenset(rows[0]))
        connection.exec_driver_sql(statement.sql, list(zip(*statement.columns(rows), strict=True)))


def insert_new(connection: Connection, table: type[tables.Base], rows: Sequence[Row], *, unless: Sequence[str]) -> bool:
    """Inserts rows, leaving alone those whose columns `unless` are there already; whether it inserted any.

    It waits for other writers of such rows (PostgreSQL), so that afterwards the rows are there.
    """
    if not rows:
        return False
    return connection.execute(_insert_new(connection.dialect.name, table, tuple(unless)), rows).rowcount > 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one table, ready for the driver, under numbers that hold within one speech: 0, 1, 2 of each table.

    They travel packed: whoever only passes them on needs neither the time nor the memory to unpack them.
    """

    table: type[tables.Base]
    names: frozenset[str]
    packed: bytes


def sheet(dialect: str, table: type[tables.Base], rows: Sequence[Row]) -> Sheet:
    """Rows as a sheet for the databases of a dialect; each must have the same columns, and there must be one."""
    names = frozenset(rows[0])
    columns = _insert(dialect, table, names).columns(rows)
    return Sheet(table, names, pickle.dumps([list(values) for values in columns], pickle.HIGHEST_PROTOCOL))


def insert_sheet(
    connection: Connection, sheet: Sheet, numbers: Mapping[str, Sequence[int]]
) -> dict[str, list[Any]]:
    """Inserts a sheet and returns its columns; `numbers` has for each table, by name, what 0, 1, 2 become."""
    statement = _insert(connection.dialect.name, sheet.table, sheet.names)
    columns: list[list[Any]] = pickle.loads(sheet.packed)  # made by a process of this very program
    for at, wanted in statement.references:
        given = numbers[wanted]
        columns[at] = [None if number is None else given[number] for number in columns[at]]
    connection.exec_driver_sql(statement.sql, list(zip(*columns, strict=True)))
    return dict(zip(statement.names, columns, strict=True))


@dataclass(frozen=True, slots=True)
class _RawInsert:
    """A statement for the driver. SQLAlchemy makes it and knows how each type is written, but does not prepare the
    parameters of each row: that takes it longer than the database needs to store them.

    `references` are the places of numbers, each with the name of the table that it numbers.
    """

    sql: str
    names: tuple[str, ...]
    values: Callable[[Row], tuple[Any, ...]]
    converters: tuple[Callable[[Any], Any] | None, ...]
    references: tuple[tuple[int, str], ...]

    def columns(self, rows: Iterable[Row]) -> Iterable[Iterable[Any]]:
        """The values of rows as the driver takes them, column by column."""
        columns = zip(*map(self.values, rows), strict=True)
        return (map(to, column) if to else column for to, column in zip(self.converters, columns, strict=True))


@lru_cache(maxsize=200)
def _insert(dialect: str, table: type[tables.Base], names: frozenset[str]) -> _RawInsert:
    columns = [column for column in cast(Table, table.__table__).columns if column.name in names]
    in_order = tuple(column.name for column in columns)
    written = _dialect(dialect)
    statement = insert(table).compile(dialect=written, column_keys=in_order)
    return _RawInsert(
        str(statement),
        in_order,
        itemgetter(*in_order),
        tuple(column.type.dialect_impl(written).bind_processor(written) for column in columns),
        tuple((at, wanted) for at, column in enumerate(columns) if (wanted := _numbered_by(column)) is not None),
    )


@cache
def _dialect(name: str) -> DefaultDialect:
    """How statements and values are written for a driver that is given the values of a row in order."""
    if name == "sqlite":
        return cast(type[DefaultDialect], make_url("sqlite+pysqlite://").get_dialect())(paramstyle="qmark")
    return cast(type[DefaultDialect], make_url("postgresql+psycopg://").get_dialect())(paramstyle="format")


def _numbered_by(column: Column[Any]) -> str | None:
    """The table whose rows a column numbers: its own, or the one that it points to."""
    for key in column.foreign_keys:
        return key.column.table.name
    return column.table.name if column.name == "id" else None


@cache
def _insert_new(dialect: str, table: type[tables.Base], unless: tuple[str, ...]) -> Insert:
    dialect_insert = insert_sqlite if dialect == "sqlite" else insert_postgresql
    statement = dialect_insert(cast(Table, table.__table__)).on_conflict_do_nothing(index_elements=list(unless))
    return statement.execution_options(preserve_rowcount=True)


def reserve(connection: Connection, counts: Mapping[type[tables.Base], int]) -> list[list[int]]:
    """Numbers for new rows of some tables, as many as `counts` says; ascending and never used before.

    Rows that point to each other can so be written in bulk, without asking for the number of each.
    """
    statement = _numbers(connection.dialect.name, tuple(counts))
    if connection.dialect.name == "sqlite":
        # Only the one writer asks, so the numbers stay free until it has used them.
        last = connection.execute(statement).one()
        return [list(range(n + 1, n + 1 + count)) for n, count in zip(last, counts.values(), strict=True)]
    wanted = {table.__tablename__: count for table, count in counts.items()}
    return list(connection.execute(statement, wanted).one())


@cache
def _numbers(dialect: str, wanted: tuple[type[tables.Base], ...]) -> Select[Any]:
    return select(*map(_last_number if dialect == "sqlite" else _next_numbers, wanted))


def _last_number(wanted: Any) -> ScalarSelect[int]:
    """The largest number that a table has, or ever had where SQLite keeps that."""
    ever = select(_sequences.c.seq).where(_sequences.c.name == wanted.__tablename__)
    known = select(func.max(wanted.id).label("n")).union_all(ever).subquery()
    return select(func.coalesce(func.max(known.c.n), 0)).scalar_subquery()


def _next_numbers(wanted: Any) -> Function[Any]:
    """An array of the next numbers of a table on PostgreSQL."""
    name = wanted.__tablename__
    rows = func.generate_series(1, bindparam(name, type_=Integer))
    return func.array(select(func.nextval(func.pg_get_serial_sequence(name, "id"))).select_from(rows).scalar_subquery())


_sequences = table("sqlite_sequence", column("name"), column("seq", Integer))
