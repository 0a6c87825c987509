"""Drawing up a fair's budget, approving it by a second person, adjusting it, and permitting overruns of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.budgets.errors import BelowUsed, NotEditable
from fairs.budgets.models import BudgetItem, FairBudget, FairLine, Overrun
from fairs.budgets.queries import approved_budget, open_budget
from fairs.budgets.states import BudgetState, Category, MoneySource, OverrunState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.i18n import format_money
from fairs.core.money import LARGEST, Money
from fairs.core.text import clean, one_line

MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A line of a budget as entered; the amount is quantity × unit price where both are given, else ``amount``."""

    code: str
    name_vi: str
    category: Category
    source: MoneySource
    amount: Money | None = None
    name_en: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    unit_price: Money | None = None
    plan_line_id: int | None = None
    note: str = ""

    def total(self, currency: str) -> Money:
        """What the line is planned with; raises InvalidInput when nothing says it, or when two figures disagree."""
        if self.quantity is not None and self.unit_price is not None:
            exact = self.quantity * self.unit_price.amount_minor
            total = Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), currency)
            if self.amount is not None and self.amount != total:
                raise InvalidInput(
                    _("Quantity × unit price is %(total)s, not %(amount)s. Leave the amount empty, or mend it.",
                      total=format_money(total), amount=format_money(self.amount)), field="amount",
                )  # fmt: skip
        elif self.amount is None:
            raise InvalidInput(_l("Give an amount, or a quantity and a unit price."), field="amount")
        else:
            total = self.amount
        if not 0 <= total.amount_minor <= LARGEST:
            raise InvalidInput(_l("This amount is too large."), field="amount")
        return total


# --- versions -----------------------------------------------------------------------------------------------------


def new_version(
    fair: Fair, *, by: Actor, reason: str = "", copy_of: FairBudget | None = None, growth: Decimal = Decimal(0)
) -> FairBudget:
    """A draft: empty, or with the items of ``copy_of`` (another fair's, made greater by ``growth`` percent).

    Once a budget is approved the draft is an adjustment of it and needs a reason; it begins with what is in force. Raises
    Conflict when a version is drawn up or waits for approval already, InvalidInput without a reason.
    """
    with transaction():
        _lock_fair(fair.id)
        if open_budget(fair.id) is not None:
            raise Conflict(_l("A version is being drawn up already. Submit or drop it first."))
        in_force = approved_budget(fair.id)
        if in_force is not None and not reason.strip():
            raise InvalidInput(_l("Say why the budget is adjusted."), field="reason")
        if not -90 <= growth <= 1000:
            raise InvalidInput(_l("Between %(min)s and %(max)s.", min=-90, max=1000), field="growth")
        if copy_of is not None and copy_of.currency != fair.currency:
            raise InvalidInput(_l("That fair is reckoned in another currency."), field="copy_of")
        last = db.session.scalar(select(func.max(FairBudget.version)).where(FairBudget.fair_id == fair.id)) or 0
        budget = FairBudget(
            fair_id=fair.id, version=last + 1, state=BudgetState.DRAFT, reason=clean(reason)[:400],
            currency=fair.currency, by_id=by.user_id, for_id=by.for_user_id, decision_number="", returned_because="",
        )  # fmt: skip
        source = copy_of or in_force
        is_own = source is not None and source.fair_id == fair.id
        budget.items = [
            _copied(item, Decimal(0) if is_own else growth, is_own=is_own) for item in (source.items if source else ())
        ]
        db.session.add(budget)
        db.session.flush()
        record("budgets.draw_up", budget, by=by, after={"version": budget.version, "reason": budget.reason})
        return budget


def _copied(item: BudgetItem, growth: Decimal, *, is_own: bool) -> BudgetItem:
    price = item.unit_price.share(100 + growth) if item.unit_price is not None else None
    if item.quantity is not None and price is not None:
        amount = int((item.quantity * price.amount_minor).quantize(Decimal(1), ROUND_HALF_UP))
    else:
        amount = item.amount.share(100 + growth).amount_minor
    return BudgetItem(
        position=item.position, code=item.code, name_vi=item.name_vi, name_en=item.name_en, category=item.category,
        source=item.source, plan_line_id=item.plan_line_id if is_own else None, unit=item.unit, quantity=item.quantity,
        unit_price_minor=price.amount_minor if price is not None else None, amount_minor=amount, currency=item.currency,
        note=item.note,
    )  # fmt: skip


