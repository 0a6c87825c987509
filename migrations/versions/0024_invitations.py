"""campaigns of invitations and their mails, nominations, who does not want mail, how a fair invites

Revision: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _record(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_nominated", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_delegate", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reply_by", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("problem", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("decline_kind", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("problem_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_invitees_nominated", ["fair_id", "is_nominated", "state"], unique=False)
    op.execute("UPDATE invitees SET mailed_at = invited_at")
    op.execute(
        "UPDATE invitees SET is_nominated = (SELECT s.kind <> 'organiser' FROM invitation_sources s WHERE s.id = source_id)"
    )
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.alter_column("is_nominated", server_default=None)
        batch_op.alter_column("is_delegate", server_default=None)
        batch_op.alter_column("problem", server_default=None)
        batch_op.alter_column("decline_kind", server_default=None)

    with op.batch_alter_table("importers", schema=None) as batch_op:
        batch_op.create_index("ix_importers_invited_by", ["fair_id", "invited_by"], unique=False)

    _record(
        "nominations",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("invitee_id", KEY, nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        _points("nominations", "fair_id", "fairs"),
        _points("nominations", "source_id", "invitation_sources"),
        _points("nominations", "invitee_id", "invitees"),
        sa.UniqueConstraint("source_id", "invitee_id", name=op.f("uq_nominations_source_id_invitee_id")),
    )
    op.create_index(op.f("ix_nominations_fair_id"), "nominations", ["fair_id"], unique=False)
    op.create_index(op.f("ix_nominations_invitee_id"), "nominations", ["invitee_id"], unique=False)

    _record(
        "campaigns",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("segment", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("started_by_id", KEY, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("portion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worked_on", sa.Date(), nullable=True),
        _points("campaigns", "fair_id", "fairs"),
        _points("campaigns", "by_id", "users"),
        _points("campaigns", "started_by_id", "users"),
    )
    op.create_index("ix_campaigns_fair_state", "campaigns", ["fair_id", "state", "id"], unique=False)
    op.create_index("ix_campaigns_state", "campaigns", ["state"], unique=False)

    _record(
        "invitation_mails",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("campaign_id", KEY, nullable=True),
        sa.Column("invitee_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("left_out", sa.String(length=40), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        _points("invitation_mails", "fair_id", "fairs"),
        _points("invitation_mails", "campaign_id", "campaigns"),
        _points("invitation_mails", "invitee_id", "invitees"),
        _points("invitation_mails", "message_id", "outbox_messages"),
        sa.UniqueConstraint("campaign_id", "invitee_id", name=op.f("uq_invitation_mails_campaign_id_invitee_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_invitation_mails_message_id")),
    )
    op.create_index(op.f("ix_invitation_mails_fair_id"), "invitation_mails", ["fair_id"], unique=False)
    op.create_index(op.f("ix_invitation_mails_invitee_id"), "invitation_mails", ["invitee_id"], unique=False)
    op.create_index(
        "ix_invitation_mails_waiting", "invitation_mails", ["campaign_id", "message_id", "id"], unique=False
    )

    _record(
        "mail_stops",
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("fair_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        _points("mail_stops", "person_id", "people"),
        _points("mail_stops", "fair_id", "fairs"),
        sa.UniqueConstraint("email", name=op.f("uq_mail_stops_email")),
    )
    op.create_index(op.f("ix_mail_stops_person_id"), "mail_stops", ["person_id"], unique=False)
    op.create_index(op.f("ix_mail_stops_email_digest"), "mail_stops", ["email_digest"], unique=False)

    _record(
        "invitation_terms",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("delegates_most", sa.Integer(), nullable=False),
        sa.Column("exhibitor_quota", sa.Integer(), nullable=False),
        sa.Column("exhibitors_at_once", sa.Boolean(), nullable=False),
        _points("invitation_terms", "fair_id", "fairs"),
        sa.UniqueConstraint("fair_id", name=op.f("uq_invitation_terms_fair_id")),
    )


def downgrade() -> None:
    with op.batch_alter_table("importers", schema=None) as batch_op:
        batch_op.drop_index("ix_importers_invited_by")
    for table in ("invitation_terms", "mail_stops", "invitation_mails", "campaigns", "nominations"):
        op.drop_table(table)
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.drop_index("ix_invitees_nominated")
        for column in ("problem_at", "decline_kind", "problem", "reply_by", "mailed_at", "is_delegate", "is_nominated"):
            batch_op.drop_column(column)
