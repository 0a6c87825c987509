"""The register of companies and people, forms filed for somebody, and the slips that open a record."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.accounts.queries import matching_grant
from fairs.core import qr
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.limits import GUESSING, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.storage import StoredFile
from fairs.core.text import clean
from fairs.core.tokens import digest
from fairs.core.web import NavItem, actor, go, paginate, public, register_nav, requires
from fairs.directory import product_pages
from fairs.directory.errors import SlipLocked
from fairs.directory.filings import FiledSlip, new_slip, open_filing
from fairs.directory.forms import CompanyForm, PersonForm, PinForm
from fairs.directory.lists import COMPANIES, PEOPLE
from fairs.directory.models import Company, Filing, Person
from fairs.directory.permissions import EDIT_DIRECTORY, FILE_ON_BEHALF, VIEW_DIRECTORY
from fairs.directory.queries import filings_of_fair
from fairs.directory.service import save_company, save_person
from fairs.directory.slips import SlipStatus, filing_forms, printed_slip, slip_status, slip_url
from fairs.messages.render import render_attachment

bp = Blueprint("directory", __name__)
blueprints = [bp, *product_pages.blueprints]
OPEN_FOR = 1800  # seconds that a slip stays open in a browser after the right PIN


# --- register -----------------------------------------------------------------------------------------------------


@bp.get("/directory")
@requires(VIEW_DIRECTORY)
def companies() -> str | Response:
    """Companies by name, without accents; or people with ``?kind=people``."""
    text = clean(request.args.get("q", ""))[:100]
    kind = "people" if request.args.get("kind") == "people" else "companies"
    shown = PEOPLE if kind == "people" else COMPANIES
    if request.args.get("format") == "xlsx":
        return download(shown, None, known(shown, request.args))
    page = page_of(shown, None, request.args, cursor=request.args.get("cursor"))
    return render_template("directory/index.html", page=page, kind=kind, text=text)


def _company(company_id: int) -> Company:
    company = db.session.get(Company, company_id)
    if company is None:
        raise NotFound
    return company


def _person(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


@bp.route("/directory/companies/<int:company_id>/edit", methods=["GET", "POST"])
@requires(EDIT_DIRECTORY)
def edit_company(company_id: int) -> Any:
    """Correct a company."""
    shown = _company(company_id)
    form = CompanyForm()
    if not form.is_submitted():
        form.fill(shown)
    elif form.validate():
        try:
            save_company(form.draft(), by=actor(), company=shown)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("profiles.company", company_id=company_id))
    return render_template("directory/edit_company.html", form=form, company=shown), 422 if form.errors else 200


@bp.route("/directory/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(EDIT_DIRECTORY)
def edit_person(person_id: int) -> Any:
    """Correct a person."""
    shown = _person(person_id)
    form = PersonForm()
    if not form.is_submitted():
        form.fill(shown)
    elif form.validate():
        try:
            save_person(form.draft(shown), by=actor(), person=shown)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("profiles.person", person_id=person_id))
    return render_template("directory/edit_person.html", form=form, person=shown), 422 if form.errors else 200


# --- forms filed for somebody -------------------------------------------------------------------------------------


def _fair_id() -> int:
    # The fair is found by calendar, which lies above: here it is only an id.
    return int(g.fair.id)


def _filing(filing_id: int) -> Filing:
    filing = db.session.get(Filing, filing_id)
    if filing is None or filing.fair_id != _fair_id():
        raise NotFound
    return filing


@bp.get("/fairs/<fair_slug>/filings")
@requires(FILE_ON_BEHALF)
def filings() -> str:
    """Which forms can be filed for somebody, and which have been."""
    page = paginate(filings_of_fair(_fair_id()), (Filing.id, True), limit=30, cursor=request.args.get("cursor"))
    clerks = {user.id: user for user in db.session.query(User).where(User.id.in_({f.typed_by_id for f in page.items}))}
    rows = [{"filing": f, "status": slip_status(f), "clerk": clerks.get(f.typed_by_id)} for f in page.items]
    forms = [form for form in filing_forms() if matching_grant(g.grants, form.permission, _fair_id()) is not None]
    return render_template("directory/filings.html", rows=rows, next=page.next, forms=forms)


@bp.get("/fairs/<fair_slug>/filings/<int:filing_id>/slip")
@requires(FILE_ON_BEHALF)
def slip(filing_id: int) -> str:
    """The slip to print, right after filing; later only that there is one, for the PIN is not kept."""
    filing = _filing(filing_id)
    secrets = printed_slip(filing.id)
    status = slip_status(filing)
    address = _address(secrets[0]) if secrets else ""
    return render_template(
        "directory/slip.html",
        filing=filing,
        status=status,
        pin=secrets[1] if secrets else "",
        address=address,
        code=qr.svg(qr.matrix(address), title=_("QR code of this slip")) if address else None,
    )


@bp.get("/fairs/<fair_slug>/filings/<int:filing_id>/slip.pdf")
@requires(FILE_ON_BEHALF)
def slip_file(filing_id: int) -> Response:
    """The slip as PDF, in the language of the person it is for."""
    filing = _filing(filing_id)
    secrets = printed_slip(filing.id)
    shown = slip_status(filing)
    if secrets is None or shown is None:
        raise NotFound
    with force_locale(shown.locale):
        # Read again: its texts must be in the reader's language.
        status = slip_status(filing) or shown
        from fairs.directory.pdf import slip_pdf  # heavy: loaded by who prints

        content = slip_pdf(filing, status, _address(secrets[0]), secrets[1], _department(status.locale))
    disposition = f'inline; filename="{filing.reference}.pdf"'
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": disposition})


@bp.post("/fairs/<fair_slug>/filings/<int:filing_id>/slip")
@requires(FILE_ON_BEHALF)
def renew_slip(filing_id: int) -> Any:
    """A new code and PIN when the slip is lost."""
    made: FiledSlip = new_slip(_filing(filing_id), by=actor())
    flash(_("The old slip opens nothing any more. Print this one."), "success")
    return go(slip_url(made))


@bp.get("/fairs/<fair_slug>/filings/<int:filing_id>/scan")
@requires(FILE_ON_BEHALF)
def scan(filing_id: int) -> Response:
    """The paper as it was handed in."""
    filing = _filing(filing_id)
    return stored_file(db.session.get(StoredFile, filing.scan_id) if filing.scan_id is not None else None)


def _department(locale: str) -> str:
    config = current_app.extensions["fairs_config"]
    return str(config.department if locale == "vi" else config.department_en)


def _address(token: str) -> str:
    return f"{current_app.config['BASE_URL']}{url_for('directory.open_slip', token=token)}"


def _download(name: str, content: bytes, content_type: str) -> Response:
    answer = Response(content, mimetype=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


# --- the slip's own page, without an account ----------------------------------------------------------------------


@bp.route("/r/<token>", methods=["GET", "POST"])
@public
@limiter.limit(GUESSING, methods=["POST"])
def open_slip(token: str) -> Any:
    """Ask for the PIN; then show what the record's owner may know."""
    filing = _opened(token)
    if filing is not None:
        status = slip_status(filing)
        if status is None:
            raise NotFound
        return render_template("directory/status.html", filing=filing, status=status, token=token)
    form = PinForm()
    if form.validate_on_submit():
        try:
            found = open_filing(token, re.sub(r"\s", "", form.pin.data or ""))
        except DomainError as error:
            form.add_error(error)
            code = 429 if isinstance(error, SlipLocked) else 403
            return render_template("directory/pin.html", form=form, token=token), code
        session["slip"] = [found.token_hash, int(now().timestamp()) + OPEN_FOR]
        return go(url_for("directory.open_slip", token=token))
    return render_template("directory/pin.html", form=form, token=token), 422 if form.errors else 200