def save_item(budget: FairBudget, draft: ItemDraft, *, by: Actor, item: BudgetItem | None = None) -> BudgetItem:
    """Write a line of a draft, or change ``item``. Raises NotEditable, and InvalidInput at the field at fault."""
    with transaction():
        row = _draft(budget, by)
        known = next((one for one in row.items if item is not None and one.id == item.id), None)
        if item is not None and known is None:
            raise NotFound
        if known is None and len(row.items) >= MOST_ITEMS:
            raise InvalidInput(_l("At most %(count)s lines.", count=MOST_ITEMS))
        values = _values(draft, row.currency)
        if any(one.code == values["code"] and one is not known for one in row.items):
            raise InvalidInput(_l("There is a line with this code already."), field="code")
        if known is None:
            place = max((one.position for one in row.items), default=0) + 1
            known = BudgetItem(position=place, currency=row.currency)
            row.items.append(known)
        for name, value in values.items():
            setattr(known, name, value)
        db.session.flush()
        record("budgets.line", row, by=by, after={"code": known.code, "amount": known.amount})
        return known


def _values(draft: ItemDraft, currency: str) -> dict[str, object]:
    code = one_line(draft.code).upper()[:20]
    if not code or not all(sign.isascii() and (sign.isalnum() or sign in ".-_") for sign in code):
        raise InvalidInput(_l("A code has letters, digits, dots and hyphens, for example A.1."), field="code")
    name = one_line(draft.name_vi)[:250]
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name_vi")
    return {
        "code": code, "name_vi": name, "name_en": one_line(draft.name_en)[:250], "category": draft.category,
        "source": draft.source, "plan_line_id": draft.plan_line_id if draft.source is MoneySource.CITY or
        draft.source is MoneySource.COUNTERPART else None, "unit": one_line(draft.unit)[:40], "quantity": draft.quantity,
        "unit_price_minor": draft.unit_price.amount_minor if draft.unit_price is not None else None,
        "amount_minor": draft.total(currency).amount_minor, "note": one_line(draft.note)[:400],
    }  # fmt: skip


def remove_item(budget: FairBudget, code: str, *, by: Actor) -> None:
    """Take a line out of a draft; raises NotEditable, NotFound."""
    with transaction():
        row = _draft(budget, by)
        item = next((one for one in row.items if one.code == code), None)
        if item is None:
            raise NotFound
        row.items.remove(item)
        record("budgets.remove_line", row, by=by, before={"code": code, "amount": item.amount})


def replace_items(budget: FairBudget, drafts: Sequence[ItemDraft], *, by: Actor) -> FairBudget:
    """Put these lines in the place of all lines of a draft, as a sheet that was handed in has them. Raises as save_item."""
    with transaction():
        row = _draft(budget, by)
        plan_lines = {item.code: item.plan_line_id for item in row.items}
        row.items.clear()
        db.session.flush()
        for place, draft in enumerate(drafts[:MOST_ITEMS], 1):
            values = _values(draft, row.currency)
            if values["source"] in (MoneySource.CITY, MoneySource.COUNTERPART):
                values["plan_line_id"] = plan_lines.get(str(values["code"]))
            row.items.append(BudgetItem(position=place, currency=row.currency, **values))
        db.session.flush()
        record("budgets.import", row, by=by, after={"lines": len(row.items), "total": row.total})
        return row


def submit_budget(budget: FairBudget, *, by: Actor) -> FairBudget:
    """Hand a draft in for approval; raises InvalidInput for one without lines."""
    with transaction():
        row = _locked(budget)
        row.require_move(BudgetState.SUBMITTED)
        if not row.items:
            raise InvalidInput(_l("There is no line in this budget yet."))
        _check_against_use(row)
        row.move_to(BudgetState.SUBMITTED)
        row.submitted_at, row.returned_because = now(), ""
        row.submitted_by_id, row.submitted_for_id = by.user_id, by.for_user_id
        record("budgets.submit", row, by=by, after={"version": row.version, "total": row.total})
        return row


def return_budget(budget: FairBudget, *, reason: str, by: Actor) -> FairBudget:
    """Give a submitted version back to be mended, saying why."""
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        row = _locked(budget)
        row.require_move(BudgetState.DRAFT)
        row.move_to(BudgetState.DRAFT)
        row.returned_because = clean(reason)[:400]
        record("budgets.return", row, by=by, after={"version": row.version, "reason": row.returned_because})
        return row


def drop_budget(budget: FairBudget, *, by: Actor) -> FairBudget:
    """Give a draft up; its number is not used again."""
    with transaction():
        row = _locked(budget)
        row.move_to(BudgetState.DROPPED)
        record("budgets.drop", row, by=by, after={"version": row.version})
        return row


