"""payments, credit notes, refunds and the ledger; the receipts of before become payments

Revision: 0015
Revises: 0014
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(length=30), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_ledger_entries_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_ledger_entries_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_ledger_entries_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("kind", "document_id", name=op.f("uq_ledger_entries_kind_document_id")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_company", ["company_id", "fair_id", "id"], unique=False)
        batch_op.create_index("ix_ledger_fair_day", ["fair_id", "booked_on", "id"], unique=False)

    op.create_table(
        "credit_notes",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credit_notes_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_credit_notes_fair_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_credit_notes_invoice_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_credit_notes_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_notes_number")),
    )
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_notes_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_credit_notes_fair", ["fair_id", "issued_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_notes_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("external_reference", sa.String(length=100), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=400), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_payments_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_payments_fair_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_payments_invoice_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_payments_recorded_by_id")),
        sa.ForeignKeyConstraint(["recorded_for_id"], ["users.id"], name=op.f("fk_payments_recorded_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "fair_id", "method", "external_reference", name=op.f("uq_payments_fair_id_method_external_reference")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_payments_number")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_payments_fair_day", ["fair_id", "received_on", "id"], unique=False)
        batch_op.create_index("ix_payments_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "credit_note_lines",
        sa.Column("credit_note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text_vi", sa.String(length=300), nullable=False),
        sa.Column("text_en", sa.String(length=300), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_notes.id"], name=op.f("fk_credit_note_lines_credit_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note_lines")),
    )
    with op.batch_alter_table("credit_note_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_note_lines_credit_note_id"), ["credit_note_id"], unique=False)

    op.create_table(
        "refunds",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=60), nullable=False),
        sa.Column("external_reference", sa.String(length=100), nullable=True),
        sa.Column("requested_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requested_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_refunds_approved_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_refunds_company_id")),
        sa.ForeignKeyConstraint(["credit_id"], ["credits.id"], name=op.f("fk_refunds_credit_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_refunds_fair_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_refunds_requested_by_id")),
        sa.ForeignKeyConstraint(["requested_for_id"], ["users.id"], name=op.f("fk_refunds_requested_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_refunds_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_refunds_number")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refunds_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refunds_credit_id"), ["credit_id"], unique=False)
        batch_op.create_index("ix_refunds_fair_state", ["fair_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_refunds_payment_id"), ["payment_id"], unique=False)

    with op.batch_alter_table("credits") as batch_op:
        batch_op.add_column(sa.Column("payment_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("given_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reserved_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.alter_column("invoice_id", existing_type=_KEY, nullable=True)
        batch_op.create_index(batch_op.f("ix_credits_payment_id"), ["payment_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_credits_payment_id"), "payments", ["payment_id"], ["id"])
    with op.batch_alter_table("instalments") as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=30), nullable=True))
        batch_op.add_column(sa.Column("issued_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("credited_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.create_unique_constraint(batch_op.f("uq_instalments_number"), ["number"])
    with op.batch_alter_table("invoices") as batch_op:
        batch_op.add_column(sa.Column("credited_minor", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("receipts") as batch_op:
        batch_op.add_column(sa.Column("payment_id", _KEY, nullable=True))
        batch_op.add_column(sa.Column("credit_id", _KEY, nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_receipts_fair_id_method_external_reference"), type_="unique")
        batch_op.create_index(batch_op.f("ix_receipts_credit_id"), ["credit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipts_fair_id"), ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_receipts_payment_id"), ["payment_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_receipts_payment_id"), "payments", ["payment_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_receipts_credit_id"), "credits", ["credit_id"], ["id"])

    _Books(op.get_bind()).carry_over()

    for table, columns in {
        "credits": ("given_minor", "reserved_minor"), "instalments": ("credited_minor",), "invoices": ("credited_minor",),
    }.items():  # fmt: skip
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.alter_column(column, existing_type=sa.BigInteger(), server_default=None)
            if table == "instalments":
                batch_op.alter_column("number", existing_type=sa.String(length=30), nullable=False)
                batch_op.alter_column("issued_on", existing_type=sa.Date(), nullable=False)


class _Books:
    """What was recorded before, in the new terms: payments of the receipts, credit notes of the cancelled, the ledger."""

    def __init__(self, bind: sa.Connection) -> None:
        self.bind = bind
        known = sa.MetaData()
        names = (
            "fairs", "invoices", "invoice_lines", "instalments", "receipts", "credits", "payments", "credit_notes",
            "credit_note_lines", "refunds", "ledger_entries", "number_series", "audit_entries",
        )  # fmt: skip
        self.t = {name: sa.Table(name, known, autoload_with=bind, resolve_fks=False) for name in names}
        self.codes = {row.id: row.code for row in self.rows("fairs")}
        self.counts: Counter[str] = Counter()

    def rows(self, name: str) -> list[Any]:
        table = self.t[name]
        return list(self.bind.execute(sa.select(table).order_by(table.c.id)))

    def add(self, name: str, **values: Any) -> int:
        return int(self.bind.execute(sa.insert(self.t[name]).values(**values)).inserted_primary_key[0])

    def change(self, name: str, key: int, **values: Any) -> None:
        table = self.t[name]
        self.bind.execute(sa.update(table).where(table.c.id == key).values(**values))

    def number(self, code: str, series: str, on: date) -> str:
        name = f"{series}:{code}:{on.year}"
        self.counts[name] += 1
        self.counts[f"money:{code}"] += 1
        return f"{code}-{series}{on.year % 100:02d}-{self.counts[name]:05d}"

    def book(self, kind: str, row: Any, key: int, number: str, on: date, amount: int, at: datetime) -> None:
        if amount:
            self.add(
                "ledger_entries", fair_id=row.fair_id, company_id=row.company_id, kind=kind, document_id=key,
                document_number=number, booked_on=on, amount_minor=amount, currency=row.currency, created_at=at,
            )  # fmt: skip

    def carry_over(self) -> None:
        series = self.t["number_series"]
        for row in self.rows("number_series"):
            if row.name.startswith("invoice:"):  # the references went with the invoices' numbers
                self.bind.execute(series.update().where(series.c.id == row.id).values(name="payref:" + row.name[8:]))
        invoices = {row.id: row for row in self.rows("invoices")}
        self._payments(invoices)
        self._credits(invoices)
        self._invoices(invoices)
        at = datetime.now(UTC)
        for name, last in self.counts.items():
            self.bind.execute(series.insert().values(name=name, last=last, created_at=at))

    def _payments(self, invoices: dict[int, Any]) -> None:
        credits_ = {row.number: row.id for row in self.rows("credits")}
        for row in self.rows("receipts"):
            if row.method == "credit":
                self.change("receipts", row.id, credit_id=credits_.get((row.external_reference or "").split("/")[0]))
                continue
            invoice = invoices[row.invoice_id]
            key = self.add(
                "payments", number=row.number, fair_id=row.fair_id, company_id=invoice.company_id, invoice_id=invoice.id,
                state="confirmed", method=row.method, external_reference=row.external_reference,
                amount_minor=row.amount_minor, refunded_minor=0, currency=row.currency, payer="",
                received_on=row.received_on, confirmed_at=row.created_at, ended_because="",
                recorded_by_id=row.recorded_by_id, recorded_for_id=row.recorded_for_id, note=row.note,
                created_at=row.created_at,
            )  # fmt: skip
            self.change("receipts", row.id, payment_id=key)
            self.book("payment", invoice, key, row.number, row.received_on, -row.amount_minor, row.created_at)

    def _credits(self, invoices: dict[int, Any]) -> None:
        receipts = self.rows("receipts")
        used: Counter[int] = Counter()
        came_by: dict[int, set[int]] = defaultdict(set)
        for row in receipts:
            if row.credit_id is not None:
                used[row.credit_id] += row.amount_minor
            if row.payment_id is not None:
                came_by[row.invoice_id].add(row.payment_id)
        for row in self.rows("credits"):
            only = came_by[row.invoice_id]
            left, payment_id = row.amount_minor, next(iter(only)) if len(only) == 1 else None
            if row.state == "settled" and left:
                self._paid_back(row, payment_id)
                left = 0
            self.change(
                "credits", row.id, given_minor=row.amount_minor + used[row.id], amount_minor=left, payment_id=payment_id
            )
            self._take_off(invoices, row.invoice_id, row.id, row.number, row.amount_minor + used[row.id], row)
        for invoice in list(invoices.values()):
            over = invoice.received_minor - invoice.total_minor
            if invoice.state == "cancelled" or over <= 0:
                continue
            on = max((row.received_on for row in receipts if row.invoice_id == invoice.id), default=invoice.issued_on)
            number = self.number(self.codes[invoice.fair_id], "CR", on)
            key = self.add(
                "credits", number=number, fair_id=invoice.fair_id, company_id=invoice.company_id, invoice_id=invoice.id,
                given_minor=over, amount_minor=over, reserved_minor=0, currency=invoice.currency,
                reason="Nộp thừa", state="open", settled_by="", created_at=datetime.now(UTC),
            )  # fmt: skip
            self._take_off(invoices, invoice.id, key, number, over, invoice)

    def _paid_back(self, row: Any, payment_id: int | None) -> None:
        on = row.settled_on or row.created_at.date()
        number = self.number(self.codes[row.fair_id], "RF", on)
        key = self.add(
            "refunds", number=number, fair_id=row.fair_id, company_id=row.company_id, credit_id=row.id,
            payment_id=payment_id, state="done", method="transfer", amount_minor=row.amount_minor, currency=row.currency,
            reason=row.reason, idempotency_key=f"before-{row.id}", external_reference=row.settled_by, done_on=on,
            ended_because="", created_at=row.created_at,
        )  # fmt: skip
        self.book("refund", row, key, number, on, row.amount_minor, row.created_at)

    def _take_off(
        self, invoices: dict[int, Any], invoice_id: int, credit_id: int, credit: str, amount: int, row: Any
    ) -> None:
        on = row.created_at.date()
        self.add(
            "receipts", number=self.number(self.codes[row.fair_id], "O", on), fair_id=row.fair_id, invoice_id=invoice_id,
            credit_id=credit_id, received_on=on, method="credit", external_reference=credit, amount_minor=-amount,
            currency=row.currency, note="", created_at=row.created_at,
        )  # fmt: skip
        table = self.t["invoices"]
        self.bind.execute(
            table.update().where(table.c.id == invoice_id).values(received_minor=table.c.received_minor - amount)
        )

    def _invoices(self, invoices: dict[int, Any]) -> None:
        entries = self.t["audit_entries"]
        ended = {
            row.subject_id: row.created_at
            for row in self.bind.execute(
                sa.select(entries.c.subject_id, entries.c.created_at).where(entries.c.action == "payments.cancel")
            )
        }
        lines, parts = defaultdict(list), defaultdict(list)
        for row in self.rows("invoice_lines"):
            lines[row.invoice_id].append(row)
        for row in self.rows("instalments"):
            parts[row.invoice_id].append(row)
        for invoice in invoices.values():
            code, is_cancelled = self.codes[invoice.fair_id], invoice.state == "cancelled" and invoice.total_minor > 0
            for part in parts[invoice.id]:
                self.change(
                    "instalments", part.id, number=self.number(code, "PR", invoice.issued_on), issued_on=invoice.issued_on,
                    credited_minor=part.amount_minor if is_cancelled else 0,
                )  # fmt: skip
            at = invoice.created_at
            self.book("invoice", invoice, invoice.id, invoice.number, invoice.issued_on, invoice.total_minor, at)
            if not is_cancelled:
                continue
            at = ended.get(invoice.id, at)
            number = self.number(code, "CN", at.date())
            key = self.add(
                "credit_notes", number=number, fair_id=invoice.fair_id, company_id=invoice.company_id,
                invoice_id=invoice.id, issued_on=at.date(), reason=invoice.note or "Hủy hóa đơn",
                currency=invoice.currency, total_minor=invoice.total_minor, created_at=at,
            )  # fmt: skip
            for line in lines[invoice.id]:
                names = ("position", "kind", "text_vi", "text_en", "net_minor", "vat_percent", "vat_minor", "currency")
                self.add(
                    "credit_note_lines",
                    credit_note_id=key,
                    created_at=at,
                    **{name: getattr(line, name) for name in names},
                )
            self.change("invoices", invoice.id, credited_minor=invoice.total_minor)
            self.book("credit_note", invoice, key, number, at.date(), -invoice.total_minor, at)
