"""Supported exhibitors: proposed for support, put into a selection, accepted when its decision is signed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.directory.queries import product_groups
from fairs.documents.errors import AlreadySelected
from fairs.documents.events import DecisionSigned
from fairs.documents.models import Selection, SelectionItem
from fairs.documents.queries import open_item_of
from fairs.documents.service import Subject, add_subject, open_selection
from fairs.documents.states import EDITABLE
from fairs.exhibitors.errors import NoIndicativePrice, NotForSupport
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.service import accept_by_decision, change_support, check_decision, withdraw_application
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import cost_of
from fairs.funding.duplicates import Claim, Pool, read_together
from fairs.funding.models import SupportRule
from fairs.funding.rules import amount_by
from fairs.funding.service import GrantDraft, check_proposal, propose_grant
from fairs.funding.states import Purpose
from fairs.programme.models import BudgetLine
from fairs.programme.queries import budget_line

SUBJECT = "Exhibitor"
_DAYS_TO_DECIDE = 45  # before the opening all applications are decided: a custom of the department


@dataclass(frozen=True, slots=True)
class SupportTerms:
    """By which rule, how much of the price, from which budget line."""

    rule: SupportRule
    percent: int
    line: BudgetLine

    def as_dict(self) -> dict[str, Any]:
        """As a selection keeps them."""
        return {"rule_id": self.rule.id, "rule": self.rule.code, "percent": self.percent, "line_id": self.line.id}


def terms_of(rule_id: Any, percent: Any, line_id: Any) -> SupportTerms:
    """Terms as chosen on a form; raises InvalidInput at the field that does not fit."""
    rule = db.session.get(SupportRule, _key(rule_id))
    if rule is None or not rule.is_newest or rule.rate_percent is None:
        raise InvalidInput(_l("Please choose from the list."), field="rule")
    line = budget_line(_key(line_id))
    if line is None:
        raise InvalidInput(_l("Please choose from the list."), field="line")
    typed = str(percent or "").strip().removesuffix("%").strip()
    if typed and not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= rule.rate_percent):
        raise InvalidInput(
            _l("Between 1 and %(most)s percent, the rate of the rule.", most=rule.rate_percent), field="percent"
        )
    return SupportTerms(rule, int(typed) if typed else rule.rate_percent, line)


def _key(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def indicative_price(exhibitor: Exhibitor) -> Money:
    """The full net price of the booths that are wished for; raises NoIndicativePrice when the fair has none."""
    cost = cost_of(exhibitor)
    if cost is None:
        raise NoIndicativePrice
    return cost.full


def draft_for(exhibitor: Exhibitor, terms: SupportTerms) -> GrantDraft:
    """What the terms grant to an exhibitor; raises NotForSupport, NoIndicativePrice, InvalidInput."""
    if not exhibitor.is_supported:
        raise NotForSupport
    check_decision(exhibitor, ExhibitorState.ACCEPTED)
    full = indicative_price(exhibitor)
    amount = amount_by(terms.rule, full, percent=terms.percent, booths=exhibitor.booth_count)
    return GrantDraft(
        terms.rule, terms.line, terms.percent, full, amount, SUBJECT, exhibitor.id, exhibitor.company.name,
        company=exhibitor.company,
    )  # fmt: skip


def check_support(exhibitor: Exhibitor, terms: SupportTerms | None, *, reason: str = "") -> None:
    """Raise what propose_for_support would. Without terms only what can be said without them."""
    if not exhibitor.is_supported:
        raise NotForSupport
    check_decision(exhibitor, ExhibitorState.ACCEPTED)
    other = open_item_of(SUPPORT_KIND, SUBJECT, exhibitor.id)
    if other is not None:
        raise AlreadySelected(_("Stands in the selection %(reference)s already.", reference=other.selection.reference))
    if terms is not None:
        check_proposal(exhibitor.fair, draft_for(exhibitor, terms), reason=reason)


def checked_together(rows: Sequence[Exhibitor]) -> AbstractContextManager[Any]:
    """Around the checks or proposals of several: the supports that may be the same are read at once."""
    claims = [Claim(row.fair_id, "", Purpose.BOOTH, row.fair.starts_on, row.fair.ends_on, row.company) for row in rows]
    return read_together(Pool.of(claims))


def propose_for_support(
    exhibitor: Exhibitor, terms: SupportTerms, *, by: Actor, reason: str = "", selection: Selection | None = None
) -> SelectionItem:
    """Put an application for a supported place into the open draft with these terms, a new one when there is none.

    Raises NotForSupport, InvalidTransition, NoIndicativePrice, AlreadySelected, DuplicateSupport (see propose_grant).
    """
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update={"of": Exhibitor}, populate_existing=True)
        draft = draft_for(row, terms)
        chosen = selection or _open_draft(row.fair, terms) or _new_draft(row.fair, terms, by=by)
        item = add_subject(chosen, subject_of(row, draft), by=by)
        propose_grant(row.fair, draft, by=by, selection=chosen, reason=reason)
    return item


def subject_of(exhibitor: Exhibitor, draft: GrantDraft) -> Subject:
    """The exhibitor as the annex names it."""
    company, names = exhibitor.company, {group.code: group.name_vi for group in product_groups()}
    village = company.village.name if company.village is not None else ""
    parts = [company.address, "" if village in company.address else village]
    place = ", ".join(part for part in parts if part) or company.commune
    details = {
        "reference": exhibitor.reference, "place": place, "tax_code": company.tax_code,
        "products": ", ".join(names.get(code, code) for code in exhibitor.groups), "booths": exhibitor.booth_count,
        "full": draft.full.amount_minor, "rate": f"{draft.percent}%",
    }  # fmt: skip
    return Subject(SUBJECT, exhibitor.id, company.name, company.id, None, draft.amount, details)


def _open_draft(fair: Fair, terms: SupportTerms) -> Selection | None:
    drafts = db.session.scalars(
        select(Selection)
        .where(
            Selection.fair_id == fair.id, Selection.kind == SUPPORT_KIND, Selection.state.in_(EDITABLE),
            Selection.amends_id.is_(None),
        )
        .order_by(Selection.id.desc())
    )  # fmt: skip
    return next((one for one in drafts if one.terms == terms.as_dict()), None)


def _new_draft(fair: Fair, terms: SupportTerms, *, by: Actor) -> Selection:
    title = f"Hỗ trợ chi phí gian hàng tại {fair.name_vi}"
    due = max(fair.today, fair.starts_on - timedelta(days=_DAYS_TO_DECIDE))
    return open_selection(
        SUPPORT_KIND, fair_id=fair.id, code=fair.code, title=title, terms=terms.as_dict(), due_on=due, by=by
    )


def exhibitors_of(selection: Selection) -> dict[int, Exhibitor]:
    """The exhibitors that a selection is about, by their keys."""
    keys = [item.subject_id for item in selection.items]
    return {row.id: row for row in db.session.scalars(select(Exhibitor).where(Exhibitor.id.in_(keys)))}


def move_exhibitors(event: DecisionSigned) -> None:
    """The decision is signed: its exhibitors are accepted, change their support or lose it. Others are not touched."""
    selection = event.selection
    if selection.kind != SUPPORT_KIND:
        return
    number, day = selection.decision_number, event.day
    rows = exhibitors_of(selection)
    for item in event.items:
        exhibitor = rows[item.subject_id]
        if selection.correction == "revokes":
            _revoke(exhibitor, selection, by=event.by)
        elif selection.correction == "amends":
            if exhibitor.state is ExhibitorState.ACCEPTED and exhibitor.is_supported:
                change_support(
                    exhibitor, number=number, day=day, percent=_percent(item),
                    by=event.by,
                )  # fmt: skip
        elif exhibitor.is_supported and exhibitor.may_move_to(ExhibitorState.ACCEPTED):
            accept_by_decision(
                exhibitor, number=number, day=day, percent=_percent(item),
                by=event.by,
            )  # fmt: skip


def _revoke(exhibitor: Exhibitor, selection: Selection, *, by: Actor) -> None:
    before = selection.amends
    same = before is not None and exhibitor.decision_number == before.decision_number
    if same and exhibitor.state is ExhibitorState.ACCEPTED:
        reason = _("The decision on support was revoked by %(number)s.", number=selection.decision_number)
        withdraw_application(exhibitor, by=by, reason=reason)


def _percent(item: SelectionItem) -> int:
    """The part of the price that the grant covers, in whole percent, rounded down: no more is waived than granted."""
    full = int(item.details.get("full") or 0)
    return min(100, (item.amount_minor or 0) * 100 // full) if full else 0
