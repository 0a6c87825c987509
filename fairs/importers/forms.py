"""The registration form of importers, as they see it and as staff file it for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from fairs.core.errors import DomainError
from fairs.core.forms import CountryField, DayField, Form, LongText, Text
from fairs.core.i18n import LANGUAGE_NAMES, current_locale
from fairs.directory.forms import Choice, EmailText, GroupsField, OnBehalfMixin, PhoneText
from fairs.importers.consents import text_of
from fairs.importers.models import Importer
from fairs.importers.service import Profile, Registration
from fairs.importers.states import AnnualVolume, BuyerKind, ConsentKind, SupportWish


def _labels(states: Any, empty: str = "") -> Any:
    return lambda: [*([("", empty or "—")]), *((state.value, str(state.label)) for state in states)]


class ImporterForm(Form):
    """What an importer tells us; four consents, each on its own and none given in advance."""

    company_name = Text(_l("Company"), length=250, required=True)
    country = CountryField(_l("Country"), validate_choice=False)
    website = Text(_l("Web page"), length=255)
    buyer_kind = Choice(_l("Your business"), choices=_labels(BuyerKind), required=True)
    annual_volume = Choice(_l("What you buy of such goods in a year"), choices=_labels(AnnualVolume))

    native_name = Text(_l("Your name, as you write it"), length=200, required=True)
    passport_name = Text(_l("Your name in Latin letters, as in your passport"), length=200, required=True)
    badge_name = Text(_l("Another name for your badge"), length=200)
    job_title = Text(_l("Position"), length=120)
    email = EmailText(_l("E-mail"), required=True)
    phone = PhoneText(_l("Telephone"))

    group_codes = GroupsField(_l("What are you looking for?"), required=True)
    looking_for = LongText(_l("Anything special?"), length=2000)

    # Shown where the fair offers support (importers/_form.html); all of it may stay empty.
    stays_from = DayField(_l("First day at the fair"))
    stays_to = DayField(_l("Last day at the fair"))
    past_customers = LongText(_l("From whom do you buy now, and what?"), length=2000)
    meeting_wishes = LongText(_l("Whom would you like to meet?"), length=2000)
    support_wanted = Choice(_l("Support that you ask for"), choices=_labels(SupportWish, _l("None")))
    home_airport = Text(_l("Airport from which you fly"), length=3)

    consent_registration = BooleanField(
        text_of(ConsentKind.REGISTRATION),
        [InputRequired(_l("Without this we may not keep your registration."))],
    )
    consent_sharing = BooleanField(text_of(ConsentKind.SHARING))
    consent_photos = BooleanField(text_of(ConsentKind.PHOTOS))
    consent_mailings = BooleanField(text_of(ConsentKind.MAILINGS))

    def add_error(self, error: DomainError) -> None:
        """Services speak of a company's ``name``; here the field is called otherwise."""
        if error.field == "name":
            error.field = "company_name"
        super().add_error(error)

    def registration(self) -> Registration:
        """What was typed."""
        return Registration(
            company_name=self.company_name.data or "",
            country=self.country.data or "",
            website=self.website.data or "",
            native_name=self.native_name.data or "",
            passport_name=self.passport_name.data or "",
            badge_name=self.badge_name.data or "",
            job_title=self.job_title.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            buyer_kind=self.buyer_kind.data or "",
            annual_volume=self.annual_volume.data or "",
            group_codes=tuple(self.group_codes.data or ()),
            looking_for=self.looking_for.data or "",
            consents=tuple(kind.value for kind in ConsentKind if self[f"consent_{kind.value}"].data),
            locale=current_locale(),
            stays_from=self.stays_from.data,
            stays_to=self.stays_to.data,
            past_customers=self.past_customers.data or "",
            meeting_wishes=self.meeting_wishes.data or "",
            support_wanted=self.support_wanted.data or "",
            home_airport=self.home_airport.data or "",
        )


class StaffImporterForm(OnBehalfMixin, ImporterForm):
    """The same form, filled in by staff for somebody who called, wrote or stands at the desk: e-mail is not needed."""

    email = EmailText(_l("E-mail"))
    letters = Choice(
        _l("Language of letters"), choices=[(code, LANGUAGE_NAMES[code]) for code in ("en", "vi", "ja")], default="en"
    )

    def registration(self) -> Registration:
        """What was typed; letters go out in the chosen language, not the clerk's."""
        return replace(super().registration(), locale=self.letters.data or "en")


class ProfileForm(Form):
    """What an importer told of their business and wishes, corrected by staff. Days and references where support is offered."""

    buyer_kind = Choice(_l("Your business"), choices=_labels(BuyerKind), required=True)
    annual_volume = Choice(_l("What you buy of such goods in a year"), choices=_labels(AnnualVolume))
    group_codes = GroupsField(_l("What are you looking for?"), required=True)
    looking_for = LongText(_l("Anything special?"), length=2000)
    stays_from = DayField(_l("First day at the fair"))
    stays_to = DayField(_l("Last day at the fair"))
    past_customers = LongText(_l("From whom do you buy now, and what?"), length=2000)
    meeting_wishes = LongText(_l("Whom would you like to meet?"), length=2000)
    home_airport = Text(_l("Airport from which you fly"), length=3)

    @classmethod
    def of(cls, importer: Importer) -> ProfileForm:
        """What is known now."""
        known = {name: getattr(importer, name) for name in Profile.__dataclass_fields__}
        return cls(data={**known, "group_codes": importer.groups})

    def profile(self) -> Profile:
        """What was typed."""
        days = ("stays_from", "stays_to")
        values: dict[str, Any] = {
            name: self[name].data if name in days else self[name].data or "" for name in Profile.__dataclass_fields__
        }
        return Profile(**values)


class RefuseForm(Form):
    """Why a registration is refused."""

    reason = LongText(_l("Reason"), length=2000, required=True)
