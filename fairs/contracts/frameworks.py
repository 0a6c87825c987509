"""Framework contracts and their call-offs: finding the framework that a call-off names, and what belongs to one."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from fairs.accounts.queries import active_grants
from fairs.calendar.models import Fair
from fairs.contracts.goods import Finder
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.contracts.states import ContractKind, ContractState
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.text import clean
from fairs.directory.queries import companies_of

MOST_CHOICES = 12


def _visible(by: Actor | None) -> Select[Contract]:
    """Framework contracts that the actor may know of: at fairs whose contracts they see, and of their own company."""
    query = select(Contract).where(Contract.kind == ContractKind.FRAMEWORK, Contract.merged_into_id.is_(None))
    if by is None or by.user_id is None:
        return query
    grants = [grant for user in by.involved for grant in active_grants(user) if grant.role in VIEW_CONTRACTS.roles]
    if any(grant.fair_id is None for grant in grants):
        return query
    own = [company.id for company in companies_of(by.user_id)]
    return query.where(
        or_(
            Contract.fair_id.in_({grant.fair_id for grant in grants}),
            Contract.exporter_id.in_(own),
            Contract.importer_id.in_(own),
        )
    )


def find_framework(
    text: str, *, exporter_id: object, importer_id: object, by: Actor | None, of: Contract | None, find: Finder
) -> Contract | None:
    """The framework contract that a call-off names by reference or by the parties' number, at whatever fair.

    None, with the reason at the field ``framework``, when there is none, when several have the number, when it is
    cancelled, between others, or the call-off itself.
    """
    wanted = clean(text)
    if not wanted:
        find.add(_l("Name the framework contract: its reference or its number."), "framework")
        return None
    same = or_(Contract.reference == wanted.upper(), func.upper(Contract.number) == wanted.upper())
    found = db.session.scalars(_visible(by).where(same).order_by(Contract.id)).all()
    if of is not None and any(row.id == of.id for row in found):
        find.add(_l("A contract cannot be called off from itself."), "framework")
        return None
    if not found:
        find.add(_l("There is no framework contract with this reference or number."), "framework")
        return None
    between = [row for row in found if (row.exporter_id, row.importer_id) == (exporter_id, importer_id)]
    if not between:
        find.add(_l("That framework contract is between other parties."), "framework")
    elif len(between) > 1:
        find.add(_l("Several framework contracts have this number: write the reference."), "framework")
    elif between[0].state is ContractState.CANCELLED and (of is None or of.parent_id != between[0].id):
        find.add(_l("That framework contract is cancelled."), "framework")
    else:
        return between[0]
    return None


def framework_choices(
    text: str, *, exporter_id: int | None, importer_id: int | None, by: Actor | None
) -> Sequence[Contract]:
    """Framework contracts to choose one of, newest first; between the two parties as far as they are known."""
    query = _visible(by).where(Contract.state != ContractState.CANCELLED)
    if exporter_id is not None:
        query = query.where(Contract.exporter_id == exporter_id)
    if importer_id is not None:
        query = query.where(Contract.importer_id == importer_id)
    wanted = clean(text).upper()
    if wanted:
        query = query.where(
            or_(
                Contract.reference.contains(wanted, autoescape=True),
                func.upper(Contract.number).contains(wanted, autoescape=True),
            )
        )
    query = query.options(joinedload(Contract.exporter), joinedload(Contract.importer))
    return db.session.scalars(query.order_by(Contract.signed_on.desc(), Contract.id.desc()).limit(MOST_CHOICES)).all()


def call_offs(contract: Contract) -> Sequence[Contract]:
    """What was called off from a framework contract, in the order of signature; merged copies are left out."""
    return db.session.scalars(
        select(Contract)
        .where(Contract.parent_id == contract.id, Contract.merged_into_id.is_(None))
        .order_by(Contract.signed_on, Contract.id)
    ).all()


def places_of(contracts: Sequence[Contract]) -> dict[int, tuple[str, str]]:
    """Slug and name of the fair of each contract, by the contract's id; in one query."""
    fairs = db.session.scalars(select(Fair).where(Fair.id.in_({contract.fair_id for contract in contracts})))
    known = {fair.id: (fair.slug, fair.name) for fair in fairs}
    return {contract.id: known[contract.fair_id] for contract in contracts}


def merged_into(contract: Contract) -> tuple[Contract, str] | None:
    """The record that this one was merged into, with the slug of its fair."""
    if contract.merged_into_id is None:
        return None
    kept = db.session.get_one(Contract, contract.merged_into_id)
    return kept, db.session.get_one(Fair, kept.fair_id).slug


def keep_family(contract: Contract, values: dict[str, object], find: Finder) -> None:
    """A framework contract with call-offs stays one, between the same parties; otherwise the reason at the field ``kind``."""
    if contract.kind is not ContractKind.FRAMEWORK:
        return
    is_same = values["kind"] is ContractKind.FRAMEWORK and (values["exporter_id"], values["importer_id"]) == (
        contract.exporter_id,
        contract.importer_id,
    )
    if is_same:
        return
    number = db.session.scalar(select(func.count(Contract.id)).where(Contract.parent_id == contract.id)) or 0
    if number:
        find.add(_l("%(number)s contracts are called off from this one: kind and parties stay.", number=number), "kind")
