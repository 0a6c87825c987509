"""The clerk's page at a signing ceremony: two badges, value, photo; on one screen of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from fairs.badges.errors import OtherFair
from fairs.calendar.context import current_fair
from fairs.contracts.drafts import keep_upload, kept_file
from fairs.contracts.forms import CURRENCIES, Amount, whole
from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT
from fairs.contracts.queries import contract_by_reference
from fairs.contracts.quick import QUICK_STATES, QuickDraft, companies_for, judged_photo, quick_log, scanned_company
from fairs.contracts.states import Verification
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.forms import CountryField, Form, Text, UploadField
from fairs.core.i18n import country_name, format_money
from fairs.core.storage import StoredFile, Upload
from fairs.core.text import clean
from fairs.core.tokens import new_token
from fairs.core.web import actor, answers_json, go, requires
from fairs.directory.forms import Choice
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, find_or_create_company

bp = Blueprint("quick_log", __name__, url_prefix="/fairs/<fair_slug>/deals/quick")
_CURRENCY = "quick_currency"


class QuickForm(Form):
    """The whole form; ``scanned`` are codes that were read while there was no network, one a line."""

    code = Text(_l("Badge or company"), length=1000)
    scanned = HiddenField()
    exporter_id = HiddenField()
    importer_id = HiddenField()
    exporter = HiddenField(_l("Exporter"))
    importer = HiddenField(_l("Importer"))
    nonce = HiddenField()
    kept = HiddenField()
    value = Amount(_l("Value of the contract"))
    currency = Choice(_l("Currency"), choices=[(code, code) for code in CURRENCIES])
    state = Choice(
        _l("Status"), choices=[(str(state), state.label) for state in QUICK_STATES], default=str(QUICK_STATES[0])
    )
    evidence = UploadField(_l("Photo of the paper"))
    company_name = Text(_l("Name of the company"), length=250)
    company_country = CountryField(_l("Country"), required=False)

    @cached_property
    def photo(self) -> Upload | None:
        """The photo that came with this form; its stream is read once."""
        return self.evidence.upload()

    def to_draft(self, nonce: str) -> QuickDraft:
        """The deal as typed."""
        return QuickDraft(
            exporter_id=whole(self.exporter_id.data), importer_id=whole(self.importer_id.data),
            currency=self.currency.data or "", value=self.value.data, nonce=nonce, state=self.state.data or "",
        )  # fmt: skip


def flag(country: str) -> str:
    """The country's flag as two regional letters; browsers without flags show the letters."""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country if "A" <= letter <= "Z")


def party_view(company: Company) -> dict[str, Any]:
    """A party as the page shows it."""
    return {
        "id": company.id, "name": company.name, "side": "exporter" if company.is_domestic else "importer",
        "country": country_name(company.country), "flag": flag(company.country),
    }  # fmt: skip


@bp.get("/party")
@requires(LOG_CONTRACT)
@answers_json
def party() -> Any:
    """The companies of a code or a name, for the page's script."""
    code = request.args.get("code", "")
    found = companies_for(current_fair(), code) if code.strip() else []
    if code.strip() and not found:
        raise NotFound(_("Nothing of this fair and no company of the register fits. Register the company below."))
    return {"parties": [party_view(company) for company in found]}


@bp.post("/company")
@requires(LOG_CONTRACT)
@answers_json
def company() -> Any:
    """A company that nobody has registered: name and country are enough at a ceremony."""
    return {
        "parties": [
            party_view(_registered(request.form.get("company_name", ""), request.form.get("company_country", "")))
        ]
    }


def _registered(name: str, country: str) -> Company:
    if not clean(name):
        raise InvalidInput(_l("Please fill this in."), field="company_name")
    if not country:
        raise InvalidInput(_l("Please choose a country."), field="company_country")
    return find_or_create_company(CompanyDraft(name=clean(name), country=country), by=actor())


@bp.route("", methods=["GET", "POST"])
@requires(LOG_CONTRACT)
def page() -> Any:
    """The form. With a script it is sent in the background, kept in the browser until we have answered; without one as usual."""
    g.is_scanner = True
    form = QuickForm()
    if request.method == "GET":
        form.currency.data = session.get(_CURRENCY, "USD")
        form.nonce.data = new_token()
        return _page(form, [])
    found: Sequence[Company] = []
    action = request.form.get("action", "save")
    try:
        if action == "find":
            found = _take(form, form.code.data or "")
        elif action.startswith("take-"):
            chosen = db.session.get(Company, whole(action.removeprefix("take-")) or 0)
            if chosen is not None:
                _put(form, chosen)
        elif action in {"clear-exporter", "clear-importer"}:
            form[f"{action.removeprefix('clear-')}_id"].data = ""
        elif action == "company":
            _put(form, _registered(form.company_name.data or "", form.company_country.data or ""))
        else:
            return _save(form)
    except DomainError as error:
        form.add_error(error)
    _keep(form)
    return _page(form, found)


