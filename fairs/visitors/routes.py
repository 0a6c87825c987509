"""Pages of visitors: the public form, the badge on the phone, the list, one visitor. The desk is in ``desk.py``."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.audit.queries import history
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import code_of
from fairs.badges.states import BadgeState
from fairs.calendar.context import current_fair
from fairs.core import qr
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.lists import download, known, page_of
from fairs.core.text import name_language
from fairs.core.web import NavItem, go, private_page, public, register_nav, requires
from fairs.messages.render import render_attachment
from fairs.visitors import desk
from fairs.visitors.forms import VisitForm
from fairs.visitors.lists import SOURCES, VISITORS, wanted_of
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import REGISTER_VISITOR, VIEW_VISITORS
from fairs.visitors.queries import (
    badge_in_force,
    count_visitors,
    visitor_by_reference,
)
from fairs.visitors.service import accepts_visitors, send_badge, visit_online

bp = Blueprint("visitors", __name__)
blueprints = [bp, desk.bp]

_DONE_KEY = "visit_done"


@bp.route("/f/<fair_slug>/visit", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def visit() -> Any:
    """A trade visitor registers."""
    fair = current_fair()
    if not accepts_visitors(fair):
        return render_template("importers/closed.html"), 409 if request.method == "POST" else 200
    form = VisitForm()
    if form.validate_on_submit():
        try:
            visit_online(fair, form.draft())
            session[_DONE_KEY] = form.email.data or ""
            return go(url_for("visitors.done"))
        except DomainError as error:
            form.add_error(error)
    return render_template("visitors/visit.html", form=form), 422 if form.errors else 200


@bp.get("/f/<fair_slug>/visit/done")
@public
def done() -> str:
    """Where the badge is now; the same page whether or not the address or number was known."""
    return render_template("visitors/done.html", email=session.get(_DONE_KEY, ""), by_mail=bool(session.get(_DONE_KEY)))


def _mine(token: str) -> Visitor:
    visitor = linked(token, Visitor)
    g.fair = visitor.fair
    if "locale" not in session:
        g.locale = visitor.person.locale
    flask_babel.refresh()
    return visitor


@bp.get("/v/<token>")
@public
def own_page(token: str) -> Response:
    """The badge on the visitor's phone."""
    visitor = _mine(token)
    badge = badge_in_force(visitor.badge)
    valid = badge is not None and badge.state is BadgeState.ACTIVE
    page = render_template(
        "visitors/own_page.html",
        visitor=visitor,
        token=token,
        badge=badge,
        code=qr.svg(qr.matrix(code_of(badge)), title=_("QR code of your badge")) if badge and valid else None,
        name_lang=language_of(visitor),
    )
    return private_page(page, f"until={visitor.fair.ends_on.isoformat()}" if valid else "drop")


@bp.get("/v/<token>/badge.pdf")
@public
def own_badge(token: str) -> Response:
    """The badge as a file."""
    badge = badge_in_force(_mine(token).badge)
    if badge is None or badge.state is not BadgeState.ACTIVE:
        raise NotFound
    file = render_attachment("badge", badge.id)
    answer = Response(file.content, mimetype=file.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def language_of(visitor: Visitor) -> str:
    """In whose glyphs the name is shown."""
    person = visitor.person
    return person.name_language or name_language(person.display_name, person.country)


@bp.get("/fairs/<fair_slug>/visitors")
@requires(VIEW_VISITORS)
def index() -> Any:
    """All visitors by name."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(VISITORS, fair, known(VISITORS, request.args))
    return render_template(
        "visitors/index.html",
        page=page_of(VISITORS, fair, request.args, cursor=request.args.get("cursor")),
        total=count_visitors(fair.id, wanted),
        categories=[(category.value, category.label) for category in desk.DESK_CATEGORIES],
        sources=SOURCES,
        lang=language_of,
        wanted=wanted,
        REGISTER_VISITOR=REGISTER_VISITOR,
    )


@bp.get("/fairs/<fair_slug>/visitors/<reference>")
@requires(VIEW_VISITORS)
def show(reference: str) -> str:
    """One visitor with badge and history."""
    visitor = visitor_by_reference(current_fair().id, reference)
    return render_template(
        "visitors/show.html",
        visitor=visitor,
        person=visitor.person,
        company=visitor.company,
        badge=badge_in_force(visitor.badge),
        name_lang=language_of(visitor),
        source=SOURCES.get(visitor.source, visitor.source),
        entries=[
            {"at": entry.at, "title": _("Registered"), "text": "", "actor": _("the public form") if entry.actor_label == "web" else entry.actor_label, "icon": "user-plus",
             "tone": "success"}
            for entry in history(visitor)
        ],
        REGISTER_VISITOR=REGISTER_VISITOR,
        PRINT_BADGES=PRINT_BADGES,
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/visitors/<reference>/send")
@requires(REGISTER_VISITOR)
def send(reference: str) -> BaseResponse:
    """Send badge and link once more."""
    visitor = visitor_by_reference(current_fair().id, reference)
    if visitor.person.email:
        send_badge(visitor, template="again")
        flash(_("The badge was sent again."), "success")
    else:
        flash(_("There is no e-mail address. Print the badge instead."), "warning")
    return go(url_for("visitors.show", reference=reference))


register_nav(NavItem("visitors", _l("Visitors"), "users", "visitors.index", VIEW_VISITORS, 50))
register_nav(NavItem("desk", _l("Desk"), "user-plus", "desk.index", REGISTER_VISITOR, 52, bottom=True))
