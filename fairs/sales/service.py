"""Declaring what booths sold, correcting it with a trace, asking for it. Nobody audits it, nobody fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.directory.queries import group_names
from fairs.sales.errors import DeclaredMeanwhile, NoSalesReturns, UnusualAmount
from fairs.sales.models import SalesReturn, SalesRevision
from fairs.sales.outliers import Comparison
from fairs.sales.queries import CURRENCY, BoothSales, begun, sales_table

SOURCES = ("web", "paper", "phone")
LARGEST_DAY = 100_000_000_000  # VND; above it is a typing mistake
PARTS = ("cash", "card", "orders")


@dataclass(frozen=True, slots=True)
class DayDraft:
    """What a booth sold on a day: paid in cash and by card, and orders taken for later; ``groups`` splits the sum of the three."""

    cash: Money = field(default_factory=lambda: Money(0, CURRENCY))
    card: Money = field(default_factory=lambda: Money(0, CURRENCY))
    orders: Money = field(default_factory=lambda: Money(0, CURRENCY))
    groups: Mapping[str, Money] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What was sold, in dong: cash, card and orders together."""
        return self.cash.amount_minor + self.card.amount_minor + self.orders.amount_minor

    def columns(self) -> dict[str, object]:
        """The values as the declaration keeps them."""
        return {
            "amount_minor": self.total, "cash_minor": self.cash.amount_minor, "card_minor": self.card.amount_minor,
            "orders_minor": self.orders.amount_minor,
            "groups": {code: money.amount_minor for code, money in sorted(self.groups.items())},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """How a declaration came: ``source``, a ``note``, the ``reason`` of a correction.

    ``seen`` is the revision that the person was shown (0: none; None: does not matter), ``sure`` that an unusual amount is right,
    ``own`` that the exhibitor says so and not the clerk who types a slip.
    """

    source: str = "web"
    note: str = ""
    reason: str = ""
    seen: int | None = None
    sure: bool = False
    own: bool = True


_ONLINE = Way()


def declare_sales(booking: BoothBooking, day: date, draft: DayDraft, *, by: Actor, way: Way = _ONLINE) -> SalesReturn:
    """Keep what a booth sold on a day. A day declared again is corrected; what it said before is kept as a revision.

    Raises NoSalesReturns where nothing can be declared, InvalidInput (with the field) for a day or an amount that cannot be or a
    correction without a reason, DeclaredMeanwhile, and UnusualAmount until the person says that it is right.
    """
    if way.source not in SOURCES:
        raise InvalidInput(_l("Please say where the form came from."), field="source")
    with transaction():
        row = _locked(booking)
        fair = db.session.get_one(Fair, row.fair_id)
        _check(fair, day, draft)
        known = _return_of(row.booth_id, day)
        if way.seen is not None and way.seen != (known.revision if known else 0):
            raise DeclaredMeanwhile
        if known is not None and _same(known, draft):
            _say_sure(known, way, by)
            return known
        unusual = _judge(fair, row, day, draft.total)
        if unusual is not None and not way.sure:
            raise UnusualAmount(field="sure")
        kept = _new(row, day, draft, way, by) if known is None else _correct(fair, row, known, draft, way, by)
        if unusual is not None and way.own:
            kept.confirmed_minor = kept.amount_minor
        db.session.flush()
        return kept


def _locked(booking: BoothBooking) -> BoothBooking:
    row = db.session.get_one(BoothBooking, booking.id, with_for_update=MINE, populate_existing=True)
    fair = db.session.get_one(Fair, row.fair_id)
    if fair.kind != "public" or row.state is not BookingState.CONFIRMED:
        raise NoSalesReturns
    if fair.state is FairState.REPORTED:
        raise NoSalesReturns(_l("The fair has been reported: its figures stand."))
    return row


def _return_of(booth_id: int, day: date) -> SalesReturn | None:
    return db.session.scalar(
        select(SalesReturn)
        .where(SalesReturn.booth_id == booth_id, SalesReturn.day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _check(fair: Fair, day: date, draft: DayDraft) -> None:
    if day < fair.starts_on:
        raise InvalidInput(_l("The fair had not begun on this day."), field="day")
    if day not in begun(fair):
        raise InvalidInput(_l("This day of the fair has not begun yet."), field="day")
    for name in PARTS:
        money = getattr(draft, name)
        if money.currency != CURRENCY or not 0 <= money.amount_minor <= LARGEST_DAY:
            raise InvalidInput(_l("Write what was sold on the day in dong; 0 when nothing was sold."), field=name)
    if not draft.groups:
        return
    names = group_names()
    for code, money in draft.groups.items():
        if code not in names or money.currency != CURRENCY or not 0 <= money.amount_minor <= LARGEST_DAY:
            raise InvalidInput(
                _l("Write what was sold on the day in dong; 0 when nothing was sold."), field=f"group_{code}"
            )
    together = sum(money.amount_minor for money in draft.groups.values())
    if together != draft.total:
        raise InvalidInput(
            _l("The product groups add up to %(groups)s, cash, card and orders to %(total)s.",
               groups=format_money(Money(together, CURRENCY)), total=format_money(Money(draft.total, CURRENCY))),
            field=f"group_{next(iter(draft.groups))}",
        )  # fmt: skip


def _same(known: SalesReturn, draft: DayDraft) -> bool:
    return all(getattr(known, name) == value for name, value in draft.columns().items())


def _judge(fair: Fair, booking: BoothBooking, day: date, amount: int) -> object | None:
    whole = sales_table(fair)
    own = next((one for one in whole.booths if one.booking.id == booking.id), BoothSales(booking))
    return Comparison(whole).judge(own, day, amount)


def _say_sure(known: SalesReturn, way: Way, by: Actor) -> None:
    if way.sure and way.own and known.confirmed_minor != known.amount_minor:
        known.confirmed_minor = known.amount_minor
        record("sales.confirm", known, by=by, after={"amount": known.amount, "day": known.day})
        db.session.flush()


def _new(booking: BoothBooking, day: date, draft: DayDraft, way: Way, by: Actor) -> SalesReturn:
    row = SalesReturn(
        fair_id=booking.fair_id, booth_id=booking.booth_id, exhibitor_id=booking.exhibitor_id, day=day, currency=CURRENCY,
        note=clean(way.note)[:200], source=way.source, declared_at=now(), revision=_revisions(booking.booth_id, day) + 1,
        **draft.columns(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("sales.declare", row, by=by, after={**row.content(), "day": day, "booth": booking.booth.code})
    return row


def _correct(fair: Fair, booking: BoothBooking, row: SalesReturn, draft: DayDraft, way: Way, by: Actor) -> SalesReturn:
    reason = clean(way.reason)[:200]
    if not reason and row.day < fair.today:
        raise InvalidInput(_l("The day is over: say why the figure changes."), field="reason")
    before = row.content()
    _keep(row, draft.total, reason, by)
    for name, value in draft.columns().items():
        setattr(row, name, value)
    row.source, row.note = way.source, clean(way.note)[:200] or row.note
    row.exhibitor_id, row.revision = booking.exhibitor_id, row.revision + 1
    after = {**row.content(), "day": row.day, "booth": booking.booth.code, "reason": reason}
    record("sales.correct", row, by=by, before=before, after=after)
    return row


def _keep(row: SalesReturn, new: int | None, reason: str, by: Actor) -> None:
    """What the declaration says now, as a revision; the lock on the booking keeps numbers apart."""
    db.session.add(
        SalesRevision(
            fair_id=row.fair_id, booth_id=row.booth_id, day=row.day, number=_revisions(row.booth_id, row.day) + 1,
            content=row.content(), declared_at=row.declared_at, new_minor=new, reason=reason, by_id=by.user_id,
            by_label=by.label[:250],
        )
    )  # fmt: skip
    db.session.flush()


def _revisions(booth_id: int, day: date) -> int:
    query = select(func.count()).where(SalesRevision.booth_id == booth_id, SalesRevision.day == day)
    return db.session.scalar(query) or 0


def confirm_amount(booking: BoothBooking, day: date, *, by: Actor) -> SalesReturn:
    """The exhibitor says (or told staff on the telephone) that an unusual amount is right. Raises as declare_sales, and NotFound."""
    with transaction():
        found = _return_of(_locked(booking).booth_id, day)
        if found is None:
            raise NotFound
        _say_sure(found, Way(sure=True), by)
        return found


def take_back_sales(booking: BoothBooking, day: date, *, by: Actor, reason: str = "") -> None:
    """Undo a declaration that was typed for the wrong booth or day: the day is undeclared again; the history keeps what it said.

    Raises as declare_sales.
    """
    with transaction():
        row = _locked(booking)
        found = _return_of(row.booth_id, day)
        if found is not None:
            before = {**found.content(), "day": day, "booth": row.booth.code}
            _keep(found, None, clean(reason)[:200], by)
            record("sales.take_back", found, by=by, before=before, after={"reason": clean(reason)[:200]})
            db.session.delete(found)
            db.session.flush()
