"""At the desk: a colleague takes over somebody's badge of the same exhibitor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.badges.models import Badge
from fairs.badges.permissions import REVOKE_BADGE
from fairs.badges.queries import badge_by_reference
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.sitework.forms import SwapForm
from fairs.sitework.staff import place_of_badge, swap_person

bp = Blueprint("swap", __name__, url_prefix="/fairs/<fair_slug>/printing/swap")


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(REVOKE_BADGE)
def person(reference: str) -> Any:
    """Who takes the place: a new badge, the quota as it was."""
    badge = badge_by_reference(current_fair().id, reference)
    place = place_of_badge(badge) if badge is not None else None
    if badge is None or place is None:
        raise NotFound
    form = SwapForm()
    if form.validate_on_submit():
        try:
            new = swap_person(place, form.draft(place.exhibitor.company.country), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            made = db.session.get(Badge, new.badge_id) if new.badge_id is not None else None
            if made is None:
                flash(_("%(name)s has the place; the badge comes later.", name=new.person.native_name), "success")
                return go(url_for("replacing.index"))
            flash(_("%(new)s replaces %(old)s. Print it now.", new=made.reference, old=badge.reference), "success")
            return go(url_for("badges.show", reference=made.reference))
    page = render_template("sitework/swap.html", badge=badge, place=place, form=form)
    return page, 422 if form.errors else 200
