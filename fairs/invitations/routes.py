"""Pages of invitations as staff see them: the list, one invitee, adding by hand, settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.core.db import transaction
from fairs.core.errors import DomainError
from fairs.core.i18n import country_name
from fairs.core.lists import count, download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.forms import group_choices
from fairs.directory.history import entries
from fairs.invitations import campaign_pages, my_pages, rsvp_pages, source_pages
from fairs.invitations.forms import AddressForm, InviteeForm, TermsForm
from fairs.invitations.lists import INVITEES, reason_of, wanted_of
from fairs.invitations.mails import INVITABLE, LEFT_OUT, invite
from fairs.invitations.models import Invitee, Source
from fairs.invitations.permissions import INVITE, VIEW_INVITATIONS
from fairs.invitations.queries import (
    colleagues_of,
    countries_of,
    funnel_of,
    invitee_of,
    mails_of,
    source_by_id,
    source_choices,
    terms_of,
)
from fairs.invitations.service import add_by_hand, correct_address, save_terms, source_named, stop_writing
from fairs.invitations.states import InviteeState, PastAttendance, SourceKind
from fairs.invitations.texts import LANGUAGES

bp = Blueprint("invitations", __name__, url_prefix="/fairs/<fair_slug>/invitations")
blueprints = [
    bp, campaign_pages.bp, source_pages.bp, source_pages.public_bp, my_pages.bp, rsvp_pages.bp,
]  # fmt: skip

HISTORY: dict[str, tuple[Any, str, str]] = {
    "invitations.added": (_l("Put on the list"), "user-plus", "neutral"),
    "invitations.nominate": (_l("Nominated"), "user-up", "info"),
    "invitations.nomination_removed": (_l("Nomination taken back"), "user-minus", "warning"),
    "invitations.invite": (_l("Invited singly"), "mail", "info"),
    "invitations.address": (_l("Address corrected"), "pencil", "neutral"),
    "invitations.unreachable": (_l("Mail does not arrive"), "mail-off", "warning"),
    "invitations.stop": (_l("Not to be written to any more"), "ban", "warning"),
    "invitations.accept": (_l("Wants to come"), "thumb-up", "success"),
    "invitations.decline": (_l("Declined"), "x", "warning"),
    "invitations.delegate": (_l("Sends a colleague"), "user-share", "info"),
    "invitations.bring": (_l("Brings a colleague"), "users-plus", "info"),
    "invitations.registered": (_l("Registered"), "user-check", "success"),
}


def contacts_url() -> str:
    """The page on which contacts are imported; empty where that feature is not there."""
    return url_for("contacts.index") if "contacts.index" in current_app.view_functions else ""


@bp.get("")
@requires(VIEW_INVITATIONS)
def index() -> str | Response:
    """Who is to be invited, how far it has come, what can be done with many at once."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(INVITEES, fair, known(INVITEES, request.args))
    kinds = [(kind.value, kind.label) for kind in SourceKind]
    return render_template(
        "invitations/index.html",
        page=page_of(INVITEES, fair, request.args, cursor=request.args.get("cursor")),
        total=count(INVITEES, fair, request.args),
        funnel=funnel_of(fair.id),
        states=list(InviteeState),
        countries=sorted(((code, country_name(code)) for code in countries_of(fair.id)), key=lambda pair: pair[1]),
        groups=group_choices(),
        sources=[("nominated", _("All nominated")), *kinds, *source_choices(fair.id)],
        past=[(one.value, one.label) for one in PastAttendance],
        wanted=wanted,
        contacts_url=contacts_url(),
        INVITE=INVITE,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(INVITE)
def new() -> Any:
    """Add one person by hand."""
    fair = current_fair()
    form = InviteeForm()
    form.source_id.choices = [("", _("Own list")), *source_choices(fair.id)]
    if form.validate_on_submit():
        try:
            with transaction():
                row = add_by_hand(fair, form.draft(), source=_source(form.source_id.data or ""), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(name)s is on the list.", name=row.person.display_name), "success")
            return go(url_for("invitations.show", invitee_id=row.id))
    return render_template("invitations/new.html", form=form), 422 if form.errors else 200


def _source(number: str) -> Source:
    fair = current_fair()
    if number:
        return source_by_id(fair.id, int(number))
    return source_named(fair, SourceKind.ORGANISER, fair.importer_decider or _("Own list"), by=actor())


@bp.get("/<int:invitee_id>")
@requires(VIEW_INVITATIONS)
def show(invitee_id: int) -> str:
    """One invitee: where it stands, what was written, what was answered."""
    row = invitee_of(current_fair().id, invitee_id)
    return _page(row, AddressForm(formdata=None, email=row.person.email))


def _page(row: Invitee, form: AddressForm) -> str:
    return render_template(
        "invitations/show.html",
        invitee=row,
        form=form,
        mails=mails_of(row),
        colleagues=colleagues_of(row),
        entries=entries(row, HISTORY),
        groups=[name for code, name in group_choices() if code in row.groups],
        reason=reason_of(row),
        left_out=LEFT_OUT,
        languages=LANGUAGES,
        can_invite=row.state in INVITABLE and bool(row.person.email),
        S=InviteeState,
        INVITE=INVITE,
    )


@bp.post("/<int:invitee_id>/invite")
@requires(INVITE)
def invite_one(invitee_id: int) -> Any:
    """Invite, or once more."""
    row = invite(invitee_of(current_fair().id, invitee_id), by=actor())
    flash(_("The invitation is on its way to %(email)s.", email=row.recipient), "success")
    return go(url_for("invitations.show", invitee_id=invitee_id))


@bp.post("/<int:invitee_id>/address")
@requires(INVITE)
def address(invitee_id: int) -> Any:
    """Correct the address, and invite again when that was ticked."""
    row, form = invitee_of(current_fair().id, invitee_id), AddressForm()
    if form.validate_on_submit():
        try:
            with transaction():
                changed = correct_address(row, form.email.data or "", by=actor())
                if form.again.data:
                    invite(changed, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("invitations.show", invitee_id=invitee_id))
    return _page(invitee_of(current_fair().id, invitee_id), form), 422


@bp.post("/<int:invitee_id>/stop")
@requires(INVITE)
def stop(invitee_id: int) -> Any:
    """Write to this person no more, at no fair."""
    stop_writing(invitee_of(current_fair().id, invitee_id), by=actor())
    flash(_("No invitation goes to this person any more."), "success")
    return go(url_for("invitations.show", invitee_id=invitee_id))


@bp.route("/settings", methods=["GET", "POST"])
@requires(INVITE)
def settings() -> Any:
    """How the fair invites."""
    fair = current_fair()
    form = TermsForm()
    if not form.is_submitted():
        form.fill(terms_of(fair.id))
    elif form.validate():
        try:
            save_terms(fair, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("invitations.settings"))
    page = render_template("invitations/settings.html", form=form, contacts_url=contacts_url(), INVITE=INVITE)
    return page, 422 if form.errors else 200


register_nav(NavItem("invitations", _l("Invitations"), "mail-opened", "invitations.index", VIEW_INVITATIONS, 41))
