"""What a credit note would do, before it is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from fairs.core.money import Money
from fairs.payments.documents import PartLine, RateSum, rate_sums
from fairs.payments.errors import WrongAmount
from fairs.payments.invoicing import LineDraft
from fairs.payments.models import Invoice


@dataclass(frozen=True, slots=True)
class NotePreview:
    """The lines of the note and what is owed, received and given back after it."""

    lines: list[PartLine]
    rates: list[RateSum]
    total: Money
    owed: Money
    credit: Money


def preview_of(invoice: Invoice, drafts: Sequence[LineDraft]) -> NotePreview:
    """What the note does; raises WrongAmount where it would be refused."""
    lines = [
        PartLine(
            n, one.kind, one.text_vi, one.text_en, one.net, one.vat_percent, Money(one.vat_minor, invoice.currency)
        )
        for n, one in enumerate(drafts, 1)
    ]
    total = Money(sum(line.gross.amount_minor for line in lines), invoice.currency)
    if not 0 < total.amount_minor <= invoice.owed.amount_minor:
        raise WrongAmount(_l("A credit note is above zero and not above what is still owed on the invoice."))
    owed = invoice.owed - total
    over = max(0, invoice.received_minor - owed.amount_minor)
    return NotePreview(lines, rate_sums(lines), total, owed, Money(over, invoice.currency))
