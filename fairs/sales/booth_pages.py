"""The page of one booth's day, for its exhibitor and for staff who type what came on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.errors import DomainError
from fairs.core.i18n import format_date
from fairs.core.web import actor, go
from fairs.directory.queries import group_names
from fairs.sales.errors import DeclaredMeanwhile, UnusualAmount
from fairs.sales.forms import DayForm, day_form
from fairs.sales.lists import day_of
from fairs.sales.models import SalesReturn
from fairs.sales.queries import BoothSales, begun, booth_sales, revisions_of
from fairs.sales.service import Way, declare_sales


@dataclass(frozen=True, slots=True)
class Place:
    """Where the form stands: its template, who fills it in, where to go afterwards."""

    template: str
    is_staff: bool
    may_type: bool
    back: str


def latest_day(fair: Fair) -> date:
    """The last day that is over, else the first: what slips are mostly about."""
    days = begun(fair)
    over = [day for day in days if day < fair.today]
    return over[-1] if over else days[-1] if days else fair.starts_on


def _shown_day(fair: Fair, sales: BoothSales) -> date | None:
    """The day asked for, else the first one missing; None when all are declared."""
    asked = day_of(request.values.get("day"))
    if asked is not None:
        return asked
    missing = sales.missing(fair)
    return missing[0] if missing else None


def _groups(sales: BoothSales, known: SalesReturn | None) -> list[tuple[str, str]]:
    """The product groups that the exhibitor shows, and those declared; nothing to split where there is one only."""
    names, codes = (
        group_names(),
        list(dict.fromkeys([*sales.booking.exhibitor.groups, *(known.groups if known else ())])),
    )
    return [(code, names.get(code, code)) for code in codes if code in names] if len(codes) > 1 else []


def booth_page(fair: Fair, sales: BoothSales, place: Place, **context: Any) -> Any:
    """Show the form of a day, or keep what was typed; bad input comes back with its message and status 422."""
    day = context.pop("day", None) or _shown_day(fair, sales)
    known = sales.declared.get(day) if day is not None else None
    form = day_form(_groups(sales, known), known, is_staff=place.is_staff, source=context.get("source", "paper"))
    unusual = form.sure.data
    nothing = request.form.get("act") == "nothing"
    if day is not None and form.is_submitted():
        try:
            if form.validate() or (nothing and "csrf_token" not in form.errors):
                _declare(form, sales, day, place, nothing)
                return go(_next(fair, sales, day, place))
        except DomainError as error:
            form.add_error(error)
            unusual = unusual or isinstance(error, UnusualAmount)
            if isinstance(error, DeclaredMeanwhile):
                sales = booth_sales(fair, sales.booking.booth.code)
                known = sales.declared.get(day)
                form.seen.data = str(known.revision) if known else "0"
    page = render_template(
        place.template,
        layout="layouts/staff.html" if place.is_staff else "layouts/public.html",
        sales=sales, form=form, day=day, known=known, days=begun(fair), place=place, unusual=unusual,
        is_reported=fair.state is FairState.REPORTED, revisions=revisions_of(sales.booking.booth_id), zone=fair.time_zone,
        group_labels=group_names(), **context,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _declare(form: DayForm, sales: BoothSales, day: date, place: Place, nothing: bool) -> None:
    extra = {"source": form["source"].data, "note": form["note"].data or ""} if place.is_staff else {}
    way = Way(
        reason=form.reason.data or "", seen=form.revision, sure=bool(form.sure.data), own=not place.is_staff, **extra
    )
    declare_sales(sales.booking, day, form.draft(nothing=nothing), by=actor(), way=way)


def _next(fair: Fair, sales: BoothSales, day: date, place: Place) -> str:
    code = sales.booking.booth.code
    if place.template == "sales/type.html":
        flash(_("Booth %(code)s, %(day)s: saved.", code=code, day=format_date(day)), "success")
        return url_for("sales.type_slips", day=day.isoformat(), source=request.form.get("source", "paper"))
    days = begun(fair)
    declared = {*sales.declared, day}
    flash(_("Saved: %(n)s of %(all)s days are declared.", n=len(declared), all=len(days)), "success")
    if all(other in declared for other in days):
        return place.back
    return url_for("sales.booth" if place.is_staff else "my_sales.own_booth", code=code)
