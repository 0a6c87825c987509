"""badge layouts in versions, their pictures, portraits on badges

Revision: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DEFAULT = sa.text("is_default AND archived_at IS NULL")
_DRAFT = sa.text("published_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "badge_layouts",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_badge_layouts_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_layouts")),
    )
    with op.batch_alter_table("badge_layouts", schema=None) as batch_op:
        batch_op.create_index("ix_badge_layouts_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(
            "uq_badge_layouts_default", ["fair_id"], unique=True, sqlite_where=_DEFAULT, postgresql_where=_DEFAULT
        )
    op.create_table(
        "badge_layout_versions",
        sa.Column("layout_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_badge_layout_versions_by_id")),
        sa.ForeignKeyConstraint(["layout_id"], ["badge_layouts.id"], name=op.f("fk_badge_layout_versions_layout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_layout_versions")),
        sa.UniqueConstraint("layout_id", "number", name=op.f("uq_badge_layout_versions_layout_id_number")),
    )
    with op.batch_alter_table("badge_layout_versions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_badge_layout_drafts", ["layout_id"], unique=True, sqlite_where=_DRAFT, postgresql_where=_DRAFT
        )
    op.create_table(
        "badge_layout_pictures",
        sa.Column("layout_id", _KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_badge_layout_pictures_file_id")),
        sa.ForeignKeyConstraint(["layout_id"], ["badge_layouts.id"], name=op.f("fk_badge_layout_pictures_layout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_layout_pictures")),
        sa.UniqueConstraint("layout_id", "digest", name=op.f("uq_badge_layout_pictures_layout_id_digest")),
    )
    with op.batch_alter_table("badge_layout_pictures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_layout_pictures_file_id"), ["file_id"], unique=False)
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo_id", _KEY, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_badges_photo_id"), "stored_files", ["photo_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_badges_photo_id"), type_="foreignkey")
        batch_op.drop_column("photo_id")
    op.drop_table("badge_layout_pictures")
    op.drop_table("badge_layout_versions")
    op.drop_table("badge_layouts")
