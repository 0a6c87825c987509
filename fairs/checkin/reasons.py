"""What a guard reads beside a verdict, why and what to do now: written once, for the server and for devices without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.checkin.states import Verdict


def _why() -> dict[str, str]:
    """Sentences by the codes of ``rules.judge``; in braces what is filled in: {time}, {day}, {hours}, {zone}."""
    return {
        "welcome": "",
        "back": _("Back again. First in at {time} today."),
        "unheard_welcome": _("A true badge, newer than this device's list."),
        "again": _("Came in at {time} today."),
        "goodbye": "",
        "unknown": _("No badge has this code."),
        "unheard": _("A true badge, but not on the list yet. This gate takes only badges on the list."),
        "other_fair": _("It is a true badge, but not of this fair."),
        "replaced": _("Replaced at {time}: a newer badge is valid."),
        "revoked": _("Revoked at {time}."),
        "called_off": _("This fair does not take place."),
        "gate_closed": _("The gate is closed."),
        "exit_only": _("This gate only leads out."),
        "paused": _("A supervisor has stopped entry: {zone}."),
        "full": _("As many people are inside as may be: {zone}."),
        "category": _("Badges of this category do not enter here."),
        "staff_only": _("Only people who work at the fair enter here."),
        "barred": _("Badges of this category do not enter here."),
        "barred_hours": _("Nobody of this category enters at {hours}."),
        "barred_day": _("Nobody of this category enters on this day."),
        "hours_later": _("Enters at {hours}."),
        "hours_over": _("Could enter at {hours}; the time is over."),
        "day_later": _("Enters from {day} on."),
        "day_over": _("The days of this badge are over."),
        "used": _("Was let in at {time} today; once a day is all."),
    }


def _advice() -> dict[str, str]:
    """What the guard does now, by the same codes; by verdicts where the code has none of its own."""
    desk = _("Send to the desk.")
    return {
        "again": _("Let in if face and badge belong together."),
        "unheard_welcome": _("Let in if name and face belong together."),
        "unknown": _("Scan once more, then send to the desk."),
        "replaced": _("Keep the badge and send to the desk."),
        "revoked": _("Keep the badge and send to the desk."),
        "gate_closed": _("Show the way to another gate."),
        "exit_only": _("Show the way to an entrance."),
        "staff_only": _("Show the way to the main entrance."),
        "category": _("Show the way to the main entrance."),
        "barred": _("Show the way to the main entrance."),
        "paused": _("Ask to wait, or to see another hall first."),
        "full": _("Ask to wait until somebody leaves."),
        "hours_later": _("Ask to wait until then."),
        "quarantined": _("Call the supervisor."),
        **dict.fromkeys(("unheard", "other_fair", "called_off", "barred_hours", "barred_day", "hours_over", "day_later",
                         "day_over", "used"), desk),
    }  # fmt: skip


def offline_words(locale: str) -> dict[str, dict[str, str]]:
    """What a device says without a network, in one language: ``reasons`` and ``advice`` by reason codes with their braces, ``titles`` by
    verdicts, and ``warn`` for a hall that fills up ({inside}, {capacity}, {zone})."""
    with force_locale(locale):
        return {
            "titles": {str(verdict): str(verdict.label) for verdict in Verdict},
            "reasons": _why(),
            "advice": _advice(),
            "warn": {"capacity": _("{zone} fills up: {inside} of {capacity}.")},
        }


def why(code: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a reason with its facts; without a fact that it needs, none: half a sentence helps nobody."""
    text = _why().get(code, "")
    for name in ("time", "day", "hours", "zone"):
        if f"{{{name}}}" in text:
            if not facts.get(name):
                return ""
            text = text.replace(f"{{{name}}}", str(facts[name]))
    return text


def what_to_do(code: str) -> str:
    """What the guard does now; empty when the person simply passes."""
    return _advice().get(code, "")
