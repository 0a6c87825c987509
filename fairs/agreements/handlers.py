"""The agreement as an attachment; its end when the fair is called off."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.agreements.models import Agreement
from fairs.agreements.service import cancel
from fairs.agreements.states import IN_FORCE, AgreementState
from fairs.calendar.events import FairCalledOff
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.events import subscribe
from fairs.messages.render import Attachment, register_renderer


def agreement_attachment(number: Any) -> Attachment:
    """The PDF as it was issued; raises NotFound."""
    found = db.session.scalar(select(Agreement).where(Agreement.number == str(number)))
    if found is None:
        raise NotFound
    return Attachment(found.file.name, found.file.read(), found.file.content_type)


register_renderer("agreement", agreement_attachment)


@subscribe(FairCalledOff)
def end_agreements(event: FairCalledOff) -> None:
    """An agreement ends with its fair; it stays readable."""
    query = (
        select(Agreement)
        .where(Agreement.fair_id == event.fair.id, Agreement.state.in_(IN_FORCE))
        .options(joinedload(Agreement.exhibitor))
        .order_by(Agreement.id)
    )
    for one in db.session.scalars(query).all():
        event.found.add(
            "booths", "Agreement.state", _l("Agreement"), one.number, one.state.label, AgreementState.CANCELLED.label,
            act=lambda row=one: cancel(row, reason=event.reason, by=event.by), company_id=one.exhibitor.company_id,
        )  # fmt: skip
