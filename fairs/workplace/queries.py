"""What a role's start page shows: what needs a person, four figures, the next dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.states import BadgeState
from fairs.booths.permissions import MANAGE_BOOKINGS
from fairs.booths.queries import state_counts
from fairs.booths.states import BoothState
from fairs.calendar.models import Fair
from fairs.checkin.permissions import VIEW_GATES
from fairs.checkin.queries import counters
from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT, VERIFY_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.queries import ContractFilter
from fairs.contracts.queries import sums as contract_sums
from fairs.contracts.states import Verification
from fairs.core.db import db
from fairs.core.i18n import format_money, format_number
from fairs.core.permissions import Permission
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import DECIDE_APPLICATION, VIEW_EXHIBITORS
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.permissions import DECIDE_IMPORTER, VIEW_IMPORTERS
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from fairs.messages.permissions import READ_OUTBOX
from fairs.messages.states import MessageState
from fairs.payments.models import Instalment, Invoice
from fairs.payments.permissions import RECORD_RECEIPT, VIEW_INVOICES
from fairs.payments.queries import OWED, InvoiceFilter
from fairs.payments.queries import sums as invoice_sums
from fairs.workplace.timeline import OPEN, timeline

May = Callable[[Permission], bool]


@dataclass(frozen=True, slots=True)
class Need:
    """Work that waits for a person: how much, until when, and the page where it is done."""

    icon: str
    text: str
    button: str
    endpoint: str
    values: dict[str, Any]
    due: date | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its label and the page with the records behind it."""

    label: str
    value: str
    hint: str
    endpoint: str
    icon: str


@dataclass(frozen=True, slots=True)
class DateAhead:
    """A day of the fair's year."""

    day: date
    text: str
    is_late: bool = False


def _count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def needs(fair: Fair, may: May) -> list[Need]:
    """What waits for somebody with these permissions, the most urgent first."""
    found = [*_decisions(fair, may), *_money(fair, may), *_deals(fair, may), *_paper(fair, may)]
    return sorted(found, key=lambda need: (not need.is_late, need.due or date.max))


def _decisions(fair: Fair, may: May) -> list[Need]:
    found = []
    if may(DECIDE_APPLICATION):
        waiting = _count(Exhibitor, Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.SUBMITTED)
        if waiting:
            text = ngettext(
                "%(num)s application waits for a decision", "%(num)s applications wait for a decision", waiting
            )
            found.append(Need("building-store", text, _("Decide"), "exhibitors.index", {"state": "submitted"}))
    if may(DECIDE_IMPORTER):
        waiting, due = db.session.execute(
            select(func.count(), func.min(Importer.decide_by)).where(
                Importer.fair_id == fair.id, Importer.state == ImporterState.SUBMITTED
            )
        ).one()
        if waiting:
            text = ngettext("%(num)s importer waits for an answer", "%(num)s importers wait for an answer", waiting)
            late = due is not None and due < fair.today
            found.append(Need("world", text, _("Answer"), "importers.index", {"state": "submitted"}, due, late))
    return found


def _money(fair: Fair, may: May) -> list[Need]:
    if not may(RECORD_RECEIPT) and not may(MANAGE_BOOKINGS):
        return []
    overdue, oldest = db.session.execute(
        select(func.count(func.distinct(Invoice.id)), func.min(Instalment.due_on))
        .join(Instalment, Instalment.invoice_id == Invoice.id)
        .where(
            Invoice.fair_id == fair.id, Invoice.state.in_(OWED), Instalment.due_on < fair.today,
            Instalment.kind == "deposit", Invoice.received_minor < Instalment.amount_minor,
        )
    ).one()  # fmt: skip
    if not overdue:
        return []
    text = ngettext("%(num)s deposit is overdue", "%(num)s deposits are overdue", overdue)
    return [Need("cash", text, _("Look"), "payments.index", {"overdue": "1"}, oldest, True)]


