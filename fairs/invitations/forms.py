"""Forms of invitations: for staff, for those who name buyers, and for the invited."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.calendar.models import Fair
from fairs.core.errors import DomainError
from fairs.core.forms import CountryField, DayField, Form, LibraryTexts, LongText, Text, WholeNumber
from fairs.core.i18n import country_name
from fairs.directory.forms import Choice, EmailText, GroupsField, RadioChoice
from fairs.importers.forms import ImporterForm
from fairs.invitations.campaigns import CampaignDraft
from fairs.invitations.models import MOST_A_MINUTE, Campaign, InvitationTerms, Invitee, Source
from fairs.invitations.nominations import Nominee, SourceDraft
from fairs.invitations.queries import LINKED
from fairs.invitations.segments import CAMPAIGN_STATES, Segment
from fairs.invitations.service import NewInvitee, TermsDraft
from fairs.invitations.states import DeclineReason, PastAttendance
from fairs.invitations.texts import LANGUAGES, MOST_BODY, MOST_SUBJECT

_LANGUAGES = list(LANGUAGES.items())
ROWS = 5
"""Buyers that can be named at once on one page."""


class Checks(SelectMultipleField):
    """Several choices as boxes, with a message that we translate."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Only what was offered."""
        if {str(value) for value in self.data or ()} - {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Please choose from the list."))


class InviteeForm(Form):
    """One person to be invited, typed by staff."""

    name = Text(_l("Name, as they write it"), length=200, required=True)
    passport_name = Text(_l("Name in Latin letters"), length=200)
    company = Text(_l("Company"), length=250, required=True)
    country = CountryField(_l("Country"), validate_choice=False)
    email = EmailText(_l("E-mail"), required=True)
    job_title = Text(_l("Position"), length=120)
    groups = GroupsField(_l("Product groups"))
    locale = Choice(_l("Language of letters"), choices=_LANGUAGES, default="en")
    source_id = Choice(_l("Source"), choices=[])
    note = LongText(_l("Note"), length=1000)

    def draft(self) -> NewInvitee:
        """What was typed."""
        return NewInvitee(
            name=self.name.data or "", company=self.company.data or "", country=self.country.data or "",
            email=self.email.data or "", passport_name=self.passport_name.data or "", job_title=self.job_title.data or "",
            groups=tuple(self.groups.data or ()), locale=self.locale.data or "en", note=self.note.data or "",
        )  # fmt: skip

    def add_error(self, error: DomainError) -> None:
        """The directory calls some fields otherwise."""
        error.field = {"native_name": "name"}.get(error.field or "", error.field)
        super().add_error(error)


class AddressForm(Form):
    """Another e-mail address."""

    email = EmailText(_l("E-mail"), required=True)
    again = BooleanField(_l("Invite again at once"), default=True)


class TermsForm(Form):
    """How the fair invites."""

    per_minute = WholeNumber(_l("Mails in a minute"), least=1, most=MOST_A_MINUTE, required=True)
    delegates_most = WholeNumber(_l("Further colleagues of a company"), least=0, most=20, required=True)
    exhibitor_quota = WholeNumber(
        _l("Buyers that an exhibitor may name for each booth"), least=0, most=100, required=True
    )
    exhibitors_at_once = BooleanField(_l("Invite buyers named by exhibitors at once, without a look of ours"))

    def fill(self, terms: InvitationTerms) -> None:
        """Show what holds now."""
        for name in ("per_minute", "delegates_most", "exhibitor_quota", "exhibitors_at_once"):
            self[name].data = getattr(terms, name)

    def draft(self) -> TermsDraft:
        """What was typed."""
        return TermsDraft(
            self.per_minute.data or 0, self.delegates_most.data or 0, self.exhibitor_quota.data or 0,
            bool(self.exhibitors_at_once.data),
        )  # fmt: skip


class CampaignForm(Form):
    """Whom to write to, and what."""

    name = Text(_l("Name of the campaign"), length=120, required=True)
    countries = Checks(_l("Countries"), choices=[])
    groups = GroupsField(_l("Product groups"))
    past = Choice(
        _l("Earlier fairs"), choices=lambda: [("", _l("All")), *((one.value, one.label) for one in PastAttendance)]
    )
    sources = Checks(_l("Sources"), choices=[])
    states = Checks(_l("State"), choices=lambda: [(one.value, one.label) for one in CAMPAIGN_STATES], default=["new"])
    silent_days = WholeNumber(_l("Invited, and no answer for so many days"), least=1, most=365)
    reply_by = DayField(_l("Answer until"))
    per_minute = WholeNumber(_l("Mails in a minute"), least=1, most=MOST_A_MINUTE, required=True)
    subject_en = Text(_l("Subject in English"), length=MOST_SUBJECT, required=True)
    body_en = LongText(_l("Text in English"), length=MOST_BODY, required=True)
    subject_vi = Text(_l("Subject in Vietnamese"), length=MOST_SUBJECT)
    body_vi = LongText(_l("Text in Vietnamese"), length=MOST_BODY)
    subject_ja = Text(_l("Subject in Japanese"), length=MOST_SUBJECT)
    body_ja = LongText(_l("Text in Japanese"), length=MOST_BODY)

    def offer(self, countries: list[str], sources: list[tuple[str, str]]) -> None:
        """What can be chosen at this fair."""
        named = [(code, country_name(code)) for code in countries]
        self.countries.choices = sorted(named, key=lambda pair: pair[1])
        self.sources.choices = sources

    def fill(self, campaign: Campaign) -> None:
        """Show a draft."""
        segment = Segment.of(campaign.segment)
        self.name.data, self.per_minute.data, self.reply_by.data = campaign.name, campaign.per_minute, campaign.reply_by
        self.countries.data, self.groups.data = list(segment.countries), list(segment.groups)
        self.past.data, self.states.data = segment.past, list(segment.states)
        self.sources.data, self.silent_days.data = [str(one) for one in segment.sources], segment.silent_days
        self.texts_from(campaign.texts)

    def texts_from(self, texts: Any) -> None:
        """Show texts."""
        for language, text in texts.items():
            self[f"subject_{language}"].data, self[f"body_{language}"].data = text["subject"], text["body"]

    def segment(self) -> Segment:
        """Whom it is for."""
        return Segment(
            tuple(self.countries.data or ()), tuple(self.groups.data or ()), self.past.data or "",
            tuple(int(one) for one in self.sources.data or () if one.isascii() and one.isdigit()),
            tuple(self.states.data or ()), None if self.silent_days.errors else self.silent_days.data,
        )  # fmt: skip

    def draft(self) -> CampaignDraft:
        """What was typed."""
        texts = {
            language: {"subject": self[f"subject_{language}"].data or "", "body": self[f"body_{language}"].data or ""}
            for language in LANGUAGES
        }
        return CampaignDraft(self.name.data or "", self.segment(), texts, self.per_minute.data or 0, self.reply_by.data)


class SourceForm(Form):
    """An embassy, a trade office or a partner."""

    kind = Choice(_l("Kind"), choices=lambda: [(kind.value, kind.label) for kind in LINKED], required=True)
    name = Text(_l("Name"), length=200, required=True)
    contact_name = Text(_l("Contact"), length=200)
    email = EmailText(_l("E-mail"))
    locale = Choice(_l("Language of letters"), choices=_LANGUAGES, default="en")
    quota = WholeNumber(_l("Buyers that it may name"), least=1, most=1000, required=True, default=10)
    expires_on = DayField(_l("Link valid until"))

    def fill(self, source: Source) -> None:
        """Show a source."""
        for name in ("name", "contact_name", "email", "locale", "quota"):
            self[name].data = getattr(source, name)
        self.kind.data = source.kind.value
        self.expires_on.data = _day_of(source)

    def draft(self) -> SourceDraft:
        """What was typed."""
        return SourceDraft(
            self.kind.data or "", self.name.data or "", self.contact_name.data or "", self.email.data or "",
            self.locale.data or "en", self.quota.data or 0, self.expires_on.data,
        )  # fmt: skip


def _day_of(source: Source) -> Any:
    from fairs.core.clock import local_day

    return local_day(source.expires_at, source.fair.time_zone) if source.expires_at else None


class NomineeForm(wtforms.Form):
    """One buyer that is named; a row that is left empty counts as none."""

    class Meta:
        """WTForms' settings."""

        def get_translations(self, form: Any) -> LibraryTexts:
            """Where the library's own messages come from."""
            return LibraryTexts()

    name = Text(_l("Name of the buyer"), length=200)
    company = Text(_l("Company"), length=250)
    country = CountryField(_l("Country"), required=False, validate_choice=False)
    email = EmailText(_l("E-mail"))
    why = Text(_l("Why this buyer?"), length=400)


class NominationForm(Form):
    """Up to five buyers at once."""

    rows = FieldList(FormField(NomineeForm), min_entries=ROWS, max_entries=ROWS)

    def nominees(self) -> list[tuple[int, Nominee]]:
        """The rows that were filled in, with their places."""
        found = []
        for place, entry in enumerate(self.rows):
            one = {name: str(entry.form[name].data or "") for name in ("name", "company", "country", "email", "why")}
            if any(value for key, value in one.items() if key != "country"):
                found.append((place, Nominee(**one)))
        return found

    def add_row_error(self, error: DomainError, places: list[int]) -> None:
        """Show an error at the row and field that it names by ``rows-<n>-<field>``, n counting the filled ones."""
        parts = (error.field or "").split("-", 2)
        if len(parts) == 3 and parts[0] == "rows" and parts[1].isdigit():
            form = self.rows[places[int(parts[1])]].form
            if parts[2] in form:
                form[parts[2]].errors = [*form[parts[2]].errors, str(error)]
                self.rows.errors = [str(error)]
                return
        error.field = None
        self.add_error(error)


class DeclineForm(Form):
    """Why somebody does not come."""

    kind = RadioChoice(_l("Why can you not come?"), choices=lambda: [(one.value, one.label) for one in DeclineReason])
    reason = LongText(_l("Anything you would like to tell us?"), length=400)


class ColleagueForm(Form):
    """A colleague who comes instead or as well."""

    name = Text(_l("Name of the colleague"), length=200, required=True)
    email = EmailText(_l("Their e-mail"), required=True)


class InvitedForm(ImporterForm):
    """The registration of somebody who was invited: the address is that of the mail."""

    email = EmailText(_l("E-mail"))

    def prefill(self, invitee: Invitee) -> None:
        """What we know already."""
        person, company = invitee.person, invitee.company
        self.company_name.data, self.country.data, self.website.data = company.name, company.country, company.website
        self.native_name.data, self.passport_name.data = person.native_name, person.passport_name
        self.badge_name.data, self.job_title.data, self.phone.data = person.badge_name, person.job_title, person.phone
        self.email.data, self.group_codes.data = person.email, invitee.groups
        if not person.passport_name and person.native_name.isascii():
            self.passport_name.data = person.native_name


def fair_days(fair: Fair) -> dict[str, str]:
    """Attributes of a day's input: from today to the opening."""
    return {"min": fair.today.isoformat(), "max": fair.starts_on.isoformat()}
