"""A scan's result in words: for the guard's screen and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from fairs.badges.queries import ScannedBadge
from fairs.calendar.models import Fair
from fairs.checkin.acts import act_in_words
from fairs.checkin.entries import ActResult, Answer, KeptAside, ScanResult
from fairs.checkin.reasons import offline_words, what_to_do, why
from fairs.checkin.states import Verdict
from fairs.core.i18n import country_name, format_date, format_datetime, format_time, select_locale

__all__ = ["advice", "all_as_program_reads", "as_guard_reads", "as_program_reads", "dumps", "offline_words", "reason"]

#: How a scan speaks whose judgement is not known any more: it was taken before.
CODES = {
    Verdict.GOODBYE: "goodbye", Verdict.FAIR_CANCELLED: "called_off", Verdict.OTHER_FAIR: "other_fair", Verdict.UNKNOWN: "unknown",
    Verdict.GATE_CLOSED: "gate_closed", Verdict.ALREADY_INSIDE: "again", Verdict.REVOKED: "revoked", Verdict.REPLACED: "replaced",
    Verdict.WRONG_DAY: "day_over", Verdict.NOT_NOW: "hours_over", Verdict.NOT_HERE: "category", Verdict.USED: "used",
    Verdict.FULL: "full", Verdict.PAUSED: "paused", Verdict.QUARANTINED: "quarantined",
}  # fmt: skip


def reason(result: ScanResult, fair: Fair, zone: str = "") -> str:
    """Why, in one plain sentence; empty where the verdict says it all. ``zone`` is the name of the hall behind the gate."""
    judged = result.judgement
    if result.is_repeat or judged is None:
        return ""
    if judged.verdict is Verdict.WELCOME and result.first_in_at and result.first_in_at < result.scanned_at:
        return why("back", {"time": format_time(result.first_in_at)})
    if judged.verdict is Verdict.REVOKED and result.badge is not None and result.badge.revoke_reason:
        return str(_("Reason: %(reason)s", reason=result.badge.revoke_reason))
    facts = {
        "time": _moment(judged.at if judged.at is not None else result.since or judged.since, result.scanned_at),
        "day": judged.day and format_date(judged.day), "hours": judged.hours, "zone": zone or fair.name,
    }  # fmt: skip
    return why(judged.reason_code, facts)


def _moment(at: datetime | None, scanned_at: datetime) -> str:
    """The time of day, with the day where it was another one."""
    if at is None:
        return ""
    return str(format_time(at) if abs(scanned_at - at) < timedelta(hours=12) else format_datetime(at))


def advice(result: ScanResult) -> str:
    """What the guard does now; empty when the person simply passes."""
    return what_to_do(result.judgement.reason_code if result.judgement else CODES.get(result.verdict, ""))


#: What the verdicts are called, by language.
_said: dict[str, dict[Verdict, str]] = {}


def all_as_program_reads(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The API's view of all answers; each verdict is put into words once."""
    words = _said.setdefault(select_locale(), {})
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


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(body: dict[str, Any]) -> str:
    """JSON of plain values."""
    return _encoder.encode(body)


def as_guard_reads(result: ScanResult, fair: Fair, zone: str = "") -> dict[str, Any]:
    """The screen's view of a result, in the reader's language. ``zone`` is the name of the hall behind the gate."""
    badge = result.badge
    return {
        "id": result.id,
        "verdict": str(result.verdict),
        "lets_in": result.verdict.lets_in,
        "icon": result.verdict.icon,
        "title": str(result.verdict.label),
        "reason": reason(result, fair, zone),
        "advice": advice(result),
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