def _deals(fair: Fair, may: May) -> list[Need]:
    found = []
    if may(VERIFY_CONTRACT):
        waiting = _count(Contract, Contract.fair_id == fair.id, Contract.verification == Verification.LOGGED)
        if waiting:
            text = ngettext("%(num)s contract waits to be verified", "%(num)s contracts wait to be verified", waiting)
            found.append(
                Need("rosette-discount-check", text, _("Verify"), "contracts.index", {"verification": "logged"})
            )
    if may(LOG_CONTRACT):
        back = _count(Contract, Contract.fair_id == fair.id, Contract.verification == Verification.RETURNED)
        if back:
            text = ngettext("%(num)s contract was sent back", "%(num)s contracts were sent back", back)
            found.append(Need("arrow-back-up", text, _("Correct"), "contracts.index", {"verification": "returned"}))
    return found


def _messages(fair: Fair, state: MessageState) -> int:
    return _count(OutboxMessage, OutboxMessage.fair_id == fair.id, OutboxMessage.state == state)


def _paper(fair: Fair, may: May) -> list[Need]:
    found = []
    if may(READ_OUTBOX):
        waiting = _messages(fair, MessageState.TO_PRINT)
        if waiting:
            text = ngettext("%(num)s letter is to be printed", "%(num)s letters are to be printed", waiting)
            found.append(Need("printer", text, _("Print"), "messages.outbox", {"state": "to_print"}))
        failed = _messages(fair, MessageState.FAILED)
        if failed:
            text = ngettext("%(num)s mail could not be sent", "%(num)s mails could not be sent", failed)
            found.append(Need("mail-x", text, _("Look"), "messages.outbox", {"state": "failed"}))
    if may(PRINT_BADGES) and -5 <= fair.days_to_opening <= 14 and not fair.is_over:
        number = _count(Badge, Badge.fair_id == fair.id, Badge.state == BadgeState.ACTIVE, Badge.printed_at.is_(None))
        if number:
            text = ngettext("%(num)s badge is not printed", "%(num)s badges are not printed", number)
            found.append(Need("id-badge-2", text, _("Print"), "badges.index", {"printed": "no"}, fair.starts_on))
    return found


def figures(fair: Fair, may: May) -> list[Figure]:
    """Up to four figures of the role, each with the page of its records."""
    found: list[Figure] = []
    if may(VIEW_GATES) and fair.days_to_opening <= 0:
        today = counters(fair.id, fair.today)
        found.append(Figure(_("Visits today"), format_number(today.visits), _("%(number)s inside now", number=format_number(today.inside)),
                            "checkin.gates", "users"))  # fmt: skip
    if may(VIEW_CONTRACTS):
        deals = contract_sums(fair.id, ContractFilter())
        if fair.days_to_opening <= 0:
            found.append(Figure(_("Contracts, signed and verified"), format_money(deals.verified.usd),
                                _("%(number)s more to verify", number=format_number(deals.waiting.count)), "contracts.index", "file-certificate"))  # fmt: skip
    if may(VIEW_EXHIBITORS):
        booths = state_counts(fair.id)
        total = sum(booths.values()) - booths.get(BoothState.BLOCKED, 0)
        sold = booths.get(BoothState.CONFIRMED, 0)
        found.append(Figure(_("Booths confirmed"), format_number(sold), _("of %(total)s; %(free)s free", total=format_number(total),
                            free=format_number(booths.get(BoothState.FREE, 0))), "booths.staff_plan", "layout-grid"))  # fmt: skip
    if may(VIEW_IMPORTERS):
        approved = _count(Importer, Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
        registered = _count(Importer, Importer.fair_id == fair.id)
        found.append(Figure(_("Importers approved"), format_number(approved), _("of %(total)s registered", total=format_number(registered)),
                            "importers.index", "world"))  # fmt: skip
    if may(VIEW_INVOICES):
        for money in invoice_sums(fair.id, InvoiceFilter(), fair.today):
            found.append(Figure(_("Received"), format_money(money.received), _("%(open)s still open", open=format_money(money.open)),
                                "payments.index", "cash"))  # fmt: skip
    return found[:4]


def dates(fair: Fair) -> list[DateAhead]:
    """What is late and what the next seven days bring, from the timeline; the nearest dates when that is little."""
    items = [item for item in timeline(fair) if item.state in OPEN]
    soon = fair.today + timedelta(days=7)
    found = [item for item in items if item.day <= soon]
    found += [item for item in items if item.day > soon][: max(0, 4 - len(found))]
    return [
        DateAhead(item.day, item.label, item.is_late)
        for item in sorted(found, key=lambda item: (not item.is_late, item.day))
    ]
