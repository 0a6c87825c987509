"""What a party answers: kept with a trace of each change; and the clerk's decision where two answers differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.models import Contract
from fairs.contracts.rates import convert
from fairs.contracts.states import ContractState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.links import LinkExpired, linked
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import clean
from fairs.followups.errors import AboveValue, LinkOver, NotAsked, NothingToDecide
from fairs.followups.models import FollowUp, FollowUpDecision
from fairs.followups.queries import usd_cents
from fairs.followups.states import OUTCOMES, REASONS, WAYS, FollowUpState

LARGEST = Decimal(10**12)


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """An answer as typed; amounts in major units of the contract's currency, since the signature."""

    outcome: str
    shipped: Decimal | None = None
    paid: Decimal | None = None
    reasons: Sequence[str] = ()
    remark: str = ""
    repeat_count: int | None = None
    repeat_value: Decimal | None = None
    repeat_currency: str = ""
    next_order_on: date | None = None


def all_done(row: FollowUp) -> AnswerDraft:
    """The answer of one click: all was shipped and paid. What was said of further orders stays."""
    value = row.contract.value.decimal
    kept = draft_of(row) if row.state is FollowUpState.ANSWERED else AnswerDraft("")
    return AnswerDraft(
        "as_planned", value, value, (), kept.remark, kept.repeat_count, kept.repeat_value, kept.repeat_currency,
        kept.next_order_on,
    )  # fmt: skip


def draft_of(row: FollowUp) -> AnswerDraft:
    """The answer that is kept, as it would be typed."""
    return AnswerDraft(
        row.outcome, row.shipped.decimal if row.shipped is not None else None,
        row.paid.decimal if row.paid is not None else None, row.reasons, row.remark, row.repeat_count,
        row.repeat.decimal if row.repeat is not None else None, row.repeat_currency, row.next_order_on,
    )  # fmt: skip


def opened(token: str) -> FollowUp:
    """The question that a mail's link opens; raises NotFound, LinkOver. Reading changes nothing."""
    try:
        return linked(token, FollowUp)
    except LinkExpired as error:
        raise LinkOver from error


def is_open(row: FollowUp) -> bool:
    """Whether an answer can be given: the contract stands and is no copy of another record."""
    return row.contract.state is not ContractState.CANCELLED and row.contract.merged_into_id is None


def answer(
    row: FollowUp, draft: AnswerDraft, *, by: Actor, way: str, name: str = "", confirmed: bool = False
) -> FollowUp:
    """Keep what the party says; a later answer takes the place of the earlier one, with a trace.

    ``way`` is a key of states.WAYS; ``name`` who spoke for the party; ``confirmed``: amounts above the contract's value are right.
    Raises InvalidInput with its field, AboveValue, NotAsked.
    """
    if way not in WAYS:
        raise ValueError(way)
    with transaction():
        kept = db.session.get_one(FollowUp, row.id, with_for_update=True, populate_existing=True)
        db.session.refresh(kept.contract)
        if not is_open(kept) or (kept.state is FollowUpState.SKIPPED and kept.left_out != "late"):
            raise NotAsked
        fair = db.session.get_one(Fair, kept.fair_id)
        values = _checked(kept, draft, fair, confirmed=confirmed)
        before = _content(kept) if kept.state is FollowUpState.ANSWERED else None
        for key, value in values.items():
            setattr(kept, key, value)
        if before is not None and before == _content(kept):
            return kept  # the same button twice
        if kept.state is FollowUpState.SKIPPED:
            kept.move_to(FollowUpState.PLANNED)
            kept.left_out = ""
        if kept.state is not FollowUpState.ANSWERED:
            kept.move_to(FollowUpState.ANSWERED)
        kept.answered_at, kept.answered_by_id, kept.way = now(), by.user_id, way
        kept.answered_name = clean(name)[:120]
        kept.looked_at = now() if way == "phone" else None
        if before is not None:
            _forget_decision(kept, by)
        db.session.flush()
        record("followups.answer", kept, by=by, before=before, after={**_content(kept), "way": way})
        return kept


def _checked(row: FollowUp, draft: AnswerDraft, fair: Fair, *, confirmed: bool) -> dict[str, Any]:
    contract = row.contract
    if draft.outcome not in OUTCOMES:
        raise InvalidInput(_l("Please choose from the list."), field="outcome")
    reasons = [code for code in REASONS if code in set(draft.reasons)]
    failed, remark = draft.outcome == "failed", clean(draft.remark)
    if failed and not reasons:
        raise InvalidInput(_l("Say why it was not carried out."), field="reasons")
    if "other" in reasons and not remark:
        raise InvalidInput(_l("Say in a few words what the other reason is."), field="remark")
    if len(remark) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field="remark")
    nothing = Decimal(0) if failed else None
    amounts = {
        name: _money(value if value is not None else nothing, contract.currency, name)
        for name, value in (("shipped", draft.shipped), ("paid", draft.paid))
    }
    for name, amount in amounts.items():
        if amount.amount_minor > contract.value_minor and not confirmed:
            raise AboveValue(field=name)
    return {
        "outcome": draft.outcome, "shipped_minor": amounts["shipped"].amount_minor,
        "paid_minor": amounts["paid"].amount_minor, "currency": contract.currency, "reason_codes": "|".join(reasons),
        "remark": remark, **_repeat(contract, draft, fair),
    }  # fmt: skip


