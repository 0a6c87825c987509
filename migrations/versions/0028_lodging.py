"""room blocks, their nights and rooms, more about stays, placings and rooming lists

Revision: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWN_COLUMNS = (
    "arrived_on", "block_id", "changed_at", "confirmed_at", "needs_from", "needs_until", "released_from", "room_id", "settled_at",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "room_blocks",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("hotel_id", KEY, nullable=False),
        sa.Column("room_type", sa.String(length=60), nullable=False),
        sa.Column("beds", sa.Integer(), nullable=False),
        sa.Column("smoking", sa.Boolean(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("contract_number", sa.String(length=60), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("breakfast_included", sa.Boolean(), nullable=False),
        sa.Column("release_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("attrition_percent", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("beds > 0", name=op.f("ck_room_blocks_beds")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_room_blocks_price")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_room_blocks_fair_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_room_blocks_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_blocks")),
        sa.UniqueConstraint("hotel_id", "room_type", name=op.f("uq_room_blocks_hotel_id_room_type")),
    )
    with op.batch_alter_table("room_blocks", schema=None) as batch_op:
        batch_op.create_index("ix_room_blocks_fair_release", ["fair_id", "release_on", "remind_on"], unique=False)
    op.create_table(
        "room_nights",
        sa.Column("block_id", KEY, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("given_back", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= quantity", name=op.f("ck_room_nights_taken")),
        sa.ForeignKeyConstraint(["block_id"], ["room_blocks.id"], name=op.f("fk_room_nights_block_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_nights")),
        sa.UniqueConstraint("block_id", "night", name=op.f("uq_room_nights_block_id_night")),
    )
    op.create_table(
        "rooms",
        sa.Column("block_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["room_blocks.id"], name=op.f("fk_rooms_block_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rooms_block_id"), ["block_id"], unique=False)
    op.create_table(
        "placings",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_placings_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_placings_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placings")),
    )
    with op.batch_alter_table("placings", schema=None) as batch_op:
        batch_op.create_index("ix_placings_fair", ["fair_id", "id"], unique=False)
    op.create_table(
        "rooming_lists",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("hotel_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_to", sa.String(length=255), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_rooming_lists_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_rooming_lists_fair_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_rooming_lists_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooming_lists")),
        sa.UniqueConstraint("hotel_id", "number", name=op.f("uq_rooming_lists_hotel_id_number")),
    )
    with op.batch_alter_table("rooming_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rooming_lists_fair_id"), ["fair_id"], unique=False)

    with op.batch_alter_table("hotels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("list_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("locale", sa.String(length=5), nullable=False, server_default="vi"))
        batch_op.add_column(sa.Column("folded", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("hotels", schema=None) as batch_op:
        for name in ("locale", "folded"):
            batch_op.alter_column(name, server_default=None)

    texts = {"diet": 200, "confirmation": 40, "issue": 32, "reason": 400}
    with op.batch_alter_table("stays", schema=None) as batch_op:
        for name, length in texts.items():
            default = "none" if name == "issue" else ""
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=default))
        for name in ("block_id", "room_id"):
            batch_op.add_column(sa.Column(name, KEY, nullable=True))
        for name in ("released_from", "arrived_on", "needs_from", "needs_until"):
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True))
        for name in ("confirmed_at", "settled_at", "changed_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("hotel_id", existing_type=KEY, nullable=True)
    # A room of no block takes no night of one: such a stay has to be placed.
    op.execute("UPDATE stays SET state = 'wanted', hotel_id = NULL WHERE state = 'booked'")
    with op.batch_alter_table("stays", schema=None) as batch_op:
        for name in texts:
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_column("room_type")
        batch_op.create_foreign_key(batch_op.f("fk_stays_block_id"), "room_blocks", ["block_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_stays_room_id"), "rooms", ["room_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_stays_nights"), "leaves_on > arrives_on")
        batch_op.create_index("ix_stays_block", ["block_id", "state", "arrives_on"], unique=False)
        batch_op.create_index("ix_stays_fair_issue", ["fair_id", "issue", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_stays_room_id"), ["room_id"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM stays WHERE hotel_id IS NULL")
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stays_room_id"))
        batch_op.drop_index("ix_stays_fair_issue")
        batch_op.drop_index("ix_stays_block")
        batch_op.drop_constraint(batch_op.f("ck_stays_nights"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_stays_room_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_stays_block_id"), type_="foreignkey")
        for name in (*OWN_COLUMNS, "diet", "confirmation", "issue", "reason"):
            batch_op.drop_column(name)
        batch_op.alter_column("hotel_id", existing_type=KEY, nullable=False)
        batch_op.add_column(sa.Column("room_type", sa.String(length=60), nullable=False, server_default=""))
    with op.batch_alter_table("hotels", schema=None) as batch_op:
        for name in ("folded", "locale", "list_due_on"):
            batch_op.drop_column(name)
    for table in ("rooming_lists", "placings", "rooms", "room_nights", "room_blocks"):
        op.drop_table(table)
