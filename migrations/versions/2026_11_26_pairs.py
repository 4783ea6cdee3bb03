"""The search index anew: cheaper to write."""

from alembic import op

from migrations import search_index

revision = "2026_11_26_pairs"
down_revision = "2026_11_25_service"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_index.create_2026_11_26(op.get_bind())


def downgrade() -> None:
    search_index.create_2026_11_25(op.get_bind())
