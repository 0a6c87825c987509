"""Pages of the exit survey: the form (signed in, by link, typed by staff), results, who answered, cards with codes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_date
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.permissions import Permission
from fairs.core.qr import matrix, svg
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, public, register_nav, requires
from fairs.directory.permissions import OWN_COMPANY
from fairs.exhibitors.models import Exhibitor
from fairs.surveys.errors import AnsweredMeanwhile
from fairs.surveys.forms import AGAIN_CHOICES, DaysForm, survey_form
from fairs.surveys.lists import SURVEYS, matching
from fairs.surveys.models import SurveyReminder
from fairs.surveys.permissions import SET_SURVEY, TYPE_SURVEYS, VIEW_RESULTS, VIEW_SURVEYS
from fairs.surveys.queries import (
    asked_exhibitor,
    asked_of_user,
    reminders_of,
    results_of,
    revisions_of,
    survey_of,
    surveys_of,
    window_of,
)
from fairs.surveys.reminding import card_links
from fairs.surveys.service import answer_survey, set_days

staff = Blueprint("surveys", __name__, url_prefix="/fairs/<fair_slug>/survey")
my = Blueprint("my_survey", __name__, url_prefix="/my/<fair_slug>/survey")
links = Blueprint("survey_links", __name__)
blueprints = [staff, my, links]

SCORE_NAMES = {
    "overall": _l("The fair as a whole"), "visitors_quality": _l("Quality of the visitors"), "organisation": _l("Organisation of the fair"),
}  # fmt: skip


@staff.context_processor
def _permissions() -> dict[str, Permission]:
    return {"view_surveys": VIEW_SURVEYS, "type_surveys": TYPE_SURVEYS, "set_survey": SET_SURVEY}


# --- staff --------------------------------------------------------------------------------------------------------


@staff.get("")
@requires(VIEW_RESULTS)
def index() -> Any:
    """What came back, in sums: satisfaction, the estimate beside verified contracts, how many answered."""
    return _results(DaysForm(formdata=None))


def _results(form: DaysForm) -> Any:
    fair = current_fair()
    window = window_of(fair)
    if not form.is_submitted():
        form.opens_on.data, form.closes_on.data = window.opens_on, window.closes_on
    found = results_of(fair)
    query = select(func.coalesce(func.sum(Contract.usd_minor), 0)).where(Contract.fair_id == fair.id, headline())
    page = render_template(
        "surveys/results.html", window=window, found=found, form=form, score_names=SCORE_NAMES, chart=_chart(found),
        verified=Money(int(db.session.scalar(query) or 0), "USD"), again_names=AGAIN_CHOICES,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _chart(found: Any) -> dict[str, Any]:
    return {
        "kind": "bar", "unit": "", "labels": ["1", "2", "3", "4", "5"],
        "series": [{"name": str(SCORE_NAMES[name]), "values": score.counts} for name, score in found.scores.items()],
    }  # fmt: skip


@staff.post("/days")
@requires(SET_SURVEY)
def days() -> Any:
    """When the survey opens and closes."""
    form = DaysForm()
    if form.validate():
        try:
            set_days(current_fair(), form.opens_on.data, form.closes_on.data, by=actor())
            flash(_("Saved."), "success")
            return go(url_for("surveys.index"))
        except DomainError as error:
            form.add_error(error)
    return _results(form)


@staff.get("/answers")
@requires(VIEW_SURVEYS)
def answers() -> Any:
    """Who answered and who did not; ``format=xlsx`` as a sheet."""
    fair, args = current_fair(), known(SURVEYS, request.args)
    if request.args.get("format") == "xlsx":
        return download(SURVEYS, fair, args)
    page = page_of(SURVEYS, fair, args, cursor=request.args.get("cursor"))
    return render_template(
        "surveys/answers.html", page=page, surveys=surveys_of(page.items), reminders=reminders_of(page.items),
        again=AGAIN_CHOICES, again_names=dict(AGAIN_CHOICES),
    )  # fmt: skip


@staff.post("/cards")
@requires(TYPE_SURVEYS)
def cards() -> Any:
    """A card for each exhibitor who has not answered, with a code that opens the form; to be handed out at the booths."""
    fair = current_fair()
    query = matching(fair, {"answered": "no"}).order_by(Exhibitor.reference).limit(1000)
    made = card_links(fair, db.session.scalars(query).all())
    base = current_app.config["BASE_URL"]
    pictures = [(one, svg(matrix(f"{base}{path}"), title=_("Code of the survey"))) for one, path in made]
    return render_template("surveys/cards.html", cards=pictures, window=window_of(fair))


@staff.get("/<reference>")
@requires(VIEW_SURVEYS)
def answer(reference: str) -> Any:
    """One exhibitor's answer."""
    fair = current_fair()
    may_type = matching_grant(g.grants, TYPE_SURVEYS, fair.id) is not None
    exhibitor = asked_exhibitor(fair.id, reference)
    return _form_page(fair, exhibitor, url_for("surveys.answers"), by=actor(), source="", may_type=may_type)


