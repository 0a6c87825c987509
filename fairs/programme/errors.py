"""What can be wrong with a figure entered by hand."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NotQuantified(Conflict):
    """The plan gives this item no number, so none is entered."""

    code = "not_quantified"
    message = _l("The plan sets no figure for this item, so none is entered.")


class BudgetExceeded(Conflict):
    """More would be committed than the line has left."""

    code = "budget_exceeded"
