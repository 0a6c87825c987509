"""What a newcomer should see of money that goes back: a credit used, one that waits, refunds in each state, and the check."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.books.service import check_books
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.text import fold
from fairs.directory.models import Company, Membership
from fairs.payments.models import Credit, Invoice, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, finish_refund, request_refund
from fairs.payments.service import PaymentDraft, record_payment
from fairs.payments.states import InvoiceState
from fairs.payments.transfers import AccountDraft, give_account, make_transfer_list, use_credit

_BANKS = (("Vietcombank Thăng Long", "970436"), ("BIDV Gia Lâm", "970418"), ("Agribank Thường Tín", "970405"))
_AMOUNTS = (3_000_000, 2_160_000, 4_320_000, 1_080_000, 540_000)


def load_refunds(fair: Fair, users: dict[str, User]) -> int:
    """Five companies have paid twice or too much: one by one what becomes of it. Gives the number of refunds."""
    finance, organiser = (Actor(users[role].id, users[role].name) for role in ("finance", "organiser"))
    own = db.session.scalar(select(Membership.company_id).where(Membership.user_id == users["exhibitor"].id)) or 0
    part_paid = _invoices(fair, InvoiceState.PARTLY_PAID, own)[:1]
    paid = _invoices(fair, InvoiceState.PAID, own)[:3]
    companies = [one.company for one in (*part_paid, *paid)] + [db.session.get_one(Company, own)]
    credits_ = [_paid_twice(fair, company, number, finance) for number, company in enumerate(companies)]
    if part_paid:
        use_credit(credits_[0], part_paid[0], by=finance)
    refunds = [_ask(credit, number, finance) for number, credit in enumerate(credits_[1:-1])]
    sent = [approve_refund(one, by=organiser) for one in refunds[1:]]
    made = [make_transfer_list(fair, [one.number], key=f"demo-{one.number}", by=finance) for one in sent]
    if made:
        finish_refund(sent[-1], reference=f"DEMO{fair.code}RF", on=fair.today, by=finance)
    give_account(
        companies[-1], AccountDraft(fold(companies[-1].name).upper()[:70], "19034567890016", "Techcombank Hà Nội", "970407"),
        by=Actor(users["exhibitor"].id, users["exhibitor"].name),
    )  # fmt: skip
    return len(refunds)


def load_check() -> None:
    """The check of last night, so that the books show green from the first page on."""
    check_books()


def _invoices(fair: Fair, state: InvoiceState, own: int) -> list[Invoice]:
    return list(
        db.session.scalars(
            select(Invoice)
            .where(Invoice.fair_id == fair.id, Invoice.state == state, Invoice.company_id != own)
            .order_by(Invoice.id.desc())
        )
    )


def _paid_twice(fair: Fair, company: Company, number: int, by: Actor) -> Credit:
    payment = record_payment(
        PaymentDraft(
            fair.id, fair.code, company.id, Money(_AMOUNTS[number], fair.currency), fair.today - timedelta(days=9 - number),
            "transfer", f"DEMO{fair.code}X{number:03d}", payer=company.name, note="Chuyển khoản hai lần",
        ),
        by=by,
    )  # fmt: skip
    return payment.credits[0]


def _ask(credit: Credit, number: int, by: Actor) -> Refund:
    bank, code = _BANKS[number % len(_BANKS)]
    account = {"holder": credit.company.name[:120], "number": f"00112233445{number}", "bank": bank, "bin": code}
    return request_refund(
        credit, RefundDraft(credit.free, "transfer", "Đơn vị chuyển khoản hai lần, có công văn đề nghị hoàn trả.", account),
        by=by,
    )  # fmt: skip
