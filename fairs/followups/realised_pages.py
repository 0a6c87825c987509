"""Realised against signed: one fair, all fairs over the years, the contracts behind a sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.i18n import country_name
from fairs.core.money import Money
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import requires
from fairs.followups.permissions import VIEW_REALISED
from fairs.followups.realised import Line, Realised, kinds, lines_of, realised, records
from fairs.followups.states import MONTHS, REASONS

bp = Blueprint("realised", __name__)
ZONE = "Asia/Ho_Chi_Minh"


def _usd(cents: int | None) -> Money | None:
    return None if cents is None else Money(cents, "USD")


def name_of(of: str) -> str:
    """A sum in words."""
    kind, _dash, rest = of.partition("-")
    if kind == "reason":
        return str(_("Reason: %(reason)s", reason=REASONS[rest]))
    names = {
        "signed": _("Signed and verified"), "cancelled": _("Verified, cancelled later"), "repeat": _("Further orders"),
        "failed": _("Not carried out"), "asked": _("Asked after %(month)s months", month=rest),
        "answered": _("Answered after %(month)s months", month=rest),
        "silent": _("Not answered after %(month)s months", month=rest),
        "shipped": _("Shipped after %(month)s months", month=rest), "paid": _("Paid after %(month)s months", month=rest),
        "differs": _("The parties say different things after %(month)s months", month=rest),
    }  # fmt: skip
    return str(names[kind])


@bp.get("/fairs/<fair_slug>/realised")
@requires(VIEW_REALISED)
def fair() -> str | Response:
    """What became of the fair's contracts; as sums for those who see no single contract."""
    here = current_fair()
    lines = lines_of([here])
    found = realised(lines)
    single = matching_grant(g.grants, VIEW_CONTRACTS, here.id) is not None
    if request.args.get("format") == "xlsx":
        sheets = [_sum_sheet([(here, found)]), *([_line_sheet(lines)] if single else [])]
        return sheet_response(sheets, f"realised-{here.slug}", time_zone=here.time_zone)
    return render_template("followups/realised.html", found=found, single=single, reasons=REASONS, usd=_usd)


@bp.get("/fairs/<fair_slug>/realised/records")
@requires(VIEW_CONTRACTS)
def behind() -> str | Response:
    """The contracts behind one sum: their values add up to it."""
    here, of = current_fair(), request.args.get("of", "signed")
    if of not in kinds():
        raise NotFound
    rows = records(lines_of([here]), of)
    if request.args.get("format") == "xlsx":
        heads = [_("Contract"), _("Exporter"), _("Importer"), _("Country"), _("Value in USD")]
        body = [[ln.reference, ln.exporter, ln.importer, country_name(ln.country), _usd(cents)] for ln, cents in rows]
        return sheet_response([Sheet(name_of(of)[:31], heads, body)], f"{of}-{here.slug}", time_zone=here.time_zone)
    return render_template(
        "followups/records.html",
        rows=rows,
        total=_usd(sum(cents for _line, cents in rows)),
        usd=_usd,
        title=name_of(of),
    )


@bp.get("/deals/realised")
@requires(VIEW_REALISED)
def years() -> str | Response:
    """All fairs with contracts, by year: sums only."""
    fairs = [one for one in _fairs() if matching_grant(g.grants, VIEW_REALISED, one.id) is not None]
    by_fair: dict[int, list[Line]] = defaultdict(list)
    for line in lines_of(fairs):
        by_fair[line.fair_id].append(line)
    by_year: dict[int, list[tuple[Fair, Realised]]] = defaultdict(list)
    for one in fairs:
        by_year[one.starts_on.year].append((one, realised(by_fair[one.id])))
    if request.args.get("format") == "xlsx":
        rows = [pair for pairs in by_year.values() for pair in pairs]
        return sheet_response([_sum_sheet(rows)], "realised", time_zone=ZONE)
    blocks = [
        (year, pairs, realised([line for one, _found in pairs for line in by_fair[one.id]]))
        for year, pairs in sorted(by_year.items(), reverse=True)
    ]
    return render_template("followups/years.html", blocks=blocks, usd=_usd, months=MONTHS)


def _fairs() -> Sequence[Fair]:
    query = select(Fair).where(select(Contract.id).where(Contract.fair_id == Fair.id).exists())
    return db.session.scalars(query.order_by(Fair.starts_on.desc(), Fair.id)).all()


def _sum_sheet(rows: Sequence[tuple[Fair, Realised]]) -> Sheet:
    heads = [
        _("Fair"), _("Year"), _("Months"), _("Contracts signed"), _("Signed, USD"), _("Cancelled later"),
        _("Cancelled later, USD"), _("Asked"), _("Answered"), _("Not answered"), _("Not answered, USD"), _("Response, %"),
        _("Shipped, USD"), _("Paid, USD"), _("Further orders"), _("Further orders, USD"),
    ]  # fmt: skip
    body: list[list[Any]] = [
        [
            one.name, one.starts_on.year, month.month, found.signed.count, _usd(found.signed.usd), found.cancelled.count,
            _usd(found.cancelled.usd), month.asked.count, month.answered.count, month.silent.count,
            _usd(month.silent.usd), month.response, _usd(month.shipped.usd) if month.answered.count else None,
            _usd(month.paid.usd) if month.answered.count else None, found.repeats, _usd(found.repeat.usd),
        ]
        for one, found in rows
        for month in found.months
    ]  # fmt: skip
    return Sheet(_("Realised and signed"), heads, body)


def _line_sheet(lines: Sequence[Line]) -> Sheet:
    heads = [_("Contract"), _("Exporter"), _("Importer"), _("Country"), _("Signed, USD"), _("Cancelled later")]
    for month in MONTHS:
        heads += [_("Shipped after %(month)s months", month=month), _("Paid after %(month)s months", month=month)]
    body = []
    for line in lines:
        cells: list[Any] = [
            line.reference, line.exporter, line.importer, country_name(line.country), _usd(line.usd),
            _("yes") if line.cancelled else _("no"),
        ]  # fmt: skip
        for month in MONTHS:
            known = line.months.get(month)
            cells += [_usd(known.shipped), _usd(known.paid)] if known is not None else [None, None]
        body.append(cells)
    return Sheet(_("Contracts"), heads, body)
