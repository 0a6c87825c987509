"""Pages of ceremonies: plan, delegations, invitations and answers, seats, greeting; and the page of an invitation's link."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import holders
from fairs.calendar.context import current_fair
from fairs.ceremonies import pdf, queries, reply_pages
from fairs.ceremonies.forms import CeremonyForm, DelegationForm, InviteForm, NamesForm, ReplyForm, SeatForm
from fairs.ceremonies.lists import DELEGATIONS, LACKING, wanted_of
from fairs.ceremonies.models import Ceremony
from fairs.ceremonies.permissions import GREET, RUN_CEREMONIES, VIEW_CEREMONIES
from fairs.ceremonies.reply_pages import note_reply
from fairs.ceremonies.seating import clear_seats, propose_seats, seat
from fairs.ceremonies.service import (
    add_members,
    greet,
    invite,
    remove_member,
    save_ceremony,
    save_delegation,
)
from fairs.ceremonies.states import ReplyState
from fairs.core.clock import local_day, now
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.i18n import country_name, current_locale
from fairs.core.lists import download, known, page_of
from fairs.core.permissions import Role
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import fold
from fairs.core.web import NavItem, actor, go, register_nav, requires, wants_fragment

bp = Blueprint("ceremonies", __name__, url_prefix="/fairs/<fair_slug>/ceremonies")
blueprints = [bp, reply_pages.bp]
GREETERS = (Role.ORGANISER, Role.HOSPITALITY, Role.FRONT_DESK, Role.GATE_SUPERVISOR)
R = ReplyState


def _ceremony(ceremony_id: int) -> Ceremony:
    return queries.ceremony_of(current_fair().id, ceremony_id)


@bp.get("")
@requires(VIEW_CEREMONIES)
def index() -> Any:
    """Ceremonies of the fair, and its delegations in the order of protocol; ``format=xlsx`` gives these as a spreadsheet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(DELEGATIONS, fair, known(DELEGATIONS, request.args))
    return render_template(
        "ceremonies/index.html", ceremonies=queries.ceremonies_of(fair.id), counts=queries.reply_counts(fair.id),
        page=page_of(DELEGATIONS, fair, request.args, cursor=request.args.get("cursor")), lacking=LACKING,
        countries=sorted(((code, country_name(code)) for code in queries.countries_of(fair.id)), key=lambda one: fold(one[1])),
        is_filtered=wanted_of(request.args) != queries.DelegationFilter(), RUN_CEREMONIES=RUN_CEREMONIES, GREET=GREET, R=R,
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(RUN_CEREMONIES)
def new() -> Any:
    """Plan a ceremony."""
    return _edit(None)


@bp.route("/<int:ceremony_id>/edit", methods=["GET", "POST"])
@requires(RUN_CEREMONIES)
def edit(ceremony_id: int) -> Any:
    """Change a ceremony."""
    return _edit(_ceremony(ceremony_id))


def _edit(ceremony: Ceremony | None) -> Any:
    fair, form = current_fair(), CeremonyForm()
    if not form.is_submitted():
        if ceremony is not None:
            form.fill(ceremony)
        else:
            form.day.data, form.hour.data, form.reply_by.data = fair.starts_on, fair.opens_at, fair.starts_on
    elif form.validate():
        try:
            row = save_ceremony(fair, form.draft(fair), by=actor(), ceremony=ceremony)
            flash(_("Saved."), "success")
            return go(url_for("ceremonies.show", ceremony_id=row.id))
        except DomainError as error:
            form.add_error(error)
    return render_template("ceremonies/edit.html", form=form, ceremony=ceremony), 422 if form.errors else 200


@bp.get("/<int:ceremony_id>")
@requires(VIEW_CEREMONIES)
def show(ceremony_id: int) -> Any:
    """A ceremony: who is invited, who answered what, who has arrived; ``format=xlsx`` for the list of who shows up."""
    ceremony = _ceremony(ceremony_id)
    if request.args.get("format") == "xlsx":
        sheets = [_showing_up(ceremony)]
        return sheet_response(sheets, f"{ceremony.fair.slug}-ceremony-{ceremony.id}", time_zone=ceremony.fair.time_zone)
    return _show(ceremony)


def _show(ceremony: Ceremony, status: int = 200, **forms: Any) -> Any:
    fair = current_fair()
    invitations = queries.invitations_of(ceremony.id)
    invited = {row.delegation_id for row in invitations}
    others = [(str(one.id), one.organisation) for one in queries.delegations_of(fair.id) if one.id not in invited]
    form = forms.pop("form", None) or InviteForm(formdata=None)
    form.delegation.choices = [("", "—"), *others]
    page = render_template(
        "ceremonies/show.html", ceremony=ceremony, invitations=invitations, form=form, others=others,
        here={one.member.id: one for one in queries.arrivals(fair)}, seats=len(queries.seats_of(ceremony.id)),
        today=fair.today, is_over=ceremony.starts_at <= now(), RUN_CEREMONIES=RUN_CEREMONIES, GREET=GREET, R=R,
        **{"faulty": None, "reply_form": None, **forms},
    )  # fmt: skip
    return page, status


def _showing_up(ceremony: Ceremony) -> Sheet:
    here = {one.member.id: one for one in queries.arrivals(current_fair())}
    heads = [_("Rank"), _("Delegation"), _("Country"), _("Name"), _("Answer"), _("Arrived"), _("Gate"), _("Greeted")]
    rows = [
        [
            row.delegation.rank, row.delegation.organisation, country_name(row.delegation.country),
            member.person.display_name, str(row.state.label), here[member.id].at if member.id in here else "",
            here[member.id].gate.name if member.id in here else "", member.greeted_at or "",
        ]
        for row in queries.invitations_of(ceremony.id)
        for member in row.delegation.members
    ]  # fmt: skip
    return Sheet(_("Who showed up"), heads, rows)


@bp.post("/<int:ceremony_id>/invite")
@requires(RUN_CEREMONIES)
def send(ceremony_id: int) -> Any:
    """Invite a delegation, or write to it again."""
    ceremony, form = _ceremony(ceremony_id), InviteForm()
    form.delegation.choices = [(str(one.id), one.organisation) for one in queries.delegations_of(ceremony.fair_id)]
    if form.validate():
        chosen = form.delegation.data or ""
        try:
            if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 16):
                raise InvalidInput(_("Please choose from the list."), field="delegation")
            row = invite(
                ceremony, queries.delegation_of(ceremony.fair_id, int(chosen)), form.places.data or 0, by=actor()
            )
            flash(
                _("The invitation is on its way.") if row.delegation.contact_email
                else _("Noted as invited. There is no e-mail address: hand the invitation over."), "success",
            )  # fmt: skip
            return go(url_for("ceremonies.show", ceremony_id=ceremony.id))
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            form.add_error(error)
    return _show(ceremony, 422, form=form)


