"""The search index as each revision has it: its table and what it holds of each obligation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import sqlalchemy as sa

from models import search

BATCH = 1000


def create_2026_11_25(connection: sa.Connection) -> None:
    """Distinct pairs and characters, ASCII in its full-width forms."""
    if connection.dialect.name == "sqlite":
        _anew(
            connection,
            "CREATE VIRTUAL TABLE obligation_search USING fts5"
            "(tokens, content='', detail=none, columnsize=0, tokenize='ascii')",
        )
    else:
        _array(connection, "text[]")
    _fill(connection, _wide_entries)


def create_2026_11_26(connection: sa.Connection) -> None:
    """Pairs, on PostgreSQL characters too, ASCII as it is."""
    if connection.dialect.name == "sqlite":
        _anew(connection, search.fts_table("obligation_search"))
        _fill(connection, search.fts_document)
    else:
        # In byte order, whatever the locale: the index sorts every entry, and by a locale's rules that takes long.
        _array(connection, 'text[] COLLATE "C"')
        _fill(connection, search.array_document)


def _anew(connection: sa.Connection, create: str) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS obligation_search")
    connection.exec_driver_sql(create)


def _array(connection: sa.Connection, tokens: str) -> None:
    _anew(
        connection,
        "CREATE TABLE obligation_search ("
        " obligation_id bigint CONSTRAINT pk_obligation_search PRIMARY KEY"
        " CONSTRAINT fk_obligation_search_obligation_id REFERENCES obligations ON DELETE CASCADE,"
        f" tokens {tokens} NOT NULL)",
    )
    connection.exec_driver_sql("CREATE INDEX ix_obligation_search_tokens ON obligation_search USING gin (tokens)")


def _fill(connection: sa.Connection, document: Callable[[str], str]) -> None:
    if connection.dialect.name == "sqlite":
        insert = sa.text("INSERT INTO obligation_search (rowid, tokens) VALUES (:id, :tokens)")
    else:
        insert = sa.text(
            "INSERT INTO obligation_search (obligation_id, tokens) VALUES (:id, string_to_array(:tokens, ' '))"
        )
    following = sa.text("SELECT id, search_text FROM obligations WHERE id > :after ORDER BY id LIMIT :batch")
    after = 0
    while rows := connection.execute(following, {"after": after, "batch": BATCH}).all():
        connection.execute(insert, [{"id": row.id, "tokens": document(row.search_text)} for row in rows])
        after = rows[-1].id


def _wide_entries(normal: str) -> str:
    wide = normal.translate({code: code + 0xFEE0 for code in range(0x80)})
    return " ".join(dict.fromkeys([*map("".join, pairwise(wide)), *wide]))
