"""print stations and jobs, numbered blanks, keys that are withdrawn, contractors among an exhibitor's people

Revision: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GOING_ON = sa.text("state IN ('queued', 'leased')")


def _at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _record() -> tuple[sa.Column[object], ...]:
    return sa.Column("id", _KEY, nullable=False), _at("created_at", nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("badge_keys", schema=None) as batch_op:
        batch_op.add_column(_at("withdrawn_at"))
        batch_op.add_column(sa.Column("reason", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badges_key_id"), ["key_id"], unique=False)
    with op.batch_alter_table("exhibitor_staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_contractor", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("site_settings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("most_contractors", sa.Integer(), nullable=False, server_default="10"))
    op.create_table(
        "print_stations",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        _at("last_seen_at"),
        _at("present_until"),
        *_record(),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_print_stations_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_stations")),
        sa.UniqueConstraint("fair_id", "folded", name=op.f("uq_print_stations_fair_id_folded")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_print_stations_token_hash")),
    )
    op.create_index("ix_print_stations_present", "print_stations", ["fair_id", "state", "present_until"])
    op.create_table(
        "print_jobs",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("badge_id", _KEY, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wanted_id", _KEY, nullable=True),
        sa.Column("station_id", _KEY, nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        _at("lease_until"),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("failed_because", sa.String(length=32), nullable=True),
        sa.Column("failed_note", sa.String(length=200), nullable=False),
        _at("ended_at"),
        sa.Column("ended_by", sa.String(length=250), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        *_record(),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_print_jobs_badge_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_print_jobs_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_print_jobs_fair_id")),
        sa.ForeignKeyConstraint(["station_id"], ["print_stations.id"], name=op.f("fk_print_jobs_station_id")),
        sa.ForeignKeyConstraint(["wanted_id"], ["print_stations.id"], name=op.f("fk_print_jobs_wanted_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_jobs")),
    )
    op.create_index(
        "uq_print_jobs_badge",
        "print_jobs",
        ["badge_id"],
        unique=True,
        sqlite_where=_GOING_ON,
        postgresql_where=_GOING_ON,
    )
    op.create_index("ix_print_jobs_fair_state", "print_jobs", ["fair_id", "state", "id"])
    op.create_index("ix_print_jobs_badge", "print_jobs", ["badge_id", "id"])
    op.create_index("ix_print_jobs_held", "print_jobs", ["station_id", "state"])
    op.create_index(op.f("ix_print_jobs_wanted_id"), "print_jobs", ["wanted_id"])
    op.create_table(
        "blank_batches",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("key_id", _KEY, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        *_record(),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_blank_batches_fair_id")),
        sa.ForeignKeyConstraint(["key_id"], ["badge_keys.id"], name=op.f("fk_blank_batches_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_batches")),
        sa.UniqueConstraint("fair_id", "first_number", name=op.f("uq_blank_batches_fair_id_first_number")),
    )
    op.create_table(
        "blanks",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("batch_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.LargeBinary(length=12), nullable=False),
        sa.Column("short_code", sa.String(length=24), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("badge_id", _KEY, nullable=True),
        _at("bound_at"),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        *_record(),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_blanks_badge_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["blank_batches.id"], name=op.f("fk_blanks_batch_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_blanks_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blanks")),
        sa.UniqueConstraint("badge_id", name=op.f("uq_blanks_badge_id")),
        sa.UniqueConstraint("fair_id", "number", name=op.f("uq_blanks_fair_id_number")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_blanks_fingerprint")),
        sa.UniqueConstraint("serial", name=op.f("uq_blanks_serial")),
        sa.UniqueConstraint("short_code", name=op.f("uq_blanks_short_code")),
    )
    op.create_index("ix_blanks_batch_state", "blanks", ["batch_id", "state", "number"])


def downgrade() -> None:
    op.drop_table("blanks")
    op.drop_table("blank_batches")
    op.drop_table("print_jobs")
    op.drop_table("print_stations")
    with op.batch_alter_table("site_settings", schema=None) as batch_op:
        batch_op.drop_column("most_contractors")
    with op.batch_alter_table("exhibitor_staff", schema=None) as batch_op:
        batch_op.drop_column("is_contractor")
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badges_key_id"))
    with op.batch_alter_table("badge_keys", schema=None) as batch_op:
        batch_op.drop_column("reason")
        batch_op.drop_column("withdrawn_at")
