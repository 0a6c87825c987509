"""How a fair supports importers: weights, amounts by region, rules and budget lines, ceilings; and the one lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, in_transaction, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import one_line
from fairs.funding.ceilings import ensure_ceilings
from fairs.funding.models import SupportRule
from fairs.funding.states import Purpose
from fairs.hosting.models import HostingSettings
from fairs.hosting.regions import Region
from fairs.hosting.scoring import MOST, WEIGHTS, Criterion
from fairs.hosting.states import SupportTier
from fairs.programme.models import BudgetLine

KEYS = (
    ("all", ""),
    *(("tier", tier.value) for tier in SupportTier),
    *(("region", region.value) for region in Region),
)


@dataclass(frozen=True, slots=True)
class SettingsDraft:
    """Amounts and days as entered. ``caps`` by region; lines and rules may be chosen later, before the first proposal."""

    caps: Mapping[str, Money]
    night_cap: Money
    nights: int
    days_before: int = 1
    decision_number: str = ""
    travel_rule: SupportRule | None = None
    lodging_rule: SupportRule | None = None
    travel_line: BudgetLine | None = None
    lodging_line: BudgetLine | None = None
    groups: Iterable[str] = ()
    countries: Iterable[str] = ()
    apply_by: date | None = None
    decide_by: date | None = None
    reply_days: int = 14
    auto_promote: bool = False


def settings_of(fair: Fair) -> HostingSettings:
    """The settings of a fair; standard ones, not kept yet, where it has none."""
    return _kept(fair.id) or _standard(fair)


def _standard(fair: Fair) -> HostingSettings:
    return HostingSettings(
        fair_id=fair.id, weights={one.value: weight for one, weight in WEIGHTS.items()}, travel_caps={}, night_cap_minor=0,
        nights=len(fair.days) + 1, days_before=1, currency=fair.currency, decision_number="", groups="", countries="",
        reply_days=14, auto_promote=False,
    )  # fmt: skip


def _kept(fair_id: int) -> HostingSettings | None:
    return db.session.scalar(select(HostingSettings).where(HostingSettings.fair_id == fair_id))


def locked_settings(fair: Fair) -> HostingSettings:
    """The fair's settings under their lock, and after it the budget lines by their keys. Inside transaction().

    Whoever gives out or takes back places and money of the fair begins here, so that nobody waits in a circle (see
    ``funding.ceilings``).
    """
    if not in_transaction():
        raise RuntimeError("support is given out inside transaction()")
    if _kept(fair.id) is None:
        # Two who are first at the same moment wait for each other at the fair's row.
        db.session.get_one(Fair, fair.id, with_for_update={"key_share": True}, populate_existing=True)
        if _kept(fair.id) is None:
            db.session.add(_standard(fair))
            db.session.flush()
            ensure_ceilings(fair.id, fair.currency, KEYS)
    row = db.session.scalars(
        select(HostingSettings)
        .where(HostingSettings.fair_id == fair.id)
        .with_for_update(of=HostingSettings)
        .execution_options(populate_existing=True)
    ).one()
    lines = sorted({key for key in (row.travel_line_id, row.lodging_line_id) if key is not None})
    if lines:
        query = select(BudgetLine.id).where(BudgetLine.id.in_(lines)).order_by(BudgetLine.id)
        db.session.execute(query.with_for_update()).all()
    return row


def save_settings(fair: Fair, draft: SettingsDraft, *, by: Actor) -> HostingSettings:
    """Other amounts, rules and days: they hold for what is proposed from now on. Raises InvalidInput at the field."""
    check_settings(fair, draft)
    with transaction():
        row = locked_settings(fair)
        before = _audited(row)
        row.travel_caps = {region: cap.amount_minor for region, cap in draft.caps.items()}
        row.night_cap_minor, row.nights, row.days_before = draft.night_cap.amount_minor, draft.nights, draft.days_before
        row.currency, row.decision_number = draft.night_cap.currency, one_line(draft.decision_number)[:60]
        row.travel_rule, row.lodging_rule = draft.travel_rule, draft.lodging_rule
        row.travel_line, row.lodging_line = draft.travel_line, draft.lodging_line
        row.groups, row.countries = "|".join(draft.groups)[:200], "|".join(draft.countries)[:400]
        row.apply_by, row.decide_by, row.reply_days = draft.apply_by, draft.decide_by, draft.reply_days
        row.auto_promote = draft.auto_promote
        db.session.flush()
        record("hosting.settings", row, by=by, before=before, after=_audited(row))
    return row


def check_settings(fair: Fair, draft: SettingsDraft) -> None:
    """Raise InvalidInput at the field that does not fit."""
    if draft.travel_rule is not None and draft.travel_rule.purpose is not Purpose.TRAVEL:
        raise InvalidInput(_l("A rule that pays for travel."), field="travel_rule")
    if draft.lodging_rule is not None and draft.lodging_rule.purpose is not Purpose.LODGING:
        raise InvalidInput(_l("A rule that pays for rooms."), field="lodging_rule")
    for name, line in (("travel_line", draft.travel_line), ("lodging_line", draft.lodging_line)):
        if line is not None and line.currency != draft.night_cap.currency:
            raise InvalidInput(_l("The budget line is kept in another currency than the fair."), field=name)
    if draft.days_before > draft.nights:
        raise InvalidInput(_l("Not more than the funded nights."), field="days_before")
    if draft.apply_by and draft.decide_by and draft.decide_by < draft.apply_by:
        raise InvalidInput(_l("Not before the last day of applications."), field="decide_by")
    if draft.decide_by and draft.decide_by > fair.ends_on:
        raise InvalidInput(_l("Not after the fair."), field="decide_by")


def _audited(row: HostingSettings) -> dict[str, Any]:
    return {
        "travel_caps": dict(row.travel_caps), "night_cap": row.night_cap_minor, "nights": row.nights,
        "days_before": row.days_before, "decision": row.decision_number, "travel_rule": row.travel_rule_id,
        "lodging_rule": row.lodging_rule_id, "travel_line": row.travel_line_id, "lodging_line": row.lodging_line_id,
        "apply_by": row.apply_by, "decide_by": row.decide_by, "reply_days": row.reply_days, "automatic": row.auto_promote,
    }  # fmt: skip


def check_weights(weights: Mapping[str, Any]) -> dict[Criterion, int]:
    """Weights as typed; raises InvalidInput at the criterion that is no whole number from 0 to 100, or all nothing."""
    found = {}
    for one in Criterion:
        text = str(weights.get(one.value, "")).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MOST):
            raise InvalidInput(_l("A whole number from 0 to 100."), field=one.value)
        found[one] = int(text)
    if not any(found.values()):
        raise InvalidInput(_l("At least one criterion has to weigh something."), field=next(iter(found)).value)
    return found


def save_weights(fair: Fair, weights: Mapping[Criterion, int], *, by: Actor) -> HostingSettings:
    """Other weights. Applications that are not proposed yet get their new score with ``applying.rescore``."""
    with transaction():
        row = locked_settings(fair)
        before = dict(row.weights)
        row.weights = {one.value: weight for one, weight in weights.items()}
        record("hosting.weights", row, by=by, before=before, after=dict(row.weights))
    return row
