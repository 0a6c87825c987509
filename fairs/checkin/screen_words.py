"""All words of the gate's screen, so that it can speak without a network: they travel with the page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from fairs.badges.states import BadgeCategory
from fairs.checkin.reasons import what_to_do
from fairs.checkin.states import Verdict
from fairs.checkin.words import CODES


def screen_words() -> dict[str, Any]:
    """Verdicts with icon and advice, reasons by the rules' codes, categories, and the texts of the screen."""
    return {
        "verdicts": {
            **{
                str(one): {"title": str(one.label), "icon": one.icon, "advice": what_to_do(CODES.get(one, ""))}
                for one in Verdict
            },
            **_own_verdicts(),
        },
        "reasons": _reasons(),
        "categories": {str(one): str(one.label) for one in BadgeCategory},
        "texts": _texts() | _acts() | _troubles(),
    }


def _own_verdicts() -> dict[str, dict[str, str]]:
    """What only the device says: nothing to judge by, admitted by a supervisor, bound, not kept."""
    return {
        "kept": {
            "title": _("Kept on this device"), "icon": "wifi-off",
            "advice": _("Look at the badge: let in if name and face belong together."),
        },
        "admitted": {"title": _("Admitted"), "icon": "user-check", "advice": ""},
        "bound": {"title": _("Done"), "icon": "check", "advice": ""},
        "not_kept": {"title": _("Not kept"), "icon": "alert-octagon", "advice": _("Call the supervisor.")},
    }  # fmt: skip


def _reasons() -> dict[str, str]:
    return {
        "kept": _("No network. The scan is sent as soon as there is one."),
        "again": _("Came in at {time} today."),
        "back": _("Back again. First in at {time} today."),
        "used": _("Was let in at {time} today; once a day is all."),
        "replaced": _("A newer badge replaces it, since {time}."),
        "revoked": _("Revoked at {time}."),
        "called_off": _("This fair does not take place."),
        "gate_closed": _("The gate is closed."),
        "exit_only": _("This gate only leads out."),
        "paused": _("A supervisor has stopped entry into this hall."),
        "full": _("The hall has as many people as it may have."),
        "category": _("Badges of this category do not enter here."),
        "staff_only": _("Only people who work at the fair enter here."),
        "barred": _("Badges of this category do not enter here."),
        "barred_hours": _("Not between {hours}."),
        "barred_day": _("Not on this day."),
        "hours_later": _("This badge enters at {hours}."),
        "hours_over": _("This badge entered at {hours}; the time is over."),
        "day_later": _("This badge is valid from {day} on."),
        "day_over": _("The days of this badge are over."),
        "unknown": _("No badge has this code."),
        "unheard": _("A true badge, but not on this device's list yet."),
        "unheard_welcome": _("A true badge, newer than this device's list."),
        "other_fair": _("It is a true badge, but not of this fair."),
    }


def _texts() -> dict[str, str]:
    return {
        "online": _("online"),
        "offline": _("offline"),
        "waiting": _("{n} waiting"),
        "differs": _("The server says otherwise. This device said: {verdict}."),
        "figures": _("This gate today: {passed_in} in, {passed_out} out, {refused} refused."),
        "blocked": _("The camera is blocked. Allow it in the address bar, then start it again."),
        "none": _("No camera here. Use a hand scanner, or type the code below."),
        "busy": _("The camera is used by another program. Close that, then start it again."),
        "no_enrol_code": _("This is no code for enrolling a device."),
        "enrol_offline": _("No network. Enrolling a device needs one; try again."),
        "nobody_found": _("Nobody with a badge of this fair has this name."),
        "search_offline": _("No network: names are looked up on the server. Scan the badge, or type its code."),
        "nothing_scanned": _("nothing scanned yet"),
    }


def _acts() -> dict[str, str]:
    return {
        "undo": _("Undo"),
        "undone": _("Undone"),
        "undo_why": _("Why is this scan undone?"),
        "reasons_undo": "|".join((_("Did not go in"), _("Wrong badge scanned"), _("Scanned by mistake"))),
        "admit": _("Admit"),
        "admit_why": _("Why are they admitted all the same?"),
        "admitted_by": _("Admitted by {name}"),
        "reasons_admit": "|".join((_("Identity checked"), _("Works here"), _("Guest of the organiser"))),
        "revoke_why": _("Why is this badge revoked?"),
        "revoke_done": _("The badge is revoked."),
        "replace_why": _("Why is this badge replaced?"),
        "replace_done": _("The badge is replaced. The new one is printed at the desk."),
        "reasons_badge": "|".join((_("Lost"), _("Given away"), _("Damaged"))),
        "close_gate_why": _("Why is the gate closed?"),
        "close_gate_done": _("The gate is closed."),
        "open_gate_why": _("Why is the gate opened?"),
        "open_gate_done": _("The gate is open."),
        "reasons_gate": "|".join((_("Crowding"), _("Danger"), _("Begin or end of the day"))),
        "bind_blank": _("Scan the blank badge."),
        "bind_person": _("Now scan whose it shall be: the old badge or the confirmation."),
        "bound": _("The blank badge now belongs to {name}"),
        "unlocked": _("Unlocked: {name}"),
        "pin_wrong": _("This PIN is wrong."),
        "pin_wait": _("Too many wrong PINs. Wait {n} seconds."),
        "no_supervisors": _("No supervisor of this fair has set a PIN yet, or this device has not heard of it."),
    }


def _troubles() -> dict[str, str]:
    return {
        "closed": _("This gate is closed."),
        "act_failed": _("The server did not do it: {message}"),
        "refused": _("{n} could not be sent. Call the supervisor."),
        "signed_out": _("Signed out. Sign in again: nothing scanned is lost."),
        "revoked": _("This device was revoked. What it keeps is handed in; give it to the supervisor."),
        "unknown": _(
            "The server does not know this device any more. Ask the supervisor for a new code: nothing scanned is lost."
        ),
        "not_today": _("This device is not enrolled for today. Ask the supervisor."),
        "not_kept_why": _("This device has no room left, so the scan is not kept."),
        "cleared": _(
            "The browser has cleared this device's storage. What was not handed in is lost: tell the supervisor, who can enrol it anew."
        ),
        "no_storage": _("This browser keeps nothing when it is closed. Leave private browsing."),
        "nearly_full": _("The storage of this device is nearly full. Remove photos or other programs."),
        "not_persisted": _("The browser may clear this page when the device runs low. Add it to the home screen."),
        "clock": _("This device's clock is wrong by {n} minutes. Times are put right."),
    }
