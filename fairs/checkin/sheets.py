"""The scan log as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from fairs.checkin.models import Scan
from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet


def scan_sheet(scans: Iterable[Scan]) -> Sheet:
    """One row per scan."""
    heads = (
        _("Time"), _("Gate"), _("Direction"), _("Verdict"), _("Badge"), _("Name"), _("Name in passport"), _("Company"),
        _("Country"), _("Category"), _("Counted"),
    )  # fmt: skip
    return Sheet(_("Scans"), heads, (_row(scan) for scan in scans))


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
