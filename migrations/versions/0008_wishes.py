"""where an exhibitor wishes to stand, in order; how much of the price a support decision waives

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
    op.create_table(
        "booth_wishes",
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(zone_id IS NULL) <> (booth_id IS NULL)", name=op.f("ck_booth_wishes_one_place")),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_booth_wishes_booth_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_booth_wishes_exhibitor_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_booth_wishes_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_wishes")),
        sa.UniqueConstraint("exhibitor_id", "position", name=op.f("uq_booth_wishes_exhibitor_id_position")),
    )
    with op.batch_alter_table("booth_wishes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booth_wishes_booth_id"), ["booth_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booth_wishes_zone_id"), ["zone_id"], unique=False)

    with op.batch_alter_table("exhibitors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("booth_count", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(
            sa.Column("wished_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("wished_open_sides", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("support_percent", sa.Integer(), nullable=False, server_default="100"))
        batch_op.create_foreign_key(
            batch_op.f("fk_exhibitors_wished_type_id"), "booth_types", ["wished_type_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("exhibitors", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_exhibitors_wished_type_id"), type_="foreignkey")
        batch_op.drop_column("support_percent")
        batch_op.drop_column("wished_open_sides")
        batch_op.drop_column("wished_type_id")
        batch_op.drop_column("booth_count")

    with op.batch_alter_table("booth_wishes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booth_wishes_zone_id"))
        batch_op.drop_index(batch_op.f("ix_booth_wishes_booth_id"))

    op.drop_table("booth_wishes")
