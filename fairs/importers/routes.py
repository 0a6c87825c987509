"""Pages of importers: the public form, the importer's own page, and the organiser's list and decisions."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    render_template,
    request,
    send_from_directory,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.models import User
from fairs.accounts.queries import holders
from fairs.audit.queries import history
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.states import BadgeState
from fairs.calendar.context import current_fair
from fairs.core.assets import static_url
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import country_name
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.permissions import Role
from fairs.core.web import NavItem, actor, go, public, register_nav, requires
from fairs.directory.filings import file_on_behalf
from fairs.directory.forms import group_choices
from fairs.directory.slips import slip_url
from fairs.importers import programme_pages
from fairs.importers.calendar_file import calendar_file
from fairs.importers.cards import group_names, language_of
from fairs.importers.forms import ImporterForm, ProfileForm, RefuseForm, StaffImporterForm
from fairs.importers.lists import IMPORTERS, label_of, wanted_of
from fairs.importers.models import Importer
from fairs.importers.own import own_answer, owner_of
from fairs.importers.permissions import DECIDE_IMPORTER, REGISTER_IMPORTER, VIEW_IMPORTERS
from fairs.importers.queries import (
    badge_of,
    consents_of,
    count_importers,
    countries_of,
    importer_by_reference,
    inviters_of,
    state_counts,
    waiting_count,
)
from fairs.importers.service import (
    accepts_registrations,
    approve_importer,
    change_profile,
    confirm_email,
    offers_support,
    refuse_importer,
    register_importer,
    register_online,
    send_link,
    withdraw_importer,
)
from fairs.importers.states import AnnualVolume, BuyerKind, ConsentKind, ImporterState, SupportWish, Way
from fairs.messages.render import render_attachment

bp = Blueprint("importers", __name__)
blueprints = (bp, programme_pages.bp)

_MAIL_KEY = "importer_mail"
_ACTIONS: dict[str, tuple[Any, str, str]] = {
    "importers.register": (_l("Registered"), "user-plus", "neutral"),
    "importers.confirm": (_l("E-mail confirmed"), "mail-check", "info"),
    "importers.change": (_l("Profile corrected"), "pencil", "neutral"),
    "importers.approve": (_l("Approved, badge issued"), "check", "success"),
    "importers.refuse": (_l("Refused"), "x", "danger"),
    "importers.withdraw": (_l("Withdrawn"), "arrow-back-up", "warning"),
}


# --- the public form -------------------------------------------------------------------------------------------------


@bp.route("/f/<fair_slug>/importers/register", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def register() -> Any:
    """The registration form. English for whoever's browser speaks neither of our languages."""
    g.default_locale = "en"
    flask_babel.refresh()
    fair = current_fair()
    if not accepts_registrations(fair):
        return render_template("importers/closed.html"), 409 if request.method == "POST" else 200
    form = ImporterForm()
    if form.validate_on_submit():
        try:
            register_online(fair, form.registration())
            session[_MAIL_KEY] = form.email.data
            return go(url_for("importers.check_mail"))
        except DomainError as error:
            form.add_error(error)
    return render_template(
        "importers/register.html", form=form, support=offers_support(fair)
    ), 422 if form.errors else 200


@bp.get("/f/<fair_slug>/importers/check-mail")
@public
def check_mail() -> str:
    """What happens next; the same page whether or not the address was known."""
    g.default_locale = "en"
    flask_babel.refresh()
    return render_template("importers/check_mail.html", email=session.get(_MAIL_KEY, ""))


# --- the importer's own page -----------------------------------------------------------------------------------------


@bp.get("/i/<token>")
@public
def own_page(token: str) -> Response:
    """The importer's page for the phone. Opening it changes nothing: mail scanners open links, too."""
    return own_answer(owner_of(token), token)


@bp.get("/i/<token>/programme.ics")
@public
def own_calendar(token: str) -> Response:
    """The importer's calendar: the fair's days and all that is known of the journey."""
    importer = owner_of(token)
    answer = Response(calendar_file(importer), mimetype="text/calendar")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{importer.fair.slug}.ics")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/i/<token>/badge.pdf")
