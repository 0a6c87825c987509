"""how much of the price a support decision waives

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exhibitors", sa.Column("support_percent", sa.Integer(), nullable=False, server_default="100"))


def downgrade() -> None:
    op.drop_column("exhibitors", "support_percent")
