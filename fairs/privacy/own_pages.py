"""What a person does about their own data: on their own page, and where the link of a copy leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import format_date
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.web import go, private_page, public
from fairs.directory.models import Consent
from fairs.importers.consents import VERSION, text_of
from fairs.importers.journey import Part
from fairs.importers.models import Importer
from fairs.importers.own import own_answer, owner_of
from fairs.importers.states import ConsentKind
from fairs.privacy.forms import WordsForm
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.queries import consent_history, is_erased, request_of, requests_of
from fairs.privacy.service import change_consent, copy_of, receive_request, take_back
from fairs.privacy.states import OPEN, Channel, RequestKind

bp = Blueprint("own_data", __name__)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One consent as its giver sees it: the words of the version they answered to, and each answer."""

    kind: ConsentKind
    text: Any
    version: str
    given: bool
    history: list[Consent]


def consents_for(importer: Importer) -> list[ConsentRow]:
    """The four consents with what was said to each."""
    said: dict[str, list[Consent]] = {}
    for row in consent_history(importer.person_id, importer.fair_id):
        said.setdefault(row.kind, []).append(row)
    rows = []
    for kind in ConsentKind:
        history = said.get(kind.value, [])
        version = history[-1].text_version if history else VERSION
        rows.append(ConsentRow(kind, text_of(kind, version), version, bool(history) and history[-1].given, history))
    return rows


def data_part(importer: Importer, token: str) -> Part | None:
    """Consents, and what can be asked about one's data."""
    if importer.confirmed_at is None:
        return None
    asked = requests_of(importer.person_id)
    return Part(
        "privacy/own_data.html",
        {
            "consents": consents_for(importer), "asked": asked, "has_mail": bool(importer.person.email),
            "open_kinds": {row.kind for row in asked if row.state in OPEN}, "may_take_back": OPEN, "kinds": RequestKind,
            "registration": ConsentKind.REGISTRATION,
            "forms": {kind: _words(kind) for kind in (RequestKind.CORRECTION, RequestKind.ERASURE)},
        },
    )  # fmt: skip


def _words(kind: RequestKind) -> WordsForm:
    """The form of one kind of request: as it was sent, when it could not be taken."""
    typed = g.get("own_data_form")
    form = typed if typed is not None and typed.kind.data == kind else WordsForm(formdata=None)
    form.text.id = f"{kind}-text"
    return form


def _by(importer: Importer) -> Actor:
    return Actor(None, importer.reference)


def _back(token: str) -> BaseResponse:
    return go(url_for("importers.own_page", token=token, _anchor="own-data"))


@bp.post("/i/<token>/consents")
@public
@limiter.limit(PUBLIC_FORM)
def consent(token: str) -> BaseResponse:
    """Give or withdraw one consent."""
    importer = owner_of(token)
    kind, given = request.form.get("kind", ""), request.form.get("given", "")
    if importer.confirmed_at is None or kind not in set(ConsentKind) or given not in {"yes", "no"}:
        raise InvalidInput(field="kind")
    asked = change_consent(importer, ConsentKind(kind), given == "yes", by=_by(importer))
    if asked is None:
        flash(_("Saved."), "success")
    else:
        flash(_("We have your request and answer by %(day)s.", day=format_date(asked.due_on)), "success")
    return _back(token)


@bp.post("/i/<token>/requests")
@public
@limiter.limit(PUBLIC_FORM)
def ask(token: str) -> BaseResponse:
    """Ask for a copy, a correction or the erasure of one's data."""
    importer = owner_of(token)
    kind = request.form.get("kind", "")
    if importer.confirmed_at is None or kind not in set(RequestKind) - {RequestKind.WITHDRAWAL}:
        raise InvalidInput(field="kind")
    form = WordsForm()
    if not form.validate():
        g.own_data_form = form
        return own_answer(importer, token, status=422)
    receive_request(
        importer.person, importer.fair, RequestKind(kind), channel=Channel.OWN_PAGE, text=form.text.data or "", by=_by(importer)
    )  # fmt: skip
    flash(_("We have your request. Below you see how far it is."), "success")
    return _back(token)


@bp.post("/i/<token>/requests/<int:request_id>/take-back")
@public
def retract(token: str, request_id: int) -> BaseResponse:
    """Not wanted any more."""
    importer = owner_of(token)
    row = request_of(request_id)
    if row.person_id != importer.person_id:
        raise NotFound
    take_back(row, by=_by(importer))
    return _back(token)


def _copy(token: str) -> PrivacyRequest:
    row = linked(token, PrivacyRequest)
    if not row.has_file or is_erased(row.person_id):
        raise NotFound
    g.fair = row.fair
    if "locale" not in session:
        g.locale = row.person.locale
    flask_babel.refresh()
    return row


@bp.get("/my-data/<token>")
@public
def copy(token: str) -> Response:
    """Where the link of the mail leads: what the file is, and the button. Opening it fetches nothing."""
    row = _copy(token)
    return private_page(render_template("privacy/own_copy.html", asked=row, token=token, now=now()), "drop")


@bp.post("/my-data/<token>")
@public
@limiter.limit(PUBLIC_FORM)
def fetch(token: str) -> Response:
    """The file itself."""
    row = _copy(token)
    return zip_answer(copy_of(row, by=Actor(None, "the person")))


def zip_answer(content: bytes) -> Response:
    """A copy as a download that no cache keeps."""
    answer = Response(content, mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="personal-data.zip")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
