"""Numbers of money documents have no gap and no double, whoever works at the same time and whatever is rolled back."""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.directory.models import Company
from fairs.payments.invoicing import LineDraft, issue_credit_note
from fairs.payments.models import CreditNote, Instalment, Invoice, Payment
from tests.factories.deals import Office, office, vnd

CLIENTS, ROUNDS = 4, 6
LAST, FIRST = date(2026, 12, 31), date(2027, 1, 1)


class Broken(Exception):
    """What ends a transaction in the middle."""


def test_clients_at_the_turn_of_the_year_leave_no_gap_and_no_double(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        fair_id, company_id = place.fair.id, place.exporter.id
    start, references = Barrier(CLIENTS), count()

    def work(client: int) -> int:
        kept = 0
        with real_app.app_context():
            company = db.session.get_one(Company, company_id)
            mine = Office(db.session.get_one(Fair, fair_id), company, company)
            start.wait()
            for n in range(ROUNDS):
                try:
                    with transaction():
                        day = FIRST if (n + client) % 2 else LAST
                        invoice = mine.invoice(issued_on=day, deposit_due_on=day + timedelta(days=7),
                                               balance_due_on=day + timedelta(days=30))  # fmt: skip
                        line = LineDraft("discount", "Giảm", "Less", vnd(1_000_000), 8)
                        issue_credit_note(invoice, [line], reason="Giảm giá", by=SYSTEM, on=day)
                        mine.receipt(invoice, 1000, f"REF-{next(references)}")
                        if (n + client) % 3 == 0:
                            raise Broken
                    kept += 1
                except Broken:
                    pass
        return kept

    with ThreadPoolExecutor(CLIENTS) as pool:
        kept = sum(pool.map(work, range(CLIENTS)))
    assert 0 < kept < CLIENTS * ROUNDS
    with real_app.app_context():
        found = defaultdict(list)
        for model in (Invoice, Instalment, CreditNote, Payment):
            for number in db.session.scalars(select(model.number)):
                read = re.fullmatch(r"[A-Z0-9]+-([A-Z]+[0-9]{2})-([0-9]{5})", str(number))
                assert read is not None, number
                found[model.__name__, read[1]].append(int(read[2]))
    assert len(found["Invoice", "INV26"]) + len(found["Invoice", "INV27"]) == kept
    assert {series for _model, series in found} >= {"INV26", "INV27", "PR26", "PR27", "CN26", "CN27"}
    for key, numbers in found.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), key
