"""Four figures of a role at a fair, each with its label, its trend and the page of its records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import case, func, select

from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.states import BadgeState
from fairs.books.permissions import VIEW_BOOKS
from fairs.books.queries import last_check
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import VIEW_BOOKINGS, VIEW_PLAN
from fairs.booths.queries import state_counts
from fairs.booths.states import BookingState, BoothState
from fairs.budgets.models import Voucher
from fairs.budgets.permissions import VIEW_FAIR_BUDGET
from fairs.budgets.queries import fair_lines, sum_of
from fairs.budgets.states import SPENT
from fairs.calendar.models import Fair
from fairs.checkin.permissions import VIEW_GATES
from fairs.checkin.queries import counters
from fairs.contracts.counting import standing
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.i18n import format_datetime, format_money, format_number
from fairs.core.money import Money
from fairs.core.permissions import Permission, Role
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import VIEW_EXHIBITORS
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.permissions import VIEW_IMPORTERS
from fairs.importers.states import ImporterState
from fairs.payments.models import Invoice, Payment, Receipt, Refund
from fairs.payments.permissions import VIEW_INVOICES
from fairs.payments.queries import OWED, InvoiceFilter, credit_sums, sums
from fairs.payments.states import IN_HAND, UNDER_WAY
from fairs.programme.states import FigureLabel
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import VIEW_VISITORS

May = Callable[[Permission], bool]
MOST = 4
TREND_DAYS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of now: what it is of, how far it can be trusted, how it moved, and the page with its records."""

    name: str
    value: str
    hint: str
    link: tuple[str, dict[str, Any]]
    icon: str
    trend: str
    rises: bool
    label: FigureLabel = FigureLabel.COUNTED


def _week() -> datetime:
    return now() - timedelta(days=TREND_DAYS)


def _numbers(model: Any, fair: Fair, *columns: Any) -> Sequence[Any]:
    """Counts over the fair's rows in one statement; a condition counts the rows that meet it."""
    wanted = (func.coalesce(func.sum(case((column, 1), else_=0)), 0) for column in columns)
    return [int(n) for n in db.session.execute(select(*wanted).where(model.fair_id == fair.id)).one()]


def _in_week(number: int) -> str:
    if not number:
        return str(_("no change in seven days"))
    return str(_("+%(number)s in seven days", number=format_number(number)))


def _visits(fair: Fair) -> Figure | None:
    if fair.days_to_opening > 0:
        return None
    today, before = counters(fair.id, fair.today), counters(fair.id, fair.today - timedelta(days=1))
    trend = _("%(number)s yesterday", number=format_number(before.visits))
    return Figure(
        _("Visits today"), format_number(today.visits), _("%(number)s inside now", number=format_number(today.inside)),
        ("checkin.gates", {}), "users", trend, today.visits > before.visits,
    )  # fmt: skip


def _visitors(fair: Fair) -> Figure:
    total, recent = _numbers(Visitor, fair, Visitor.id.is_not(None), Visitor.created_at >= _week())
    return Figure(
        _("Visitors registered"),
        format_number(total),
        "",
        ("visitors.index", {}),
        "ticket",
        _in_week(recent),
        recent > 0,
    )


def _booths(fair: Fair) -> Figure:
    booths = state_counts(fair.id)
    total = sum(booths.values()) - booths[BoothState.BLOCKED]
    (recent,) = _numbers(
        BoothBooking, fair, (BoothBooking.state == BookingState.CONFIRMED) & (BoothBooking.confirmed_at >= _week())
    )
    hint = _("of %(total)s; %(free)s free", total=format_number(total), free=format_number(booths[BoothState.FREE]))
    return Figure(
        _("Booths confirmed"), format_number(booths[BoothState.CONFIRMED]), hint, ("booths.staff_plan", {}), "layout-grid",
        _in_week(recent), recent > 0,
    )  # fmt: skip


def _reserved(fair: Fair) -> Figure:
    is_reserved = BoothBooking.state == BookingState.RESERVED
    total, recent, late = _numbers(
        BoothBooking, fair, is_reserved, is_reserved & (BoothBooking.created_at >= _week()),
        is_reserved & (BoothBooking.deposit_due_on < fair.today),
    )  # fmt: skip
    return Figure(
        _("Booths reserved"), format_number(total), _("%(number)s past the day of the deposit", number=format_number(late)),
        ("bookings.index", {"state": "reserved"}), "bookmark", _in_week(recent), recent > 0,
    )  # fmt: skip


def _exhibitors(fair: Fair) -> Figure:
    is_accepted = Exhibitor.state == ExhibitorState.ACCEPTED
    total, recent, waiting = _numbers(
        Exhibitor, fair, is_accepted, is_accepted & (Exhibitor.decided_at >= _week()),
        Exhibitor.state.in_((ExhibitorState.SUBMITTED, ExhibitorState.APPRAISED)),
    )  # fmt: skip
    return Figure(
        _("Exhibitors accepted"), format_number(total), _("%(number)s wait for a decision", number=format_number(waiting)),
        ("exhibitors.index", {"state": "accepted"}), "building-store", _in_week(recent), recent > 0,
    )  # fmt: skip


