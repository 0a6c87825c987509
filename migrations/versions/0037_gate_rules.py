"""days of build-up and dismantling stand at the fair; gates and zones say why they are closed, visits in which hall one is

Revision: 0037
Revises: 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("fairs", sa.Column("build_up_days", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("fairs", sa.Column("dismantling_days", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE fairs SET build_up_days = (SELECT build_up_days FROM site_settings WHERE site_settings.fair_id = fairs.id) "
        "WHERE id IN (SELECT fair_id FROM site_settings)"
    )
    with op.batch_alter_table("site_settings", schema=None) as batch_op:
        batch_op.drop_column("build_up_days")

    op.add_column("access_zones", sa.Column("is_inner", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("access_zones", sa.Column("pause_reason", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("gates", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("gates", sa.Column("close_reason", sa.String(length=300), nullable=False, server_default=""))
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zone_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_visits_zone_id"), "access_zones", ["zone_id"], ["id"])
    op.execute(
        "UPDATE visits SET passed_at = CASE WHEN left_at IS NOT NULL AND inside_since IS NULL THEN left_at "
        "ELSE COALESCE(inside_since, first_in_at) END"
    )


def downgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visits_zone_id"), type_="foreignkey")
        batch_op.drop_column("passed_at")
        batch_op.drop_column("zone_id")
    for table, column in (
        ("gates", "close_reason"), ("gates", "closed_at"), ("access_zones", "pause_reason"), ("access_zones", "is_inner"),
    ):  # fmt: skip
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
    op.add_column("site_settings", sa.Column("build_up_days", sa.Integer(), nullable=False, server_default="2"))
    op.execute(
        "UPDATE site_settings SET build_up_days = (SELECT build_up_days FROM fairs WHERE fairs.id = site_settings.fair_id)"
    )
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.drop_column("dismantling_days")
        batch_op.drop_column("build_up_days")
