"""A party reports its own deal: the other party by badge or among those who take part, value, photo, goods in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from fairs.badges.errors import OtherFair
from fairs.contracts.drafts import keep_upload, kept_file
from fairs.contracts.forms import CURRENCIES, Amount, whole
from fairs.contracts.models import Contract
from fairs.contracts.own_deals import Own, shown
from fairs.contracts.quick import (
    QUICK_STATES,
    QuickDraft,
    judged_photo,
    participants_for,
    quick_log,
    require_participant,
    scanned_company,
)
from fairs.contracts.quick_pages import add_problems
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.forms import DayField, Form, LongText, Text, UploadField
from fairs.core.storage import Upload
from fairs.core.tokens import new_token
from fairs.core.web import go
from fairs.directory.forms import Choice
from fairs.directory.models import Company


class DealForm(Form):
    """A deal as its own party reports it; what is missing the organiser's clerk completes."""

    company_id = Choice(_l("Your company"), choices=[])
    code = Text(_l("The other party"), length=1000)
    other_id = HiddenField()
    other = HiddenField(_l("The other party"))
    nonce = HiddenField()
    kept = HiddenField()
    state = Choice(
        _l("Status"), choices=[(str(state), state.label) for state in QUICK_STATES], default=str(QUICK_STATES[0])
    )
    value = Amount(_l("Value of the contract"))
    currency = Choice(_l("Currency"), choices=[(code, code) for code in CURRENCIES], default="USD")
    signed_on = DayField(_l("Signed on"))
    number = Text(_l("Number of the contract"), length=80)
    note = LongText(_l("Goods and terms"), length=2000)
    evidence = UploadField(_l("Photo of the paper"))

    @cached_property
    def photo(self) -> Upload | None:
        """The photo that came with this form; its stream is read once."""
        return self.evidence.upload()

    def add_error(self, error: DomainError) -> None:
        """The service speaks of exporter and importer; here one of them is the reader and the other the field."""
        if error.field in {"exporter", "importer"}:
            error.field = "other"
        super().add_error(error)


def report_page(own: Own) -> Any:
    """The form, and what becomes of it; raises NotFound for who takes no part in the fair."""
    if not own.may_log:
        raise NotFound
    g.is_scanner = True
    form = DealForm()
    form.company_id.choices = [(str(company.id), company.name) for company in own.may_log]
    found: Sequence[Company] = []
    if request.method == "GET":
        form.nonce.data, form.signed_on.data = new_token(), own.fair.today
        return _form(own, form, found)
    company = next((one for one in own.may_log if str(one.id) == form.company_id.data), own.may_log[0])
    form.company_id.data = str(company.id)
    action = request.form.get("action", "find")
    try:
        if action == "save":
            saved = _save(own, form, company)
            if saved is not None:
                flash(
                    _("%(reference)s is reported. Ask the other side to confirm it.", reference=saved.reference),
                    "success",
                )
                return go(own.url("show", reference=saved.reference))
        elif action == "find":
            found = _find(own, form, company)
        elif action.startswith("take-"):
            form.other_id.data = action.removeprefix("take-")
        elif action == "clear":
            form.other_id.data = ""
        _other(own, form, company)
    except DomainError as error:
        add_problems(form, error)
    if form.photo is not None and not form.evidence.errors:
        try:
            form.kept.data = keep_upload(judged_photo(form.photo))
        except InvalidInput as error:
            form.add_error(error)
    return _form(own, form, found)


def _find(own: Own, form: DealForm, company: Company) -> Sequence[Company]:
    try:
        found = participants_for(own.fair, form.code.data or "", domestic=not company.is_domestic)
    except OtherFair as error:
        raise InvalidInput(error.message, field="code") from error
    if not found:
        same = scanned_company(own.fair, form.code.data or "")
        if same is not None:
            raise InvalidInput(
                _l("This badge is of a company on your own side: one party is in Viet Nam, the other abroad."),
                field="code",
            )
        raise InvalidInput(
            _l("Nobody who takes part in this fair fits. Scan the badge, or write at least three letters of the name."),
            field="code",
        )
    if len(found) == 1:
        form.other_id.data, form.code.data = str(found[0].id), ""
        return []
    return found


def _other(own: Own, form: DealForm, company: Company) -> Company | None:
    """The chosen other party, if it takes part; a number that was made up chooses nobody."""
    try:
        return require_participant(own.fair, whole(form.other_id.data), domestic=not company.is_domestic)
    except NotFound:
        form.other_id.data = ""
        raise InvalidInput(_l("Please choose the other party again."), field="code") from None


def _save(own: Own, form: DealForm, company: Company) -> Contract | None:
    if not form.validate():
        return None
    other = _other(own, form, company)
    mine, theirs = company.id, other.id if other is not None else None
    exporter, importer = (mine, theirs) if company.is_domestic else (theirs, mine)
    draft = QuickDraft(
        exporter_id=exporter, importer_id=importer, currency=form.currency.data or "", value=form.value.data,
        nonce=f"{company.id} {(form.nonce.data or '')[:60]}", state=form.state.data or "", signed_on=form.signed_on.data,
        number=form.number.data or "", note=form.note.data or "", reported_by="exporter" if company.is_domestic else "importer",
    )  # fmt: skip
    return quick_log(own.fair, draft, by=own.by, photo=form.photo or kept_file(form.kept.data))


def _form(own: Own, form: DealForm, found: Sequence[Company]) -> Any:
    number = whole(form.other_id.data)
    page = render_template(
        "contracts/own_deal_new.html", own=own, form=form, found=found, fair=own.fair, kept=kept_file(form.kept.data),
        other=db.session.get(Company, number) if number and not form.other_id.errors else None,
    )  # fmt: skip
    return shown(own, page, 422 if form.errors else 200)
