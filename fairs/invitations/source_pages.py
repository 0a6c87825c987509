"""Sources: the pages of staff, and the public page on which a source names buyers."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, current_app, flash, g, render_template, session, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.errors import DomainError
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, private_page, public, requires
from fairs.importers.service import accepts_registrations
from fairs.invitations.errors import InvitationExpired, NewerMail
from fairs.invitations.forms import NominationForm, SourceForm
from fairs.invitations.models import Source
from fairs.invitations.nominations import (
    close_source,
    nominate,
    quota_of,
    remove_nomination,
    save_source,
    send_source_link,
    source_by_token,
)
from fairs.invitations.permissions import INVITE, VIEW_INVITATIONS
from fairs.invitations.queries import LINKED, named_by, nominations_of, source_by_id, sources_of
from fairs.invitations.states import InviteeState

bp = Blueprint("invitation_sources", __name__, url_prefix="/fairs/<fair_slug>/invitations/sources")
public_bp = Blueprint("nominate", __name__)


@bp.get("")
@requires(VIEW_INVITATIONS)
def index() -> str:
    """All sources, what they brought, and their links."""
    url = url_for("contacts.index") if "contacts.index" in current_app.view_functions else ""
    return render_template(
        "invitations/sources.html", rows=sources_of(current_fair().id), linked=LINKED, moment=now(), contacts_url=url,
        INVITE=INVITE,
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(INVITE)
def new() -> Any:
    """Add a source."""
    return _edited(SourceForm(), None)


@bp.route("/<int:source_id>", methods=["GET", "POST"])
@requires(INVITE)
def edit(source_id: int) -> Any:
    """Change a source; below, whom it named."""
    source = source_by_id(current_fair().id, source_id)
    form = SourceForm()
    if not form.is_submitted():
        form.fill(source)
    return _edited(form, source)


def _edited(form: SourceForm, source: Source | None) -> Any:
    fair = current_fair()
    if form.validate_on_submit():
        try:
            saved = save_source(fair, form.draft(), by=actor(), source=source)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("invitation_sources.edit", source_id=saved.id))
    page = render_template(
        "invitations/source.html", form=form, source=source, nominations=nominations_of(source.id) if source else (),
        linked=LINKED, quota=quota_of(source) if source else None,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/<int:source_id>/link")
@requires(INVITE)
def link(source_id: int) -> Any:
    """Mail the source a new link."""
    source = source_by_id(current_fair().id, source_id)
    try:
        send_source_link(source, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(
            _("The link is on its way to %(email)s. Earlier ones are not valid any more.", email=source.email),
            "success",
        )
    return go(url_for("invitation_sources.edit", source_id=source_id))


@bp.post("/<int:source_id>/close")
@requires(INVITE)
def close(source_id: int) -> Any:
    """End its link."""
    close_source(source_by_id(current_fair().id, source_id), by=actor())
    flash(_("Closed: nobody can nominate by this link now."), "success")
    return go(url_for("invitation_sources.edit", source_id=source_id))


@bp.post("/<int:source_id>/open")
@requires(INVITE)
def reopen(source_id: int) -> Any:
    """Let its link be used again."""
    close_source(source_by_id(current_fair().id, source_id), by=actor(), closed=False)
    flash(_("Open again."), "success")
    return go(url_for("invitation_sources.edit", source_id=source_id))


# --- the page of the source -----------------------------------------------------------------------------------------


def _mine(token: str) -> Source:
    source = source_by_token(token)
    g.fair, g.default_locale = source.fair, "en"
    if "locale" not in session:
        g.locale = source.locale
    flask_babel.refresh()
    return source


@public_bp.route("/nominate/<token>", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def page(token: str) -> Any:
    """Name buyers, see those who were named."""
    try:
        source = _mine(token)
    except (NewerMail, InvitationExpired) as problem:
        g.default_locale = "en"
        flask_babel.refresh()
        return private_page(render_template("invitations/nominate_gone.html", problem=problem), "drop"), 410
    form = NominationForm()
    here = url_for("nominate.page", token=token)
    by = Actor(None, source.name)
    answer = nominated(form, source, here, by)
    if answer is not None:
        return answer
    html = render_template(
        "invitations/nominate.html", **nomination_values(source, quota_of(source), form), here=here, is_open=accepts_registrations(source.fair),
        remove=lambda one: url_for("nominate.remove", token=token, nomination_id=one),
    )  # fmt: skip
    return private_page(html, "drop"), 422 if form.errors else 200


def nominated(form: NominationForm, source: Source, here: str, by: Actor) -> Any:
    """Name what was typed and go ``here``; None when there is nothing yet or something to correct."""
    if not form.validate_on_submit():
        return None
    rows = form.nominees()
    if not rows:
        form.form_errors.append(_("Fill in at least one buyer."))
        return None
    try:
        made = nominate(source, [one for _place, one in rows], by=by)
    except DomainError as error:
        form.add_row_error(error, [place for place, _one in rows])
        return None
    flash(_("Thank you. %(n)s buyers are noted.", n=len(made)) if made else _("They were noted already."), "success")
    return go(here)


def nomination_values(source: Source | None, quota: int | None, form: NominationForm) -> dict[str, Any]:
    """What the page of a source shows; an exhibitor is none before it has named somebody."""
    named = named_by(source.id) if source is not None else 0
    return {
        "source": source, "form": form, "nominations": nominations_of(source.id) if source is not None else (),
        "quota": quota, "named": named, "left": None if quota is None else max(0, quota - named), "S": InviteeState,
    }  # fmt: skip


@public_bp.post("/nominate/<token>/<int:nomination_id>/remove")
@public
@limiter.limit(PUBLIC_FORM)
def remove(token: str, nomination_id: int) -> Any:
    """Take somebody back who is not invited yet."""
    source = _mine(token)
    remove_nomination(source, nomination_id, by=Actor(None, source.name))
    flash(_("Taken back."), "success")
    return go(url_for("nominate.page", token=token))
