"""agreements and site work

Revision: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_templates",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body_vi", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("annex_vi", sa.Text(), nullable=False),
        sa.Column("annex_en", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_agreement_templates_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_templates")),
        sa.UniqueConstraint("fair_id", "version", name=op.f("uq_agreement_templates_fair_id_version")),
    )
    op.create_table(
        "manual_items",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section_vi", sa.String(length=120), nullable=False),
        sa.Column("section_en", sa.String(length=120), nullable=False),
        sa.Column("title_vi", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("text_vi", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("needs_file", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_manual_items_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_items")),
    )
    with op.batch_alter_table("manual_items", schema=None) as batch_op:
        batch_op.create_index("ix_manual_items_fair", ["fair_id", "position", "id"], unique=False)

    op.create_table(
        "service_items",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("unit_vi", sa.String(length=40), nullable=False),
        sa.Column("unit_en", sa.String(length=40), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("late_percent", sa.Integer(), nullable=False),
        sa.Column("close_days", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("due_days >= close_days", name=op.f("ck_service_items_days")),
        sa.CheckConstraint("stock IS NULL OR stock >= 0", name=op.f("ck_service_items_stock")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_service_items_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_items")),
    )
    with op.batch_alter_table("service_items", schema=None) as batch_op:
        batch_op.create_index("ix_service_items_fair", ["fair_id", "position", "id"], unique=False)

    op.create_table(
        "site_settings",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_per_9m2", sa.Integer(), nullable=False),
        sa.Column("staff_due_days", sa.Integer(), nullable=False),
        sa.Column("build_up_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_site_settings_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_settings")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_site_settings_fair_id")),
    )
    op.create_table(
        "agreements",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("booths", sa.String(length=400), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_by", sa.String(length=250), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["users.id"], name=op.f("fk_agreements_accepted_by_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_agreements_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_agreements_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_agreements_file_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["stored_files.id"], name=op.f("fk_agreements_scan_id")),
        sa.ForeignKeyConstraint(["template_id"], ["agreement_templates.id"], name=op.f("fk_agreements_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("exhibitor_id", "version", name=op.f("uq_agreements_exhibitor_id_version")),
        sa.UniqueConstraint("number", name=op.f("uq_agreements_number")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index("ix_agreements_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreements_pdf_sha256"), ["pdf_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreements_scan_sha256"), ["scan_sha256"], unique=False)
        batch_op.create_index(
            "uq_agreements_in_force",
            ["exhibitor_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('issued', 'accepted', 'scanned')"),
            postgresql_where=sa.text("state IN ('issued', 'accepted', 'scanned')"),
        )

    op.create_table(
        "build_permits",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.LargeBinary(length=12), nullable=False),
        sa.Column("short_code", sa.String(length=24), nullable=False),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vehicles", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoke_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_build_permits_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_build_permits_fair_id")),
        sa.ForeignKeyConstraint(["key_id"], ["badge_keys.id"], name=op.f("fk_build_permits_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_build_permits")),
        sa.UniqueConstraint("reference", name=op.f("uq_build_permits_reference")),
        sa.UniqueConstraint("serial", name=op.f("uq_build_permits_serial")),
        sa.UniqueConstraint("short_code", name=op.f("uq_build_permits_short_code")),
    )
    with op.batch_alter_table("build_permits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_build_permits_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_build_permits_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_build_permits_issued",
            ["exhibitor_id"],
            unique=True,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )

    op.create_table(
        "exhibitor_staff",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("is_extra", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("badge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_exhibitor_staff_badge_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_exhibitor_staff_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_exhibitor_staff_fair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_exhibitor_staff_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exhibitor_staff")),
    )
    with op.batch_alter_table("exhibitor_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exhibitor_staff_badge_id"), ["badge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exhibitor_staff_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_exhibitor_staff_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exhibitor_staff_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_exhibitor_staff_standing",
            ["exhibitor_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'named')"),
            postgresql_where=sa.text("state IN ('requested', 'named')"),
        )

    op.create_table(
        "gate_outs",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vehicle", sa.String(length=40), nullable=False),
        sa.Column("owed", sa.String(length=100), nullable=False),
        sa.Column("override_reason", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_gate_outs_by_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_gate_outs_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_gate_outs_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_outs")),
    )
    with op.batch_alter_table("gate_outs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_outs_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_gate_outs_fair", ["fair_id", "id"], unique=False)

    op.create_table(
        "handovers",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_handovers_booth_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_handovers_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_handovers_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("booth_id", "exhibitor_id", name=op.f("uq_handovers_booth_id_exhibitor_id")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_handovers_fair_state", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "manual_reminders",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_manual_reminders_exhibitor_id")),
        sa.ForeignKeyConstraint(["item_id"], ["manual_items.id"], name=op.f("fk_manual_reminders_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_reminders")),
        sa.UniqueConstraint(
            "item_id", "exhibitor_id", "stage", name=op.f("uq_manual_reminders_item_id_exhibitor_id_stage")
        ),
    )
    with op.batch_alter_table("manual_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_manual_reminders_exhibitor_id"), ["exhibitor_id"], unique=False)

    op.create_table(
        "manual_ticks",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_by", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_manual_ticks_exhibitor_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_manual_ticks_file_id")),
        sa.ForeignKeyConstraint(["item_id"], ["manual_items.id"], name=op.f("fk_manual_ticks_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_ticks")),
        sa.UniqueConstraint("item_id", "exhibitor_id", name=op.f("uq_manual_ticks_item_id_exhibitor_id")),
    )
    with op.batch_alter_table("manual_ticks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_manual_ticks_exhibitor_id"), ["exhibitor_id"], unique=False)

    op.create_table(
        "service_orders",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exhibitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booth_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.String(length=250), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_service_orders_booth_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_service_orders_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_service_orders_fair_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_service_orders_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_orders")),
        sa.UniqueConstraint("reference", name=op.f("uq_service_orders_reference")),
    )
    with op.batch_alter_table("service_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_orders_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_service_orders_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_orders_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "handover_visits",
        sa.Column("handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_handover_visits_by_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_handover_visits_handover_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["stored_files.id"], name=op.f("fk_handover_visits_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_visits")),
        sa.UniqueConstraint("token", name=op.f("uq_handover_visits_token")),
    )
    with op.batch_alter_table("handover_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_visits_handover_id"), ["handover_id"], unique=False)

    op.create_table(
        "service_lines",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("late_percent", sa.Integer(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["service_items.id"], name=op.f("fk_service_lines_item_id")),
        sa.ForeignKeyConstraint(["order_id"], ["service_orders.id"], name=op.f("fk_service_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_lines")),
    )
    with op.batch_alter_table("service_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_lines_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_lines_order_id"), ["order_id"], unique=False)

    op.create_table(
        "handover_photos",
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("large_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thumb_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thumb_width", sa.Integer(), nullable=False),
        sa.Column("thumb_height", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["large_id"], ["stored_files.id"], name=op.f("fk_handover_photos_large_id")),
        sa.ForeignKeyConstraint(["thumb_id"], ["stored_files.id"], name=op.f("fk_handover_photos_thumb_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["handover_visits.id"], name=op.f("fk_handover_photos_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_photos")),
    )
    with op.batch_alter_table("handover_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_photos_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("handover_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_photos_visit_id"))

    op.drop_table("handover_photos")
    with op.batch_alter_table("service_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_lines_order_id"))
        batch_op.drop_index(batch_op.f("ix_service_lines_item_id"))

    op.drop_table("service_lines")
    with op.batch_alter_table("handover_visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_visits_handover_id"))

    op.drop_table("handover_visits")
    with op.batch_alter_table("service_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_orders_invoice_id"))
        batch_op.drop_index("ix_service_orders_fair_state")
        batch_op.drop_index(batch_op.f("ix_service_orders_exhibitor_id"))

    op.drop_table("service_orders")
    with op.batch_alter_table("manual_ticks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_manual_ticks_exhibitor_id"))

    op.drop_table("manual_ticks")
    with op.batch_alter_table("manual_reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_manual_reminders_exhibitor_id"))

    op.drop_table("manual_reminders")
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index("ix_handovers_fair_state")
        batch_op.drop_index(batch_op.f("ix_handovers_exhibitor_id"))

    op.drop_table("handovers")
    with op.batch_alter_table("gate_outs", schema=None) as batch_op:
        batch_op.drop_index("ix_gate_outs_fair")
        batch_op.drop_index(batch_op.f("ix_gate_outs_exhibitor_id"))

    op.drop_table("gate_outs")
    with op.batch_alter_table("exhibitor_staff", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_exhibitor_staff_standing",
            sqlite_where=sa.text("state IN ('requested', 'named')"),
            postgresql_where=sa.text("state IN ('requested', 'named')"),
        )
        batch_op.drop_index(batch_op.f("ix_exhibitor_staff_person_id"))
        batch_op.drop_index("ix_exhibitor_staff_fair_state")
        batch_op.drop_index(batch_op.f("ix_exhibitor_staff_exhibitor_id"))
        batch_op.drop_index(batch_op.f("ix_exhibitor_staff_badge_id"))

    op.drop_table("exhibitor_staff")
    with op.batch_alter_table("build_permits", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_build_permits_issued",
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.drop_index("ix_build_permits_fair_state")
        batch_op.drop_index(batch_op.f("ix_build_permits_exhibitor_id"))

    op.drop_table("build_permits")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agreements_in_force",
            sqlite_where=sa.text("state IN ('issued', 'accepted', 'scanned')"),
            postgresql_where=sa.text("state IN ('issued', 'accepted', 'scanned')"),
        )
        batch_op.drop_index(batch_op.f("ix_agreements_scan_sha256"))
        batch_op.drop_index(batch_op.f("ix_agreements_pdf_sha256"))
        batch_op.drop_index("ix_agreements_fair_state")

    op.drop_table("agreements")
    op.drop_table("site_settings")
    with op.batch_alter_table("service_items", schema=None) as batch_op:
        batch_op.drop_index("ix_service_items_fair")

    op.drop_table("service_items")
    with op.batch_alter_table("manual_items", schema=None) as batch_op:
        batch_op.drop_index("ix_manual_items_fair")

    op.drop_table("manual_items")
    op.drop_table("agreement_templates")