def _importers(fair: Fair) -> Figure:
    is_approved = Importer.state == ImporterState.APPROVED
    total, recent, known = _numbers(
        Importer, fair, is_approved, is_approved & (Importer.decided_at >= _week()),
        Importer.state != ImporterState.UNCONFIRMED,
    )  # fmt: skip
    return Figure(
        _("Importers approved"), format_number(total), _("of %(total)s registered", total=format_number(known)),
        ("importers.index", {"state": "approved"}), "world", _in_week(recent), recent > 0,
    )  # fmt: skip


def _badges(fair: Fair) -> Figure:
    is_valid = Badge.state == BadgeState.ACTIVE
    total, printed, recent = _numbers(
        Badge, fair, is_valid, is_valid & Badge.printed_at.is_not(None), is_valid & (Badge.printed_at >= _week())
    )
    return Figure(
        _("Badges printed"), format_number(printed), _("of %(total)s valid ones", total=format_number(total)),
        ("badges.index", {"printed": "yes"}), "id-badge-2", _in_week(recent), recent > 0,
    )  # fmt: skip


def _money_since(column: Any, model: Any, fair: Fair, day_column: Any, *where: Any, since: date | None = None) -> Money:
    day: date = since or fair.today - timedelta(days=TREND_DAYS)
    total = db.session.scalar(
        select(func.coalesce(func.sum(column), 0)).where(
            model.fair_id == fair.id, model.currency == fair.currency, day_column > day, *where
        )
    )
    return Money(int(total or 0), fair.currency)


def _received(fair: Fair) -> Figure:
    found = next((s for s in sums(fair.id, InvoiceFilter(), fair.today) if s.total.currency == fair.currency), None)
    nothing = Money(0, fair.currency)
    recent = _money_since(Receipt.amount_minor, Receipt, fair, Receipt.received_on, Receipt.method != "credit")
    return Figure(
        _("Received"), format_money(found.received if found else nothing),
        _("%(open)s still open", open=format_money(found.open if found else nothing)), ("payments.index", {}), "cash",
        _in_week_money(recent), bool(recent),
    )  # fmt: skip


def _in_week_money(amount: Money) -> str:
    if not amount:
        return str(_("no change in seven days"))
    return str(_("+%(amount)s in seven days", amount=format_money(amount)))


def _invoices(fair: Fair) -> Figure:
    is_owed = Invoice.state.in_(OWED)
    total, recent = _numbers(
        Invoice, fair, is_owed, is_owed & (Invoice.issued_on > fair.today - timedelta(days=TREND_DAYS))
    )
    overdue = next(
        (s.overdue for s in sums(fair.id, InvoiceFilter(), fair.today) if s.total.currency == fair.currency), None
    )
    return Figure(
        _("Invoices not paid in full"), format_number(total),
        _("%(amount)s overdue", amount=format_money(overdue or Money(0, fair.currency))),
        ("payments.index", {"due": "overdue"}) if overdue else ("payments.index", {}), "receipt", _in_week(recent), recent > 0,
    )  # fmt: skip


def _received_this_week(fair: Fair) -> Figure:
    recent = _paid_in(fair, 0)
    before = _paid_in(fair, TREND_DAYS)
    return Figure(
        _("Received this week"), format_money(recent), "", ("payments.index", {}), "cash",
        _("%(amount)s the week before", amount=format_money(before)), recent.amount_minor > before.amount_minor,
    )  # fmt: skip


def _paid_in(fair: Fair, days_ago: int) -> Money:
    last: date = fair.today - timedelta(days=days_ago)
    return _money_since(
        Payment.amount_minor, Payment, fair, Payment.received_on, Payment.received_on <= last,
        Payment.state.in_(IN_HAND), since=last - timedelta(days=TREND_DAYS),
    )  # fmt: skip


def _overdue(fair: Fair) -> Figure:
    found = next((s for s in sums(fair.id, InvoiceFilter(), fair.today) if s.total.currency == fair.currency), None)
    nothing = Money(0, fair.currency)
    return Figure(
        _("Overdue"), format_money(found.overdue if found else nothing),
        _("%(open)s still open", open=format_money(found.open if found else nothing)),
        ("books.receivables_by_age", {}), "alert-triangle", "", False,
    )  # fmt: skip


def _to_pay_back(fair: Fair) -> Figure:
    owed = next((one for one in credit_sums(fair.id) if one.currency == fair.currency), Money(0, fair.currency))
    (under_way,) = _numbers(Refund, fair, Refund.state.in_(UNDER_WAY))
    return Figure(
        _("To be paid back"), format_money(owed),
        ngettext("%(num)s refund under way", "%(num)s refunds under way", under_way),
        ("refunds.credits", {"state": "open"}), "receipt-refund", "", False,
    )  # fmt: skip


