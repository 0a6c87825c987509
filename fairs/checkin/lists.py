"""The log of scans as a list: its address and its spreadsheet. Nothing is ever changed in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.checkin.models import Scan
from fairs.checkin.permissions import VIEW_GATES
from fairs.checkin.queries import ScanFilter, scan_log
from fairs.checkin.sheets import scan_sheet
from fairs.checkin.states import Verdict
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean


def day_of(text: str) -> date | None:
    """The day that was written, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wanted_of(args: Args) -> ScanFilter:
    """The filter that an address asks for."""
    verdict, direction = args.get("verdict", ""), args.get("direction", "")
    return ScanFilter(
        text=clean(args.get("q", ""))[:100],
        gate=args.get("gate", "")[:20],
        verdict=verdict if verdict in {*Verdict, "refused"} else "",
        direction=direction if direction in {"in", "out"} else "",
        day=day_of(args.get("day", "")),
        rehearsal=args.get("kind") == "rehearsal",
    )


def _sheets(_fair: Any, query: Select[Scan]) -> Sequence[Sheet]:
    return [scan_sheet(each(query))]


SCANS = register_list(
    ListSpec(
        "scans", _l("Scan log"), "checkin.scans", VIEW_GATES, ("q", "gate", "verdict", "direction", "day", "kind"),
        query=lambda fair, args: scan_log(fair.id, wanted_of(args)),
        keys=lambda _args: ((Scan.scanned_at, True), (Scan.id, True)), reference=Scan.id,
        name_of=lambda row: str(row.id), sheets=_sheets,
    )
)  # fmt: skip
