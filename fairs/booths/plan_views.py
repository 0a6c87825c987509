"""The live plan: public at ``/f/<fair>/plan``, for staff at ``/fairs/<fair>/plan``; its states for open pages."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, g, json, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.booths.errors import BoothTaken
from fairs.booths.forms import ClerkForm, ReasonForm
from fairs.booths.panel import Guest, Panel, action_words, build_panel, guest_of
from fairs.booths.permissions import MANAGE_BOOKINGS, VIEW_PLAN
from fairs.booths.plan_page import build_page
from fairs.booths.queries import Viewer, exhibitor_by_reference, states_of
from fairs.booths.service import book_for, may_book_now
from fairs.booths.states import BookingState, BoothState
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.public_cache import shared_page
from fairs.core.web import NavItem, actor, go, public, register_nav, requires, wants_fragment
from fairs.floorplans.models import Booth
from fairs.floorplans.queries import booth_by_code
from fairs.floorplans.service import block_booth, unblock_booth
from fairs.payments.models import Invoice

bp = Blueprint("booths", __name__)


def viewer_of(guest: Guest) -> Viewer:
    """What this guest may see on the plan."""
    own = [guest.exhibitor, *guest.others] if guest.exhibitor is not None else []
    return Viewer(
        is_staff=guest.is_staff,
        exhibitor_ids=frozenset(one.id for one in own),
        groups=frozenset(guest.exhibitor.groups) if guest.exhibitor is not None else frozenset(),
    )


def _public_guest(fair: Fair) -> Guest:
    return guest_of(fair, g.user.id if g.user is not None else None, request.args.get("for", "").upper())


def _staff_guest(fair: Fair) -> Guest:
    can_manage = matching_grant(g.grants, MANAGE_BOOKINGS, fair.id) is not None
    return Guest(is_signed_in=True, is_staff=True, can_manage=can_manage)


def _panel_values(fair: Fair, panel: Panel | None, guest: Guest) -> dict[str, Any]:
    invoice_id = panel.invoice_id if panel is not None else None
    return {
        "panel": panel,
        "guest": guest,
        "words": action_words(),
        "seconds_left": seconds_left(guest.booking),
        "invoice": db.session.get(Invoice, invoice_id) if invoice_id else None,
        "clerk_form": ClerkForm(),
        "reason_form": ReasonForm(),
        "plan_url": url_for("booths.staff_plan" if guest.is_staff else "booths.plan"),
        "panel_url": _panel_address(guest),
        "may_book": may_book_now(fair, as_staff=guest.is_staff),
    }


def _panel_address(guest: Guest) -> str:
    """The address of a booth's panel without its code."""
    endpoint = "booths.staff_panel" if guest.is_staff else "booths.panel"
    return url_for(endpoint, code="X").removesuffix("X")


def seconds_left(booking: Any) -> int | None:
    """How long a hold still lasts; None when there is none."""
    if booking is None or booking.state is not BookingState.HELD or booking.hold_until is None:
        return None
    return max(0, int((booking.hold_until - now()).total_seconds()))


def render_plan(fair: Fair, guest: Guest) -> Any:
    """The whole page, or the booth's panel alone when the page's script asks."""
    address = url_for("booths.staff_plan" if guest.is_staff else "booths.plan")
    code = request.args.get("booth", "")
    chosen = booth_by_code(fair.id, code) if code else None
    page = build_page(fair, viewer_of(guest), request.args, address=address, chosen=chosen)
    panel = (
        build_panel(fair, chosen, guest, search=request.args.get("q", "")[:100], beside=_beside())
        if chosen is not None
        else None
    )
    return render_template(
        "booths/plan.html",
        layout="layouts/staff.html" if guest.is_staff else "layouts/public.html",
        page=page,
        states=list(BoothState),
        version=version_of(states_of(fair.id)),
        state_words={state.value: str(state.label) for state in BoothState},
        **_panel_values(fair, panel, guest),
    )


def _beside() -> list[str]:
    """Codes of booths to take together with the chosen one."""
    return [code[:12] for code in request.args.get("with", "")[:260].split(",") if code.strip()]


def version_of(states: dict[str, str]) -> str:
    """A short mark that changes whenever any booth changes state."""
    return hashlib.sha256(json.dumps(states, sort_keys=True).encode()).hexdigest()[:16]


@bp.get("/f/<fair_slug>/plan")
@public
@shared_page
def plan() -> Any:
    """The live plan for everybody; accepted exhibitors book on it."""
    fair = current_fair()
    return render_plan(fair, _public_guest(fair))


