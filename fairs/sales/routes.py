"""Daily sales of a public fair: the table of booths and days for staff, the declaration of one's own booths."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm

from fairs.accounts.queries import matching_grant
from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.forms import Form, MoneyField, Text
from fairs.core.i18n import format_date
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.money import Money
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import clean
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.forms import RadioChoice
from fairs.directory.permissions import OWN_COMPANY
from fairs.directory.queries import is_member
from fairs.sales.permissions import TYPE_SALES, VIEW_SALES
from fairs.sales.service import (
    CURRENCY,
    BoothSales,
    SalesTable,
    booth_sales,
    day_field,
    declare_sales,
    sales_of_user,
    sales_table,
    take_back_sales,
)

staff = Blueprint("sales", __name__, url_prefix="/fairs/<fair_slug>/sales")
my = Blueprint("my_sales", __name__, url_prefix="/my/<fair_slug>/sales")
SOURCE_CHOICES = [("paper", _l("Paper form")), ("phone", _l("Telephone call"))]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- staff --------------------------------------------------------------------------------------------------------


@staff.get("")
@requires(VIEW_SALES)
def index() -> Any:
    """Every confirmed booth and day: declared, or not; ``format=xlsx`` as a sheet."""
    fair = current_fair()
    missing = _day(request.args.get("missing", ""))
    table = sales_table(fair, text=request.args.get("q", ""), missing_on=missing)
    if request.args.get("format") == "xlsx":
        return sheet_response([_sheet(table)], f"{fair.slug}-sales", time_zone=fair.time_zone)
    return render_template(
        "sales/table.html",
        table=table,
        whole=sales_table(fair) if missing or request.args.get("q") else table,
        may_type=matching_grant(g.grants, TYPE_SALES, fair.id) is not None,
    )


def _sheet(table: SalesTable) -> Sheet:
    heads = [
        _("Booth"),
        _("Company"),
        _("Craft village"),
        *(format_date(day) for day in table.fair.days),
        _("Sum (VND)"),
        _("Days not declared"),
    ]
    past = [day for day in table.days if day < table.fair.today]
    rows = [
        [
            one.booking.booth.code,
            one.booking.exhibitor.company.name,
            one.booking.exhibitor.company.village.name if one.booking.exhibitor.company.village else "",
            *(one.declared[day].amount if day in one.declared else None for day in table.fair.days),
            one.total,
            sum(day not in one.declared for day in past),
        ]
        for one in table.booths
    ]
    return Sheet(_("Daily sales, declared"), heads, rows)


@staff.route("/<code>", methods=["GET", "POST"])
@requires(VIEW_SALES)
def booth(code: str) -> Any:
    """One booth: type what its exhibitor declared on paper or by telephone; what was changed stands below."""
    fair, sales = current_fair(), booth_sales(current_fair(), code)
    may_type = matching_grant(g.grants, TYPE_SALES, fair.id) is not None
    if request.method == "POST" and not may_type:
        raise NotFound
    back = url_for("sales.index")
    return _booth(fair, sales, back, is_staff=True, may_type=may_type)


@staff.post("/<code>/take-back")
@requires(TYPE_SALES)
def take_back(code: str) -> Any:
    """A declaration typed for the wrong booth or day."""
    sales, day = booth_sales(current_fair(), code), _day(request.form.get("day", ""))
    if day is None:
        flash(_("Write a day as 31/12/2026."), "danger")
    else:
        take_back_sales(sales.booking, day, by=actor())
        flash(_("%(day)s counts as not declared again.", day=format_date(day)), "success")
    return go(url_for("sales.booth", code=sales.booking.booth.code))


# --- exhibitors ---------------------------------------------------------------------------------------------------


@my.get("")
@requires(OWN_COMPANY)
def own() -> Any:
    """One's booths at this fair; straight to the only one."""
    fair = current_fair()
    table = sales_of_user(fair, g.user.id)
    if len(table.booths) == 1:
        return redirect(url_for("my_sales.own_booth", code=table.booths[0].booking.booth.code))
    return render_template("sales/own_booths.html", table=table)


@my.route("/<code>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_booth(code: str) -> Any:
    """Declare what one's booth sold."""
    fair, sales = current_fair(), booth_sales(current_fair(), code)
    if not is_member(g.user.id, sales.booking.exhibitor.company_id):
        raise NotFound
    several = len(sales_of_user(fair, g.user.id).booths) > 1
    back = url_for("my_sales.own") if several else url_for("my.fair", company=sales.booking.exhibitor.company_id)
    return _booth(fair, sales, back, is_staff=False, may_type=True)


# --- both ---------------------------------------------------------------------------------------------------------


def _form(fair: Fair, sales: BoothSales, *, is_staff: bool) -> Any:
    """A field for each day that has begun; what was declared stands in it."""
    fields: dict[str, Any] = {
        day_field(day): MoneyField(format_date(day, weekday=True), least=0) for day in fair.days if day <= fair.today
    }
    if is_staff:
        fields |= {
            "source": RadioChoice(_l("How did it reach us?"), choices=SOURCE_CHOICES, default="paper"),
            "note": Text(_l("Note"), length=200),
        }
    known = {day_field(day): row.amount.decimal for day, row in sales.declared.items()}
    return type("SalesForm", (Form,), fields)(data=known)


def _booth(fair: Fair, sales: BoothSales, back: str, *, is_staff: bool, may_type: bool) -> Any:
    form = _form(fair, sales, is_staff=is_staff)
    days = [day for day in fair.days if day <= fair.today]
    if form.validate_on_submit():
        try:
            amounts = {day: _money(form, day) for day in days if form[day_field(day)].data is not None}
            source = form.source.data if is_staff else "web"
            declare_sales(
                sales.booking, amounts, by=actor(), source=source, note=clean(form.note.data or "") if is_staff else ""
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(
                _("Saved: %(n)s of %(all)s days are declared.", n=len({*amounts, *sales.declared}), all=len(days)),
                "success",
            )
            return go(back)
    rows = list(sales.declared.values())
    page = render_template(
        "sales/booth.html",
        layout="layouts/staff.html" if is_staff else "layouts/public.html",
        sales=sales, form=form, days=days, day_field=day_field, back=back, is_staff=is_staff, may_type=may_type,
        events=sorted((entry for row in rows for entry in history(row)), key=lambda entry: entry.at, reverse=True),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _money(form: PlainForm, day: date) -> Money:
    try:
        return Money.from_decimal(form[day_field(day)].data, CURRENCY)
    except DomainError as error:
        error.field = day_field(day)
        raise


register_nav(NavItem("sales", _l("Daily sales"), "cash-register", "sales.index", VIEW_SALES, 75, for_kind="public"))
blueprints = [staff, my]
