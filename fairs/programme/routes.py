"""Entering figures of the plan by hand. The plan's page itself is in ``reports``, which computes the other figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.core.clock import today
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.web import actor, go, requires
from fairs.programme import budget_pages
from fairs.programme.forms import FigureForm, OwnerForm
from fairs.programme.models import FigureEntry, Target
from fairs.programme.permissions import ENTER_FIGURES, VIEW_PROGRAMME
from fairs.programme.queries import entries_for
from fairs.programme.service import ZONE, enter_figure, name_owner

bp = Blueprint("programme", __name__)
blueprints = [bp, budget_pages.bp]


def _target(target_id: int) -> Target:
    found = db.session.get(Target, target_id) if target_id < 2**31 else None
    if found is None:
        raise NotFound
    return found


@bp.route("/programmes/targets/<int:target_id>/figures/new", methods=["GET", "POST"])
@requires(ENTER_FIGURES)
def enter(target_id: int) -> Any:
    """Enter a figure; the earlier ones stand below."""
    target = _target(target_id)
    form = FigureForm(data={"as_of": today(ZONE), "label": "declared"})
    if form.validate_on_submit():
        try:
            enter_figure(target, form.to_draft(), by=actor())
            flash(_("The figure is entered. Earlier ones stay readable."), "success")
            return go(url_for("reports.programme", year=target.item.programme.year))
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "programme/enter.html", target=target, form=form, entries=entries_for(target),
        owner=OwnerForm(formdata=None, obj=target.item),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.post("/programmes/targets/<int:target_id>/owner")
@requires(ENTER_FIGURES)
def owner(target_id: int) -> Any:
    """Say who answers for the target's item."""
    target = _target(target_id)
    form = OwnerForm()
    if form.validate_on_submit():
        name_owner(target.item, form.owner.data, by=actor())
        flash(_("Saved."), "success")
    return go(url_for("programme.enter", target_id=target.id))


@bp.get("/programmes/figures/<int:entry_id>/document")
@requires(VIEW_PROGRAMME)
def document(entry_id: int) -> Any:
    """The document behind a figure entered by hand."""
    entry = db.session.get(FigureEntry, entry_id) if entry_id < 2**31 else None
    return stored_file(entry.file if entry is not None else None)
