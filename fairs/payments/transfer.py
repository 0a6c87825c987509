"""How to pay an invoice: account, reference, and the VietQR code that fills in the transfer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairs.config import Config
from fairs.core.money import Money
from fairs.payments.accounts import Target, account_for
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import Covered, next_open
from fairs.payments.vietqr import BadVietQR, payload


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the payer types or scans. ``code`` is the text of the VietQR code, None for other currencies than VND.

    ``swift``, ``iban`` and ``address`` of the bank are empty unless the payer is abroad or pays in another currency.
    """

    bank: str
    account: str
    holder: str
    reference: str
    amount: Money
    due: Covered
    code: str | None
    swift: str = ""
    iban: str = ""
    address: str = ""


def transfer_for(invoice: Invoice, config: Config, today: date, of: Instalment | None = None) -> Transfer | None:
    """The transfer for the instalment that is to be paid next, or for ``of``, to the account of its fair and currency.

    None when nothing is owed on it.
    """
    due = next_open(invoice, today, of)
    if due is None:
        return None
    target = account_for(invoice.fair_id, invoice.currency, config)
    abroad = invoice.currency != "VND" or not invoice.company.is_domestic
    return Transfer(
        bank=target.bank,
        account=target.number,
        holder=target.holder,
        reference=invoice.payment_reference,
        amount=due.open,
        due=due,
        code=vietqr_code(target, due.open, invoice.payment_reference),
        swift=target.swift if abroad else "",
        iban=target.iban if abroad else "",
        address=target.address if abroad else "",
    )


def vietqr_code(target: Target, amount: Money | None, reference: str | None) -> str | None:
    """The text of the VietQR code for an account; None for another currency than dong, or an account that fits none."""
    if (amount is not None and amount.currency != "VND") or not target.bin:
        return None
    try:
        return payload(target.bin, target.number, amount.amount_minor if amount else None, reference)
    except BadVietQR:
        # A wrong setting of the bank must not take the invoice away: it is paid by typing the account.
        return None
