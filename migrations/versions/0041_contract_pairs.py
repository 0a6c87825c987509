"""pairs of contracts that may be one deal

Revision: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contract_pairs",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("first_id", _KEY, nullable=False),
        sa.Column("second_id", _KEY, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("is_split", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("said_sha256", sa.String(length=64), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_contract_pairs_older_first")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_contract_pairs_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_contract_pairs_fair_id")),
        sa.ForeignKeyConstraint(["first_id"], ["contracts.id"], name=op.f("fk_contract_pairs_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["contracts.id"], name=op.f("fk_contract_pairs_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_pairs")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_contract_pairs_first_id_second_id")),
    )
    with op.batch_alter_table("contract_pairs", schema=None) as batch_op:
        batch_op.create_index("ix_contract_pairs_fair_state", ["fair_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_pairs_second_id"), ["second_id"], unique=False)


def downgrade() -> None:
    op.drop_table("contract_pairs")
