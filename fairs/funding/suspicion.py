"""Suspected duplicates as they are kept: found when support is proposed, when a receipt is added, or when a list comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.text import clean
from fairs.funding.duplicates import Clash, as_asked, claim_of
from fairs.funding.external import ListedSupport
from fairs.funding.external_models import ExternalSupport
from fairs.funding.models import Grant, SupportClash
from fairs.funding.states import ClashKind, ClashState, GrantState


def keep_clashes(row: Grant, found: Iterable[Clash], reason: str, *, by: Actor) -> None:
    """Keep what looks like a duplicate of a grant, for a second person. Inside transaction()."""
    for one in found:
        clash = SupportClash(
            fair_id=row.fair_id, grant_id=row.id, other_id=one.grant.id if one.grant else None, kind=one.kind,
            external_id=one.external.id if one.external else None, external_text=one.text if one.external else "",
            state=ClashState.WAITING, reason=clean(reason)[:2000], asked_by_id=by.user_id, asked_for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(clash)
        db.session.flush()
        record("funding.suspect", clash, by=by, after={"other": one.name, "reason": clash.reason})


def suspect_listed(lines: Sequence[ExternalSupport], *, by: Actor) -> int:
    """Compare lines of a list that has just come in with all support that is not settled yet; gives how many look alike.

    Each waits for a second person, and until then nothing of that grant is signed or settled. A constant number of reading
    statements. Inside transaction().
    """
    keys = {line.id for line in lines}
    rows = db.session.scalars(
        select(Grant)
        .options(joinedload(Grant.fair), joinedload(Grant.company))
        .where(Grant.state.in_([GrantState.PROPOSED, GrantState.COMMITTED]))
        .order_by(Grant.id)
    ).all()
    asked = [as_asked(claim_of(row)) for row in rows]
    listed = ListedSupport.of(asked, among=keys)
    number = 0
    for row, one in zip(rows, asked, strict=True):
        found = [Clash(ClashKind.EXTERNAL, external=line) for line in listed.matches(one)]
        number += len(found)
        keep_clashes(row, found, _("It stands in a list that came in afterwards."), by=by)
    return number
