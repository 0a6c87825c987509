"""The panels of passport and letters on a guest's screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, url_for
from flask_babel import gettext as _

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.core.db import transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.identity.permissions import READ_IDENTITY
from fairs.identity.service import (
    Passport,
    document_of,
    masked_number,
    read_passport,
    read_scan,
    readings_of,
    remove_passport,
    save_passport,
)
from fairs.importers.models import Importer
from fairs.importers.panels import Panel, guest_page, register_panel
from fairs.importers.queries import importer_by_reference
from fairs.importers.states import ImporterState
from fairs.letters import queries
from fairs.letters.forms import LetterForm, PassportForm, ReasonForm
from fairs.letters.handing_out import aside
from fairs.letters.models import Letter
from fairs.letters.permissions import ISSUE_LETTER, VIEW_LETTERS
from fairs.letters.service import (
    ask_for_passport,
    facts_now,
    issue_letter,
    refuse_wish,
    revoke_letter,
    standing_of,
    warning_of,
    what_is_missing,
)
from fairs.letters.states import LetterKind, LetterState, WishState

bp = Blueprint("guest_letters", __name__, url_prefix="/fairs/<fair_slug>/guests/<reference>")
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def _importer(reference: str) -> Importer:
    return importer_by_reference(current_fair().id, reference)


def _back(importer: Importer, panel: str) -> Any:
    return go(url_for("guests.show", reference=importer.reference, _anchor=f"panel-{panel}"))


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


def _apart(form: Any, place: str) -> Any:
    """The form with ids of its own: the screen holds several forms with fields of one name."""
    for field in form:
        field.id = f"{place.replace(' ', '-')}-{field.name}"
    return form


# --- passport ---------------------------------------------------------------------------------------------------------


def _identity(importer: Importer, form: Any) -> Mapping[str, Any]:
    document = document_of(importer.person_id)
    shown = form if isinstance(form, Passport) else None
    entry = form if isinstance(form, PassportForm) else PassportForm(formdata=None)
    if not isinstance(form, PassportForm):
        entry.name.data = importer.person.passport_name
        if document is not None:
            entry.nationality.data, entry.sex.data = document.nationality, document.sex
            entry.expires_on.data = document.expires_on
        entry.nationality.data = entry.nationality.data or importer.company.country
    _facts, stay = facts_now(importer)
    return {
        "importer": importer, "document": document, "masked": masked_number(document), "shown": shown, "form": _apart(entry, "identity"),
        "is_open": isinstance(form, PassportForm), "missing": what_is_missing(LetterKind.VISA, importer.person, document),
        "warning": warning_of(document.expires_on, stay.first) if document is not None else "",
        "readings": readings_of(document) if document is not None else [],
        "may_ask": importer.state is ImporterState.APPROVED,
    }  # fmt: skip


@bp.post("/passport")
@requires(READ_IDENTITY)
def save(reference: str) -> Any:
    """Keep what was typed of the passport."""
    importer, form = _importer(reference), PassportForm()
    if form.validate_on_submit():
        try:
            save_passport(importer.person, form.draft(needs_number=False), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The passport is saved."), "success")
            return _back(importer, "identity")
    return guest_page(_importer(reference), "identity", form)


@bp.post("/passport/read")
@requires(READ_IDENTITY)
def read(reference: str) -> Any:
    """Show number and birth date once; who reads them is written down."""
    importer = _importer(reference)
    passport = read_passport(importer.person, purpose="guest's screen", by=actor())
    if passport is None:
        return _back(importer, "identity")
    page, _status = guest_page(importer, "identity", passport)
    return page


@bp.post("/passport/scan")
@requires(READ_IDENTITY)
def scan(reference: str) -> Response:
    """The picture of the passport page, to be kept aside; who takes it is written down."""
    importer = _importer(reference)
    document = document_of(importer.person_id)
    found = read_scan(document, purpose="guest's screen", by=actor()) if document is not None else None
    if found is None:
        raise NotFound
    content, kind = found
    return aside(content, f"{importer.reference}.{_ENDINGS.get(kind, 'bin')}", kind)


@bp.post("/passport/remove")
@requires(READ_IDENTITY)
def remove(reference: str) -> Any:
    """Remove the passport now: the guest asked for it, or it is not needed."""
    importer = _importer(reference)
    document = document_of(importer.person_id)
    if document is None:
        raise NotFound
    remove_passport(document, by=actor())
    flash(_("The passport data are removed. Letters keep their number, without the passport."), "success")
    return _back(importer, "identity")


@bp.post("/passport/ask")
@requires(READ_IDENTITY)
def ask(reference: str) -> Any:
    """Ask the guest by mail for what is missing."""
    importer = _importer(reference)
    with transaction():
        asked = ask_for_passport(importer)
    flash(*((_("The guest was asked by mail."), "success") if asked else (_("Nothing is missing."), "info")))
    return _back(importer, "identity")


# --- letters ----------------------------------------------------------------------------------------------------------


def _letters(importer: Importer, form: Any) -> Mapping[str, Any]:
    letters = queries.letters_of(importer.id)
    target = getattr(form, "target", "")
    document = document_of(importer.person_id)
    _facts, stay = facts_now(importer)
    signatories = list(queries.signatories_of(importer.fair_id))

    def entry(name: str, letter: Letter | None = None) -> LetterForm:
        if target == name and isinstance(form, LetterForm):
            return form
        made = LetterForm(formdata=None, prefix="")
        made.offer(signatories)
        made.fill(stay, letter)
        return made

    def reason(place: str) -> ReasonForm:
        return form if target == place and isinstance(form, ReasonForm) else ReasonForm(formdata=None)

    standing = [one for one in letters if one.state is LetterState.ISSUED]
    wish = queries.wish_of(importer.id)
    return {
        "importer": importer, "letters": letters, "standing_of": standing_of, "target": target,
        "issue_form": _apart(entry("issue"), "issue"), "reissue_forms": {
            one.reference: _apart(entry(one.reference, one), one.reference) for one in standing
        },
"reason_forms": {place: _apart(reason(place), place) for place in ("wish", *(f"revoke {one.reference}" for one in standing))},
        "wish": wish if wish is not None and wish.state is WishState.OPEN else None, "signatories": signatories,
        "missing": {kind: what_is_missing(kind, importer.person, document) for kind in LetterKind},
        "is_approved": importer.state is ImporterState.APPROVED, "may_issue": _may(ISSUE_LETTER),
        "may_read": _may(READ_IDENTITY), "free": [kind for kind in LetterKind if kind not in {one.kind for one in standing}],
        "changed": {one.reference for one in standing if one.name != importer.person.passport_name},
        "kinds": list(LetterKind),
    }  # fmt: skip


@bp.post("/letters")
@requires(ISSUE_LETTER)
def issue(reference: str) -> Any:
    """Issue a letter."""
    return _issue(_importer(reference), None)


@bp.post("/letters/<letter_reference>/replace")
@requires(ISSUE_LETTER)
def replace(reference: str, letter_reference: str) -> Any:
    """Issue a letter anew: it takes a new number, the old one answers "replaced"."""
    importer = _importer(reference)
    return _issue(importer, _of(importer, letter_reference))


def _of(importer: Importer, letter_reference: str) -> Letter:
    letter = queries.letter_by_reference(importer.fair_id, letter_reference)
    if letter.importer_id != importer.id:
        raise NotFound
    return letter


def _issue(importer: Importer, before: Letter | None) -> Any:
    form = LetterForm()
    form.target = before.reference if before is not None else "issue"
    form.offer(list(queries.signatories_of(importer.fair_id)))
    if before is not None:
        form.kind.data = str(before.kind)
    if form.validate_on_submit():
        try:
            letter = issue_letter(
                importer, form.draft(replacing=before.kind if before is not None else None), by=actor()
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(number)s is issued and on its way to the guest.", number=letter.number), "success")
            return _back(importer, "letters")
    return guest_page(_importer(importer.reference), "letters", form)


@bp.post("/letters/<letter_reference>/revoke")
@requires(ISSUE_LETTER)
def revoke(reference: str, letter_reference: str) -> Any:
    """Revoke a letter."""
    importer, form = _importer(reference), ReasonForm()
    letter = _of(importer, letter_reference)
    form.target = f"revoke {letter.reference}"
    if form.validate_on_submit():
        try:
            revoke_letter(letter, reason=form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The letter is revoked. A consulate that checks it sees so from now on."), "success")
            return _back(importer, "letters")
    return guest_page(_importer(reference), "letters", form)


@bp.post("/letters/wish/refuse")
@requires(ISSUE_LETTER)
def refuse(reference: str) -> Any:
    """No letter for this guest, with the reason that they read."""
    importer, form = _importer(reference), ReasonForm()
    form.target = "wish"
    wish = queries.wish_of(importer.id)
    if wish is None:
        raise NotFound
    if form.validate_on_submit():
        try:
            refuse_wish(wish, reason=form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Answered. The guest reads the reason on their page."), "success")
            return _back(importer, "letters")
    return guest_page(_importer(reference), "letters", form)


register_panel(Panel("identity", 15, "identity/_panel.html", _identity, READ_IDENTITY))
register_panel(Panel("letters", 20, "letters/_panel.html", _letters, VIEW_LETTERS))
