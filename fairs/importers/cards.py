"""The cards of an importer's own page that registration itself gives: approval, badge, programme; and the parts below them."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.badges.service import code_of
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.core import qr
from fairs.core.clock import local_day
from fairs.core.i18n import current_locale, format_date, localized
from fairs.core.text import name_language
from fairs.directory.queries import product_groups
from fairs.importers.journey import Action, Card, Part, register_card, register_part
from fairs.importers.models import Importer, ProgrammeEntry
from fairs.importers.programme import contact_of, programme_of
from fairs.importers.queries import badge_of
from fairs.importers.states import ImporterState

S = ImporterState
EMERGENCY = (("113", _l("Police")), ("114", _l("Fire brigade")), ("115", _l("Ambulance")))
"""Numbers that work from every telephone in Viet Nam."""


def decider_of(fair: Fair) -> str:
    """Who decides about registrations, in the reader's language."""
    config = current_app.extensions["fairs_config"]
    return str(fair.importer_decider or (config.department if current_locale() == "vi" else config.department_en))


def language_of(importer: Importer) -> str:
    """The language of the importer's name, for its script."""
    person = importer.person
    return person.name_language or name_language(person.display_name, importer.company.country)


def group_names(importer: Importer) -> list[str]:
    """What the importer looks for, in the reader's language."""
    return [localized(group) for group in product_groups() if group.code in importer.groups]


def approval_card(importer: Importer, token: str) -> Card:
    """The registration and the decision about it."""
    fair = importer.fair
    facts: list[tuple[Any, Any]] = [
        (_("Registered"), format_date(importer.created_at)),
        (_("Number"), importer.reference),
    ]
    if importer.confirmed_at is not None:
        facts.append((_("E-mail confirmed"), format_date(importer.confirmed_at)))
    if importer.decided_at is not None:
        facts.append((_("Decided on"), format_date(importer.decided_at)))
    tone = {
        S.UNCONFIRMED: "later" if fair.is_cancelled else "now", S.SUBMITTED: "later" if fair.is_cancelled else "waiting",
        S.APPROVED: "done",
        S.REFUSED: "problem", S.WITHDRAWN: "later",
    }[importer.state]  # fmt: skip
    text, action, due = "", None, None
    if tone == "now":
        text = _(
            "You registered %(name)s of %(company)s. Is that right?",
            name=importer.person.display_name, company=importer.company.name,
        )  # fmt: skip
        action = Action(_("Confirm"), url_for("importers.confirm", token=token), post=True, icon="check")
    elif tone == "waiting":
        text, due = _("You need not do anything: we write to you."), importer.decide_by
    elif tone == "problem":
        text = f"{_('Reason:')} {importer.decision_note}"
    return Card(
        "approval", _("Approval"), "clipboard-check", tone, importer.state.label, text,
        decider=decider_of(fair), due=due, facts=facts, action=action,
    )  # fmt: skip


def badge_card(importer: Importer, token: str) -> Card | None:
    """The badge with its code, once there is one."""
    if importer.state in {S.REFUSED, S.WITHDRAWN} or (importer.fair.is_cancelled and importer.state is not S.APPROVED):
        return None
    fair, badge = importer.fair, badge_of(importer) if importer.state is S.APPROVED else None
    if importer.state is not S.APPROVED or badge is None:
        return Card(
            "badge", _("Badge"), "id-badge-2", "later", _("Later"), _("By mail and on this page, after the approval.")
        )
    if badge.state is not BadgeState.ACTIVE:
        text = _("Please ask at the registration desk: they see why and can help at once.")
        return Card("badge", _("Badge"), "id-badge-2", "problem", _("Not valid"), text)
    soon = not fair.is_over and fair.days_to_opening <= 1 and fair.today <= fair.ends_on
    return Card(
        "badge", _("Badge"), "id-badge-2", "now" if soon else "done", _("Ready"),
        template="importers/own_badge.html", is_open=True,
        context={
            "badge": badge, "code": qr.svg(qr.matrix(code_of(badge)), title=_("QR code of your badge")),
            "lang": language_of(importer), "pdf_url": url_for("importers.own_badge", token=token),
        },
    )  # fmt: skip


def programme_card(importer: Importer, token: str) -> Card | None:
    """The fair's days and what happens beside them."""
    fair = importer.fair
    if fair.is_cancelled or importer.state in {S.REFUSED, S.WITHDRAWN}:
        return None
    entries: dict[date, list[ProgrammeEntry]] = {day: [] for day in fair.days}
    for entry in programme_of(fair.id):
        entries.setdefault(local_day(entry.starts_at, fair.time_zone), []).append(entry)
    over = fair.today > fair.ends_on
    return Card(
        "programme", _("Days and programme"), "calendar-event", "done" if over else "later",
        _("The fair is over.") if over else f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}",
        template="importers/own_programme.html", is_open=not over,
        context={"days": [(day, _before(fair, today), _after(fair, today)) for day, today in sorted(entries.items())], "fair": fair},
        action=None if over else Action(_("Add to my calendar"), url_for("importers.own_calendar", token=token), icon="calendar-plus"),
    )  # fmt: skip


def _before(fair: Fair, entries: list[ProgrammeEntry]) -> list[ProgrammeEntry]:
    """What begins before the fair's doors open on that day."""
    return [one for one in entries if one.starts_at.astimezone(ZoneInfo(fair.time_zone)).time() < fair.opens_at]


def _after(fair: Fair, entries: list[ProgrammeEntry]) -> list[ProgrammeEntry]:
    early = _before(fair, entries)
    return [one for one in entries if one not in early]


def contacts_part(importer: Importer, token: str) -> Part:
    """Whom to call."""
    contact = contact_of(importer.fair_id)
    return Part(
        "importers/own_contacts.html",
        {
            "contact": contact, "embassy": contact.embassy_of(importer.company.country) if contact else "",
            "emergency": EMERGENCY, "fair": importer.fair,
        },
    )  # fmt: skip


def told_part(importer: Importer, token: str) -> Part:
    """What the importer told us, and the way not to come."""
    return Part(
        "importers/own_told.html",
        {
            "importer": importer, "groups": group_names(importer), "name_lang": language_of(importer),
            "may_withdraw": importer.may_move_to(S.WITHDRAWN),
        },
    )  # fmt: skip


register_card("approval", 20, approval_card)
register_card("badge", 80, badge_card)
register_card("programme", 90, programme_card)
register_part("contacts", 10, contacts_part)
register_part("told", 20, told_part)
