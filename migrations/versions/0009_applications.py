"""appraisal, questions of a fair, products shown, further companies on a stand, households filed by partners

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exhibitor_products",
        sa.Column("exhibitor_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_exhibitor_products_exhibitor_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_exhibitor_products_product_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("exhibitor_id", "product_id", name=op.f("uq_exhibitor_products_exhibitor_id_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exhibitor_products")),
    )
    op.create_index("ix_exhibitor_products_product_id", "exhibitor_products", ["product_id"])

    op.create_table(
        "appraisal_items",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("text_vi", sa.String(length=300), nullable=False),
        sa.Column("text_en", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_appraisal_items_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_items")),
    )
    op.create_index("ix_appraisal_items_fair", "appraisal_items", ["fair_id", "position", "id"])

    op.create_table(
        "appraisals",
        sa.Column("exhibitor_id", KEY, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("recommendation", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("for_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=420), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_appraisals_exhibitor_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_appraisals_by_id")),
        sa.ForeignKeyConstraint(["for_id"], ["users.id"], name=op.f("fk_appraisals_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisals")),
    )
    op.create_index("ix_appraisals_exhibitor_id", "appraisals", ["exhibitor_id"])

    op.create_table(
        "application_questions",
        sa.Column("fair_id", KEY, nullable=False),
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
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_application_questions_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_questions")),
    )
    op.create_index("ix_application_questions_fair", "application_questions", ["fair_id", "position", "id"])

    op.create_table(
        "application_answers",
        sa.Column("exhibitor_id", KEY, nullable=False),
        sa.Column("question_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label_vi", sa.String(length=300), nullable=False),
        sa.Column("label_en", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("file_id", KEY, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_application_answers_exhibitor_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["application_questions.id"], name=op.f("fk_application_answers_question_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_application_answers_file_id")),
        sa.UniqueConstraint(
            "exhibitor_id", "question_id", name=op.f("uq_application_answers_exhibitor_id_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_answers")),
    )
    op.create_index("ix_application_answers_question_id", "application_answers", ["question_id"])

    op.create_table(
        "stand_companies",
        sa.Column("exhibitor_id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=255), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_stand_companies_exhibitor_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_stand_companies_company_id")),
        sa.UniqueConstraint("exhibitor_id", "company_id", name=op.f("uq_stand_companies_exhibitor_id_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_companies")),
    )
    op.create_index("ix_stand_companies_company_id", "stand_companies", ["company_id"])

    op.create_table(
        "household_filings",
        sa.Column("fair_id", KEY, nullable=False),
        sa.Column("by_id", KEY, nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_household_filings_fair_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_household_filings_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_filings")),
    )
    op.create_index("ix_household_filings_fair", "household_filings", ["fair_id", "by_id", "id"])
    op.create_index("ix_household_filings_by_id", "household_filings", ["by_id"])

    op.create_table(
        "household_rows",
        sa.Column("filing_id", KEY, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("exhibitor_id", KEY, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["household_filings.id"], name=op.f("fk_household_rows_filing_id")),
        sa.ForeignKeyConstraint(["exhibitor_id"], ["exhibitors.id"], name=op.f("fk_household_rows_exhibitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_rows")),
    )
    op.create_index("ix_household_rows_filing_id", "household_rows", ["filing_id"])
    op.create_index("ix_household_rows_exhibitor_id", "household_rows", ["exhibitor_id"])

    with op.batch_alter_table("exhibitors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("score", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recommendation", sa.String(length=10), nullable=False, server_default=""))
        batch_op.create_index("ix_exhibitors_fair_score", ["fair_id", "score", "id"], unique=False)

    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("requires_appraisal", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.drop_column("requires_appraisal")

    with op.batch_alter_table("exhibitors", schema=None) as batch_op:
        batch_op.drop_index("ix_exhibitors_fair_score")
        batch_op.drop_column("recommendation")
        batch_op.drop_column("score")

    op.drop_table("household_rows")
    op.drop_table("household_filings")
    op.drop_table("stand_companies")
    op.drop_table("application_answers")
    op.drop_table("application_questions")
    op.drop_table("appraisals")
    op.drop_table("appraisal_items")
    op.drop_table("exhibitor_products")
