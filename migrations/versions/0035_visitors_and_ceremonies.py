"""press, groups, kiosks and questions of visitors; ceremonies and delegations

Revision: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ceremonies",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place_vi", sa.String(length=250), nullable=False),
        sa.Column("place_en", sa.String(length=250), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seats_per_row", sa.Integer(), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('"rows" >= 1 AND seats_per_row >= 1', name=op.f("ck_ceremonies_seats")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_ceremonies_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremonies")),
    )
    with op.batch_alter_table("ceremonies", schema=None) as batch_op:
        batch_op.create_index("ix_ceremonies_fair", ["fair_id", "starts_at"], unique=False)

    op.create_table(
        "delegations",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("organisation", sa.String(length=250), nullable=False),
        sa.Column("folded", sa.String(length=250), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("needs_interpreter", sa.Boolean(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=255), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("greeter_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('"rank" BETWEEN 1 AND 999', name=op.f("ck_delegations_rank")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_delegations_fair_id")),
        sa.ForeignKeyConstraint(["greeter_id"], ["users.id"], name=op.f("fk_delegations_greeter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sa.UniqueConstraint("fair_id", "folded", name=op.f("uq_delegations_fair_id_folded")),
    )
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.create_index("ix_delegations_fair_rank", ["fair_id", "rank", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegations_greeter_id"), ["greeter_id"], unique=False)

    op.create_table(
        "visitor_groups",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("folded", sa.String(length=500), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("leader_name", sa.String(length=200), nullable=False),
        sa.Column("leader_email", sa.String(length=255), nullable=False),
        sa.Column("leader_phone", sa.String(length=30), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_visitor_groups_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_groups")),
        sa.UniqueConstraint("reference", name=op.f("uq_visitor_groups_reference")),
    )
    with op.batch_alter_table("visitor_groups", schema=None) as batch_op:
        batch_op.create_index("ix_visitor_groups_fair", ["fair_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visitor_groups_folded"), ["folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_visitor_groups_leader_email"), ["leader_email"], unique=False)

    op.create_table(
        "visitor_kiosks",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("station_id", _KEY, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_visitor_kiosks_fair_id")),
        sa.ForeignKeyConstraint(["station_id"], ["print_stations.id"], name=op.f("fk_visitor_kiosks_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_kiosks")),
    )
    with op.batch_alter_table("visitor_kiosks", schema=None) as batch_op:
        batch_op.create_index("ix_visitor_kiosks_fair", ["fair_id", "id"], unique=False)

    op.create_table(
        "visitor_questions",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label_vi", sa.String(length=300), nullable=False),
        sa.Column("label_en", sa.String(length=300), nullable=False),
        sa.Column("help_vi", sa.String(length=500), nullable=False),
        sa.Column("help_en", sa.String(length=500), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("track", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_visitor_questions_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_questions")),
    )
    with op.batch_alter_table("visitor_questions", schema=None) as batch_op:
        batch_op.create_index("ix_visitor_questions_fair", ["fair_id", "position", "id"], unique=False)

    op.create_table(
        "ceremony_invitations",
        sa.Column("fair_id", _KEY, nullable=False),
        sa.Column("ceremony_id", _KEY, nullable=False),
        sa.Column("delegation_id", _KEY, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("coming", sa.Integer(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("coming >= 0 AND coming <= places", name=op.f("ck_ceremony_invitations_coming")),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremonies.id"], name=op.f("fk_ceremony_invitations_ceremony_id")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name=op.f("fk_ceremony_invitations_delegation_id")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_ceremony_invitations_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony_invitations")),
        sa.UniqueConstraint(
            "ceremony_id", "delegation_id", name=op.f("uq_ceremony_invitations_ceremony_id_delegation_id")
        ),
    )
    with op.batch_alter_table("ceremony_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ceremony_invitations_delegation_id"), ["delegation_id"], unique=False)
        batch_op.create_index("ix_ceremony_invitations_fair_state", ["fair_id", "state", "reply_by"], unique=False)

    op.create_table(
        "delegation_members",
        sa.Column("delegation_id", _KEY, nullable=False),
        sa.Column("person_id", _KEY, nullable=False),
        sa.Column("badge_id", _KEY, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("greeted_by_id", _KEY, nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["badge_id"], ["badges.id"], name=op.f("fk_delegation_members_badge_id")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name=op.f("fk_delegation_members_delegation_id")
        ),
        sa.ForeignKeyConstraint(["greeted_by_id"], ["users.id"], name=op.f("fk_delegation_members_greeted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_delegation_members_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_members")),
        sa.UniqueConstraint("delegation_id", "person_id", name=op.f("uq_delegation_members_delegation_id_person_id")),
    )
    with op.batch_alter_table("delegation_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_members_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ceremony_seats",
        sa.Column("ceremony_id", _KEY, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", _KEY, nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremonies.id"], name=op.f("fk_ceremony_seats_ceremony_id")),
        sa.ForeignKeyConstraint(["member_id"], ["delegation_members.id"], name=op.f("fk_ceremony_seats_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony_seats")),
        sa.UniqueConstraint("ceremony_id", "member_id", name=op.f("uq_ceremony_seats_ceremony_id_member_id")),
        sa.UniqueConstraint("ceremony_id", "row", "number", name=op.f("uq_ceremony_seats_ceremony_id_row_number")),
    )
    with op.batch_alter_table("ceremony_seats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ceremony_seats_member_id"), ["member_id"], unique=False)

    op.create_table(
        "visitor_answers",
        sa.Column("visitor_id", _KEY, nullable=False),
        sa.Column("question_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label_vi", sa.String(length=300), nullable=False),
        sa.Column("label_en", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("file_id", _KEY, nullable=True),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_visitor_answers_file_id")),
        sa.ForeignKeyConstraint(["question_id"], ["visitor_questions.id"], name=op.f("fk_visitor_answers_question_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitors.id"], name=op.f("fk_visitor_answers_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_answers")),
        sa.UniqueConstraint("visitor_id", "question_id", name=op.f("uq_visitor_answers_visitor_id_question_id")),
    )
    with op.batch_alter_table("visitor_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visitor_answers_question_id"), ["question_id"], unique=False)

    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counting", sa.JSON(), nullable=False, server_default="{}"))

    with op.batch_alter_table("visitors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=32), nullable=False, server_default="registered"))
        batch_op.add_column(sa.Column("group_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("kiosk_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("press_card", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("press_file_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decision_note", sa.String(length=400), nullable=False, server_default=""))
        batch_op.create_index("ix_visitors_fair_state", ["fair_id", "state", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_visitors_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visitors_kiosk_id"), ["kiosk_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_visitors_press_file_id"), "stored_files", ["press_file_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_visitors_group_id"), "visitor_groups", ["group_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_visitors_kiosk_id"), "visitor_kiosks", ["kiosk_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("visitors", schema=None) as batch_op:
        for key in ("kiosk_id", "group_id", "press_file_id"):
            batch_op.drop_constraint(f"fk_visitors_{key}", type_="foreignkey")
        for index in ("ix_visitors_kiosk_id", "ix_visitors_group_id", "ix_visitors_fair_state"):
            batch_op.drop_index(index)
        for column in ("decision_note", "decided_at", "press_file_id", "press_card", "kiosk_id", "group_id", "state"):
            batch_op.drop_column(column)
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.drop_column("counting")
    for table in (
        "visitor_answers", "ceremony_seats", "delegation_members", "ceremony_invitations", "visitor_questions",
        "visitor_kiosks", "visitor_groups", "delegations", "ceremonies",
    ):  # fmt: skip
        op.drop_table(table)
