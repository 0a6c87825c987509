"""letters of a fair that moved, printed letters, papers typed in for guests

Revision: 0031
Revises: 0030
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_by_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outdated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_letters_fair_outdated", ["fair_id", "state", "outdated_at"], unique=False)
    op.create_table(
        "bulk_files",
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", _KEY, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_bulk_files_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_files_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_files")),
        sa.UniqueConstraint("run_id", "kind", name=op.f("uq_bulk_files_run_id_kind")),
    )
    with op.batch_alter_table("bulk_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_files_expires_at"), ["expires_at"], unique=False)
    _plain_tickets()


def _plain_tickets() -> None:
    """Numbers of tickets are compared by capital letters and digits only; those of before kept hyphens."""
    grants = sa.table("support_grants", sa.column("id"), sa.column("ticket_number"))
    bind = op.get_bind()
    for grant_id, number in bind.execute(sa.select(grants).where(grants.c.ticket_number != "")).all():
        plain = "".join(sign for sign in unicodedata.normalize("NFKC", number).upper() if sign.isalnum())[:60]
        if plain != number:
            bind.execute(sa.update(grants).where(grants.c.id == grant_id).values(ticket_number=plain))


def downgrade() -> None:
    op.drop_table("bulk_files")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_fair_outdated")
        batch_op.drop_column("outdated_at")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_column("entered_by_ids")
