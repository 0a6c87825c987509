"""programme

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("year", name=op.f("uq_programmes_year")),
    )
    op.create_table(
        "plan_items",
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("name_vi", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["plan_items.id"], name=op.f("fk_plan_items_parent_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_plan_items_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_items")),
        sa.UniqueConstraint("programme_id", "code", name=op.f("uq_plan_items_programme_id_code")),
    )
    with op.batch_alter_table("plan_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_items_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "plan_targets",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("metric_vi", sa.String(length=120), nullable=False),
        sa.Column("metric_en", sa.String(length=120), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=True),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("unit_vi", sa.String(length=60), nullable=False),
        sa.Column("unit_en", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("growth_percent", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("counting_rule_vi", sa.Text(), nullable=False),
        sa.Column("counting_rule_en", sa.Text(), nullable=False),
        sa.Column("evidence_vi", sa.Text(), nullable=False),
        sa.Column("evidence_en", sa.Text(), nullable=False),
        sa.Column("ambiguity_vi", sa.Text(), nullable=False),
        sa.Column("ambiguity_en", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["plan_items.id"], name=op.f("fk_plan_targets_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_targets")),
        sa.UniqueConstraint("item_id", "metric", name=op.f("uq_plan_targets_item_id_metric")),
    )
    op.create_table(
        "public_counts",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_public_counts_entries")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_public_counts_fair_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_public_counts_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_counts")),
        sa.UniqueConstraint(
            "fair_id", "gate_id", "day", "hour", name=op.f("uq_public_counts_fair_id_gate_id_day_hour")
        ),
    )
    with op.batch_alter_table("public_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_counts_gate_id"), ["gate_id"], unique=False)

    op.create_table(
        "figure_entries",
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=400), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["users.id"], name=op.f("fk_figure_entries_entered_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_figure_entries_file_id")),
        sa.ForeignKeyConstraint(["target_id"], ["plan_targets.id"], name=op.f("fk_figure_entries_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_entries")),
    )
    with op.batch_alter_table("figure_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_figure_entries_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_figure_entries_target", ["target_id", "as_of", "id"], unique=False)

    op.create_table(
        "sales_returns",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_sales_returns_booth_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_sales_returns_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_sales_returns_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_returns")),
        sa.UniqueConstraint("booth_id", "day", name=op.f("uq_sales_returns_booth_id_day")),
    )
    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_returns_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_sales_returns_fair_day", ["fair_id", "day"], unique=False)

    # Not in a batch: that would rebuild the table, which foreign keys of a filled SQLite database forbid.
    op.add_column("fairs", sa.Column("plan_item", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("fairs", "plan_item")

    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_returns_fair_day")
        batch_op.drop_index(batch_op.f("ix_sales_returns_exhibitor_id"))

    op.drop_table("sales_returns")
    with op.batch_alter_table("figure_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_entries_target")
        batch_op.drop_index(batch_op.f("ix_figure_entries_file_id"))

    op.drop_table("figure_entries")
    with op.batch_alter_table("public_counts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_counts_gate_id"))

    op.drop_table("public_counts")
    op.drop_table("plan_targets")
    with op.batch_alter_table("plan_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_items_parent_id"))

    op.drop_table("plan_items")
    op.drop_table("programmes")
