"""Reading applications to exhibit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor, StandCompany
from fairs.exhibitors.states import ExhibitorState

TRACKS = ("paying", "supported")
SUPPORT_KIND = "exhibitor_support"  # of selections: see exhibitors/support_kind.py


@dataclass(frozen=True, slots=True)
class ExhibitorFilter:
    """What the staff's list shows. ``text`` matches names, tax code, telephone, reference, contact."""

    text: str = ""
    state: ExhibitorState | None = None
    group: str = ""
    track: str = ""
    appraised: str = ""  # yes | no
    advice: str = ""  # what the appraisal recommends


def takes_applications(fair: Fair) -> bool:
    """Whether companies can apply by themselves now."""
    return fair.accepts_booking and (fair.booking_closes_at is None or fair.booking_closes_at > now())


def exhibitor_of(fair_id: int, company_id: int) -> Exhibitor | None:
    """The company's application at the fair, whatever its state."""
    return db.session.scalar(
        select(Exhibitor)
        .options(joinedload(Exhibitor.company), joinedload(Exhibitor.fair))
        .where(Exhibitor.fair_id == fair_id, Exhibitor.company_id == company_id)
    )


def exhibitor_by_reference(fair_id: int, reference: str) -> Exhibitor:
    """The application with this reference at this fair; raises NotFound."""
    found = db.session.scalar(
        select(Exhibitor)
        .options(joinedload(Exhibitor.company).joinedload(Company.village), joinedload(Exhibitor.fair))
        .where(Exhibitor.fair_id == fair_id, Exhibitor.reference == reference.strip().upper()[:20])
    )
    if found is None:
        raise NotFound
    return found


def exhibitors_of_user(user_id: int) -> Sequence[Exhibitor]:
    """All applications of the companies for which a user may act, the next fair first."""
    return db.session.scalars(
        select(Exhibitor)
        .join(Membership, Membership.company_id == Exhibitor.company_id)
        .join(Fair, Fair.id == Exhibitor.fair_id)
        .options(joinedload(Exhibitor.company), contains_eager(Exhibitor.fair))
        .where(Membership.user_id == user_id)
        .order_by(Fair.starts_on.desc(), Exhibitor.id)
    ).all()


def exhibitors_matching(fair_id: int, wanted: ExhibitorFilter) -> Select[Exhibitor]:
    """The applications of a fair that fit the filter; drafts are their companies' own business until handed in."""
    query = (
        select(Exhibitor)
        .join(Exhibitor.company)
        .options(contains_eager(Exhibitor.company).joinedload(Company.village))
        .where(Exhibitor.fair_id == fair_id)
    )
    text = clean(wanted.text)[:100]
    if text:
        folded = fold(text)
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True),
                Company.tax_code.startswith(text, autoescape=True),
                Company.phone.startswith(text, autoescape=True),
                Exhibitor.reference == text.upper(),
                func.lower(Exhibitor.contact_email) == text.lower(),
                Exhibitor.contact_phone.startswith(text, autoescape=True),
            )
        )
    if wanted.state is not None:
        query = query.where(Exhibitor.state == wanted.state)
    if wanted.state is not ExhibitorState.DRAFT:
        query = query.where(Exhibitor.submitted_at.is_not(None), Exhibitor.state != ExhibitorState.DRAFT)
    if wanted.group:
        query = query.where(_has_group(wanted.group))
    if wanted.track:
        query = query.where(Exhibitor.track == wanted.track)
    if wanted.appraised:
        query = query.where(Exhibitor.score.is_not(None) if wanted.appraised == "yes" else Exhibitor.score.is_(None))
    if wanted.advice:
        query = query.where(Exhibitor.recommendation == wanted.advice)
    return query


def _has_group(code: str) -> Any:
    # Codes are stored as CER|LAC: looked for between bars, so that no code matches inside another.
    return ("|" + Exhibitor.group_codes + "|").contains(f"|{code}|", autoescape=True)


def page_of_exhibitors(
    fair_id: int, wanted: ExhibitorFilter, *, sort: str = "-submitted", cursor: str | None = None, limit: int = 50
) -> Page[Exhibitor]:
    """One page of the staff's list by ``name``, ``reference``, ``score`` or ``submitted`` (``-`` before it: descending)."""
    return paginate(exhibitors_matching(fair_id, wanted), *order_of(wanted, sort), limit=limit, cursor=cursor)


def order_of(wanted: ExhibitorFilter, sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend, for ``sort`` as in page_of_exhibitors."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "name":
        return [(Company.folded, descending), (Exhibitor.id, descending)]
    if key == "reference":
        return [(Exhibitor.reference, descending)]
    if key == "score":
        return [(Exhibitor.score, descending), (Exhibitor.id, descending)]
    if wanted.state is ExhibitorState.DRAFT:
        return [(Exhibitor.id, True)]  # never handed in, so without a moment to sort by
    descending = descending or key != "submitted"
    return [(Exhibitor.submitted_at, descending), (Exhibitor.id, descending)]


def counts_by_state(fair_id: int) -> dict[ExhibitorState, int]:
    """How many applications are in each state."""
    rows = db.session.execute(
        select(Exhibitor.state, func.count()).where(Exhibitor.fair_id == fair_id).group_by(Exhibitor.state)
    )
    counts = dict.fromkeys(ExhibitorState, 0)
    counts.update((state, number) for state, number in rows)
    return counts


def public_exhibitors(
    fair_id: int, *, text: str = "", group: str = "", village_id: int | None = None, cursor: str | None = None
) -> Page[Exhibitor]:
    """Accepted exhibitors as everybody may see them, in the order of their acceptance.

    ``text`` finds them also by the companies on their stand.
    """
    wanted = ExhibitorFilter(state=ExhibitorState.ACCEPTED, group=group)
    query = exhibitors_matching(fair_id, wanted)
    folded = fold(clean(text)[:100])
    if folded:
        other = aliased(Company)
        further = (
            select(StandCompany.exhibitor_id)
            .join(other, other.id == StandCompany.company_id)
            .where(other.folded.contains(folded, autoescape=True))
        )
        query = query.where(Company.folded.contains(folded, autoescape=True) | Exhibitor.id.in_(further))
    if village_id is not None:
        query = query.where(Company.village_id == village_id)
    return paginate(query, (Exhibitor.id, False), limit=24, cursor=cursor)


def count_public(fair_id: int) -> int:
    """How many companies exhibit: accepted exhibitors and their co-exhibitors (UFI), each once."""
    main = select(Exhibitor.company_id).where(Exhibitor.fair_id == fair_id, Exhibitor.state == ExhibitorState.ACCEPTED)
    co = (
        select(StandCompany.company_id)
        .join(Exhibitor, Exhibitor.id == StandCompany.exhibitor_id)
        .where(Exhibitor.fair_id == fair_id, Exhibitor.state == ExhibitorState.ACCEPTED, StandCompany.kind == "co")
    )
    return db.session.scalar(select(func.count()).select_from(main.union(co).subquery())) or 0
