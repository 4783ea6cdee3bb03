"""Indexes of obligations that hold all that lists are filtered by."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_wider_indexes"
down_revision = "2026_11_26_pairs"
branch_labels = None
depends_on = None

# Name, columns before and now, and which rows are in it.
CHANGED = (
    ("modality", ("modality", "id"), ("due_at", "has_deadline", "status", "function"), "modality <> 'require'"),
    ("status", ("status", "id"), ("due_at", "has_deadline", "modality", "function"), "status <> '待签收'"),
    ("function", ("function", "id"), ("due_at", "has_deadline", "modality", "status"), "function <> 'directive'"),
    ("due", ("due_at", "id"), ("modality", "status", "function"), "due_at IS NOT NULL"),
)


def upgrade() -> None:
    for name, columns, more, rows in CHANGED:
        replace(name, (*columns, *more), rows)
    op.create_index(
        "ix_obligations_filters", "obligations", ["id", "due_at", "has_deadline", "modality", "status", "function"]
    )


def downgrade() -> None:
    op.drop_index("ix_obligations_filters", table_name="obligations")
    for name, columns, _, rows in CHANGED:
        replace(name, columns, rows)


def replace(name: str, columns: tuple[str, ...], rows: str) -> None:
    op.drop_index(f"ix_obligations_{name}", table_name="obligations")
    where = sa.text(rows)
    op.create_index(
        f"ix_obligations_{name}", "obligations", list(columns), sqlite_where=where, postgresql_where=where
    )
