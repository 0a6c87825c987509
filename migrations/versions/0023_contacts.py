"""imports of contacts and support lists of other offices

Revision: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "external_supports",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("person_key", sa.String(length=200), nullable=False),
        sa.Column("company_name", sa.String(length=250), nullable=False),
        sa.Column("company_key", sa.String(length=300), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("tax_code", sa.String(length=20), nullable=False),
        sa.Column("passport_digest", sa.String(length=64), nullable=False),
        sa.Column("ticket_number", sa.String(length=60), nullable=False),
        sa.Column("receipt_sha256", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_external_supports_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_supports")),
    )
    with op.batch_alter_table("external_supports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_supports_company_key"), ["company_key"], unique=False)
        batch_op.create_index("ix_external_supports_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index("ix_external_supports_import", ["import_id", "row"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_supports_passport_digest"), ["passport_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_supports_person_key"), ["person_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_supports_receipt_sha256"), ["receipt_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_supports_tax_code"), ["tax_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_external_supports_ticket_number"), ["ticket_number"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("external_supports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_external_supports_ticket_number"))
        batch_op.drop_index(batch_op.f("ix_external_supports_tax_code"))
        batch_op.drop_index(batch_op.f("ix_external_supports_receipt_sha256"))
        batch_op.drop_index(batch_op.f("ix_external_supports_person_key"))
        batch_op.drop_index(batch_op.f("ix_external_supports_passport_digest"))
        batch_op.drop_index("ix_external_supports_import")
        batch_op.drop_index("ix_external_supports_fair")
        batch_op.drop_index(batch_op.f("ix_external_supports_company_key"))

    op.drop_table("external_supports")
