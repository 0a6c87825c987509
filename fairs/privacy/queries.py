"""Reading requests, and what is still open about a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from fairs.accounts.queries import active_grants
from fairs.calendar.models import Fair
from fairs.claims.models import Charge, Claim
from fairs.claims.states import ENDED, ChargeState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.web import Page, paginate
from fairs.directory.models import Consent, Person
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.models import Grant
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.states import OPEN, RequestKind, RequestState
from fairs.visitors.models import Visitor


@dataclass(frozen=True, slots=True)
class Matter:
    """Something about a person that has to be finished before an erasure: what, what to do, on which page."""

    what: str
    todo: str
    endpoint: str = ""
    values: Mapping[str, Any] | None = None


MatterSource = Callable[[Person], Iterable[Matter]]
_sources: list[MatterSource] = []


def register_matters(source: MatterSource) -> None:
    """Let ``source(person)`` say what is still open about a person."""
    _sources.append(source)


def open_matters(person: Person) -> list[Matter]:
    """All that has to be finished before the person's data can be erased."""
    return [matter for source in _sources for matter in source(person)]


def _importer_link(importer: Importer) -> dict[str, Any]:
    return {"fair_slug": importer.fair.slug, "reference": importer.reference}


_GOING_ON = (ImporterState.UNCONFIRMED, ImporterState.SUBMITTED, ImporterState.APPROVED)
_HELD = (
    HostingState.PROPOSED, HostingState.APPROVED, HostingState.GRANTED, HostingState.CONFIRMED,
)  # fmt: skip
_CONTACT_ENDED = (ExhibitorState.REFUSED, ExhibitorState.WITHDRAWN)


def _registrations(person: Person) -> Iterable[Matter]:
    query = select(Importer).options(joinedload(Importer.fair))
    for row in db.session.scalars(query.where(Importer.person_id == person.id, Importer.state.in_(_GOING_ON))):
        if not row.fair.is_over and row.fair.today <= row.fair.ends_on:
            yield Matter(
                _("Registration %(number)s for %(fair)s", number=row.reference, fair=row.fair.name),
                _("Withdraw it, or wait until the fair is over."), "importers.show", _importer_link(row),
            )  # fmt: skip


def _support(person: Person) -> Iterable[Matter]:
    query = select(Hosting, Importer).join(Importer, Importer.id == Hosting.importer_id)
    query = query.where(Hosting.person_id == person.id, Hosting.state.in_(_HELD))
    for hosting, importer in db.session.execute(query):
        yield Matter(
            _("Support %(number)s: %(state)s", number=hosting.reference, state=hosting.state.label),
            _("Account for it, or take it back."), "importers.show", _importer_link(importer),
        )  # fmt: skip
    open_grants = (GrantState.PROPOSED, GrantState.COMMITTED)
    for grant in db.session.scalars(select(Grant).where(Grant.person_id == person.id, Grant.state.in_(open_grants))):
        yield Matter(
            _("Public money %(number)s: %(state)s", number=grant.reference, state=grant.state.label),
            _("Account for it, or release it."),
        )  # fmt: skip


def _claims(person: Person) -> Iterable[Matter]:
    query = select(Claim).options(joinedload(Claim.importer).joinedload(Importer.fair))
    for claim in db.session.scalars(query.where(Claim.person_id == person.id, Claim.state.not_in(ENDED))):
        yield Matter(
            _("Claim %(number)s: %(state)s", number=claim.reference, state=claim.state.label),
            _("Pay it, refuse it, or let it expire."), "importers.show", _importer_link(claim.importer),
        )  # fmt: skip
    owed = select(Charge).options(joinedload(Charge.claim).joinedload(Claim.importer).joinedload(Importer.fair))
    owed = owed.join(Claim, Claim.id == Charge.claim_id).where(
        Claim.person_id == person.id, Charge.state.in_([ChargeState.PROPOSED, ChargeState.OWED])
    )
    for charge in db.session.scalars(owed):
        yield Matter(
            _("Amount owed to us: %(number)s", number=charge.number or charge.claim.reference),
            _("Collect it, or write it off."), "importers.show", _importer_link(charge.claim.importer),
        )  # fmt: skip


