"""Pages of daily sales: sums, booths and days, paper slips typed quickly, who is to be called, unusual amounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_date
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.permissions import Permission
from fairs.core.sections import Part, section
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import clean
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.permissions import OWN_COMPANY
from fairs.directory.queries import is_member
from fairs.floorplans.queries import zones_of
from fairs.sales.booth_pages import Place, booth_page, latest_day
from fairs.sales.coverage import coverage, day_chart
from fairs.sales.forms import SOURCE_CHOICES
from fairs.sales.lists import SALES, SOURCE_NAMES, day_of
from fairs.sales.outliers import questions, questions_to
from fairs.sales.permissions import TYPE_SALES, VIEW_SALES, VIEW_SUMS
from fairs.sales.queries import BoothSales, SalesTable, booth_sales, sales_of_user, sales_table, to_call
from fairs.sales.service import confirm_amount, take_back_sales

staff = Blueprint("sales", __name__, url_prefix="/fairs/<fair_slug>/sales")
my = Blueprint("my_sales", __name__, url_prefix="/my/<fair_slug>/sales")
blueprints = [staff, my]


@staff.context_processor
def _permissions() -> dict[str, Permission]:
    return {"view_booths": VIEW_SALES, "type_sales": TYPE_SALES}


def _may(permission: Permission, fair: Fair) -> bool:
    return matching_grant(g.grants, permission, fair.id) is not None


# --- staff --------------------------------------------------------------------------------------------------------


@staff.get("/sums")
@requires(VIEW_SUMS)
def sums() -> Any:
    """How much was declared and by how many, by day, zone and product group; no booth's own figure stands here."""
    table = sales_table(current_fair())
    found = coverage(table)
    return render_template("sales/sums.html", table=table, found=found, chart=day_chart(found))


@staff.get("")
@requires(VIEW_SALES)
def index() -> Any:
    """Every confirmed booth and day: declared, or not; ``format=xlsx`` as a sheet."""
    fair = current_fair()
    missing = day_of(request.args.get("missing"))
    table = sales_table(fair, text=request.args.get("q", ""), missing_on=missing)
    if request.args.get("format") == "xlsx":
        return sheet_response([_sheet(table)], f"{fair.slug}-sales", time_zone=fair.time_zone)
    whole = sales_table(fair) if missing or request.args.get("q") else table
    return render_template("sales/table.html", table=table, whole=whole, zone=fair.time_zone)


def _sheet(table: SalesTable) -> Sheet:
    heads = [
        _("Booth"), _("Company"), _("Craft village"), *(format_date(day) for day in table.fair.days), _("Sum (VND)"),
        _("Days not declared"), _("Days declared late"),
    ]  # fmt: skip
    past = [day for day in table.days if day < table.fair.today]
    rows = []
    for one in table.booths:
        company = one.booking.exhibitor.company
        rows.append([
            one.booking.booth.code, company.name, company.village.name if company.village else "",
            *(one.declared[day].amount if day in one.declared else None for day in table.fair.days), one.total,
            sum(day not in one.declared for day in past),
            sum(row.is_late(table.fair.time_zone) for row in one.declared.values()),
        ])  # fmt: skip
    return Sheet(_("Daily sales, declared"), heads, rows)


@staff.get("/returns")
@requires(VIEW_SALES)
def returns() -> Any:
    """The declarations behind a sum."""
    fair, args = current_fair(), known(SALES, request.args)
    if request.args.get("format") == "xlsx":
        return download(SALES, fair, args)
    return render_template(
        "sales/returns.html",
        page=page_of(SALES, fair, args, cursor=request.args.get("cursor")), sources=list(SOURCE_NAMES.items()),
        zones=[(zone.code, f"{zone.code} {zone.name}") for zone in zones_of(fair.id)],
        days=[(day.isoformat(), format_date(day)) for day in fair.days],
    )  # fmt: skip


@staff.route("/type", methods=["GET", "POST"])
@requires(TYPE_SALES)
def type_slips() -> Any:
    """Paper slips: the booth's code and Enter, its fields and Enter, the next booth."""
    fair = current_fair()
    day = day_of(request.values.get("day")) or latest_day(fair)
    source = request.args.get("source", "paper")
    source = source if source in dict(SOURCE_CHOICES) else "paper"
    code, sales, problem = clean(request.values.get("booth", ""))[:12], None, ""
    if code:
        try:
            sales = booth_sales(fair, code)
        except NotFound:
            problem = _("No confirmed booth has this code.")
    place = Place(
        "sales/type.html",
        is_staff=True,
        may_type=True,
        back=url_for("sales.type_slips", day=day.isoformat(), source=source),
    )
    if sales is None:
        page = render_template(
            place.template, sales=None, form=None, day=day, code=code, problem=problem, source=source,
            count=_declared_on(fair, day), sources=SOURCE_CHOICES,
        )  # fmt: skip
        return page, 422 if problem else 200
    return booth_page(
        fair, sales, place, day=day, source=source, code=code, problem="", count=None, sources=SOURCE_CHOICES,
    )  # fmt: skip


def _declared_on(fair: Fair, day: Any) -> tuple[int, int]:
    table = sales_table(fair)
    return table.declared_on(day), len(table.booths)


