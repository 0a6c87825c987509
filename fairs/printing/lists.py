"""The print queue as a list: its address, its order, its spreadsheet, acts on many jobs; and sending many badges to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.badges.lists import BADGES, REPRINT_FIELD
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.service import check_printing
from fairs.badges.states import BadgeCategory
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.lists import Args, BulkAction, BulkField, Key, ListSpec, extend_list, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.directory.models import Person
from fairs.printing.errors import StillPrinting
from fairs.printing.models import PrintJob
from fairs.printing.queries import JobFilter, job_list
from fairs.printing.service import cancel_job, enqueue, put_back
from fairs.printing.states import JobState

_STATES = {"unsure", "all", *JobState}
_ORDERS: dict[str, tuple[Key, ...]] = {
    "": ((PrintJob.id, False),),
    "-place": ((PrintJob.id, True),),
    "name": ((Person.native_name, False), (PrintJob.id, False)),
    "-name": ((Person.native_name, True), (PrintJob.id, False)),
    "ended": ((PrintJob.ended_at, False), (PrintJob.id, False)),
    "-ended": ((PrintJob.ended_at, True), (PrintJob.id, False)),
}


def wanted_of(args: Args) -> JobFilter:
    """The filter that an address asks for."""
    state, category, station = (args.get(key, "") for key in ("state", "category", "station"))
    number = int(station) if station.isascii() and station.isdigit() and len(station) < 19 else None
    return JobFilter(
        text=clean(args.get("q", ""))[:100], state=state if state in _STATES else "",
        category=category if category in set(BadgeCategory) else "", station=number,
    )  # fmt: skip


def _keys(args: Args) -> Sequence[Key]:
    return _ORDERS.get(args.get("sort", ""), _ORDERS[""])


def _sheets(_fair: Any, query: Select[PrintJob]) -> Sequence[Sheet]:
    heads = [
        _("Place in the queue"), _("Badge"), _("Person"), _("Company"), _("Category"), _("State"), _("Station"), _("Why again"), _("Note"),
        _("Why not printed"), _("Asked for by"), _("Queued at"), _("Ended"),
    ]  # fmt: skip
    rows = (
        [
            job.id, job.badge.reference, job.badge.person.display_name, job.badge.company.name if job.badge.company else "",
            str(job.category.label), _("Did it come out?") if job.is_unsure else str(job.state.label),
            (job.station or job.wanted).name if job.station or job.wanted else _("Any station"),
            str(job.reason.label) if job.reason else "", job.note,
            f"{job.failed_because.label} {job.failed_note}".strip() if job.failed_because else "", job.by_name, job.created_at,
            job.ended_at,
        ]
        for job in each(query)
    )  # fmt: skip
    return [Sheet(_("Print queue"), heads, rows)]


def _check_cancel(job: PrintJob, _values: Mapping[str, Any]) -> None:
    if job.state is JobState.LEASED and not job.is_unsure:
        raise StillPrinting
    job.require_move(JobState.CANCELLED)


def _check_again(job: PrintJob, _values: Mapping[str, Any]) -> None:
    if job.state is JobState.LEASED and not job.is_unsure:
        raise StillPrinting
    job.require_move(JobState.QUEUED)


def _cancel(job: PrintJob, _values: Mapping[str, Any], by: Actor) -> None:
    cancel_job(job, by=by)


def _again(job: PrintJob, _values: Mapping[str, Any], by: Actor) -> None:
    put_back(job, by=by)


JOBS = register_list(
    ListSpec(
        "print_jobs", _l("Print queue"), "printing.index", PRINT_BADGES, ("state", "q", "category", "station", "sort"),
        query=lambda fair, args: job_list(fair.id, wanted_of(args)), keys=_keys, reference=PrintJob.id,
        name_of=lambda job: job.badge.person.display_name, sheets=_sheets, everything={"state": "all"},
        actions=(
            BulkAction("again", _l("Print again"), "refresh", PRINT_BADGES, _check_again, _again),
            BulkAction("cancel", _l("Cancel"), "x", PRINT_BADGES, _check_cancel, _cancel),
        ),
    )
)  # fmt: skip


def _check_queue(badge: Badge, values: Mapping[str, Any]) -> None:
    check_printing(badge, values.get("reason", ""))


def _queue(badge: Badge, values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    [job] = enqueue([badge], reason=values.get("reason", ""), note=values.get("note", ""), by=by)
    return {"job": job.id}


def _unqueue(_badge: Badge, kept: Mapping[str, Any], by: Actor) -> None:
    cancel_job(db.session.get_one(PrintJob, kept["job"]), by=by)


extend_list(
    BADGES.key,
    BulkAction(
        "queue", _l("Send to the print queue"), "stack-2", PRINT_BADGES, _check_queue, _queue, _unqueue,
        fields=(
            REPRINT_FIELD,
            BulkField("note", _l("What else is to be said")),
        ),
    ),
)  # fmt: skip
