"""Budget lines of the plan: their ceilings, and what is committed and spent of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, in_transaction, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.core.text import one_line
from fairs.programme.errors import BudgetExceeded
from fairs.programme.models import BudgetLine, PlanItem
from fairs.programme.states import BudgetSource


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as entered."""

    source: BudgetSource
    ceiling: Money
    name: str = ""


def save_budget_line(item: PlanItem, draft: LineDraft, *, by: Actor, line: BudgetLine | None = None) -> BudgetLine:
    """A new line of a plan's item, or another ceiling or name for ``line``.

    Raises InvalidInput for a ceiling below what is committed and spent already, and for a second line of the same name.
    """
    if draft.ceiling.amount_minor <= 0:
        raise InvalidInput(_l("A ceiling is more than nothing."), field="ceiling")
    with transaction():
        before = None
        if line is None:
            row = BudgetLine(item_id=item.id, committed_minor=0, spent_minor=0, currency=draft.ceiling.currency)
            db.session.add(row)
        else:
            row = _locked(line.id)
            before = {"ceiling": row.ceiling, "name": row.name}
            used = row.committed + row.spent
            if draft.ceiling.amount_minor < used.amount_minor:
                text = _("%(used)s of it are committed or spent already.", used=format_money(used))
                raise InvalidInput(text, field="ceiling")
        row.source, row.name, row.ceiling_minor = draft.source, one_line(draft.name)[:120], draft.ceiling.amount_minor
        try:
            with transaction():
                db.session.flush()
        except IntegrityError as error:
            raise InvalidInput(_l("This item has a line of this source and name already."), field="name") from error
        record("programme.budget_line", row, by=by, before=before, after={"ceiling": row.ceiling, "name": row.name})
    return row


def commit_budget(line_id: int, amount: Money) -> BudgetLine:
    """Promise an amount of a line, under its lock. Inside transaction(). Raises BudgetExceeded saying by how much."""
    row = _locked(line_id)
    _same_currency(row, amount)
    if amount.amount_minor > row.left.amount_minor:
        raise BudgetExceeded(
            _(
                "The budget line %(line)s has %(left)s left; %(amount)s are needed.",
                line=row.label, left=format_money(row.left), amount=format_money(amount),
            )
        )  # fmt: skip
    row.committed_minor += amount.amount_minor
    db.session.flush()
    return row


def release_budget(line_id: int, amount: Money) -> BudgetLine:
    """Take a promise back. Inside transaction()."""
    row = _locked(line_id)
    row.committed_minor -= amount.amount_minor
    db.session.flush()
    return row


def spend_budget(line_id: int, committed: Money, actual: Money) -> BudgetLine:
    """What was promised is settled by what it really cost; the rest is free again. Inside transaction()."""
    row = _locked(line_id)
    row.committed_minor -= committed.amount_minor
    row.spent_minor += actual.amount_minor
    db.session.flush()
    return row


def recover_budget(line_id: int, actual: Money) -> BudgetLine:
    """What was spent came back. Inside transaction()."""
    row = _locked(line_id)
    row.spent_minor -= actual.amount_minor
    db.session.flush()
    return row


def _same_currency(row: BudgetLine, amount: Money) -> None:
    if row.currency != amount.currency:
        raise InvalidInput(_("This budget line is kept in %(currency)s.", currency=row.currency), field="line")


def _locked(line_id: int) -> BudgetLine:
    if not in_transaction():
        raise RuntimeError("budget lines are changed inside transaction()")
    row = db.session.scalar(
        select(BudgetLine).where(BudgetLine.id == line_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row
