"""All words of the gate's screen, so that it can speak without a network: they travel with the page."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from fairs.badges.states import BadgeCategory
from fairs.checkin.reasons import offline_words
from fairs.checkin.states import Verdict
from fairs.checkin.words import CODES


def screen_words() -> dict[str, Any]:
    """Verdicts with icon and advice, reasons and advice by the rules' codes, categories, and the texts of the screen."""
    shared = offline_words(str(get_locale()))
    return {
        "verdicts": {
            **{
                str(one): {
                    "title": shared["titles"][one], "icon": one.icon, "advice": shared["advice"].get(CODES.get(one, ""), ""),
                    "reason": shared["reasons"].get(CODES.get(one, ""), ""),
                }
                for one in Verdict
            },
            **_own_verdicts(),
        },
        "reasons": {**shared["reasons"], "kept": _("No network. The scan is sent as soon as there is one.")},
        "advice": shared["advice"],
        "warn": shared["warn"]["capacity"],
        "categories": {str(one): str(one.label) for one in BadgeCategory},
        "texts": _texts() | _acts() | _conflicts() | _troubles(),
    }  # fmt: skip


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


def _conflicts() -> dict[str, str]:
    return {
        "conflicts_wait": _("Asking the server …"),
        "conflicts_none": _("Nothing to settle."),
        "conflicts_rest": _("The newest {n} of {all}. All of them stand on the page of conflicts."),
        "conflicts_offline": _("No network: conflicts are kept and settled on the server. Try again when there is one."),
        "this_scan": _("This scan:"),
        "other_scan": _("The other scan:"),
        "in": _("In"),
        "out": _("Out"),
        "guard_saw": _("the guard was shown “{verdict}”"),
        "settle_why": _("Why? {way}."),
        "reasons_settle": "|".join((_("Looked at both badges"), _("Badge was copied"), _("Mistake of a guard"), _("Clock was wrong"))),
        "settled": _("Settled: {way}."),
        "settle_offline": _("No answer from the server. Try again: nothing is settled twice."),
    }  # fmt: skip


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
