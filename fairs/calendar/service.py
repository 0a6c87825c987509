"""Creating fairs and moving them through their lifecycle."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.calendar.events import FairMoved
from fairs.calendar.models import Fair
from fairs.calendar.queries import fair_by_slug
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish

SLUG_TAKEN = _l("This address is taken by another fair.")
DAYS_ARE_KNOWN = _l(
    "People know these days already: move the fair by Reschedule, so that every deadline and everybody follows."
)
CODE_TAKEN = _l("This code is taken by another fair.")


@dataclass(frozen=True, slots=True)
class FairDraft:
    """What a new fair needs; everything else has a default and can be changed later."""

    slug: str
    code: str
    name_vi: str
    name_en: str
    starts_on: date
    ends_on: date
    kind: str = "trade"
    venue_vi: str = ""
    venue_en: str = ""


def create_fair(draft: FairDraft, *, by: Actor, **settings: Any) -> Fair:
    """A new fair in draft; raises InvalidInput for a taken or odd slug or code, or reversed dates."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", draft.slug) or len(draft.slug) > 60:
        raise InvalidInput(_l("Use small letters, digits and hyphens."), field="slug")
    if not re.fullmatch(r"[A-Z0-9]{2,8}", draft.code):
        raise InvalidInput(_l("Use two to eight capital letters and digits."), field="code")
    check_days(draft.starts_on, draft.ends_on)
    with transaction():
        if fair_by_slug(draft.slug) is not None:
            raise InvalidInput(SLUG_TAKEN, field="slug")
        if db.session.query(Fair.id).filter(Fair.code == draft.code).first() is not None:
            raise InvalidInput(CODE_TAKEN, field="code")
        fair = Fair(
            slug=draft.slug, code=draft.code, kind=draft.kind, name_vi=draft.name_vi, name_en=draft.name_en,
            starts_on=draft.starts_on, ends_on=draft.ends_on, venue_vi=draft.venue_vi, venue_en=draft.venue_en, **settings,
        )  # fmt: skip
        db.session.add(fair)
        try:
            db.session.flush()
        except IntegrityError as error:  # somebody was faster, in the moment since we looked
            if "code" in str(error.orig):
                raise InvalidInput(CODE_TAKEN, field="code") from error
            raise InvalidInput(SLUG_TAKEN, field="slug") from error
        record("calendar.create", fair, by=by, fair_id=fair.id, after={"slug": fair.slug})
        return fair


def check_days(starts_on: date, ends_on: date) -> None:
    """Raise InvalidInput when the days are reversed or the fair is longer than a month."""
    if ends_on < starts_on:
        raise InvalidInput(_l("The last day lies before the first."), field="ends_on")
    if (ends_on - starts_on).days > 31:
        raise InvalidInput(_l("A fair lasts a month at most."), field="ends_on")


def check_rules(starts_on: date, ends_on: date, opens_at: time, closes_at: time, balance_due_on: date | None) -> None:
    """Raise InvalidInput for what does not go together: days, hours, and the day on which the balance is due."""
    check_days(starts_on, ends_on)
    if closes_at <= opens_at:
        raise InvalidInput(_l("The fair closes before it opens."), field="closes_at")
    if balance_due_on is not None and balance_due_on > ends_on:
        raise InvalidInput(_l("The balance is due before the fair is over."), field="balance_due_on")


def change_state(fair: Fair, target: FairState, *, by: Actor) -> Fair:
    """Move a fair through its lifecycle; raises InvalidTransition. Cancelling is more than a state: see ``changes``."""
    with transaction():
        locked = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        if target is FairState.CANCELLED:
            raise InvalidTransition(**{"from": str(locked.state), "to": str(target)})
        before = locked.state
        locked.move_to(target)
        publish(FairMoved(locked, target, by))
        record(
            "calendar.change_state", locked, by=by, fair_id=locked.id, before={"state": before}, after={"state": target}
        )
        return locked


def change_settings(fair: Fair, changes: dict[str, Any], *, by: Actor) -> Fair:
    """Change the fair's names, days, place and rules; raises InvalidInput. Only known columns are taken."""
    with transaction():
        locked = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        names = ("starts_on", "ends_on", "opens_at", "closes_at", "balance_due_on")
        check_rules(*(changes.get(name, getattr(locked, name)) for name in names))
        if locked.state is not FairState.DRAFT and not locked.is_rehearsal:
            for name in ("starts_on", "ends_on"):
                if changes.get(name, getattr(locked, name)) != getattr(locked, name):
                    raise InvalidInput(DAYS_ARE_KNOWN, field=name)
        known = {column.key for column in Fair.__table__.columns} - {"id", "slug", "code", "state", "created_at"}
        before = {key: getattr(locked, key) for key in changes if key in known and getattr(locked, key) != changes[key]}
        for key in before:
            setattr(locked, key, changes[key])
        if before:
            record("calendar.change", locked, by=by, fair_id=locked.id, before=before,
                   after={key: changes[key] for key in before})  # fmt: skip
        return locked
