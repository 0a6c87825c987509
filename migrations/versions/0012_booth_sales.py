"""booths booked together, offers, waiting list, terms of sale, price rules, requests and withdrawals

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _common() -> list[sa.Column]:
    return [sa.Column("id", KEY, nullable=False), sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)]


def upgrade() -> None:
    with op.batch_alter_table("booth_bookings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bundle_id", KEY, nullable=True))
        batch_op.add_column(sa.Column("origin", sa.String(12), nullable=False, server_default="self"))
        batch_op.add_column(sa.Column("fascia_check", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(
            batch_op.f("fk_booth_bookings_bundle_id"), "booth_bookings", ["bundle_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_booth_bookings_bundle_id"), ["bundle_id"], unique=False)
        batch_op.create_index("ix_booth_bookings_fascia", ["fair_id", "fascia_check"], unique=False)

    # A price in the fair's currency and one in dollars for companies from abroad may stand side by side.
    with op.batch_alter_table("booth_prices", schema=None) as batch_op:
        batch_op.drop_constraint("uq_booth_prices_fair_id_type_id", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_booth_prices_fair_id_type_id_currency"), ["fair_id", "type_id", "currency"]
        )

    # Money that comes after an invoice was cancelled is a further credit for it.
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_constraint("uq_credits_invoice_id", type_="unique")
        batch_op.create_index(batch_op.f("ix_credits_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "booking_requests",
        *_common(),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("other_exhibitor_id", KEY, nullable=True),
        sa.Column("other_booking_id", KEY, nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("for_id", KEY, nullable=True),
        sa.Column("answer", sa.String(400), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booth_bookings.id"], name=op.f("fk_booking_requests_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_booking_requests_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_booking_requests_fair_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_booking_requests_for_id")),
        sa.ForeignKeyConstraint(
            ["other_booking_id"],
            ["booth_bookings.id"],
            name=op.f("fk_booking_requests_other_booking_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["other_exhibitor_id"], ["exhibitors.id"], name=op.f("fk_booking_requests_other_exhibitor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_requests")),
    )
    with op.batch_alter_table("booking_requests", schema=None) as batch_op:
        batch_op.create_index("ix_booking_requests_fair", ["fair_id", "state", "id"], unique=False)
        for column in ("booking_id", "other_booking_id", "other_exhibitor_id"):
            batch_op.create_index(batch_op.f(f"ix_booking_requests_{column}"), [column], unique=False)

    op.create_table(
        "booth_withdrawals",
        *_common(),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("file_id", KEY, nullable=True),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("refund_percent", sa.Integer(), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(250), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booth_bookings.id"], name=op.f("fk_booth_withdrawals_booking_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_booth_withdrawals_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_booth_withdrawals_fair_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_booth_withdrawals_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_withdrawals")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_booth_withdrawals_booking_id")),
    )
    with op.batch_alter_table("booth_withdrawals", schema=None) as batch_op:
        batch_op.create_index("ix_booth_withdrawals_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booth_withdrawals_file_id"), ["file_id"], unique=False)

    op.create_table(
        "booth_waiting",
        *_common(),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("exhibitor_id", KEY, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("zone_id", KEY, nullable=True),
        sa.Column("type_id", KEY, nullable=True),
        sa.Column("booth_count", sa.Integer(), nullable=False),
        sa.Column("open_sides", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("booking_id", KEY, nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booth_bookings.id"], name=op.f("fk_booth_waiting_booking_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_booth_waiting_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_booth_waiting_fair_id")),
        sa.ForeignKeyConstraint(["type_id"], ["booth_types.id"], name=op.f("fk_booth_waiting_type_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_booth_waiting_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_waiting")),
    )
    live = sa.text("state IN ('waiting', 'offered')")
    with op.batch_alter_table("booth_waiting", schema=None) as batch_op:
        batch_op.create_index(
            "uq_booth_waiting_live", ["exhibitor_id"], unique=True, sqlite_where=live, postgresql_where=live
        )
        batch_op.create_index("ix_booth_waiting_fair", ["fair_id", "state", "id"], unique=False)
        for column in ("booking_id", "exhibitor_id", "zone_id"):
            batch_op.create_index(batch_op.f(f"ix_booth_waiting_{column}"), [column], unique=False)

    op.create_table(
        "sales_terms",
        *_common(),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=False),
        sa.Column("withdrawal_days", sa.Integer(), nullable=False),
        sa.Column("refund_scale", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_sales_terms_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_terms")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_sales_terms_fair_id")),
    )

    op.create_table(
        "price_rules",
        *_common(),
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_vi", sa.String(150), nullable=False),
        sa.Column("text_en", sa.String(150), nullable=False),
        sa.Column("type_id", KEY, nullable=True),
        sa.Column("zone_id", KEY, nullable=True),
        sa.Column("track", sa.String(10), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("open_sides", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_price_rules_fair_id")),
        sa.ForeignKeyConstraint(["type_id"], ["booth_types.id"], name=op.f("fk_price_rules_type_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_price_rules_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_rules")),
    )
    with op.batch_alter_table("price_rules", schema=None) as batch_op:
        batch_op.create_index("ix_price_rules_fair", ["fair_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_rules_zone_id"), ["zone_id"], unique=False)


def downgrade() -> None:
    for table in (
        "price_rules", "sales_terms", "booth_waiting", "booth_withdrawals", "booking_requests",
    ):  # fmt: skip
        op.drop_table(table)

    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credits_invoice_id"))
        batch_op.create_unique_constraint("uq_credits_invoice_id", ["invoice_id"])

    with op.batch_alter_table("booth_prices", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_booth_prices_fair_id_type_id_currency"), type_="unique")
        batch_op.create_unique_constraint("uq_booth_prices_fair_id_type_id", ["fair_id", "type_id"])

    with op.batch_alter_table("booth_bookings", schema=None) as batch_op:
        batch_op.drop_index("ix_booth_bookings_fascia")
        batch_op.drop_index(batch_op.f("ix_booth_bookings_bundle_id"))
        batch_op.drop_constraint(batch_op.f("fk_booth_bookings_bundle_id"), type_="foreignkey")
        batch_op.drop_column("fascia_check")
        batch_op.drop_column("origin")
        batch_op.drop_column("bundle_id")
