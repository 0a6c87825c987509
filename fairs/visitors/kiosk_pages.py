"""Kiosks: what staff set up, and the page on the tablet. Nothing of one visitor is left for the next."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.context import current_fair
from fairs.core import qr
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.i18n import current_locale
from fairs.core.limits import limiter
from fairs.core.text import name_language
from fairs.core.web import actor, go, public, requires
from fairs.printing.queries import stations_of
from fairs.questions.forms import with_questions
from fairs.visitors.asking import asked_of
from fairs.visitors.forms import KioskForm, NewKioskForm
from fairs.visitors.kiosks import (
    create_kiosk,
    kiosk_by_token,
    kiosk_of,
    kiosks_of,
    new_kiosk_link,
    register_at_kiosk,
    registered_at,
    revoke_kiosk,
)
from fairs.visitors.models import Visitor, VisitorKiosk
from fairs.visitors.permissions import DECIDE_VISITORS
from fairs.visitors.queries import badge_in_force
from fairs.visitors.service import accepts_visitors

bp = Blueprint("kiosks", __name__)

# Several tablets stand behind one address, and each serves a queue: the limit is the kiosk's, not the address's.
_LIMIT = "30 per minute; 900 per hour"


def _which() -> str:
    return f"kiosk:{(request.view_args or {}).get('token', '')}"


def _kiosk(token: str) -> VisitorKiosk:
    kiosk = kiosk_by_token(token)
    g.fair = kiosk.fair
    # The language, too, is each visitor's own: it stands in the address and never in the session.
    g.locale = "vi"
    flask_babel.refresh()
    return kiosk


def _address(token: str, language: str) -> str:
    return url_for("kiosks.screen", token=token, lang=None if language == "vi" else language)


def _screen(name: str, token: str, status: int = 200, **values: Any) -> Response:
    """A page of the tablet: kept nowhere, not even for the Back button."""
    page = render_template(
        f"visitors/{name}.html", token=token, address=_address(token, current_locale()),
        language_url=lambda language: _address(token, language), **values,
    )  # fmt: skip
    answer = Response(page, status=status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "strict-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.route("/kiosk/<token>", methods=["GET", "POST"])
@public
@limiter.limit(_LIMIT, key_func=_which, methods=["POST"])
def screen(token: str) -> Any:
    """The form on the tablet; what was sent is answered with the badge, and the form comes back by itself."""
    kiosk = _kiosk(token)
    if not accepts_visitors(kiosk.fair):
        return _screen("kiosk_closed", token, 409, kiosk=kiosk, fair=kiosk.fair)
    asked = [one for one in asked_of(kiosk.fair_id, BadgeCategory.TRADE) if one.kind != "file"]
    form = with_questions(KioskForm, asked)()
    if form.validate_on_submit():
        try:
            visitor, prints = register_at_kiosk(kiosk, form.draft(asked))
            return _done(kiosk, token, visitor, prints)
        except DomainError as error:
            form.add_error(error)
    return _screen("kiosk", token, 422 if form.errors else 200, kiosk=kiosk, fair=kiosk.fair, form=form, asked=asked)


def _done(kiosk: VisitorKiosk, token: str, visitor: Visitor | None, prints: bool) -> Response:
    badge = badge_in_force(visitor.badge) if visitor is not None else None
    code = None
    if badge is not None and badge.state is BadgeState.ACTIVE and not prints:
        code = qr.svg(qr.matrix(code_of(badge)), title=_("QR code of your badge"))
    person = visitor.person if visitor is not None else None
    return _screen(
        "kiosk_done", token, kiosk=kiosk, fair=kiosk.fair, visitor=visitor, code=code, prints=prints,
        lang=(person.name_language or name_language(person.display_name, person.country)) if person is not None else "",
    )  # fmt: skip


# --- staff --------------------------------------------------------------------------------------------------------


def _page(form: NewKioskForm | None = None, status: int = 200, link: str = "", made: VisitorKiosk | None = None) -> Any:
    fair = current_fair()
    form = form or NewKioskForm(formdata=None)
    form.station.choices = _stations(fair.id)
    shown = qr.svg(qr.matrix(link), title=_("Link of the kiosk")) if link else None
    return render_template(
        "visitors/kiosks.html", kiosks=kiosks_of(fair.id, revoked=True), counts=registered_at(fair.id), form=form,
        link=link, code=shown, made=made, is_open=accepts_visitors(fair),
    ), status  # fmt: skip


def _stations(fair_id: int) -> list[tuple[str, Any]]:
    return [("", _l("no printer: the code is shown")), *((str(one.id), one.name) for one in stations_of(fair_id))]


@bp.get("/fairs/<fair_slug>/visitors/kiosks")
@requires(DECIDE_VISITORS)
def index() -> Any:
    """The kiosks of the fair."""
    return _page()


@bp.post("/fairs/<fair_slug>/visitors/kiosks")
@requires(DECIDE_VISITORS)
def new() -> Any:
    """Set one up: its link is shown this once."""
    form = NewKioskForm()
    form.station.choices = _stations(current_fair().id)
    if form.validate():
        try:
            station = next((one for one in stations_of(current_fair().id) if str(one.id) == form.station.data), None)
            if form.station.data and station is None:
                raise InvalidInput(_l("Please choose from the list."), field="station")
            kiosk, token = create_kiosk(current_fair(), form.name.data or "", station, by=actor())
            return _page(link=url_for("kiosks.screen", token=token, _external=True), made=kiosk)
        except DomainError as error:
            form.add_error(error)
    return _page(form, 422)


@bp.post("/fairs/<fair_slug>/visitors/kiosks/<int:kiosk_id>/link")
@requires(DECIDE_VISITORS)
def link(kiosk_id: int) -> Any:
    """Another link for a tablet that lost its own."""
    kiosk = kiosk_of(current_fair().id, kiosk_id)
    token = new_kiosk_link(kiosk, by=actor())
    return _page(link=url_for("kiosks.screen", token=token, _external=True), made=kiosk)


@bp.post("/fairs/<fair_slug>/visitors/kiosks/<int:kiosk_id>/revoke")
@requires(DECIDE_VISITORS)
def revoke(kiosk_id: int) -> Any:
    """Close one."""
    revoke_kiosk(kiosk_of(current_fair().id, kiosk_id), by=actor())
    flash(_("The kiosk is closed: its link opens nothing any more."), "success")
    return go(url_for("kiosks.index"))
