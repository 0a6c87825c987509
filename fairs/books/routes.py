"""Pages of the books: ledger, receivables by age, settlement, a company's account, and the check."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.books.ageing import AGES, Ageing, Receivable, ageing, receivables
from fairs.books.equation import balances
from fairs.books.lists import LEDGER, day_of, ledger_csv, wanted_of
from fairs.books.permissions import CHECK_BOOKS, VIEW_BOOKS
from fairs.books.queries import (
    accounts_of,
    differences_at,
    entries_matching,
    invoices_behind,
    last_check,
    running_balances,
    statements,
    sums_of,
)
from fairs.books.service import check_books
from fairs.books.settlement import Settlement, settlements
from fairs.books.words import AGE_LABELS
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import LOCALES, current_locale
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.permissions import Permission
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import MARK, NavItem, actor, go, register_nav, requires
from fairs.directory.models import Company
from fairs.payments.states import EntryKind

bp = Blueprint("books", __name__)
_BUDGET = "fair_budget.index"


@bp.get("/fairs/<fair_slug>/books")
@requires(VIEW_BOOKS)
def ledger() -> str | Response:
    """Every movement of what companies owe the fair; of one company with the balance after each."""
    fair, args = current_fair(), known(LEDGER, request.args)
    for name in ("from", "to"):
        if args.get(name) and day_of(args[name]) is None:
            raise InvalidInput(_("Write a day as 31/12/2026."), field=name)
    if request.args.get("format") == "xlsx":
        return download(LEDGER, fair, args)
    if request.args.get("format") == "csv":
        return ledger_csv(fair, args)
    wanted = wanted_of(args)
    page = page_of(LEDGER, fair, args, cursor=request.args.get("cursor"))
    company = db.session.get(Company, wanted.company_id) if wanted.company_id else None
    return render_template(
        "books/ledger.html", page=page, wanted=wanted, company=company,
        sums=sums_of(entries_matching(fair.id, wanted)), kinds=[(str(kind), kind.label) for kind in EntryKind],
        balances=running_balances(fair.id, company.id, [one.id for one in page.items]) if company else {},
        links=_links(page.items), check=last_check(), is_filtered=any(args.get(name) for name in LEDGER.params if name != "sort"),
    )  # fmt: skip


def _links(entries: Any) -> dict[int, str]:
    """Where the document of a movement is shown."""
    behind = invoices_behind(entries)
    found = {}
    for one in entries:
        if one.kind is EntryKind.INVOICE:
            found[one.id] = url_for("payments.invoice", number=one.document_number)
        elif one.kind is EntryKind.REFUND:
            found[one.id] = url_for("refunds.refund", refund_number=one.document_number)
        elif one.id in behind:
            found[one.id] = url_for("payments.invoice", number=behind[one.id])
    return found


@bp.get("/fairs/<fair_slug>/books/receivables")
@requires(VIEW_BOOKS)
def receivables_by_age() -> str | Response:
    """What is open by company and age; a figure opens the invoices behind it (``company``, ``age``, ``currency``)."""
    fair = current_fair()
    found = receivables(fair.id, fair.today)
    if request.args.get("format") == "xlsx":
        return _receivables_sheet(fair, found)
    age, company_id = request.args.get("age", ""), request.args.get("company", "")
    if age and age not in AGE_LABELS:
        raise NotFound
    currency = request.args.get("currency", "")
    shown = [
        one
        for one in found
        if (not age or one.age == age)
        and (not company_id or str(one.invoice.company_id) == company_id)
        and (not currency or one.invoice.currency == currency)
    ]
    asked = bool(age or company_id or currency)
    tables = ageing(found)
    return render_template(
        "books/receivables.html", tables=tables, ages=[key for key, _least, _most in AGES], labels=AGE_LABELS,
        shown=shown if asked else [], asked=asked, chart=_chart(tables, fair), age=age,
        kinds={"deposit": _("Deposit"), "balance": _("Balance")},
    )  # fmt: skip


def _chart(tables: list[Ageing], fair: Fair) -> dict[str, Any] | None:
    mine = next((one for one in tables if one.currency == fair.currency), None)
    if mine is None:
        return None
    return {
        "kind": "bar", "labels": [str(AGE_LABELS[key]) for key in mine.sums], "unit": mine.currency,
        "series": [{"name": _("Open"), "values": [float(amount.decimal) for amount in mine.sums.values()]}],
    }  # fmt: skip


def _receivables_sheet(fair: Fair, found: list[Receivable]) -> Response:
    ages = [str(AGE_LABELS[key]) for key, _least, _most in AGES]
    by_company = [
        [row.company.name, row.company.tax_code, *row.by_age.values(), row.total, table.currency]
        for table in ageing(found)
        for row in table.rows
    ]
    parts = [
        [
            one.invoice.number, one.invoice.company.name, one.part.instalment.number, one.part.instalment.due_on, one.days,
            str(AGE_LABELS[one.age]), one.part.open, one.invoice.currency,
        ]
        for one in found
    ]  # fmt: skip
    return sheet_response(
        [
            Sheet(_("By company"), [_("Company"), _("Tax code"), *ages, _("Total"), _("Currency")], by_company),
            Sheet(_("Instalments"), [_("Invoice"), _("Company"), _("Money document"), _("Due on"), _("Days late"), _("Age"),
                                     _("Still open"), _("Currency")], parts),
        ],
        f"{fair.slug}-receivables", time_zone=fair.time_zone,
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/books/settlement")
@requires(VIEW_BOOKS)
def settlement() -> str | Response:
    """What was invoiced, credited, received and paid back, and what is left."""
    from fairs.books.pdf import settlement_parts

    fair = current_fair()
    found = settlements(fair.id)
    if request.args.get("format") == "xlsx":
        sheets = [Sheet(one.currency, [_("Part"), _("What"), _("Amount")], _settlement_rows(one)) for one in found]
        empty = Sheet(fair.currency, [_("Part"), _("What"), _("Amount")], [])
        return sheet_response(sheets or [empty], f"{fair.slug}-settlement", time_zone=fair.time_zone)
    return render_template(
        "books/settlement.html", found=[(one, settlement_parts(one)) for one in found], budget_url=_budget_url(fair)
    )  # fmt: skip


def _budget_url(fair: Fair) -> str:
    """The fair's budget, where there is such a page and the reader may open it: books and budgets know nothing of each other."""
    view = current_app.view_functions.get(_BUDGET)
    wanted = getattr(view, MARK, None)
    may = isinstance(wanted, Permission) and matching_grant(g.grants, wanted, fair.id) is not None
    return url_for(_BUDGET) if may else ""


