"""Contracts that may be one deal: somebody compares them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.permissions import MERGE_CONTRACTS
from fairs.contracts.states import PairState
from fairs.workplace.inbox import Kind, Why

COMPARE_WITHIN = 3
"""Days until it is decided: until then a deal may stand twice in the figure that is looked at every evening."""


def _who(pair: ContractPair) -> str:
    return f"{pair.second.exporter.name} → {pair.second.importer.name}"


KINDS = (
    Kind(
        key="duplicate",
        states=(PairState.OPEN,),
        model=ContractPair,
        where=(ContractPair.state == PairState.OPEN,),
        permission=MERGE_CONTRACTS,
        counts_from=ContractPair.created_at,
        days=COMPARE_WITHIN,
        icon="copy-check",
        reason=_l("Perhaps one deal"),
        title=lambda n: ngettext(
            "%(num)s pair of contracts may be one deal", "%(num)s pairs of contracts may be one deal", n
        ),
        who=_who,
        what=lambda pair: f"{pair.first.reference} · {pair.second.reference}",
        button=_l("Compare"),
        page=lambda pair: ("contracts.compare", {"pair_id": pair.id}),
        list_page=("contracts.duplicates", {}),
        load=(
            joinedload(ContractPair.first),
            joinedload(ContractPair.second).options(joinedload(Contract.exporter), joinedload(Contract.importer)),
        ),
    ),
)

NOBODY = {
    PairState: {
        PairState.NOT_DUPLICATE: Why.FINAL,
        PairState.MERGED: Why.FINAL,
        PairState.CALL_OFF: Why.FINAL,
    },
}
