"""The arithmetic in words, line by line: the same for guest, staff, paper and sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.claims.arithmetic import Rate, Statement, Why
from fairs.claims.models import Claim, ClaimLine
from fairs.claims.service import look_up, statement_of
from fairs.claims.states import ClaimState, LineKind
from fairs.core.i18n import format_date, format_money, format_number
from fairs.core.money import Money

WHY = {
    Why.WHOLE: _l("counts in full"),
    Why.STRUCK: _l("struck"),
    Why.NO_RATE: _l("no exchange rate yet"),
    Why.NOT_FUNDED: _l("not part of your support"),
    Why.PAID_BY_US: _l("we pay the hotel for this night"),
    Why.CAP: _l("the rest is above the ceiling"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its arithmetic in words."""

    line: ClaimLine
    what: str
    rate: str
    converted: Money | None
    counts: Money
    why: str


@dataclass(frozen=True, slots=True)
class Sums:
    """The arithmetic of a claim: lines, ceilings, what is payable."""

    rows: Sequence[Row]
    statement: Statement
    is_final: bool  # the rates are frozen


def sums_of(claim: Claim) -> Sums:
    """The arithmetic of the claim as it stands."""
    found = statement_of(claim)
    rows = []
    for line in claim.lines:
        counted = found.of(line.id)
        rows.append(
            Row(line, what_of(line), rate_text(line, look_up(line, claim.currency), claim.currency), counted.converted,
                counted.counts, str(WHY[counted.why]))
        )  # fmt: skip
    return Sums(
        rows, found, claim.reviewed_at is not None and claim.state not in {ClaimState.SUBMITTED, ClaimState.RETURNED}
    )


def what_of(line: ClaimLine) -> str:
    """What a line is for."""
    if line.kind is LineKind.NIGHT and line.night is not None:
        words = _("Night of %(day)s", day=format_date(line.night))
    else:
        words = _("Ticket %(number)s", number=line.number)
    return f"{words} · {line.text}" if line.text else words


def rate_text(line: ClaimLine, rate: Rate | None, currency: str) -> str:
    """The rate with its day and source; where the receipt's day has none, that it is an earlier one. Empty where none is
    needed."""
    if line.currency == currency:
        return ""
    if rate is None:
        return str(
            _(
                "There is no rate of %(currency)s for %(day)s yet.",
                currency=line.currency,
                day=format_date(line.paid_on),
            )
        )
    value = f"1 {line.currency} = {format_number(rate.vnd)} ₫"
    if currency != "VND":
        value += f", 1 {currency} = {format_number(rate.base_vnd)} ₫"
    words = f"{value} · {rate.source}"
    if rate.on is not None:
        words += f" · {format_date(rate.on)}"
        if rate.on != line.paid_on:
            words += " " + _("(the last before the receipt’s day)")
    return words


def cap_text(claim: Claim, found: Statement) -> list[tuple[str, str]]:
    """The ceilings in words: what the support covers at most."""
    rows = []
    if claim.hosting.tier.pays_travel:
        rows.append((_("Journey, at most"), format_money(found.travel_cap)))
    if claim.hosting.tier.pays_hotel:
        text = _(
            "%(nights)s × %(cap)s = %(sum)s", nights=found.nights_left, cap=format_money(claim.hosting.night_cap),
            sum=format_money(found.lodging_cap),
        )  # fmt: skip
        rows.append((_("Nights paid by the guest, at most"), text))
    return rows
