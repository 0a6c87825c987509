"""The organiser designs the questions of a fair's application; files that were answered are handed out to who may see them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.web import actor, go, requires
from fairs.directory.queries import is_member
from fairs.exhibitors import questions
from fairs.exhibitors.models import Answer, Exhibitor
from fairs.exhibitors.permissions import APPLY, DESIGN_FORM, VIEW_EXHIBITORS
from fairs.exhibitors.queries import exhibitor_by_reference
from fairs.exhibitors.question_forms import QuestionForm, with_questions

bp = Blueprint("questions", __name__, url_prefix="/fairs/<fair_slug>/exhibitors")
my_bp = Blueprint("my_answers", __name__)


@bp.get("/questions")
@requires(DESIGN_FORM)
def index() -> str:
    """All questions of the fair, and how the form looks."""
    fair = current_fair()
    every = questions.questions_of(fair.id, archived=True)
    return render_template(
        "exhibitors/questions.html", asked=[one for one in every if one.archived_at is None],
        archived=[one for one in every if one.archived_at is not None], counts=questions.answer_counts(fair.id),
        kinds=questions.KINDS,
    )  # fmt: skip


@bp.get("/questions/preview")
@requires(DESIGN_FORM)
def preview() -> str:
    """The questions as an applicant of one track sees them; nothing can be sent."""
    fair = current_fair()
    track = "supported" if request.args.get("track") == "supported" else "paying"
    asked = questions.questions_of(fair.id, track)
    form = with_questions(Form, asked)(formdata=None)
    return render_template("exhibitors/questions_preview.html", asked=asked, form=form, track=track, kept={})


@bp.route("/questions/new", methods=["GET", "POST"])
@requires(DESIGN_FORM)
def new() -> Any:
    """Add a question."""
    return _edit(None)


@bp.route("/questions/<int:question_id>", methods=["GET", "POST"])
@requires(DESIGN_FORM)
def edit(question_id: int) -> Any:
    """Word a question anew."""
    return _edit(questions.question_of(current_fair().id, question_id))


def _edit(question: Any) -> Any:
    fair, form = current_fair(), QuestionForm()
    if not form.is_submitted():
        if question is not None:
            form.fill(question)
    elif form.validate():
        try:
            questions.save_question(fair.id, form.draft(), by=actor(), question=question)
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("questions.index"))
    answered = questions.answer_counts(fair.id).get(question.id, 0) if question is not None else 0
    page = render_template("exhibitors/question.html", form=form, question=question, answered=answered)
    return page, 422 if form.errors else 200


@bp.post("/questions/<int:question_id>/act")
@requires(DESIGN_FORM)
def act(question_id: int) -> Any:
    """Move, archive or ask again: the pressed button says which."""
    fair = current_fair()
    questions.question_of(fair.id, question_id)
    match request.form.get("do", ""):
        case "up" | "down" as way:
            questions.move_question(fair.id, question_id, up=way == "up", by=actor())
        case "archive":
            kept = questions.archive_question(fair.id, question_id, by=actor())
            flash(_("Archived: what was answered stays.") if kept else _("The question is removed."), "success")
        case "again":
            questions.ask_again(fair.id, question_id, by=actor())
        case _:
            raise DomainError(_("Please choose one of the buttons."))
    return go(url_for("questions.index", _anchor=f"question-{question_id}"))


@bp.get("/<reference>/answers/<int:answer_id>")
@requires(VIEW_EXHIBITORS)
def file(reference: str, answer_id: int) -> Response:
    """A file that was handed in with the application."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    return stored_file(questions.answer_file(exhibitor.id, answer_id).file)


@my_bp.get("/my/<fair_slug>/answers/<int:answer_id>")
@requires(APPLY)
def my_file(answer_id: int) -> Response:
    """A file of one's own application; of others there is none."""
    answer = db.session.get(Answer, answer_id)
    exhibitor = db.session.get(Exhibitor, answer.exhibitor_id) if answer is not None else None
    if exhibitor is None or exhibitor.fair_id != current_fair().id or not is_member(g.user.id, exhibitor.company_id):
        raise NotFound
    return stored_file(questions.answer_file(exhibitor.id, answer_id).file)