def approve_budget(budget: FairBudget, *, decision_number: str, decision_on: date, by: Actor) -> FairBudget:
    """A second person approves: this version is in force, the one before is replaced.

    A permission to overrun stays as far as it is used: the new plan speaks for the rest. Raises SamePerson, BelowUsed when a
    line would be planned with less than is used of it, InvalidInput without a decision.
    """
    number = one_line(decision_number)[:60]
    if not number:
        raise InvalidInput(_l("Give the number of the decision."), field="decision_number")
    with transaction():
        fair = _lock_fair(budget.fair_id)
        if decision_on > fair.today:
            raise InvalidInput(_l("This day lies in the future."), field="decision_on")
        row = _locked(budget)
        row.require_move(BudgetState.APPROVED)
        require_second_person(by, row.by_id, row.for_id, row.submitted_by_id, row.submitted_for_id)
        before = approved_budget(row.fair_id)
        if before is not None:
            before.move_to(BudgetState.REPLACED)
        _put_in_force(row)
        row.move_to(BudgetState.APPROVED)
        row.approved_by_id, row.approved_at = by.user_id, now()
        row.decision_number, row.decision_on = number, decision_on
        after = {"version": row.version, "total": row.total, "decision": number, "on": decision_on}
        record("budgets.approve", row, by=by, after=after)
        return row


def _lines_locked(fair_id: int) -> dict[str, FairLine]:
    rows = db.session.scalars(
        select(FairLine).where(FairLine.fair_id == fair_id).order_by(FairLine.id).with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return {row.code: row for row in rows}


def _check_against_use(budget: FairBudget) -> None:
    lines = _lines_locked(budget.fair_id)
    planned = {item.code: item.amount_minor for item in budget.items}
    for code, line in lines.items():
        used = line.committed_minor + line.spent_minor - line.overrun_minor
        if planned.get(code, 0) < used:
            raise BelowUsed(
                _("%(line)s: %(used)s are committed and spent, %(planned)s would be planned.", line=line.label,
                  used=format_money(line.committed + line.spent), planned=format_money(Money(planned.get(code, 0), line.currency)))
            )  # fmt: skip


def _put_in_force(budget: FairBudget) -> None:
    _check_against_use(budget)
    lines = _lines_locked(budget.fair_id)
    for item in budget.items:
        line = lines.pop(item.code, None)
        if line is None:
            line = FairLine(
                fair_id=budget.fair_id, code=item.code, overrun_minor=0, committed_minor=0, spent_minor=0,
                currency=budget.currency,
            )  # fmt: skip
            db.session.add(line)
        line.position, line.name_vi, line.name_en = item.position, item.name_vi, item.name_en
        line.category, line.source = item.category, item.source
        _plan(line, item.amount_minor)
    for line in lines.values():
        _plan(line, 0)
    db.session.flush()


def _plan(line: FairLine, planned_minor: int) -> None:
    used = line.committed_minor + line.spent_minor
    line.overrun_minor = min(line.overrun_minor, max(0, used - planned_minor))
    line.planned_minor = planned_minor


# --- overruns -----------------------------------------------------------------------------------------------------


def ask_overrun(line: FairLine, amount: Money, *, reason: str, by: Actor) -> Overrun:
    """Ask that more may be used of a line than is planned, saying why."""
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    if amount.currency != line.currency or not 0 < amount.amount_minor <= LARGEST:
        raise InvalidInput(_l("Write an amount above zero."), field="amount")
    with transaction():
        row = Overrun(
            fair_id=line.fair_id, line_id=line.id, state=OverrunState.REQUESTED, amount_minor=amount.amount_minor,
            currency=amount.currency, reason=clean(reason)[:400], by_id=by.user_id, for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("budgets.ask_overrun", row, by=by, after={"line": line.code, "amount": amount, "reason": row.reason})
        return row


def decide_overrun(overrun: Overrun, *, grant: bool, by: Actor) -> Overrun:
    """A second person permits or refuses it."""
    with transaction():
        row = db.session.get_one(Overrun, overrun.id, with_for_update=True, populate_existing=True)
        row.require_move(OverrunState.GRANTED if grant else OverrunState.REFUSED)
        require_second_person(by, row.by_id, row.for_id)
        if grant:
            line = db.session.get_one(FairLine, row.line_id, with_for_update=MINE, populate_existing=True)
            line.overrun_minor += row.amount_minor
        row.move_to(OverrunState.GRANTED if grant else OverrunState.REFUSED)
        row.decided_by_id, row.decided_at = by.user_id, now()
        record("budgets.decide_overrun", row, by=by, after={"state": row.state, "amount": row.amount})
        return row


def _lock_fair(fair_id: int) -> Fair:
    return db.session.get_one(Fair, fair_id, with_for_update=MINE, populate_existing=True)


def _locked(budget: FairBudget) -> FairBudget:
    row = db.session.get_one(FairBudget, budget.id, with_for_update=True, populate_existing=True)
    db.session.refresh(row, ["items"])
    return row


def _draft(budget: FairBudget, by: Actor) -> FairBudget:
    row = _locked(budget)
    if row.state is not BudgetState.DRAFT:
        raise NotEditable
    row.submitted_by_id, row.submitted_for_id = by.user_id, by.for_user_id
    return row
