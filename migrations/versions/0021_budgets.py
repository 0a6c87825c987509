"""fair budgets with their lines, commitments and vouchers, sponsorships, daily closings, codes of accounts

Revision: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_codes",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("debit", sa.String(length=20), nullable=False),
        sa.Column("credit", sa.String(length=20), nullable=False),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_account_codes_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_codes")),
        sa.UniqueConstraint("fair_id", "kind", name=op.f("uq_account_codes_fair_id_kind")),
    )
    op.create_table(
        "day_closings",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("counted_minor", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_day_closings_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_day_closings_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_closings")),
        sa.UniqueConstraint("fair_id", "day", name=op.f("uq_day_closings_fair_id_day")),
    )
    with op.batch_alter_table("day_closings", schema=None) as batch_op:
        batch_op.create_index("ix_day_closings_fair_state", ["fair_id", "state", "day"], unique=False)

    op.create_table(
        "fair_budgets",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("returned_because", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_fair_budgets_approved_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_budgets_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_fair_budgets_fair_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_fair_budgets_for_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_fair_budgets_submitted_by_id")),
        sa.ForeignKeyConstraint(["submitted_for_id"], ["users.id"], name=op.f("fk_fair_budgets_submitted_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_budgets")),
        sa.UniqueConstraint("fair_id", "version", name=op.f("uq_fair_budgets_fair_id_version")),
    )
    with op.batch_alter_table("fair_budgets", schema=None) as batch_op:
        batch_op.create_index("ix_fair_budgets_fair_state", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "fair_lines",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("planned_minor", sa.BigInteger(), nullable=False),
        sa.Column("overrun_minor", sa.BigInteger(), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "committed_minor + spent_minor <= planned_minor + overrun_minor", name=op.f("ck_fair_lines_within_plan")
        ),
        sa.CheckConstraint(
            "committed_minor >= 0 AND overrun_minor >= 0 AND planned_minor >= 0",
            name=op.f("ck_fair_lines_not_negative"),
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_fair_lines_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_lines")),
        sa.UniqueConstraint("fair_id", "code", name=op.f("uq_fair_lines_fair_id_code")),
    )
    op.create_table(
        "budget_overruns",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_budget_overruns_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_budget_overruns_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_budget_overruns_fair_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_budget_overruns_for_id")),
        sa.ForeignKeyConstraint(["line_id"], ["fair_lines.id"], name=op.f("fk_budget_overruns_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_overruns")),
    )
    with op.batch_alter_table("budget_overruns", schema=None) as batch_op:
        batch_op.create_index("ix_budget_overruns_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_overruns_line_id"), ["line_id"], unique=False)

    op.create_table(
        "closing_entries",
        sa.Column("closing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("day_of", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["day_closings.id"], name=op.f("fk_closing_entries_closing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_entries")),
        sa.UniqueConstraint("kind", "document_id", name=op.f("uq_closing_entries_kind_document_id")),
    )
    with op.batch_alter_table("closing_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_entries_closing_id"), ["closing_id"], unique=False)

    op.create_table(
        "commitments",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payee", sa.String(length=250), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("external_number", sa.String(length=80), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("taken_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("released_because", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "taken_minor >= 0 AND taken_minor <= amount_minor", name=op.f("ck_commitments_within_amount")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_commitments_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_commitments_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_commitments_fair_id")),
        sa.ForeignKeyConstraint(["line_id"], ["fair_lines.id"], name=op.f("fk_commitments_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("number", name=op.f("uq_commitments_number")),
    )
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitments_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_commitments_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commitments_line_id"), ["line_id"], unique=False)

    op.create_table(
        "spending_vouchers",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payee", sa.String(length=250), nullable=False),
        sa.Column("tax_code", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("external_number", sa.String(length=80), nullable=False),
        sa.Column("external_on", sa.Date(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("counter_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("ended_because", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_spending_vouchers_approved_by_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_spending_vouchers_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_spending_vouchers_company_id")),
        sa.ForeignKeyConstraint(
            ["counter_of_id"], ["spending_vouchers.id"], name=op.f("fk_spending_vouchers_counter_of_id")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_spending_vouchers_fair_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_spending_vouchers_for_id")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["users.id"], name=op.f("fk_spending_vouchers_paid_by_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["stored_files.id"], name=op.f("fk_spending_vouchers_scan_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_spending_vouchers_submitted_by_id")),
        sa.ForeignKeyConstraint(["submitted_for_id"], ["users.id"], name=op.f("fk_spending_vouchers_submitted_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending_vouchers")),
        sa.UniqueConstraint("number", name=op.f("uq_spending_vouchers_number")),
    )
    with op.batch_alter_table("spending_vouchers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spending_vouchers_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spending_vouchers_counter_of_id"), ["counter_of_id"], unique=False)
        batch_op.create_index("ix_spending_vouchers_external", ["external_number"], unique=False)
        batch_op.create_index("ix_spending_vouchers_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index("ix_spending_vouchers_paid", ["fair_id", "paid_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spending_vouchers_scan_id"), ["scan_id"], unique=False)

    op.create_table(
        "sponsorships",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("package", sa.String(length=120), nullable=False),
        sa.Column("in_kind", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("benefits", sa.Text(), nullable=False),
        sa.Column("promised_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("agreement_number", sa.String(length=80), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_sponsorships_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_sponsorships_fair_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["stored_files.id"], name=op.f("fk_sponsorships_scan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorships")),
        sa.UniqueConstraint("number", name=op.f("uq_sponsorships_number")),
    )
    with op.batch_alter_table("sponsorships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sponsorships_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_sponsorships_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sponsorships_scan_id"), ["scan_id"], unique=False)

    op.create_table(
        "fair_budget_items",
        sa.Column("budget_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_vi", sa.String(length=250), nullable=False),
        sa.Column("name_en", sa.String(length=250), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("plan_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_fair_budget_items_not_negative")),
        sa.ForeignKeyConstraint(["budget_id"], ["fair_budgets.id"], name=op.f("fk_fair_budget_items_budget_id")),
        sa.ForeignKeyConstraint(["plan_line_id"], ["budget_lines.id"], name=op.f("fk_fair_budget_items_plan_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_budget_items")),
        sa.UniqueConstraint("budget_id", "code", name=op.f("uq_fair_budget_items_budget_id_code")),
    )
    with op.batch_alter_table("fair_budget_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_budget_items_plan_line_id"), ["plan_line_id"], unique=False)

    op.create_table(
        "sponsor_instalments",
        sa.Column("sponsorship_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_sponsor_instalments_invoice_id")),
        sa.ForeignKeyConstraint(
            ["sponsorship_id"], ["sponsorships.id"], name=op.f("fk_sponsor_instalments_sponsorship_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsor_instalments")),
    )
    with op.batch_alter_table("sponsor_instalments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sponsor_instalments_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sponsor_instalments_sponsorship_id"), ["sponsorship_id"], unique=False)

    op.create_table(
        "voucher_lines",
        sa.Column("voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commitment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_voucher_lines_commitment_id")),
        sa.ForeignKeyConstraint(["line_id"], ["fair_lines.id"], name=op.f("fk_voucher_lines_line_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["spending_vouchers.id"], name=op.f("fk_voucher_lines_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_lines")),
    )
    with op.batch_alter_table("voucher_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_lines_commitment_id"), ["commitment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_lines_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_lines_voucher_id"), ["voucher_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("voucher_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voucher_lines_voucher_id"))
        batch_op.drop_index(batch_op.f("ix_voucher_lines_line_id"))
        batch_op.drop_index(batch_op.f("ix_voucher_lines_commitment_id"))

    op.drop_table("voucher_lines")
    with op.batch_alter_table("sponsor_instalments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsor_instalments_sponsorship_id"))
        batch_op.drop_index(batch_op.f("ix_sponsor_instalments_invoice_id"))

    op.drop_table("sponsor_instalments")
    with op.batch_alter_table("fair_budget_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fair_budget_items_plan_line_id"))

    op.drop_table("fair_budget_items")
    with op.batch_alter_table("sponsorships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsorships_scan_id"))
        batch_op.drop_index("ix_sponsorships_fair_state")
        batch_op.drop_index(batch_op.f("ix_sponsorships_company_id"))

    op.drop_table("sponsorships")
    with op.batch_alter_table("spending_vouchers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spending_vouchers_scan_id"))
        batch_op.drop_index("ix_spending_vouchers_paid")
        batch_op.drop_index("ix_spending_vouchers_fair_state")
        batch_op.drop_index("ix_spending_vouchers_external")
        batch_op.drop_index(batch_op.f("ix_spending_vouchers_counter_of_id"))
        batch_op.drop_index(batch_op.f("ix_spending_vouchers_company_id"))

    op.drop_table("spending_vouchers")
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitments_line_id"))
        batch_op.drop_index("ix_commitments_fair_state")
        batch_op.drop_index(batch_op.f("ix_commitments_company_id"))

    op.drop_table("commitments")
    with op.batch_alter_table("closing_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_entries_closing_id"))

    op.drop_table("closing_entries")
    with op.batch_alter_table("budget_overruns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_overruns_line_id"))
        batch_op.drop_index("ix_budget_overruns_fair_state")

    op.drop_table("budget_overruns")
    op.drop_table("fair_lines")
    with op.batch_alter_table("fair_budgets", schema=None) as batch_op:
        batch_op.drop_index("ix_fair_budgets_fair_state")

    op.drop_table("fair_budgets")
    with op.batch_alter_table("day_closings", schema=None) as batch_op:
        batch_op.drop_index("ix_day_closings_fair_state")

    op.drop_table("day_closings")
    op.drop_table("account_codes")
