"""spreadsheets of contracts that were handed in

Revision: 0046
Revises: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contract_imports",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("for_id", _KEY, nullable=True),
        sa.Column("for_name", sa.String(length=120), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_contract_imports_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_contract_imports_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_contract_imports_file_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_contract_imports_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_imports")),
    )
    with op.batch_alter_table("contract_imports", schema=None) as batch_op:
        batch_op.create_index("ix_contract_imports_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_imports_file_id"), ["file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contract_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_imports_file_id"))
        batch_op.drop_index("ix_contract_imports_fair")

    op.drop_table("contract_imports")
