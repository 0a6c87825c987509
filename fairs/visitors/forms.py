"""The forms of visitors: the public one, and the four fields of the desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from fairs.badges.states import BadgeCategory
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.forms import CountryField, Form, Text
from fairs.core.i18n import current_locale
from fairs.directory.forms import Choice, EmailText, PhoneText
from fairs.visitors.service import CONSENTS, DESK_CATEGORIES, VisitorDraft


class VisitForm(Form):
    """A trade visitor registers; e-mail or phone, whichever there is."""

    name = Text(_l("Your name"), length=200, required=True)
    company_name = Text(_l("Company or organisation"), length=250, required=True)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    email = EmailText(_l("E-mail"))
    phone = PhoneText(_l("Telephone"))

    consent_registration = BooleanField(
        _l("The organiser may keep these details to handle my registration and make my badge."),
        [InputRequired(_l("Without this we may not keep your registration."))],
    )
    consent_sharing = BooleanField(_l("Exhibitors whose booth I visit may keep my name and company."))
    consent_photos = BooleanField(_l("Photos and videos of the fair that show me may be published."))
    consent_mailings = BooleanField(_l("Write to me about later fairs in Hanoi."))

    def draft(self) -> VisitorDraft:
        """What was typed."""
        return VisitorDraft(
            name=self.name.data or "",
            company_name=self.company_name.data or "",
            country=self.country.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            consents=tuple(kind for kind in CONSENTS if self[f"consent_{kind}"].data),
            locale=current_locale(),
        )


def category_choices() -> list[tuple[str, str]]:
    """What the desk can register."""
    return [(category.value, str(category.label)) for category in DESK_CATEGORIES]


class DeskForm(Form):
    """A new person at the desk: four fields. ``contact`` takes a phone number or an e-mail address."""

    name = Text(_l("Name"), length=200, required=True)
    company_name = Text(_l("Company or organisation"), length=250)
    contact = Text(_l("Phone or e-mail"), length=255)
    category = Choice(_l("Category"), choices=category_choices, default=BadgeCategory.TRADE.value)

    def add_error(self, error: DomainError) -> None:
        """E-mail and phone share one field here."""
        if error.field in {"email", "phone"}:
            error.field = "contact"
        super().add_error(error)

    def draft(self) -> VisitorDraft:
        """What was typed; raises InvalidInput for a category that is not in the list."""
        contact = (self.contact.data or "").strip()
        return VisitorDraft(
            name=self.name.data or "",
            company_name=self.company_name.data or "",
            email=contact if "@" in contact else "",
            phone="" if "@" in contact else contact,
            category=_category(self.category.data),
        )


class KnownForm(Form):
    """Somebody whom the register has already."""

    person_id = HiddenField()
    category = HiddenField(default=BadgeCategory.TRADE.value)

    def person(self) -> int:
        """The person's key; raises InvalidInput."""
        text = str(self.person_id.data or "")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise InvalidInput(field="person_id")
        return int(text)

    def chosen_category(self) -> BadgeCategory:
        """The category chosen at the desk; raises InvalidInput."""
        return _category(self.category.data)


def _category(value: Any) -> BadgeCategory:
    if value not in set(BadgeCategory):
        raise InvalidInput(_l("Please choose from the list."), field="category")
    return BadgeCategory(value)
