"""rescheduling

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fair_reschedulings",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("old_starts_on", sa.Date(), nullable=False),
        sa.Column("old_ends_on", sa.Date(), nullable=False),
        sa.Column("new_starts_on", sa.Date(), nullable=False),
        sa.Column("new_ends_on", sa.Date(), nullable=False),
        sa.Column("old_venue", sa.String(length=250), nullable=False),
        sa.Column("new_venue", sa.String(length=250), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_fair_reschedulings_fair_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_reschedulings_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_reschedulings")),
    )
    op.create_index("ix_fair_reschedulings_fair", "fair_reschedulings", ["fair_id", "id"])

    op.create_table(
        "fair_cancellations",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_fair_cancellations_fair_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_cancellations_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_cancellations")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_fair_cancellations_fair_id")),
    )

    op.create_table(
        "credits",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("invoice_id", KEY, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_credits_fair_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credits_company_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_credits_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint("number", name=op.f("uq_credits_number")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_credits_invoice_id")),
    )
    op.create_index("ix_credits_fair_state", "credits", ["fair_id", "state", "id"])
    op.create_index(op.f("ix_credits_company_id"), "credits", ["company_id"])

    op.create_table(
        "milestones",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("file_id", KEY, nullable=True),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_milestones_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_milestones_file_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_milestones_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
        sa.UniqueConstraint("fair_id", "key", name=op.f("uq_milestones_fair_id_key")),
    )
    op.create_index(op.f("ix_milestones_file_id"), "milestones", ["file_id"])


def downgrade() -> None:
    op.drop_table("milestones")
    op.drop_table("credits")
    op.drop_table("fair_cancellations")
    op.drop_table("fair_reschedulings")
