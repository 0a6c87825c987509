"""What can go wrong with daily sales."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class NoSalesReturns(Conflict):
    """Nothing can be declared: the fair is no public fair, the booth is not confirmed, or the fair is reported."""

    code = "no_sales_returns"
    message = _l("Daily sales are declared for confirmed booths of public fairs.")


class DeclaredMeanwhile(Conflict):
    """The day was declared or corrected by somebody else since the form was opened."""

    code = "declared_meanwhile"
    message = _l("Somebody declared this day in the meantime. Compare, then save again to correct it.")


class UnusualAmount(InvalidInput):
    """The amount is far from what such booths sell; it is saved when the person says that it is right."""

    code = "unusual_amount"
    message = _l("This is far from what such booths sell on a day. If it is right, tick the box below and save again.")