def _books(fair: Fair) -> Figure:
    check = last_check()
    if check is None:
        return Figure(_("Check of the books"), _("not yet checked"), "", ("books.check", {}), "shield-check", "", False)
    differ = ngettext("%(num)s account differs", "%(num)s accounts differ", check.difference_count)
    return Figure(
        _("Check of the books"), _("agree") if check.is_clean else differ,
        format_datetime(check.created_at), ("books.check", {}), "shield-check" if check.is_clean else "alert-octagon", "",
        False,
    )  # fmt: skip


def _verified(fair: Fair) -> Figure | None:
    if fair.days_to_opening > 0:
        return None
    kind = standing()
    stands = kind == "verified"
    usd = func.coalesce(Contract.usd_minor, 0)
    total, recent, waiting = db.session.execute(
        select(
            func.coalesce(func.sum(case((stands, usd), else_=0)), 0),
            func.coalesce(func.sum(case((stands & (Contract.verified_at >= _week()), usd), else_=0)), 0),
            func.count(case((kind == "waiting", 1))),
        ).where(Contract.fair_id == fair.id)
    ).one()
    return Figure(
        _("Contracts, signed and verified"), format_money(Money(int(total), "USD")),
        _("%(number)s more to verify", number=format_number(waiting)), ("contracts.index", {"standing": "verified"}),
        "file-certificate", _in_week_money(Money(int(recent), "USD")), recent > 0, FigureLabel.VERIFIED,
    )  # fmt: skip


def _logged(fair: Fair) -> Figure | None:
    if fair.days_to_opening > 0:
        return None
    total, recent = _numbers(Contract, fair, Contract.id.is_not(None), Contract.created_at >= _week())
    return Figure(
        _("Contracts written down"), format_number(total), _("leads and MOUs included"), ("contracts.index", {}), "writing",
        _in_week(recent), recent > 0,
    )  # fmt: skip


def _budget(fair: Fair) -> Figure | None:
    found = sum_of(fair_lines(fair.id), fair.currency)
    if not found.planned:
        return None
    used = found.committed + found.spent
    hint = _(
        "%(percent)s%% of %(planned)s; %(spent)s spent", percent=100 * used.amount_minor // found.planned.amount_minor,
        planned=format_money(found.planned), spent=format_money(found.spent),
    )  # fmt: skip
    since = select(func.coalesce(func.sum(Voucher.total_minor), 0)).where(
        Voucher.fair_id == fair.id, Voucher.state.in_(SPENT), Voucher.paid_on > fair.today - timedelta(days=TREND_DAYS)
    )
    recent = Money(int(db.session.scalar(since) or 0), fair.currency)
    return Figure(
        _("Budget used"), format_money(used), hint, ("fair_budget.index", {}), "wallet", _in_week_money(recent),
        recent.amount_minor > 0,
    )  # fmt: skip


_FIGURES: dict[str, tuple[Permission, Callable[[Fair], Figure | None]]] = {
    "visits": (VIEW_GATES, _visits),
    "verified": (VIEW_CONTRACTS, _verified),
    "booths": (VIEW_PLAN, _booths),
    "importers": (VIEW_IMPORTERS, _importers),
    "received": (VIEW_INVOICES, _received),
    "exhibitors": (VIEW_EXHIBITORS, _exhibitors),
    "visitors": (VIEW_VISITORS, _visitors),
    "reserved": (VIEW_BOOKINGS, _reserved),
    "invoices": (VIEW_INVOICES, _invoices),
    "logged": (VIEW_CONTRACTS, _logged),
    "week": (VIEW_BOOKS, _received_this_week),
    "overdue": (VIEW_BOOKS, _overdue),
    "pay-back": (VIEW_BOOKS, _to_pay_back),
    "books": (VIEW_BOOKS, _books),
    "budget": (VIEW_FAIR_BUDGET, _budget),
    "badges": (PRINT_BADGES, _badges),
}
_FIRST_OF_ROLE = {
    Role.BOOTH_SALES: ("booths", "reserved", "received", "exhibitors"),
    Role.LEADERSHIP: ("visits", "verified", "booths", "budget"),
    Role.FINANCE: ("week", "overdue", "pay-back", "books"),
    Role.FRONT_DESK: ("visits", "visitors", "badges", "importers"),
    Role.GATE_SUPERVISOR: ("visits", "visitors", "badges", "booths"),
    Role.HOSPITALITY: ("importers", "badges", "booths"),
    Role.DEALS: ("verified", "logged", "importers", "exhibitors"),
    Role.PARTNER: ("booths", "reserved"),
}


def figures(fair: Fair, roles: Sequence[Role], may: May) -> list[Figure]:
    """Up to four figures for somebody with these roles: those of the role first, then the fair's most important ones."""
    wanted = dict.fromkeys(name for role in roles for name in _FIRST_OF_ROLE.get(role, ()))
    found: list[Figure] = []
    for name in (*wanted, *(name for name in _FIGURES if name not in wanted)):
        permission, make = _FIGURES[name]
        if len(found) < MOST and may(permission) and (figure := make(fair)) is not None:
            found.append(figure)
    return found
