"""what the gates note for the supervisor, and where somebody was seen last

Revision: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("visits") as batch_op:
        batch_op.add_column(sa.Column("last_gate_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("is_unsure", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key("fk_visits_last_gate_id", "gates", ["last_gate_id"], ["id"])
    with op.batch_alter_table("visits") as batch_op:
        batch_op.alter_column("is_unsure", server_default=None)
    with op.batch_alter_table("scan_conflicts") as batch_op:
        batch_op.add_column(sa.Column("entry_id", sa.String(length=80), nullable=True))
    op.execute("UPDATE scan_conflicts SET entry_id = kind || ':' || id")
    with op.batch_alter_table("scan_conflicts") as batch_op:
        batch_op.alter_column("entry_id", existing_type=sa.String(length=80), nullable=False)
        batch_op.drop_constraint("uq_scan_conflicts_kind_scan_id", type_="unique")
        batch_op.create_unique_constraint("uq_scan_conflicts_fair_id_entry_id", ["fair_id", "entry_id"])
    op.create_index("ix_scan_acts_of_scan", "scan_acts", ["fair_id", "of_scan_id"])
    op.create_index(
        "ix_scans_sealed", "scans", ["fair_id", "id"], sqlite_where=sa.text("sealed_code IS NOT NULL"),
        postgresql_where=sa.text("sealed_code IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_scans_sealed", table_name="scans")
    op.drop_index("ix_scan_acts_of_scan", table_name="scan_acts")
    with op.batch_alter_table("scan_conflicts") as batch_op:
        batch_op.drop_constraint("uq_scan_conflicts_fair_id_entry_id", type_="unique")
        batch_op.create_unique_constraint("uq_scan_conflicts_kind_scan_id", ["kind", "scan_id"])
        batch_op.drop_column("entry_id")
    with op.batch_alter_table("visits") as batch_op:
        batch_op.drop_constraint("fk_visits_last_gate_id", type_="foreignkey")
        batch_op.drop_column("is_unsure")
        batch_op.drop_column("last_gate_id")
