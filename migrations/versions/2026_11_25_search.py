"""The search index over the words of obligations: FTS5 on SQLite, GIN on PostgreSQL; filled for what is stored."""

import sqlalchemy as sa
from alembic import op

from models import search

revision = "2026_11_25_search"
down_revision = "2026_11_25_records"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE obligation_search USING fts5"
            "(tokens, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
        insert = sa.text("INSERT INTO obligation_search (rowid, tokens) VALUES (:id, :tokens)")
        document = search.fts_document
    else:
        op.create_table(
            "obligation_search",
            sa.Column("obligation_id", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("tokens", sa.ARRAY(sa.Text()), nullable=False),
            sa.PrimaryKeyConstraint("obligation_id", name="pk_obligation_search"),
            sa.ForeignKeyConstraint(
                ["obligation_id"], ["obligations.id"], name="fk_obligation_search_obligation_id", ondelete="CASCADE"
            ),
        )
        op.create_index("ix_obligation_search_tokens", "obligation_search", ["tokens"], postgresql_using="gin")
        insert = sa.text("INSERT INTO obligation_search (obligation_id, tokens) VALUES (:id, :tokens)")
        document = search.entries
    following = sa.text("SELECT id, search_text FROM obligations WHERE id > :after ORDER BY id LIMIT :batch")
    after = 0
    while rows := connection.execute(following, {"after": after, "batch": BATCH}).all():
        connection.execute(insert, [{"id": row.id, "tokens": document(row.search_text)} for row in rows])
        after = rows[-1].id


def downgrade() -> None:
    op.drop_table("obligation_search")
