"""Booths by spreadsheet: download, hand in, dry run, take over into the drafts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import actor, go, requires
from fairs.floorplans.forms import SheetForm
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.queries import booth_types, halls_of, zones_of
from fairs.floorplans.sheets import HEADS, export_csv, export_rows, hand_in, head, import_of, read, take_over

bp = Blueprint("plan_sheets", __name__, url_prefix="/fairs/<fair_slug>/floorplan")


@bp.get("/booths.xlsx")
@requires(EDIT_PLAN)
def workbook() -> Response:
    """All booths as they are drafted, as a spreadsheet that can be handed in again."""
    fair = current_fair()
    sheet = Sheet(_("Booths"), [head(key) for key in HEADS], export_rows(fair))
    return sheet_response([sheet], f"booths-{fair.slug}", time_zone=fair.time_zone)


@bp.get("/booths.csv")
@requires(EDIT_PLAN)
def plain() -> Response:
    """The same as CSV."""
    fair = current_fair()
    answer = Response(export_csv(fair), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"booths-{fair.slug}.csv")
    return answer


@bp.get("/import")
@requires(EDIT_PLAN)
def sheet() -> Any:
    """Where a sheet is handed in."""
    return _page(SheetForm(formdata=None))


def _page(form: SheetForm, status: int = 200) -> Any:
    fair = current_fair()
    page = render_template(
        "floorplans/import.html", form=form, heads=[(head(key), _explained(key)) for key in HEADS], halls=halls_of(fair.id),
        types=booth_types(), zones=zones_of(fair.id),
    )  # fmt: skip
    return page, status


def _explained(key: str) -> str:
    texts: dict[str, str] = {
        "hall": _("The hall's code; may be missing when there is only one."),
        "code": _("Required. Letters A–Z, digits, hyphens, 12 at most; a number that exists changes that booth."),
        "type": _("Code or name of the kind of booth."),
        "zone": _("Code or name of the zone; - for none."),
        "x": _("Metres from the left wall to the booth."),
        "y": _("Metres from the upper wall to the booth."),
        "w": _("Metres from left to right."),
        "h": _("Metres from top to bottom."),
        "blocked": _("x when the booth is not for sale."),
        "reason": _("Why it is not for sale."),
    }
    return texts[key]


@bp.post("/import")
@requires(EDIT_PLAN)
def receive() -> Any:
    """Read the sheet and show what it would do."""
    form = SheetForm()
    if form.validate():
        try:
            upload = form.file.upload()
            if upload is None:
                raise InvalidInput(field="file")
            kept = hand_in(current_fair(), upload, replaces=bool(form.replaces.data), by=actor())
            return go(url_for(".dry_run", import_id=kept.id))
        except DomainError as error:
            form.add_error(error)
    return _page(form, 422)


@bp.get("/import/<int:import_id>")
@requires(EDIT_PLAN)
def dry_run(import_id: int) -> Any:
    """What the sheet would do, row by row. Nothing is changed yet."""
    fair = current_fair()
    kept = import_of(fair, import_id)
    return render_template("floorplans/dry_run.html", kept=kept, reading=read(fair, kept))


@bp.post("/import/<int:import_id>")
@requires(EDIT_PLAN)
def take(import_id: int) -> Any:
    """Take the sheet into the drafts."""
    fair = current_fair()
    kept = import_of(fair, import_id)
    try:
        done = take_over(fair, kept, by=actor())
    except DomainError as error:
        flash(str(error), "danger")
        return go(url_for(".dry_run", import_id=import_id))
    text = _(
        "In the draft now: %(added)s added, %(changed)s changed, %(dropped)s dropped.",
        added=len(done.added), changed=len(done.changed), dropped=len(done.dropped),
    )  # fmt: skip
    flash(text, "success")
    hall = next((one for one in halls_of(fair.id) if one.id in done.wanted), None)
    return go(url_for("planner.editor", code=hall.code) if hall is not None else url_for("floorplans.index"))
