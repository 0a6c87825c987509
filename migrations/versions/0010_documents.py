"""selections, decisions, support rules, grants and budget lines

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_rules",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("programme_vi", sa.String(length=120), nullable=False),
        sa.Column("programme_en", sa.String(length=120), nullable=False),
        sa.Column("legal_basis_vi", sa.String(length=250), nullable=False),
        sa.Column("legal_basis_en", sa.String(length=250), nullable=False),
        sa.Column("item_vi", sa.String(length=500), nullable=False),
        sa.Column("item_en", sa.String(length=500), nullable=False),
        sa.Column("rate_percent", sa.Integer(), nullable=True),
        sa.Column("cap_amount", sa.BigInteger(), nullable=True),
        sa.Column("cap_unit", sa.String(length=40), nullable=False),
        sa.Column("condition_vi", sa.Text(), nullable=False),
        sa.Column("condition_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("certainty", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("folded", sa.String(length=1200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_rules")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_support_rules_code_version")),
    )
    with op.batch_alter_table("support_rules", schema=None) as batch_op:
        batch_op.create_index("ix_support_rules_newest", ["is_newest", "code"], unique=False)

    op.create_table(
        "document_templates",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_document_templates_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_document_templates_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_templates")),
        sa.UniqueConstraint(
            "fair_id",
            "kind",
            "part",
            "locale",
            "version",
            name=op.f("uq_document_templates_fair_id_kind_part_locale_version"),
        ),
    )
    op.create_table(
        "selections",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("correction", sa.String(length=10), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submission_number", sa.String(length=60), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submission_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("annex_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("template_versions", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["amends_id"], ["selections.id"], name=op.f("fk_selections_amends_id")),
        sa.ForeignKeyConstraint(["annex_file_id"], ["stored_files.id"], name=op.f("fk_selections_annex_file_id")),
        sa.ForeignKeyConstraint(["decision_file_id"], ["stored_files.id"], name=op.f("fk_selections_decision_file_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_selections_fair_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_selections_opened_by_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["stored_files.id"], name=op.f("fk_selections_scan_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_selections_signed_by_id")),
        sa.ForeignKeyConstraint(
            ["submission_file_id"], ["stored_files.id"], name=op.f("fk_selections_submission_file_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_selections_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("reference", name=op.f("uq_selections_reference")),
    )
    with op.batch_alter_table("selections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_selections_amends_id"), ["amends_id"], unique=False)
        batch_op.create_index("ix_selections_fair_kind", ["fair_id", "kind", "id"], unique=False)
        batch_op.create_index("ix_selections_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_selections_scan_id"), ["scan_id"], unique=False)

    op.create_table(
        "budget_lines",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "committed_minor + spent_minor <= ceiling_minor", name=op.f("ck_budget_lines_within_ceiling")
        ),
        sa.CheckConstraint("committed_minor >= 0 AND spent_minor >= 0", name=op.f("ck_budget_lines_not_negative")),
        sa.ForeignKeyConstraint(["item_id"], ["plan_items.id"], name=op.f("fk_budget_lines_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint("item_id", "source", "name", name=op.f("uq_budget_lines_item_id_source_name")),
    )
    with op.batch_alter_table("budget_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_lines_item_id"), ["item_id"], unique=False)

    op.create_table(
        "registered_numbers",
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["selection_id"], ["selections.id"], name=op.f("fk_registered_numbers_selection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_numbers")),
        sa.UniqueConstraint("part", "year", "key", name=op.f("uq_registered_numbers_part_year_key")),
    )
    with op.batch_alter_table("registered_numbers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registered_numbers_selection_id"), ["selection_id"], unique=False)
        batch_op.create_index("ix_registered_numbers_serial", ["part", "year", "serial"], unique=False)

    op.create_table(
        "selection_items",
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_selection_items_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_selection_items_person_id")),
        sa.ForeignKeyConstraint(["selection_id"], ["selections.id"], name=op.f("fk_selection_items_selection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection_items")),
    )
    with op.batch_alter_table("selection_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_selection_items_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_selection_items_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_selection_items_selection", ["selection_id", "position"], unique=False)
        batch_op.create_index("ix_selection_items_subject", ["subject_type", "subject_id"], unique=False)
        batch_op.create_index(
            "uq_selection_items_open",
            ["kind", "subject_type", "subject_id"],
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "support_grants",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_code", sa.String(length=30), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("full_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("actual_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ticket_number", sa.String(length=60), nullable=False),
        sa.Column("receipt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("receipt_sha256", sa.String(length=64), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["budget_line_id"], ["budget_lines.id"], name=op.f("fk_support_grants_budget_line_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_support_grants_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_support_grants_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_support_grants_person_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_support_grants_proposed_by_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["stored_files.id"], name=op.f("fk_support_grants_receipt_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["support_rules.id"], name=op.f("fk_support_grants_rule_id")),
        sa.ForeignKeyConstraint(["selection_id"], ["selections.id"], name=op.f("fk_support_grants_selection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_grants")),
        sa.UniqueConstraint("reference", name=op.f("uq_support_grants_reference")),
    )
    with op.batch_alter_table("support_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_grants_budget_line_id"), ["budget_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_support_grants_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_receipt_id"), ["receipt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_receipt_sha256"), ["receipt_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_selection_id"), ["selection_id"], unique=False)
        batch_op.create_index("ix_support_grants_subject", ["subject_type", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_grants_ticket_number"), ["ticket_number"], unique=False)
        batch_op.create_index(
            "uq_support_grants_company",
            ["fair_id", "company_id", "rule_code"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NULL"),
            postgresql_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NULL"),
        )
        batch_op.create_index(
            "uq_support_grants_person",
            ["fair_id", "person_id", "rule_code"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NOT NULL"),
            postgresql_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NOT NULL"),
        )

    op.create_table(
        "support_clashes",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_support_clashes_asked_by_id")),
        sa.ForeignKeyConstraint(["asked_for_id"], ["users.id"], name=op.f("fk_support_clashes_asked_for_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_support_clashes_decided_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_support_clashes_fair_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["support_grants.id"], name=op.f("fk_support_clashes_grant_id")),
        sa.ForeignKeyConstraint(["other_id"], ["support_grants.id"], name=op.f("fk_support_clashes_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_clashes")),
        sa.UniqueConstraint("grant_id", "other_id", "kind", name=op.f("uq_support_clashes_grant_id_other_id_kind")),
    )
    with op.batch_alter_table("support_clashes", schema=None) as batch_op:
        batch_op.create_index("ix_support_clashes_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_clashes_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_clashes_other_id"), ["other_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("support_clashes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_clashes_other_id"))
        batch_op.drop_index(batch_op.f("ix_support_clashes_grant_id"))
        batch_op.drop_index("ix_support_clashes_fair_state")

    op.drop_table("support_clashes")
    with op.batch_alter_table("support_grants", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_support_grants_person",
            sqlite_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NOT NULL"),
            postgresql_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_support_grants_company",
            sqlite_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NULL"),
            postgresql_where=sa.text("state IN ('proposed', 'committed', 'settled') AND person_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_support_grants_ticket_number"))
        batch_op.drop_index("ix_support_grants_subject")
        batch_op.drop_index(batch_op.f("ix_support_grants_selection_id"))
        batch_op.drop_index(batch_op.f("ix_support_grants_rule_id"))
        batch_op.drop_index(batch_op.f("ix_support_grants_receipt_sha256"))
        batch_op.drop_index(batch_op.f("ix_support_grants_receipt_id"))
        batch_op.drop_index(batch_op.f("ix_support_grants_person_id"))
        batch_op.drop_index("ix_support_grants_fair_state")
        batch_op.drop_index(batch_op.f("ix_support_grants_company_id"))
        batch_op.drop_index(batch_op.f("ix_support_grants_budget_line_id"))

    op.drop_table("support_grants")
    with op.batch_alter_table("selection_items", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_selection_items_open", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open")
        )
        batch_op.drop_index("ix_selection_items_subject")
        batch_op.drop_index("ix_selection_items_selection")
        batch_op.drop_index(batch_op.f("ix_selection_items_person_id"))
        batch_op.drop_index(batch_op.f("ix_selection_items_company_id"))

    op.drop_table("selection_items")
    with op.batch_alter_table("registered_numbers", schema=None) as batch_op:
        batch_op.drop_index("ix_registered_numbers_serial")
        batch_op.drop_index(batch_op.f("ix_registered_numbers_selection_id"))

    op.drop_table("registered_numbers")
    with op.batch_alter_table("budget_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_lines_item_id"))

    op.drop_table("budget_lines")
    with op.batch_alter_table("selections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_selections_scan_id"))
        batch_op.drop_index("ix_selections_fair_state")
        batch_op.drop_index("ix_selections_fair_kind")
        batch_op.drop_index(batch_op.f("ix_selections_amends_id"))

    op.drop_table("selections")
    op.drop_table("document_templates")
    with op.batch_alter_table("support_rules", schema=None) as batch_op:
        batch_op.drop_index("ix_support_rules_newest")

    op.drop_table("support_rules")
