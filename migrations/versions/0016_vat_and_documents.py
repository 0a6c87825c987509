"""rates of VAT by day, exports to the provider of e-invoices; a fair's or service's own percent of VAT may be left open

Revision: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Fairs and services of before keep the percent that they have.
    with op.batch_alter_table("fairs") as batch_op:
        batch_op.alter_column("vat_percent", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("service_items") as batch_op:
        batch_op.alter_column("vat_percent", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "vat_rates",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_vat_rates_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_rates")),
        sa.UniqueConstraint("kind", "valid_from", name=op.f("uq_vat_rates_kind_valid_from")),
    )
    op.create_table(
        "einvoice_exports",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_einvoice_exports_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_einvoice_exports_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_einvoice_exports")),
    )
    op.create_index("ix_einvoice_exports_fair", "einvoice_exports", ["fair_id", "id"])
    op.create_table(
        "einvoice_items",
        sa.Column("export_id", _KEY, nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["einvoice_exports.id"], name=op.f("fk_einvoice_items_export_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_einvoice_items")),
        sa.UniqueConstraint("export_id", "number", name=op.f("uq_einvoice_items_export_id_number")),
    )
    op.create_index("ix_einvoice_items_number", "einvoice_items", ["number"])
    op.create_table(
        "einvoices",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("series", sa.String(length=7), nullable=False),
        sa.Column("einvoice_number", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("authority_code", sa.String(length=34), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_einvoices_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_einvoices")),
        sa.UniqueConstraint("number", name=op.f("uq_einvoices_number")),
        sa.UniqueConstraint("series", "einvoice_number", name=op.f("uq_einvoices_series_einvoice_number")),
    )


def downgrade() -> None:
    for name in ("einvoices", "einvoice_items", "einvoice_exports", "vat_rates"):
        op.drop_table(name)
    for name in ("fairs", "service_items"):
        op.execute(sa.text(f"UPDATE {name} SET vat_percent = 8 WHERE vat_percent IS NULL"))  # noqa: S608
        with op.batch_alter_table(name) as batch_op:
            batch_op.alter_column("vat_percent", existing_type=sa.Integer(), nullable=False)
