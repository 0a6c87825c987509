"""Appraising applications one after another, and the checklist by which it is done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import InvalidInput
from fairs.core.web import actor, go, requires
from fairs.directory.products import pattern_of, products_of
from fairs.directory.queries import group_names
from fairs.exhibitors import appraisal
from fairs.exhibitors.earlier import earlier_findings
from fairs.exhibitors.forms import ChecklistItemForm, appraisal_form
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import APPRAISE, DESIGN_FORM
from fairs.exhibitors.queries import exhibitor_by_reference
from fairs.exhibitors.questions import answers_of, in_words
from fairs.exhibitors.wishes import cost_of
from fairs.lists.tools import may_here

MOST_GOODS = 8  # products with their pictures beside the checklist

bp = Blueprint("appraisal", __name__, url_prefix="/fairs/<fair_slug>/exhibitors")


@bp.route("/<reference>/appraise", methods=["GET", "POST"])
@requires(APPRAISE)
def appraise(reference: str) -> Any:
    """The application on one side, the checklist on the other; then the next one that waits."""
    fair = current_fair()
    exhibitor = exhibitor_by_reference(fair.id, reference)
    points = appraisal.checklist_of(fair.id)
    known = appraisal.appraisals_of(exhibitor.id)
    form = appraisal_form(points, data=_typed(known[0]) if known else None)
    if form.validate_on_submit():
        try:
            made = appraisal.appraise(exhibitor, form.draft(points), by=actor())
        except InvalidInput as error:
            form.add_error(error)
        else:
            flash(_("Appraised: %(score)s of 100.", score=made.score), "success")
            return go(_after(exhibitor))
    following = appraisal.next_to_appraise(fair.id, exhibitor)
    page = render_template(
        "exhibitors/appraise.html", exhibitor=exhibitor, company=exhibitor.company, form=form, points=points,
        appraisals=known, following=following, waiting=appraisal.waiting_for_appraisal(fair.id),
        group_names=group_names(), cost=cost_of(exhibitor), pattern_of=pattern_of,
        answers=answers_of(exhibitor.id), in_words=in_words, earlier=earlier_findings(exhibitor.company_id),
        goods=(exhibitor.shown_products or products_of(exhibitor.company_id, only_public=True))[:MOST_GOODS],
        is_open=exhibitor.state in appraisal.APPRAISABLE, may_design=may_here(DESIGN_FORM),
        recommendations=appraisal.RECOMMENDATIONS, verdicts=appraisal.ANSWERS,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _typed(known: Any) -> dict[str, Any]:
    """What the appraisal that stands says, to be corrected."""
    found = {f"answer-{one['key']}": one["answer"] for one in known.answers}
    return {**found, "recommendation": known.recommendation, "note": known.note}


def _after(exhibitor: Exhibitor) -> str:
    """The next one that waits when asked for, else the application itself."""
    if request.form.get("then") == "next":
        following = appraisal.next_to_appraise(exhibitor.fair_id, exhibitor)
        if following is not None:
            return url_for("appraisal.appraise", reference=following.reference)
        flash(_("No further application waits for its appraisal."), "info")
        return url_for("exhibitors.index", state="appraised", sort="-score")
    return url_for("exhibitors.show", reference=exhibitor.reference)


@bp.get("/appraise")
@requires(APPRAISE)
def begin() -> Any:
    """To the application that waits longest for its appraisal."""
    following = appraisal.next_to_appraise(current_fair().id)
    if following is None:
        flash(_("No further application waits for its appraisal."), "info")
        return go(url_for("exhibitors.index", state="appraised", sort="-score"))
    return go(url_for("appraisal.appraise", reference=following.reference))


# --- the checklist ------------------------------------------------------------------------------------------------


@bp.get("/checklist")
@requires(DESIGN_FORM)
def checklist() -> Any:
    """The points of the appraisal: word, weigh and order them."""
    return _checklist(ChecklistItemForm(formdata=None), "")


def _checklist(form: ChecklistItemForm, at: str) -> Any:
    points = appraisal.checklist_of(current_fair().id)
    forms = {
        point.key: form
        if point.key == at and form.errors
        else ChecklistItemForm(
            formdata=None, prefix=f"p{point.key}-",
            data={"text_vi": point.text_vi, "text_en": point.text_en, "weight": point.weight},
        )
        for point in points
    }  # fmt: skip
    new = form if not at else ChecklistItemForm(formdata=None)
    page = render_template(
        "exhibitors/checklist.html", points=points, forms=forms, new=new, opened=at if form.errors else None,
        whole=sum(point.weight for point in points), is_usual=not appraisal.checklist_items(current_fair().id),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/checklist")
@requires(DESIGN_FORM)
def change_checklist() -> Any:
    """Save, add, move or archive a point: the pressed button says which."""
    fair, key = current_fair(), request.form.get("key", "")[:20]
    form = ChecklistItemForm(prefix=f"p{key}-" if key else "")
    try:
        match request.form.get("do", ""):
            case "up" | "down" as way:
                appraisal.move_item(fair.id, key, up=way == "up", by=actor())
            case "archive":
                appraisal.archive_item(fair.id, key, by=actor())
                flash(_("This point is asked no longer. Appraisals that exist keep it."), "success")
            case "save":
                if not form.validate():
                    return _checklist(form, key)
                appraisal.save_item(
                    fair.id, key, text_vi=form.text_vi.data or "", text_en=form.text_en.data or "",
                    weight=form.weight.data or 0, by=actor(),
                )  # fmt: skip
                flash(_("Saved."), "success")
            case _:
                raise InvalidInput(_("Please choose one of the buttons."))
    except InvalidInput as error:
        form.validate()
        form.add_error(error)
        return _checklist(form, key)
    return go(url_for("appraisal.checklist", _anchor=f"point-{key}" if key else "new"))
