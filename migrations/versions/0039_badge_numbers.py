"""a fair's badges by parts of their numbers and codes, without walking the badges themselves

Revision: 0039
Revises: 0038
"""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_badges_fair_numbers", "badges", ["fair_id", "reference", "short_code"])


def downgrade() -> None:
    op.drop_index("ix_badges_fair_numbers", table_name="badges")
