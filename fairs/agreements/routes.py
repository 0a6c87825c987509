"""Pages of agreements: the exhibitor's own, the staff's list and text, and the check of a document by its hash."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.agreements import queries, tasks
from fairs.agreements.forms import AcceptForm, ScanForm, TemplateForm, VerifyForm
from fairs.agreements.issuing import issue_agreement, preview
from fairs.agreements.lists import AGREEMENTS
from fairs.agreements.models import Agreement
from fairs.agreements.permissions import EDIT_TEMPLATE, MANAGE_AGREEMENTS, SEE_OWN_AGREEMENT, VIEW_AGREEMENTS
from fairs.agreements.service import accept, enter_scan, is_current, publish_template, save_template
from fairs.agreements.states import AgreementState
from fairs.agreements.steps import steps
from fairs.agreements.wording import BLOCKS, WORDS
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.limits import GUESSING, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, public, register_nav, requires
from fairs.directory.history import LABELS, entries
from fairs.directory.queries import is_member
from fairs.directory.team import membership_of
from fairs.exhibitors.journey import register_stages
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import exhibitor_by_reference

staff = Blueprint("agreements", __name__, url_prefix="/fairs/<fair_slug>/agreements")
my = Blueprint("my_agreement", __name__, url_prefix="/my/<fair_slug>/agreement")
check = Blueprint("verify", __name__)
blueprints = [staff, my, check]

HISTORY: dict[str, tuple[Any, str, str]] = {
    **LABELS,
    "agreements.issue": (_l("Issued"), "file-text", "info"),
    "agreements.accept": (_l("Accepted online"), "circle-check", "success"),
    "agreements.scan": (_l("Signed paper entered"), "file-check", "success"),
    "agreements.end": (_l("Ended"), "x", "warning"),
}


# --- the exhibitor's own --------------------------------------------------------------------------------------------


def _own(reference: str) -> Exhibitor:
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    if g.grant is None and not is_member(g.user.id, exhibitor.company_id):
        raise NotFound
    return exhibitor


@my.get("/<reference>")
@requires(SEE_OWN_AGREEMENT)
def show(reference: str) -> Any:
    """The agreement to be read and accepted, with the earlier versions."""
    return _mine(_own(reference), AcceptForm(formdata=None))


def _mine(exhibitor: Exhibitor, form: AcceptForm) -> Any:
    found = queries.agreements_of(exhibitor.id)
    present = next((one for one in found if one.ended_at is None), None)
    membership = membership_of(g.user.id, exhibitor.company_id)
    return render_template(
        "agreements/own.html", exhibitor=exhibitor, agreement=present, earlier=[one for one in found if one is not present],
        form=form, is_owner=membership is not None and membership.is_owner,
        is_current=present is None or is_current(present, exhibitor.fair),
        has_template=queries.published_template(exhibitor.fair_id) is not None,
    )  # fmt: skip


@my.post("/<reference>/prepare")
@requires(SEE_OWN_AGREEMENT)
def prepare(reference: str) -> Any:
    """Have the agreement made as things stand now, without waiting for the job."""
    exhibitor = _own(reference)
    try:
        issue_agreement(exhibitor, by=actor())
    except DomainError as error:
        flash(str(error), "warning")
    return go(url_for(".show", reference=exhibitor.reference))


@my.post("/<reference>/accept")
@requires(SEE_OWN_AGREEMENT)
def accept_online(reference: str) -> Any:
    """Accept it, for the bytes that were read."""
    exhibitor = _own(reference)
    form, present = AcceptForm(), queries.current_agreement(exhibitor.id)
    if present is None:
        raise NotFound
    if form.validate():
        try:
            accept(present, seen_sha256=str(form.sha256.data or ""), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The agreement is accepted. It stays here for you to read."), "success")
            return go(url_for(".show", reference=exhibitor.reference))
    return _mine(_own(reference), form), 422


@my.get("/<reference>/<number>.pdf")
@requires(SEE_OWN_AGREEMENT)
def pdf(reference: str, number: str) -> Response:
    """The PDF of one version, exactly as it was issued."""
    exhibitor = _own(reference)
    agreement = queries.agreement_by_number(exhibitor.fair_id, number)
    if agreement.exhibitor_id != exhibitor.id:
        raise NotFound
    return stored_file(agreement.file, how="inline", cache="private, no-cache")


# --- staff ----------------------------------------------------------------------------------------------------------


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@staff.get("")
@requires(VIEW_AGREEMENTS)
def index() -> Any:
    """All agreements of the fair, and how many are due."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(AGREEMENTS, fair, known(AGREEMENTS, request.args))
    due, _without = queries.due_exhibitors(fair)
    return render_template(
        "agreements/index.html", page=page_of(AGREEMENTS, fair, request.args, cursor=request.args.get("cursor")),
        counts=queries.counts_by_state(fair.id), states=[("all", _("All")), *((s.value, s.label) for s in AgreementState)],
        due=len(due), template=queries.published_template(fair.id), may_manage=_may(MANAGE_AGREEMENTS),
        may_edit=_may(EDIT_TEMPLATE), state=AgreementState, is_filtered=bool(request.args.get("q") or request.args.get("state")),
    )  # fmt: skip


@staff.post("/issue")
@requires(MANAGE_AGREEMENTS)
def issue_all() -> Any:
    """Have everything made that is due."""
    tasks.issue_now(current_fair().id)
    flash(_("The agreements are being made. They appear here and reach the exhibitors within minutes."), "success")
    return go(url_for(".index"))


