"""Further companies on a stand, entered by the exhibitor or by staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, requires
from fairs.directory.permissions import FILE_ON_BEHALF
from fairs.exhibitors import sharing
from fairs.exhibitors.forms import StandForm
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.my import mine_at
from fairs.exhibitors.permissions import APPLY
from fairs.exhibitors.queries import exhibitor_by_reference

bp = Blueprint("stand", __name__, url_prefix="/fairs/<fair_slug>/exhibitors")
my_bp = Blueprint("my_stand", __name__)


def _mine() -> Exhibitor:
    _company, exhibitor = mine_at(current_fair())
    if exhibitor is None:
        raise NotFound
    return exhibitor


@my_bp.route("/my/<fair_slug>/stand", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def companies() -> Any:
    """Who shares one's stand."""
    exhibitor = _mine()
    here = url_for("my_stand.companies", company=exhibitor.company_id)
    return _page(exhibitor, "layouts/public.html", here, url_for("my.fair", company=exhibitor.company_id), mine=True)


@my_bp.post("/my/<fair_slug>/stand/<int:stand_id>/remove")
@requires(APPLY)
def remove(stand_id: int) -> Any:
    """Take a company off one's stand."""
    exhibitor = _mine()
    return _removed(exhibitor, stand_id, url_for("my_stand.companies", company=exhibitor.company_id))


@bp.route("/<reference>/stand", methods=["GET", "POST"])
@requires(FILE_ON_BEHALF)
def staff_companies(reference: str) -> Any:
    """Who shares an exhibitor's stand, entered by staff."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    here = url_for("stand.staff_companies", reference=reference)
    return _page(exhibitor, "layouts/staff.html", here, url_for("exhibitors.show", reference=reference), mine=False)


@bp.post("/<reference>/stand/<int:stand_id>/remove")
@requires(FILE_ON_BEHALF)
def staff_remove(reference: str, stand_id: int) -> Any:
    """Take a company off an exhibitor's stand."""
    exhibitor = exhibitor_by_reference(current_fair().id, reference)
    return _removed(exhibitor, stand_id, url_for("stand.staff_companies", reference=reference))


def _page(exhibitor: Exhibitor, layout: str, here: str, back: str, *, mine: bool) -> Any:
    form = StandForm()
    if form.validate_on_submit():
        try:
            sharing.add_company(exhibitor, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The company is on the stand."), "success")
            return go(here)
    page = render_template(
        "exhibitors/stand.html", layout=layout, exhibitor=exhibitor, form=form, back=back, mine=mine,
        companies=sharing.stand_companies(exhibitor.id), kinds=sharing.STAND_KINDS,
        is_open=exhibitor.state in sharing.OPEN and not exhibitor.fair.is_over,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _removed(exhibitor: Exhibitor, stand_id: int, back: str) -> Any:
    sharing.remove_company(exhibitor, stand_id, by=actor())
    flash(_("The company is taken off the stand."), "success")
    return go(back)
