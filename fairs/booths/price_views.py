"""The organiser's page of prices, rules and terms of sale, with a worked example."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.booths.errors import NoPrice
from fairs.booths.forms import BasePriceForm, RuleForm, TermsForm
from fairs.booths.price_rules import (
    RuleDraft,
    all_prices,
    example_book,
    remove_rule,
    rule_by_id,
    rules_of,
    save_rule,
    types_present,
)
from fairs.booths.pricing import Quote, make_quote
from fairs.booths.withdrawal import TermsDraft, save_terms, terms_of
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.forms import DayField, Form
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Zone
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.queries import booth_types, zones_of
from fairs.floorplans.service import FOREIGN_CURRENCY, set_price

bp = Blueprint("prices", __name__, url_prefix="/fairs/<fair_slug>/prices")


class _ExampleDay(Form):
    day = DayField()


def _kinds() -> list[BoothType]:
    return [kind for kind in booth_types() if kind.is_sold]


def _currencies(fair: Fair) -> list[str]:
    return list(dict.fromkeys([fair.currency, FOREIGN_CURRENCY]))


def _rule_form(fair: Fair) -> RuleForm:
    form = RuleForm()
    form.zone.choices = [("", _("any")), *((zone.code, zone.name) for zone in zones_of(fair.id))]
    form.kind.choices = [("", _("any")), *((kind.code, kind.name) for kind in _kinds())]
    form.currency.choices = [(code, code) for code in _currencies(fair)]
    return form


def _price_form(fair: Fair) -> BasePriceForm:
    form = BasePriceForm()
    form.kind.choices = [(kind.code, kind.name) for kind in _kinds()]
    form.currency.choices = [(code, code) for code in _currencies(fair)]
    return form


@bp.get("/")
@requires(EDIT_PLAN)
def index() -> Any:
    """Base prices, rules in their order, terms, and what a booth costs by them."""
    return _page()


def _page(
    *, rule_form: RuleForm | None = None, price_form: BasePriceForm | None = None, terms_form: TermsForm | None = None
) -> Any:
    fair = current_fair()
    if terms_form is None:
        terms_form = TermsForm(formdata=None)
        terms_form.fill(terms_of(fair.id))
    rules, kinds = rules_of(fair.id), _kinds()
    prices = all_prices(fair.id)
    present = types_present(fair.id)
    standing = [kind for kind in kinds if kind.id in present]
    abroad = [price for price in prices if price.currency != fair.currency]
    if rule_form is None:
        rule_form = _rule_form(fair)
        rule_form.position.data = max([rule.position for rule in rules], default=0) + 10
    page = render_template(
        "booths/prices.html",
        prices=prices, rules=rules, rule_form=rule_form, price_form=price_form or _price_form(fair), terms_form=terms_form,
        missing=_missing(standing, [price for price in prices if price.currency == fair.currency]),
        missing_abroad=_missing(standing, abroad) if abroad else [], example=_Example(fair, kinds), fair=fair,
    )  # fmt: skip
    is_wrong = any(form is not None and form.errors for form in (rule_form, price_form, terms_form))
    return page, 422 if is_wrong else 200


def _missing(kinds: list[BoothType], prices: list[BoothPrice]) -> list[BoothType]:
    """The kinds that stand on the plan and have no price among these."""
    priced = {price.type_id for price in prices}
    return [kind for kind in kinds if kind.id not in priced]


class _Example:
    """The worked example that the address asks for: kind, zone, open sides, day, from abroad, track."""

    def __init__(self, fair: Fair, kinds: list[BoothType]) -> None:
        args = request.args
        self.kinds, self.zones = kinds, zones_of(fair.id)
        self.kind = next((kind for kind in kinds if kind.code == args.get("kind")), kinds[0] if kinds else None)
        self.zone: Zone | None = next((zone for zone in self.zones if zone.code == args.get("zone")), None)
        self.sides = int(args["sides"]) if args.get("sides") in {"1", "2", "3", "4"} else 2
        self.foreign = args.get("abroad") == "1"
        self.track = "supported" if args.get("track") == "supported" else "paying"
        form = _ExampleDay(args, meta={"csrf": False})
        self.day_error = "" if form.validate() else _("Write the day as 31/12/2026.")
        self.day = form.day.data if not self.day_error and form.day.data is not None else fair.today
        self.offer: Quote | None = None
        self.why = ""
        if self.kind is not None:
            booth = Booth(
                code="…", type_id=self.kind.id, type=self.kind, zone_id=self.zone.id if self.zone else None, w_cm=300, h_cm=300,
                open_sides=self.sides,
            )  # fmt: skip
            try:
                book = example_book(fair, foreign=self.foreign, track=self.track, day=self.day)
                self.offer = make_quote(fair, [booth], book, None)
            except NoPrice as error:
                self.why = str(error)


@bp.post("/base")
@requires(EDIT_PLAN)
def save_base() -> Any:
    """Set the price of a kind of booth in one currency."""
    fair = current_fair()
    form = _price_form(fair)
    if form.validate():
        kind = next(kind for kind in _kinds() if kind.code == form.kind.data)
        try:
            amount = form.amount.money(form.currency.data)
            set_price(
                fair, kind, amount, by=actor(), basis=form.basis.data, corner_percent=form.corner_percent.data or 0
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The price is saved. Bookings made before keep theirs."), "success")
            return go(url_for("prices.index"))
    return _page(price_form=form)


@bp.post("/rules")
@requires(EDIT_PLAN)
def add_rule() -> Any:
    """Add a rule."""
    fair = current_fair()
    form = _rule_form(fair)
    if _saved(fair, form):
        return go(url_for("prices.index", _anchor="rules"))
    return _page(rule_form=form)


@bp.route("/rules/<int:rule_id>", methods=["GET", "POST"])
@requires(EDIT_PLAN)
def rule(rule_id: int) -> Any:
    """Change a rule."""
    fair = current_fair()
    found = rule_by_id(fair.id, rule_id)
    form = _rule_form(fair)
    if request.method == "GET":
        form.fill(found)
    elif _saved(fair, form, rule_id):
        return go(url_for("prices.index", _anchor="rules"))
    page = render_template("booths/price_rule.html", form=form, rule=found, fair=fair)
    return page, 422 if form.errors else 200


def _saved(fair: Fair, form: RuleForm, rule_id: int | None = None) -> bool:
    if not form.validate():
        return False
    try:
        percent = form.percent.data
        if percent is not None and percent != int(percent):
            raise InvalidInput(_l("Whole percent only."), field="percent")
        amount = form.amount.data
        draft = RuleDraft(
            str(form.text_vi.data), str(form.text_en.data), int(form.position.data or 0),
            percent=int(percent) if percent is not None else None,
            amount=Money.from_decimal(amount, form.currency.data) if amount is not None else None,
            zone=next((zone for zone in zones_of(fair.id) if zone.code == form.zone.data), None),
            type=next((kind for kind in _kinds() if kind.code == form.kind.data), None),
            open_sides=int(form.sides.data) if form.sides.data else None, track=form.track.data or "",
            until=form.until.data,
        )  # fmt: skip
        save_rule(fair, draft, by=actor(), rule=rule_by_id(fair.id, rule_id) if rule_id is not None else None)
    except NotFound:
        raise
    except DomainError as error:
        form.add_error(error)
        return False
    flash(_("The rule is saved. Bookings made before keep their price."), "success")
    return True


@bp.post("/rules/<int:rule_id>/remove")
@requires(EDIT_PLAN)
def drop_rule(rule_id: int) -> Any:
    """Take a rule away."""
    remove_rule(rule_by_id(current_fair().id, rule_id), by=actor())
    flash(_("The rule is gone. Bookings made before keep their price."), "success")
    return go(url_for("prices.index", _anchor="rules"))


@bp.post("/terms")
@requires(EDIT_PLAN)
def save() -> Any:
    """Set offers' hours, the last day of withdrawal, the scale of what is paid back."""
    form = TermsForm()
    if form.validate():
        try:
            draft = TermsDraft(int(form.offer_hours.data or 0), int(form.withdrawal_days.data or 0), form.scale)
            save_terms(current_fair(), draft, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The terms are saved."), "success")
            return go(url_for("prices.index", _anchor="terms"))
    return _page(terms_form=form)


register_nav(NavItem("prices", _l("Prices and terms"), "receipt-2", "prices.index", EDIT_PLAN, 29))
