"""Staff pages of the support of importers: list, one application, reserve list, board; live figures of places and money."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError, Forbidden, InvalidInput, NotFound, SamePerson
from fairs.core.i18n import country_name
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.directory.queries import group_names
from fairs.funding.ceilings import concerns, name_of
from fairs.funding.models import Grant, SupportCeiling
from fairs.funding.queries import clashes_of
from fairs.hosting import own_pages, settings_pages
from fairs.hosting.applying import apply_for_support, rescore_one
from fairs.hosting.forms import AddForm, DecideForm
from fairs.hosting.lists import HOSTINGS, need_of_proposal, wanted_of
from fairs.hosting.models import Hosting
from fairs.hosting.past import pasts_of
from fairs.hosting.permissions import APPROVE_HOSTING, PROPOSE_HOSTING, VIEW_HOSTING
from fairs.hosting.proposing import other_support
from fairs.hosting.queries import (
    countries_of,
    hosting_by_reference,
    hostings_matching,
    shares_of,
    state_counts,
)
from fairs.hosting.regions import Region
from fairs.hosting.reserve import moves_of, next_that_fits, reserve_of
from fairs.hosting.room import SUBJECT, Room, need_of
from fairs.hosting.scoring import parts_of
from fairs.hosting.service import (
    approve_hosting,
    confirm_hosting,
    promote,
    propose_hosting,
    put_back,
    put_on_reserve,
    refuse_hosting,
    undo_approval,
    withdraw_hosting,
)
from fairs.hosting.settings import settings_of
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.lists import label_of
from fairs.importers.queries import importer_by_reference
from fairs.importers.states import AnnualVolume, BuyerKind

bp = Blueprint("hosting", __name__, url_prefix="/fairs/<fair_slug>/hosting")
blueprints = [bp, settings_pages.bp, own_pages.bp]

HISTORY: dict[str, tuple[Any, str, str]] = {
    "hosting.apply": (_l("Asked for support"), "hand-stop", "neutral"),
    "hosting.reopen": (_l("Asked for again"), "refresh", "neutral"),
    "hosting.rescore": (_l("Score computed anew"), "calculator", "neutral"),
    "hosting.propose": (_l("Proposed"), "user-up", "info"),
    "hosting.applied": (_l("Proposal taken back"), "arrow-back-up", "warning"),
    "hosting.reserve": (_l("Put on the reserve list"), "list-numbers", "warning"),
    "hosting.approve": (_l("Approved: place and money are committed"), "check", "success"),
    "hosting.undo_approval": (_l("Approval taken back"), "arrow-back-up", "warning"),
    "hosting.grant": (_l("Granted by decision"), "signature", "success"),
    "hosting.amend": (_l("Changed by decision"), "signature", "info"),
    "hosting.confirm": (_l("Confirmed by the guest"), "user-check", "success"),
    "hosting.settle": (_l("Accounted for"), "receipt", "success"),
    "hosting.recover": (_l("Money came back"), "receipt-refund", "warning"),
    "hosting.refused": (_l("Refused"), "x", "danger"),
    "hosting.withdrawn": (_l("Given back"), "arrow-back-up", "warning"),
    "hosting.expired": (_l("Expired"), "clock-x", "warning"),
}
_MOST_PICKS = 500


def bars_of(rows: Any) -> list[tuple[SupportCeiling, str]]:
    """Ceilings with their names, those that bound something or are used: the one of all always."""
    return [
        (row, name_of(row))
        for row in rows
        if row.scope == "all" or row.places is not None or row.money_minor is not None or row.places_used
    ]


@bp.get("")
@requires(VIEW_HOSTING)
def index() -> str | Response:
    """Everybody who asks for support, by score; as a sheet with ``?format=xlsx``."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(HOSTINGS, fair, known(HOSTINGS, request.args))
    return _index(AddForm(formdata=None))


def _index(form: AddForm) -> str:
    fair, wanted = current_fair(), wanted_of(request.args)
    settings = settings_of(fair)
    return render_template(
        "hosting/index.html", page=page_of(HOSTINGS, fair, request.args, cursor=request.args.get("cursor")), wanted=wanted,
        counts=state_counts(fair.id), states=list(HostingState), tiers=[(one.value, one.label) for one in SupportTier],
        regions=[(one.value, one.label) for one in Region], settings=settings, bars=bars_of(Room.of(fair, settings).ceilings),
        countries=sorted(((code, country_name(code)) for code in countries_of(fair.id)), key=lambda pair: pair[1]), form=form,
        PROPOSE=PROPOSE_HOSTING, buyer=lambda row: label_of(BuyerKind, row.importer.buyer_kind),
    )  # fmt: skip


