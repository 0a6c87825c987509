"""What visitors agree to, word for word, by the version of the texts; each by itself, withdrawn as easily as given.

A changed meaning is a new version: never edit one that people have agreed to (Law 91/2025/QH15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.directory.models import Consent
from fairs.directory.service import record_consent
from fairs.visitors.models import Visitor

CONSENT_TEXTS = "2026-1"
CONSENTS = ("registration", "sharing", "photos", "mailings")

TEXTS: Mapping[str, Mapping[str, Any]] = {
    "2026-1": {
        "registration": _l("The organiser may keep these details to handle my registration and make my badge."),
        "sharing": _l("Exhibitors whose booth I visit may keep my name and company."),
        "photos": _l("Photos and videos of the fair that show me may be published."),
        "mailings": _l("Write to me about later fairs in Hanoi."),
    },
}
NAMES = {
    "registration": _l("Registration"), "sharing": _l("Sharing with exhibitors"), "photos": _l("Photos"), "mailings": _l("Mailings"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One consent as its giver sees it: the words of the version they answered to, and each answer, oldest first."""

    kind: str
    name: Any
    text: Any
    given: bool
    history: Sequence[Consent]


def text_of(kind: str, version: str = CONSENT_TEXTS) -> Any:
    """The words of a consent in a version; of one that we do not know, those of today."""
    return TEXTS.get(version, TEXTS[CONSENT_TEXTS])[kind]


def consents_of(visitor: Visitor) -> list[ConsentRow]:
    """The four consents with what was said to each. One statement."""
    said: dict[str, list[Consent]] = {}
    for row in db.session.scalars(
        select(Consent)
        .where(Consent.person_id == visitor.person_id, Consent.fair_id == visitor.fair_id)
        .order_by(Consent.id)
    ):
        said.setdefault(row.kind, []).append(row)
    rows = []
    for kind in CONSENTS:
        history = said.get(kind, [])
        version = history[-1].text_version if history else CONSENT_TEXTS
        rows.append(ConsentRow(kind, NAMES[kind], text_of(kind, version), bool(history) and history[-1].given, history))
    return rows


def change_consent(visitor: Visitor, kind: str, given: bool, *, by: Actor) -> None:
    """Give or withdraw one consent; it holds at once. The registration's own is withdrawn with the registration.

    Raises InvalidInput for an unknown kind, and for the registration.
    """
    if kind not in CONSENTS or kind == "registration":
        raise InvalidInput(_l("Please choose one of the buttons."), field="kind")
    with transaction():
        record_consent(visitor.person, kind, given, fair_id=visitor.fair_id, text_version=CONSENT_TEXTS)
        record("visitors.consent", visitor, by=by, after={"kind": kind, "given": given})
