"""Forms of the support of importers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.forms import DayField, Form, LongText, MoneyField, Text, WholeNumber
from fairs.core.i18n import country_choices, format_money
from fairs.core.money import Money
from fairs.directory.forms import group_choices
from fairs.funding.models import SupportRule
from fairs.funding.queries import rules_in_force
from fairs.funding.states import Purpose
from fairs.hosting.models import HostingSettings
from fairs.hosting.regions import Region
from fairs.hosting.settings import SettingsDraft
from fairs.hosting.states import SupportTier
from fairs.programme.queries import budget_line, budget_lines

_TIERS = [(tier.value, tier.label) for tier in SupportTier]


class DecideForm(Form):
    """What is typed to propose, set aside, refuse or approve one."""

    # Most buttons ask for no tier: what is missing or unknown is said by the act that needs one.
    tier = SelectField(_l("Support"), choices=_TIERS, validate_choice=False)
    reason = LongText(_l("Reason"), length=2000)
    second_reason = LongText(_l("Why this company gets a second support"), length=400)


class AddForm(Form):
    """Ask for support in somebody's place."""

    reference = Text(_l("Number of the registration"), length=20, required=True)
    tier = RadioField(_l("Support"), choices=_TIERS, default=SupportTier.BOTH.value, validate_choice=True)


class SettingsForm(Form):
    """Amounts, rules and days of a fair's support; the caps by region are added below."""

    night_cap = MoneyField(_l("Most for a night"), required=True)
    nights = WholeNumber(_l("Funded nights"), least=1, most=21, required=True)
    days_before = WholeNumber(_l("First night, days before the opening"), least=0, most=14)
    decision_number = Text(_l("Decision that sets these amounts"), length=60)
    travel_rule = SelectField(_l("Rule for travel"))
    lodging_rule = SelectField(_l("Rule for rooms"))
    travel_line = SelectField(_l("Budget line for travel"))
    lodging_line = SelectField(_l("Budget line for rooms"))
    groups = SelectMultipleField(_l("Product groups of the fair"))
    countries = SelectMultipleField(_l("Markets wanted most"))
    apply_by = DayField(_l("Applications until"))
    decide_by = DayField(_l("Decided by"))
    reply_days = WholeNumber(_l("Days in which a guest confirms"), least=1, most=90, required=True)
    auto_promote = BooleanField(_l("The next of the reserve list is proposed by itself when a place becomes free"))

    def fill(self, settings: HostingSettings, day: Any) -> None:
        """Choices, and what the fair has now where nothing was typed."""
        found = rules_in_force(day)
        for name, purpose in (("travel_rule", Purpose.TRAVEL), ("lodging_rule", Purpose.LODGING)):
            choices = [(str(rule.id), f"{rule.code} · {rule.item}"[:120]) for rule in found if rule.purpose is purpose]
            getattr(self, name).choices = [("", _("Please choose…")), *choices]
        lines = [
            (str(line.id), _("%(line)s (%(left)s left)", line=line.label, left=format_money(line.left))[:200])
            for line in budget_lines()
        ]
        self.travel_line.choices = self.lodging_line.choices = [("", _("Please choose…")), *lines]
        self.groups.choices = group_choices()
        self.countries.choices = country_choices()
        if self.is_submitted():
            return
        for name in ("nights", "days_before", "decision_number", "apply_by", "decide_by", "reply_days", "auto_promote"):
            getattr(self, name).data = getattr(settings, name)
        self.night_cap.data = _major(settings.night_cap_minor, settings.currency)
        for name in ("travel_rule", "lodging_rule", "travel_line", "lodging_line"):
            getattr(self, name).data = str(getattr(settings, f"{name}_id") or "")
        self.groups.data = [code for code in settings.groups.split("|") if code]
        self.countries.data = [code for code in settings.countries.split("|") if code]
        for region in Region:
            self[f"cap_{region.value}"].data = _major(settings.cap_of(region.value), settings.currency)

    def draft(self, fair: Fair) -> SettingsDraft:
        """What was typed; raises InvalidInput at a field."""
        return SettingsDraft(
            caps={region.value: self[f"cap_{region.value}"].money(fair.currency) for region in Region},
            night_cap=self.night_cap.money(fair.currency), nights=self.nights.data, days_before=self.days_before.data or 0,
            decision_number=self.decision_number.data or "", travel_rule=_rule(self.travel_rule), lodging_rule=_rule(self.lodging_rule),
            travel_line=budget_line(int(self.travel_line.data)) if self.travel_line.data else None,
            lodging_line=budget_line(int(self.lodging_line.data)) if self.lodging_line.data else None,
            groups=self.groups.data or (), countries=self.countries.data or (), apply_by=self.apply_by.data,
            decide_by=self.decide_by.data, reply_days=self.reply_days.data, auto_promote=bool(self.auto_promote.data),
        )  # fmt: skip

    def caps(self) -> list[Any]:
        """The fields of the caps, by region."""
        return [self[f"cap_{region.value}"] for region in Region]


for _region in Region:
    setattr(SettingsForm, f"cap_{_region.value}", MoneyField(_region.label))


def _rule(field: Any) -> SupportRule | None:
    return db.session.get(SupportRule, int(field.data)) if field.data else None


def _major(minor: int, currency: str) -> Any:
    return Money(minor, currency).decimal if minor else None


def bound_of(text: str, name: str) -> int | None:
    """A number of places as typed, or None for none; raises InvalidInput at ``name``."""
    plain = "".join(text.split()).replace(".", "").replace(",", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 6):
        raise InvalidInput(_("Write a whole number."), field=name)
    return int(plain)