@bp.get("/f/<fair_slug>/plan/booths/<code>")
@public
def panel(code: str) -> Any:
    """One booth, as the panel beside the plan; without scripts the plan with this booth chosen."""
    fair = current_fair()
    return _panel(fair, booth_by_code(fair.id, code), _public_guest(fair))


def _panel(fair: Fair, booth: Booth, guest: Guest) -> Any:
    if not wants_fragment():
        return go(url_for("booths.staff_plan" if guest.is_staff else "booths.plan", booth=booth.code))
    found = build_panel(fair, booth, guest, search=request.args.get("q", "")[:100], beside=_beside())
    return render_template("booths/_panel.html", **_panel_values(fair, found, guest))


@bp.get("/f/<fair_slug>/plan/states")
@public
def states() -> Any:
    """Every booth that is not free, code to state, for open plans: they ask every few seconds. 304 when nothing changed."""
    found = states_of(current_fair().id)
    version = version_of(found)
    if request.args.get("since") == version:
        answer = Response(status=204)
    else:
        answer = Response(json.dumps({"version": version, "states": found}), mimetype="application/json")
    answer.set_etag(version)
    answer.headers["Cache-Control"] = "no-cache"
    return answer.make_conditional(request)


@bp.get("/fairs/<fair_slug>/plan")
@requires(VIEW_PLAN)
def staff_plan() -> Any:
    """The live plan with all names; booth sales book, block and release on it."""
    fair = current_fair()
    if g.grant is None:  # an account without a role at this fair: the public plan is theirs
        return go(url_for("booths.plan"))
    return render_plan(fair, _staff_guest(fair))


@bp.get("/fairs/<fair_slug>/plan/booths/<code>")
@requires(VIEW_PLAN)
def staff_panel(code: str) -> Any:
    """One booth for staff."""
    fair = current_fair()
    guest = _staff_guest(fair) if g.grant is not None else _public_guest(fair)
    return _panel(fair, booth_by_code(fair.id, code), guest)


@bp.post("/fairs/<fair_slug>/plan/booths/<code>/book")
@requires(MANAGE_BOOKINGS)
def book(code: str) -> Any:
    """A clerk books for a caller: hold and reservation in one."""
    fair = current_fair()
    booth = booth_by_code(fair.id, code)
    back = url_for("booths.staff_plan", booth=booth.code, _anchor="panel")
    form = ClerkForm()
    try:
        if not form.validate():
            raise InvalidInput(next(iter(form.errors.values()))[0])
        if not form.exhibitor.data:
            raise InvalidInput(_l("Choose the exhibitor first."))
        exhibitor = exhibitor_by_reference(fair.id, str(form.exhibitor.data)[:20])
        fascia = form.fascia_name.data or exhibitor.company.name[:120]
        together = [code for code in request.form.get("with", "")[:260].split(",") if code.strip()]
        booths = [booth, *(booth_by_code(fair.id, code) for code in together)]
        booking = book_for(fair, booths, exhibitor, fascia_name=fascia, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
        return go(back)
    text = _("Booth %(code)s is booked for %(company)s.", code=booth.code, company=exhibitor.company.name)
    flash(text, "success")
    return go(url_for("bookings.booking", reference=booking.reference))


@bp.post("/fairs/<fair_slug>/plan/booths/<code>/block")
@requires(MANAGE_BOOKINGS)
def block(code: str) -> Any:
    """Take a booth off sale."""
    booth = booth_by_code(current_fair().id, code)
    form = ReasonForm()
    try:
        if not form.validate():
            raise InvalidInput(next(iter(form.errors.values()))[0])
        block_booth(booth, str(form.reason.data), by=actor())
        flash(_("Booth %(code)s is off sale.", code=booth.code), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("booths.staff_plan", booth=booth.code, _anchor="panel"))


@bp.post("/fairs/<fair_slug>/plan/booths/<code>/unblock")
@requires(MANAGE_BOOKINGS)
def unblock(code: str) -> Any:
    """Put a booth on sale again."""
    booth = unblock_booth(booth_by_code(current_fair().id, code), by=actor())
    flash(_("Booth %(code)s is on sale again.", code=booth.code), "success")
    return go(url_for("booths.staff_plan", booth=booth.code, _anchor="panel"))


def say_taken(error: BoothTaken) -> str:
    """The message that somebody was faster, with the nearest free booths."""
    codes = ", ".join(near["code"] for near in error.details.get("nearest", []))
    if not codes:
        return str(error)
    return str(_("%(message)s The nearest free booths: %(codes)s.", message=str(error), codes=codes))


register_nav(NavItem("plan", _l("Plan"), "map-2", "booths.staff_plan", VIEW_PLAN, 20, bottom=True))
