"""rules, runs and places of the allocation, and who is kept apart

Revision: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allocation_rules",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("year_points", sa.Integer(), nullable=False),
        sa.Column("area_points", sa.Integer(), nullable=False),
        sa.Column("week_points", sa.Integer(), nullable=False),
        sa.Column("exclusive_zones", sa.JSON(), nullable=False),
        sa.Column("supported_booths", sa.Integer(), nullable=True),
        sa.Column("supported_area_m2", sa.Integer(), nullable=True),
        sa.Column("zone_quotas", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_allocation_rules_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_rules")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_allocation_rules_fair_id")),
    )
    op.create_table(
        "allocation_runs",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("wanted_steps", sa.Integer(), nullable=True),
        sa.Column("wanted_rounds", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("started_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("publisher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("publisher_name", sa.String(length=200), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("rivals", sa.Integer(), nullable=False),
        sa.Column("orphans", sa.Integer(), nullable=False),
        sa.Column("unplaced", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_allocation_runs_fair_id")),
        sa.ForeignKeyConstraint(["publisher_id"], ["users.id"], name=op.f("fk_allocation_runs_publisher_id")),
        sa.ForeignKeyConstraint(
            ["started_from_id"], ["allocation_runs.id"], name=op.f("fk_allocation_runs_started_from_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_allocation_runs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_runs")),
        sa.UniqueConstraint("fair_id", "number", name=op.f("uq_allocation_runs_fair_id_number")),
    )
    with op.batch_alter_table("allocation_runs", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_runs_state", ["fair_id", "state", "finished_at"], unique=False)

    op.create_table(
        "allocation_exclusions",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("same_zone", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_allocation_exclusions_fair_id")),
        sa.ForeignKeyConstraint(["first_id"], ["exhibitors.id"], name=op.f("fk_allocation_exclusions_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["exhibitors.id"], name=op.f("fk_allocation_exclusions_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_exclusions")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_allocation_exclusions_first_id_second_id")),
    )
    with op.batch_alter_table("allocation_exclusions", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_exclusions_fair", ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_exclusions_second_id"), ["second_id"], unique=False)

    op.create_table(
        "allocation_places",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_ids", sa.JSON(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_problem", sa.String(length=300), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_allocation_places_exhibitor_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["allocation_runs.id"], name=op.f("fk_allocation_places_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_places")),
        sa.UniqueConstraint("run_id", "exhibitor_id", name=op.f("uq_allocation_places_run_id_exhibitor_id")),
    )
    with op.batch_alter_table("allocation_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_places_exhibitor_id"), ["exhibitor_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("allocation_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_places_exhibitor_id"))

    op.drop_table("allocation_places")
    with op.batch_alter_table("allocation_exclusions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_exclusions_second_id"))
        batch_op.drop_index("ix_allocation_exclusions_fair")

    op.drop_table("allocation_exclusions")
    with op.batch_alter_table("allocation_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_runs_state")

    op.drop_table("allocation_runs")
    op.drop_table("allocation_rules")
