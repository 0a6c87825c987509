"""follow-up of contracts at 3, 6 and 12 months; questions about unusual contracts

Revision: 0045
Revises: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contract_questions",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("contract_id", _KEY, nullable=True),
        sa.Column("subject", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("answered_by_id", _KEY, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_contract_questions_answered_by_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_questions_contract_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_contract_questions_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_questions")),
        sa.UniqueConstraint("subject", "kind", name=op.f("uq_contract_questions_subject_kind")),
    )
    with op.batch_alter_table("contract_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_questions_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index("ix_contract_questions_fair_state", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "follow_up_decisions",
        sa.Column("contract_id", _KEY, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("shipped_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("decided_for_id", _KEY, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_follow_up_decisions_contract_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_follow_up_decisions_decided_by_id")),
        sa.ForeignKeyConstraint(["decided_for_id"], ["users.id"], name=op.f("fk_follow_up_decisions_decided_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_decisions")),
        sa.UniqueConstraint("contract_id", "month", name=op.f("uq_follow_up_decisions_contract_id_month")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("contract_id", _KEY, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("left_out", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", _KEY, nullable=True),
        sa.Column("answered_name", sa.String(length=120), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("shipped_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason_codes", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.Column("repeat_count", sa.Integer(), nullable=True),
        sa.Column("repeat_minor", sa.BigInteger(), nullable=True),
        sa.Column("repeat_currency", sa.String(length=3), nullable=False),
        sa.Column("repeat_usd_minor", sa.BigInteger(), nullable=True),
        sa.Column("next_order_on", sa.Date(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_follow_ups_answered_by_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_follow_ups_contract_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_follow_ups_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("contract_id", "month", "side", name=op.f("uq_follow_ups_contract_id_month_side")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index("ix_follow_ups_fair_state", ["fair_id", "state", "due_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_ups_fair_state")

    op.drop_table("follow_ups")
    op.drop_table("follow_up_decisions")
    with op.batch_alter_table("contract_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_questions_fair_state")
        batch_op.drop_index(batch_op.f("ix_contract_questions_contract_id"))

    op.drop_table("contract_questions")
