"""Further companies on a main exhibitor's stand: co-exhibitors, which count as exhibitors (UFI), and represented ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.text import clean, one_line
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, find_or_create_company, normal_phone
from fairs.exhibitors.models import Exhibitor, StandCompany
from fairs.exhibitors.queries import exhibitor_of
from fairs.exhibitors.states import ExhibitorState

S = ExhibitorState
CO, REPRESENTED = "co", "represented"
STAND_KINDS = {CO: _l("Co-exhibitor"), REPRESENTED: _l("Represented company")}
MOST_COMPANIES = 20  # on one stand
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.APPRAISED, S.WAITLISTED, S.ACCEPTED})
_TAKES_PART = frozenset({S.SUBMITTED, S.APPRAISED, S.WAITLISTED, S.ACCEPTED})


@dataclass(frozen=True, slots=True)
class StandDraft:
    """A company on the stand, as typed: ``co`` comes with own staff and own products, ``represented`` is only shown."""

    company: CompanyDraft
    kind: str
    products: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


def stand_companies(exhibitor_id: int) -> Sequence[StandCompany]:
    """The further companies of a stand: co-exhibitors first, each kind in the order of its coming."""
    return db.session.scalars(_with_companies().where(StandCompany.exhibitor_id == exhibitor_id)).all()


def stand_companies_by(exhibitor_ids: Collection[int]) -> dict[int, list[StandCompany]]:
    """The further companies by exhibitor; one query."""
    found: dict[int, list[StandCompany]] = {}
    for row in db.session.scalars(_with_companies().where(StandCompany.exhibitor_id.in_(list(exhibitor_ids)))):
        found.setdefault(row.exhibitor_id, []).append(row)
    return found


def _with_companies() -> Select[StandCompany]:
    return (
        select(StandCompany)
        .options(joinedload(StandCompany.company).joinedload(Company.village))
        .order_by(StandCompany.kind, StandCompany.id)
    )


def co_exhibiting(fair_id: int, *further: ColumnElement[bool]) -> Select[int]:
    """The companies (keys) that are co-exhibitors of accepted exhibitors at a fair, for use inside a query."""
    return (
        select(StandCompany.company_id)
        .join(Exhibitor, Exhibitor.id == StandCompany.exhibitor_id)
        .where(
            Exhibitor.fair_id == fair_id, Exhibitor.state == S.ACCEPTED, StandCompany.kind == CO, *further,
        )
    )  # fmt: skip


def count_co_exhibitors(exhibitor_ids: Collection[int]) -> int:
    """How many different companies co-exhibit with these; one that is itself among them counts there, not again."""
    ids = list(exhibitor_ids)
    main = select(Exhibitor.company_id).where(Exhibitor.id.in_(ids))
    return db.session.scalar(
        select(func.count(StandCompany.company_id.distinct())).where(
            StandCompany.exhibitor_id.in_(ids), StandCompany.kind == CO, StandCompany.company_id.not_in(main)
        )
    ) or 0  # fmt: skip


def add_company(exhibitor: Exhibitor, draft: StandDraft, *, by: Actor) -> StandCompany:
    """Put a company on the stand. One that the register knows (tax code, else name and country) is taken as it is there.

    Raises InvalidInput with the field: also for the exhibitor itself, for a company that is on the stand already, and for a
    co-exhibitor that has an application of its own at this fair. Conflict once the application is refused or withdrawn.
    """
    if draft.kind not in STAND_KINDS:
        raise InvalidInput(_l("Please choose one."), field="kind")
    email = normal_email(draft.contact_email, field="contact_email") if clean(draft.contact_email) else ""
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        if row.state not in OPEN or row.fair.is_over:
            raise Conflict
        phone = normal_phone(draft.contact_phone, draft.company.country, field="contact_phone")
        company = find_or_create_company(draft.company, by=by)
        known = stand_companies(row.id)
        if company.id == row.company_id:
            raise InvalidInput(_l("This is the exhibitor itself."), field="name")
        if any(one.company_id == company.id for one in known):
            raise InvalidInput(_l("This company is on the stand already."), field="name")
        if len(known) >= MOST_COMPANIES:
            raise InvalidInput(_l("At most %(n)s further companies on a stand.", n=MOST_COMPANIES), field="name")
        own = exhibitor_of(row.fair_id, company.id)
        if draft.kind == CO and own is not None and own.state in _TAKES_PART:
            raise InvalidInput(
                _l("This company takes part in the fair itself; it cannot be a co-exhibitor as well."), field="name"
            )
        made = StandCompany(
            exhibitor_id=row.id, company_id=company.id, kind=draft.kind, products=clean(draft.products)[:2000],
            contact_name=one_line(draft.contact_name)[:200], contact_email=email, contact_phone=phone,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        record("exhibitors.stand_company", row, by=by, after={"company": company.id, "kind": draft.kind})
    return made


def remove_company(exhibitor: Exhibitor, stand_id: int, *, by: Actor) -> None:
    """Take a company off the stand; raises NotFound, and Conflict once the fair is over."""
    with transaction():
        row = db.session.get(StandCompany, stand_id, with_for_update=True)
        if row is None or row.exhibitor_id != exhibitor.id:
            raise NotFound
        if exhibitor.fair.is_over:
            raise Conflict
        record(
            "exhibitors.stand_company_removed", exhibitor, by=by,
            before={"company": row.company_id, "kind": row.kind}, after={"note": row.company.name},
        )  # fmt: skip
        db.session.delete(row)
