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
        "contact_imports",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source_kind", sa.String(length=32), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("for_name", sa.String(length=200), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_contact_imports_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_contact_imports_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_contact_imports_file_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_contact_imports_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_imports")),
    )
    with op.batch_alter_table("contact_imports", schema=None) as batch_op:
        batch_op.create_index("ix_contact_imports_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index("ix_contact_imports_file", ["fair_id", "sha256"], unique=False)
        batch_op.create_index("ix_contact_imports_state", ["state", "touched_at"], unique=False)

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

    op.create_table(
        "contact_rows",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.Column("company_key", sa.String(length=310), nullable=False),
        sa.Column("person_choice", sa.String(length=20), nullable=False),
        sa.Column("company_choice", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("invitee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_person", sa.Boolean(), nullable=False),
        sa.Column("made_company", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_contact_rows_company_id")),
        sa.ForeignKeyConstraint(["import_id"], ["contact_imports.id"], name=op.f("fk_contact_rows_import_id")),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitees.id"], name=op.f("fk_contact_rows_invitee_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contact_rows_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_rows")),
    )
    with op.batch_alter_table("contact_rows", schema=None) as batch_op:
        batch_op.create_index("ix_contact_rows_company", ["import_id", "company_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_rows_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_rows_invitee_id"), ["invitee_id"], unique=False)
        batch_op.create_index("ix_contact_rows_made", ["import_id", "made_company"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_rows_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_contact_rows_state", ["import_id", "state", "row"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contact_rows", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_rows_state")
        batch_op.drop_index(batch_op.f("ix_contact_rows_person_id"))
        batch_op.drop_index("ix_contact_rows_made")
        batch_op.drop_index(batch_op.f("ix_contact_rows_invitee_id"))
        batch_op.drop_index(batch_op.f("ix_contact_rows_company_id"))
        batch_op.drop_index("ix_contact_rows_company")

    op.drop_table("contact_rows")
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
    with op.batch_alter_table("contact_imports", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_imports_state")
        batch_op.drop_index("ix_contact_imports_file")
        batch_op.drop_index("ix_contact_imports_fair_state")

    op.drop_table("contact_imports")
