"""Applications as staff see them: list, page, decision, filing for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires, safe_next
from fairs.directory.history import LABELS, entries
from fairs.directory.permissions import FILE_ON_BEHALF
from fairs.directory.queries import filing_of, group_names
from fairs.directory.slips import slip_url
from fairs.documents.permissions import MANAGE_DOCUMENTS
from fairs.documents.queries import items_about
from fairs.exhibitors import apply_pages, appraisal_pages, household_pages, question_pages, sharing_pages
from fairs.exhibitors.appraisal import ANSWERS, RECOMMENDATIONS, appraisals_of, waiting_for_appraisal
from fairs.exhibitors.filing import file_application
from fairs.exhibitors.forms import DecisionForm, FileForSomebodyForm, SupportForm, WithdrawForm
from fairs.exhibitors.household_queries import filing_of_household
from fairs.exhibitors.journey import journey
from fairs.exhibitors.lists import EXHIBITORS, wanted_of
from fairs.exhibitors.models import Exhibitor, Question
from fairs.exhibitors.permissions import APPRAISE, DECIDE_APPLICATION, DESIGN_FORM, VIEW_EXHIBITORS
from fairs.exhibitors.queries import (
    counts_by_state,
    exhibitor_by_reference,
)
from fairs.exhibitors.questions import answers_of, check_answer, in_words, questions_of
from fairs.exhibitors.selection import SUBJECT, propose_for_support, terms_of
from fairs.exhibitors.service import (
    accept_application,
    accept_as_paying,
    refuse_application,
    waitlist_application,
    withdraw_application,
)
from fairs.exhibitors.sharing import STAND_KINDS, stand_companies
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import cost_of
from fairs.floorplans.queries import zones_of
from fairs.questions.forms import typed_answers, with_questions

bp = Blueprint("exhibitors", __name__, url_prefix="/fairs/<fair_slug>/exhibitors")
blueprints = [
    bp,
    appraisal_pages.bp,
    question_pages.bp,
    question_pages.my_bp,
    sharing_pages.bp,
    sharing_pages.my_bp,
    household_pages.bp,
    apply_pages.bp,
]  # the last is that of ``my``, with the steps of an application

HISTORY: dict[str, tuple[Any, str, str]] = {
    **LABELS,
    "exhibitors.start": (_l("Application begun"), "pencil", "neutral"),
    "exhibitors.change": (_l("Application changed"), "pencil", "neutral"),
    "exhibitors.submit": (_l("Handed in"), "send", "info"),
    "exhibitors.appraised": (_l("Appraised"), "clipboard-check", "info"),
    "exhibitors.stand_company": (_l("Company put on the stand"), "users-plus", "neutral"),
    "exhibitors.stand_company_removed": (_l("Company taken off the stand"), "user-minus", "neutral"),
    "exhibitors.accepted": (_l("Accepted"), "check", "success"),
    "exhibitors.waitlisted": (_l("Put on the waiting list"), "list", "info"),
    "exhibitors.refused": (_l("Refused"), "x", "danger"),
    "exhibitors.withdraw": (_l("Withdrawn"), "arrow-back-up", "warning"),
    "exhibitors.change_support": (_l("Support changed by a decision"), "file-diff", "info"),
    "exhibitors.change_track": (_l("Changed to the paying track"), "cash", "neutral"),
}


@bp.get("")
@requires(VIEW_EXHIBITORS)
def index() -> str | Response:
    """All applications of the fair, filtered; as a sheet with ``?format=xlsx``."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(EXHIBITORS, fair, known(EXHIBITORS, request.args))
    page = page_of(EXHIBITORS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "exhibitors/index.html",
        page=page,
        counts=counts_by_state(fair.id),
        states=list(ExhibitorState),
        group_names=group_names(),
        may_decide=_may(DECIDE_APPLICATION),
        may_file=_may(FILE_ON_BEHALF),
        shown_state=wanted.state,
        may_design=_may(DESIGN_FORM),
        to_appraise=waiting_for_appraisal(fair.id) if _may(APPRAISE) else 0,
        advice=RECOMMENDATIONS,
    )


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("/<reference>")
@requires(VIEW_EXHIBITORS)
def show(reference: str) -> str:
    """One application with all that is known of it."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    return _show(exhibitor, DecisionForm(formdata=None))


def _show(exhibitor: Exhibitor, form: DecisionForm, support: SupportForm | None = None) -> str:
    filing = filing_of(exhibitor)
    names = {
        user_id: user.name or user.email
        for user_id in {exhibitor.decided_by_id, filing.typed_by_id if filing else None} - {None}
        if (user := db.session.get(User, user_id)) is not None
    }
    return render_template(
        "exhibitors/show.html",
        exhibitor=exhibitor,
        company=exhibitor.company,
        form=form,
        support_form=support or (SupportForm(formdata=None) if exhibitor.is_supported else None),
        selections=items_about(SUBJECT, exhibitor.id) if exhibitor.is_supported else (),
        may_propose=_may(MANAGE_DOCUMENTS),
        withdraw_form=WithdrawForm(formdata=None),
        steps=journey(exhibitor),
        events=entries(exhibitor, HISTORY),
        filing=filing,
        names=names,
        group_names=group_names(),
        may_decide=_may(DECIDE_APPLICATION),
        may_appraise=_may(APPRAISE),
        may_file=_may(FILE_ON_BEHALF),
        state=ExhibitorState,
        cost=cost_of(exhibitor),
        households=filing_of_household(exhibitor.id) if exhibitor.source == "commune" else None,
        companies=stand_companies(exhibitor.id),
        kinds=STAND_KINDS,
        answers=answers_of(exhibitor.id),
        in_words=in_words,
        appraisals=appraisals_of(exhibitor.id),
        recommendations=RECOMMENDATIONS,
        verdicts=ANSWERS,
    )


@bp.post("/<reference>/decide")
@requires(DECIDE_APPLICATION)
def decide(reference: str) -> Any:
    """Accept, put on the waiting list or refuse: the pressed button says which."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    form = DecisionForm()
    if not form.validate():
        return _show(exhibitor, form), 422
    note = form.note.data or ""
    pressed = request.form.get("decision", "")
    try:
        match pressed:
            case "accept":
                accept_application(exhibitor, by=actor(), note=note)
            case "accept_paying":
                accept_as_paying(exhibitor, by=actor(), note=note)
            case "waitlist":
                waitlist_application(exhibitor, by=actor(), note=note)
            case "refuse":
                refuse_application(exhibitor, by=actor(), note=note)
            case _:
                form.add_error(DomainError(_("Please choose one of the buttons.")))
    except DomainError as error:
        form.add_error(error)
    if form.errors:
        return _show(exhibitor_by_reference(current_fair().id, reference), form), 422
    flash(_("Decided. The company has been told."), "success")
    filters: dict[str, Any] = {key: request.args[key] for key in EXHIBITORS.params if key in request.args}
    target = url_for("exhibitors.show", reference=exhibitor.reference, **filters)
    return go(safe_next(request.form.get("next"), target))


