"""A bank statement of 12,000 lines against 12,000 open invoices: read, matched and kept; then recorded.

Prints one JSON object. ``read_matched_cpu_seconds`` is the whole way from the bytes of the file to its lines in the database,
each with its verdict; ``recorded_*`` puts the matched ones into the books through the services of payments, one transaction
for each line.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta

from sqlalchemy import insert, select

from fairs.accounts.models import User
from fairs.app import create_app
from fairs.banking.models import BankLine
from fairs.banking.queries import counts_of
from fairs.banking.service import account_of, carry_on, hand_in, read_statement
from fairs.banking.states import LineState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.directory.models import Company
from fairs.payments.models import Instalment, Invoice
from fairs.payments.numbers import payment_reference
from fairs.payments.states import InvoiceState
from tests.factories.statements import csv_file, grid, many_rows

LINES = 12_000
RECORDED = 1_000  # of the matched lines; each costs the same


def main() -> None:
    """Measure in the database of the environment."""
    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).order_by(Fair.id)).first()
        user = db.session.scalars(select(User).where(User.email == "finance@fairs.example")).one()
        if fair is None:
            raise RuntimeError("the demonstration is missing")
        by = Actor(user.id, user.name)
        references = _invoices(fair)
        upload = csv_file(grid(many_rows(references, fair.today - timedelta(days=1)), "vietcombank"))
        account = account_of(fair.id, None, app.extensions["fairs_config"])
        begun, cpu = time.perf_counter(), time.process_time()
        statement = read_statement(hand_in(fair, upload, account, by=by), fair, account, by=by)
        read_wall, read_cpu = time.perf_counter() - begun, time.process_time() - cpu
        matched = sum(many for _kind, state, many in counts_of(statement.id) if state is LineState.MATCHED)
        with transaction():  # the rest stays for another day
            keep = db.session.scalars(
                select(BankLine.id).where(BankLine.statement_id == statement.id, BankLine.state == LineState.MATCHED)
                .order_by(BankLine.id).offset(RECORDED)
            ).all()  # fmt: skip
            for at in range(0, len(keep), 500):
                db.session.execute(
                    BankLine.__table__.update().where(BankLine.id.in_(keep[at : at + 500])).values(state="waiting")
                )
        begun, cpu = time.perf_counter(), time.process_time()
        recorded = carry_on(statement.id)
        wall, spent = time.perf_counter() - begun, time.process_time() - cpu
        print(
            json.dumps({
                "lines": LINES, "invoices": LINES, "matched": matched, "read_matched_seconds": round(read_wall, 2),
                "read_matched_cpu_seconds": round(read_cpu, 2), "recorded": recorded,
                "recorded_per_second": round(recorded / wall, 1), "recorded_cpu_ms_each": round(1000 * spent / recorded, 2),
            })
        )  # fmt: skip


def _invoices(fair: Fair) -> list[tuple[str, int]]:
    """So many open invoices, written as rows: issuing them is not what is measured."""
    moment, today = now(), fair.today
    company = db.session.scalars(select(Company.id).order_by(Company.id)).all()
    made = []
    with transaction():
        rows = []
        for number in range(LINES):
            reference = payment_reference(fair.code, 500_000 + number)
            amount = 12_960_000 + number
            made.append((reference, amount))
            rows.append({
                "number": f"{fair.code}-BENCH-{number:05d}", "payment_reference": reference, "fair_id": fair.id,
                "company_id": company[number % len(company)], "subject_type": "Bench", "subject_id": number,
                "state": InvoiceState.OPEN, "issued_on": today, "currency": "VND", "total_minor": amount, "credited_minor": 0,
                "received_minor": 0, "note": "", "created_at": moment,
            })  # fmt: skip
        db.session.execute(insert(Invoice), rows)
        ids = db.session.execute(
            select(Invoice.id, Invoice.number, Invoice.total_minor).where(Invoice.subject_type == "Bench")
        )
        parts = [
            {
                "invoice_id": key, "kind": kind, "number": f"{number}-{kind[0]}", "issued_on": today, "due_on": due,
                "amount_minor": part, "credited_minor": 0, "currency": "VND", "created_at": moment,
            }
            for key, number, total in ids
            for kind, due, part in (
                ("deposit", today + timedelta(days=7), total // 2), ("balance", today + timedelta(days=30), total - total // 2),
            )
        ]  # fmt: skip
        db.session.execute(insert(Instalment), parts)
    return made


if __name__ == "__main__":
    main()
