"""zones, devices, acts, conflicts and tallies of the gates

Revision: 0032
Revises: 0031
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op


revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "access_zones",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_vi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("warn_at", sa.Integer(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_access_zones_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_zones")),
        sa.UniqueConstraint("fair_id", "code", name=op.f("uq_access_zones_fair_id_code")),
    )
    op.create_table(
        "gate_devices",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("gate_codes", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("enrol_digest", sa.String(length=64), nullable=True),
        sa.Column("enrol_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("clock_offset_ms", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_gate_devices_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_gate_devices_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_devices")),
        sa.UniqueConstraint("enrol_digest", name=op.f("uq_gate_devices_enrol_digest")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_gate_devices_token_digest")),
    )
    with op.batch_alter_table("gate_devices", schema=None) as batch_op:
        batch_op.create_index("ix_gate_devices_fair", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "supervisor_pins",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("verifier", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_supervisor_pins_fair_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_supervisor_pins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisor_pins")),
        sa.UniqueConstraint("fair_id", "user_id", name=op.f("uq_supervisor_pins_fair_id_user_id")),
    )
    op.create_table(
        "visit_tallies",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_visit_tallies_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_tallies")),
        sa.UniqueConstraint(
            "fair_id",
            "day",
            "hour",
            "category",
            "country",
            name=op.f("uq_visit_tallies_fair_id_day_hour_category_country"),
        ),
    )
    op.create_table(
        "zone_tallies",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("zone_id", _KEY, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_zone_tallies_fair_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["access_zones.id"], name=op.f("fk_zone_tallies_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_tallies")),
        sa.UniqueConstraint("fair_id", "zone_id", "day", name=op.f("uq_zone_tallies_fair_id_zone_id_day")),
    )
    with op.batch_alter_table("zone_tallies", schema=None) as batch_op:
        batch_op.create_index(
            "uq_zone_tallies_fair",
            ["fair_id", "day"],
            unique=True,
            sqlite_where=sa.text("zone_id IS NULL"),
            postgresql_where=sa.text("zone_id IS NULL"),
        )

    op.create_table(
        "gate_tallies",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("gate_id", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("passed_in", sa.Integer(), nullable=False),
        sa.Column("passed_out", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_gate_tallies_fair_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_gate_tallies_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_tallies")),
        sa.UniqueConstraint("gate_id", "day", name=op.f("uq_gate_tallies_gate_id_day")),
    )
    with op.batch_alter_table("gate_tallies", schema=None) as batch_op:
        batch_op.create_index("ix_gate_tallies_fair_day", ["fair_id", "day"], unique=False)

    op.create_table(
        "scan_acts",
        sa.Column("act_id", sa.String(length=40), nullable=False),
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("gate_id", _KEY, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("scan_id", _KEY, nullable=True),
        sa.Column("of_scan_id", sa.String(length=40), nullable=False),
        sa.Column("badge_id", _KEY, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("supervisor_id", _KEY, nullable=True),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_scan_acts_badge_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_scan_acts_by_id")),
        sa.ForeignKeyConstraint(["device_id"], ["gate_devices.id"], name=op.f("fk_scan_acts_device_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_scan_acts_fair_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_scan_acts_gate_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_scan_acts_scan_id")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["users.id"], name=op.f("fk_scan_acts_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_acts")),
        sa.UniqueConstraint("fair_id", "act_id", name=op.f("uq_scan_acts_fair_id_act_id")),
    )
    with op.batch_alter_table("scan_acts", schema=None) as batch_op:
        batch_op.create_index("ix_scan_acts_fair_time", ["fair_id", "acted_at"], unique=False)
        batch_op.create_index("ix_scan_acts_scan", ["scan_id"], unique=False)

    op.create_table(
        "scan_conflicts",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("scan_id", _KEY, nullable=True),
        sa.Column("other_scan_id", _KEY, nullable=True),
        sa.Column("badge_id", _KEY, nullable=True),
        sa.Column("device_id", _KEY, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("settled_by_id", _KEY, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_scan_conflicts_badge_id")),
        sa.ForeignKeyConstraint(["device_id"], ["gate_devices.id"], name=op.f("fk_scan_conflicts_device_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_scan_conflicts_fair_id")),
        sa.ForeignKeyConstraint(["other_scan_id"], ["scans.id"], name=op.f("fk_scan_conflicts_other_scan_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_scan_conflicts_scan_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_scan_conflicts_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_conflicts")),
        sa.UniqueConstraint("kind", "scan_id", name=op.f("uq_scan_conflicts_kind_scan_id")),
    )
    with op.batch_alter_table("scan_conflicts", schema=None) as batch_op:
        batch_op.create_index("ix_scan_conflicts_fair_state", ["fair_id", "state", "id"], unique=False)

    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("typed_digest", sa.LargeBinary(length=8), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_badges_fair_changed", ["fair_id", "changed_at"], unique=False)

    with op.batch_alter_table("gates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zone_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("unknown_signed", sa.String(length=6), nullable=False, server_default="admit"))
        batch_op.add_column(sa.Column("rules", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_gates_zone_id"), "access_zones", ["zone_id"], ["id"])

    with op.batch_alter_table("scans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("device_time", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("device_verdict", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("sealed_code", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_scans_device_id"), "gate_devices", ["device_id"], ["id"])

    _badges()
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.alter_column("typed_digest", existing_type=sa.LargeBinary(length=8), nullable=False)
    _tallies()


def _badges() -> None:
    """The digests by which a device finds a typed short code, and since when the badge is as it is."""
    bind = op.get_bind()
    badges = sa.table("badges", sa.column("id"), sa.column("short_code"), sa.column("typed_digest"), sa.column("changed_at"),
                      sa.column("created_at"), sa.column("revoked_at"))  # fmt: skip
    bind.execute(badges.update().values(changed_at=sa.func.coalesce(badges.c.revoked_at, badges.c.created_at)))
    rows = bind.execute(sa.select(badges.c.id, badges.c.short_code)).all()
    values = [
        {"key": key, "digest": hashlib.pbkdf2_hmac("sha256", short.encode(), b"fairs typed", 1000, 8)}
        for key, short in rows
    ]
    if values:
        bind.execute(
            badges.update().where(badges.c.id == sa.bindparam("key")).values(typed_digest=sa.bindparam("digest")),
            values,
        )


def _moment(value: datetime | str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _tallies() -> None:
    """Figures of visits and scans so far."""
    bind = op.get_bind()
    zones = {key: ZoneInfo(name) for key, name in bind.execute(sa.text("SELECT id, time_zone FROM fairs"))}
    visits: Counter[tuple[object, ...]] = Counter()
    people: Counter[tuple[object, ...]] = Counter()
    inside: Counter[tuple[object, ...]] = Counter()
    seen: set[tuple[int, int]] = set()
    for fair_id, day, person_id, category, counts, country, first_in_at, inside_since in bind.execute(
        sa.text(
            "SELECT fair_id, day, person_id, category, counts, country, first_in_at, inside_since FROM visits ORDER BY day, id"
        )
    ):
        key = (fair_id, day, _moment(first_in_at).astimezone(zones[fair_id]).hour, category, country, counts)
        visits[key] += 1
        people[key] += (fair_id, person_id) not in seen
        seen.add((fair_id, person_id))
        inside[fair_id, day] += inside_since is not None
    created = datetime.now(UTC).isoformat(sep=" ")
    for key, number in visits.items():
        bind.execute(
            sa.text("INSERT INTO visit_tallies (fair_id, day, hour, category, country, counts, visits, people, created_at)"
                    " VALUES (:fair, :day, :hour, :category, :country, :counts, :visits, :people, :created)"),
            dict(zip(("fair", "day", "hour", "category", "country", "counts"), key, strict=True))
            | {"visits": number, "people": people[key], "created": created},
        )  # fmt: skip
    for (fair_id, day), number in inside.items():
        bind.execute(
            sa.text("INSERT INTO zone_tallies (fair_id, zone_id, day, inside, unsure, created_at)"
                    " VALUES (:fair, NULL, :day, :inside, 0, :created)"),
            {"fair": fair_id, "day": day, "inside": number, "created": created},
        )  # fmt: skip
    lets_in = "verdict IN ('welcome', 'already_inside', 'goodbye')"
    bind.execute(
        sa.text(
            "INSERT INTO gate_tallies (fair_id, gate_id, day, passed_in, passed_out, refused, last_at, created_at)"
            f" SELECT fair_id, gate_id, day, SUM(CASE WHEN {lets_in} AND direction = 'in' THEN 1 ELSE 0 END),"
            f" SUM(CASE WHEN {lets_in} AND direction = 'out' THEN 1 ELSE 0 END), SUM(CASE WHEN {lets_in} THEN 0 ELSE 1 END),"
            " MAX(scanned_at), CURRENT_TIMESTAMP FROM scans WHERE NOT is_rehearsal GROUP BY fair_id, gate_id, day"
        )
    )
