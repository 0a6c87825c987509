"""figures kept at closing, the checklist, archives, samples for audits; auditors have a last day

Revision: 0044
Revises: 0042
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op


revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "closing_ticks",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_closing_ticks_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_closing_ticks_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_ticks")),
        sa.UniqueConstraint("fair_id", "key", name=op.f("uq_closing_ticks_fair_id_key")),
    )
    op.create_table(
        "fair_snapshots",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_snapshots_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_fair_snapshots_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_fair_snapshots_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_snapshots")),
    )
    with op.batch_alter_table("fair_snapshots", schema=None) as batch_op:
        batch_op.create_index("ix_fair_snapshots_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fair_snapshots_file_id"), ["file_id"], unique=False)

    op.create_table(
        "audit_samples",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("weighted", sa.Boolean(), nullable=False),
        sa.Column("snapshot_id", _KEY, nullable=True),
        sa.Column("population", sa.JSON(), nullable=False),
        sa.Column("picked", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_audit_samples_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_audit_samples_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_audit_samples_file_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["fair_snapshots.id"], name=op.f("fk_audit_samples_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_samples")),
    )
    with op.batch_alter_table("audit_samples", schema=None) as batch_op:
        batch_op.create_index("ix_audit_samples_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_samples_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_samples_snapshot_id"), ["snapshot_id"], unique=False)

    op.create_table(
        "closing_works",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_for", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot_id", _KEY, nullable=True),
        sa.Column("file_id", _KEY, nullable=True),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_closing_works_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_closing_works_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_closing_works_file_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["fair_snapshots.id"], name=op.f("fk_closing_works_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_works")),
    )
    with op.batch_alter_table("closing_works", schema=None) as batch_op:
        batch_op.create_index("ix_closing_works_fair", ["fair_id", "kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_works_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_works_snapshot_id"), ["snapshot_id"], unique=False)
        batch_op.create_index("ix_closing_works_state", ["state"], unique=False)

    # An auditor's access always has an end: those who have none keep it for a quarter of a year.
    grants = sa.table("role_grants", sa.column("role", sa.String), sa.column("ends_at", sa.DateTime(timezone=True)))
    end = datetime.now(UTC) + timedelta(days=90)
    op.execute(grants.update().where(grants.c.role == "auditor", grants.c.ends_at.is_(None)).values(ends_at=end))


def downgrade() -> None:
    with op.batch_alter_table("closing_works", schema=None) as batch_op:
        batch_op.drop_index("ix_closing_works_state")
        batch_op.drop_index(batch_op.f("ix_closing_works_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_closing_works_file_id"))
        batch_op.drop_index("ix_closing_works_fair")

    op.drop_table("closing_works")
    with op.batch_alter_table("audit_samples", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_samples_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_audit_samples_file_id"))
        batch_op.drop_index("ix_audit_samples_fair")

    op.drop_table("audit_samples")
    with op.batch_alter_table("fair_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fair_snapshots_file_id"))
        batch_op.drop_index("ix_fair_snapshots_fair")

    op.drop_table("fair_snapshots")
    op.drop_table("closing_ticks")
