"""Forms of an application to exhibit."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from fairs.core.forms import Form, LongText, Text
from fairs.directory import consents
from fairs.directory.forms import CompanyForm, EmailText, GroupsField, OnBehalfMixin, PhoneText, RadioChoice
from fairs.exhibitors.lists import line_choices, rule_choices
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import Consents, ContactDraft, ProductsDraft

TRACK_CHOICES = (
    ("paying", _l("Paying: the full price of the booth")),
    ("supported", _l("Supported: for craft households and enterprises with a decision on support")),
)
_NEEDED = InputRequired(_l("Without this consent we may not keep the application."))


class ProductsForm(Form):
    """What will be shown."""

    group_codes = GroupsField(_l("Product groups at this fair"), required=True)
    products = LongText(_l("What will you show?"), length=2000, required=True)
    track = RadioChoice(_l("Price of the booth"), choices=TRACK_CHOICES, default="paying")
    wishes = LongText(_l("Wishes about the place"), length=1000)

    def fill(self, exhibitor: Exhibitor) -> None:
        """Show what is known (for GET)."""
        self.group_codes.data = exhibitor.groups
        self.products.data, self.wishes.data = exhibitor.products, exhibitor.wishes
        self.track.data = exhibitor.track

    def draft(self) -> ProductsDraft:
        """What was typed."""
        return ProductsDraft(
            tuple(self.group_codes.data or ()), self.products.data or "", self.wishes.data or "", self.track.data or ""
        )


class ContactForm(Form):
    """Who answers for the application."""

    contact_name = Text(_l("Contact person"), length=200, required=True)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))

    def fill(self, exhibitor: Exhibitor) -> None:
        """Show what is known (for GET)."""
        self.contact_name.data = exhibitor.contact_name
        self.contact_email.data, self.contact_phone.data = exhibitor.contact_email, exhibitor.contact_phone

    def draft(self) -> ContactDraft:
        """What was typed."""
        return ContactDraft(self.contact_name.data or "", self.contact_email.data or "", self.contact_phone.data or "")


class ConsentForm(Form):
    """Handing in: each consent by itself, none ticked beforehand."""

    registration = BooleanField(consents.REGISTRATION.text, [_NEEDED])
    sharing = BooleanField(consents.SHARING.text)
    mailings = BooleanField(consents.MAILINGS.text)

    def given(self) -> Consents:
        """What was agreed to."""
        return Consents(bool(self.registration.data), bool(self.sharing.data), bool(self.mailings.data))


class FileForSomebodyForm(OnBehalfMixin, CompanyForm):
    """The whole application on one page, for a clerk with a paper form or somebody on the telephone."""

    group_codes = GroupsField(_l("Product groups"), required=True)
    products = LongText(_l("What will they show?"), length=2000, required=True)
    track = RadioChoice(_l("Price of the booth"), choices=TRACK_CHOICES, default="paying")
    wishes = LongText(_l("Wishes about the place"), length=1000)
    contact_name = Text(_l("Contact person"), length=200, required=True)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))
    registration = BooleanField(
        _l("They agreed, in writing or on the telephone, that these details are kept and used for this registration."),
        [_NEEDED],
    )
    sharing = BooleanField(consents.SHARING.text)
    mailings = BooleanField(consents.MAILINGS.text)

    def products_draft(self) -> ProductsDraft:
        """What will be shown."""
        return ProductsDraft(
            tuple(self.group_codes.data or ()), self.products.data or "", self.wishes.data or "", self.track.data or ""
        )

    def contact_draft(self) -> ContactDraft:
        """Who answers for it."""
        return ContactDraft(self.contact_name.data or "", self.contact_email.data or "", self.contact_phone.data or "")

    def given(self) -> Consents:
        """What was agreed to."""
        return Consents(bool(self.registration.data), bool(self.sharing.data), bool(self.mailings.data))


class DecisionForm(Form):
    """Accept, put on the waiting list, refuse; the pressed button says which."""

    note = LongText(_l("Note or reason for the company"), length=1000)


class SupportForm(Form):
    """Propose one application for support; the reason is for suspected duplicates."""

    rule = SelectField(_l("Rule of support"))
    percent = Text(_l("Percent of the price"), length=4)
    line = SelectField(_l("Budget line"))
    reason = LongText(_l("Why it is no duplicate"), length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing: list[tuple[str, Any]] = [("", _l("Please choose"))]
        self.rule.choices, self.line.choices = [*nothing, *rule_choices()], [*nothing, *line_choices()]


class WithdrawForm(Form):
    """Why a company withdraws."""

    reason = LongText(_l("Reason"), length=400)