@staff.post("/<reference>")
@requires(TYPE_SURVEYS)
def type_answer(reference: str) -> Any:
    """Keep an answer from paper or the telephone."""
    fair = current_fair()
    exhibitor = asked_exhibitor(fair.id, reference)
    return _form_page(fair, exhibitor, url_for("surveys.answers"), by=actor(), source="", may_type=True)


# --- exhibitors ---------------------------------------------------------------------------------------------------


@my.get("")
@requires(OWN_COMPANY)
def own() -> Any:
    """One's companies at this fair; straight to the only one."""
    found = asked_of_user(current_fair().id, g.user.id)
    if len(found) == 1:
        return redirect(url_for("my_survey.own_answer", reference=found[0].reference))
    return render_template("surveys/mine.html", exhibitors=found, surveys=surveys_of(found))


@my.route("/<reference>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_answer(reference: str) -> Any:
    """Answer for one's company."""
    fair = current_fair()
    mine = asked_of_user(fair.id, g.user.id)
    exhibitor = next((one for one in mine if one.reference == reference), None)
    if exhibitor is None:
        raise NotFound
    return _form_page(fair, exhibitor, url_for("my.start"), by=actor(), source="web", may_type=True)


@links.route("/x/<token>", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def by_link(token: str) -> Any:
    """Answer by the link of a mail or the code of a card, without an account. Opening it changes nothing."""
    opened = linked(token, SurveyReminder)
    exhibitor = db.session.get_one(Exhibitor, opened.exhibitor_id)
    by = Actor(None, exhibitor.contact_name or exhibitor.company.name)
    page = _form_page(
        exhibitor.fair, exhibitor, url_for("survey_links.by_link", token=token), by=by, source="link", may_type=True
    )
    answer = current_app.make_response(page)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


# --- both ---------------------------------------------------------------------------------------------------------


def _form_page(fair: Fair, exhibitor: Exhibitor, back: str, *, by: Actor, source: str, may_type: bool) -> Any:
    """The form, or what was typed is kept; without ``source`` staff type it and say how it came."""
    survey, window = survey_of(exhibitor.id), window_of(fair)
    form = survey_form(survey, is_staff=not source)
    if form.validate_on_submit():
        try:
            answer_survey(
                exhibitor, form.draft(), by=by, source=source or form["source"].data, seen=form.revision,
                reason=form.reason.data or "",
            )  # fmt: skip
            flash(
                _(
                    "Thank you, the answer is kept. You can correct it until %(day)s.",
                    day=format_date(window.closes_on),
                ),
                "success",
            )
            return go(back)
        except DomainError as error:
            form.add_error(error)
            if isinstance(error, AnsweredMeanwhile):
                survey = survey_of(exhibitor.id)
                form.seen.data = str(survey.revision) if survey else "0"
    page = render_template(
        "surveys/form.html", layout="layouts/public.html" if source else "layouts/staff.html", fair=fair, form=form,
        exhibitor=exhibitor, survey=survey, window=window, is_staff=not source, back=back, revisions=revisions_of(survey),
        may_answer=may_type and (window.is_open if source else window.takes_paper), by_link=source == "link",
    )  # fmt: skip
    return page, 422 if form.errors else 200


section(
    _l("Exit survey"),
    (
        Part("surveys.index", _l("Results"), "chart-bar", VIEW_RESULTS),
        Part("surveys.answers", _l("Answers"), "list-check", VIEW_SURVEYS),
    ),
    (staff,),
)
register_nav(NavItem("survey", _l("Exit survey"), "clipboard-check", "surveys.index", VIEW_RESULTS, 78))
