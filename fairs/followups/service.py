"""Planning the questions of the follow-up, asking them by mail, reminding, and closing what nobody answered.

The rule (brief, section 5): both parties are asked 3, 6 and 12 calendar months after the day of signature; a month that has no such
day takes its last one. Two reminders follow after 7 days each; another 7 days later a question counts as not answered. What
was due more than 60 days ago, or before another question that is due as well, is not asked any more: nobody answers
the same twice.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState
from fairs.core.actor import SYSTEM
from fairs.core.clock import local_day, now
from fairs.core.db import db, transaction
from fairs.core.links import new_link
from fairs.followups.models import FollowUp
from fairs.followups.queries import Contact, contacts_of
from fairs.followups.states import MONTHS, SIDES, FollowUpState
from fairs.messages.service import Notice, send

S = FollowUpState
REMIND_EVERY = timedelta(days=7)
REMINDERS = 2
#: What was due longer ago is not asked any more.
LATE = timedelta(days=60)
#: The link of a mail opens its page for so long.
LINK_LIVES = timedelta(days=60)
_BATCH = 200
_WAITING = (S.PLANNED, S.ASKED, S.NO_ANSWER)


def due_day(signed_on: date, month: int) -> date:
    """The day of the question: so many calendar months after the signature (31 August + 6 = the last of February)."""
    months = signed_on.month - 1 + month
    year, number = signed_on.year + months // 12, months % 12 + 1
    return date(year, number, min(signed_on.day, calendar.monthrange(year, number)[1]))


def plan(*, fair_ids: Sequence[int] | None = None) -> int:
    """Write down the questions of each contract that counts and has none yet; move, leave out and take up again what the contracts
    ask for. Returns how many were written. May run twice at once: each question exists once."""
    made = _write(fair_ids)
    _put_right(fair_ids)
    return made


def _write(fair_ids: Sequence[int] | None) -> int:
    known = select(func.count(FollowUp.id)).where(FollowUp.contract_id == Contract.id).scalar_subquery()
    query = select(Contract.id, Contract.fair_id, Contract.signed_on).where(
        headline(), known < len(MONTHS) * len(SIDES)
    )
    if fair_ids is not None:
        query = query.where(Contract.fair_id.in_(fair_ids))
    with transaction():
        moment = now()
        rows = [
            {
                "contract_id": key, "fair_id": fair_id, "month": month, "side": side, "due_on": due_day(signed_on, month),
                "state": S.PLANNED, "left_out": "", "reminders": 0, "answered_name": "", "way": "", "outcome": "",
                "currency": "", "reason_codes": "", "remark": "", "repeat_currency": "", "created_at": moment,
            }
            for key, fair_id, signed_on in db.session.execute(query.order_by(Contract.id))
            for month in MONTHS
            for side in SIDES
        ]  # fmt: skip
        insert: Any = pg_insert if db.session.get_bind().dialect.name == "postgresql" else sqlite_insert
        made = 0
        for begin in range(0, len(rows), _BATCH):
            statement = insert(FollowUp).values(rows[begin : begin + _BATCH])
            statement = statement.on_conflict_do_nothing(index_elements=["contract_id", "month", "side"])
            made += int(db.session.execute(statement.returning(FollowUp.id)).all().__len__())
        return made


def _put_right(fair_ids: Sequence[int] | None) -> None:
    """Days follow the day of signature; who is cancelled or merged is not asked; what counts again is."""
    counts = select(Contract.id).where(headline())
    away = or_(
        Contract.state == ContractState.CANCELLED, Contract.merged_into_id.is_not(None), Contract.parent_id.is_not(None)
    )
    query = (
        select(FollowUp)
        .join(Contract, Contract.id == FollowUp.contract_id)
        .options(joinedload(FollowUp.contract))
        .order_by(FollowUp.id)
        .with_for_update(of=FollowUp)
        .execution_options(populate_existing=True)
    )
    if fair_ids is not None:
        query = query.where(FollowUp.fair_id.in_(fair_ids))
    with transaction():
        for row in db.session.scalars(
            query.where(FollowUp.state.in_(_WAITING), away, FollowUp.contract_id.not_in(counts))
        ):
            why = _why_not(row.contract)
            if why:
                _leave_out(row, why)
        for row in db.session.scalars(
            query.where(FollowUp.state == S.SKIPPED, FollowUp.left_out != "late", FollowUp.contract_id.in_(counts))
        ):
            row.move_to(S.PLANNED)
            row.left_out, row.asked_at, row.reminders, row.reminded_at = "", None, 0, None
        for row in db.session.scalars(query.where(FollowUp.state == S.PLANNED)):
            row.due_on = due_day(row.contract.signed_on, row.month)


def _why_not(contract: Contract) -> str:
    if contract.merged_into_id is not None:
        return "merged"
    if contract.state is ContractState.CANCELLED:
        return "cancelled"
    return "part" if contract.parent is not None and contract.parent.is_verified_deal else ""


def _leave_out(row: FollowUp, why: str) -> None:
    row.move_to(S.SKIPPED)
    row.left_out = why


def ask_due(*, fair_ids: Sequence[int] | None = None) -> int:
    """Mail each question whose day has come to the party's contact; returns how many went out.

    Where no address is known the question stays planned: it waits in the inbox for a call.
    """
    asked = 0
    for fair in _fairs(fair_ids, (S.PLANNED,)):
        due: dict[tuple[int, str], list[FollowUp]] = defaultdict(list)
        query = (
            select(FollowUp)
            .where(FollowUp.fair_id == fair.id, FollowUp.state == S.PLANNED, FollowUp.due_on <= fair.today)
            .where(FollowUp.contract_id.in_(select(Contract.id).where(headline())))
            .options(
                joinedload(FollowUp.contract).joinedload(Contract.exporter),
                joinedload(FollowUp.contract).joinedload(Contract.importer),
            )
            .order_by(FollowUp.month)
        )
        rows = db.session.scalars(query).all()
        for row in rows:
            due[row.contract_id, row.side].append(row)
        known = contacts_of(rows)
        for group in due.values():
            late = [row for row in group if row is not group[-1] or row.due_on < fair.today - LATE]
            for key in [row.id for row in late]:
                _act(key, S.PLANNED, lambda row: _leave_out(row, "late"))
            last = group[-1]
            contact = known[last.id]
            if last not in late and contact.email:
                asked += _act(last.id, S.PLANNED, lambda row, fair=fair, contact=contact: _ask(row, fair, contact))
    return asked


def remind_due(*, fair_ids: Sequence[int] | None = None) -> int:
    """Two reminders, each 7 days after the mail before; 7 days after the last the question is closed. Returns the mails."""
    sent = 0
    for fair in _fairs(fair_ids, (S.ASKED,)):
        query = (
            select(FollowUp)
            .where(FollowUp.fair_id == fair.id, FollowUp.state == S.ASKED)
            .options(
                joinedload(FollowUp.contract).joinedload(Contract.exporter),
                joinedload(FollowUp.contract).joinedload(Contract.importer),
            )
            .order_by(FollowUp.id)
        )
        rows = [row for row in db.session.scalars(query) if _is_due(row, fair)]
        known = contacts_of(rows)
        for key in [row.id for row in rows]:
            contact = known[key]
            sent += _act(key, S.ASKED, lambda row, fair=fair, contact=contact: _remind(row, fair, contact))
    return sent


def _is_due(row: FollowUp, fair: Fair) -> bool:
    last = row.reminded_at or row.asked_at
    return last is not None and local_day(last, fair.time_zone) + REMIND_EVERY <= fair.today


def _fairs(fair_ids: Sequence[int] | None, states: Sequence[FollowUpState]) -> Sequence[Fair]:
    query = select(Fair).where(
        select(FollowUp.id).where(FollowUp.fair_id == Fair.id, FollowUp.state.in_(states)).exists()
    )
    if fair_ids is not None:
        query = query.where(Fair.id.in_(fair_ids))
    return db.session.scalars(query.order_by(Fair.id)).all()


def _act(key: int, state: FollowUpState, what: Any) -> int:
    """Do it in a transaction of its own, unless somebody was quicker; 1 when a mail went out."""
    with transaction():
        row = db.session.get_one(FollowUp, key, with_for_update=True, populate_existing=True)
        if row.state is not state:
            return 0
        return 1 if what(row) else 0


def _ask(row: FollowUp, fair: Fair, contact: Contact) -> bool:
    row.move_to(S.ASKED)
    row.asked_at = now()
    _mail(row, fair, contact, "ask")
    record("followups.ask", row, by=SYSTEM, after={"month": row.month, "side": row.side})
    return True


def _remind(row: FollowUp, fair: Fair, contact: Contact) -> bool:
    if not _is_due(row, fair):
        return False
    if row.reminders >= REMINDERS:
        row.move_to(S.NO_ANSWER)
        record("followups.close", row, by=SYSTEM, after={"month": row.month, "side": row.side})
        return False
    row.reminders += 1
    row.reminded_at = now()
    _mail(row, fair, contact, "remind")
    return True


def _mail(row: FollowUp, fair: Fair, contact: Contact, template: str) -> None:
    contract = row.contract
    other = contract.importer if row.side == "exporter" else contract.exporter
    token = new_link(row, expires_at=now() + LINK_LIVES)
    send(
        Notice(
            template=f"followups/{template}", name=contact.name, email=contact.email or None, locale=contact.locale,
            fair_id=fair.id,
            context={
                "fair": fair, "reference": contract.reference, "number": contract.number, "company": row.party.name,
                "other": other.name, "value": contract.value, "signed_on": contract.signed_on, "month": row.month,
                "page": f"/u/{token}",
            },
        )
    )  # fmt: skip
