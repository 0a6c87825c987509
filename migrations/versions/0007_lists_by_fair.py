"""visitors and badges of a fair in the order of their numbers: the first page of a long list need not sort it

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_visitors_fair_id_id", "visitors", ["fair_id", "id"])
    op.create_index("ix_badges_fair_id_id", "badges", ["fair_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_badges_fair_id_id", "badges")
    op.drop_index("ix_visitors_fair_id_id", "visitors")