def _contacts(person: Person) -> Iterable[Matter]:
    query = select(Exhibitor).options(joinedload(Exhibitor.fair), joinedload(Exhibitor.company))
    query = query.where(Exhibitor.contact_person_id == person.id, Exhibitor.state.not_in(_CONTACT_ENDED))
    for row in db.session.scalars(query):
        if not row.fair.is_over:
            yield Matter(
                _("Contact person of %(company)s at %(fair)s", company=row.company.name, fair=row.fair.name),
                _("Ask the company for another contact person."), "exhibitors.show",
                {"fair_slug": row.fair.slug, "reference": row.reference},
            )  # fmt: skip


def _roles(person: Person) -> Iterable[Matter]:
    if person.user_id is not None and active_grants(person.user_id):
        yield Matter(_("An account of staff with roles"), _("End the roles first."))


for _source in (_registrations, _support, _claims, _contacts, _roles):
    register_matters(_source)


def request_of(request_id: int) -> PrivacyRequest:
    """One request with its person and fair; raises NotFound."""
    row = db.session.get(PrivacyRequest, request_id)
    if row is None:
        raise NotFound
    return row


def requests_of(person_id: int) -> Sequence[PrivacyRequest]:
    """What a person asked for, newest first."""
    query = select(PrivacyRequest).where(PrivacyRequest.person_id == person_id)
    return db.session.scalars(query.order_by(PrivacyRequest.id.desc())).all()


def open_request(person_id: int, kind: RequestKind) -> PrivacyRequest | None:
    """The person's request of this kind that waits for its answer."""
    return db.session.scalar(
        select(PrivacyRequest)
        .where(PrivacyRequest.person_id == person_id, PrivacyRequest.kind == kind, PrivacyRequest.state.in_(OPEN))
        .order_by(PrivacyRequest.id)
        .limit(1)
    )


def is_erased(person_id: int) -> bool:
    """Whether the person's data were erased."""
    query = select(PrivacyRequest.id).where(
        PrivacyRequest.person_id == person_id,
        PrivacyRequest.kind == RequestKind.ERASURE,
        PrivacyRequest.state == RequestState.DONE,
    )
    return db.session.scalar(query.limit(1)) is not None


def page_of_requests(fair_ids: Iterable[int] | None, view: str, cursor: str | None) -> Page[PrivacyRequest]:
    """Requests to these fairs (None: all): ``open`` by the day they are due, ``closed`` or ``all`` newest first."""
    query = _narrowed(select(PrivacyRequest), fair_ids, view).options(
        joinedload(PrivacyRequest.person), joinedload(PrivacyRequest.fair)
    )
    if view == "open":
        return paginate(query, (PrivacyRequest.due_on, False), (PrivacyRequest.id, False), cursor=cursor)
    return paginate(query, (PrivacyRequest.id, True), cursor=cursor)


def _narrowed(query: Select[Any], fair_ids: Iterable[int] | None, view: str) -> Select[Any]:
    if fair_ids is not None:
        query = query.where(PrivacyRequest.fair_id.in_(list(fair_ids)))
    if view == "open":
        return query.where(PrivacyRequest.state.in_(OPEN))
    return query.where(PrivacyRequest.state.not_in(OPEN)) if view == "closed" else query


def count_open(fair_ids: Iterable[int] | None) -> int:
    """How many requests to these fairs wait for an answer."""
    return db.session.scalar(_narrowed(select(func.count(PrivacyRequest.id)), fair_ids, "open")) or 0


def fairs_of_person(person_id: int) -> Sequence[Fair]:
    """The fairs at which a person is registered, the newest first."""
    mine = [select(model.fair_id).where(model.person_id == person_id) for model in (Importer, Visitor)]
    staff = select(Exhibitor.fair_id).where(Exhibitor.contact_person_id == person_id)
    query = select(Fair).where(Fair.id.in_(mine[0].union(mine[1], staff)))
    return db.session.scalars(query.order_by(Fair.starts_on.desc(), Fair.id.desc())).all()


def consent_history(person_id: int, fair_id: int) -> Sequence[Consent]:
    """Each consent given or withdrawn for a fair, in order."""
    query = select(Consent).where(Consent.person_id == person_id, Consent.fair_id == fair_id)
    return db.session.scalars(query.order_by(Consent.id)).all()
