"""What can go wrong with invoices and receipts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class InvoiceClosed(Conflict):
    """Nothing can be received for a cancelled or waived invoice."""

    code = "invoice_closed"
    message = _l("Nothing is owed on this invoice any more.")


class ReceiptKnown(Conflict):
    """This bank line was recorded before: it is counted once."""

    code = "receipt_known"
    message = _l("This bank reference has been recorded already.")


class WrongAmount(InvalidInput):
    """The amount is not above zero or in another currency."""

    code = "wrong_amount"
    message = _l("Write the amount received, above zero, in the invoice's currency.")


class ReceivedMeanwhile(Conflict):
    """Somebody recorded money for this invoice while the form was open, or the form was sent twice."""

    code = "received_meanwhile"
    message = _l("Money was recorded for this invoice in the meantime. Look at its receipts before you record more.")


class MoneyUsed(Conflict):
    """What came by this payment was used elsewhere or is on its way back: it cannot be taken back as a whole."""

    code = "money_used"
    message = _l("Part of this money was used elsewhere meanwhile, or is on its way back. Finance settles it by hand.")
