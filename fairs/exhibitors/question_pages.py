"""The organiser designs the questions of a fair's application; files that were answered are handed out to who may see them."""

from __future__ import annotations

from flask import Blueprint, Response, g
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.files import stored_file
from fairs.core.web import requires
from fairs.directory.queries import is_member
from fairs.exhibitors import questions
from fairs.exhibitors.models import Answer, Exhibitor
from fairs.exhibitors.permissions import APPLY, DESIGN_FORM, VIEW_EXHIBITORS
from fairs.exhibitors.queries import exhibitor_by_reference
from fairs.questions.pages import Wording, design_pages

bp = Blueprint("questions", __name__, url_prefix="/fairs/<fair_slug>/exhibitors")
my_bp = Blueprint("my_answers", __name__)


design_pages(
    bp, questions.APPLICATION,
    Wording(
        _l("Questions of the application"),
        _l("What this fair asks besides company, products, place and contact. What was answered keeps the words of its time."),
        _l("For example power and water, a brochure as a file, consent to photos. Applicants get a further step with these questions."),
        (("", _l("Everybody"), ""), ("paying", _l("Only paying"), _l("only paying")), ("supported", _l("Only supported"), _l("only supported"))),
        ("exhibitors.index", _l("Exhibitors")),
    ),
    DESIGN_FORM,
)  # fmt: skip


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
