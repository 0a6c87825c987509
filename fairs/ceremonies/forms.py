"""Forms of ceremonies and delegations, and the answer to an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.ceremonies.models import Ceremony, Delegation
from fairs.ceremonies.service import CATEGORIES, CeremonyDraft, DelegationDraft
from fairs.core.clock import local_day
from fairs.core.errors import InvalidInput
from fairs.core.forms import CountryField, DayField, Form, HourField, LongText, Text, WholeNumber
from fairs.directory.forms import Choice, EmailText, PhoneText


class CeremonyForm(Form):
    """A ceremony: when, where, how many seats."""

    name_vi = Text(_l("Name in Vietnamese"), length=200, required=True)
    name_en = Text(_l("Name in English"), length=200)
    day = DayField(_l("Day"), required=True)
    hour = HourField(_l("Time"), required=True)
    place_vi = Text(_l("Place in Vietnamese"), length=250)
    place_en = Text(_l("Place in English"), length=250)
    reply_by = DayField(_l("Answers until"), required=True)
    rows = WholeNumber(_l("Rows of seats"), least=1, most=100, required=True, default=6)
    seats_per_row = WholeNumber(_l("Seats in a row"), least=1, most=60, required=True, default=10)

    def fill(self, ceremony: Ceremony) -> None:
        """Show what is known (for GET)."""
        for name in ("name_vi", "name_en", "place_vi", "place_en", "reply_by", "rows", "seats_per_row"):
            self[name].data = getattr(ceremony, name)
        fair = ceremony.fair
        self.day.data = local_day(ceremony.starts_at, fair.time_zone)
        self.hour.data = ceremony.starts_at.astimezone(fair.at(fair.starts_on, fair.opens_at).tzinfo).time()

    def draft(self, fair: Fair) -> CeremonyDraft:
        """What was typed."""
        return CeremonyDraft(
            name_vi=self.name_vi.data or "", name_en=self.name_en.data or "", starts_at=fair.at(self.day.data, self.hour.data),
            place_vi=self.place_vi.data or "", place_en=self.place_en.data or "", reply_by=self.reply_by.data,
            rows=self.rows.data or 0, seats_per_row=self.seats_per_row.data or 0,
        )  # fmt: skip


def _categories() -> list[tuple[str, str]]:
    return [(category.value, str(category.label)) for category in CATEGORIES]


class DelegationForm(Form):
    """A delegation."""

    organisation = Text(_l("Embassy, ministry, association or person"), length=250, required=True)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    rank = WholeNumber(_l("Rank in the order of protocol"), least=1, most=999, required=True, default=100)
    category = Choice(_l("Badge"), choices=_categories, default=BadgeCategory.VIP.value)
    language = Choice(_l("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English"), ("ja", "日本語")], default="vi")
    needs_interpreter = BooleanField(_l("Needs an interpreter"))
    arrives_on = DayField(_l("Arrives on"))
    arrives_at = HourField(_l("at"))
    contact_name = Text(_l("Contact person"), length=200)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))
    greeter_id = Choice(_l("Who greets them"), choices=[])
    note = Text(_l("Note"), length=400)

    def fill(self, row: Delegation) -> None:
        """Show what is known (for GET)."""
        for name in (
            "organisation", "country", "rank", "category", "language", "needs_interpreter", "contact_name", "contact_email",
            "contact_phone", "note",
        ):  # fmt: skip
            self[name].data = getattr(row, name)
        self.greeter_id.data = str(row.greeter_id or "")
        if row.arrives_at is not None:
            zone = row.fair.at(row.fair.starts_on, row.fair.opens_at).tzinfo
            self.arrives_on.data = local_day(row.arrives_at, row.fair.time_zone)
            self.arrives_at.data = row.arrives_at.astimezone(zone).time()

    def draft(self, fair: Fair) -> DelegationDraft:
        """What was typed; raises InvalidInput for what is in no list, and for a time without a day."""
        if self.category.data not in set(BadgeCategory):
            raise InvalidInput(_l("Please choose from the list."), field="category")
        if self.arrives_at.data is not None and self.arrives_on.data is None:
            raise InvalidInput(_l("On which day?"), field="arrives_on")
        arrives: datetime | None = None
        if self.arrives_on.data is not None:
            arrives = fair.at(self.arrives_on.data, self.arrives_at.data or fair.opens_at)
        return DelegationDraft(
            organisation=self.organisation.data or "", country=self.country.data or "", rank=self.rank.data or 0,
            category=BadgeCategory(self.category.data), language=self.language.data or "",
            needs_interpreter=bool(self.needs_interpreter.data), arrives_at=arrives,
            contact_name=self.contact_name.data or "", contact_email=self.contact_email.data or "",
            contact_phone=self.contact_phone.data or "", note=self.note.data or "", greeter_id=self._greeter(),
        )  # fmt: skip

    def _greeter(self) -> int | None:
        chosen: Any = self.greeter_id.data or ""
        if not chosen:
            return None
        if chosen not in {key for key, _name in self.greeter_id.choices}:
            raise InvalidInput(_l("Please choose from the list."), field="greeter_id")
        return int(chosen)


class NamesForm(Form):
    """People of a delegation, one on each line."""

    names = LongText(_l("Names"), length=12_000, required=True)


class InviteForm(Form):
    """A delegation to invite to a ceremony."""

    delegation = Choice(_l("Delegation"), choices=[], required=True)
    places = WholeNumber(_l("Places"), least=1, most=60, required=True, default=2)


class ReplyForm(Form):
    """Yes with a number and names, no, or later."""

    reply = HiddenField()
    coming = WholeNumber(_l("How many come"), least=0, most=60)
    names = LongText(_l("Who comes"), length=12_000)
    note = Text(_l("A word to us"), length=400)


class SeatForm(Form):
    """Somebody and a seat; row 0 takes it away."""

    member = HiddenField()
    row = WholeNumber(_l("Row of seats"), least=0, most=100, required=True)
    number = WholeNumber(_l("Seat number"), least=0, most=60)
