"""A statement of the bank with lines that were recorded by themselves, and lines that wait at the desk."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.banking.service import account_of, read_at_once
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.storage import Upload
from fairs.core.text import fold
from fairs.payments.models import Invoice
from fairs.payments.queries import next_open
from fairs.payments.states import InvoiceState

_HEADS = (
    "STT", "Ngày giao dịch/ TNX Date", "Số tham chiếu/ Doc No", "Số tiền ghi nợ/ Debit", "Số tiền ghi có/ Credit",
    "Số dư/ Balance", "Mô tả/ Transactions in detail", "Tên người chuyển",
)  # fmt: skip


def load_statement(fair: Fair, users: dict[str, User]) -> int:
    """Read yesterday's statement; returns how many lines it has."""
    invoices = db.session.scalars(
        select(Invoice)
        .where(Invoice.fair_id == fair.id, Invoice.state == InvoiceState.OPEN, Invoice.currency == "VND")
        .options(joinedload(Invoice.company))
        .order_by(Invoice.id.desc())
        .limit(7)
    ).all()
    due = [(one, part.open.amount_minor) for one in invoices if (part := next_open(one, fair.today)) is not None]
    if len(due) < 7:
        return 0
    lines = _lines(due)
    day, balance = fair.today - timedelta(days=1), 1_250_000_000
    out = io.StringIO()
    table = csv.writer(out)
    table.writerows([["SAO KÊ TÀI KHOẢN"], [], _HEADS])
    for number, (amount, text, payer) in enumerate(lines, 1):
        balance += amount
        money = ("", f"{amount:,}") if amount > 0 else (f"{-amount:,}", "")
        table.writerow(
            [number, f"{day:%d/%m/%Y}", f"5214.{number:05d}.{day:%d%m%y}", *money, f"{balance:,}", text, payer]
        )
    finance = users["finance"]
    account = account_of(fair.id, None, current_app.extensions["fairs_config"])
    upload = Upload(f"sao-ke-{day:%Y-%m-%d}.csv", out.getvalue().encode("utf-8-sig"))
    return read_at_once(fair, upload, account, by=Actor(finance.id, finance.name)).new_lines


def _lines(due: list[tuple[Invoice, int]]) -> list[tuple[int, str, str]]:
    """What the bank makes of it: (amount, text, payer)."""
    (one, a), (two, b), (three, c), (four, d), (five, e), (six, f), (seven, g) = due

    def name(invoice: Invoice) -> str:
        return fold(invoice.company.name).upper()

    wrong = three.payment_reference
    wrong = f"{wrong[:6]}{(int(wrong[6]) + 1) % 10}{wrong[7:]}"
    return [
        (a, f"MBVCB.8810021.{one.payment_reference}.dat coc gian hang.CT tu 0071000", name(one)),
        (b, f"tt {two.payment_reference[:4]} {two.payment_reference[4:]} tien coc", name(two)),
        (c, f"Dat coc gian hang ma {wrong}", name(three)),
        (d, f"Nop tien ho don vi {four.payment_reference}", "TRAN THI MAU"),
        (e, f"IBFT {five.payment_reference[:-2]}", name(five)),
        (f + g, f"Thanh toan {six.payment_reference} va {seven.payment_reference}", "HOI LANG NGHE MAU"),
        (3_500_000, "Nop tien hoi cho", "HO KINH DOANH MAU"),
        (-22_000, "Phi dich vu SMS Banking", ""),
    ]
