"""A scan's result in words: for the guard's screen and for programs."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from fairs.badges.queries import ScannedBadge
from fairs.calendar.models import Fair
from fairs.checkin.service import ScanResult
from fairs.checkin.states import Verdict
from fairs.core.i18n import country_name, format_date, format_time


def reason(result: ScanResult, fair: Fair) -> str:
    """Why, in one plain sentence; empty where the verdict says it all."""
    return str(_reason(result, fair))


def _reason(result: ScanResult, fair: Fair) -> Any:
    if result.is_repeat:
        return ""
    badge = result.badge
    match result.verdict:
        case Verdict.ALREADY_INSIDE:
            return _("Came in at %(time)s today.", time=format_time(result.since)) if result.since else ""
        case Verdict.WELCOME if result.first_in_at and result.first_in_at < result.scanned_at:
            return _("Back again. First in at %(time)s today.", time=format_time(result.first_in_at))
        case Verdict.WRONG_DAY:
            days = {"first": format_date(fair.starts_on), "last": format_date(fair.ends_on)}
            return _("This badge is valid from %(first)s to %(last)s.", **days)
        case Verdict.REVOKED:
            return _revoked(badge)
        case Verdict.OTHER_FAIR:
            return _("It is a true badge, but not of this fair.")
        case Verdict.UNKNOWN:
            return _("No badge has this code.")
        case _:
            return ""


def _revoked(badge: ScannedBadge | None) -> Any:
    if badge is None:
        return ""
    if badge.replaced_by_id:
        return _("A newer badge replaces it.")
    return _("Reason: %(reason)s", reason=badge.revoke_reason) if badge.revoke_reason else ""


def advice(verdict: Verdict) -> str:
    """What the guard does now; empty when the person simply passes."""
    return str(_advice(verdict))


def _advice(verdict: Verdict) -> Any:
    match verdict:
        case Verdict.ALREADY_INSIDE:
            return _("Let in if face and badge belong together.")
        case Verdict.WRONG_DAY | Verdict.OTHER_FAIR:
            return _("Send to the desk.")
        case Verdict.REVOKED:
            return _("Keep the badge and send to the desk.")
        case Verdict.UNKNOWN:
            return _("Scan once more, then send to the desk.")
        case _:
            return ""


def as_program_reads(result: ScanResult) -> dict[str, Any]:
    """The API's view of a result."""
    badge = result.badge
    return {
        "id": result.id,
        "verdict": str(result.verdict),
        "lets_in": result.verdict.lets_in,
        "counted": result.counted,
        "repeated": result.is_repeat,
        "rehearsal": result.is_rehearsal,
        "day": result.day,
        "scanned_at": result.scanned_at,
        "since": result.since,
        "message": str(result.verdict.label),
        "badge": _badge(badge) if badge else None,
    }


def as_guard_reads(result: ScanResult, fair: Fair) -> dict[str, Any]:
    """The screen's view of a result, in the reader's language."""
    badge = result.badge
    return {
        "id": result.id,
        "verdict": str(result.verdict),
        "lets_in": result.verdict.lets_in,
        "icon": result.verdict.icon,
        "title": str(result.verdict.label),
        "reason": reason(result, fair),
        "advice": advice(result.verdict),
        "time": format_time(result.scanned_at),
        "counted": result.counted,
        "repeated": result.is_repeat,
        "badge": {**_badge(badge), **_face(badge)} if badge else None,
    }


def _badge(badge: ScannedBadge) -> dict[str, str]:
    return {
        "reference": badge.reference,
        "category": str(badge.category),
        "name": badge.name,
        "passport_name": badge.passport_name,
        "company": badge.company,
        "country": badge.country,
    }


def _face(badge: ScannedBadge) -> dict[str, str]:
    return {
        "language": badge.name_language,
        "category_label": str(badge.category.label),
        "country_name": country_name(badge.country),
    }
