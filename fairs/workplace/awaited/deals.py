"""Contracts: verification by a second person, and what keeps anybody from verifying."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fairs.contracts.models import Confirmation, Contract, ContractRevision
from fairs.contracts.permissions import EDIT_RATES, LOG_CONTRACT, VERIFY_CONTRACT
from fairs.contracts.queries import has_author
from fairs.contracts.states import Answer, ContractState, Verification
from fairs.core.i18n import format_date, format_money
from fairs.workplace.inbox import INVOLVED, Kind, Why

COMPLETE_WITHIN = 1
"""Days from the quick log at the ceremony to the clerk's completing it, while everybody still remembers."""

VERIFY_WITHIN = 3
"""Days from the log to the second person's check: the headline figure of a running fair is looked at every evening."""

# A lead is not signed, and a cancelled deal is over: nobody checks either. A copy of another record is no deal of its own.
_STANDING = (Contract.state != ContractState.CANCELLED, Contract.merged_into_id.is_(None))
_TO_VERIFY = (Contract.verification == Verification.LOGGED, Contract.state != ContractState.LEAD, *_STANDING)
# An answer lapses when the content changes: who disputes now means what stands there. What was verified although it was
# disputed has been cleared up; only a later no is new.
_DISPUTED = (
    select(Confirmation.id)
    .where(
        Confirmation.contract_id == Contract.id,
        Confirmation.state == Answer.DISPUTED,
        or_(Contract.verified_at.is_(None), Confirmation.answered_at > Contract.verified_at),
    )
    .correlate(Contract)
    .exists()
)
_READY = (
    *_TO_VERIFY,
    Contract.evidence_id.is_not(None),
    Contract.usd_minor.is_not(None),
    ~_DISPUTED,
    ~has_author(INVOLVED),
)
_CORRECTED_AT = (
    select(ContractRevision.created_at)
    .where(ContractRevision.contract_id == Contract.id, ContractRevision.number == Contract.revision - 1)
    .correlate(Contract)
    .scalar_subquery()
)
_PARTIES = (joinedload(Contract.exporter), joinedload(Contract.importer))


def _who(contract: Contract) -> str:
    return f"{contract.exporter.name} → {contract.importer.name}"


def _what(contract: Contract) -> str:
    return f"{format_money(contract.value)} · {contract.reference}"


