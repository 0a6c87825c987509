"""The pages on which an organiser designs the questions of a form; each feature that asks adds them to a blueprint of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.forms import Form
from fairs.core.permissions import Permission
from fairs.core.web import actor, go, requires
from fairs.questions.forms import QuestionForm, with_questions
from fairs.questions.service import KINDS, Questionnaire


@dataclass(frozen=True, slots=True)
class Wording:
    """What the pages say of a form: their title, what stands below it, and what to do when nothing is asked.

    ``tracks``: (value, whom it asks, word of the mark); the first asks everybody. ``back``: endpoint and word of the page above.
    """

    title: Any
    lead: Any
    empty: Any
    tracks: Sequence[tuple[str, Any, Any]]
    back: tuple[str, Any]


def design_pages(bp: Blueprint, form: Questionnaire, wording: Wording, permission: Permission, path: str = "") -> None:
    """Add the pages to ``bp``: index, preview, new, edit, act."""

    def page(name: str, **values: Any) -> str:
        marks = {key: mark for key, _asked, mark in wording.tracks}
        return render_template(f"questions/{name}.html", wording=wording, pages=bp.name, marks=marks, **values)

    def index() -> str:
        """All questions of the fair."""
        fair = current_fair()
        every = form.questions_of(fair.id, archived=True)
        return page(
            "index", asked=[one for one in every if one.archived_at is None],
            archived=[one for one in every if one.archived_at is not None], counts=form.answer_counts(fair.id), kinds=KINDS,
        )  # fmt: skip

    def preview() -> str:
        """The questions as who is asked sees them; nothing can be sent."""
        known = [key for key, _asked, _mark in wording.tracks if key]
        wanted = request.args.get("track", "")
        track = wanted if wanted in known else known[0]
        asked = form.questions_of(current_fair().id, track)
        made = with_questions(Form, asked)(formdata=None)
        return page("preview", asked=asked, form=made, track=track, kept={})

    def edit_page(question: Any) -> Any:
        fair, typed = current_fair(), QuestionForm([(key, asked) for key, asked, _mark in wording.tracks])
        if not typed.is_submitted():
            if question is not None:
                typed.fill(question)
        elif typed.validate():
            try:
                form.save_question(fair.id, typed.draft(), by=actor(), question=question)
            except InvalidInput as error:
                typed.add_error(error)
            else:
                flash(_("Saved."), "success")
                return go(url_for(f"{bp.name}.index"))
        answered = form.answer_counts(fair.id).get(question.id, 0) if question is not None else 0
        return page("edit", form=typed, question=question, answered=answered), 422 if typed.errors else 200

    def new() -> Any:
        """Add a question."""
        return edit_page(None)

    def edit(question_id: int) -> Any:
        """Word a question anew."""
        return edit_page(form.question_of(current_fair().id, question_id))

    def act(question_id: int) -> Any:
        """Move, archive or ask again: the pressed button says which."""
        fair = current_fair()
        form.question_of(fair.id, question_id)
        _act(form, fair.id, question_id)
        return go(url_for(f"{bp.name}.index", _anchor=f"question-{question_id}"))

    one = f"{path}/questions/<int:question_id>"
    for rule, view, methods in (
        (f"{path}/questions", index, ["GET"]), (f"{path}/questions/preview", preview, ["GET"]),
        (f"{path}/questions/new", new, ["GET", "POST"]), (one, edit, ["GET", "POST"]), (f"{one}/act", act, ["POST"]),
    ):  # fmt: skip
        bp.add_url_rule(rule, view.__name__, requires(permission)(view), methods=methods)


def _act(form: Questionnaire, fair_id: int, question_id: int) -> None:
    match request.form.get("do", ""):
        case "up" | "down" as way:
            form.move_question(fair_id, question_id, up=way == "up", by=actor())
        case "archive":
            kept = form.archive_question(fair_id, question_id, by=actor())
            flash(_("Archived: what was answered stays.") if kept else _("The question is removed."), "success")
        case "again":
            form.ask_again(fair_id, question_id, by=actor())
        case _:
            raise DomainError(_("Please choose one of the buttons."))
