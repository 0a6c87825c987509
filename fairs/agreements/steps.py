"""The agreement on an exhibitor's way to the fair."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import exists, select

from fairs.agreements.facts import BOOKED
from fairs.agreements.queries import current_agreement
from fairs.agreements.states import AgreementState
from fairs.booths.models import BoothBooking
from fairs.core.db import db
from fairs.core.i18n import format_date
from fairs.directory.slips import Step
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState


def steps(exhibitor: Exhibitor) -> list[Step]:
    """The agreement to be accepted, as soon as a booth is reserved."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        return []
    label, icon = _("Agreement"), "file-text"
    page = url_for("my_agreement.show", fair_slug=exhibitor.fair.slug, reference=exhibitor.reference)
    agreement = current_agreement(exhibitor.id)
    if agreement is None:
        booked = exists().where(BoothBooking.exhibitor_id == exhibitor.id, BoothBooking.state.in_(BOOKED))
        if not db.session.scalar(select(booked)):
            return []
        return [Step(label, "next", _("The organiser prepares it and writes to you."), url=page, icon=icon)]
    if agreement.state is AgreementState.ISSUED:
        text = _(
            "%(number)s for %(booths)s is ready to be read and accepted.",
            number=agreement.number,
            booths=agreement.booths,
        )
        return [Step(label, "now", text, None, page, _("Read and accept"), icon)]
    day = format_date(agreement.signed_on or agreement.accepted_at)
    text = _("%(number)s, accepted on %(date)s.", number=agreement.number, date=day)
    return [Step(label, "done", text, agreement.accepted_at, page, icon=icon)]
