"""What an exhibitor does alone: company, team, application. Things of strangers are not found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import public_fairs
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import current_locale
from fairs.core.limits import GUESSING, PUBLIC_FORM, limiter
from fairs.core.web import actor, go, requires
from fairs.directory import team
from fairs.directory.forms import CompanyForm, ConfirmForm, InviteForm
from fairs.directory.models import Company
from fairs.directory.permissions import OWN_COMPANY
from fairs.directory.queries import companies_of, group_names, is_member
from fairs.directory.service import join_company, save_company
from fairs.directory.slips import Step
from fairs.exhibitors.forms import WithdrawForm
from fairs.exhibitors.journey import journey, present_step
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import APPLY
from fairs.exhibitors.queries import exhibitor_of, exhibitors_of_user, takes_applications
from fairs.exhibitors.questions import answers_of, in_words
from fairs.exhibitors.service import (
    withdraw_application,
)
from fairs.exhibitors.sharing import STAND_KINDS, stand_companies
from fairs.exhibitors.wishes import cost_of
from fairs.payments.queries import credits_of

bp = Blueprint("my", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Way:
    """An application with its steps."""

    exhibitor: Exhibitor
    steps: Sequence[Step]

    @property
    def present(self) -> Step | None:
        """What is to be done or waited for."""
        return present_step(self.steps)


def own_company(company_id: int) -> Company:
    """The company, if the person in front of the screen may act for it; raises NotFound (strangers learn nothing)."""
    company = db.session.get(Company, company_id)
    if company is None or not is_member(g.user.id, company_id):
        raise NotFound
    return company


def page(template: str, form: Any = None, **values: Any) -> tuple[str, int]:
    return render_template(template, form=form, **values), 422 if form is not None and form.errors else 200


@bp.get("/my", strict_slashes=False)
@requires(OWN_COMPANY)
def start() -> str:
    """What is next for each fair."""
    companies = companies_of(g.user.id)
    exhibitors = exhibitors_of_user(g.user.id)
    ways = [Way(exhibitor, journey(exhibitor)) for exhibitor in exhibitors]
    applied = {(e.fair_id, e.company_id) for e in exhibitors}
    offers = [
        {"fair": fair, "companies": [c for c in companies if (fair.id, c.id) not in applied]}
        for fair in public_fairs()
        if takes_applications(fair)
    ]
    return render_template(
        "exhibitors/start.html",
        companies=companies,
        ways=[way for way in ways if not way.exhibitor.fair.is_over],
        past=[way for way in ways if way.exhibitor.fair.is_over],
        offers=[offer for offer in offers if offer["companies"] or not companies],
        invitations=team.invitations_for(g.user.email),
    )


@bp.route("/my/company", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def new_company() -> Page:
    """Register one's company."""
    form = CompanyForm()
    if form.validate_on_submit():
        company = save_company_form(form, None)
        if company is not None:
            flash(_("Your company is registered. It serves for every fair."), "success")
            return go(url_for("my.start"))
    return page("exhibitors/company.html", form, company=None)