def _save(form: QuickForm) -> Any:
    is_script = request.headers.get("Fairs-Quick") == "1"
    # Codes that were read without a network are looked up now.
    for code in (form.scanned.data or "").splitlines()[:4]:
        _take(form, code)
    form.scanned.data = ""
    shaped = form.validate_on_submit()
    nonce = clean(form.nonce.data or "")[:80]
    try:
        draft = form.to_draft(nonce)
        saved = quick_log(current_fair(), draft, by=actor(), photo=form.photo or _kept(form)) if shaped else None
    except DomainError as error:
        add_problems(form, error)
        saved = None
    if saved is None:
        _keep(form)
        return _refused(form) if is_script else _page(form, [])
    session[_CURRENCY] = saved.currency
    target = url_for("quick_log.done", reference=saved.reference)
    if is_script:
        return jsonify({"reference": saved.reference, "done": target})
    return go(target)


def add_problems(form: Form, error: DomainError) -> None:
    """Each problem at its field; what could not be read has its message already."""
    for problem in getattr(error, "problems", [error]):
        field = form._fields.get(problem.field or "")
        if field is None or not field.errors:
            form.add_error(problem)


def _refused(form: QuickForm) -> tuple[Response, int]:
    errors = {name: str(messages[0]) for name, messages in form.errors.items() if name and messages}
    rest = " ".join(str(text) for text in form.form_errors)
    parties = {
        side: party_view(known) for side in ("exporter", "importer")
        if (known := _company(form[f"{side}_id"].data)) is not None
    }  # fmt: skip
    body = {"errors": errors, "message": rest, "kept": form.kept.data or "", "parties": parties}
    answer = jsonify(body)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 422


def _company(text: Any) -> Company | None:
    number = whole(text)
    return db.session.get(Company, number) if number and number < 2**31 else None


def _take(form: QuickForm, code: str) -> Sequence[Company]:
    """Put the company of a badge into its side; several that fit are given back, to choose one of."""
    if not clean(code):
        raise InvalidInput(_l("Scan a badge, or type a name."), field="code")
    try:
        found = companies_for(current_fair(), code)
    except OtherFair as error:
        raise InvalidInput(error.message, field="code") from error
    if not found:
        raise InvalidInput(
            _l("Nothing of this fair and no company of the register fits. Register the company below."), field="code"
        )
    if len(found) == 1:
        _put(form, found[0], scanned=scanned_company(current_fair(), code) is not None)
        return []
    return found


def _put(form: QuickForm, company: Company, *, scanned: bool = False) -> None:
    side = "exporter" if company.is_domestic else "importer"
    known = whole(form[f"{side}_id"].data)
    if known == company.id:
        raise InvalidInput(_l("This is the same company again: scan the other side."), field="code")
    if known is not None and scanned:
        text = (
            _l("Both badges are of companies in Viet Nam. One of the two parties is abroad.") if company.is_domestic
            else _l("Both badges are of companies abroad. The exporter is a company in Viet Nam.")
        )  # fmt: skip
        raise InvalidInput(text, field="code")
    form[f"{side}_id"].data = str(company.id)
    form.code.data = ""


def _kept(form: QuickForm) -> StoredFile | None:
    return kept_file(form.kept.data)


def _keep(form: QuickForm) -> None:
    """A photo that was handed in stays, whatever else was wrong."""
    if form.photo is None or form.evidence.errors:
        return
    try:
        form.kept.data = keep_upload(judged_photo(form.photo))
    except InvalidInput as error:
        form.add_error(error)


def _page(form: QuickForm, found: Sequence[Company]) -> tuple[str, int]:
    parties = {side: _company(form[f"{side}_id"].data) for side in ("exporter", "importer")}
    page = render_template(
        "contracts/quick.html", form=form, found=[party_view(one) for one in found], kept=_kept(form),
        parties={side: party_view(one) if one is not None else None for side, one in parties.items()},
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.get("/<reference>")
@requires(LOG_CONTRACT)
def done(reference: str) -> str:
    """The number to read out, and the next one."""
    contract: Contract | None = contract_by_reference(current_fair().id, reference)
    if contract is None or contract.verification is not Verification.INCOMPLETE:
        raise NotFound
    return render_template("contracts/quick_done.html", contract=contract, value=format_money(contract.value))