@bp.post("/<int:ceremony_id>/answers/<int:delegation_id>")
@requires(RUN_CEREMONIES)
def note(ceremony_id: int, delegation_id: int) -> Any:
    """An answer that came by telephone or on paper."""
    ceremony, form = _ceremony(ceremony_id), ReplyForm()
    invitation = queries.invitation_of(ceremony.id, delegation_id)
    if form.validate():
        try:
            note_reply(invitation, form, by=actor())
            flash(_("The answer is noted."), "success")
            return go(url_for("ceremonies.show", ceremony_id=ceremony.id, _anchor=f"delegation-{delegation_id}"))
        except DomainError as error:
            form.add_error(error)
    return _show(ceremony, 422, faulty=delegation_id, reply_form=form)


# --- delegations --------------------------------------------------------------------------------------------------


def _greeters() -> list[tuple[str, Any]]:
    fair = current_fair()
    people = {user.id: user for role in GREETERS for user in holders(role, fair.id)}
    return [("", _l("nobody yet")), *((str(key), user.name or user.email) for key, user in sorted(people.items()))]


@bp.route("/delegations/new", methods=["GET", "POST"])
@requires(RUN_CEREMONIES)
def new_delegation() -> Any:
    """Add a delegation."""
    fair, form = current_fair(), DelegationForm()
    form.greeter_id.choices = _greeters()
    if form.is_submitted() and form.validate():
        try:
            row = save_delegation(fair, form.draft(fair), by=actor())
            flash(_("Saved. Now name its people."), "success")
            return go(url_for("ceremonies.delegation", delegation_id=row.id))
        except DomainError as error:
            form.add_error(error)
    return render_template("ceremonies/delegation_edit.html", form=form, delegation=None), 422 if form.errors else 200


