"""on-site cases with entries, photos and violations; big screens of the live board

Revision: 0036
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "board_screens",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_board_screens_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_board_screens_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_screens")),
    )
    with op.batch_alter_table("board_screens", schema=None) as batch_op:
        batch_op.create_index("ix_board_screens_fair", ["fair_id", "id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("booth_id", _KEY, nullable=True),
        sa.Column("gate_id", _KEY, nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("exhibitor_id", _KEY, nullable=True),
        sa.Column("badge_id", _KEY, nullable=True),
        sa.Column("concerned", sa.String(length=200), nullable=False),
        sa.Column("reporter", sa.String(length=120), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("owner_id", _KEY, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("match_id", _KEY, nullable=True),
        sa.Column("handed_to", sa.String(length=200), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signature_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_cases_badge_id")),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_cases_booth_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_cases_by_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_cases_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_cases_fair_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_cases_gate_id")),
        sa.ForeignKeyConstraint(["match_id"], ["cases.id"], name=op.f("fk_cases_match_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cases_owner_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["stored_files.id"], name=op.f("fk_cases_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("fair_id", "token", name=op.f("uq_cases_fair_id_token")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_exhibitor", ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_cases_fair_state", ["fair_id", "state", "due_at", "id"], unique=False)

    op.create_table(
        "case_entries",
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_case_entries_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_entries_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entries")),
        sa.UniqueConstraint("case_id", "token", name=op.f("uq_case_entries_case_id_token")),
    )
    op.create_table(
        "violations",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("exhibitor_id", _KEY, nullable=False),
        sa.Column("breach", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reported_by_id", _KEY, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", _KEY, nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stated_by", sa.String(length=250), nullable=False),
        sa.Column("taken_by_id", _KEY, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", _KEY, nullable=True),
        sa.Column("decided_for_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_violations_asked_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_violations_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_violations_decided_by_id")),
        sa.ForeignKeyConstraint(["decided_for_id"], ["users.id"], name=op.f("fk_violations_decided_for_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_violations_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_violations_fair_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["users.id"], name=op.f("fk_violations_reported_by_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_violations_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violations")),
        sa.UniqueConstraint("case_id", name=op.f("uq_violations_case_id")),
    )
    with op.batch_alter_table("violations", schema=None) as batch_op:
        batch_op.create_index("ix_violations_exhibitor_state", ["exhibitor_id", "state"], unique=False)
        batch_op.create_index("ix_violations_fair_state", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "case_photos",
        sa.Column("entry_id", _KEY, nullable=False),
        sa.Column("large_id", _KEY, nullable=False),
        sa.Column("thumb_id", _KEY, nullable=False),
        sa.Column("thumb_width", sa.Integer(), nullable=False),
        sa.Column("thumb_height", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["case_entries.id"], name=op.f("fk_case_photos_entry_id")),
        sa.ForeignKeyConstraint(["large_id"], ["stored_files.id"], name=op.f("fk_case_photos_large_id")),
        sa.ForeignKeyConstraint(["thumb_id"], ["stored_files.id"], name=op.f("fk_case_photos_thumb_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_photos")),
    )
    with op.batch_alter_table("case_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_photos_entry_id"), ["entry_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("case_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_photos_entry_id"))

    op.drop_table("case_photos")
    with op.batch_alter_table("violations", schema=None) as batch_op:
        batch_op.drop_index("ix_violations_fair_state")
        batch_op.drop_index("ix_violations_exhibitor_state")

    op.drop_table("violations")
    op.drop_table("case_entries")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_fair_state")
        batch_op.drop_index("ix_cases_exhibitor")

    op.drop_table("cases")
    with op.batch_alter_table("board_screens", schema=None) as batch_op:
        batch_op.drop_index("ix_board_screens_fair")

    op.drop_table("board_screens")
