"""What can go wrong with site work."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NoBooth(Conflict):
    """Site work begins with a reserved or confirmed booth."""

    code = "no_booth"
    message = _l("First a booth has to be reserved.")


class OutOfStock(Conflict):
    """Less is left than was ordered."""

    code = "out_of_stock"
    message = _l("There is not enough left of this.")


class OrdersClosed(Conflict):
    """It is too late to order or to change."""

    code = "orders_closed"
    message = _l("It is too late for this order. Please call the organiser.")


class QuotaFull(Conflict):
    """All badges of the quota are given."""

    code = "quota_full"
    message = _l("All badges of your quota are taken. Ask for one more with the reason, or replace somebody.")


class NotPaid(Conflict):
    """Something is still owed."""

    code = "not_paid"
    message = _l("Build-up is permitted only when everything is paid.")


class TooManyContractors(Conflict):
    """More people who build than the organiser lets in for one exhibitor."""

    code = "too_many_contractors"
    message = _l("No more contractors may be named.")