@bp.get("/delegations/<int:delegation_id>")
@requires(VIEW_CEREMONIES)
def delegation(delegation_id: int) -> str:
    """A delegation with its people."""
    return _delegation(delegation_id, NamesForm(formdata=None))


def _delegation(delegation_id: int, form: NamesForm) -> str:
    fair = current_fair()
    return render_template(
        "ceremonies/delegation.html", delegation=queries.delegation_of(fair.id, delegation_id), form=form,
        here={one.member.id: one for one in queries.arrivals(fair)}, RUN_CEREMONIES=RUN_CEREMONIES,
    )  # fmt: skip


@bp.route("/delegations/<int:delegation_id>/edit", methods=["GET", "POST"])
@requires(RUN_CEREMONIES)
def edit_delegation(delegation_id: int) -> Any:
    """Change a delegation."""
    fair, form = current_fair(), DelegationForm()
    row = queries.delegation_of(fair.id, delegation_id)
    form.greeter_id.choices = _greeters()
    if not form.is_submitted():
        form.fill(row)
    elif form.validate():
        try:
            save_delegation(fair, form.draft(fair), by=actor(), delegation=row)
            flash(_("Saved."), "success")
            return go(url_for("ceremonies.delegation", delegation_id=row.id))
        except DomainError as error:
            form.add_error(error)
    return render_template("ceremonies/delegation_edit.html", form=form, delegation=row), 422 if form.errors else 200


@bp.post("/delegations/<int:delegation_id>/members")
@requires(RUN_CEREMONIES)
def name_members(delegation_id: int) -> Any:
    """Name people; each gets a badge."""
    row, form = queries.delegation_of(current_fair().id, delegation_id), NamesForm()
    if form.validate():
        try:
            add_members(row, (form.names.data or "").splitlines(), by=actor())
            flash(_("Named. Their badges are ready to print."), "success")
            return go(url_for("ceremonies.delegation", delegation_id=delegation_id))
        except DomainError as error:
            form.add_error(error)
    return _delegation(delegation_id, form), 422


@bp.post("/delegations/<int:delegation_id>/members/<int:member_id>/remove")
@requires(RUN_CEREMONIES)
def drop_member(delegation_id: int, member_id: int) -> Any:
    """Take somebody off."""
    remove_member(queries.delegation_of(current_fair().id, delegation_id), member_id, by=actor())
    flash(_("Taken off the delegation."), "success")
    return go(url_for("ceremonies.delegation", delegation_id=delegation_id))


# --- seats --------------------------------------------------------------------------------------------------------


@bp.get("/<int:ceremony_id>/seats")
@requires(VIEW_CEREMONIES)
def seats(ceremony_id: int) -> Any:
    """The seating plan: drag somebody to a seat, or choose both from lists."""
    return _seats(_ceremony(ceremony_id), SeatForm(formdata=None))


def _seats(ceremony: Ceremony, form: SeatForm, status: int = 200) -> Any:
    given = queries.seats_of(ceremony.id)
    people = queries.coming_members(ceremony.id)
    seated = {one.member_id for one in given}
    page = render_template(
        "ceremonies/seats.html", ceremony=ceremony, form=form, people=people, seated=seated,
        taken={(one.row, one.number): one for one in given}, RUN_CEREMONIES=RUN_CEREMONIES,
    )  # fmt: skip
    return page, status


