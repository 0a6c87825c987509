"""The list of badges, one badge, printing, revoking and replacing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.badges import designer_views, layout_pages, preflight_pages, queries
from fairs.badges.forms import PhotoForm, ReasonForm
from fairs.badges.key_pages import keys
from fairs.badges.layout_service import layout_for, set_photo
from fairs.badges.lists import BADGES, wanted_of
from fairs.badges.models import Badge
from fairs.badges.permissions import MANAGE_KEYS, PRINT_BADGES, REVOKE_BADGE
from fairs.badges.queries import BadgeFilter
from fairs.badges.service import check_printing, code_of, mark_printed, replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.context import current_fair
from fairs.core import qr
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.lists import download, known, page_of
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, register_nav, requires

bp = Blueprint("badges", __name__, url_prefix="/fairs/<fair_slug>/badges")

#: Drawn while one waits: a thousand take about two seconds.
MOST_AT_ONCE = 2000
REASONS = (_l("Lost"), _l("Wrong name or company"), _l("Given to somebody else"), _l("No longer entitled"))


def _badge(reference: str) -> Badge:
    badge = queries.badge_by_reference(current_fair().id, reference)
    if badge is None:
        raise NotFound
    return badge


@bp.get("")
@requires(PRINT_BADGES)
def index() -> str | Response:
    """The fair's badges."""
    fair = current_fair()
    wanted = wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(BADGES, fair, known(BADGES, request.args))
    page = page_of(BADGES, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "badges/list.html", page=page, wanted=wanted, counts=queries.badge_counts(fair.id),
        categories=list(BadgeCategory), states=list(BadgeState), is_filtered=wanted != BadgeFilter(),
    )  # fmt: skip


@bp.get("/<reference>")
@requires(PRINT_BADGES)
def show(reference: str) -> str:
    """One badge: its face and what happened to it."""
    return _page(_badge(reference), ReasonForm(formdata=None))


@bp.post("/<reference>/photo")
@requires(PRINT_BADGES)
def photo(reference: str) -> Any:
    """Put a portrait on the badge, or take it away."""
    badge = _badge(reference)
    form = PhotoForm()
    upload = form.photo.upload()
    if not form.validate_on_submit() or (upload is None and "remove" not in request.form):
        form.photo.errors = [*form.photo.errors, _("Choose a picture.")]
        return _page(badge, ReasonForm(formdata=None), form), 422
    try:
        set_photo(badge, None if "remove" in request.form else upload, by=actor())
    except InvalidInput as error:
        form.photo.errors = [str(error)]
        return _page(badge, ReasonForm(formdata=None), form), 422
    flash(_("Saved."), "success")
    return go(url_for(".show", reference=badge.reference))


@bp.get("/<reference>/photo")
@requires(PRINT_BADGES)
def portrait(reference: str) -> Response:
    """The portrait on the badge."""
    return stored_file(_badge(reference).photo, how="inline")


def _page(badge: Badge, form: ReasonForm, photo_form: PhotoForm | None = None) -> str:
    from fairs.badges.faces import faces

    successor = db.session.get(Badge, badge.replaced_by_id) if badge.replaced_by_id else None
    code = qr.svg(qr.matrix(code_of(badge)), title=_("QR code of this badge"), css_class="badge-qr")
    return render_template(
        "badges/badge.html", badge=badge, face=faces([badge])[0], code=code, form=form, successor=successor,
        photo_form=photo_form or PhotoForm(formdata=None), shows_photo=layout_for(badge.fair_id, badge.category).shows_photo,
        reasons=REASONS, may_revoke=matching_grant(g.grants, REVOKE_BADGE, badge.fair_id) is not None,
    )  # fmt: skip


@bp.post("/print")
@requires(PRINT_BADGES)
def print_badges() -> BaseResponse:
    """The chosen badges as a PDF for this browser's printer, or all of the list as it is filtered; marks them as printed.

    What was printed before needs a reason.
    """
    from fairs.badges.faces import badges_pdf  # heavy: loaded by who prints

    fair = current_fair()
    if request.form.get("all"):
        query = queries.badge_list(fair.id, wanted_of(request.form)).where(Badge.state == BadgeState.ACTIVE)
    else:
        ids = [
            int(text) for text in request.form.getlist("badge") if text.isascii() and text.isdigit() and len(text) < 19
        ]
        query = queries.badge_list(fair.id, BadgeFilter()).where(Badge.id.in_(ids[:MOST_AT_ONCE]))
        query = query.where(Badge.state == BadgeState.ACTIVE)
    badges = db.session.scalars(query.order_by(Badge.reference).limit(MOST_AT_ONCE + 1)).all()
    if not badges:
        flash(_("Choose at least one valid badge."), "warning")
        return go(url_for(".index"))
    if len(badges) > MOST_AT_ONCE:
        raise InvalidInput(_("At most %(n)s badges at a time. Print by category.", n=MOST_AT_ONCE))
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        for badge in badges:
            check_printing(badge, reason)
    except DomainError as error:
        flash(str(error), "danger")
        return go(url_for(".show", reference=badges[0].reference) if len(badges) == 1 else url_for(".index"))
    content = badges_pdf(badges)
    mark_printed(badges, reason=reason, note=note, by=actor())
    return _pdf(content, badges[0].reference if len(badges) == 1 else f"{fair.slug}-badges")


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return answer


@bp.post("/<reference>/revoke")
@requires(REVOKE_BADGE)
def revoke(reference: str) -> Any:
    """Make the badge open nothing from now on."""
    return _end(_badge(reference), replace=False)


@bp.post("/<reference>/replace")
@requires(REVOKE_BADGE)
def replace(reference: str) -> Any:
    """Give the person a badge with a new code; the old one is revoked."""
    return _end(_badge(reference), replace=True)


def _end(badge: Badge, *, replace: bool) -> Any:
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(badge, form), 422
    try:
        if replace:
            new = replace_badge(badge, form.reason.data, by=actor())
            flash(_("%(new)s replaces %(old)s. Print it now.", new=new.reference, old=badge.reference), "success")
            return go(url_for(".show", reference=new.reference))
        revoke_badge(badge, form.reason.data, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(_("%(badge)s opens no gate any more.", badge=badge.reference), "success")
    return go(url_for(".show", reference=badge.reference))


register_nav(
    NavItem("badges", _l("Badges"), "id-badge-2", "badges.index", PRINT_BADGES, 55, bottom=True, pages=("badge_keys",))
)

section(
    _l("Badges"),
    (
        Part("badges.index", _l("All badges"), "id-badge-2", PRINT_BADGES),
        Part("badge_layouts.index", _l("Badge layouts"), "layout-2", PRINT_BADGES),
        Part("badge_preflight.index", _l("Check before printing"), "checklist", PRINT_BADGES),
        Part("badge_keys.index", _l("Keys"), "key", MANAGE_KEYS),
    ),
    (bp, keys, layout_pages.bp, preflight_pages.bp),
)
blueprints = [bp, keys, layout_pages.bp, designer_views.bp, preflight_pages.bp]
