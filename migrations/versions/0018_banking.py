"""banks, bank accounts, bank statements with their lines, rules of matching

Revision: 0018
Revises: 0017
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BANKS = (
    ("VietinBank", "970415"), ("Vietcombank", "970436"), ("BIDV", "970418"), ("Agribank", "970405"),
    ("Techcombank", "970407"), ("MB", "970422"), ("ACB", "970416"), ("VPBank", "970432"), ("TPBank", "970423"),
    ("Sacombank", "970403"), ("HDBank", "970437"), ("SHB", "970443"), ("VIB", "970441"), ("Eximbank", "970431"),
    ("MSB", "970426"), ("SCB", "970429"), ("Shinhan Bank Vietnam", "970424"), ("LPBank", "970449"), ("OCB", "970448"),
    ("BacABank", "970409"), ("SeABank", "970440"), ("ABBANK", "970425"), ("PVcomBank", "970412"),
)  # fmt: skip


def _key(name: str, *, nullable: bool = False) -> sa.Column:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _row() -> list[sa.Column]:
    return [_key("id"), sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)]


def _to(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def upgrade() -> None:
    banks = op.create_table(
        "banks",
        _text("name", 100), _text("bin", 6), *_row(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_banks")),
        sa.UniqueConstraint("bin", name=op.f("uq_banks_bin")),
        sa.UniqueConstraint("name", name=op.f("uq_banks_name")),
    )  # fmt: skip
    moment = datetime(2026, 1, 1, tzinfo=UTC)  # the same in every database: the list is not of anybody's day
    op.bulk_insert(banks, [{"name": name, "bin": number, "created_at": moment} for name, number in _BANKS])

    op.create_table(
        "bank_accounts",
        _key("fair_id", nullable=True), _key("bank_id"), _text("number", 19), _text("holder", 70), _text("currency", 3),
        _text("swift", 11), _text("iban", 34), _text("address", 200), sa.Column("is_active", sa.Boolean(), nullable=False),
        *_row(), *_to("bank_accounts", fair_id="fairs", bank_id="banks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )  # fmt: skip
    op.create_index("ix_bank_accounts_fair", "bank_accounts", ["fair_id", "currency", "is_active"])

    op.create_table(
        "statement_layouts",
        _key("bank_id"), sa.Column("heads", sa.JSON(), nullable=False), *_row(), *_to("statement_layouts", bank_id="banks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_layouts")),
        sa.UniqueConstraint("bank_id", name=op.f("uq_statement_layouts_bank_id")),
    )  # fmt: skip

    op.create_table(
        "bank_match_rules",
        _key("fair_id"), _text("currency", 3), sa.Column("four_eyes_minor", sa.BigInteger(), nullable=False),
        sa.Column("charges_minor", sa.BigInteger(), nullable=False), sa.Column("auto_short", sa.Boolean(), nullable=False),
        sa.Column("auto_over", sa.Boolean(), nullable=False), sa.Column("payer_waits", sa.Boolean(), nullable=False),
        *_row(), *_to("bank_match_rules", fair_id="fairs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match_rules")),
        sa.UniqueConstraint("fair_id", "currency", name=op.f("uq_bank_match_rules_fair_id_currency")),
    )  # fmt: skip

    op.create_table(
        "bank_statements",
        _key("fair_id"), _key("account_id", nullable=True), _text("account_key", 30), _text("bank_name", 100),
        _text("currency", 3), _text("state", 32), _text("file_name", 200), _key("file_id", nullable=True),
        sa.Column("layout", sa.JSON(), nullable=False), sa.Column("new_lines", sa.Integer(), nullable=False),
        sa.Column("known_lines", sa.Integer(), nullable=False), _key("by_id", nullable=True), _text("by_name", 200),
        _key("for_id", nullable=True), _text("for_name", 200),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False), *_row(),
        *_to("bank_statements", fair_id="fairs", account_id="bank_accounts", file_id="stored_files", by_id="users",
             for_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
    )  # fmt: skip
    op.create_index("ix_bank_statements_fair_state", "bank_statements", ["fair_id", "state", "id"])

    op.create_table(
        "bank_lines",
        _key("statement_id"), _key("fair_id"), _text("account_key", 30), _text("uid", 100),
        sa.Column("row", sa.Integer(), nullable=False), sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False), _text("currency", 3), _text("text", 1000),
        _text("payer", 200), _text("bank_number", 60), _text("state", 32), _text("kind", 32),
        sa.Column("found", sa.JSON(), nullable=False), sa.Column("parts", sa.JSON(), nullable=False), _text("reason", 400),
        _key("payment_id", nullable=True), _key("refund_id", nullable=True), _key("proposed_by_id", nullable=True),
        _key("proposed_for_id", nullable=True), _text("proposed_name", 200), *_row(),
        *_to("bank_lines", statement_id="bank_statements", fair_id="fairs", payment_id="payments", refund_id="refunds",
             proposed_by_id="users", proposed_for_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("account_key", "uid", name=op.f("uq_bank_lines_account_key_uid")),
    )  # fmt: skip
    for name, columns in {
        "ix_bank_lines_fair_state": ["fair_id", "state", "kind", "id"],
        "ix_bank_lines_fair_day": ["fair_id", "booked_on", "id"],
        "ix_bank_lines_fair_amount": ["fair_id", "amount_minor", "id"],
        "ix_bank_lines_statement": ["statement_id", "state", "id"],
        "ix_bank_lines_account_day": ["account_key", "booked_on"],
        op.f("ix_bank_lines_payment_id"): ["payment_id"],
        op.f("ix_bank_lines_refund_id"): ["refund_id"],
    }.items():
        op.create_index(name, "bank_lines", columns)


def downgrade() -> None:
    for table in ("bank_lines", "bank_statements", "bank_match_rules", "statement_layouts", "bank_accounts", "banks"):
        op.drop_table(table)
