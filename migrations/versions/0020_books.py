"""transfer lists, accounts for refunds, and what the check of the books found

Revision: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _record(*columns: sa.Column) -> list[sa.Column]:
    return [
        *columns,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "transfer_lists",
        *_record(
            sa.Column("number", sa.String(length=30), nullable=False),
            sa.Column("fair_id", _KEY, nullable=False),
            sa.Column("request_key", sa.String(length=60), nullable=False),
            sa.Column("currency", sa.String(length=3), nullable=False),
            sa.Column("made_by_id", _KEY, nullable=True),
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_transfer_lists_fair_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_transfer_lists_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_lists")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_lists_number")),
        sa.UniqueConstraint("request_key", name=op.f("uq_transfer_lists_request_key")),
    )
    op.create_index(op.f("ix_transfer_lists_fair_id"), "transfer_lists", ["fair_id"])
    op.create_table(
        "payout_accounts",
        *_record(
            sa.Column("company_id", _KEY, nullable=False),
            sa.Column("given_by_id", _KEY, nullable=True),
            sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_payout_accounts_company_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_payout_accounts_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_accounts")),
        sa.UniqueConstraint("company_id", name=op.f("uq_payout_accounts_company_id")),
    )
    with op.batch_alter_table("refunds") as batch_op:
        batch_op.add_column(sa.Column("expected_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("transfer_list_id", _KEY, nullable=True))
        batch_op.create_index(op.f("ix_refunds_transfer_list_id"), ["transfer_list_id"])
        batch_op.create_foreign_key(op.f("fk_refunds_transfer_list_id"), "transfer_lists", ["transfer_list_id"], ["id"])
    op.create_table(
        "books_checks",
        *_record(
            sa.Column("fairs", sa.Integer(), nullable=False),
            sa.Column("accounts", sa.Integer(), nullable=False),
            sa.Column("difference_count", sa.Integer(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_checks")),
    )
    op.create_table(
        "books_differences",
        *_record(
            sa.Column("check_id", _KEY, nullable=False),
            sa.Column("fair_id", _KEY, nullable=False),
            sa.Column("company_id", _KEY, nullable=False),
            sa.Column("currency", sa.String(length=3), nullable=False),
            sa.Column("documents_minor", sa.BigInteger(), nullable=False),
            sa.Column("ledger_minor", sa.BigInteger(), nullable=False),
            sa.Column("open_minor", sa.BigInteger(), nullable=False),
            sa.Column("numbers", sa.JSON(), nullable=False),
        ),
        sa.ForeignKeyConstraint(["check_id"], ["books_checks.id"], name=op.f("fk_books_differences_check_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_books_differences_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_books_differences_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_differences")),
    )
    op.create_index(op.f("ix_books_differences_check_id"), "books_differences", ["check_id"])
    op.create_index("ix_books_differences_fair", "books_differences", ["fair_id", "check_id"])


def downgrade() -> None:
    op.drop_table("books_differences")
    op.drop_table("books_checks")
    with op.batch_alter_table("refunds") as batch_op:
        batch_op.drop_constraint(op.f("fk_refunds_transfer_list_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_refunds_transfer_list_id"))
        batch_op.drop_column("transfer_list_id")
        batch_op.drop_column("expected_on")
    op.drop_table("payout_accounts")
    op.drop_table("transfer_lists")