@bp.get("/room")
@requires(VIEW_HOSTING)
def room() -> str:
    """The bars of places and money as they are now, and as they would be after the ticked rows (``pick``)."""
    fair = current_fair()
    settings = settings_of(fair)
    found = Room.of(fair, settings)
    picks = request.args.getlist("pick")[:_MOST_PICKS]
    rows: list[Hosting] = []
    if picks:
        query = hostings_matching(fair.id, wanted_of({})).where(
            Hosting.reference.in_([one[:20] for one in picks if "\x00" not in one])
        )
        rows = [row for row in db.session.scalars(query) if row.state in _CHOOSABLE]
    lines = (settings.travel_line_id, settings.lodging_line_id)
    needs = [
        need_of_proposal(row, lines) if row.state is HostingState.PROPOSED else need_of(settings, row.tier, row.region)
        for row in rows
    ]
    chosen = {
        row.id: (
            sum(1 for need in needs if concerns(row, need.tier.value, need.region)),
            sum(need.money_minor for need in needs if concerns(row, need.tier.value, need.region)),
        )
        for row in found.ceilings
    }
    return render_template(
        "hosting/_room.html",
        bars=bars_of(found.ceilings),
        chosen=chosen,
        number=len(rows),
        more_money=lambda minor: Money(minor, settings.currency),
    )


_CHOOSABLE = (HostingState.APPLIED, HostingState.RESERVE, HostingState.PROPOSED)


@bp.post("/add")
@requires(PROPOSE_HOSTING)
def add() -> Any:
    """Ask for support in somebody's place."""
    form = AddForm()
    if form.validate_on_submit():
        try:
            importer = importer_by_reference(current_fair().id, (form.reference.data or "").strip().upper())
            row = apply_for_support(importer, SupportTier(form.tier.data), by=actor())
        except NotFound:
            form.add_error(
                InvalidInput(_("There is no registration with this number at this fair."), field="reference")
            )
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for("hosting.show", reference=row.reference))
    return _index(form), 422


@bp.get("/reserve")
@requires(VIEW_HOSTING)
def reserve() -> str:
    """The reserve list in its order, who fits next, and who moved up and why."""
    fair = current_fair()
    settings, waiting = settings_of(fair), reserve_of(fair.id)
    following, _passed = next_that_fits(settings, waiting, Room.of(fair, settings)) if settings.id else (None, [])
    return render_template(
        "hosting/reserve.html", rows=waiting, following=following, moves=moves_of(fair.id), settings=settings, PROPOSE=PROPOSE_HOSTING,
    )  # fmt: skip


@bp.get("/board")
@requires(VIEW_HOSTING)
def board() -> str:
    """Supported importers by region and country, beside the ceilings: for the leadership."""
    fair = current_fair()
    settings, shares, counts = settings_of(fair), shares_of(fair.id), state_counts(fair.id)
    regions = [
        (region, [share for share in shares if share.region == region.value])
        for region in Region
        if any(share.region == region.value for share in shares)
    ]
    return render_template(
        "hosting/board.html", regions=regions, bars=bars_of(Room.of(fair, settings).ceilings), counts=counts, HostingState=HostingState,
        most=max((share.asked for share in shares), default=1), countries=len({s.country for s in shares if s.granted}),
        granted=sum(share.granted for share in shares), confirmed=sum(share.confirmed for share in shares),
        placed=sum(share.placed for share in shares),
    )  # fmt: skip


# --- one application -------------------------------------------------------------------------------------------------


def _row(reference: str) -> Hosting:
    return hosting_by_reference(current_fair().id, reference)


@bp.get("/<reference>")
@requires(VIEW_HOSTING)
def show(reference: str) -> str:
    """One application: profile, score, earlier fairs, amounts, duplicates, history, what can be done."""
    return _show(_row(reference), DecideForm(formdata=None))