@bp.post("/<int:ceremony_id>/seats")
@requires(RUN_CEREMONIES)
def give_seat(ceremony_id: int) -> Any:
    """Give somebody a seat."""
    ceremony, form = _ceremony(ceremony_id), SeatForm()
    if form.validate():
        chosen = form.member.data or ""
        try:
            if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 16):
                raise InvalidInput(_("Please choose from the list."), field="member")
            seat(ceremony, int(chosen), form.row.data or 0, form.number.data or 0, by=actor())
            return go(url_for("ceremonies.seats", ceremony_id=ceremony.id))
        except DomainError as error:
            form.add_error(error)
    return _seats(ceremony, form, 422)


@bp.post("/<int:ceremony_id>/seats/propose")
@requires(RUN_CEREMONIES)
def propose(ceremony_id: int) -> Any:
    """Seat everybody by rank, or (``do=clear``) nobody."""
    ceremony = _ceremony(ceremony_id)
    if request.form.get("do") == "clear":
        clear_seats(ceremony, by=actor())
        flash(_("All seats are free."), "success")
    else:
        number = propose_seats(ceremony, by=actor())
        flash(flask_babel.ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", number), "success")
    return go(url_for("ceremonies.seats", ceremony_id=ceremony.id))


@bp.get("/<int:ceremony_id>/seats.pdf")
@requires(VIEW_CEREMONIES)
def seats_pdf(ceremony_id: int) -> Response:
    """The plan on paper."""
    return _paper(ceremony_id, pdf.plan_pdf, "seats")


@bp.get("/<int:ceremony_id>/cards.pdf")
@requires(VIEW_CEREMONIES)
def cards_pdf(ceremony_id: int) -> Response:
    """Place cards for the tables."""
    return _paper(ceremony_id, pdf.cards_pdf, "cards")


def _paper(ceremony_id: int, draw: Any, name: str) -> Response:
    ceremony = _ceremony(ceremony_id)
    given = queries.seats_of(ceremony.id)
    if not given:
        raise NotFound(_("Nobody has a seat yet."))
    locale = current_locale() if current_locale() in {"vi", "en"} else "en"
    answer_ = Response(draw(ceremony, given, locale), mimetype="application/pdf")
    answer_.headers.set("Content-Disposition", "inline", filename=f"{ceremony.fair.code}-{name}.pdf")
    return answer_


# --- greeting -----------------------------------------------------------------------------------------------------


@bp.get("/greeting")
@requires(GREET)
def greeting() -> Any:
    """Who has just arrived at which gate, for a telephone; asks again every few seconds, and is told only what is new."""
    fair = current_fair()
    mine = request.args.get("whose") == "mine"
    found = [one for one in queries.arrivals(fair) if not mine or one.member.delegation.greeter_id == g.user.id]
    greeted = {
        one.member.id for one in found
        if one.member.greeted_at is not None and local_day(one.member.greeted_at, fair.time_zone) == fair.today
    }  # fmt: skip
    mark = f"{max((one.scan_id for one in found), default=0)}.{len(greeted)}.{len(found)}"
    if wants_fragment() and request.args.get("mark") == mark:
        return "", 204
    name = "ceremonies/_arrivals.html" if wants_fragment() else "ceremonies/greeting.html"
    found.sort(key=lambda one: (one.member.id in greeted, -one.at.timestamp()))
    return render_template(name, arrivals=found, greeted=greeted, mark=mark, mine=mine)


@bp.post("/greeting/<int:delegation_id>/<int:member_id>")
@requires(GREET)
def greeted(delegation_id: int, member_id: int) -> Any:
    """Somebody said welcome."""
    greet(queries.delegation_of(current_fair().id, delegation_id), member_id, by=actor())
    return go(url_for("ceremonies.greeting", whose="mine" if request.args.get("whose") == "mine" else None))


register_nav(NavItem("ceremonies", _l("Ceremonies"), "confetti", "ceremonies.index", VIEW_CEREMONIES, 53))
