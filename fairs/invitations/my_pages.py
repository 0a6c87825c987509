"""Exhibitors name their own buyers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, requires
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.my import mine_at
from fairs.exhibitors.permissions import APPLY
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.service import accepts_registrations
from fairs.invitations.forms import NominationForm
from fairs.invitations.nominations import exhibitor_quota, remove_nomination, source_of_exhibitor
from fairs.invitations.queries import exhibitor_source, terms_of
from fairs.invitations.source_pages import nominated, nomination_values

bp = Blueprint("my_buyers", __name__)


def _mine() -> Exhibitor:
    _company, exhibitor = mine_at(current_fair())
    if exhibitor is None:
        raise NotFound
    return exhibitor


@bp.route("/my/<fair_slug>/buyers", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def index() -> Any:
    """Invite my buyer."""
    exhibitor, form = _mine(), NominationForm()
    here = url_for("my_buyers.index", company=exhibitor.company_id)
    source = exhibitor_source(exhibitor.fair_id, exhibitor.company_id)
    if form.is_submitted():
        try:
            source = source_of_exhibitor(exhibitor, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            answer = nominated(form, source, here, actor())
            if answer is not None:
                return answer
    fair_id = exhibitor.fair_id
    page = render_template(
        "invitations/my_buyers.html", exhibitor=exhibitor, here=here, at_once=terms_of(fair_id).exhibitors_at_once,
        is_open=exhibitor.state is ExhibitorState.ACCEPTED and accepts_registrations(exhibitor.fair),
        remove=lambda one: url_for("my_buyers.remove", nomination_id=one, company=exhibitor.company_id),
        **nomination_values(source, exhibitor_quota(fair_id, exhibitor.company_id), form),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/my/<fair_slug>/buyers/<int:nomination_id>/remove")
@requires(APPLY)
@limiter.limit(PUBLIC_FORM)
def remove(nomination_id: int) -> Any:
    """Take a buyer back who is not invited yet."""
    exhibitor = _mine()
    source = exhibitor_source(exhibitor.fair_id, exhibitor.company_id)
    if source is None:
        raise NotFound
    remove_nomination(source, nomination_id, by=actor())
    flash(_("Taken back."), "success")
    return go(url_for("my_buyers.index", company=exhibitor.company_id))
