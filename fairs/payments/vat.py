"""The percent of VAT of a line, by the day on which its invoice is issued.

A rate that has begun is never changed, for invoices were issued by it: a new one begins on a later day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.sequences import next_number
from fairs.core.text import one_line
from fairs.payments.credits import day_of_money
from fairs.payments.tax_models import VatRate

KINDS = {"all": _l("All lines"), "booth": _l("Booths"), "service": _l("Services")}
MOST = 30


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate from a day on. Those that the law gave until today come with the program, ``key`` is of an entered one."""

    kind: str
    percent: int
    valid_from: date
    basis: str
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A rate with the last day on which it holds, None while nothing follows."""

    rate: Rate
    until: date | None
    state: str  # past | now | future


@cache
def _known() -> Sequence[Rate]:
    return [
        Rate(row["kind"], int(row["percent"]), date.fromisoformat(row["valid_from"]), row["basis"])
        for row in rows("vat-rates")
    ]


def _rates() -> list[Rate]:
    """All rates by their day; an entered one stands in the place of a known one of the same day."""
    found = {(rate.kind, rate.valid_from): rate for rate in _known()}
    for row in db.session.scalars(select(VatRate)):
        found[row.kind, row.valid_from] = Rate(row.kind, row.percent, row.valid_from, row.basis, row.id)
    return sorted(found.values(), key=lambda rate: rate.valid_from)


def vat_on(day: date, kind: str) -> int:
    """The percent of VAT of lines of ``kind`` (booth, service) on an invoice issued that day.

    Raises InvalidInput when no rate holds on that day.
    """
    found = {rate.kind: rate.percent for rate in _rates() if rate.valid_from <= day}
    percent = found.get(kind, found.get("all"))
    if percent is None:
        raise InvalidInput(_l("No rate of VAT is known for this day."))
    return percent


def vat_of(fair: Fair, kind: str, day: date | None = None) -> int:
    """The percent for a line of an invoice of this fair issued on ``day`` (today): the fair's own where it has one, else
    by the table of rates."""
    return fair.vat_percent if fair.vat_percent is not None else vat_on(day or fair.today, kind)


def spans() -> list[Span]:
    """All rates by kind, the newest first, with the day on which each ends."""
    today, found = day_of_money(), []
    following: dict[str, Rate] = {}
    for rate in reversed(_rates()):
        after = following.get(rate.kind)
        until = after.valid_from - timedelta(days=1) if after else None
        state = "future" if rate.valid_from > today else "past" if until and until < today else "now"
        found.append(Span(rate, until, state))
        following[rate.kind] = rate
    return sorted(found, key=lambda span: list(KINDS).index(span.rate.kind))


def add_rate(kind: str, percent: int, valid_from: date, basis: str, *, by: Actor) -> VatRate:
    """Enter a rate that begins today or later. Raises InvalidInput: an earlier day, a day on which a rate of this kind
    begins already, no legal basis."""
    basis = one_line(basis)
    if kind not in KINDS:
        raise InvalidInput(_l("Please choose from the list."), field="kind")
    if not 0 <= percent <= MOST:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=0, max=MOST), field="percent")
    if not basis:
        raise InvalidInput(_l("Please fill this in."), field="basis")
    if valid_from < day_of_money():
        raise InvalidInput(
            _l("A rate begins today or later: invoices of the days before were issued by the rates of then."),
            field="valid_from",
        )
    with transaction():
        next_number("vat-rates")  # one after the other, so that the second sees the first
        if db.session.scalar(select(VatRate.id).where(VatRate.kind == kind, VatRate.valid_from == valid_from)):
            raise InvalidInput(_l("A rate of this kind begins on this day already."), field="valid_from")
        rate = VatRate(kind=kind, percent=percent, valid_from=valid_from, basis=basis[:300], by_id=by.user_id)
        db.session.add(rate)
        db.session.flush()
        after = {"kind": kind, "percent": percent, "valid_from": valid_from.isoformat(), "basis": rate.basis}
        record("payments.add_vat", rate, by=by, after=after)
        return rate


def remove_rate(rate_id: int, *, by: Actor) -> None:
    """Take a rate back that has not begun. Raises NotFound, InvalidInput for one that has."""
    with transaction():
        rate = db.session.get(VatRate, rate_id, with_for_update=True)
        if rate is None:
            raise NotFound
        if rate.valid_from <= day_of_money():
            raise InvalidInput(_l("This rate has begun: invoices may have been issued by it. Enter a new one."))
        before = {"kind": rate.kind, "percent": rate.percent, "valid_from": rate.valid_from.isoformat()}
        record("payments.remove_vat", rate, by=by, before=before)
        db.session.delete(rate)
