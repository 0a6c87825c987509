"""drafts of floor plans, their steps, published versions; exits and the least aisle of a hall

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_drafts",
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("booths", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("doors", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("exits", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_by", sa.String(length=250), nullable=False),
        sa.Column("backdrop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("backdrop", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["backdrop_id"], ["stored_files.id"], name=op.f("fk_plan_drafts_backdrop_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name=op.f("fk_plan_drafts_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_drafts")),
        sa.UniqueConstraint("hall_id", name=op.f("uq_plan_drafts_hall_id")),
    )
    op.create_table(
        "plan_versions",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hall_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.String(length=250), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("difference", sa.JSON(), nullable=False),
        sa.Column("room", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_plan_versions_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_plan_versions_fair_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_plan_versions_for_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name=op.f("fk_plan_versions_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("hall_id", "number", name=op.f("uq_plan_versions_hall_id_number")),
    )
    with op.batch_alter_table("plan_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_versions_fair_id"), ["fair_id"], unique=False)

    op.create_table(
        "plan_steps",
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["plan_drafts.id"], name=op.f("fk_plan_steps_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_steps")),
    )
    with op.batch_alter_table("plan_steps", schema=None) as batch_op:
        batch_op.create_index("ix_plan_steps_draft", ["draft_id", "is_undone", "id"], unique=False)

    op.create_table(
        "plan_imports",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_plan_imports_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_imports")),
    )
    with op.batch_alter_table("plan_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_imports_fair_id"), ["fair_id"], unique=False)

    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exits", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("aisle_cm", sa.Integer(), nullable=False, server_default="200"))


def downgrade() -> None:
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.drop_column("aisle_cm")
        batch_op.drop_column("exits")

    with op.batch_alter_table("plan_steps", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_steps_draft")

    op.drop_table("plan_steps")
    with op.batch_alter_table("plan_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_versions_fair_id"))

    op.drop_table("plan_versions")
    op.drop_table("plan_drafts")
    with op.batch_alter_table("plan_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_imports_fair_id"))

    op.drop_table("plan_imports")
