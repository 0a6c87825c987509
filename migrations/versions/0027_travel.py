"""one live flight of a guest each way; runs of vehicles, places in them, versions of the drivers' lists

Revision: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("state <> 'cancelled'")
ONE_WAY = sa.text("state <> 'dropped' AND kind <> 'shuttle'")
ON_RUN = sa.text("state <> 'dropped' AND run_id IS NOT NULL")


def upgrade() -> None:
    # Of several flights the same way only the last one typed can be meant.
    op.execute(
        "UPDATE flights SET state = 'cancelled' WHERE state <> 'cancelled' AND EXISTS (SELECT 1 FROM flights AS later WHERE"
        " later.importer_id = flights.importer_id AND later.direction = flights.direction AND later.state <> 'cancelled'"
        " AND later.id > flights.id)"
    )
    with op.batch_alter_table("flights", schema=None) as batch_op:
        batch_op.create_index(
            "uq_flights_live", ["importer_id", "direction"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        )
        batch_op.create_index("ix_flights_fair_departs", ["fair_id", "direction", "departs_at"], unique=False)
        batch_op.create_index("ix_flights_number", ["fair_id", "number"], unique=False)

    op.create_table(
        "transfer_runs",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("airport", sa.String(length=3), nullable=False),
        sa.Column("from_place", sa.String(length=150), nullable=False),
        sa.Column("to_place", sa.String(length=150), nullable=False),
        sa.Column("meeting_point", sa.String(length=200), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("vehicle", sa.String(length=80), nullable=False),
        sa.Column("plate", sa.String(length=20), nullable=False),
        sa.Column("driver_name", sa.String(length=120), nullable=False),
        sa.Column("driver_phone", sa.String(length=30), nullable=False),
        sa.Column("coordinator_phone", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_transfer_runs_capacity")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_transfer_runs_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_runs")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_transfer_runs_link_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_transfer_runs_reference")),
    )
    with op.batch_alter_table("transfer_runs", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_runs_fair", ["fair_id", "state", "leaves_at"], unique=False)
        batch_op.create_index("ix_transfer_runs_fit", ["fair_id", "kind", "airport", "leaves_at"], unique=False)

    op.create_table(
        "transfer_seats",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("importer_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("run_id", KEY, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_transfer_seats_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_transfer_seats_importer_id")),
        sa.ForeignKeyConstraint(["run_id"], ["transfer_runs.id"], name=op.f("fk_transfer_seats_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_seats")),
    )
    with op.batch_alter_table("transfer_seats", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_seats_fair", ["fair_id", "state", "kind"], unique=False)
        batch_op.create_index("ix_transfer_seats_run", ["run_id", "state"], unique=False)
        batch_op.create_index("ix_transfer_seats_importer", ["importer_id", "kind"], unique=False)
        batch_op.create_index(
            "uq_transfer_seats_way",
            ["importer_id", "kind"],
            unique=True,
            sqlite_where=ONE_WAY,
            postgresql_where=ONE_WAY,
        )
        batch_op.create_index(
            "uq_transfer_seats_run",
            ["run_id", "importer_id"],
            unique=True,
            sqlite_where=ON_RUN,
            postgresql_where=ON_RUN,
        )

    op.create_table(
        "manifest_versions",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_manifest_versions_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["transfer_runs.id"], name=op.f("fk_manifest_versions_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_versions")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_manifest_versions_run_id_number")),
    )
    with op.batch_alter_table("manifest_versions", schema=None) as batch_op:
        batch_op.create_index("ix_manifest_versions_run", ["run_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("manifest_versions")
    op.drop_table("transfer_seats")
    op.drop_table("transfer_runs")
    with op.batch_alter_table("flights", schema=None) as batch_op:
        batch_op.drop_index("ix_flights_number")
        batch_op.drop_index("ix_flights_fair_departs")
        batch_op.drop_index("uq_flights_live")
