"""The search index over the words of obligations: FTS5 on SQLite, GIN on PostgreSQL; filled for what is stored."""

from alembic import op

from migrations import search_index

revision = "2026_11_25_search"
down_revision = "2026_11_25_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_index.create_2026_11_25(op.get_bind())


def downgrade() -> None:
    op.drop_table("obligation_search")
