"""settings, ceilings and the reserve list of the support of importers; passports and other offices' lists in the check for duplicates

Revision: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_ceilings",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("places_used", sa.Integer(), nullable=False),
        sa.Column("money_minor", sa.BigInteger(), nullable=True),
        sa.Column("committed_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "money_minor IS NULL OR committed_minor + spent_minor <= money_minor",
            name=op.f("ck_support_ceilings_within_money"),
        ),
        sa.CheckConstraint("places IS NULL OR places_used <= places", name=op.f("ck_support_ceilings_within_places")),
        sa.CheckConstraint(
            "places_used >= 0 AND committed_minor >= 0 AND spent_minor >= 0",
            name=op.f("ck_support_ceilings_not_negative"),
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_support_ceilings_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_ceilings")),
        sa.UniqueConstraint("fair_id", "scope", "key", name=op.f("uq_support_ceilings_fair_id_scope_key")),
    )
    op.create_table(
        "hosting_settings",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("travel_caps", sa.JSON(), nullable=False),
        sa.Column("night_cap_minor", sa.BigInteger(), nullable=False),
        sa.Column("nights", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("travel_rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lodging_rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("travel_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lodging_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("groups", sa.String(length=200), nullable=False),
        sa.Column("countries", sa.String(length=400), nullable=False),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.Column("reply_days", sa.Integer(), nullable=False),
        sa.Column("auto_promote", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_hosting_settings_fair_id")),
        sa.ForeignKeyConstraint(
            ["lodging_line_id"], ["budget_lines.id"], name=op.f("fk_hosting_settings_lodging_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["lodging_rule_id"], ["support_rules.id"], name=op.f("fk_hosting_settings_lodging_rule_id")
        ),
        sa.ForeignKeyConstraint(
            ["travel_line_id"], ["budget_lines.id"], name=op.f("fk_hosting_settings_travel_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["travel_rule_id"], ["support_rules.id"], name=op.f("fk_hosting_settings_travel_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosting_settings")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_hosting_settings_fair_id")),
    )
    op.create_table(
        "reserve_moves",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hosting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("freed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_reserve_moves_fair_id")),
        sa.ForeignKeyConstraint(["freed_id"], ["hostings.id"], name=op.f("fk_reserve_moves_freed_id")),
        sa.ForeignKeyConstraint(["hosting_id"], ["hostings.id"], name=op.f("fk_reserve_moves_hosting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_moves")),
    )
    with op.batch_alter_table("reserve_moves", schema=None) as batch_op:
        batch_op.create_index("ix_reserve_moves_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reserve_moves_hosting_id"), ["hosting_id"], unique=False)

    with op.batch_alter_table("hostings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("past_visits", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("past_deals", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("is_second", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("second_reason", sa.String(length=400), nullable=False, server_default=""))
        batch_op.create_index("ix_hostings_fair_score", ["fair_id", "score", "id"], unique=False)
    # Of several supports of one company the first counts; the others stand apart, as if they had been allowed.
    op.execute(
        "UPDATE hostings SET is_second = true, second_reason = 'Before one support for each company was kept' "
        "WHERE id NOT IN (SELECT min(id) FROM hostings GROUP BY fair_id, company_id)"
    )
    with op.batch_alter_table("hostings", schema=None) as batch_op:
        batch_op.create_index(
            "uq_hostings_one_support",
            ["fair_id", "company_id"],
            unique=True,
            sqlite_where=sa.text(
                "NOT is_second AND state IN ('proposed', 'approved', 'granted', 'confirmed', 'settled')"
            ),
            postgresql_where=sa.text(
                "NOT is_second AND state IN ('proposed', 'approved', 'granted', 'confirmed', 'settled')"
            ),
        )

    with op.batch_alter_table("support_clashes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("external_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("external_text", sa.Text(), nullable=False, server_default=""))
        batch_op.alter_column(
            "other_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        )
        batch_op.create_check_constraint("one_other", "(other_id IS NULL) <> (external_id IS NULL)")
        batch_op.create_unique_constraint(
            batch_op.f("uq_support_clashes_grant_id_external_id"), ["grant_id", "external_id"]
        )

    with op.batch_alter_table("support_grants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tier", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("region", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("passport_digest", sa.String(length=64), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_support_grants_passport_digest"), ["passport_digest"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("support_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_grants_passport_digest"))
        batch_op.drop_column("passport_digest")
        batch_op.drop_column("places")
        batch_op.drop_column("region")
        batch_op.drop_column("tier")

    with op.batch_alter_table("support_clashes", schema=None) as batch_op:
        batch_op.drop_constraint("one_other", type_="check")
        batch_op.drop_constraint(batch_op.f("uq_support_clashes_grant_id_external_id"), type_="unique")
        batch_op.alter_column(
            "other_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        )
        batch_op.drop_column("external_text")
        batch_op.drop_column("external_id")

    with op.batch_alter_table("hostings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hostings_one_support",
            sqlite_where=sa.text(
                "NOT is_second AND state IN ('proposed', 'approved', 'granted', 'confirmed', 'settled')"
            ),
            postgresql_where=sa.text(
                "NOT is_second AND state IN ('proposed', 'approved', 'granted', 'confirmed', 'settled')"
            ),
        )
        batch_op.drop_index("ix_hostings_fair_score")
        batch_op.drop_column("second_reason")
        batch_op.drop_column("is_second")
        batch_op.drop_column("past_deals")
        batch_op.drop_column("past_visits")
        batch_op.drop_column("terms")

    with op.batch_alter_table("reserve_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reserve_moves_hosting_id"))
        batch_op.drop_index("ix_reserve_moves_fair")

    op.drop_table("reserve_moves")
    op.drop_table("hosting_settings")
    op.drop_table("support_ceilings")
