"""Speeches, their records, and the directory of departments."""

# ruff: noqa: E501

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_records"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "departments",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("canonical", ORDERED, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "type IN ('department', 'territory', 'body', 'post', 'institution', 'all', 'public')",
            name=op.f("ck_departments_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("canonical", name=op.f("uq_departments_canonical")),
    )
    op.create_table(
        "speeches",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("chars", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("date_source", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("search_title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("directives", sa.Integer(), nullable=False),
        sa.Column("obligations", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("(date IS NULL) = (date_source = 'none')", name=op.f("ck_speeches_date")),
        sa.CheckConstraint("date_source IN ('given', 'text', 'none')", name=op.f("ck_speeches_date_source")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_speeches_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speeches")),
        sa.UniqueConstraint("sha256", name=op.f("uq_speeches_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_speeches_date", "speeches", ["date", "id"])
    op.create_table(
        "deadlines",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("trigger_start", sa.Integer(), nullable=True),
        sa.Column("trigger_end", sa.Integer(), nullable=True),
        sa.Column("trigger_text", sa.Text(), nullable=True),
        sa.Column("trigger_clean", sa.Text(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("workdays", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('by', 'within', 'immediate', 'recurring')", name=op.f("ck_deadlines_kind")),
        sa.CheckConstraint('(start IS NULL) = ("end" IS NULL)', name=op.f("ck_deadlines_place")),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_deadlines_span")),
        sa.ForeignKeyConstraint(
            ["speech_id"], ["speeches.id"], name=op.f("fk_deadlines_speech_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index(op.f("ix_deadlines_speech_id"), "deadlines", ["speech_id"])
    op.create_table(
        "department_aliases",
        sa.Column("alias", ORDERED, nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_department_aliases_department_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_department_aliases")),
    )
    op.create_index(op.f("ix_department_aliases_department_id"), "department_aliases", ["department_id"])
    op.create_table(
        "items",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("marker_start", sa.Integer(), nullable=False),
        sa.Column("marker_end", sa.Integer(), nullable=False),
        sa.Column("marker_text", sa.Text(), nullable=False),
        sa.Column("marker_clean", sa.Text(), nullable=True),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("heading_start", sa.Integer(), nullable=False),
        sa.Column("heading_end", sa.Integer(), nullable=False),
        sa.Column("heading_text", sa.Text(), nullable=False),
        sa.Column("heading_clean", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint("function IN ('directive', 'other')", name=op.f("ck_items_function")),
        sa.CheckConstraint(
            "style IN ('chapter', 'section', 'arabic', 'arabic_paren', 'shi', 'yao', 'di', 'other')",
            name=op.f("ck_items_style"),
        ),
        sa.CheckConstraint('heading_start >= 0 AND heading_start <= "heading_end"', name=op.f("ck_items_heading_span")),
        sa.CheckConstraint('marker_start >= 0 AND marker_start <= "marker_end"', name=op.f("ck_items_marker_span")),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_items_span")),
        sa.ForeignKeyConstraint(["parent_id"], ["items.id"], name=op.f("fk_items_parent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["speech_id"], ["speeches.id"], name=op.f("fk_items_speech_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("speech_id", "ord", name=op.f("uq_items_speech_id_ord")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_items_parent_id"), "items", ["parent_id"])
    op.create_table(
        "noise",
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_noise_span")),
        sa.ForeignKeyConstraint(["speech_id"], ["speeches.id"], name=op.f("fk_noise_speech_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("speech_id", "ord", name=op.f("pk_noise")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "parties",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "type IN ('department', 'territory', 'body', 'post', 'institution', 'all', 'public')",
            name=op.f("ck_parties_type"),
        ),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_parties_span")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_parties_department_id")),
        sa.ForeignKeyConstraint(["speech_id"], ["speeches.id"], name=op.f("fk_parties_speech_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("speech_id", "ord", name=op.f("uq_parties_speech_id_ord")),
    )
    op.create_table(
        "runs",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("extraction", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["speech_id"], ["speeches.id"], name=op.f("fk_runs_speech_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_speech_id"), "runs", ["speech_id"])
    op.create_table(
        "warnings",
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["speech_id"], ["speeches.id"], name=op.f("fk_warnings_speech_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("speech_id", "ord", name=op.f("pk_warnings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "obligations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("item_id", NUMBER, nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("has_deadline", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("next_steps", sa.Text(), nullable=True),
        sa.Column("completion", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("locked", sa.Text(), nullable=False),
        sa.Column("proposal", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("function IN ('directive', 'other')", name=op.f("ck_obligations_function")),
        sa.CheckConstraint("modality IN ('require', 'prohibit', 'encourage')", name=op.f("ck_obligations_modality")),
        sa.CheckConstraint(
            "status IN ('待签收', '办理中', '申请办结', '已办结', '退回重办', '延期', '超期')",
            name=op.f("ck_obligations_status"),
        ),
        sa.CheckConstraint("completion BETWEEN 0 AND 100", name=op.f("ck_obligations_completion")),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_obligations_span")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_obligations_item_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["speech_id"], ["speeches.id"], name=op.f("fk_obligations_speech_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_obligations_due",
        "obligations",
        ["due_at", "id"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_obligations_function",
        "obligations",
        ["function", "id"],
        sqlite_where=sa.text("function <> 'directive'"),
        postgresql_where=sa.text("function <> 'directive'"),
    )
    op.create_index(op.f("ix_obligations_item_id"), "obligations", ["item_id"])
    op.create_index(
        "ix_obligations_modality",
        "obligations",
        ["modality", "id"],
        sqlite_where=sa.text("modality <> 'require'"),
        postgresql_where=sa.text("modality <> 'require'"),
    )
    op.create_index("ix_obligations_speech", "obligations", ["speech_id", "start", "id"])
    op.create_index(
        "ix_obligations_status",
        "obligations",
        ["status", "id"],
        sqlite_where=sa.text("status <> '待签收'"),
        postgresql_where=sa.text("status <> '待签收'"),
    )
    op.create_table(
        "obligation_deadlines",
        sa.Column("obligation_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("deadline_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadlines.id"], name=op.f("fk_obligation_deadlines_deadline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligations.id"],
            name=op.f("fk_obligation_deadlines_obligation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("obligation_id", "ord", name=op.f("pk_obligation_deadlines")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_obligation_deadlines_deadline_id"), "obligation_deadlines", ["deadline_id"])
    op.create_table(
        "obligation_departments",
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("obligation_id", NUMBER, nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('any', 'responsible', 'lead', 'support', 'supervise')",
            name=op.f("ck_obligation_departments_role"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_obligation_departments_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligations.id"],
            name=op.f("fk_obligation_departments_obligation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("department_id", "role", "obligation_id", name=op.f("pk_obligation_departments")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_obligation_departments_due",
        "obligation_departments",
        ["department_id", "role", "due_at", "obligation_id"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_obligation_departments_obligation_id", "obligation_departments", ["obligation_id"])
    op.create_table(
        "obligation_parties",
        sa.Column("obligation_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("department_id", NUMBER, nullable=False),
        sa.Column("party_id", NUMBER, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "role IN ('responsible', 'lead', 'support', 'supervise')", name=op.f("ck_obligation_parties_role")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_obligation_parties_department_id")
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligations.id"], name=op.f("fk_obligation_parties_obligation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties.id"], name=op.f("fk_obligation_parties_party_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("obligation_id", "ord", name=op.f("pk_obligation_parties")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_obligation_parties_party_id"), "obligation_parties", ["party_id"])
    op.create_table(
        "quarantine_rules",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("speech_id", NUMBER, nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clean", sa.Text(), nullable=True),
        sa.Column("population_start", sa.Integer(), nullable=True),
        sa.Column("population_end", sa.Integer(), nullable=True),
        sa.Column("population_text", sa.Text(), nullable=True),
        sa.Column("population_clean", sa.Text(), nullable=True),
        sa.Column("scope", ORDERED, nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("tests", sa.Integer(), nullable=True),
        sa.Column("test_days", sa.JSON(), nullable=False),
        sa.Column("within", sa.Text(), nullable=True),
        sa.Column("times_per_day", sa.Integer(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("times_per_period", sa.Integer(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("obligation_id", NUMBER, nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "after IN ('集中隔离', '居家隔离', '居家健康监测', '健康监测', '社区管理', '核酸检测', '抗原检测', '体温监测', '报告', '闭环管理', '封控管理', '其他')",
            name=op.f("ck_quarantine_rules_after"),
        ),
        sa.CheckConstraint(
            "measure IN ('集中隔离', '居家隔离', '居家健康监测', '健康监测', '社区管理', '核酸检测', '抗原检测', '体温监测', '报告', '闭环管理', '封控管理', '其他')",
            name=op.f("ck_quarantine_rules_measure"),
        ),
        sa.CheckConstraint("origin IN ('high', 'medium', 'low', 'abroad')", name=op.f("ck_quarantine_rules_origin")),
        sa.CheckConstraint('start >= 0 AND start <= "end"', name=op.f("ck_quarantine_rules_span")),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligations.id"], name=op.f("fk_quarantine_rules_obligation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["speech_id"], ["speeches.id"], name=op.f("fk_quarantine_rules_speech_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_rules")),
        sa.UniqueConstraint("speech_id", "ord", name=op.f("uq_quarantine_rules_speech_id_ord")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quarantine_rules_obligation_id"), "quarantine_rules", ["obligation_id"])
    op.create_index("ix_quarantine_rules_scope", "quarantine_rules", ["scope", "measure", "speech_id"])


def downgrade() -> None:
    op.drop_index("ix_quarantine_rules_scope", table_name="quarantine_rules")
    op.drop_index(op.f("ix_quarantine_rules_obligation_id"), table_name="quarantine_rules")
    op.drop_table("quarantine_rules")
    op.drop_index(op.f("ix_obligation_parties_party_id"), table_name="obligation_parties")
    op.drop_table("obligation_parties")
    op.drop_index("ix_obligation_departments_obligation_id", table_name="obligation_departments")
    op.drop_index(
        "ix_obligation_departments_due",
        table_name="obligation_departments",
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("obligation_departments")
    op.drop_index(op.f("ix_obligation_deadlines_deadline_id"), table_name="obligation_deadlines")
    op.drop_table("obligation_deadlines")
    op.drop_index(
        "ix_obligations_status",
        table_name="obligations",
        sqlite_where=sa.text("status <> '待签收'"),
        postgresql_where=sa.text("status <> '待签收'"),
    )
    op.drop_index("ix_obligations_speech", table_name="obligations")
    op.drop_index(
        "ix_obligations_modality",
        table_name="obligations",
        sqlite_where=sa.text("modality <> 'require'"),
        postgresql_where=sa.text("modality <> 'require'"),
    )
    op.drop_index(op.f("ix_obligations_item_id"), table_name="obligations")
    op.drop_index(
        "ix_obligations_function",
        table_name="obligations",
        sqlite_where=sa.text("function <> 'directive'"),
        postgresql_where=sa.text("function <> 'directive'"),
    )
    op.drop_index(
        "ix_obligations_due",
        table_name="obligations",
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.drop_table("obligations")
    op.drop_table("warnings")
    op.drop_index(op.f("ix_runs_speech_id"), table_name="runs")
    op.drop_table("runs")
    op.drop_table("parties")
    op.drop_table("noise")
    op.drop_index(op.f("ix_items_parent_id"), table_name="items")
    op.drop_table("items")
    op.drop_index(op.f("ix_department_aliases_department_id"), table_name="department_aliases")
    op.drop_table("department_aliases")
    op.drop_index(op.f("ix_deadlines_speech_id"), table_name="deadlines")
    op.drop_table("deadlines")
    op.drop_index("ix_speeches_date", table_name="speeches")
    op.drop_table("speeches")
    op.drop_table("departments")
