"""Entering, changing and closing rules of support, and what a rule grants."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import fold
from fairs.funding.errors import RuleNotUsable
from fairs.funding.models import Grant, SupportRule
from fairs.funding.states import Purpose

_CODE = re.compile(r"^[A-Z0-9][A-Z0-9-]{1,29}$")


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as entered."""

    code: str
    purpose: Purpose
    programme_vi: str
    programme_en: str
    legal_basis_vi: str
    legal_basis_en: str
    item_vi: str
    item_en: str
    rate_percent: int | None
    cap_amount: int | None = None
    cap_unit: str = ""
    condition_vi: str = ""
    condition_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    decision_number: str = ""
    certainty: str = "known"
    source: str = ""


def check_rule(draft: RuleDraft) -> None:
    """Raise InvalidInput at the field that does not fit."""
    if not _CODE.match(draft.code):
        raise InvalidInput(_l("Capital letters, digits and hyphens, for example KC-DOM-JOIN."), field="code")
    if draft.rate_percent is not None and not 0 < draft.rate_percent <= 100:
        raise InvalidInput(_l("A rate is between 1 and 100 percent."), field="rate_percent")
    if (draft.cap_amount is None) != (not draft.cap_unit):
        raise InvalidInput(_l("A cap has an amount and says per what, for example VND/enterprise."), field="cap_unit")
    head = draft.cap_unit.split("/")[0]
    if head and head not in EXPONENTS and head != "booths":
        raise InvalidInput(_l("Per what: a currency and a unit, as VND/enterprise, or booths/unit."), field="cap_unit")
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise InvalidInput(_l("The last day lies before the first."), field="valid_to")


def add_rule(draft: RuleDraft, *, by: Actor) -> SupportRule:
    """A new rule; raises InvalidInput for a code that is taken and for values that do not fit."""
    with transaction():
        if db.session.scalar(select(SupportRule.id).where(SupportRule.code == draft.code).limit(1)) is not None:
            raise InvalidInput(_l("There is a rule of this code already."), field="code")
        row = new_rule(draft)
        db.session.add(row)
        db.session.flush()
        record("funding.add_rule", row, by=by, after=asdict(draft))
    return row


def new_rule(draft: RuleDraft) -> SupportRule:
    """The first version of a rule, not yet kept; raises InvalidInput for values that do not fit."""
    check_rule(draft)
    return _row(draft, 1)


def change_rule(rule: SupportRule, draft: RuleDraft, *, by: Actor) -> SupportRule:
    """Another wording or rate. A rule that was used stays as it is, and the change is its next version."""
    check_rule(draft)
    if draft.code != rule.code:
        raise InvalidInput(_l("The code of a rule does not change."), field="code")
    with transaction():
        old = _newest(rule)
        used = db.session.scalar(select(func.count()).select_from(Grant).where(Grant.rule_id == old.id))
        before = {**old.snapshot(), "purpose": old.purpose}
        if used:
            old.is_newest = False
            row = _row(draft, old.version + 1)
            db.session.add(row)
        else:
            row = old
            for name, value in asdict(draft).items():
                setattr(row, name, value)
            row.folded = _folded(draft)
        db.session.flush()
        record("funding.change_rule", row, by=by, before=before, after={**row.snapshot(), "purpose": row.purpose})
    return row


def close_rule(rule: SupportRule, *, closed: bool, by: Actor) -> SupportRule:
    """Use a rule no more, or again; grants that were made by it stay."""
    with transaction():
        row = _newest(rule)
        before, row.is_closed = row.is_closed, closed
        record("funding.close_rule", row, by=by, before={"closed": before}, after={"closed": closed})
    return row


def _newest(rule: SupportRule) -> SupportRule:
    return db.session.scalars(
        select(SupportRule)
        .where(SupportRule.code == rule.code, SupportRule.is_newest)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _folded(draft: RuleDraft) -> str:
    return fold(f"{draft.code} {draft.item_vi} {draft.item_en} {draft.legal_basis_vi}")[:1200]


def _row(draft: RuleDraft, version: int) -> SupportRule:
    return SupportRule(**asdict(draft), version=version, is_newest=True, is_closed=False, folded=_folded(draft))


def amount_by(rule: SupportRule, full: Money, *, percent: int | None = None, booths: int = 1) -> Money:
    """What a rule grants of a cost: its rate (or a lower ``percent``), up to its cap. ``booths``: of how many it is the cost.

    Raises RuleNotUsable without a rate, InvalidInput for a percentage above the rule's.
    """
    if rule.rate_percent is None:
        raise RuleNotUsable(field="rule")
    rate = rule.rate_percent if percent is None else percent
    if not 0 < rate <= rule.rate_percent:
        raise InvalidInput(
            _l("Between 1 and %(most)s percent, the rate of the rule.", most=rule.rate_percent), field="percent"
        )
    if rule.cap_amount is not None and rule.cap_unit.startswith("booths") and booths > rule.cap_amount:
        full = Money(full.amount_minor * rule.cap_amount // booths, full.currency)
    amount = full.share(rate)
    cap = rule.cap
    if cap is not None and cap.currency == amount.currency and cap.amount_minor < amount.amount_minor:
        return cap
    return amount
