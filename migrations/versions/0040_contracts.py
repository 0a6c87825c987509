"""contracts logged in a hurry, frameworks and call-offs, merged records, revisions, confirmations, signatures

Revision: 0040
Revises: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contract_confirmations",
        sa.Column("contract_id", _KEY, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", _KEY, nullable=True),
        sa.Column("answered_by_id", _KEY, nullable=True),
        sa.Column("answered_name", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_contract_confirmations_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_contract_confirmations_asked_by_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_confirmations_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_confirmations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_contract_confirmations_token_digest")),
    )
    with op.batch_alter_table("contract_confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_confirmations_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "contract_revisions",
        sa.Column("contract_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("evidence_id", _KEY, nullable=True),
        sa.Column("usd_minor", sa.BigInteger(), nullable=True),
        sa.Column("verified_by_id", _KEY, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_by_id", _KEY, nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_revisions_contract_id")),
        sa.ForeignKeyConstraint(["corrected_by_id"], ["users.id"], name=op.f("fk_contract_revisions_corrected_by_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["stored_files.id"], name=op.f("fk_contract_revisions_evidence_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_contract_revisions_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_revisions")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_revisions_contract_id_number")),
    )
    with op.batch_alter_table("contract_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_revisions_evidence_id"), ["evidence_id"], unique=False)

    op.create_table(
        "contract_signatures",
        sa.Column("contract_id", _KEY, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("witnessed_by_id", _KEY, nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_signatures_contract_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_contract_signatures_file_id")),
        sa.ForeignKeyConstraint(["witnessed_by_id"], ["users.id"], name=op.f("fk_contract_signatures_witnessed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_signatures")),
        sa.UniqueConstraint(
            "contract_id", "side", "content_sha256", name=op.f("uq_contract_signatures_contract_id_side_content_sha256")
        ),
    )
    with op.batch_alter_table("contract_signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_signatures_file_id"), ["file_id"], unique=False)

    with op.batch_alter_table("contract_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("price", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("hs_edition", sa.Integer(), nullable=False, server_default="2022"))
        batch_op.add_column(sa.Column("cites", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), nullable=False, server_default="single"))
        batch_op.add_column(sa.Column("parent_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("payment_method", sa.String(length=4), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("cancelled_from", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("cancel_reason", sa.String(length=400), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_contracts_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_contracts_merged_into_id"), "contracts", ["merged_into_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_contracts_parent_id"), "contracts", ["parent_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_contracts_two_parties"), "exporter_id <> importer_id")
    _fill()


def _fill() -> None:
    """Codes are read by the edition of their day; what was cancelled learns from the audit when, from where and why."""
    link = op.get_bind()
    link.execute(
        sa.text(
            "UPDATE contract_lines SET hs_edition = 2017 WHERE contract_id IN"
            " (SELECT id FROM contracts WHERE signed_on < '2022-01-01')"
        )
    )
    entries = sa.table(
        "audit_entries",
        sa.column("subject_type", sa.String),
        sa.column("subject_id", sa.BigInteger),
        sa.column("action", sa.String),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("before", sa.JSON),
        sa.column("after", sa.JSON),
    )
    contracts = sa.table(
        "contracts",
        sa.column("id", sa.BigInteger),
        sa.column("state", sa.String),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("cancelled_at", sa.DateTime(timezone=True)),
        sa.column("cancelled_from", sa.String),
        sa.column("cancel_reason", sa.String),
    )
    link.execute(
        contracts.update()
        .where(contracts.c.state == "cancelled")
        .values(cancelled_at=contracts.c.created_at, cancelled_from="signed")
    )
    moves = link.execute(
        sa.select(entries).where(entries.c.subject_type == "Contract", entries.c.action == "contracts.move")
    ).all()
    for move in moves:
        if (move.after or {}).get("state") == "cancelled":
            link.execute(
                contracts.update()
                .where(contracts.c.id == move.subject_id, contracts.c.state == "cancelled")
                .values(
                    cancelled_at=move.created_at,
                    cancelled_from=(move.before or {}).get("state") or "signed",
                    cancel_reason=str(move.after.get("reason") or "")[:400],
                )
            )


def downgrade() -> None:
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_contracts_two_parties"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_contracts_parent_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_contracts_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_contracts_parent_id"))
        batch_op.drop_index(batch_op.f("ix_contracts_merged_into_id"))
        batch_op.drop_column("cancel_reason")
        batch_op.drop_column("cancelled_from")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("revision")
        batch_op.drop_column("payment_method")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("kind")

    with op.batch_alter_table("contract_lines", schema=None) as batch_op:
        batch_op.drop_column("cites")
        batch_op.drop_column("hs_edition")
        batch_op.drop_column("price")

    with op.batch_alter_table("contract_signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_signatures_file_id"))

    op.drop_table("contract_signatures")
    with op.batch_alter_table("contract_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_revisions_evidence_id"))

    op.drop_table("contract_revisions")
    with op.batch_alter_table("contract_confirmations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_confirmations_contract_id"))

    op.drop_table("contract_confirmations")
