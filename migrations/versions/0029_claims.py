"""claims of guests with papers, lines, meetings, surveys, waivers, duplicates; lists for the bank; charges

Revision: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim_rules",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_in_days", sa.Integer(), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("days_to_claim", sa.Integer(), nullable=False),
        sa.Column("remind_before", sa.Integer(), nullable=False),
        sa.Column("review_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claim_rules_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_rules")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_claim_rules_fair_id")),
    )
    op.create_table(
        "claim_transfers",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_key", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claim_transfers_fair_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_claim_transfers_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_transfers")),
        sa.UniqueConstraint("number", name=op.f("uq_claim_transfers_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_claim_transfers_request_key")),
    )
    with op.batch_alter_table("claim_transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_transfers_fair_id"), ["fair_id"], unique=False)

    op.create_table(
        "claims",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hosting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("nothing_to_claim", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("travel_minor", sa.BigInteger(), nullable=True),
        sa.Column("lodging_minor", sa.BigInteger(), nullable=True),
        sa.Column("hotel_minor", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("receipt_number", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("purge_on", sa.Date(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_claims_approved_by_id")),
        sa.ForeignKeyConstraint(["approved_for_id"], ["users.id"], name=op.f("fk_claims_approved_for_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_claims_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claims_fair_id")),
        sa.ForeignKeyConstraint(["hosting_id"], ["hostings.id"], name=op.f("fk_claims_hosting_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_claims_importer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_claims_person_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_claims_reviewed_by_id")),
        sa.ForeignKeyConstraint(["reviewed_for_id"], ["users.id"], name=op.f("fk_claims_reviewed_for_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_claims_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("hosting_id", name=op.f("uq_claims_hosting_id")),
        sa.UniqueConstraint("importer_id", name=op.f("uq_claims_importer_id")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_claims_receipt_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_claims_reference")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_claims_fair_due", ["fair_id", "due_on"], unique=False)
        batch_op.create_index("ix_claims_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claims_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_claims_purge", ["purge_on"], unique=False)

    op.create_table(
        "claim_charges",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("end_reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_charges_claim_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_claim_charges_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claim_charges_fair_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_claim_charges_proposed_by_id")),
        sa.ForeignKeyConstraint(["proposed_for_id"], ["users.id"], name=op.f("fk_claim_charges_proposed_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_charges")),
        sa.UniqueConstraint("number", name=op.f("uq_claim_charges_number")),
    )
    with op.batch_alter_table("claim_charges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_charges_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index("ix_claim_charges_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_claim_charges_live",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'owed')"),
            postgresql_where=sa.text("state IN ('proposed', 'owed')"),
        )

    op.create_table(
        "claim_clashes",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("other", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_claim_clashes_asked_by_id")),
        sa.ForeignKeyConstraint(["asked_for_id"], ["users.id"], name=op.f("fk_claim_clashes_asked_for_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_clashes_claim_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_claim_clashes_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claim_clashes_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_clashes")),
        sa.UniqueConstraint("claim_id", "what", "other", name=op.f("uq_claim_clashes_claim_id_what_other")),
    )
    with op.batch_alter_table("claim_clashes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_clashes_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index("ix_claim_clashes_fair_state", ["fair_id", "state"], unique=False)

    op.create_table(
        "claim_files",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(length=200), nullable=False),
        sa.Column("sealed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_guest", sa.Boolean(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_files_claim_id")),
        sa.ForeignKeyConstraint(["sealed_id"], ["stored_files.id"], name=op.f("fk_claim_files_sealed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_files")),
    )
    with op.batch_alter_table("claim_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_files_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_files_sealed_id"), ["sealed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_files_sha256"), ["sha256"], unique=False)

    op.create_table(
        "claim_lines",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("rate_vnd", sa.BigInteger(), nullable=True),
        sa.Column("rate_base_vnd", sa.BigInteger(), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("rate_source", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_lines_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_lines")),
    )
    with op.batch_alter_table("claim_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_lines_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_lines_number"), ["number"], unique=False)

    op.create_table(
        "claim_meetings",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("with_whom", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("by_guest", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_meetings_claim_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_claim_meetings_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_meetings")),
    )
    with op.batch_alter_table("claim_meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_meetings_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "claim_payments",
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_because", sa.String(length=400), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_payments_claim_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["claim_transfers.id"], name=op.f("fk_claim_payments_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_payments")),
    )
    with op.batch_alter_table("claim_payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_payments_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_payments_transfer_id"), ["transfer_id"], unique=False)
        batch_op.create_index(
            "uq_claim_payments_live",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("failed_at IS NULL"),
            postgresql_where=sa.text("failed_at IS NULL"),
        )

    op.create_table(
        "claim_surveys",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=False),
        sa.Column("placed_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("come_again", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_surveys_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_surveys")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_claim_surveys_claim_id")),
    )
    op.create_table(
        "claim_waivers",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_claim_waivers_asked_by_id")),
        sa.ForeignKeyConstraint(["asked_for_id"], ["users.id"], name=op.f("fk_claim_waivers_asked_for_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_waivers_claim_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_claim_waivers_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_claim_waivers_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_waivers")),
    )
    with op.batch_alter_table("claim_waivers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_waivers_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index("ix_claim_waivers_fair_state", ["fair_id", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("claim_waivers", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_waivers_fair_state")
        batch_op.drop_index(batch_op.f("ix_claim_waivers_claim_id"))

    op.drop_table("claim_waivers")
    op.drop_table("claim_surveys")
    with op.batch_alter_table("claim_payments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_claim_payments_live",
            sqlite_where=sa.text("failed_at IS NULL"),
            postgresql_where=sa.text("failed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_claim_payments_transfer_id"))
        batch_op.drop_index(batch_op.f("ix_claim_payments_claim_id"))

    op.drop_table("claim_payments")
    with op.batch_alter_table("claim_meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_meetings_claim_id"))

    op.drop_table("claim_meetings")
    with op.batch_alter_table("claim_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_lines_number"))
        batch_op.drop_index(batch_op.f("ix_claim_lines_claim_id"))

    op.drop_table("claim_lines")
    with op.batch_alter_table("claim_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_files_sha256"))
        batch_op.drop_index(batch_op.f("ix_claim_files_sealed_id"))
        batch_op.drop_index(batch_op.f("ix_claim_files_claim_id"))

    op.drop_table("claim_files")
    with op.batch_alter_table("claim_clashes", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_clashes_fair_state")
        batch_op.drop_index(batch_op.f("ix_claim_clashes_claim_id"))

    op.drop_table("claim_clashes")
    with op.batch_alter_table("claim_charges", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_claim_charges_live",
            sqlite_where=sa.text("state IN ('proposed', 'owed')"),
            postgresql_where=sa.text("state IN ('proposed', 'owed')"),
        )
        batch_op.drop_index("ix_claim_charges_fair_state")
        batch_op.drop_index(batch_op.f("ix_claim_charges_claim_id"))

    op.drop_table("claim_charges")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index("ix_claims_purge")
        batch_op.drop_index(batch_op.f("ix_claims_person_id"))
        batch_op.drop_index("ix_claims_fair_state")
        batch_op.drop_index("ix_claims_fair_due")
        batch_op.drop_index(batch_op.f("ix_claims_company_id"))

    op.drop_table("claims")
    with op.batch_alter_table("claim_transfers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_transfers_fair_id"))

    op.drop_table("claim_transfers")
    op.drop_table("claim_rules")
