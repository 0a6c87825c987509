"""Forms of booking."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from fairs.core.forms import Form, Text


class ReviewForm(Form):
    """The last step: the name on the booth and the terms."""

    fascia_name = Text(_l("Name on the fascia board"), length=120, required=True)
    terms = BooleanField(_l("I have read the terms and accept them for my company."))


class ClerkForm(Form):
    """A clerk books for a caller."""

    exhibitor = HiddenField()
    fascia_name = Text(_l("Name on the fascia board"), length=120)


class ReasonForm(Form):
    """Why something is blocked or cancelled."""

    reason = Text(_l("Reason"), length=200, required=True)
