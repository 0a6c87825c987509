"""letters of a fair that moved, printed letters, papers typed in for guests

Revision: 0031
Revises: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_by_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_letters_fair_outdated", ["fair_id", "state", "outdated_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_fair_outdated")
        batch_op.drop_column("outdated_at")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_column("entered_by_ids")
