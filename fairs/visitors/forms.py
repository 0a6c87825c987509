"""The forms of visitors: the public one, and the four fields of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from fairs.badges.states import BadgeCategory
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.forms import CountryField, Form, LongText, Text, UploadField
from fairs.core.i18n import current_locale
from fairs.directory.forms import Choice, EmailText, PhoneText, RadioChoice
from fairs.questions.forms import typed_answers
from fairs.visitors.consents import CONSENTS, text_of
from fairs.visitors.groups import GROUP_CATEGORIES, GroupDraft
from fairs.visitors.models import VisitorQuestion
from fairs.visitors.service import DESK_CATEGORIES, VisitorDraft


class ConsentMixin:
    """Each consent is a box of its own, never ticked beforehand; its words are those of the version that is kept."""

    consent_registration = BooleanField(
        text_of("registration"), [InputRequired(_l("Without this we may not keep your registration."))]
    )
    consent_sharing = BooleanField(text_of("sharing"))
    consent_photos = BooleanField(text_of("photos"))
    consent_mailings = BooleanField(text_of("mailings"))

    def consents(self) -> tuple[str, ...]:
        """What was ticked."""
        return tuple(kind for kind in CONSENTS if self[f"consent_{kind}"].data)  # type: ignore[index]


class VisitForm(ConsentMixin, Form):
    """A trade visitor registers; e-mail or phone, whichever there is."""

    category = BadgeCategory.TRADE

    name = Text(_l("Your name"), length=200, required=True)
    company_name = Text(_l("Company or organisation"), length=250, required=True)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    email = EmailText(_l("E-mail"))
    phone = PhoneText(_l("Telephone"))

    def draft(self, questions: Sequence[VisitorQuestion] = ()) -> VisitorDraft:
        """What was typed, with the answers to the fair's own questions."""
        return VisitorDraft(
            name=self.name.data or "",
            company_name=self.company_name.data or "",
            country=self.country.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            category=self.category,
            consents=self.consents(),
            locale=current_locale(),
            answers=typed_answers(self, questions),
        )


class PressForm(VisitForm):
    """Press says where it works and shows a card; the organiser looks at both before the badge goes out."""

    category = BadgeCategory.PRESS

    company_name = Text(_l("Newspaper, broadcaster or other outlet"), length=250, required=True)
    email = EmailText(_l("E-mail"))
    press_card = Text(_l("Number of the press card"), length=60)
    press_file = UploadField(_l("Picture of the press card"))

    def draft(self, questions: Sequence[VisitorQuestion] = ()) -> VisitorDraft:
        """What was typed, with the card."""
        plain = super().draft(questions)
        return replace(plain, press_card=self.press_card.data or "", press_file=self.press_file.upload())


class KioskForm(ConsentMixin, Form):
    """What a visitor types at the tablet: as little as the badge needs."""

    name = Text(_l("Your name"), length=200, required=True)
    company_name = Text(_l("Company or organisation"), length=250, required=True)
    contact = Text(_l("Phone or e-mail"), length=255, required=True)

    def add_error(self, error: DomainError) -> None:
        """E-mail and phone share one field here."""
        if error.field in {"email", "phone"}:
            error.field = "contact"
        super().add_error(error)

    def draft(self, questions: Sequence[VisitorQuestion] = ()) -> VisitorDraft:
        """What was typed."""
        contact = (self.contact.data or "").strip()
        is_mail = "@" in contact
        return VisitorDraft(
            name=self.name.data or "", company_name=self.company_name.data or "", email=contact if is_mail else "",
            phone="" if is_mail else contact, consents=self.consents(), locale=current_locale(),
            answers=typed_answers(self, questions),
        )  # fmt: skip


class GroupForm(Form):
    """A group by its leader: one list, many badges."""

    name = Text(_l("Name of the group"), length=250, required=True)
    leader_name = Text(_l("Who leads the group"), length=200, required=True)
    leader_email = EmailText(_l("E-mail"))
    leader_phone = PhoneText(_l("Telephone"))
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    people = LongText(_l("List of people"), length=60_000)
    file = UploadField(_l("Or a sheet"))
    agreed = BooleanField(
        _l("Everybody on this list knows of it and agrees that the organiser keeps these details to make the badges.")
    )

    def draft(self) -> GroupDraft:
        """What was typed."""
        return GroupDraft(
            name=self.name.data or "", leader_name=self.leader_name.data or "", leader_email=self.leader_email.data or "",
            leader_phone=self.leader_phone.data or "", country=self.country.data or "", people=self.people.data or "",
            agreed=bool(self.agreed.data), locale=current_locale(),
        )  # fmt: skip


def group_category_choices() -> list[tuple[str, str]]:
    """What a group can be registered as by staff."""
    return [(category.value, str(category.label)) for category in GROUP_CATEGORIES]


class StaffGroupForm(GroupForm):
    """The same list handed in by staff, in any category and to a leader who may have no e-mail."""

    category = Choice(_l("Category"), choices=group_category_choices, default=BadgeCategory.TRADE.value)
    locale = Choice(_l("Language of the mail"), choices=[("vi", "Tiếng Việt"), ("en", "English"), ("ja", "日本語")])

    def draft(self) -> GroupDraft:
        """What was typed; raises InvalidInput for a category that is not in the list."""
        locale = self.locale.data if self.locale.data in {"vi", "en", "ja"} else "vi"
        return replace(super().draft(), category=_category(self.category.data), locale=locale)


class MoreForm(Form):
    """Further people for a group."""

    people = LongText(_l("List of people"), length=60_000, required=True)


class MemberForm(Form):
    """A name on a badge, corrected."""

    name = Text(_l("Name"), length=200, required=True)


class ReasonForm(Form):
    """Why."""

    reason = Text(_l("Reason"), length=400, required=True)


class CountingForm(Form):
    """Whether a category counts at this fair."""

    category = HiddenField()
    counts = RadioChoice(
        _l("At this fair"),
        choices=[("table", _l("as the table says")), ("yes", _l("counts as a visitor")), ("no", _l("does not count"))],
    )
    reason = Text(_l("Reason"), length=300)


class NewKioskForm(Form):
    """A kiosk to set up."""

    name = Text(_l("Name of the kiosk"), length=120, required=True)
    station = Choice(_l("Printer"), choices=[])


def category_choices() -> list[tuple[str, str]]:
    """What the desk can register."""
    return [(category.value, str(category.label)) for category in DESK_CATEGORIES]


class DeskForm(Form):
    """A new person at the desk: four fields. ``contact`` takes a phone number or an e-mail address."""

    name = Text(_l("Name"), length=200, required=True)
    company_name = Text(_l("Company or organisation"), length=250)
    contact = Text(_l("Phone or e-mail"), length=255)
    category = Choice(_l("Category"), choices=category_choices, default=BadgeCategory.TRADE.value)
    is_another = HiddenField()

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
