"""invitees and their sources, hosted buyers, flights, hotels and stays, passports; more of an importer's profile

Revision: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hotels",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address_vi", sa.String(length=300), nullable=False),
        sa.Column("address_en", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("check_in_from", sa.Time(), nullable=False),
        sa.Column("check_out_until", sa.Time(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_hotels_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotels")),
        sa.UniqueConstraint("fair_id", "name", name=op.f("uq_hotels_fair_id_name")),
    )
    op.create_table(
        "invitation_sources",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_invitation_sources_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_invitation_sources_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_invitation_sources_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_sources")),
        sa.UniqueConstraint("fair_id", "kind", "name", name=op.f("uq_invitation_sources_fair_id_kind_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_sources_token_hash")),
    )
    with op.batch_alter_table("invitation_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_sources_company_id"), ["company_id"], unique=False)

    op.create_table(
        "travel_documents",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_digest", sa.String(length=64), nullable=False),
        sa.Column("birth_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nationality", sa.String(length=2), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_type", sa.String(length=80), nullable=False),
        sa.Column("scan_sha256", sa.String(length=64), nullable=False),
        sa.Column("purge_on", sa.Date(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_travel_documents_person_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["stored_files.id"], name=op.f("fk_travel_documents_scan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_documents")),
        sa.UniqueConstraint("person_id", name=op.f("uq_travel_documents_person_id")),
    )
    with op.batch_alter_table("travel_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_travel_documents_number_digest"), ["number_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_travel_documents_purge_on"), ["purge_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_travel_documents_scan_sha256"), ["scan_sha256"], unique=False)

    op.create_table(
        "document_readings",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=250), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_document_readings_by_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["travel_documents.id"], name=op.f("fk_document_readings_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_readings")),
    )
    with op.batch_alter_table("document_readings", schema=None) as batch_op:
        batch_op.create_index("ix_document_readings_document", ["document_id", "id"], unique=False)

    op.create_table(
        "flights",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("from_airport", sa.String(length=3), nullable=False),
        sa.Column("to_airport", sa.String(length=3), nullable=False),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_number", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_flights_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_flights_importer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flights")),
    )
    with op.batch_alter_table("flights", schema=None) as batch_op:
        batch_op.create_index(
            "ix_flights_fair_direction", ["fair_id", "direction", "state", "arrives_at"], unique=False
        )
        batch_op.create_index("ix_flights_importer", ["importer_id", "direction"], unique=False)
        batch_op.create_index(batch_op.f("ix_flights_ticket_number"), ["ticket_number"], unique=False)

    op.create_table(
        "hostings",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_parts", sa.JSON(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("funded_from", sa.Date(), nullable=True),
        sa.Column("funded_to", sa.Date(), nullable=True),
        sa.Column("travel_cap_minor", sa.BigInteger(), nullable=False),
        sa.Column("night_cap_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("selection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_hostings_approved_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_hostings_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_hostings_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_hostings_importer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hostings_person_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_hostings_proposed_by_id")),
        sa.ForeignKeyConstraint(["proposed_for_id"], ["users.id"], name=op.f("fk_hostings_proposed_for_id")),
        sa.ForeignKeyConstraint(["selection_id"], ["selections.id"], name=op.f("fk_hostings_selection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hostings")),
        sa.UniqueConstraint("importer_id", name=op.f("uq_hostings_importer_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_hostings_reference")),
    )
    with op.batch_alter_table("hostings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hostings_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_hostings_fair_company", ["fair_id", "company_id"], unique=False)
        batch_op.create_index("ix_hostings_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hostings_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hostings_selection_id"), ["selection_id"], unique=False)

    op.create_table(
        "invitees",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("group_codes", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("delegated_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_invitees_company_id")),
        sa.ForeignKeyConstraint(["delegated_from_id"], ["invitees.id"], name=op.f("fk_invitees_delegated_from_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_invitees_fair_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_invitees_importer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitees_person_id")),
        sa.ForeignKeyConstraint(["source_id"], ["invitation_sources.id"], name=op.f("fk_invitees_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitees")),
        sa.UniqueConstraint("fair_id", "person_id", name=op.f("uq_invitees_fair_id_person_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitees_token_hash")),
    )
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitees_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitees_delegated_from_id"), ["delegated_from_id"], unique=False)
        batch_op.create_index("ix_invitees_fair_country", ["fair_id", "country", "id"], unique=False)
        batch_op.create_index("ix_invitees_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index("ix_invitees_import", ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitees_importer_id"), ["importer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitees_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitees_source_id"), ["source_id"], unique=False)

    op.create_table(
        "stays",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("importer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hotel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_type", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("shares_with_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("smoking", sa.Boolean(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("wishes", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_stays_fair_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_stays_hotel_id")),
        sa.ForeignKeyConstraint(["importer_id"], ["importers.id"], name=op.f("fk_stays_importer_id")),
        sa.ForeignKeyConstraint(["shares_with_id"], ["stays.id"], name=op.f("fk_stays_shares_with_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
    )
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.create_index("ix_stays_fair_state", ["fair_id", "state", "arrives_on"], unique=False)
        batch_op.create_index("ix_stays_hotel", ["hotel_id", "state", "arrives_on"], unique=False)
        batch_op.create_index("ix_stays_importer", ["importer_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_stays_shares_with_id"), ["shares_with_id"], unique=False)

    with op.batch_alter_table("importers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invited_by", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("past_customers", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("stays_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("stays_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("meeting_wishes", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("support_wanted", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("home_airport", sa.String(length=3), nullable=False, server_default=""))
    with op.batch_alter_table("importers", schema=None) as batch_op:
        for name in ("invited_by", "past_customers", "meeting_wishes", "support_wanted", "home_airport"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("importers", schema=None) as batch_op:
        batch_op.drop_column("home_airport")
        batch_op.drop_column("support_wanted")
        batch_op.drop_column("meeting_wishes")
        batch_op.drop_column("stays_to")
        batch_op.drop_column("stays_from")
        batch_op.drop_column("past_customers")
        batch_op.drop_column("invited_by")

    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stays_shares_with_id"))
        batch_op.drop_index("ix_stays_importer")
        batch_op.drop_index("ix_stays_hotel")
        batch_op.drop_index("ix_stays_fair_state")

    op.drop_table("stays")
    with op.batch_alter_table("invitees", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitees_source_id"))
        batch_op.drop_index(batch_op.f("ix_invitees_person_id"))
        batch_op.drop_index(batch_op.f("ix_invitees_importer_id"))
        batch_op.drop_index("ix_invitees_import")
        batch_op.drop_index("ix_invitees_fair_state")
        batch_op.drop_index("ix_invitees_fair_country")
        batch_op.drop_index(batch_op.f("ix_invitees_delegated_from_id"))
        batch_op.drop_index(batch_op.f("ix_invitees_company_id"))

    op.drop_table("invitees")
    with op.batch_alter_table("hostings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hostings_selection_id"))
        batch_op.drop_index(batch_op.f("ix_hostings_person_id"))
        batch_op.drop_index("ix_hostings_fair_state")
        batch_op.drop_index("ix_hostings_fair_company")
        batch_op.drop_index(batch_op.f("ix_hostings_company_id"))

    op.drop_table("hostings")
    with op.batch_alter_table("flights", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flights_ticket_number"))
        batch_op.drop_index("ix_flights_importer")
        batch_op.drop_index("ix_flights_fair_direction")

    op.drop_table("flights")
    with op.batch_alter_table("document_readings", schema=None) as batch_op:
        batch_op.drop_index("ix_document_readings_document")

    op.drop_table("document_readings")
    with op.batch_alter_table("travel_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_travel_documents_scan_sha256"))
        batch_op.drop_index(batch_op.f("ix_travel_documents_purge_on"))
        batch_op.drop_index(batch_op.f("ix_travel_documents_number_digest"))

    op.drop_table("travel_documents")
    with op.batch_alter_table("invitation_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_sources_company_id"))

    op.drop_table("invitation_sources")
    op.drop_table("hotels")
