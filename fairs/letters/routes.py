"""Pages of letters for staff: the list, one letter, letters for many guests, who signs, the list for immigration."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError
from fairs.core.files import stored_file
from fairs.core.i18n import country_name, format_date
from fairs.core.lists import download, known, page_of
from fairs.core.sheets import sheet_response
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import LABELS, entries
from fairs.identity.permissions import READ_IDENTITY
from fairs.identity.service import documents_of
from fairs.letters import guest_panels, own, queries, text_pages, verify
from fairs.letters.forms import GroupListForm, ReasonForm, SignatoryForm
from fairs.letters.group_list import GATE, GroupListDraft, chosen_guests, group_list
from fairs.letters.handing_out import aside
from fairs.letters.lists import GUESTS, LETTERS
from fairs.letters.models import Letter, Signatory
from fairs.letters.paper import hidden_number, letter_pdf, payer_label
from fairs.letters.permissions import ISSUE_LETTER, VIEW_LETTERS
from fairs.letters.renewal import said_days
from fairs.letters.service import retire_signatory, revoke_letter, standing_of
from fairs.letters.states import LetterKind, LetterState, Standing
from fairs.letters.wording import save_signatory

bp = Blueprint("letters", __name__, url_prefix="/fairs/<fair_slug>/letters")
blueprints = [bp, guest_panels.bp, text_pages.bp, own.bp, verify.bp]

HISTORY: dict[str, tuple[Any, str, str]] = {
    **LABELS,
    "letters.issue": (_l("Issued"), "file-check", "success"),
    "letters.end": (_l("Ended"), "file-x", "warning"),
}


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("")
@requires(VIEW_LETTERS)
def index() -> Any:
    """All letters of the fair, and how many guests have none yet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(LETTERS, fair, known(LETTERS, request.args))
    have, lack = queries.missing_letters(fair.id)
    return render_template(
        "letters/index.html", page=page_of(LETTERS, fair, request.args, cursor=request.args.get("cursor")),
        counts=queries.counts_of(fair), standings=list(Standing), standing_of=standing_of, have=have, lack=lack,
        states=[(str(one), one.label) for one in (LetterState.ISSUED, Standing.EXPIRED, LetterState.REPLACED, LetterState.REVOKED)] + [("outdated", _("Out of date"))],
        outdated=queries.outdated_count(fair.id),
        kinds=[(str(one), one.label) for one in LetterKind],
        countries=sorted(((code, country_name(code)) for code in queries.countries_of(fair.id)), key=lambda pair: pair[1]),
        is_filtered=any(request.args.get(name) for name in ("q", "state", "kind", "country")), may_issue=_may(ISSUE_LETTER),
        may_read=_may(READ_IDENTITY), signatories=queries.signatories_of(fair.id),
    )  # fmt: skip


@bp.get("/guests")
@requires(VIEW_LETTERS)
def guests() -> Any:
    """The approved importers: who has a letter, whose passport is missing; letters for many at once."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(GUESTS, fair, known(GUESTS, request.args))
    page = page_of(GUESTS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "letters/guests.html", page=page, letters=queries.letters_in_force([one.id for one in page.items]),
        documents=documents_of([one.person_id for one in page.items]), standing_of=standing_of,
        may_issue=_may(ISSUE_LETTER), signatories=queries.signatories_of(fair.id),
        is_filtered=any(request.args.get(name) for name in ("q", "who", "letter", "passport", "country")),
    )  # fmt: skip


@bp.get("/<reference>")
@requires(VIEW_LETTERS)
def show(reference: str) -> Any:
    """One letter: what it says, how it stands, what became of it."""
    return _show(queries.letter_by_reference(current_fair().id, reference), ReasonForm(formdata=None))


def _show(letter: Letter, form: ReasonForm) -> str:
    return render_template(
        "letters/show.html", letter=letter, form=form, standing=standing_of(letter), Standing=Standing,
        events=entries(letter, HISTORY), may_issue=_may(ISSUE_LETTER), may_read=_may(READ_IDENTITY),
        number=hidden_number(letter) if _may(READ_IDENTITY) else "", payer=payer_label(letter.facts),
        said_days=said_days(letter),
    )  # fmt: skip


@bp.post("/<reference>/pdf")
@requires(READ_IDENTITY)
def pdf(reference: str) -> Response:
    """The letter as it was issued. It holds the passport's number: who opens it is written down."""
    letter = queries.letter_by_reference(current_fair().id, reference)
    return aside(letter_pdf([letter], purpose=f"letter {letter.reference}", by=actor()), f"{letter.reference}.pdf")


