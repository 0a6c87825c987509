"""What an exhibitor sees of cases: only what was put to them, with their own words. Everything else is not found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.cases import queries, violations
from fairs.cases.forms import StatementForm
from fairs.cases.models import Case
from fairs.cases.permissions import OWN_CASES
from fairs.cases.states import ViolationState
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.tokens import new_token
from fairs.core.web import actor, go, requires
from fairs.directory.queries import is_member

bp = Blueprint("my_cases", __name__, url_prefix="/my/<fair_slug>/cases/<reference>")


def _own(reference: str) -> Case:
    case = queries.case_by_reference(current_fair().id, reference)
    _check(case)
    return case


def _check(case: Case) -> None:
    violation = case.violation
    if violation is None or violation.asked_at is None:
        raise NotFound
    if g.grant is None and not is_member(g.user.id, violation.exhibitor.company_id):
        raise NotFound


@bp.route("", methods=["GET", "POST"])
@requires(OWN_CASES)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def show(reference: str) -> Any:
    """What the exhibitor is suspected of, and their answer."""
    case = _own(reference)
    form = StatementForm()
    if form.validate_on_submit():
        try:
            violations.state(
                case,
                form.statement.data or "",
                speaker=form.speaker.data or "",
                by=actor(),
                mark=form.key,
                as_staff=False,
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Your statement is kept. Whoever decides reads it."), "success")
            return go(url_for(".show", reference=case.reference))
    elif not form.is_submitted():
        form.token.data, form.speaker.data = new_token(), g.user.name
    page = render_template(
        "cases/mine.html", case=case, violation=case.violation, form=form, verdicts=ViolationState,
        photos=[photo for entry in case.entries if entry.act == "reported" for photo in entry.photos],
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.get("/photos/<int:case_photo_id>/<size>.webp")
@requires(OWN_CASES)
def photo(reference: str, case_photo_id: int, size: str) -> Response:
    """A photo that was taken when it was reported."""
    case = _own(reference)
    stored, of = queries.photo_file(case.fair_id, case_photo_id, size)
    shown = {photo.id for entry in case.entries if entry.act == "reported" for photo in entry.photos}
    if of.id != case.id or case_photo_id not in shown:
        raise NotFound
    return stored_file(stored, how="inline", cache="private, max-age=3600")
