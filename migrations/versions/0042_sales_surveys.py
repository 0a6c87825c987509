"""daily sales split, corrected with a trace and asked for; the exit survey

What was declared before stays as one sum: nobody knows how it was paid.

Revision: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "survey_settings",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_survey_settings_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_settings")),
        sa.UniqueConstraint("fair_id", name=op.f("uq_survey_settings_fair_id")),
    )
    op.create_table(
        "sales_return_revisions",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("booth_id", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_label", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_sales_return_revisions_booth_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_sales_return_revisions_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_sales_return_revisions_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_return_revisions")),
        sa.UniqueConstraint("booth_id", "day", "number", name=op.f("uq_sales_return_revisions_booth_id_day_number")),
    )
    with op.batch_alter_table("sales_return_revisions", schema=None) as batch_op:
        batch_op.create_index("ix_sales_return_revisions_fair_day", ["fair_id", "day"], unique=False)

    op.create_table(
        "exit_surveys",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("exhibitor_id", _KEY, nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("visitors_quality", sa.Integer(), nullable=True),
        sa.Column("organisation", sa.Integer(), nullable=True),
        sa.Column("signed_count", sa.Integer(), nullable=False),
        sa.Column("signed_minor", sa.BigInteger(), nullable=False),
        sa.Column("signed_currency", sa.String(length=3), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_currency", sa.String(length=3), nullable=False),
        sa.Column("usd_signed", sa.BigInteger(), nullable=True),
        sa.Column("usd_expected", sa.BigInteger(), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("leads", sa.Integer(), nullable=True),
        sa.Column("comes_again", sa.String(length=10), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_exit_surveys_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_exit_surveys_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_surveys")),
        sa.UniqueConstraint("exhibitor_id", name=op.f("uq_exit_surveys_exhibitor_id")),
    )
    with op.batch_alter_table("exit_surveys", schema=None) as batch_op:
        batch_op.create_index("ix_exit_surveys_fair", ["fair_id", "id"], unique=False)

    op.create_table(
        "sales_reminders",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("booth_id", _KEY, nullable=False),
        sa.Column("exhibitor_id", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.id"], name=op.f("fk_sales_reminders_booth_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_sales_reminders_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_sales_reminders_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_reminders")),
        sa.UniqueConstraint("booth_id", "day", "stage", name=op.f("uq_sales_reminders_booth_id_day_stage")),
    )
    with op.batch_alter_table("sales_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_reminders_exhibitor_id"), ["exhibitor_id"], unique=False)
        batch_op.create_index("ix_sales_reminders_fair_day", ["fair_id", "day"], unique=False)

    op.create_table(
        "survey_reminders",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("exhibitor_id", _KEY, nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_survey_reminders_exhibitor_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_survey_reminders_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_reminders")),
        sa.UniqueConstraint("exhibitor_id", "stage", name=op.f("uq_survey_reminders_exhibitor_id_stage")),
    )
    with op.batch_alter_table("survey_reminders", schema=None) as batch_op:
        batch_op.create_index("ix_survey_reminders_fair", ["fair_id", "id"], unique=False)

    op.create_table(
        "exit_survey_revisions",
        sa.Column("survey_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", _KEY, nullable=True),
        sa.Column("by_label", sa.String(length=250), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_exit_survey_revisions_by_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["exit_surveys.id"], name=op.f("fk_exit_survey_revisions_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_survey_revisions")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_exit_survey_revisions_survey_id_number")),
    )
    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cash_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("card_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("orders_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("groups", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("confirmed_minor", sa.BigInteger(), nullable=True))
    op.execute("UPDATE sales_returns SET declared_at = created_at")
    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.alter_column("declared_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("groups", existing_type=sa.JSON(), existing_nullable=False, server_default=None)
        batch_op.alter_column("revision", existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.drop_column("confirmed_minor")
        batch_op.drop_column("revision")
        batch_op.drop_column("declared_at")
        batch_op.drop_column("groups")
        batch_op.drop_column("orders_minor")
        batch_op.drop_column("card_minor")
        batch_op.drop_column("cash_minor")

    op.drop_table("exit_survey_revisions")
    with op.batch_alter_table("survey_reminders", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_reminders_fair")

    op.drop_table("survey_reminders")
    with op.batch_alter_table("sales_reminders", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_reminders_fair_day")
        batch_op.drop_index(batch_op.f("ix_sales_reminders_exhibitor_id"))

    op.drop_table("sales_reminders")
    with op.batch_alter_table("exit_surveys", schema=None) as batch_op:
        batch_op.drop_index("ix_exit_surveys_fair")

    op.drop_table("exit_surveys")
    with op.batch_alter_table("sales_return_revisions", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_return_revisions_fair_day")

    op.drop_table("sales_return_revisions")
    op.drop_table("survey_settings")