def _opened(token: str) -> Filing | None:
    kept = session.get("slip")
    hashed = digest(token)
    if not kept or kept[0] != hashed or kept[1] < now().timestamp():
        return None
    return db.session.query(Filing).where(Filing.token_hash == hashed).first()


@bp.get("/r/<token>/files/<int:number>")
@public
def slip_document(token: str, number: int) -> Response:
    """A file of the record (invoice, badge) for who has opened the slip."""
    filing = _opened(token)
    status: SlipStatus | None = slip_status(filing) if filing is not None else None
    if status is None or not 1 <= number <= len(status.documents):
        raise NotFound
    document = status.documents[number - 1]
    file = render_attachment(document.kind, document.reference)
    return _download(file.name, file.content, file.content_type)


@bp.post("/r/<token>/close")
@public
def close_slip(token: str) -> Any:
    """Forget on this device that the slip was opened."""
    session.pop("slip", None)
    return go(url_for("directory.open_slip", token=token))


register_nav(NavItem("filings", _l("File for somebody"), "file-pencil", "directory.filings", FILE_ON_BEHALF, 85))
register_nav(
    NavItem(
        "directory",
        _l("Companies and people"),
        "address-book",
        "directory.companies",
        VIEW_DIRECTORY,
        90,
        for_fair=False,
    )
)
