"""The page behind the link of a mail, and the same in the company's own account. Opening it changes nothing."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, private_page, public, requires
from fairs.directory.permissions import OWN_COMPANY
from fairs.directory.queries import companies_of, is_member
from fairs.followups.answering import Answering, forms_of, posted
from fairs.followups.answers import is_open, opened
from fairs.followups.errors import LinkOver, NotAsked
from fairs.followups.models import FollowUp
from fairs.followups.queries import contacts_of, own_follow_ups
from fairs.followups.states import OUTCOMES, REASONS

bp = Blueprint("own_follow_up", __name__)
my = Blueprint("my_follow_ups", __name__, url_prefix="/my/follow-ups")


def _opened(token: str) -> FollowUp:
    row = opened(token)
    g.fair = db.session.get_one(Fair, row.fair_id)
    if "locale" not in session:
        g.locale = contacts_of([row])[row.id].locale
    flask_babel.refresh()
    return row


def _values(row: FollowUp, forms: Answering) -> dict[str, Any]:
    other = row.contract.importer if row.side == "exporter" else row.contract.exporter
    return {
        "row": row, "contract": row.contract, "forms": forms, "is_open": is_open(row), "other": other,
        "outcomes": OUTCOMES, "reasons": REASONS, "deal_fair": db.session.get_one(Fair, row.fair_id),
    }  # fmt: skip


def _page(row: FollowUp, token: str, forms: Answering, *, status: int = 200) -> Any:
    html = render_template("followups/own_answer.html", token=token, **_values(row, forms))
    return private_page(html, "drop"), status


def _gone(problem: DomainError) -> Any:
    return private_page(render_template("followups/own_gone.html", problem=problem), "drop"), 410


@bp.get("/u/<token>")
@public
def page(token: str) -> Any:
    """What we ask about one contract, and what was answered."""
    try:
        row = _opened(token)
    except LinkOver as problem:
        return _gone(problem)
    return _page(row, token, forms_of(row))


@bp.post("/u/<token>")
@public
@limiter.limit(PUBLIC_FORM)
def answered(token: str) -> Any:
    """The answer: all done by one click, partly, or not carried out."""
    try:
        row = _opened(token)
    except LinkOver as problem:
        return _gone(problem)
    try:
        forms = posted(row, by=Actor(None, row.party.name), way="link")
    except NotAsked:
        return _page(row, token, forms_of(row), status=409)
    if forms is not None:
        return _page(row, token, forms, status=422)
    return go(url_for(".page", token=token))


@my.get("")
@requires(OWN_COMPANY)
def index() -> str:
    """The questions to one's companies."""
    rows = db.session.scalars(own_follow_ups(g.user.id)).all()
    companies = {company.id for company in companies_of(g.user.id)}
    return render_template("followups/mine.html", rows=rows, companies=companies, outcomes=OUTCOMES)


def _mine(follow_up_id: int) -> FollowUp:
    row = db.session.get(FollowUp, follow_up_id) if follow_up_id < 2**31 else None
    if row is None or not is_member(g.user.id, row.party.id):
        raise NotFound
    return row


@my.route("/<int:follow_up_id>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def show(follow_up_id: int) -> Any:
    """One question to one's own company, and the answer."""
    row = _mine(follow_up_id)
    status, forms = 200, forms_of(row)
    if request.method == "POST":
        try:
            kept = posted(row, by=actor(), way="account", name=g.user.name or "")
        except NotAsked as problem:
            flash(str(problem), "warning")
            return go(url_for(".index"))
        if kept is None:
            flash(_("Thank you: your answer is kept."), "success")
            return go(url_for(".show", follow_up_id=row.id))
        status, forms = 422, kept
    return render_template("followups/my_answer.html", **_values(row, forms)), status