@bp.post("/<reference>/revoke")
@requires(ISSUE_LETTER)
def revoke(reference: str) -> Any:
    """Revoke it, with the reason that the guest reads."""
    letter, form = queries.letter_by_reference(current_fair().id, reference), ReasonForm()
    if form.validate_on_submit():
        try:
            revoke_letter(letter, reason=form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The letter is revoked. A consulate that checks it sees so from now on."), "success")
            return go(url_for(".show", reference=letter.reference))
    return _show(queries.letter_by_reference(current_fair().id, reference), form), 422


# --- who signs --------------------------------------------------------------------------------------------------------


@bp.route("/signatories", methods=["GET", "POST"])
@requires(ISSUE_LETTER)
def signatories() -> Any:
    """Who signs letters of the fair; add somebody."""
    fair, form = current_fair(), SignatoryForm()
    if form.validate_on_submit():
        try:
            save_signatory(fair, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".signatories"))
    return _signatories(form, None)


@bp.route("/signatories/<int:signatory_id>", methods=["GET", "POST"])
@requires(ISSUE_LETTER)
def signatory(signatory_id: int) -> Any:
    """Change somebody who signs; letters that are out stay as they are."""
    fair = current_fair()
    row = queries.signatory(fair.id, signatory_id)
    form = SignatoryForm(obj=row)
    if form.validate_on_submit():
        try:
            save_signatory(fair, form.draft(), row=row, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".signatories"))
    return _signatories(form, row)


def _signatories(form: SignatoryForm, row: Signatory | None) -> Any:
    rows = queries.signatories_of(current_fair().id, active=False)
    page = render_template("letters/signatories.html", form=form, rows=rows, row=row)
    return page, 422 if form.errors else 200


@bp.get("/signatories/<int:signatory_id>/picture")
@requires(ISSUE_LETTER)
def picture(signatory_id: int) -> Response:
    """The signature of somebody who signs."""
    return stored_file(queries.signatory(current_fair().id, signatory_id).picture, how="inline")


@bp.post("/signatories/<int:signatory_id>/retire")
@requires(ISSUE_LETTER)
def retire(signatory_id: int) -> Any:
    """They sign no more letters."""
    retire_signatory(queries.signatory(current_fair().id, signatory_id), by=actor())
    flash(_("They sign no more letters. Those that are out stay as they are."), "success")
    return go(url_for(".signatories"))


# --- for immigration --------------------------------------------------------------------------------------------------


@bp.route("/group-list", methods=["GET", "POST"])
@requires(READ_IDENTITY)
def immigration() -> Any:
    """The list for immigration: what it says of everybody, then the sheet."""
    fair, config = current_fair(), current_app.extensions["fairs_config"]
    days = f"{format_date(fair.starts_on, 'vi')} – {format_date(fair.ends_on, 'vi')}"
    form = GroupListForm(data={
        "who": "visa", "gate": GATE, "purpose": f"Tham dự {fair.name_vi} ({days})"[:200], "unit": config.department,
    })  # fmt: skip
    if form.validate_on_submit():
        draft = GroupListDraft(form.who.data, form.gate.data or "", form.purpose.data or "", form.unit.data or "")
        if chosen_guests(fair, draft.who):
            sheet = group_list(fair, draft, by=actor())
            answer = sheet_response([sheet], f"{fair.slug}-danh-sach-nhap-canh", time_zone=fair.time_zone)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        form.who.errors = [*form.who.errors, _("Nobody fits. Choose others, or issue letters first.")]
    page = render_template("letters/group_list.html", form=form)
    return page, 422 if form.errors else 200


register_nav(NavItem("letters", _l("Invitation letters"), "mail-opened", "letters.index", VIEW_LETTERS, 45))
