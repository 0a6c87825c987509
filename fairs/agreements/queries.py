"""Reading agreements and their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.agreements.facts import facts_of
from fairs.agreements.models import DRAFT, Agreement, AgreementTemplate
from fairs.agreements.states import IN_FORCE, AgreementState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor

_FULL = (
    joinedload(Agreement.exhibitor).joinedload(Exhibitor.company), joinedload(Agreement.template), joinedload(Agreement.file),
    joinedload(Agreement.scan),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgreementFilter:
    """What the list shows. ``state`` is a state, ``all``, or empty for those in force."""

    text: str = ""
    state: str = ""


def draft_of(fair_id: int) -> AgreementTemplate | None:
    """The text that is edited."""
    return _template(fair_id, AgreementTemplate.version == DRAFT)


def published_template(fair_id: int) -> AgreementTemplate | None:
    """The newest published text."""
    return _template(fair_id, AgreementTemplate.version > DRAFT)


def _template(fair_id: int, condition: Any) -> AgreementTemplate | None:
    return db.session.scalars(
        select(AgreementTemplate)
        .where(AgreementTemplate.fair_id == fair_id, condition)
        .order_by(AgreementTemplate.version.desc())
        .limit(1)
    ).first()


def versions_of(fair_id: int) -> Sequence[AgreementTemplate]:
    """The published texts, newest first."""
    return db.session.scalars(
        select(AgreementTemplate)
        .where(AgreementTemplate.fair_id == fair_id, AgreementTemplate.version > DRAFT)
        .order_by(AgreementTemplate.version.desc())
    ).all()


def current_agreement(exhibitor_id: int) -> Agreement | None:
    """The exhibitor's agreement that is in force or waits for acceptance."""
    return db.session.scalar(
        select(Agreement).options(*_FULL).where(Agreement.exhibitor_id == exhibitor_id, Agreement.state.in_(IN_FORCE))
    )


def agreements_of(exhibitor_id: int) -> Sequence[Agreement]:
    """All versions, newest first."""
    return db.session.scalars(
        select(Agreement)
        .options(*_FULL)
        .where(Agreement.exhibitor_id == exhibitor_id)
        .order_by(Agreement.version.desc())
    ).all()


def agreement_by_number(fair_id: int, number: str) -> Agreement:
    """The fair's agreement of that number; raises NotFound."""
    found = db.session.scalar(
        select(Agreement)
        .options(*_FULL)
        .where(Agreement.fair_id == fair_id, Agreement.number == number.strip().upper()[:20])
    )
    if found is None:
        raise NotFound
    return found


def agreement_by_hash(sha256: str) -> tuple[Agreement, bool] | None:
    """The agreement whose PDF, or (True) whose signed scan, has this SHA-256."""
    digest = sha256.strip().lower()
    found = db.session.scalars(
        select(Agreement)
        .options(*_FULL)
        .where(or_(Agreement.pdf_sha256 == digest, Agreement.scan_sha256 == digest))
        .order_by(Agreement.id.desc())
    ).first()
    return None if found is None else (found, found.pdf_sha256 != digest)


def agreements_matching(fair_id: int, wanted: AgreementFilter) -> Select[Agreement]:
    """The fair's agreements that fit the filter."""
    query = (
        select(Agreement)
        .join(Agreement.exhibitor)
        .join(Exhibitor.company)
        .options(contains_eager(Agreement.exhibitor).contains_eager(Exhibitor.company), joinedload(Agreement.template))
        .where(Agreement.fair_id == fair_id)
    )
    if wanted.state in set(AgreementState):
        query = query.where(Agreement.state == AgreementState(wanted.state))
    elif wanted.state != "all":
        query = query.where(Agreement.state.in_(IN_FORCE))
    text = clean(wanted.text)[:100]
    if text:
        query = query.where(
            Company.folded.contains(fold(text), autoescape=True)
            | Agreement.number.contains(text.upper(), autoescape=True)
            | Agreement.booths.contains(text.upper(), autoescape=True)
        )
    return query


def counts_by_state(fair_id: int) -> dict[AgreementState, int]:
    """How many agreements are in each state."""
    counts = dict.fromkeys(AgreementState, 0)
    rows = db.session.execute(
        select(Agreement.state, func.count()).where(Agreement.fair_id == fair_id).group_by(Agreement.state)
    )
    counts.update((state, number) for state, number in rows)
    return counts


def due_exhibitors(fair: Fair) -> tuple[list[int], list[int]]:
    """Exhibitors who need a new agreement (none yet, or what it speaks of has changed), and agreements left without booths."""
    template = published_template(fair.id)
    if template is None or fair.is_over:
        return [], []
    found = facts_of(fair)
    known = {
        exhibitor_id: (key, digest)
        for key, exhibitor_id, digest in db.session.execute(
            select(Agreement.id, Agreement.exhibitor_id, Agreement.digest).where(
                Agreement.fair_id == fair.id, Agreement.state.in_(IN_FORCE)
            )
        )
    }
    due = [key for key, facts in found.items() if key not in known or known[key][1] != facts.digest(template)]
    return due, [key for exhibitor_id, (key, _digest) in known.items() if exhibitor_id not in found]
