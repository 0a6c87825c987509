"""Pages of visitors: the public forms, the badge on the phone, the list, one visitor, who counts. The desk is in ``desk.py``."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.audit.queries import history
from fairs.badges.categories import counting, decide_counting, table
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.context import current_fair
from fairs.calendar.states import FairState
from fairs.core import qr
from fairs.core.actor import Actor
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.lists import download, known, page_of
from fairs.core.sections import Part, section
from fairs.core.text import name_language
from fairs.core.web import NavItem, actor, go, private_page, public, register_nav, requires
from fairs.messages.render import render_attachment
from fairs.questions.forms import with_questions
from fairs.questions.pages import Wording, design_pages
from fairs.questions.service import in_words
from fairs.visitors import desk, group_pages, kiosk_pages
from fairs.visitors.asking import REGISTRATION, answer_choices, asked_of
from fairs.visitors.consents import change_consent, consents_of
from fairs.visitors.forms import CountingForm, PressForm, ReasonForm, VisitForm
from fairs.visitors.lists import SOURCES, VISITORS, wanted_of
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import DECIDE_VISITORS, REGISTER_VISITOR, VIEW_VISITORS
from fairs.visitors.queries import (
    VisitorFilter,
    badge_in_force,
    count_visitors,
    visitor_by_reference,
)
from fairs.visitors.service import (
    accepts_visitors,
    approve_press,
    refuse_press,
    send_badge,
    visit_online,
    withdraw_visitor,
)
from fairs.visitors.states import VisitorState

bp = Blueprint("visitors", __name__)
questions_bp = Blueprint("visitor_questions", __name__, url_prefix="/fairs/<fair_slug>/visitors")
blueprints = [bp, desk.bp, group_pages.bp, kiosk_pages.bp, questions_bp]

_DONE_KEY = "visit_done"


@bp.route("/f/<fair_slug>/visit", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def visit() -> Any:
    """A trade visitor registers."""
    return _register(VisitForm, "visitors/visit.html")


@bp.route("/f/<fair_slug>/visit/press", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def press() -> Any:
    """A journalist asks for a press badge."""
    return _register(PressForm, "visitors/press.html")


def _register(base: type[VisitForm], template: str) -> Any:
    fair = current_fair()
    if not accepts_visitors(fair):
        return render_template("importers/closed.html"), 409 if request.method == "POST" else 200
    asked = asked_of(fair.id, base.category)
    form = with_questions(base, asked)()
    if form.validate_on_submit():
        try:
            visit_online(fair, form.draft(asked))
            session[_DONE_KEY] = form.email.data or ""
            return go(url_for("visitors.done", press=1 if base is PressForm else None))
        except DomainError as error:
            form.add_error(error)
    return render_template(template, form=form, asked=asked), 422 if form.errors else 200


@bp.get("/f/<fair_slug>/visit/done")
@public
def done() -> str:
    """Where the badge is now; the same page whether or not the address or number was known."""
    email = session.get(_DONE_KEY, "")
    return render_template("visitors/done.html", email=email, by_mail=bool(email), is_press="press" in request.args)


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
        consents=consents_of(visitor),
        may_withdraw=visitor.may_move_to(VisitorState.WITHDRAWN),
        states=VisitorState,
    )
    return private_page(page, f"until={visitor.fair.ends_on.isoformat()}" if valid else "drop")


@bp.post("/v/<token>/consent")
@public
@limiter.limit(PUBLIC_FORM)
def consent(token: str) -> BaseResponse:
    """Give or withdraw one consent; it holds at once."""
    visitor = _mine(token)
    kind, given = request.form.get("kind", ""), request.form.get("given", "")
    if given not in {"yes", "no"}:
        raise InvalidInput(_("Please choose one of the buttons."), field="given")
    change_consent(visitor, kind, given == "yes", by=Actor(None, visitor.reference))
    flash(_("Noted: it holds from now on."), "success")
    return go(url_for("visitors.own_page", token=token, _anchor="consents"))


@bp.post("/v/<token>/withdraw")
@public
@limiter.limit(PUBLIC_FORM)
def withdraw(token: str) -> BaseResponse:
    """End the registration: the badge opens nothing any more."""
    visitor = _mine(token)
    withdraw_visitor(visitor, by=Actor(None, visitor.reference))
    flash(_("Your registration is withdrawn."), "success")
    return go(url_for("visitors.own_page", token=token))


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
        states=[(state.value, state.label) for state in VisitorState],
        answers=answer_choices(fair.id),
        lang=language_of,
        wanted=wanted,
        is_filtered=wanted != VisitorFilter(),
        REGISTER_VISITOR=REGISTER_VISITOR,
        DECIDE_VISITORS=DECIDE_VISITORS,
    )


@bp.get("/fairs/<fair_slug>/visitors/<reference>")
@requires(VIEW_VISITORS)
def show(reference: str) -> str:
    """One visitor with badge, answers, consents and history."""
    return _show(visitor_by_reference(current_fair().id, reference))


_WORDS = {
    "visitors.register": (_l("Registered"), "user-plus", "success"),
    "visitors.approve": (_l("Press badge approved"), "check", "success"),
    "visitors.refuse": (_l("Press badge refused"), "x", "danger"),
    "visitors.apply_again": (_l("Asked again for a press badge"), "refresh", "info"),
    "visitors.withdraw": (_l("Registration withdrawn"), "user-x", "neutral"),
    "visitors.come_back": (_l("Registered again"), "user-plus", "success"),
    "visitors.consent": (_l("Consent changed"), "shield-check", "neutral"),
    "visitors.correct": (_l("Name corrected"), "pencil", "neutral"),
    "visitors.change": (_l("Answers changed"), "message-question", "neutral"),
}


def _entry(entry: Any) -> dict[str, Any]:
    title, icon, tone = _WORDS.get(entry.action, (_l("Changed"), "pencil", "neutral"))
    who = _("the public form") if entry.actor_label == "web" else entry.actor_label
    return {"at": entry.at, "title": title, "text": "", "actor": who, "icon": icon, "tone": tone}


def _show(visitor: Visitor, form: ReasonForm | None = None) -> str:
    return render_template(
        "visitors/show.html",
        visitor=visitor,
        person=visitor.person,
        company=visitor.company,
        badge=badge_in_force(visitor.badge),
        name_lang=language_of(visitor),
        source=SOURCES.get(visitor.source, visitor.source),
        entries=[_entry(entry) for entry in history(visitor)],
        consents=consents_of(visitor),
        answers=[(one, in_words(one)) for one in REGISTRATION.answers_of(visitor.id)],
        form=form or ReasonForm(formdata=None),
        states=VisitorState,
        REGISTER_VISITOR=REGISTER_VISITOR,
        PRINT_BADGES=PRINT_BADGES,
        DECIDE_VISITORS=DECIDE_VISITORS,
    )


@bp.post("/fairs/<fair_slug>/visitors/<reference>/approve")
@requires(DECIDE_VISITORS)
def approve(reference: str) -> BaseResponse:
    """A press badge is given."""
    approve_press(visitor_by_reference(current_fair().id, reference), by=actor())
    flash(_("Approved: the badge is on its way."), "success")
    return go(url_for("visitors.show", reference=reference))


@bp.post("/fairs/<fair_slug>/visitors/<reference>/refuse")
@requires(DECIDE_VISITORS)
def refuse(reference: str) -> Any:
    """No press badge; the reason is written to them."""
    visitor, form = visitor_by_reference(current_fair().id, reference), ReasonForm()
    if form.validate():
        try:
            refuse_press(visitor, form.reason.data or "", by=actor())
            flash(_("Refused: they get a mail with the reason."), "success")
            return go(url_for("visitors.show", reference=reference))
        except InvalidInput as error:
            form.add_error(error)
    return _show(visitor, form), 422


@bp.get("/fairs/<fair_slug>/visitors/<reference>/press-card")
@requires(VIEW_VISITORS)
def press_card(reference: str) -> Response:
    """The press card as it was handed in."""
    visitor = visitor_by_reference(current_fair().id, reference)
    if visitor.press_file is None:
        raise NotFound
    return stored_file(visitor.press_file)


@bp.get("/fairs/<fair_slug>/visitors/<reference>/answers/<int:answer_id>")
@requires(VIEW_VISITORS)
def answer_file(reference: str, answer_id: int) -> Response:
    """A file that was handed in with the registration."""
    visitor = visitor_by_reference(current_fair().id, reference)
    return stored_file(REGISTRATION.answer_file(visitor.id, answer_id).file)


@bp.route("/fairs/<fair_slug>/visitors/categories", methods=["GET", "POST"])
@requires(DECIDE_VISITORS)
def categories() -> Any:
    """Who counts as a visitor: the table, and what this fair decides otherwise."""
    fair, form = current_fair(), CountingForm()
    if form.is_submitted():
        if form.category.data not in set(BadgeCategory) or form.counts.data not in {"table", "yes", "no"}:
            form.form_errors.append(_("Please choose from the list."))
        elif form.validate():
            wish = {"table": None, "yes": True, "no": False}[form.counts.data]
            try:
                decide_counting(fair, BadgeCategory(form.category.data), wish, form.reason.data or "", by=actor())
                flash(_("Decided. What the gates counted follows."), "success")
                return go(url_for("visitors.categories"))
            except DomainError as error:
                form.add_error(error)
    page = render_template(
        "visitors/categories.html", rows=table().values(), counted=counting(fair), decided=fair.counting, form=form,
        is_reported=fair.state is FairState.REPORTED,
    )  # fmt: skip
    return page, 422 if form.errors else 200


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


design_pages(
    questions_bp, REGISTRATION,
    Wording(
        _l("Questions to visitors"),
        _l("What this fair asks visitors besides name, company and contact: on the public form, the press form and the kiosk."),
        _l("For example what they look for, how they heard of the fair, their field of business. Three questions are answered, ten are not."),
        (
            ("", _l("Everybody"), ""),
            ("trade", _l("Only trade visitors"), _l("only trade visitors")),
            ("press", _l("Only press"), _l("only press")),
        ),
        ("visitors.index", _l("Visitors")),
    ),
    DECIDE_VISITORS,
)  # fmt: skip

section(
    _l("Visitors"),
    (
        Part("visitors.index", _l("Registered"), "users", VIEW_VISITORS),
        Part("visitor_groups.index", _l("Groups"), "users-group", VIEW_VISITORS),
        Part("kiosks.index", _l("Kiosks"), "device-tablet", DECIDE_VISITORS),
        Part("visitor_questions.index", _l("Questions"), "message-question", DECIDE_VISITORS),
        Part("visitors.categories", _l("Who counts"), "list-check", DECIDE_VISITORS),
    ),
    (bp, group_pages.bp, kiosk_pages.bp, questions_bp),
)
register_nav(NavItem("visitors", _l("Visitors"), "users", "visitors.index", VIEW_VISITORS, 50))
register_nav(NavItem("desk", _l("Desk"), "user-plus", "desk.index", REGISTER_VISITOR, 52, bottom=True))
