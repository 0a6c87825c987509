"""letters of invitation, their texts and who signs them; the sex in a passport

Revision: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_texts",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_letter_texts_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_letter_texts_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_texts")),
        sa.UniqueConstraint("fair_id", "kind", "version", name=op.f("uq_letter_texts_fair_id_kind_version")),
    )
    op.create_table(
        "signatories",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title_vi", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("picture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_signatories_fair_id")),
        sa.ForeignKeyConstraint(["picture_id"], ["stored_files.id"], name=op.f("fk_signatories_picture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatories")),
    )
    with op.batch_alter_table("signatories", schema=None) as batch_op:
        batch_op.create_index("ix_signatories_fair", ["fair_id", "position"], unique=False)

    op.create_table(
        "letter_wishes",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("embassy", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_letter_wishes_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_letter_wishes_importer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_wishes")),
        sa.UniqueConstraint("importer_id", name=op.f("uq_letter_wishes_importer_id")),
    )
    with op.batch_alter_table("letter_wishes", schema=None) as batch_op:
        batch_op.create_index("ix_letter_wishes_fair_state", ["fair_id", "state", "asked_at"], unique=False)

    op.create_table(
        "letters",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("stay_from", sa.Date(), nullable=False),
        sa.Column("stay_to", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signer_name", sa.String(length=200), nullable=False),
        sa.Column("signer_title_vi", sa.String(length=200), nullable=False),
        sa.Column("signer_title_en", sa.String(length=200), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_letters_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_letters_importer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["letters.id"], name=op.f("fk_letters_replaced_by_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["stored_files.id"], name=op.f("fk_letters_signature_id")),
        sa.ForeignKeyConstraint(["text_id"], ["letter_texts.id"], name=op.f("fk_letters_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_letters_code_hash")),
        sa.UniqueConstraint("kind", "year", "serial", name=op.f("uq_letters_kind_year_serial")),
        sa.UniqueConstraint("reference", name=op.f("uq_letters_reference")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index("ix_letters_fair_country", ["fair_id", "country", "id"], unique=False)
        batch_op.create_index("ix_letters_fair_kind", ["fair_id", "kind", "id"], unique=False)
        batch_op.create_index("ix_letters_fair_state", ["fair_id", "state", "valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_importer_id"), ["importer_id"], unique=False)
        batch_op.create_index("ix_letters_number", ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_replaced_by_id"), ["replaced_by_id"], unique=False)
        batch_op.create_index(
            "uq_letters_in_force",
            ["importer_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )

    with op.batch_alter_table("travel_documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sex", sa.String(length=1), nullable=False, server_default=""))
    with op.batch_alter_table("travel_documents", schema=None) as batch_op:
        batch_op.alter_column("sex", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("travel_documents", schema=None) as batch_op:
        batch_op.drop_column("sex")

    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_letters_in_force",
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.drop_index(batch_op.f("ix_letters_replaced_by_id"))
        batch_op.drop_index(batch_op.f("ix_letters_person_id"))
        batch_op.drop_index("ix_letters_number")
        batch_op.drop_index(batch_op.f("ix_letters_importer_id"))
        batch_op.drop_index("ix_letters_fair_state")
        batch_op.drop_index("ix_letters_fair_kind")
        batch_op.drop_index("ix_letters_fair_country")

    op.drop_table("letters")
    with op.batch_alter_table("letter_wishes", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_wishes_fair_state")

    op.drop_table("letter_wishes")
    with op.batch_alter_table("signatories", schema=None) as batch_op:
        batch_op.drop_index("ix_signatories_fair")

    op.drop_table("signatories")
    op.drop_table("letter_texts")