KINDS = (
    Kind(
        key="contract",
        states=(Verification.LOGGED,),
        model=Contract,
        where=(*_READY, Contract.revision == 1),
        permission=VERIFY_CONTRACT,
        counts_from=Contract.created_at,
        days=VERIFY_WITHIN,
        icon="rosette-discount-check",
        reason=_l("Contract to verify"),
        title=lambda n: ngettext("%(num)s contract waits to be verified", "%(num)s contracts wait to be verified", n),
        who=_who,
        what=_what,
        button=_l("Verify"),
        page=lambda contract: ("contracts.contract", {"reference": contract.reference}),
        list_page=("contracts.index", {"verification": "logged"}),
        load=_PARTIES,
    ),
    Kind(
        key="corrected",
        states=(Verification.LOGGED,),
        model=Contract,
        where=(*_READY, Contract.revision > 1),
        permission=VERIFY_CONTRACT,
        counts_from=_CORRECTED_AT,
        days=VERIFY_WITHIN,
        icon="history",
        reason=_l("Corrected contract to verify anew"),
        title=lambda n: ngettext(
            "%(num)s corrected contract waits to be verified anew",
            "%(num)s corrected contracts wait to be verified anew",
            n,
        ),
        who=_who,
        what=_what,
        button=_l("Verify"),
        page=lambda contract: ("contracts.contract", {"reference": contract.reference}),
        list_page=("contracts.index", {"verification": "logged"}),
        load=_PARTIES,
    ),
    Kind(
        key="incomplete",
        states=(Verification.INCOMPLETE,),
        model=Contract,
        where=(Contract.verification == Verification.INCOMPLETE, *_STANDING),
        permission=LOG_CONTRACT,
        counts_from=Contract.created_at,
        days=COMPLETE_WITHIN,
        icon="progress",
        reason=_l("Contract to complete"),
        title=lambda n: ngettext("%(num)s contract is incomplete", "%(num)s contracts are incomplete", n),
        who=_who,
        what=_what,
        button=_l("Complete"),
        page=lambda contract: ("contracts.edit", {"reference": contract.reference}),
        list_page=("contracts.index", {"standing": "incomplete"}),
        load=_PARTIES,
    ),
    Kind(
        key="disputed",
        states=(Answer.DISPUTED,),
        model=Contract,
        where=(*_STANDING, _DISPUTED),
        permission=LOG_CONTRACT,
        counts_from=Contract.created_at,
        days=VERIFY_WITHIN,
        icon="alert-triangle",
        reason=_l("A side says that the contract is wrong"),
        title=lambda n: ngettext("%(num)s contract is disputed", "%(num)s contracts are disputed", n),
        who=_who,
        what=_what,
        button=_l("Clear up"),
        page=lambda contract: ("contracts.contract", {"reference": contract.reference}),
        list_page=("contracts.index", {}),
        load=_PARTIES,
    ),
    Kind(
        key="scan",
        states=(Verification.LOGGED,),
        model=Contract,
        where=(*_TO_VERIFY, Contract.evidence_id.is_(None)),
        permission=LOG_CONTRACT,
        counts_from=Contract.created_at,
        days=VERIFY_WITHIN,
        icon="file-certificate",
        reason=_l("Scan is missing"),
        title=lambda n: ngettext("%(num)s contract has no scan yet", "%(num)s contracts have no scan yet", n),
        who=_who,
        what=_what,
        button=_l("Add the scan"),
        page=lambda contract: ("contracts.edit", {"reference": contract.reference}),
        list_page=("contracts.index", {"verification": "logged"}),
        load=_PARTIES,
    ),
    Kind(
        key="rate",
        states=(Verification.LOGGED,),
        model=Contract,
        where=(*_TO_VERIFY, Contract.evidence_id.is_not(None), Contract.usd_minor.is_(None)),
        permission=EDIT_RATES,
        counts_from=Contract.created_at,
        days=VERIFY_WITHIN,
        icon="coins",
        reason=_l("Exchange rate is missing"),
        title=lambda n: ngettext(
            "%(num)s contract waits for an exchange rate", "%(num)s contracts wait for an exchange rate", n
        ),
        who=_who,
        what=lambda contract: _(
            "%(currency)s of %(day)s", currency=contract.currency, day=format_date(contract.signed_on)
        ) + f" · {contract.reference}",
        button=_l("Enter the rate"),
        page=lambda _contract: ("rates.index", {}),
        list_page=("rates.index", {}),
        load=_PARTIES,
    ),
    Kind(
        key="returned",
        states=(Verification.RETURNED,),
        model=Contract,
        where=(Contract.verification == Verification.RETURNED, *_STANDING),
        permission=LOG_CONTRACT,
        counts_from=Contract.created_at,
        days=VERIFY_WITHIN,
        icon="arrow-back-up",
        reason=_l("Contract sent back"),
        title=lambda n: ngettext("%(num)s contract was sent back", "%(num)s contracts were sent back", n),
        who=_who,
        what=lambda contract: f"{contract.return_reason} · {contract.reference}",
        button=_l("Correct"),
        page=lambda contract: ("contracts.edit", {"reference": contract.reference}),
        list_page=("contracts.index", {"verification": "returned"}),
        load=_PARTIES,
    ),
)  # fmt: skip

NOBODY = {
    Verification: {Verification.VERIFIED: Why.FINAL},
    Answer: {Answer.ASKED: Why.PARTIES, Answer.CONFIRMED: Why.FINAL, Answer.LAPSED: Why.AUTOMATIC},
    ContractState: {
        ContractState.LEAD: Why.PARTIES,
        ContractState.MOU: Why.PARTIES,
        ContractState.SIGNED: Why.PARTIES,  # its verification is a table of its own
        ContractState.PART_SHIPPED: Why.PARTIES,
        ContractState.SHIPPED: Why.PARTIES,
        ContractState.PAID: Why.FINAL,
        ContractState.CANCELLED: Why.FINAL,
    },
}