def _repeat(contract: Contract, draft: AnswerDraft, fair: Fair) -> dict[str, Any]:
    """Further orders, with their value in USD fixed now."""
    count, value = draft.repeat_count, draft.repeat_value
    if count is not None and not 0 <= count <= 1000:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=0, max=1000), field="repeat_count")
    if value and not count:
        raise InvalidInput(_l("Write how many orders these were."), field="repeat_count")
    if draft.next_order_on is not None and draft.next_order_on < fair.today:
        raise InvalidInput(_l("This day has passed."), field="next_order_on")
    nothing = {"repeat_minor": None, "repeat_currency": "", "repeat_usd_minor": None}
    known = {"repeat_count": count, "next_order_on": draft.next_order_on}
    if not count or value is None:
        return {**known, **nothing}
    currency = draft.repeat_currency or contract.currency
    if currency not in EXPONENTS:
        raise InvalidInput(_l("Please choose a currency."), field="repeat_currency")
    amount = _money(value, currency, "repeat_value")
    if currency == contract.currency:
        usd = usd_cents(amount.amount_minor, contract.value_minor, contract.usd_minor)
    else:
        found = convert(amount, fair.today).usd
        usd = found.amount_minor if found is not None else None
    return {
        **known, "repeat_minor": amount.amount_minor, "repeat_currency": currency, "repeat_usd_minor": usd,
    }  # fmt: skip


def _money(amount: Decimal | None, currency: str, place: str) -> Money:
    if amount is None:
        raise InvalidInput(_l("Write the amount, 0 when there was nothing."), field=place)
    if amount < 0:
        raise InvalidInput(_l("Write 0 or more."), field=place)
    if amount > LARGEST:
        raise InvalidInput(_l("This amount is too large."), field=place)
    try:
        return Money.from_decimal(amount, currency)
    except InvalidInput as error:
        error.field = place
        raise


def _content(row: FollowUp) -> dict[str, Any]:
    names = (
        "outcome", "shipped_minor", "paid_minor", "currency", "reason_codes", "remark", "repeat_count", "repeat_minor",
        "repeat_currency", "next_order_on",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _forget_decision(row: FollowUp, by: Actor) -> None:
    """A decision between two answers does not outlive one of them."""
    found = _decision(row.contract_id, row.month)
    if found is not None:
        record(
            "followups.decision_lapsed", row.contract, by=by,
            before={"month": row.month, "shipped": found.shipped_minor, "paid": found.paid_minor},
        )  # fmt: skip
        db.session.delete(found)


def _decision(contract_id: int, month: int) -> FollowUpDecision | None:
    return db.session.scalar(
        select(FollowUpDecision).where(FollowUpDecision.contract_id == contract_id, FollowUpDecision.month == month)
    )


def decide(
    contract: Contract, month: int, shipped: Decimal | None, paid: Decimal | None, reason: str, *, by: Actor
) -> FollowUpDecision:
    """A clerk decides which values count after ``month`` months, and says why. Raises InvalidInput, NothingToDecide."""
    with transaction():
        row = db.session.get_one(Contract, contract.id, with_for_update=True, populate_existing=True)
        answered = db.session.scalars(
            select(FollowUp).where(
                FollowUp.contract_id == row.id, FollowUp.month == month, FollowUp.state == FollowUpState.ANSWERED
            )
        ).all()
        if not answered:
            raise NothingToDecide
        amounts = [_money(shipped, row.currency, "shipped"), _money(paid, row.currency, "paid")]
        text = clean(reason)
        if not text:
            raise InvalidInput(_l("Say why these values count."), field="reason")
        if len(text) > 400:
            raise InvalidInput(_l("At most %(max)d characters.", max=400), field="reason")
        found = _decision(row.id, month)
        before = {"shipped": found.shipped_minor, "paid": found.paid_minor, "reason": found.reason} if found else None
        if found is None:
            found = FollowUpDecision(contract_id=row.id, month=month, currency=row.currency)
            db.session.add(found)
        found.shipped_minor, found.paid_minor = (amount.amount_minor for amount in amounts)
        found.currency, found.reason, found.decided_at = row.currency, text, now()
        found.decided_by_id, found.decided_for_id = by.user_id, by.for_user_id
        for one in answered:
            one.looked_at = one.looked_at or now()
        db.session.flush()
        after = {"month": month, "shipped": found.shipped_minor, "paid": found.paid_minor, "reason": text}
        record("followups.decide", row, by=by, before=before, after=after)
        return found


def look_at(contract: Contract, month: int, *, by: Actor) -> None:
    """A clerk has seen the answers of this month: nothing more has to be done about them."""
    with transaction():
        rows = db.session.scalars(
            select(FollowUp)
            .where(
                FollowUp.contract_id == contract.id, FollowUp.month == month, FollowUp.looked_at.is_(None),
                FollowUp.state == FollowUpState.ANSWERED,
            )
            .with_for_update()
        ).all()  # fmt: skip
        for row in rows:
            row.looked_at = now()
            record("followups.look", row, by=by)
