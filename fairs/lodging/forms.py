"""Forms of hotels, blocks and stays: shape checks only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, TimeField
from wtforms.validators import InputRequired, ValidationError

from fairs.core.errors import DomainError
from fairs.core.forms import DayField, Form, MoneyField, Text, WholeNumber
from fairs.core.money import EXPONENTS
from fairs.directory.forms import EmailText, PhoneText
from fairs.lodging.blocks import BlockDraft, HotelDraft, NightDraft

_HOUR = _l("Write a time as 14:00.")


class HotelForm(Form):
    """A hotel."""

    name = Text(_l("Name of the hotel"), length=200, required=True)
    address_vi = Text(_l("Address in Vietnamese, for the taxi"), length=300, required=True)
    address_en = Text(_l("Address in English"), length=300)
    phone = PhoneText(_l("Telephone"))
    email = EmailText(_l("E-mail for rooming lists"))
    locale = SelectField(
        _l("Language of rooming lists"), choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    check_in_from = TimeField(_l("Check-in from"), [InputRequired(_HOUR)])
    check_out_until = TimeField(_l("Check-out until"), [InputRequired(_HOUR)])
    list_due_on = DayField(_l("The hotel wants the rooming list until"))

    def draft(self) -> HotelDraft:
        """What was typed."""
        values = {name: field.data for name, field in self._fields.items() if name != "csrf_token"}
        return HotelDraft(**{**values, "email": self.email.data or "", "phone": self.phone.data or ""})


class BlockForm(Form):
    """A room type of a hotel, by its contract."""

    room_type = Text(_l("Room type"), length=60, required=True)
    beds = WholeNumber(_l("Guests in a room, at most"), least=1, most=12, required=True)
    smoking = BooleanField(_l("Smoking is allowed"))
    accessible = BooleanField(_l("Accessible with a wheelchair"))
    contract_number = Text(_l("Number of the contract"), length=60)
    price = MoneyField(_l("Price of a room for a night"), required=True)
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in EXPONENTS], default="VND")
    vat_included = BooleanField(_l("VAT is included"))
    breakfast_included = BooleanField(_l("Breakfast is included"))
    release_on = DayField(_l("Release date: until then nights go back without cost"))
    attrition_percent = WholeNumber(_l("Attrition in percent: may stay unused without penalty"), most=100)

    def draft(self) -> BlockDraft:
        """What was typed; raises InvalidInput for an amount that the currency does not have."""
        currency = self.currency.data or "VND"
        try:
            price = self.price.money(currency)
        except DomainError as error:
            error.field = "price"
            raise
        return BlockDraft(
            room_type=self.room_type.data or "", price=price, beds=self.beds.data or 1, smoking=self.smoking.data,
            accessible=self.accessible.data, contract_number=self.contract_number.data or "",
            vat_included=self.vat_included.data, breakfast_included=self.breakfast_included.data,
            release_on=self.release_on.data, attrition_percent=self.attrition_percent.data or 0,
        )  # fmt: skip


class NightsForm(Form):
    """Rooms for nights in a row: from the first up to the day of leaving."""

    first = DayField(_l("First night"), required=True)
    until = DayField(_l("Up to (day of leaving)"), required=True)
    quantity = WholeNumber(_l("Rooms in each night"), most=2000, required=True)
    night_price = MoneyField(_l("Price of these nights, where it differs"))

    def add_error(self, error: DomainError) -> None:
        """A night that cannot be so few belongs to the number of rooms."""
        if (error.field or "").startswith("night-"):
            error.field = "quantity"
        super().add_error(error)

    def nights(self, currency: str) -> dict[date, NightDraft]:
        """The nights that were typed; at most as many as the service then refuses."""
        first, until = self.first.data, self.until.data
        price = self.night_price.money(currency).amount_minor if self.night_price.data is not None else None
        count = min(max((until - first).days, 0), 200)
        return {first + timedelta(days=n): NightDraft(self.quantity.data or 0, price) for n in range(count)}

    def validate_until(self, field: Any) -> None:
        """The day of leaving lies behind the first night."""
        if self.first.data and field.data and field.data <= self.first.data:
            raise ValidationError(_l("The day of leaving has to be after the day of arrival."))


class StayDaysForm(Form):
    """Nights of a guest."""

    act = "days"
    arrives_on = DayField(_l("Arrives on"), required=True)
    leaves_on = DayField(_l("Leaves on"), required=True)


class NoShowForm(Form):
    """From when on the nights are free, and why."""

    act = "no-show"
    day = DayField(_l("Nights are free from"), required=True)
    reason = Text(_l("Reason"), length=300, required=True)


class CancelForm(Form):
    """Why a stay is cancelled; the guest reads it."""

    act = "cancel"
    reason = Text(_l("Reason"), length=300, required=True)


class SettleForm(Form):
    """What was agreed with the hotel about a no-show."""

    act = "settle"
    note = Text(_l("Agreed with the hotel"), length=300, required=True)


class PresenceForm(Form):
    """The day on which a guest arrived or left."""

    act = "presence"
    day = DayField(_l("Day"), required=True)