def _show(row: Hosting, form: DecideForm) -> str:
    fair, settings = current_fair(), settings_of(current_fair())
    if not form.is_submitted():
        form.tier.data = row.tier.value
    past = pasts_of([(row.company_id, row.person_id)], fair.starts_on)[(row.company_id, row.person_id)]
    names = {
        one.id: one for one in db.session.scalars(select(Fair).where(Fair.id.in_([f.fair_id for f in past.fairs])))
    }
    grants = db.session.scalars(
        select(Grant).where(Grant.subject_type == SUBJECT, Grant.subject_id == row.id).order_by(Grant.id)
    ).all()
    found = Room.of(fair, settings)
    rooms = []
    for tier in SupportTier:
        try:
            found.check(need_of(settings, tier, row.region))
            rooms.append((tier, ""))
        except DomainError as error:
            rooms.append((tier, str(error)))
    people = {one for one in (row.proposed_by_id, row.approved_by_id) if one is not None}
    groups = group_names()
    return render_template(
        "hosting/show.html", row=row, importer=row.importer, form=form, parts=parts_of(row.score_parts), past=past, fairs=names,
        grants=grants, clashes=clashes_of([grant.id for grant in grants]), other=other_support(row), rooms=rooms, settings=settings,
        events=entries(row, HISTORY), State=HostingState, involved=actor().involved, PROPOSE=PROPOSE_HOSTING, APPROVE=APPROVE_HOSTING,
        names={one: user.name or user.email for one in people if (user := db.session.get(User, one)) is not None},
        buyer=label_of(BuyerKind, row.importer.buyer_kind), volume=label_of(AnnualVolume, row.importer.annual_volume),
        groups=[groups.get(code, code) for code in row.importer.groups],
        bars=[(one, name_of(one)) for one in found.ceilings if concerns(one, row.tier.value, row.region)],
    )  # fmt: skip


@bp.post("/<reference>/move")
@requires(PROPOSE_HOSTING)
def move(reference: str) -> Any:
    """Propose, set aside, refuse, or answer in the guest's place: the pressed button says which."""
    row, form = _row(reference), DecideForm()

    def act() -> Any:
        reason, by = form.reason.data or "", actor()
        match request.form.get("do", ""):
            case "propose":
                if form.tier.data and form.tier.data not in set(SupportTier):
                    raise InvalidInput(_("Please choose from the list."), field="tier")
                tier = SupportTier(form.tier.data) if form.tier.data else row.tier
                propose_hosting(row, tier, by=by, reason=reason, second_reason=form.second_reason.data or "")
                return _("Proposed: a second person approves.")
            case "promote":
                promote(row, by=by, reason=reason, second_reason=form.second_reason.data or "")
                return _("Moved up: a second person approves.")
            case "reserve":
                put_on_reserve(row, by=by, reason=reason)
                return _("On the reserve list.")
            case "back":
                put_back(row, by=by, reason=reason)
                return _("Taken back.")
            case "refuse":
                refuse_hosting(row, reason, by=by)
                return _("Refused: the importer is told.")
            case "withdraw":
                withdraw_hosting(row, by=by, reason=reason)
                return _("Given back: place and money are free.")
            case "confirm":
                confirm_hosting(row, by=by)
                return _("Confirmed.")
            case "reopen":
                apply_for_support(row.importer, row.tier, by=by)
                return _("Asked for again.")
            case "rescore":
                rescore_one(row, by=by)
                return _("The score is computed anew.")
        raise InvalidInput(_("Please choose one of the buttons."))

    return _done(row, form, act)


@bp.post("/<reference>/approve")
@requires(APPROVE_HOSTING)
def approve(reference: str) -> Any:
    """The second person approves, or takes the approval back."""
    row, form = _row(reference), DecideForm()

    def act() -> Any:
        if request.form.get("do") == "undo":
            undo_approval(row, by=actor(), reason=form.reason.data or "")
            return _("The approval is taken back.")
        approve_hosting(row, by=actor(), second_allowed=request.form.get("second") == "1")
        return _("Approved: place and money are committed.")

    return _done(row, form, act)


def _done(row: Hosting, form: DecideForm, act: Any) -> Any:
    reference = row.reference
    if form.validate_on_submit():
        try:
            message = act()
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            form.add_error(error)
        else:
            flash(message, "success")
            return go(
                (request.form.get("next") == "reserve" and url_for("hosting.reserve"))
                or url_for("hosting.show", reference=reference)
            )
    return _show(_row(reference), form), 422


register_nav(NavItem("hosting", _l("Support of importers"), "luggage", "hosting.index", VIEW_HOSTING, 43))