@public
def own_badge(token: str) -> Response:
    """The badge as a file."""
    badge = badge_of(owner_of(token))
    if badge is None or badge.state is not BadgeState.ACTIVE:
        raise NotFound
    file = render_attachment("badge", badge.id)
    answer = Response(file.content, mimetype=file.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.post("/i/<token>/confirm")
@public
def confirm(token: str) -> BaseResponse:
    """The importer pressed the button: the address is theirs."""
    confirm_email(owner_of(token))
    return go(url_for("importers.own_page", token=token))


@bp.post("/i/<token>/withdraw")
@public
def withdraw(token: str) -> BaseResponse:
    """The importer does not come after all."""
    withdraw_importer(owner_of(token))
    return go(url_for("importers.own_page", token=token))


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker of the phone pages: at the root, so that one script can serve /i/ and /v/, each its own scope."""
    built = static_url("sw.js").removeprefix("/static/")
    answer = send_from_directory(str(current_app.static_folder), built, mimetype="text/javascript", max_age=0)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


# --- the organiser's side --------------------------------------------------------------------------------------------


@bp.get("/fairs/<fair_slug>/importers")
@requires(VIEW_IMPORTERS)
def index() -> Any:
    """All registrations, those that wait for a decision one click away."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(IMPORTERS, fair, known(IMPORTERS, request.args))
    page = page_of(IMPORTERS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "importers/index.html",
        page=page,
        total=count_importers(fair.id, wanted),
        counts=state_counts(fair.id),
        states=list(ImporterState),
        countries=sorted(((code, country_name(code)) for code in countries_of(fair.id)), key=lambda pair: pair[1]),
        groups=group_choices(),
        group_names=dict(group_choices()),
        ways=[*((way.value, way.label) for way in Way), *((f"by:{name}", name) for name in inviters_of(fair.id))],
        lang=language_of,
        wanted=wanted,
        DECIDE_IMPORTER=DECIDE_IMPORTER,
    )


@bp.route("/fairs/<fair_slug>/importers/new", methods=["GET", "POST"])
@requires(REGISTER_IMPORTER)
def new() -> Any:
    """Staff file the form for somebody: at the desk, on the telephone, from a list of the commune."""
    fair = current_fair()
    form = StaffImporterForm()
    if form.validate_on_submit():
        try:
            with transaction():
                importer = register_importer(fair, form.registration(), by=actor(), source=form.filing_source.data)
                slip = file_on_behalf(importer, fair_id=fair.id, by=actor(), **form.filing())
            return go(slip_url(slip))
        except DomainError as error:
            form.add_error(error)
    return render_template("importers/new.html", form=form, support=offers_support(fair)), 422 if form.errors else 200


@bp.get("/fairs/<fair_slug>/importers/<reference>")
@requires(VIEW_IMPORTERS)
def show(reference: str) -> str:
    """One registration: facts, decision, history."""
    return _page(importer_by_reference(current_fair().id, reference), RefuseForm(formdata=None))


def _page(importer: Importer, refuse_form: RefuseForm) -> str:
    deciders = [user.name or user.email for user in holders(Role.ORGANISER, importer.fair_id)]
    decided_by = db.session.get(User, importer.decided_by_id) if importer.decided_by_id else None
    return render_template(
        "importers/show.html",
        importer=importer,
        person=importer.person,
        company=importer.company,
        badge=badge_of(importer),
        groups=group_names(importer),
        buyer_kind=label_of(BuyerKind, importer.buyer_kind),
        annual_volume=label_of(AnnualVolume, importer.annual_volume),
        support_wish=label_of(SupportWish, importer.support_wanted),
        consents=consents_of(importer),
        consent_kinds=list(ConsentKind),
        name_lang=language_of(importer),
        refuse_form=refuse_form,
        deciders=deciders,
        decided_by=decided_by.name if decided_by else "",
        entries=[_entry(entry, importer) for entry in history(importer)],
        ImporterState=ImporterState,
        DECIDE_IMPORTER=DECIDE_IMPORTER,
        REGISTER_IMPORTER=REGISTER_IMPORTER,
        PRINT_BADGES=PRINT_BADGES,
    )


def _entry(entry: Any, importer: Importer) -> dict[str, Any]:
    title, icon, tone = _ACTIONS.get(entry.action, (entry.action, "point", ""))
    outsiders = {"web": _("the public form"), importer.reference: _("the importer")}
    who = outsiders.get(entry.actor_label, entry.actor_label)
    return {"at": entry.at, "title": title, "text": "", "actor": who, "icon": icon, "tone": tone}


@bp.route("/fairs/<fair_slug>/importers/<reference>/edit", methods=["GET", "POST"])
@requires(REGISTER_IMPORTER)
def edit(reference: str) -> Any:
    """Correct what the importer told of their business and wishes."""
    importer = importer_by_reference(current_fair().id, reference)
    form = ProfileForm.of(importer)
    if form.validate_on_submit():
        try:
            change_profile(importer, form.profile(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("importers.show", reference=reference))
    return render_template(
        "importers/edit.html", form=form, importer=importer, support=offers_support(importer.fair)
    ), 422 if form.errors else 200


@bp.post("/fairs/<fair_slug>/importers/<reference>/approve")
@requires(DECIDE_IMPORTER)
def approve(reference: str) -> BaseResponse:
    """Yes: badge and mail go out."""
    importer = approve_importer(importer_by_reference(current_fair().id, reference), by=actor())
    flash(_("%(reference)s is approved. The badge is on its way.", reference=importer.reference), "success")
    return go(url_for("importers.show", reference=reference))


@bp.post("/fairs/<fair_slug>/importers/<reference>/refuse")
@requires(DECIDE_IMPORTER)
def refuse(reference: str) -> Any:
    """No, with the reason that the importer reads."""
    importer = importer_by_reference(current_fair().id, reference)
    form = RefuseForm()
    if form.validate_on_submit():
        refuse_importer(importer, form.reason.data or "", by=actor())
        flash(_("%(reference)s is refused. The reason was sent.", reference=importer.reference), "success")
        return go(url_for("importers.show", reference=reference))
    return _page(importer, form), 422


@bp.post("/fairs/<fair_slug>/importers/<reference>/link")
@requires(REGISTER_IMPORTER)
def resend(reference: str) -> BaseResponse:
    """Send the link once more."""
    importer = importer_by_reference(current_fair().id, reference)
    send_link(importer)
    flash(_("The link was sent again."), "success")
    return go(url_for("importers.show", reference=reference))


register_nav(
    NavItem(
        "importers", _l("Importers"), "world", "importers.index", VIEW_IMPORTERS, 40, bottom=True,
        badge=lambda: waiting_count(current_fair().id),
    )
)  # fmt: skip
