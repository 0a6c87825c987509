"""What importers see of it on their own page: passport, the wish for a letter, the letters."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, session, url_for
from flask_babel import gettext as _

from fairs.core.actor import Actor
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.web import go, private_page, public
from fairs.identity.service import document_of, masked_number, save_passport
from fairs.importers.journey import Action, Card, register_card
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.letters import queries
from fairs.letters.forms import PassportForm, WishForm
from fairs.letters.handing_out import aside
from fairs.letters.paper import letter_pdf
from fairs.letters.service import standing_of, what_is_missing, wish_letter
from fairs.letters.states import LetterKind, Standing, WishState

bp = Blueprint("own_letters", __name__, url_prefix="/i/<token>")


def _mine(token: str) -> Importer:
    importer = linked(token, Importer)
    if importer.state is not ImporterState.APPROVED:
        raise NotFound
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    return importer


def _self(importer: Importer) -> Actor:
    return Actor(None, importer.reference)


@bp.route("/passport", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def passport(token: str) -> Any:
    """The passport as its owner types it. Of what is kept only the last three characters of the number are shown."""
    importer = _mine(token)
    document = document_of(importer.person_id)
    known = document is not None and document.has_number
    form = PassportForm()
    if not form.is_submitted():
        form.name.data = importer.person.passport_name
        form.nationality.data = (document.nationality if document is not None else "") or importer.company.country
        if document is not None:
            form.sex.data, form.expires_on.data = document.sex, document.expires_on
    elif form.validate():
        try:
            save_passport(importer.person, form.draft(needs_number=not known), by=_self(importer))
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Thank you. Your passport data are saved."), "success")
            return go(url_for("importers.own_page", token=token, _anchor="card-letter"))
    page = render_template(
        "letters/passport.html", importer=importer, fair=importer.fair, token=token, form=form,
        masked=masked_number(document), has_scan=document is not None and document.scan_id is not None,
        has_birth=document is not None and document.birth_sealed is not None,
    )  # fmt: skip
    answer = private_page(page, "drop")
    answer.headers["Cache-Control"] = "no-store"
    answer.status_code = 422 if form.errors else 200
    return answer


@bp.post("/letter-wish")
@public
@limiter.limit(PUBLIC_FORM)
def wish(token: str) -> Any:
    """The importer asks for a visa letter."""
    importer, form = _mine(token), WishForm()
    if form.validate_on_submit():
        wish_letter(importer, embassy=form.embassy.data or "", by=_self(importer))
        flash(_("We have noted it. The letter comes by e-mail and stands here."), "success")
    else:
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "danger")
    return go(url_for("importers.own_page", token=token, _anchor="card-letter"))


@bp.post("/letters/<letter_reference>")
@public
def letter(token: str, letter_reference: str) -> Response:
    """The importer's own letter. A mail scanner that follows links gets nothing of it."""
    importer = _mine(token)
    found = queries.letter_by_reference(importer.fair_id, letter_reference)
    if found.importer_id != importer.id or standing_of(found) not in {Standing.VALID, Standing.EXPIRED}:
        raise NotFound
    return aside(letter_pdf([found], purpose="own page", by=_self(importer)), f"{found.reference}.pdf")


def _card(importer: Importer, token: str) -> Card | None:
    """The letter's card: where it stands, what is missing."""
    if importer.state is not ImporterState.APPROVED or importer.fair.is_cancelled:
        return None
    document = document_of(importer.person_id)
    missing = what_is_missing(LetterKind.VISA, importer.person, document)
    letters = [one for one in queries.letters_of(importer.id) if standing_of(one) in {Standing.VALID, Standing.EXPIRED}]
    asked = queries.wish_of(importer.id)
    tone, state, text = _state(letters, missing, asked)
    enter = url_for("own_letters.passport", token=token)
    action = Action(_("Enter passport data"), enter, icon="e-passport") if missing else None
    return Card(
        "letter", _("Letter of invitation"), "mail-opened", tone, state, text, action=action,
        template="letters/_own_card.html",
        context={
            "letters": letters, "token": token, "standing_of": standing_of, "masked": masked_number(document),
            "missing": missing, "enter": enter, "form": WishForm(formdata=None),
            "may_wish": asked is None or (asked.state is WishState.ANSWERED and not letters),
        },
    )  # fmt: skip


def _state(letters: list[Any], missing: list[str], asked: Any) -> tuple[str, str, str]:
    if letters and standing_of(letters[0]) is Standing.VALID:
        return "done", _("Your letter is issued"), ""
    if letters:
        return "problem", _("Your letter has expired"), _("Ask us for a new one if you still need it.")
    if missing:
        return "now", _("We need your passport data"), _("Missing: %(what)s.", what=", ".join(missing))
    if asked is not None and asked.state is WishState.OPEN:
        return "waiting", _("Your letter is being prepared"), _("You need not do anything.")
    if asked is not None and asked.state is WishState.REFUSED:
        return "problem", _("No letter"), asked.reason
    return "later", _("No letter yet"), _("Your passport data are complete. Ask for a letter if you need a visa.")


register_card("letter", 40, _card)
