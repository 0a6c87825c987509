"""Forms of booking."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField

from fairs.booths.sales_models import PriceRule, SalesTerms
from fairs.booths.waiting import Wish
from fairs.core.errors import InvalidInput
from fairs.core.forms import DayField, DecimalNumber, Form, LongText, MoneyField, Text, UploadField, WholeNumber
from fairs.exhibitors.queries import TRACKS
from fairs.floorplans.models import BoothType, Zone


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


class ExtendForm(Form):
    """More time, until the evening of a day."""

    until = DayField(_l("Until"), required=True)
    reason = Text(_l("Reason"), length=200, required=True)


class PlacesForm(Form):
    """Where a booking is to move: as many booth codes as it has."""

    booths = Text(_l("New booths"), length=200, required=True)
    reason = Text(_l("Reason"), length=200, required=True)

    @property
    def codes(self) -> list[str]:
        """The codes typed, separated by commas or blanks."""
        return [code for code in str(self.booths.data or "").upper().replace(",", " ").split() if code]


class OtherForm(Form):
    """The other exhibitor of a swap or a transfer: the code of its booth, or its reference."""

    other = Text(_l("The other one"), length=20, required=True)
    reason = Text(_l("Reason"), length=200, required=True)


class WithdrawForm(Form):
    """A withdrawal, in writing."""

    text = LongText(_l("Withdrawal in your own words"), length=1000)
    letter = UploadField(_l("Letter"))


class AnswerForm(Form):
    """The organiser's answer to a request."""

    answer = Text(_l("Answer"), length=400)
    grant = HiddenField()
    agreed = BooleanField(_l("The other exhibitor has agreed in writing and accepts the terms."))


class FasciaForm(Form):
    """The name on the board."""

    fascia_name = Text(_l("Name on the fascia board"), length=120, required=True)


class OfferForm(Form):
    """An offer by a clerk: the exhibitor, and until when it is kept."""

    exhibitor = Text(_l("Exhibitor"), length=20, required=True)
    booths = Text(_l("Booths"), length=200, required=True)
    until = DayField(_l("Until"), required=True)

    @property
    def codes(self) -> list[str]:
        """The codes typed, separated by commas or blanks."""
        return [code for code in str(self.booths.data or "").upper().replace(",", " ").split() if code]


class WaitingForm(Form):
    """A wish for the waiting list."""

    exhibitor = Text(_l("Exhibitor"), length=20)
    booth_count = WholeNumber(_l("Booths side by side"), least=1, most=6, required=True, default=1)
    open_sides = SelectField(
        _l("Open sides, at least"), coerce=int, choices=[(n, str(n)) for n in range(1, 5)], default=1
    )
    zone = SelectField(_l("Zone"))
    kind = SelectField(_l("Kind of booth"))

    def offer(self, zones: Sequence[Zone], types: Sequence[BoothType]) -> WaitingForm:
        """Fill the choices."""
        self.zones, self.types = zones, types
        self.zone.choices = _choices(zones)
        self.kind.choices = _choices(types)
        return self

    def wish(self) -> Wish:
        """What was chosen."""
        return Wish(
            int(self.booth_count.data or 1), int(self.open_sides.data or 1),
            next((zone for zone in self.zones if zone.code == self.zone.data), None),
            next((kind for kind in self.types if kind.code == self.kind.data), None),
        )  # fmt: skip


def _choices(things: Sequence[Any]) -> list[tuple[str, Any]]:
    return [("", _l("any")), *((thing.code, thing.name) for thing in things)]


class BasePriceForm(Form):
    """The price of a kind of booth in one of the fair's currencies."""

    kind = SelectField(_l("Kind of booth"))
    currency = SelectField(_l("Currency"))
    amount = MoneyField(_l("Net price"), most=10**12, required=True)
    basis = SelectField(_l("Per"), choices=[("booth", _l("booth")), ("m2", "m²")])
    corner_percent = WholeNumber(_l("Corner surcharge (%)"), least=0, most=100, default=0)


class RuleForm(Form):
    """A surcharge or rebate: its text, its conditions, a percentage or an amount."""

    text_vi = Text(_l("Text in Vietnamese"), length=150, required=True)
    text_en = Text(_l("Text in English"), length=150, required=True)
    position = WholeNumber(_l("Place in the order"), least=1, most=1000, required=True)
    percent = DecimalNumber(_l("Percent of the base price"), least=-100, most=1000)
    amount = DecimalNumber(_l("or an amount per booth"), least=-(10**12), most=10**12)
    currency = SelectField(_l("Currency"))
    zone = SelectField(_l("Zone"))
    kind = SelectField(_l("Kind of booth"))
    sides = SelectField(_l("Open sides"), choices=[("", _l("any")), *((str(n), str(n)) for n in range(1, 5))])
    track = SelectField(_l("Track"), choices=[("", _l("any")), (TRACKS[0], _l("paying")), (TRACKS[1], _l("supported"))])
    until = DayField(_l("Booked until (early bird)"))

    def fill(self, rule: PriceRule) -> None:
        """Show a stored rule."""
        self.text_vi.data, self.text_en.data, self.position.data = rule.text_vi, rule.text_en, rule.position
        self.percent.data = Decimal(rule.percent) if rule.percent is not None else None
        self.amount.data = rule.amount.decimal if rule.amount is not None else None
        self.currency.data, self.track.data, self.until.data = rule.currency, rule.track, rule.until
        self.zone.data, self.kind.data = rule.zone.code if rule.zone else "", rule.type.code if rule.type else ""
        self.sides.data = str(rule.open_sides or "")


class TermsForm(Form):
    """The fair's terms of sale."""

    offer_hours = WholeNumber(_l("An offer is kept for (hours)"), least=1, most=720, required=True)
    withdrawal_days = WholeNumber(_l("Withdrawal until (days before the opening)"), least=0, most=365, required=True)
    refund_scale = LongText(_l("Paid back: days before the opening, percent"), length=400)

    def fill(self, terms: SalesTerms) -> None:
        """Show the stored terms."""
        self.offer_hours.data, self.withdrawal_days.data = terms.offer_hours, terms.withdrawal_days
        self.refund_scale.data = "\n".join(f"{days} {percent}" for days, percent in terms.refund_scale)

    @property
    def scale(self) -> list[tuple[int, int]]:
        """One row a line; raises InvalidInput."""
        found = []
        for line in str(self.refund_scale.data or "").splitlines():
            words = line.replace("%", " ").replace(":", " ").split()
            if not words:
                continue
            if len(words) != 2 or not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
                raise InvalidInput(
                    _l("Write two numbers a line: days before the opening, percent."), field="refund_scale"
                )
            found.append((int(words[0]), int(words[1])))
        return found
