"""A lost badge in two clicks: find the person, check who it is, replace. What is typed travels in bodies, never in addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.models import Badge
from fairs.badges.permissions import REVOKE_BADGE
from fairs.badges.queries import BadgeFilter, badge_by_code, badge_by_reference, badge_list
from fairs.badges.service import in_force, replace_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.web import actor, go, requires
from fairs.directory.models import Person
from fairs.printing.forms import FindForm
from fairs.printing.queries import open_stations, size_of
from fairs.printing.service import enqueue

replacing = Blueprint("replacing", __name__, url_prefix="/fairs/<fair_slug>/printing/replace")

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be meant, and what to ask them for: enough to know them by, not enough to copy."""

    badge: Badge
    asks: Sequence[tuple[str, str]]

    @property
    def may_swap(self) -> bool:
        """Whether a colleague of the same exhibitor may take the place."""
        return self.badge.category in {BadgeCategory.EXHIBITOR, BadgeCategory.CONTRACTOR}


@replacing.route("", methods=["GET", "POST"])
@requires(REVOKE_BADGE)
def index() -> Any:
    """Find whose badge was lost or goes to somebody else."""
    form, found = FindForm(), None
    if form.validate_on_submit():
        found = _find(current_fair().id, form.q.data or "")
    page = render_template("printing/replace.html", form=form, found=found, most=_SHOWN)
    return page, 422 if form.errors else 200


def _find(fair_id: int, text: str) -> list[Found]:
    try:
        badge = in_force(badge_by_code(fair_id, text))
        badges: Sequence[Badge] = [badge] if badge.state is BadgeState.ACTIVE else []
    except (UnknownCode, OtherFair):
        query = badge_list(fair_id, BadgeFilter(text=text[:100], state=str(BadgeState.ACTIVE)))
        badges = db.session.scalars(query.order_by(Person.native_name, Badge.id).limit(_SHOWN)).all()
        if not badges:
            # The old number on a slip of paper: whoever has it was replaced already.
            old = db.session.scalar(
                select(Badge).where(Badge.fair_id == fair_id, Badge.reference == text.strip().upper()[:20])
            )
            badges = [new] if old and (new := in_force(old)).state is BadgeState.ACTIVE else []
    return [Found(badge, _asks(badge)) for badge in badges]


def _asks(badge: Badge) -> list[tuple[str, str]]:
    person = badge.person
    asks = [(_("Telephone"), f"••• {person.phone[-3:]}" if len(person.phone) > 5 else "")]
    name, _at, domain = person.email.partition("@")
    asks.append((_("E-mail"), f"{name[:2]}•••@{domain}" if domain else ""))
    asks.append((_("Position"), person.job_title or ""))
    return [(label, text) for label, text in asks if text]


@replacing.get("/<reference>/photo")
@requires(REVOKE_BADGE)
def photo(reference: str) -> Response:
    """The portrait on a badge, to compare with who stands there."""
    badge = badge_by_reference(current_fair().id, reference)
    return stored_file(badge.photo if badge is not None else None, how="inline", name=f"{reference}.jpg")


@replacing.post("/<reference>")
@requires(REVOKE_BADGE)
def lost(reference: str) -> BaseResponse:
    """A new badge with a new code; gates say of the old one when it was replaced."""
    fair = current_fair()
    badge = badge_by_reference(fair.id, reference)
    if badge is None:
        raise NotFound
    damaged = request.form.get("why") == "damaged"
    try:
        new = replace_badge(badge, _("Damaged") if damaged else _("Lost"), by=actor())
    except DomainError as error:
        flash(str(error), "danger")
        return go(url_for("badges.show", reference=reference))
    if open_stations(fair.id, new.category, size_of(fair.id, new.category)):
        enqueue([new], by=actor())
        flash(_("%(new)s replaces %(old)s and is in the print queue.", new=new.reference, old=reference), "success")
    else:
        flash(_("%(new)s replaces %(old)s. Print it now.", new=new.reference, old=reference), "success")
    return go(url_for("badges.show", reference=new.reference))