@staff.get("/calls")
@requires(VIEW_SALES)
def calls() -> Any:
    """Who has not declared a day that is over: telephone numbers, and when they were reminded; also as a sheet."""
    fair = current_fair()
    found = to_call(sales_table(fair))
    if request.args.get("format") == "xlsx":
        heads = [_("Booth"), _("Company"), _("Contact"), _("Telephone"), _("Days not declared"), _("Reminded")]
        rows = [
            [
                ", ".join(one.codes), one.exhibitor.company.name, one.exhibitor.contact_name, one.exhibitor.contact_phone,
                "; ".join(f"{code} {format_date(day)}" for code, day in one.open),
                one.reminded[-1].created_at if one.reminded else "",
            ]
            for one in found
        ]  # fmt: skip
        sheet = Sheet(_("To call"), heads, rows)
        return sheet_response([sheet], f"{fair.slug}-sales-calls", time_zone=fair.time_zone)
    return render_template("sales/calls.html", calls=found)


@staff.get("/questions")
@requires(VIEW_SALES)
def unusual() -> Any:
    """Amounts that a person should look at."""
    return render_template("sales/questions.html", questions=questions(sales_table(current_fair())))


@staff.route("/<code>", methods=["GET", "POST"])
@requires(VIEW_SALES)
def booth(code: str) -> Any:
    """One booth: type what its exhibitor declared on paper or by telephone; what was changed stands below."""
    fair, sales = current_fair(), booth_sales(current_fair(), code)
    may_type = _may(TYPE_SALES, fair)
    if request.method == "POST" and not may_type:
        raise NotFound
    place = Place("sales/booth.html", is_staff=True, may_type=may_type, back=url_for("sales.index"))
    return booth_page(fair, sales, place, asked=_asked(fair, [sales]))


@staff.post("/<code>/confirm")
@requires(TYPE_SALES)
def confirm(code: str) -> Any:
    """The exhibitor said on the telephone that an unusual amount is right."""
    return _confirm(booth_sales(current_fair(), code), url_for("sales.unusual"))


@staff.post("/<code>/take-back")
@requires(TYPE_SALES)
def take_back(code: str) -> Any:
    """A declaration typed for the wrong booth or day."""
    sales, day = booth_sales(current_fair(), code), day_of(request.form.get("day"))
    if day is None:
        flash(_("Write a day as 31/12/2026."), "danger")
    else:
        take_back_sales(sales.booking, day, by=actor(), reason=request.form.get("reason", ""))
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
    return render_template("sales/my_booths.html", table=table)


def _own(fair: Fair, code: str) -> BoothSales:
    sales = booth_sales(fair, code)
    if not is_member(g.user.id, sales.booking.exhibitor.company_id):
        raise NotFound
    return sales


@my.route("/<code>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_booth(code: str) -> Any:
    """Declare what one's booth sold."""
    fair, sales = current_fair(), _own(current_fair(), code)
    several = len(sales_of_user(fair, g.user.id).booths) > 1
    back = url_for("my_sales.own") if several else url_for("my.fair", company=sales.booking.exhibitor.company_id)
    place = Place("sales/booth.html", is_staff=False, may_type=True, back=back)
    return booth_page(fair, sales, place, asked=_asked(fair, [sales]))


@my.post("/<code>/confirm")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_confirm(code: str) -> Any:
    """Yes, the unusual amount is right."""
    return _confirm(_own(current_fair(), code), url_for("my_sales.own_booth", code=code))


# --- both ---------------------------------------------------------------------------------------------------------


def _asked(fair: Fair, booths: list[BoothSales]) -> Any:
    return questions_to(fair, SalesTable(fair, booths), sales_table(fair))


def _confirm(sales: BoothSales, back: str) -> Any:
    day = day_of(request.form.get("day"))
    if day is None:
        raise NotFound
    try:
        confirm_amount(sales.booking, day, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(_("Noted: the amount of %(day)s is right.", day=format_date(day)), "success")
    return go(back)


section(
    _l("Daily sales"),
    (
        Part("sales.sums", _l("Sums"), "chart-bar", VIEW_SUMS),
        Part("sales.index", _l("Booths and days"), "table", VIEW_SALES),
        Part("sales.returns", _l("Declarations"), "list", VIEW_SALES),
        Part("sales.type_slips", _l("Type slips"), "keyboard", TYPE_SALES),
        Part("sales.calls", _l("To call"), "phone", VIEW_SALES),
        Part("sales.unusual", _l("Unusual amounts"), "help-circle", VIEW_SALES),
    ),
    (staff,),
)


def _sums_only() -> bool:
    return g.get("fair") is not None and not _may(VIEW_SALES, g.fair)


register_nav(
    NavItem(
        "sales", _l("Daily sales"), "cash-register", "sales.index", VIEW_SALES, 75, for_kind="public", pages=("sales",)
    )
)
register_nav(
    NavItem(
        "sales-sums",
        _l("Daily sales"),
        "cash-register",
        "sales.sums",
        VIEW_SUMS,
        76,
        for_kind="public",
        when=_sums_only,
    )
)
