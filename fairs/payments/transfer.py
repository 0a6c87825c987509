"""How to pay an invoice: account, reference, and the VietQR code that fills in the transfer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairs.config import Config
from fairs.core.money import Money
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import Covered, next_open
from fairs.payments.vietqr import BadVietQR, payload


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the payer types or scans. ``code`` is the text of the VietQR code, None for other currencies than VND."""

    bank: str
    account: str
    holder: str
    reference: str
    amount: Money
    due: Covered
    code: str | None


def transfer_for(invoice: Invoice, config: Config, today: date, of: Instalment | None = None) -> Transfer | None:
    """The transfer for the instalment that is to be paid next, or for ``of``; None when nothing is owed on it."""
    due = next_open(invoice, today, of)
    if due is None:
        return None
    return Transfer(
        bank=config.bank_name,
        account=config.bank_account,
        holder=config.bank_account_name,
        reference=invoice.payment_reference,
        amount=due.open,
        due=due,
        code=_code(invoice, due.open, config),
    )


def _code(invoice: Invoice, amount: Money, config: Config) -> str | None:
    if invoice.currency != "VND" or not config.bank_bin:
        return None
    try:
        return payload(
            config.bank_bin, config.bank_account.replace(" ", ""), amount.amount_minor, invoice.payment_reference
        )
    except BadVietQR:
        # A wrong setting of the bank must not take the invoice away: it is paid by typing the account.
        return None
