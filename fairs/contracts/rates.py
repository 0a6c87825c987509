"""Exchange rates by day, and the value of a contract in USD by the rate of its signing date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.contracts.errors import RateKnown
from fairs.contracts.models import Contract, ExchangeRate
from fairs.contracts.states import Verification
from fairs.core.actor import Actor
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.i18n import format_number
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import clean

#: A rate serves the days after it, over weekends and holidays, but not longer.
OLDEST = timedelta(days=7)
#: A new rate this far from the last known one is asked about: mostly a slip of the decimal mark.
UNUSUAL_PERCENT = 15


class UnusualRate(InvalidInput):
    """The rate is far from the last one known; it is saved when the person says that it is right."""

    code = "unusual_rate"


@dataclass(frozen=True, slots=True)
class RateDraft:
    """VND for one unit of ``currency`` on ``day``."""

    currency: str
    day: date
    vnd: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """A value in USD with the rates used, or the currencies whose rate of that day is missing."""

    usd: Money | None
    rate_vnd: Decimal | None = None
    rate_usd_vnd: Decimal | None = None
    rate_on: date | None = None
    source: str = ""
    missing: tuple[str, ...] = ()


def rate_for(currency: str, day: date) -> ExchangeRate | None:
    """The latest rate on or before ``day``, at most a week older; None when there is none."""
    return db.session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.currency == currency, ExchangeRate.day <= day, ExchangeRate.day >= day - OLDEST)
        .order_by(ExchangeRate.day.desc())
        .limit(1)
    ).first()


def convert(value: Money, day: date) -> Conversion:
    """``value`` in USD by the rates of ``day``; other currencies than USD go through VND, rounded half up to the cent.

    Of two rates of different days, ``rate_on`` is the older one. A value in USD needs no rate.
    """
    dollar = rate_for("USD", day)
    if value.currency == "USD":
        return Conversion(
            value,
            dollar.vnd if dollar else None,
            dollar.vnd if dollar else None,
            dollar.day if dollar else None,
            dollar.source if dollar else "",
        )
    own = None if value.currency == "VND" else rate_for(value.currency, day)
    missing = [] if dollar else ["USD"]
    if own is None and value.currency != "VND":
        missing.append(value.currency)
    if missing or dollar is None:
        return Conversion(None, missing=tuple(missing))
    rate = own.vnd if own else Decimal(1)
    usd = (value.decimal * rate / dollar.vnd).quantize(Decimal("0.01"), ROUND_HALF_UP)
    sources = dict.fromkeys(used.source for used in (own, dollar) if used is not None)
    days = [used.day for used in (own, dollar) if used is not None]
    return Conversion(Money.from_decimal(usd, "USD"), rate, dollar.vnd, min(days), "; ".join(sources)[:120])


def set_usd(contract: Contract) -> Conversion:
    """Write the value in USD and its rates into the contract; what is missing leaves them empty."""
    found = convert(contract.value, contract.signed_on)
    contract.usd_minor = found.usd.amount_minor if found.usd is not None else None
    contract.rate_vnd, contract.rate_usd_vnd = found.rate_vnd, found.rate_usd_vnd
    contract.rate_on, contract.rate_source = found.rate_on, found.source
    return found


def _check(draft: RateDraft, *, confirmed: bool) -> None:
    if draft.currency not in EXPONENTS or draft.currency == "VND":
        raise InvalidInput(_l("Please choose a currency."), field="currency")
    if draft.day > today("Asia/Ho_Chi_Minh"):
        raise InvalidInput(_l("This day lies in the future."), field="day")
    if not 0 < draft.vnd <= 1_000_000:
        raise InvalidInput(_l("Write how many dong one unit costs, above 0."), field="vnd")
    if not clean(draft.source):
        raise InvalidInput(_l("Say where the rate was published."), field="source")
    last = db.session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.currency == draft.currency, ExchangeRate.day != draft.day)
        .order_by(ExchangeRate.day.desc())
        .limit(1)
    ).first()
    if last and not confirmed and abs(draft.vnd - last.vnd) * 100 > last.vnd * UNUSUAL_PERCENT:
        raise UnusualRate(
            _l(
                "This is far from the last rate, %(rate)s. Check it, then tick the box to save it all the same.",
                rate=format_number(last.vnd),
            ),
            field="vnd",
        )


def save_rate(
    draft: RateDraft, *, by: Actor, rate: ExchangeRate | None = None, confirmed: bool = False
) -> ExchangeRate:
    """Enter a rate, or correct one; contracts that nobody has verified yet are converted anew.

    Raises InvalidInput (with the field), UnusualRate, and RateKnown when the day has one already.
    """
    _check(draft, confirmed=confirmed)
    with transaction():
        known = db.session.scalar(
            select(ExchangeRate)
            .where(ExchangeRate.currency == draft.currency, ExchangeRate.day == draft.day)
            .with_for_update()
        )
        if known is not None and (rate is None or known.id != rate.id):
            raise RateKnown(field="day")
        if rate is None:
            row = ExchangeRate(currency=draft.currency, day=draft.day, vnd=draft.vnd, source=clean(draft.source)[:120])
            db.session.add(row)
            db.session.flush()
            record("contracts.rate", row, by=by, after=_plain(draft))
        else:
            row = db.session.get_one(ExchangeRate, rate.id, with_for_update=True, populate_existing=True)
            before = {"currency": row.currency, "day": row.day, "vnd": str(row.vnd), "source": row.source}
            row.currency, row.day, row.vnd, row.source = (
                draft.currency, draft.day, draft.vnd, clean(draft.source)[:120],
            )  # fmt: skip
            db.session.flush()
            record("contracts.correct_rate", row, by=by, before=before, after=_plain(draft))
        _convert_anew(draft.day - OLDEST)
        return row


def _plain(draft: RateDraft) -> dict[str, object]:
    return {"currency": draft.currency, "day": draft.day, "vnd": str(draft.vnd), "source": draft.source}


def _convert_anew(since: date) -> None:
    # What a second person has confirmed is frozen with its rate; all else follows the table.
    waiting = db.session.scalars(
        select(Contract)
        .where(Contract.verification != Verification.VERIFIED, Contract.signed_on >= since)
        .with_for_update()
        .order_by(Contract.id)
    )
    for contract in waiting:
        set_usd(contract)
    db.session.flush()


def recent_rates(limit_days: int = 60) -> Sequence[ExchangeRate]:
    """Rates of the last weeks for which there are any, newest day first."""
    newest = db.session.scalar(select(ExchangeRate.day).order_by(ExchangeRate.day.desc()).limit(1))
    if newest is None:
        return []
    return db.session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.day > newest - timedelta(days=limit_days))
        .order_by(ExchangeRate.day.desc(), ExchangeRate.currency)
    ).all()


def missing_text(missing: Sequence[str], day: date) -> DomainError:
    """What is missing for the conversion, as a message."""
    return InvalidInput(
        _l("There is no exchange rate of %(currencies)s for %(day)s or the week before.",
           currencies=" + ".join(missing), day=day.strftime("%d/%m/%Y"))
    )  # fmt: skip