@bp.route("/my/companies/<int:company_id>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
def company(company_id: int) -> Page:
    """Change one's company."""
    mine = own_company(company_id)
    form = CompanyForm()
    if not form.is_submitted():
        form.fill(mine)
    elif form.validate() and save_company_form(form, mine) is not None:
        flash(_("Saved."), "success")
        return go(url_for("my.start"))
    return page("exhibitors/company.html", form, company=mine)


def save_company_form(form: CompanyForm, company: Company | None) -> Company | None:
    try:
        with transaction():
            saved = save_company(form.draft(), by=actor(), company=company)
            if company is None:
                join_company(g.user.id, saved, by=actor())
    except DomainError as error:
        form.add_error(error)
        return None
    return saved


# --- colleagues ---------------------------------------------------------------------------------------------------


@bp.route("/my/companies/<int:company_id>/team", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def colleagues(company_id: int) -> Page:
    """Who works with the company here; an owner invites others."""
    mine = own_company(company_id)
    form = InviteForm()
    if form.validate_on_submit():
        try:
            team.invite_colleague(mine, form.email.data, by=actor(), locale=current_locale())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "success")
            return go(url_for("my.colleagues", company_id=company_id))
    membership = team.membership_of(g.user.id, company_id)
    return page(
        "exhibitors/team.html", form, company=mine, members=team.team(mine), invitations=team.open_invitations(mine),
        is_owner=membership is not None and membership.is_owner,
    )  # fmt: skip


@bp.post("/my/companies/<int:company_id>/team/<int:membership_id>/remove")
@requires(OWN_COMPANY)
def remove_member(company_id: int, membership_id: int) -> Response:
    """Take a colleague out, or leave."""
    mine = own_company(company_id)
    team.remove_member(mine, membership_id, by=actor())
    if not is_member(g.user.id, company_id):
        flash(_("You have left %(company)s.", company=mine.name), "success")
        return go(url_for("my.start"))
    flash(_("Taken out of the team."), "success")
    return go(url_for("my.colleagues", company_id=company_id))


@bp.post("/my/companies/<int:company_id>/invitations/<int:invitation_id>/take-back")
@requires(OWN_COMPANY)
def take_back(company_id: int, invitation_id: int) -> Response:
    """End an open invitation."""
    team.take_back_invitation(own_company(company_id), invitation_id, by=actor())
    flash(_("The invitation is taken back."), "success")
    return go(url_for("my.colleagues", company_id=company_id))


@bp.route("/join/<token>", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(GUESSING)
def join(token: str) -> Page:
    """Accept the invitation of a mail."""
    invitation = team.invitation_by_token(token)
    form = ConfirmForm()
    if form.validate_on_submit():
        company = team.accept_invitation(invitation, by=actor())
        flash(_("You now work with %(company)s.", company=company.name), "success")
        return go(url_for("my.start"))
    return page("exhibitors/join.html", form, invitation=invitation)


@bp.post("/my/invitations/<int:invitation_id>/accept")
@requires(OWN_COMPANY)
def accept_invitation(invitation_id: int) -> Response:
    """Accept an invitation that came to the account's own, confirmed address."""
    invitation = next((i for i in team.invitations_for(g.user.email) if i.id == invitation_id), None)
    if invitation is None:
        raise NotFound
    company = team.accept_invitation(invitation, by=actor())
    flash(_("You now work with %(company)s.", company=company.name), "success")
    return go(url_for("my.start"))


# --- the application ----------------------------------------------------------------------------------------------


def mine_at(fair: Fair) -> tuple[Company | None, Exhibitor | None]:
    """The company that applies (``?company=`` where there are several) and its application so far."""
    companies = companies_of(g.user.id)
    wanted = request.args.get("company", type=int)
    company = next((c for c in companies if c.id == wanted), None)
    if wanted is not None and company is None:
        raise NotFound
    if company is None and companies:
        applied = [c for c in companies if exhibitor_of(fair.id, c.id) is not None]
        company = (applied or list(companies))[0]
    return company, exhibitor_of(fair.id, company.id) if company is not None else None


@bp.get("/my/<fair_slug>")
@requires(APPLY)
def fair() -> Page:
    """One's application to this fair: state, next step, dates."""
    shown = current_fair()
    company, exhibitor = mine_at(shown)
    if exhibitor is None:
        return redirect(url_for("my.apply") if takes_applications(shown) else url_for("my.start"))
    steps = journey(exhibitor)
    names = group_names()
    return page(
        "exhibitors/fair.html", company=company, exhibitor=exhibitor, steps=steps, present=present_step(steps),
        group_names=names, withdraw_form=WithdrawForm(), cost=cost_of(exhibitor),
        companies=stand_companies(exhibitor.id), kinds=STAND_KINDS,
        answers=answers_of(exhibitor.id), in_words=in_words,
        credits=[one for one in credits_of([company.id]) if one.fair_id == shown.id] if company and shown.is_cancelled else (),
    )  # fmt: skip


@bp.post("/my/<fair_slug>/withdraw")
@requires(APPLY)
def withdraw() -> Response:
    """Withdraw one's application."""
    company, exhibitor = mine_at(current_fair())
    if exhibitor is None or company is None:
        raise NotFound
    form = WithdrawForm()
    reason = (form.reason.data or "")[:400]
    withdraw_application(exhibitor, by=actor(), reason=reason)
    flash(_("The application is withdrawn."), "success")
    return go(url_for("my.fair", company=company.id))