def _settlement_rows(one: Settlement) -> list[list[Any]]:
    from fairs.books.pdf import settlement_parts

    rows: list[list[Any]] = []
    for title, lines, total in settlement_parts(one):
        rows += [[title, label, amount] for label, amount in lines]
        rows.append([title, total[0], total[1]])
    return rows


@bp.get("/fairs/<fair_slug>/books/settlement.pdf")
@requires(VIEW_BOOKS)
def settlement_document() -> Response:
    """The settlement on paper."""
    from fairs.books.pdf import settlement_pdf  # heavy: loaded by who prints

    fair = current_fair()
    return _pdf(settlement_pdf(fair, settlements(fair.id), _config(), _locale()), f"{fair.code}-settlement")


def _config() -> Any:
    return current_app.extensions["fairs_config"]


def _locale() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LOCALES else current_locale()


def _pdf(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{name}-{_locale()}.pdf")
    return response


def _company(company_id: int) -> Company:
    found = db.session.get(Company, company_id)
    if found is None:
        raise NotFound
    return found


@bp.get("/fairs/<fair_slug>/books/companies/<int:company_id>/statement.pdf")
@requires(VIEW_BOOKS)
def statement(company_id: int) -> Response:
    """A company's account at the fair on paper, ``from`` and ``to`` a day, for both sides to sign."""
    from fairs.books.pdf import statement_pdf  # heavy: loaded by who prints

    fair, company = current_fair(), _company(company_id)
    days = [day_of(request.args.get(name, "")) for name in ("from", "to")]
    for name, day in zip(("from", "to"), days, strict=True):
        if request.args.get(name) and day is None:
            raise InvalidInput(_("Write a day as 31/12/2026."), field=name)
    first, last = days[0], days[1] or fair.today
    found = statements(fair.id, company.id, first=first, last=last)
    content = statement_pdf(company, fair, found, _config(), _locale(), first=first, last=last)
    return _pdf(content, f"{fair.code}-statement-{company.id}")


@bp.get("/books/companies/<int:company_id>")
@requires(VIEW_BOOKS)
def company(company_id: int) -> str:
    """A company's accounts at all fairs whose books the reader may see."""
    found = _company(company_id)
    held = [grant for grant in g.grants if grant.role in VIEW_BOOKS.roles]
    mine = None if any(grant.fair_id is None for grant in held) else [grant.fair_id for grant in held]
    accounts = accounts_of(found.id, mine)
    totals: dict[str, Money] = {}
    for one in accounts:
        balance = one.sums.balance
        totals[balance.currency] = totals.get(balance.currency, Money(0, balance.currency)) + balance
    return render_template("books/company.html", company=found, accounts=accounts, totals=totals, kinds=list(EntryKind))


@bp.get("/fairs/<fair_slug>/books/check")
@requires(VIEW_BOOKS)
def check() -> str:
    """Whether documents, ledger and open balances agree: the last run, and the sums of this fair now."""
    fair = current_fair()
    last = last_check()
    now = balances(fair.id)
    sums: dict[str, dict[str, Money]] = {}
    for (_fair_id, _company_id, currency), one in now.items():
        row = sums.setdefault(currency, {})
        for name in ("invoices", "credit_notes", "payments", "refunds", "documents", "ledger", "open"):
            row[name] = row.get(name, Money(0, currency)) + Money(getattr(one, name), currency)
    return render_template(
        "books/check.html", last=last, differences=differences_at(fair.id, last) if last else [], sums=sums,
        may_check=matching_grant(g.grants, CHECK_BOOKS, fair.id) is not None,
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/books/check")
@requires(CHECK_BOOKS)
def check_now() -> Any:
    """Run the check now, over all fairs as at night."""
    run = check_books(by=actor())
    if run.is_clean:
        flash(_("Checked: documents, ledger and open balances agree."), "success")
    else:
        flash(_("Checked: %(n)s accounts do not agree.", n=run.difference_count), "danger")
    return go(url_for("books.check"))


@bp.app_context_processor
def account_link() -> dict[str, Any]:
    """For pages below that name a company: the address of its account, where the reader may see it."""

    def link(company_id: int) -> str:
        seen = g.get("grants") and matching_grant(g.grants, VIEW_BOOKS, None)
        return url_for("books.company", company_id=company_id) if seen else ""

    return {"books_of": link}


register_nav(NavItem("books", _l("Books"), "book-2", "books.ledger", VIEW_BOOKS, 113))
