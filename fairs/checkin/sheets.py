"""The scan log as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from fairs.checkin.counting import CountDay
from fairs.checkin.models import CountEntry, Scan
from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet


def scan_sheet(scans: Iterable[Scan]) -> Sheet:
    """One row per scan."""
    heads = (
        _("Time"), _("Gate"), _("Direction"), _("Verdict"), _("Badge"), _("Name"), _("Name in passport"), _("Company"),
        _("Country"), _("Category"), _("Counted"),
    )  # fmt: skip
    return Sheet(_("Scans"), heads, (_row(scan) for scan in scans))


def count_sheet(days: Iterable[CountDay]) -> Sheet:
    """One row per gate, day and hour of the opening hours; what nobody counted stays empty."""
    heads = (_("Day"), _("Hour"), _("Gate"), _("People"), _("How it is counted"))
    rows = (
        (one.day, hour, gate.name, one.counts.get((gate.id, hour)), gate.count_method)
        for one in days
        for hour in one.hours
        for gate in one.gates
    )
    return Sheet(_("Counters"), heads, rows)


def entry_sheet(entries: Iterable[tuple[CountEntry, str]]) -> Sheet:
    """Every entry behind the counts, newest first within a day."""
    heads = (_("Entered"), _("Day"), _("Hour"), _("Gate"), _("People"), _("Source"), _("Note"), _("Who"))
    rows = (
        (one.created_at, one.day, one.hour, one.gate.name, one.change, str(one.source.label), one.note, who)
        for one, who in entries
    )
    return Sheet(_("Entries"), heads, rows)


def _row(scan: Scan) -> tuple[Any, ...]:
    badge = scan.badge
    way = _("In") if scan.direction == "in" else _("Out")
    first = (scan.scanned_at, scan.gate.name, way, str(scan.verdict.label))
    if badge is None:
        return first
    company = badge.company
    return (
        *first, badge.reference, badge.person.display_name, badge.person.passport_name, company.name if company else "",
        country_name((company or badge.person).country), str(badge.category.label), _("yes") if scan.counted else "",
    )  # fmt: skip
