"""What can go wrong with daily sales."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NoSalesReturns(Conflict):
    """Nothing can be declared: the fair is no public fair, the booth is not confirmed, or the fair is reported."""

    code = "no_sales_returns"
    message = _l("Daily sales are declared for confirmed booths of public fairs.")
