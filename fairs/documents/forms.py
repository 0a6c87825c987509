"""Forms of selections, signatures and texts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, UploadField
from fairs.documents.kinds import Texts


class HeadForm(Form):
    """Title and the day by which the decision is needed."""

    title = Text(_l("Title"), length=300, required=True)
    due_on = DayField(_l("Decision needed by"))


class SubmitForm(Form):
    """Handing in for signature; both are known only after the registry has numbered the submission."""

    submission_number = Text(_l("Number of the submission"), length=60)
    submitted_on = DayField(_l("Day of the submission"))


class SignatureForm(Form):
    """What stands on the signed decision."""

    number = Text(_l("Number of the decision"), length=60, required=True)
    day = DayField(_l("Day of the decision"), required=True)
    signer = Text(_l("Signed by"), length=200)
    scan = UploadField(_l("Scan of the signed decision"))
    confirmed = BooleanField(_l("The number is right: it is another decision."))


class ReasonForm(Form):
    """Why something comes back or ends."""

    reason = LongText(_l("Reason"), length=2000, required=True)


class AmountForm(Form):
    """Another amount in an amending decision."""

    amount = MoneyField(_l("Amount"), required=True)


class TextsForm(Form):
    """The texts of a paper."""

    superior = LongText(_l("Superior authority (upper left)"), length=200)
    organisation = LongText(_l("Issuing organisation"), length=200, required=True)
    symbol = Text(_l("Sign after the number"), length=30, required=True)
    place = Text(_l("Place"), length=60)
    heading = LongText(_l("Subject"), length=600, required=True)
    addressee = Text(_l("Addressed to"), length=200)
    authority = Text(_l("Who decides"), length=200)
    bases = LongText(_l("Legal bases, one a line"), length=4000)
    body = LongText(_l("Text or articles, one paragraph a line"), length=12000, required=True)
    recipients = LongText(_l("Recipients, one a line"), length=1500)
    signer = LongText(_l("Position of the signer"), length=200, required=True)

    def texts(self) -> Texts:
        """What was typed."""
        return Texts.of({name: field.data or "" for name, field in self._fields.items()})
