"""Money of companies at a fair, made through the services: credits, refunds, and what the books say of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fairs.core.actor import SYSTEM, Actor
from fairs.core.money import Money
from fairs.directory.models import Company
from fairs.payments.models import Credit, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, request_refund, send_refund
from fairs.payments.service import PaymentDraft, record_payment
from tests.factories.deals import Office

ACCOUNT = {"holder": "Công ty Gốm Bát Tràng Đỏ", "number": "0011223344", "bank": "Vietcombank Hà Nội", "bin": "970436"}


def paid_in(place: Office, amount: int = 1_000_000, *, company: Company | None = None, **values: Any) -> Credit:
    """Money that stands for no invoice: a credit."""
    draft = {
        "fair_id": place.fair.id, "fair_code": place.fair.code, "company_id": (company or place.exporter).id,
        "amount": Money(amount, "VND"), "received_on": place.fair.today, "method": "transfer",
        "external_reference": uuid4().hex,
    }  # fmt: skip
    return record_payment(PaymentDraft(**{**draft, **values}), by=SYSTEM).credits[0]


def asked_back(
    credit: Credit, amount: int | None = None, *, by: Actor = SYSTEM, method: str = "transfer", **account: str
) -> Refund:
    """A refund that waits for approval."""
    money = credit.free if amount is None else Money(amount, credit.currency)
    account = (account or ACCOUNT) if method == "transfer" else {}
    return request_refund(credit, RefundDraft(money, method, "Nộp thừa", account), by=by)


def approved(credit: Credit, amount: int | None = None, **values: Any) -> Refund:
    """A refund that a second person agreed to."""
    return approve_refund(asked_back(credit, amount, **values), by=SYSTEM)


def sent(credit: Credit, amount: int | None = None) -> Refund:
    """A refund in transit."""
    return send_refund(approved(credit, amount), by=SYSTEM)
