"""Setting the fair's price rules. A later change alters no booking: the invoice keeps its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.booths.pricing import PriceBook
from fairs.booths.sales_models import PriceRule
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Zone
from fairs.floorplans.service import FOREIGN_CURRENCY

MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule: a percentage of the base price or an amount per booth, and its conditions (None: any)."""

    text_vi: str
    text_en: str
    position: int
    percent: int | None = None
    amount: Money | None = None
    zone: Zone | None = None
    type: BoothType | None = None
    open_sides: int | None = None
    track: str = ""
    until: date | None = None


def rules_of(fair_id: int) -> Sequence[PriceRule]:
    """The rules of a fair in the order in which they apply."""
    query = select(PriceRule).where(PriceRule.fair_id == fair_id).order_by(PriceRule.position, PriceRule.id)
    return db.session.scalars(query.options(joinedload(PriceRule.zone), joinedload(PriceRule.type))).all()


def rule_by_id(fair_id: int, rule_id: int) -> PriceRule:
    """A rule of a fair; raises NotFound."""
    found = db.session.get(PriceRule, rule_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def save_rule(fair: Fair, draft: RuleDraft, *, by: Actor, rule: PriceRule | None = None) -> PriceRule:
    """Add or change a rule; raises InvalidInput naming the field."""
    if not clean(draft.text_vi) or not clean(draft.text_en):
        raise InvalidInput(
            _l("The text stands on the invoice: give it in both languages."),
            field="text_vi" if not clean(draft.text_vi) else "text_en",
        )
    if (draft.percent is None) == (draft.amount is None):
        raise InvalidInput(_l("Give a percentage or an amount, one of them."), field="percent")
    if draft.percent is not None and (not draft.percent or not -100 <= draft.percent <= 1000):
        raise InvalidInput(_l("Between -100 and 1,000 percent, not zero."), field="percent")
    if draft.amount is not None and not draft.amount:
        raise InvalidInput(_l("An amount that is not zero."), field="amount")
    if draft.amount is not None and draft.amount.currency not in {fair.currency, FOREIGN_CURRENCY}:
        raise InvalidInput(_l("Prices are in the fair's currency or in US dollars."), field="currency")
    if not 1 <= draft.position <= 1000:
        raise InvalidInput(field="position")
    with transaction():
        row = (
            db.session.get_one(PriceRule, rule.id, with_for_update=MINE)
            if rule is not None
            else PriceRule(fair_id=fair.id)
        )
        if rule is None and len(rules_of(fair.id)) >= MOST_RULES:
            raise InvalidInput(_l("At most %(count)s rules.", count=MOST_RULES), field="text_vi")
        before = _content(row) if rule is not None else None
        row.text_vi, row.text_en, row.position = clean(draft.text_vi)[:150], clean(draft.text_en)[:150], draft.position
        row.percent = draft.percent
        row.amount_minor = draft.amount.amount_minor if draft.amount is not None else None
        row.currency = draft.amount.currency if draft.amount is not None else ""
        row.zone_id, row.type_id = draft.zone.id if draft.zone else None, draft.type.id if draft.type else None
        row.open_sides, row.track, row.until = draft.open_sides, draft.track, draft.until
        db.session.add(row)
        db.session.flush()
        record("booths.save_rule", row, by=by, before=before, after=_content(row))
        return row


def remove_rule(rule: PriceRule, *, by: Actor) -> None:
    """Take a rule away; invoices keep what it made."""
    with transaction():
        row = db.session.get_one(PriceRule, rule.id, with_for_update=MINE)
        record("booths.remove_rule", row, by=by, before=_content(row))
        db.session.delete(row)


def _content(row: PriceRule) -> dict[str, object]:
    return {
        "text": row.text_en, "percent": row.percent, "amount": row.amount_minor, "currency": row.currency, "zone": row.zone_id,
        "type": row.type_id, "sides": row.open_sides, "track": row.track, "until": row.until, "position": row.position,
    }  # fmt: skip


def all_prices(fair_id: int) -> Sequence[BoothPrice]:
    """The base prices of a fair in all currencies."""
    query = select(BoothPrice).options(joinedload(BoothPrice.type)).where(BoothPrice.fair_id == fair_id)
    return db.session.scalars(query.order_by(BoothPrice.type_id, BoothPrice.currency)).all()


def types_present(fair_id: int) -> set[int]:
    """The kinds of booths that stand on the fair's plan."""
    return set(db.session.scalars(select(Booth.type_id).where(Booth.fair_id == fair_id).distinct()))


def example_book(fair: Fair, *, foreign: bool, track: str, day: date) -> PriceBook:
    """The prices for somebody who does not exist: for the worked example."""
    found, currency = all_prices(fair.id), fair.currency
    if foreign:
        currency = next((price.currency for price in found if price.currency != fair.currency), currency)
    prices = {price.type_id: price for price in found if price.currency == currency}
    return PriceBook(currency, prices, rules_of(fair.id), day, track)
