"""Pages of the devices at the gates, and of the PIN by which a supervisor answers for an act there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.calendar.context import current_fair
from fairs.checkin import devices, queries
from fairs.checkin.device_forms import DeviceForm, PinForm
from fairs.checkin.device_lists import DEVICES, wanted_of
from fairs.checkin.models import GateDevice
from fairs.checkin.permissions import MANAGE_GATES
from fairs.checkin.states import DeviceState
from fairs.core import qr
from fairs.core.errors import DomainError, NotFound
from fairs.core.limits import GUESSING, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.web import actor, go, requires

bp = Blueprint("gate_devices", __name__, url_prefix="/fairs/<fair_slug>")


def _device(device_id: int) -> GateDevice:
    device = devices.device_by_id(current_fair().id, device_id)
    if device is None:
        raise NotFound
    return device


def _form(device: GateDevice | None = None) -> DeviceForm:
    fair = current_fair()
    form = DeviceForm(obj=device, data=None if device else {"valid_from": fair.starts_on, "valid_to": fair.ends_on})
    form.gate_codes.choices = [(gate.code, gate.name) for gate in queries.gates_of(fair.id)]
    return form


@bp.get("/gate-devices")
@requires(MANAGE_GATES)
def index() -> Any:
    """The devices of the fair, how they do, and whose PIN answers for a supervisor's act; ``format=xlsx`` gives a spreadsheet."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(DEVICES, fair, known(DEVICES, request.args))
    page = page_of(DEVICES, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "checkin/devices.html", page=page, silent={device.id for device in page.items if devices.is_silent(device)},
        supervisors=devices.supervisors(fair.id), names={gate.code: gate.name for gate in queries.gates_of(fair.id)},
        states=list(DeviceState), is_filtered=wanted != devices.DeviceFilter(),
    )  # fmt: skip


@bp.route("/gate-devices/new", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def new() -> Any:
    """Name another device."""
    form = _form()
    if form.validate_on_submit():
        try:
            device = devices.add_device(current_fair(), form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(url_for(".show", device_id=device.id))
    return render_template("checkin/device_form.html", form=form), 422 if form.errors else 200


@bp.route("/gate-devices/<int:device_id>", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def show(device_id: int) -> Any:
    """One device: how it does, its scope, and what can be done with it."""
    device = _device(device_id)
    form = _form(device)
    if form.validate_on_submit():
        try:
            devices.change_device(device, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".show", device_id=device.id))
    page = render_template("checkin/device.html", device=device, form=form, is_silent=devices.is_silent(device))
    return page, 422 if form.errors else 200


@bp.post("/gate-devices/<int:device_id>/enrol")
@requires(MANAGE_GATES)
def enrol(device_id: int) -> str:
    """Show the code that enrols the device. Each time another one: only the digest of a code is kept."""
    device = _device(device_id)
    token = devices.new_enrolment(device, by=actor())
    # Behind the number sign, so that neither a log nor a proxy ever sees it.
    link = f"{current_app.config['BASE_URL']}{url_for('gate_app.index')}#enrol={token}"
    return render_template(
        "checkin/device_code.html", device=device, link=link, minutes=devices.ENROL_MINUTES,
        code=qr.svg(qr.matrix(link), title=_("QR code that enrols %(device)s", device=device.name)),
    )  # fmt: skip


@bp.post("/gate-devices/<int:device_id>/revoke")
@requires(MANAGE_GATES)
def revoke(device_id: int) -> BaseResponse:
    """Take a device out of use."""
    device = devices.revoke_device(_device(device_id), by=actor())
    flash(
        _("%(device)s scans nothing any more. What it still keeps is put aside for you.", device=device.name), "success"
    )
    return go(url_for(".index"))


@bp.route("/gate-pin", methods=["GET", "POST"])
@requires(MANAGE_GATES)
@limiter.limit(GUESSING, methods=["POST"], deduct_when=lambda response: response.status_code >= 400)
def pin() -> Any:
    """Set the PIN by which one unlocks the supervisor's acts at the gates."""
    form = PinForm()
    if form.validate_on_submit():
        try:
            devices.set_pin(current_fair(), g.user, form.pin.data, form.password.data, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Your PIN is set. Devices know it within a minute."), "success")
            return go(url_for(".index"))
    has_pin = any(user.id == g.user.id for _pin, user in devices.supervisors(current_fair().id))
    return render_template("checkin/pin.html", form=form, has_pin=has_pin), 422 if form.errors else 200


@bp.post("/gate-pin/withdraw")
@requires(MANAGE_GATES)
def withdraw() -> BaseResponse:
    """Withdraw one's own PIN."""
    if devices.withdraw_pin(current_fair(), g.user.id, by=actor()):
        flash(_("Your PIN unlocks nothing any more, once the devices have asked again."), "success")
    return go(url_for(".index"))