@staff.route("/text", methods=["GET", "POST"])
@requires(EDIT_TEMPLATE)
def template() -> Any:
    """The text of the fair's agreements: kept as a draft, looked at with real data, published as a new version."""
    fair = current_fair()
    form = TemplateForm()
    draft = queries.draft_of(fair.id)
    if not form.is_submitted():
        form.fill(draft or queries.published_template(fair.id))
    elif form.validate():
        try:
            save_template(fair, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The draft is kept. Look at the preview before you publish it."), "success")
            return go(url_for(".template"))
    page = render_template(
        "agreements/template.html",
        form=form,
        draft=draft,
        versions=queries.versions_of(fair.id),
        words=WORDS,
        blocks=BLOCKS,
    )
    return page, 422 if form.errors else 200


@staff.get("/text/preview.pdf")
@requires(EDIT_TEMPLATE)
def template_preview() -> Any:
    """The draft with the data of an exhibitor (``?exhibitor=`` its reference, else the first with a booth)."""
    fair = current_fair()
    draft = queries.draft_of(fair.id) or queries.published_template(fair.id)
    if draft is None:
        flash(_("Keep the draft first."), "warning")
        return go(url_for(".template"))
    wanted = request.args.get("exhibitor", "").strip()
    try:
        content = preview(fair, draft, exhibitor_by_reference(fair.id, wanted).id if wanted else None)
    except NotFound:
        flash(_("No exhibitor of this fair has the number %(reference)s.", reference=wanted[:20]), "warning")
        return go(url_for(".template", exhibitor=wanted[:20]))
    if content is None:
        flash(_("The preview needs an exhibitor with a reserved or confirmed booth."), "warning")
        return go(url_for(".template"))
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename="preview.pdf")
    return answer


@staff.post("/text/publish")
@requires(EDIT_TEMPLATE)
def publish() -> Any:
    """Publish the draft: everybody with a booth gets a new version to accept."""
    fair = current_fair()
    try:
        version = publish_template(fair, by=actor()).version
    except DomainError as error:
        flash(str(error), "danger")
    else:
        tasks.issue_now(fair.id)
        flash(_("Version %(n)s is published. Exhibitors with a booth get it to accept.", n=version), "success")
    return go(url_for(".template"))


@staff.get("/<number>", endpoint="show")
@requires(VIEW_AGREEMENTS)
def one(number: str) -> Any:
    """One agreement with its acceptance and history."""
    return _one(queries.agreement_by_number(current_fair().id, number), ScanForm(formdata=None))


def _one(agreement: Agreement, form: ScanForm) -> Any:
    return render_template(
        "agreements/show.html", agreement=agreement, versions=queries.agreements_of(agreement.exhibitor_id), form=form,
        events=entries(agreement, HISTORY), may_manage=_may(MANAGE_AGREEMENTS),
        is_current=agreement.ended_at is not None or is_current(agreement, current_fair()),
    )  # fmt: skip


@staff.post("/<number>/renew")
@requires(MANAGE_AGREEMENTS)
def renew(number: str) -> Any:
    """Issue the version that is due now."""
    agreement = queries.agreement_by_number(current_fair().id, number)
    try:
        agreement = issue_agreement(agreement.exhibitor, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for(".show", number=agreement.number))


@staff.post("/<number>/scan")
@requires(MANAGE_AGREEMENTS)
def scan(number: str) -> Any:
    """Enter the signed paper."""
    fair = current_fair()
    agreement = queries.agreement_by_number(fair.id, number)
    form = ScanForm()
    if form.validate():
        try:
            enter_scan(agreement, form.scan.upload(), signed_on=form.signed_on.data, today=fair.today, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The signed paper is entered."), "success")
            return go(url_for(".show", number=number))
    return _one(queries.agreement_by_number(fair.id, number), form), 422


@staff.get("/<number>/<kind>.pdf")
@requires(VIEW_AGREEMENTS)
def file(number: str, kind: str) -> Response:
    """The PDF as it was issued, or the scan of the signed paper."""
    agreement = queries.agreement_by_number(current_fair().id, number)
    if kind not in {"agreement", "scan"}:
        raise NotFound
    return stored_file(
        agreement.file if kind == "agreement" else agreement.scan, how="inline", cache="private, no-cache"
    )


# --- anybody --------------------------------------------------------------------------------------------------------


@check.route("/verify", methods=["GET", "POST"])
@public
@limiter.limit(GUESSING, methods=["POST"])
def verify() -> Any:
    """What is known of a document: by its SHA-256, or by the file itself, which is not kept."""
    form = VerifyForm()
    found, digest = None, ""
    if form.validate_on_submit():
        upload = form.file.upload()
        digest = hashlib.sha256(upload.content).hexdigest() if upload is not None else (form.sha256.data or "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            form.add_error(
                InvalidInput(
                    _("Choose the PDF, or write its SHA-256: 64 digits and letters from a to f."), field="sha256"
                )
            )
            digest = ""
        else:
            found = queries.agreement_by_hash(digest)
    page = render_template("agreements/verify.html", form=form, found=found, digest=digest)
    return page, 422 if form.errors else 200


register_stages(steps)
register_nav(NavItem("agreements", _l("Agreements"), "file-text", "agreements.index", VIEW_AGREEMENTS, 34))
