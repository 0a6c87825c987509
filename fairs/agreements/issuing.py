"""Issuing with the PDF drawn: what pages, jobs and the demonstration call."""

from __future__ import annotations

from flask import current_app

from fairs.agreements.facts import facts_of
from fairs.agreements.models import Agreement, AgreementTemplate
from fairs.agreements.queries import due_exhibitors
from fairs.agreements.service import ToRender, cancel, issue
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict
from fairs.exhibitors.models import Exhibitor


def issue_agreement(exhibitor: Exhibitor, *, by: Actor) -> Agreement:
    """The exhibitor's agreement as things stand now; raises NoTemplate and NothingBooked."""
    return issue(exhibitor, render=_render, by=by)


def _render(made: ToRender) -> bytes:
    from fairs.agreements.pdf import Sheet, agreement_pdf  # heavy: loaded by who draws

    sheet = Sheet(made.number, made.version, made.template, made.facts, made.issued_on, made.replaces)
    return agreement_pdf(sheet, current_app.extensions["fairs_config"], base_url=current_app.config["BASE_URL"])


def preview(fair: Fair, template: AgreementTemplate, exhibitor_id: int | None) -> bytes | None:
    """A trial of the text with real data: of this exhibitor, else of the first who has a booth; None where nobody has."""
    from fairs.agreements.pdf import Sheet, agreement_pdf

    found = facts_of(fair, [exhibitor_id] if exhibitor_id is not None else None)
    if not found:
        return None
    facts = next(iter(found.values()))
    sheet = Sheet(f"{fair.code}-A-0000", 1, template, facts, fair.today, is_preview=True)
    return agreement_pdf(sheet, current_app.extensions["fairs_config"], base_url=current_app.config["BASE_URL"])


def issue_due(fair: Fair, *, by: Actor, most: int | None = None) -> int:
    """Issue what is due at a fair (at most so many) and end what lost its booths, each by itself; gives back how many."""
    due, without = due_exhibitors(fair)
    done = 0
    for exhibitor_id in due[:most]:
        try:
            issue_agreement(db.session.get_one(Exhibitor, exhibitor_id), by=by)
        except Conflict:
            continue  # the booth was given back in this moment
        done += 1
    for key in without:
        with transaction():
            cancel(db.session.get_one(Agreement, key), reason="–", by=by)
    return done + len(without)