@bp.post("/<reference>/propose")
@requires(MANAGE_DOCUMENTS)
def propose(reference: str) -> Any:
    """Propose for support: into the open draft of a decision with these terms, or a new one."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    form = SupportForm()
    if form.validate():
        try:
            terms = terms_of(form.rule.data, form.percent.data, form.line.data)
            item = propose_for_support(exhibitor, terms, by=actor(), reason=form.reason.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Proposed. The company is accepted when the decision is signed."), "success")
            return go(url_for("documents.show", reference=item.selection.reference))
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    return _show(exhibitor, DecisionForm(formdata=None), form), 422


@bp.post("/<reference>/withdraw")
@requires(DECIDE_APPLICATION)
def withdraw(reference: str) -> Any:
    """Withdraw for a company that has asked for it by telephone or letter."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    form = WithdrawForm()
    if not form.validate():
        flash(_("At most %(max)d characters.", max=400), "danger")
    else:
        withdraw_application(exhibitor, by=actor(), reason=form.reason.data or "")
        flash(_("The application is withdrawn."), "success")
    return go(url_for("exhibitors.show", reference=exhibitor.reference))


@bp.route("/file", methods=["GET", "POST"])
@requires(FILE_ON_BEHALF)
def file() -> Any:
    """File an application for somebody: paper, telephone, list of the commune."""
    fair = current_fair()
    asked = questions_of(fair.id)
    form = with_questions(FileForSomebodyForm, asked)()
    if form.is_submitted() and _is_right(form, asked):
        try:
            _exhibitor, slip = file_application(
                fair,
                form.draft(),
                form.products_draft(),
                form.contact_draft(),
                form.given(),
                by=actor(),
                answers=typed_answers(form, asked),
                **form.filing(),
            )
        except DomainError as error:
            form.add_error(error)
        else:
            return go(slip_url(slip))
    page = render_template("exhibitors/file.html", form=form, zones=zones_of(fair.id), asked=asked, kept={})
    return page, 422 if form.errors else 200


def _is_right(form: Any, asked: Sequence[Question]) -> bool:
    """Whether all that was typed fits; the questions of the other track are not asked."""
    right = form.validate()
    given = typed_answers(form, asked)
    for question in asked:
        if question.id in given and question.track in ("", form.track.data):
            try:
                check_answer(question, given[question.id])
            except InvalidInput as error:
                form.add_error(error)
                right = False
    return bool(right)


register_nav(
    NavItem("exhibitors", _l("Exhibitors"), "building-store", "exhibitors.index", VIEW_EXHIBITORS, 30, bottom=True)
)
