"""A scan's result in words: for the guard's screen and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from fairs.badges.queries import ScannedBadge
from fairs.calendar.models import Fair
from fairs.checkin.acts import act_in_words
from fairs.checkin.entries import ActResult, Answer, KeptAside, ScanResult
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
        case Verdict.FAIR_CANCELLED:
            return _("This fair does not take place.")
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
        case Verdict.WRONG_DAY | Verdict.OTHER_FAIR | Verdict.FAIR_CANCELLED:
            return _("Send to the desk.")
        case Verdict.REVOKED:
            return _("Keep the badge and send to the desk.")
        case Verdict.UNKNOWN:
            return _("Scan once more, then send to the desk.")
        case _:
            return ""


def all_as_program_reads(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The API's view of all answers; each verdict is put into words once."""
    words: dict[Verdict, str] = {}
    return [as_program_reads(one, words) for one in answers]


def as_program_reads(answer: Answer, words: dict[Verdict, str]) -> dict[str, Any]:
    """The API's view of an answer; ``words`` keeps what the verdicts are called."""
    if not isinstance(answer, ScanResult):
        return _other(answer)
    badge, since, verdict = answer.badge, answer.since, answer.verdict
    message = words.get(verdict)
    if message is None:
        message = words[verdict] = str(verdict.label)
    return {
        "id": answer.id,
        "verdict": answer.verdict,
        "lets_in": answer.verdict.lets_in,
        "counted": answer.counted,
        "repeated": answer.is_repeat,
        "rehearsal": answer.is_rehearsal,
        "day": answer.day.isoformat(),
        "scanned_at": answer.scanned_at.isoformat(),
        "since": since.isoformat() if since is not None else None,
        "message": message,
        "badge": _badge(badge) if badge else None,
    }


def _other(answer: ActResult | KeptAside) -> dict[str, Any]:
    if isinstance(answer, KeptAside):
        aside = Verdict.QUARANTINED
        return {"id": answer.id, "verdict": aside, "lets_in": False, "problem": answer.problem, "repeated": answer.is_repeat,
                "message": str(aside.label)}  # fmt: skip
    return {"id": answer.id, "kind": answer.kind, "outcome": answer.outcome, "repeated": answer.is_repeat,
            "message": act_in_words(answer.outcome, answer.message)}  # fmt: skip


def dumps(body: dict[str, Any]) -> str:
    """JSON of plain values."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


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
        "since": result.since.isoformat() if result.since else None,
        "counted": result.counted,
        "repeated": result.is_repeat,
        "badge": {**_badge(badge), **_face(badge)} if badge else None,
    }


def _badge(badge: ScannedBadge) -> dict[str, str]:
    return {
        "reference": badge.reference,
        "category": badge.category,
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
